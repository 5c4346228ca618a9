"""Single calls of a lens that keep their state on the way, so that they can be gone on with."""

from __future__ import annotations

import inspect
import tempfile
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from isthmus.ensemble.lenses import call_lens, find_lens
from isthmus.ensemble.recording import Recorded, circumstances, record
from isthmus.errors import (
    BadInput,
    Cancelled,
    DataCorrupted,
    InputProblem,
    IsthmusError,
    StorageBusy,
    StorageFull,
    StorageReadOnly,
    TargetExists,
    raise_all,
)
from isthmus.evidence import Result
from isthmus.runtime import ArrayCheckpoint
from isthmus.runtime.threads import one_blas_thread
from isthmus.scenario import Scenario
from isthmus.store import RunEntry, RunManifest, Store
from isthmus.store.runs import finish_run

STATE = "state"
_UNWRITABLE = (StorageReadOnly, StorageFull, StorageBusy)


def takes_checkpoint(lens: str) -> bool:
    """Return whether a lens keeps its state on the way.

    Raises
    ------
    NotFound
        When there is no such lens.
    """
    return "checkpoint" in inspect.signature(find_lens(lens)).parameters


def run_resumable(
    manifest: RunManifest,
    world: Any,
    *,
    controls: Mapping[str, Any],
    store: Store | None = None,
) -> Recorded | None:
    """Call the lens of a manifest; go on with it where the same call was stopped.

    Parameters
    ----------
    manifest : RunManifest
        What is asked.
    world : World
        The data.
    controls : mapping
        Parameters that do not change the content.
    store : Store, optional
        Where the run, and its state on the way, are kept; the user's store by default.

    Returns
    -------
    Recorded or None
        None where the store cannot keep a state, and the call has to be made without.

    Raises
    ------
    Cancelled
        When it was stopped; names the command that goes on.
    StorageBusy
        When another process works on the same run.
    """
    try:
        store = store or Store()
        entry = store.begin_run(manifest)
    except IsthmusError:
        return None
    if entry.fault:
        return None
    with store.run_lock(entry):
        if store.run(entry.id).done:
            return _again(store, entry, manifest, world, controls)
        return _first(store, entry, manifest, world, controls)


def resume_lens_run(
    store: Store, name: str, world: Any, *, controls: Mapping[str, Any] | None = None
) -> Recorded:
    """Go on with a single call that was stopped; a finished one is returned as it is.

    Raises
    ------
    NotFound, BadInput
        When there is no such run, it is no single call, or it began with other versions or data:
        going on would mix two answers.
    DataCorrupted
        When its manifest cannot be read.
    Cancelled, StorageBusy
        As `run_resumable`.
    """
    entry = store.run(name)
    manifest = entry.manifest
    if manifest is None:
        raise DataCorrupted(entry.fault, where=entry.id)
    if manifest.kind != "lens":
        raise BadInput(f"run '{entry.id}' is an ensemble, not a single call")
    if entry.done:
        return Recorded(store.result(entry.id), entry.id)
    changed = circumstances(manifest, world)
    hint = "ask anew, and delete this run"
    problems = [InputProblem(f"{d.first} then, {d.second} now", d.where, hint) for d in changed]
    raise_all(f"run '{entry.id}' began under other circumstances", problems)
    with store.run_lock(entry):
        return _first(store, entry, manifest, world, controls or {})


def _first(
    store: Store, entry: RunEntry, manifest: RunManifest, world: Any, controls: Mapping[str, Any]
) -> Recorded:
    """Compute, write the outcome into the run's folder, and drop the state."""
    state = ArrayCheckpoint(entry.folder / STATE, run=entry.id)
    started, clock = datetime.now(tz=UTC), time.perf_counter()
    try:
        with one_blas_thread():
            result = _call(manifest, world, {**controls, "checkpoint": state})
    except Cancelled as error:
        raise Cancelled(error.what, hint=f"go on with: isthmus runs resume {entry.id}") from None
    except IsthmusError as error:
        # What was asked has no answer; but a full disk or a folder in the way can be cleared.
        on_the_way = isinstance(error, (*_UNWRITABLE, TargetExists)) and state.path.exists()
        if not on_the_way:
            _forget(store, entry)
        raise
    seconds = round(time.perf_counter() - clock, 6)
    timing = {"started": started.isoformat(timespec="seconds"), "seconds": seconds}
    try:
        finish_run(entry.folder, manifest, result, timing=timing)
        state.clear()
        with store.writing():
            store.refresh()
    except _UNWRITABLE as error:
        return Recorded(result, "", f"{error.what} ({error.where})")
    return Recorded(result, entry.id)


def _again(
    store: Store, entry: RunEntry, manifest: RunManifest, world: Any, controls: Mapping[str, Any]
) -> Recorded:
    """Compute what is on record once more; another answer is kept beside it."""
    with tempfile.TemporaryDirectory() as folder:
        state = ArrayCheckpoint(Path(folder) / STATE, run=entry.id)
        work = partial(_call, manifest, world, {**controls, "checkpoint": state})
        return record(manifest, work, store=store)


def _call(manifest: RunManifest, world: Any, controls: Mapping[str, Any]) -> Result:
    scenario = Scenario.from_dict(manifest.scenario) if manifest.scenario is not None else None
    return call_lens(manifest.lens, world, scenario, manifest.parameters, controls=controls)


def _forget(store: Store, entry: RunEntry) -> None:
    from isthmus.store.layout import withdraw

    with store.writing():
        withdraw(store.root, entry.folder)
        store.refresh()
