"""Single calls of a lens that keep their state on the way, so that they can be gone on with."""

from __future__ import annotations

import contextlib
import inspect
import tempfile
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from isthmus.ensemble.lenses import call_lens, find_lens
from isthmus.ensemble.recording import Recorded, circumstances, record, stopwatch
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
    TargetRefused,
    raise_all,
)
from isthmus.evidence import Result
from isthmus.runtime import ArrayCheckpoint, CancelToken
from isthmus.runtime.atomic import storage_errors
from isthmus.runtime.threads import one_blas_thread
from isthmus.scenario import Scenario
from isthmus.store import RunEntry, RunManifest, Store
from isthmus.store.runs import OUTPUTS, STATE, finish_run

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

    Where another process answers the same, it is waited for and its answer read. When it gives no
    sign of life (`Store.run_turn`), or the store is full, the answer is computed and not kept.

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
    """
    try:
        store = store or Store()
        entry = store.begin_run(manifest)
    except IsthmusError:
        return None
    if entry.fault:
        return None
    with contextlib.ExitStack() as stack:
        try:
            waited = stack.enter_context(store.run_turn(entry, check=_stop(controls)))
        except _UNWRITABLE as error:
            return _unkept(manifest, world, controls, error)
        found = next((e for e in store.runs() if e.id == entry.id), None)
        if found is None:  # who was waited for found no answer, or it was deleted
            return None
        if not found.done:
            return _first(store, entry, manifest, world, controls)
        if waited and not _writes(controls):
            with contextlib.suppress(DataCorrupted):
                return Recorded(store.result(entry.id), entry.id)
        return _again(store, entry, manifest, world, controls)


def _stop(controls: Mapping[str, Any]) -> Callable[[], None] | None:
    """Return what ends a wait when the caller does not want to wait any longer."""
    cancel = controls.get("cancel")
    return cancel.check if isinstance(cancel, CancelToken) else None


def _writes(controls: Mapping[str, Any]) -> bool:
    """Return whether a call writes files of its own, which reading an answer does not."""
    return any(isinstance(value, Path) for value in controls.values())


def _unkept(
    manifest: RunManifest, world: Any, controls: Mapping[str, Any], why: IsthmusError
) -> Recorded:
    """Answer without the store."""
    with one_blas_thread():
        result = _call(manifest, world, controls)
    return Recorded(result, "", f"{why.what} ({why.where})")


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
    with store.run_turn(entry, check=_stop(controls or {})):
        if store.run(entry.id).done:
            return Recorded(store.result(entry.id), entry.id)
        return _first(store, entry, manifest, world, controls or {})


def _first(
    store: Store, entry: RunEntry, manifest: RunManifest, world: Any, controls: Mapping[str, Any]
) -> Recorded:
    """Compute, write the outcome into the run's folder, and drop the state."""
    state = ArrayCheckpoint(entry.folder / STATE, run=entry.id)
    taken = stopwatch()
    try:
        with one_blas_thread():
            result = _call(manifest, world, {**controls, "checkpoint": state})
    except Cancelled as error:
        raise Cancelled(error.what, hint=f"go on with: isthmus runs resume {entry.id}") from None
    except _UNWRITABLE as error:
        recorded = _unkept(manifest, world, controls, error)
        _forget(store, entry)
        return recorded
    except IsthmusError as error:
        # What was asked has no answer; but a folder in the way can be cleared.
        on_the_way = isinstance(error, (TargetExists, TargetRefused)) and state.path.exists()
        if not on_the_way:
            _forget(store, entry)
        raise
    timing = taken()
    try:
        with storage_errors(entry.folder):
            finish_run(entry.folder, manifest, result, timing=timing)
    except _UNWRITABLE as error:
        if not (entry.folder / OUTPUTS).exists():
            _forget(store, entry)
            return Recorded(result, "", f"{error.what} ({error.where})")
    with contextlib.suppress(OSError, *_UNWRITABLE):  # it is kept, whether tidied up or not
        state.clear()
        with store.writing():
            store.refresh()
    return Recorded(result, entry.id)


def _again(
    store: Store, entry: RunEntry, manifest: RunManifest, world: Any, controls: Mapping[str, Any]
) -> Recorded:
    """Compute what is on record once more; another answer is kept beside it.

    A state that a kill left behind the outcome goes.
    """
    with contextlib.suppress(OSError, *_UNWRITABLE):
        ArrayCheckpoint(entry.folder / STATE, run=entry.id).clear()
    with tempfile.TemporaryDirectory() as folder:
        state = ArrayCheckpoint(Path(folder) / STATE, run=entry.id)
        work = partial(_call, manifest, world, {**controls, "checkpoint": state})
        return record(manifest, work, store=store)


def _call(manifest: RunManifest, world: Any, controls: Mapping[str, Any]) -> Result:
    scenario = Scenario.from_dict(manifest.scenario) if manifest.scenario is not None else None
    return call_lens(manifest.lens, world, scenario, manifest.parameters, controls=controls)


def _forget(store: Store, entry: RunEntry) -> None:
    """Take back that a run was begun; where the store is full it stays, to be begun again."""
    from isthmus.store.layout import withdraw

    with contextlib.suppress(IsthmusError, OSError), store.writing():
        withdraw(store.root, entry.folder)
        store.refresh()
