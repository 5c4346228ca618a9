"""Running, resuming and finishing an ensemble in a store."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from isthmus._version import __version__
from isthmus.ensemble.batch import DESIGN_FILE, FAILURES_TABLE, SAMPLES_TABLE, Work, run_batch
from isthmus.ensemble.blocks import block_size
from isthmus.ensemble.design import mixing_matrix, write_design
from isthmus.ensemble.lenses import own_lenses, plain_parameters
from isthmus.ensemble.plan import EnsemblePlan
from isthmus.ensemble.recording import stopwatch, world_used
from isthmus.errors import BadInput, DataCorrupted
from isthmus.evidence import Kind
from isthmus.runtime import (
    Batch,
    CancelToken,
    Checkpoints,
    Executor,
    Progress,
    canonical_hash,
    disk,
    run_batches,
    silent,
    split,
    write_bytes,
)
from isthmus.scenario import Scenario
from isthmus.store import RunEntry, RunManifest, RunOutputs, Store, layout
from isthmus.store.datasets import FileEntry, file_problems
from isthmus.store.runs import OUTPUTS, TIMING, manifest_hash, plan_run
from isthmus.store.tables import ColumnEntry, TableEntry, plain

_DONE = "done"


@dataclass(frozen=True, slots=True)
class EnsembleStatus:
    """How far an ensemble is: batches kept and in all, samples, and whether it is done."""

    run: str
    lens: str
    batches_done: int
    batches: int
    samples: int
    status: str


def status(store: Store, name: str) -> EnsembleStatus:
    """Return how far an ensemble is.

    Raises
    ------
    NotFound, BadInput
        When there is no such run, or it is not an ensemble.
    """
    entry, manifest = ensemble_of(store, name)
    count = int(manifest.plan["batches"])
    done = count if entry.done else Checkpoints(entry.folder / _DONE).count()
    samples = int(manifest.plan["samples"])
    return EnsembleStatus(entry.id, manifest.lens, done, count, samples, entry.status)


def run_ensemble(
    store: Store,
    plan: EnsemblePlan,
    world: Any,
    *,
    executor: Executor | None = None,
    cancel: CancelToken | None = None,
    progress: Progress = silent,
) -> RunEntry:
    """Run an ensemble, or go on with it where the same was begun before.

    Where another process runs the same, it is waited for and its outcome returned.

    Parameters
    ----------
    store : Store
        Where the run is kept; its parts are written there as they come.
    plan : EnsemblePlan
        What to do.
    world : World
        A world that opens again by its name (``starter``, with data sets of `store`).
    executor : Executor, optional
        Serial by default; the content does not depend on it.
    cancel : CancelToken, optional
        Stops between two batches; the run can be resumed.
    progress : callable
        Receives a `ProgressEvent` per batch.

    Returns
    -------
    RunEntry
        The finished run.

    Raises
    ------
    Cancelled
        When `cancel` was set.
    StorageFull, StorageReadOnly, StorageBusy, WorkerLost
        When the run cannot go on; what is done is kept and can be resumed.
    """
    manifest = plan_run(
        plan.lens,
        world_used(world),
        kind="ensemble",
        parameters=plain_parameters(plan.parameters),
        scenario=plan.scenario.to_dict(),
        scenario_hash=plan.scenario.identity,
        seed=plan.seed,
        plan=plan.design_values(),
    )
    store.begin_run(manifest)
    return resume_ensemble(store, manifest.id, executor=executor, cancel=cancel, progress=progress)


def resume_ensemble(
    store: Store,
    name: str,
    *,
    executor: Executor | None = None,
    cancel: CancelToken | None = None,
    progress: Progress = silent,
) -> RunEntry:
    """Go on with an ensemble; a finished one is returned as it is.

    Raises
    ------
    NotFound, BadInput
        When there is no such run, or it is not an ensemble.
    DataCorrupted
        When the world is not the one with which it began.
    Cancelled, StorageFull, StorageReadOnly, StorageBusy, WorkerLost
        As `run_ensemble`.
    """
    entry, manifest = ensemble_of(store, name)
    with store.run_turn(entry, check=cancel.check if cancel is not None else None):
        if (entry.folder / OUTPUTS).exists():
            _tidy(entry)
            return store.run(entry.id)
        taken = stopwatch()
        outcomes = run_manifest(store, entry, manifest, executor, cancel, progress)
        outputs = outputs_of(manifest, outcomes)
        timing = {**taken(), "workers": executor.workers if executor is not None else 1}
        write_bytes(entry.folder / TIMING, layout.manifest_bytes(timing))
        write_bytes(entry.folder / OUTPUTS, layout.manifest_bytes(plain(outputs)))
        _tidy(entry)
    with store.writing():
        store.refresh()
    return store.run(entry.id)


def _tidy(entry: RunEntry) -> None:
    """Remove the design of a finished run, which follows from the manifest, and what killed
    workers had begun to write."""
    begun = entry.folder.rglob(".*.tmp")
    for path in (entry.folder / DESIGN_FILE, *begun):
        with contextlib.suppress(OSError):
            disk.unlink(path)


def ensemble_of(store: Store, name: str) -> tuple[RunEntry, RunManifest]:
    """Return the ensemble of an id with its manifest.

    Raises
    ------
    NotFound, BadInput, DataCorrupted
        When there is no such run, it is not an ensemble, or it cannot be read.
    """
    entry = store.run(name)
    if entry.manifest is None:
        raise DataCorrupted(entry.fault, where=entry.id)
    if entry.manifest.kind != "ensemble":
        raise BadInput(f"run '{entry.id}' is a single call, not an ensemble")
    return entry, entry.manifest


def run_manifest(
    store: Store,
    entry: RunEntry,
    manifest: RunManifest,
    executor: Executor | None,
    cancel: CancelToken | None,
    progress: Progress,
) -> list[dict[str, Any]]:
    """Run the batches of a manifest into the folder of `entry` and return their outcomes."""
    scenario = Scenario.from_dict(manifest.scenario or {})
    samples, seed = int(manifest.plan["samples"]), manifest.seed or 0
    paths = [r.path for r in scenario.ranges]
    design, first = manifest.plan["design"], int(manifest.plan.get("first", 0))
    write_design(
        entry.folder / DESIGN_FILE,
        design,
        (samples, len(paths)),
        seed=seed,
        mixing=mixing_matrix(paths, scenario.correlations),
        first=first,
    )
    block = block_size(design, len(paths))
    work = Work(entry.folder, manifest, store.root, own_lenses(), block)
    return run_batches(
        partial(run_batch, work),
        split(samples, int(manifest.plan["batch"])),
        label=manifest.lens,
        executor=executor,
        checkpoints=Checkpoints(entry.folder / _DONE),
        usable=partial(_usable, entry),
        cancel=cancel,
        progress=progress,
    )


def _usable(entry: RunEntry, batch: Batch, outcome: Mapping[str, Any]) -> bool:
    """Say whether the parts of a kept batch are all there."""
    files = [
        FileEntry.model_validate(file)
        for table in outcome["tables"].values()
        for file in table["files"]
    ]
    return not file_problems(entry.folder, tuple(files))


def outputs_of(manifest: RunManifest, outcomes: Sequence[Mapping[str, Any]]) -> RunOutputs:
    """Return what came out of all batches as one record."""
    parts: dict[str, list[TableEntry]] = {}
    for outcome in outcomes:
        for name, raw in outcome["tables"].items():
            parts.setdefault(name, []).append(TableEntry.model_validate(raw))
    first: Mapping[str, Any] = next((o["lens"] for o in outcomes if o["lens"]), {})
    provenance = {
        "lens": manifest.lens,
        "parameters": manifest.parameters,
        "world": f"{manifest.world.name} {manifest.world.edition}",
        "world_hash": manifest.world.content_hash,
        "datasets": first.get("datasets", {}),
        "scenario": manifest.scenario_hash,
        "seed": manifest.seed,
        "version": __version__,
    }
    return RunOutputs(
        manifest_sha256=manifest_hash(manifest),
        tables=tuple(_joined(name, parts[name]) for name in sorted(parts)),
        provenance=provenance,
        citations=tuple(first.get("citations", ())),
    )


def _joined(name: str, parts: list[TableEntry]) -> TableEntry:
    """Return one table over all batches; its numbers rest on assumed ranges."""
    head = parts[0]
    if any(part.columns != head.columns for part in parts):
        raise DataCorrupted(f"table {name} has other columns in another batch")
    columns = head.columns
    if name not in (SAMPLES_TABLE, FAILURES_TABLE):
        sample = ColumnEntry(name="sample", role="dimension", text="number of the sample")
        columns = (sample, *columns)
    return head.model_copy(
        update={
            "columns": columns,
            "kind": Kind.weakest([Kind.ASSUMED, *(part.kind for part in parts)]),
            "rows": sum(part.rows for part in parts),
            "content_sha256": canonical_hash([part.content_sha256 for part in parts]),
            "files": tuple(file for part in parts for file in part.files),
            "notes": head.notes,
        }
    )
