"""Which files of data sets were held against which rules, so that it need not be done again."""

from __future__ import annotations

from isthmus.store import datasets, index
from isthmus.store.store import Store


def has_passed(store: Store, reference: str, rules: str) -> bool:
    """Say whether the very file of a data set was held against these rules, and broke none.

    Parameters
    ----------
    store : Store
        Where it is.
    reference : str
        The data set.
    rules : str
        Hash of the rules, from who made the check.
    """
    return (_file(store, reference), rules) in index.passed(store.root)


def note_passed(store: Store, reference: str, rules: str) -> None:
    """Note that a data set was held against rules and broke none; a lost index forgets it.

    Raises
    ------
    StorageFull, StorageReadOnly, StorageBusy
        When the store cannot be written to.
    """
    noted = _file(store, reference), rules
    with store.writing():
        index.save(store.root, index.current_rows(store.root)[0], noted)


def _file(store: Store, reference: str) -> str:
    """Return the hash of the file, or of the files, that the manifest names."""
    manifest = datasets.read_manifest(store.dataset(reference).folder)
    return "+".join(file.sha256 for file in manifest.files)
