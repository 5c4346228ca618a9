"""Tidying a store: what killed writers left, and, on request, versions that nothing uses."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from isthmus.errors import NotFound, StorageBusy
from isthmus.runtime import disk, litter
from isthmus.store.layout import INDEX, STAGING, withdraw
from isthmus.store.runs import STATE

if TYPE_CHECKING:
    from isthmus.store.store import Store


@dataclass(frozen=True, slots=True)
class Waste:
    """Something that can go: its path below the store or folder, its size in bytes, and why."""

    path: str
    bytes: int
    why: str


def collect(store: Store, *, unused: bool = False, dry_run: bool = False) -> list[Waste]:
    """Remove what killed writers left, and return what was (or would be) removed.

    Parameters
    ----------
    store : Store
        The store.
    unused : bool
        Also remove versions of data sets that are neither the newest of their key nor named by
        any run.
    dry_run : bool
        Only say what would be removed.

    Raises
    ------
    StorageReadOnly, StorageBusy
        When the store cannot be written to.
    """
    with store.writing():
        found = [(path, "left by a killed writer") for path in _leftovers(store)]
        if unused:
            found += [(path, "superseded and used by no run") for path in _superseded(store)]
        waste = [_waste(store.root, path, why) for path, why in found]
        if not dry_run:
            for path, why in found:
                if why.startswith("left"):
                    disk.remove_tree(path)
                else:
                    withdraw(store.root, path)
            store.refresh()
    return waste


def collect_beside(folder: Path, *, dry_run: bool = False) -> list[Waste]:
    """Remove what killed writers left beside the user's files in `folder`, and return it.

    Folders below are not looked into.

    Parameters
    ----------
    folder : Path
        A folder that output was written to.
    dry_run : bool
        Only say what would be removed.

    Raises
    ------
    NotFound
        When there is no such folder.
    """
    if not folder.is_dir():
        raise NotFound("there is no such folder", where=str(folder))
    found = litter.litter(folder) if dry_run else litter.sweep(folder)
    return [Waste(item.path.name, item.bytes, item.why) for item in found]


def _leftovers(store: Store) -> list[Path]:
    """Return the staging area, temporary files of the index and of idle runs, and old states."""
    staging = sorted((store.root / STAGING).iterdir())
    waste = [*staging, *sorted(store.root.glob(f".{INDEX}.*.tmp"))]
    for run in store.runs():
        try:
            with store.run_lock(run):
                waste += sorted(p for p in run.folder.rglob(".*.tmp") if p.is_file())
                if run.done and (run.folder / STATE).is_dir():
                    waste.append(run.folder / STATE)
        except StorageBusy:
            continue
    return waste


def _superseded(store: Store) -> list[Path]:
    """Versions that are not the newest and named by no run; none while a run cannot be read."""
    runs = store.runs()
    if any(run.manifest is None for run in runs):
        return []
    used = {name for run in runs if run.manifest is not None for name in run.manifest.world.added}
    entries = [entry for entry in store.datasets() if entry.manifest is not None]
    newest = {entry.key: entry.reference for entry in entries}
    keep = used | set(newest.values())
    return [entry.folder for entry in entries if entry.reference not in keep]


def _waste(root: Path, path: Path, why: str) -> Waste:
    files = [path] if path.is_file() else [p for p in path.rglob("*") if p.is_file()]
    return Waste(path.relative_to(root).as_posix(), sum(p.stat().st_size for p in files), why)
