"""Every call of a lens from a face is a run: call, keep, and do again from the record."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

from isthmus.ensemble.lenses import call_lens, plain_parameters
from isthmus.errors import BadInput, IsthmusError
from isthmus.evidence import Result
from isthmus.runtime.threads import one_blas_thread
from isthmus.scenario import Scenario
from isthmus.store import Difference, RunManifest, Store, WorldUsed
from isthmus.store.compare import differing_tables, differing_values
from isthmus.store.runs import library_versions, plan_run


@dataclass(frozen=True, slots=True)
class Recorded:
    """A result and the run that keeps it.

    `run` is empty, and `reason` says why, where the store could not be written to.
    """

    result: Result
    run: str
    reason: str = ""


def world_used(world: Any) -> WorldUsed:
    """Return what a run remembers of its world."""
    return WorldUsed(
        name=world.name,
        edition=world.edition,
        content_hash=world.content_hash,
        datasets={key: world.record(key).content_sha256 for key in world.keys()},  # noqa: SIM118
        added=tuple(getattr(world, "added", ())),
    )


def lens_plan(
    lens: str, world: Any, scenario: Scenario | None, parameters: Mapping[str, Any]
) -> RunManifest:
    """Return the manifest of one call of a lens."""
    words = plain_parameters(parameters)
    return plan_run(
        lens,
        world_used(world),
        parameters=words,
        scenario=scenario.to_dict() if scenario is not None else None,
        scenario_hash=scenario.identity if scenario is not None else "",
        seed=words.get("seed"),
    )


def run_lens(
    lens: str,
    world: Any,
    scenario: Scenario | None = None,
    *,
    parameters: Mapping[str, Any] | None = None,
    controls: Mapping[str, Any] | None = None,
    store: Store | None = None,
) -> Recorded:
    """Call a lens by name, with one BLAS thread, and keep the run.

    Parameters
    ----------
    lens : str
        Dotted name (``"dependence.profile"``).
    world : World
        The data.
    scenario : Scenario, optional
        For lenses that take one.
    parameters : mapping, optional
        Plain JSON values by parameter name.
    controls : mapping, optional
        Parameters that do not change the content (progress, cancel, threads); not kept.
    store : Store, optional
        Where to keep the run; the user's store by default. A store that cannot be written to
        does not stop the call. A lens with a parameter `checkpoint` keeps its state there on the
        way, and the same call goes on where an earlier one was stopped.

    Raises
    ------
    NotFound, BadInput
        For an unknown lens or parameter; otherwise what the lens raises.
    Cancelled
        When the token among `controls` was set.
    """
    from isthmus.ensemble.resumable import run_resumable, takes_checkpoint

    manifest = lens_plan(lens, world, scenario, parameters or {})
    if takes_checkpoint(lens):
        done = run_resumable(manifest, world, controls=controls or {}, store=store)
        if done is not None:
            return done
    call = partial(call_lens, lens, world, scenario, manifest.parameters, controls=controls)
    return record(manifest, call, store=store)


def record(
    manifest: RunManifest, work: Callable[[], Result], *, store: Store | None = None
) -> Recorded:
    """Do the work of a manifest with one BLAS thread, and keep the run.

    Parameters
    ----------
    manifest : RunManifest
        What is asked, from `lens_plan`.
    work : callable
        Returns the answer.
    store : Store, optional
        Where to keep the run; the user's store by default. A store that cannot be written to, or
        is damaged, does not stop the work.
    """
    taken = stopwatch()
    with one_blas_thread():
        result = work()
    timing = taken()
    try:
        entry = (store or Store()).record_run(manifest, result, timing=timing)
    except IsthmusError as error:
        return Recorded(result, "", f"{error.what} ({error.where})")
    return Recorded(result, entry.id)


def stopwatch() -> Callable[[], dict[str, Any]]:
    """Begin to time a run; what is returned says when that was, and how many seconds ago."""
    started, clock = datetime.now(tz=UTC), time.perf_counter()
    return lambda: {
        "started": started.isoformat(timespec="seconds"),
        "seconds": round(time.perf_counter() - clock, 6),
    }


@dataclass(frozen=True, slots=True)
class Repetition:
    """What differs between a run and the same done again.

    `circumstances` are differences in versions, processor or world; `content` in the tables.
    """

    circumstances: list[Difference]
    content: list[Difference]

    @property
    def same(self) -> bool:
        """Whether the content was reproduced exactly."""
        return not self.content


@dataclass(frozen=True, slots=True)
class Repeated(Repetition):
    """A call done again, with its result."""

    result: Result


def repeat_lens_run(store: Store, name: str, world: Any) -> Repeated:
    """Do a finished lens run again and compare the content exactly.

    Parameters
    ----------
    store : Store
        Where the run is.
    name : str
        Its id.
    world : World
        The world that the run names, opened again (`isthmus.world.open_world`).

    Raises
    ------
    NotFound
        When there is no such finished run or no such lens.
    BadInput
        When it is not the run of a single call.
    """
    entry = store.run(name)
    manifest = entry.manifest
    before = store.result(entry.id)
    if manifest is None or manifest.kind != "lens":
        hint = "isthmus.ensemble.repeat_ensemble does an ensemble again"
        raise BadInput(f"run '{entry.id}' is not a single call of a lens", hint=hint)
    scenario = Scenario.from_dict(manifest.scenario) if manifest.scenario is not None else None
    with one_blas_thread():
        result = call_lens(manifest.lens, world, scenario, manifest.parameters)
    return Repeated(circumstances(manifest, world), differing_tables(before, result), result)


def circumstances(manifest: RunManifest, world: Any) -> list[Difference]:
    """Return how versions, processor and world differ between a run and now."""
    then = {"versions": manifest.versions, "world": manifest.world.model_dump(mode="json")}
    now = {"versions": library_versions(), "world": world_used(world).model_dump(mode="json")}
    return list(differing_values("", then, now))
