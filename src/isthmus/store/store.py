"""The store: many readers, one writer, manifests as the truth."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from importlib import resources
from pathlib import Path
from typing import Any, TypeVar

import polars as pl

from isthmus._version import __version__
from isthmus.errors import (
    BadInput,
    DataCorrupted,
    DataMissing,
    NotFound,
    StorageFull,
    StorageReadOnly,
    did_you_mean,
)
from isthmus.evidence import DatasetRecord, Result
from isthmus.runtime import disk
from isthmus.runtime.atomic import storage_errors
from isthmus.runtime.home import home_folder
from isthmus.runtime.lock import WAIT, file_lock
from isthmus.store import datasets, index, layout, runs
from isthmus.store.datasets import DatasetEntry, DatasetManifest
from isthmus.store.layout import DATASETS, RUNS
from isthmus.store.runs import RunEntry, RunManifest, RunOutputs
from isthmus.store.tables import plain

M = TypeVar("M", DatasetManifest, RunManifest)


class Store:
    """A folder with data sets and runs.

    Opening and reading never write; a folder that is missing or read-only reads as what it holds.

    Parameters
    ----------
    root : Path, optional
        The folder; ``store`` in the user's folder by default (`home_folder`).
    wait : float
        Seconds to wait for another writer, and for a sign of life of who answers the same.

    Raises
    ------
    SchemaVersionUnsupported, DataCorrupted
        When the folder has a layout that this release does not read.
    """

    def __init__(self, root: Path | None = None, *, wait: float = WAIT) -> None:
        self.root = root if root is not None else home_folder() / "store"
        self.wait = wait
        layout.check_format(self.root)

    def datasets(self) -> list[DatasetEntry]:
        """Return every version of every data set, by key, oldest first; damaged ones included."""
        entries = [
            DatasetEntry(
                key=row.name,
                version=row.version,
                folder=self.root / DATASETS / row.name / row.version,
                manifest=_parsed(row.document, DatasetManifest),
                fault=row.fault,
            )
            for row in self._rows()
            if row.kind == "dataset"
        ]
        return sorted(entries, key=lambda e: (e.key, e.manifest.sequence if e.manifest else 0))

    def dataset(self, reference: str) -> DatasetEntry:
        """Return the version that ``key`` (the newest) or ``key@version`` names.

        A version may be shortened as long as it names one version.

        Raises
        ------
        DataMissing
            When there is none, or the shortened version names several.
        DataCorrupted
            When its manifest cannot be read.
        """
        key, _, version = reference.partition("@")
        entries = self.datasets()
        same = [e for e in entries if e.key == key and e.version.startswith(version)]
        if not same or (version and len(same) > 1):
            known = {e.key for e in entries} | {e.reference for e in entries}
            problem = "names several versions" if same else "is not in the store"
            raise DataMissing(
                f"data set '{reference}' {problem}",
                where=str(self.root),
                hint=did_you_mean(reference, known) or "isthmus data list shows what there is",
            )
        if same[-1].fault:
            raise DataCorrupted(same[-1].fault, where=same[-1].reference)
        return same[-1]

    def only(self, reference: str) -> DatasetEntry:
        """Return the version of a data set that a reference alone can mean, damaged or not.

        Raises
        ------
        DataMissing
            When there is none.
        BadInput
            When there are several versions.
        """
        found = [e for e in self.datasets() if reference in (e.key, e.reference)]
        if len(found) > 1:
            what = f"the store holds {len(found)} versions of '{reference}'"
            named = " or ".join(e.reference for e in found)
            raise BadInput(what, where=str(self.root), hint=f"name one: {named}")
        return found[0] if found else self.dataset(reference)

    def record(self, reference: str) -> DatasetRecord:
        """Return the record of a data set.

        Raises
        ------
        DataMissing, DataCorrupted
            As `dataset`.
        """
        return datasets.read_manifest(self.dataset(reference).folder).record

    def table(self, reference: str) -> pl.DataFrame:
        """Return the rows of a data set after checking its file against its manifest.

        Raises
        ------
        DataMissing, DataCorrupted
            As `dataset`, or when the file differs from its manifest.
        """
        entry = self.dataset(reference)
        manifest = datasets.read_manifest(entry.folder)
        return datasets.read_table(entry.folder, manifest)

    def rows(self, reference: str) -> pl.LazyFrame:
        """Return the rows of a data set to be asked; its file is checked now, read when asked.

        Raises
        ------
        DataMissing, DataCorrupted
            As `table`.
        """
        entry = self.dataset(reference)
        return datasets.read_rows(entry.folder, datasets.read_manifest(entry.folder))

    def add(self, record: DatasetRecord, frame: pl.DataFrame) -> DatasetEntry:
        """Register rows under a record and return their version, which is the newest now.

        Equal data are kept once: added again, their version becomes the newest again.

        Raises
        ------
        BadInput
            With every rule that the frame breaks.
        StorageFull, StorageReadOnly, StorageBusy
            When the store cannot be written to; nothing half-written is left.
        """
        record = datasets.describe(record, frame)
        folder = self.root / DATASETS / record.key / datasets.version_of(record)
        with self.writing():
            if not folder.exists():
                with layout.staged(self.root) as staging:
                    new = staging / "dataset"
                    disk.make_folder(new)
                    sequence = self.next_sequence(record.key)
                    datasets.stage(new, record, frame, sequence=sequence, written_by=__version__)
                    layout.commit(new, folder)
                self.refresh()
            elif datasets.renew(folder, self.next_sequence(record.key)):
                self.refresh()
        return self.dataset(f"{record.key}@{folder.name}")

    def remove(self, reference: str) -> None:
        """Take one version of a data set out of the store.

        Raises
        ------
        DataMissing
            When there is none.
        """
        with self.writing():
            key, _, version = reference.partition("@")
            matches = [e for e in self.datasets() if e.key == key and e.version == version]
            if not matches:
                raise DataMissing(f"data set '{reference}' is not in the store")
            layout.withdraw(self.root, matches[0].folder)
            self.refresh()

    @classmethod
    def shipped(cls) -> Store:
        """Return the store of the package: runs that were made beforehand, to be read only."""
        return cls(Path(str(resources.files("isthmus.store") / "shipped")))

    def runs(self, *, prefix: str = "") -> list[RunEntry]:
        """Return the runs whose id begins with `prefix`, by id; unfinished and damaged ones too."""
        rows = (row for row in self._rows() if row.kind == "run")
        return [self._entry(row) for row in rows if row.name.startswith(prefix)]

    def _entry(self, row: index.Row) -> RunEntry:
        folder = self.root / RUNS / row.name
        return RunEntry(
            id=row.name,
            folder=folder,
            manifest=_parsed(row.document, RunManifest),
            done=(folder / runs.OUTPUTS).exists(),
            fault=row.fault,
        )

    def run(self, name: str) -> RunEntry:
        """Return the run whose id is `name` or alone starts or ends with it.

        Hyphens and underscores are one: ids are printed with hyphens, lenses with underscores.

        Raises
        ------
        NotFound
            When no run, or more than one, has such an id.
        """
        rows = {row.name: row for row in self._rows() if row.kind == "run"}
        return self._entry(rows[runs.the_run(name, rows, where=self.root)])

    def outputs(self, name: str) -> RunOutputs:
        """Return what came out of a finished run.

        Raises
        ------
        NotFound
            When there is no such run or it is not done.
        """
        entry = self.run(name)
        outputs = runs.read_outputs(entry.folder)
        if outputs is None:
            hint = f"isthmus runs resume {entry.id}"
            raise NotFound(f"run '{entry.id}' is not done yet", hint=hint)
        return outputs

    def result(self, name: str) -> Result:
        """Return the result of a finished run, after checking its files.

        Raises
        ------
        NotFound, DataCorrupted
            When there is no such result or a file differs from what was written.
        """
        return runs.load_result(self.run(name).folder, self.outputs(name))

    def timing(self, entry: RunEntry) -> dict[str, Any]:
        """Return when a run was made and how long it took; empty while it is not done."""
        path = entry.folder / runs.TIMING
        return layout.read_json(path) if path.exists() else {}

    def record_run(
        self, manifest: RunManifest, result: Result, *, timing: Mapping[str, Any]
    ) -> RunEntry:
        """Keep a finished run; asking the same again with the same answer keeps one.

        An answer that differs from the one on record is kept beside it, as ``<id>~2``.

        Raises
        ------
        StorageFull, StorageReadOnly, StorageBusy
            When the store cannot be written to; nothing half-written is left.
        """
        with self.writing(), layout.staged(self.root) as staging:
            new = staging / "run"
            disk.make_folder(new)
            outputs = runs.stage_run(new, manifest, result, timing=timing)
            name = runs.free_name(self.root / RUNS, manifest.id, outputs)
            if not (self.root / RUNS / name).exists():
                layout.commit(new, self.root / RUNS / name)
                self.refresh()
        return self.run(name)

    def begin_run(self, manifest: RunManifest) -> RunEntry:
        """Register what was asked before it is computed, or find where the same was begun.

        Raises
        ------
        StorageFull, StorageReadOnly, StorageBusy
            When the store cannot be written to.
        """
        folder = self.root / RUNS / manifest.id
        with self.writing():
            if not folder.exists():
                with layout.staged(self.root) as staging:
                    new = staging / "run"
                    disk.make_folder(new)
                    layout.write_new(new / layout.MANIFEST, layout.manifest_bytes(plain(manifest)))
                    layout.commit(new, folder)
            self.refresh()
        return self.run(manifest.id)

    def delete_run(self, name: str) -> str:
        """Take a run out of the store and return its id.

        Raises
        ------
        NotFound
            When there is no such run.
        StorageBusy
            When it is being written.
        """
        with self.writing():
            entry = self.run(name)
            with self.run_lock(entry, wait=0.0):
                layout.withdraw(self.root, entry.folder)
            self.refresh()
        return entry.id

    @contextlib.contextmanager
    def run_lock(self, entry: RunEntry, *, wait: float = 0.0) -> Iterator[None]:
        """Hold the lock of one run for a moment.

        Raises
        ------
        StorageBusy
            When another process holds it.
        """
        with file_lock(self._run_lock_file(entry), wait=wait):
            yield

    @contextlib.contextmanager
    def run_turn(
        self, entry: RunEntry, *, check: Callable[[], None] | None = None
    ) -> Iterator[bool]:
        """Hold the lock of one run while it is worked on; who asks the same waits for it.

        Parameters
        ----------
        entry : RunEntry
            The run.
        check : callable, optional
            Called while waiting; may raise to give up.

        Yields
        ------
        bool
            Whether another process worked on it meanwhile, so that it may be done now.

        Raises
        ------
        StorageBusy
            When another process holds the lock and has given no sign of life for `wait` seconds:
            one that was stopped is not waited for.
        StorageFull, StorageReadOnly
            When the lock cannot be made.
        """
        with file_lock(
            self._run_lock_file(entry), wait=self.wait, beat=True, check=check
        ) as waited:
            yield waited

    def _run_lock_file(self, entry: RunEntry) -> Path:
        return self.root / layout.RUN_LOCKS / f"{entry.id}.lock"

    @contextlib.contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the writer lock; storage failures inside get their names.

        Raises
        ------
        StorageFull, StorageReadOnly, StorageBusy
            When the store cannot be written to.
        """
        with layout.writing(self.root, wait=self.wait), storage_errors(self.root):
            yield

    def refresh(self, *, rebuild: bool = False) -> None:
        """Bring the index up to date; the caller holds the writer lock.

        What was registered stands whether the index can be written or not: only a rebuild fails.
        """
        if rebuild:
            disk.unlink(self.root / layout.INDEX)
            index.forget(self.root)
        rows, stale = index.current_rows(self.root)
        if rebuild:
            index.save(self.root, rows)
        elif stale:
            with contextlib.suppress(StorageFull, StorageReadOnly):
                index.save(self.root, rows)

    def _rows(self) -> list[index.Row]:
        return index.current_rows(self.root)[0]

    def next_sequence(self, key: str) -> int:
        """Return the place of the next version of `key` in this store."""
        numbers = [e.manifest.sequence for e in self.datasets() if e.key == key and e.manifest]
        return max(numbers, default=0) + 1


def _parsed(document: str, model: type[M]) -> M | None:
    return model.model_validate_json(document) if document else None
