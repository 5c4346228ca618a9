"""An ensemble done again from its manifest, and compared part by part."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from isthmus.ensemble.recording import Repetition, circumstances, world_used
from isthmus.ensemble.run import ensemble_of, outputs_of, run_manifest
from isthmus.errors import DataCorrupted
from isthmus.evidence import content_hash
from isthmus.runtime import CancelToken, Executor, Progress, silent
from isthmus.store import Difference, RunEntry, RunOutputs, Store
from isthmus.store.compare import differing_frames
from isthmus.store.datasets import file_problems, stored_frame
from isthmus.store.tables import TableEntry


def repeat_ensemble(
    store: Store,
    name: str,
    world: Any,
    *,
    executor: Executor | None = None,
    cancel: CancelToken | None = None,
    progress: Progress = silent,
) -> Repetition:
    """Do a finished ensemble again with its stored plan and compare every part.

    The parts of the repetition lie in a temporary folder and are gone afterwards; no more than
    one part of each run is in memory at a time.

    Parameters
    ----------
    store : Store
        Where the run is.
    name : str
        Its id.
    world : World
        The world that the run names, opened again; it must open by its name in workers.
    executor, cancel, progress
        As in `run_ensemble`.

    Raises
    ------
    NotFound, BadInput
        When there is no such finished run, or it is not an ensemble.
    DataCorrupted
        When a part of it differs from what was written.
    Cancelled, WorkerLost, StorageFull
        As in `run_ensemble`; nothing is kept.
    """
    entry, manifest = ensemble_of(store, name)
    before = _checked(store, entry)
    now = manifest.model_copy(update={"world": world_used(world)})
    with tempfile.TemporaryDirectory(prefix="isthmus-") as place:
        again = RunEntry(id=entry.id, folder=Path(place), manifest=now)
        outcomes = run_manifest(store, again, now, executor, cancel, progress)
        after = outputs_of(now, outcomes)
        content = [
            difference
            for old, new in _paired(before.tables, after.tables)
            for difference in _differing(old, new, entry.folder, again.folder)
        ]
    return Repetition(circumstances(manifest, world), content)


def _checked(store: Store, entry: RunEntry) -> RunOutputs:
    outputs = store.outputs(entry.id)
    if faults := file_problems(entry.folder, tuple(f for t in outputs.tables for f in t.files)):
        raise DataCorrupted(f"the run cannot be compared: {faults[0]}", where=entry.id)
    return outputs


Pair = tuple[TableEntry | None, TableEntry | None]


def _paired(old: tuple[TableEntry, ...], new: tuple[TableEntry, ...]) -> list[Pair]:
    one, two = ({t.name: t for t in tables} for tables in (old, new))
    return [(one.get(name), two.get(name)) for name in sorted({*one, *two})]


def _differing(
    old: TableEntry | None, new: TableEntry | None, before: Path, after: Path
) -> Iterator[Difference]:
    if old is None or new is None:
        table = new if old is None else old
        words = ("missing", "there") if old is None else ("there", "missing")
        yield Difference(f"tables.{table.name if table else ''}", *words)
        return
    if old.content_sha256 == new.content_sha256:
        return
    place = f"tables.{old.name}"
    one, two = ({f.name: f for f in table.files} for table in (old, new))
    for part in sorted({*one, *two}):
        if part not in one or part not in two:
            words = ("missing", "there") if part not in one else ("there", "missing")
            yield Difference(f"{place}, {part}", *words)
            continue
        first, second = stored_frame(before / part), stored_frame(after / part)
        if content_hash(first, keep_order=True) != content_hash(second, keep_order=True):
            keys = [c.name for c in old.columns if c.role == "dimension"]
            yield from differing_frames(f"{place}, {part}", first, second, keys)
