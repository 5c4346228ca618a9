"""The lens: what a scenario costs by the draws of a posterior, at levels of what is done before."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from isthmus import codes
from isthmus.disruption.about import CITATIONS as ENGINE_CITATIONS
from isthmus.disruption.posterior import SHIPPED, Posterior, load_posterior
from isthmus.disruption.prepare import Engine, engine_for
from isthmus.disruption.settings import Precision
from isthmus.disruption.shocks import KINDS, Places
from isthmus.disruption.table import daily_table
from isthmus.ensemble.calibration.calibrate import CITATIONS
from isthmus.ensemble.calibration.engine import engine_hash
from isthmus.ensemble.calibration.predict import beyond
from isthmus.ensemble.losses.cases import Cases, around_of, drawn_of, levels_of
from isthmus.ensemble.losses.levels import Level, check_levels
from isthmus.ensemble.losses.question import DRAWS, LENS, UNTIL, without_ranges
from isthmus.ensemble.losses.tables import CaseArrays, Maker
from isthmus.ensemble.losses.watch import WEEK, Parts, parts_of
from isthmus.ensemble.losses.work import KEPT, LossWork, run_cases, unpacked, width
from isthmus.errors import InputProblem, raise_all
from isthmus.evidence import Kind, Result, provenance
from isthmus.evidence.frames import of_years
from isthmus.evidence.lens import lens
from isthmus.runtime import (
    ArrayCheckpoint,
    CancelToken,
    Checkpoints,
    Progress,
    open_executor,
    run_batches,
    silent,
    split,
)
from isthmus.scenario import Scenario
from isthmus.world.mrio import MRIO
from isthmus.world.shipped import YEAR

LABEL = "losses"


@lens(LENS, {"scenario": "taiwan-chips-7-full", "draws": 1, "until": 7})
def conditional(
    world: Any,
    scenario: Scenario,
    *,
    levels: Sequence[Level] = (),
    parties: Sequence[str] = (),
    keep: Sequence[str] = (),
    draws: int = DRAWS,
    seed: int = 0,
    vary: bool = False,
    posterior: Path | None = None,
    posterior_hash: str = "",
    until: int = UNTIL,
    year: int = YEAR,
    around: bool = False,
    batch: int | None = None,
    precision: Precision = "float32",
    engine: Engine = "auto",
    workers: int = 1,
    checkpoint: ArrayCheckpoint | None = None,
    progress: Progress | None = None,
    cancel: CancelToken | None = None,
) -> Result:
    """Return value added lost by draw, level, economy and window, if the scenario happens.

    Parameters
    ----------
    world : World
        A world with an inter-economy table that tells chip nodes apart.
    scenario : Scenario
        What happens; its ``params`` are left alone, because the posterior draws them.
    levels : sequence of Level
        What is done beforehand; as today alone by default. All levels share the draws.
    parties : sequence of str
        Economies and coalitions whose industries, weeks and return are kept.
    keep : sequence of str
        Economies and coalitions whose losses are kept; every economy of the table when empty.
    draws : int
        Draws of equal weight.
    seed : int
        Seed of the choice of draws.
    vary : bool
        Draw the scenario's ranges on its shocks as well.
    posterior : path, optional
        Folder of a posterior; that of the package by default.
    posterior_hash : str
        Identity that the posterior must have; any when empty.
    until : int
        Last day simulated, which may lie after the scenario's horizon.
    year : int
        Year of the table.
    around : bool
        Also the reference case, the two ends of the family, and each number in its tails.
    batch : int, optional
        Runs per pass over the table; by default as `isthmus.ensemble.losses.work.width` says.
    precision, engine
        As in `isthmus.disruption.simulate`.
    workers : int
        Processes; they do not change a bit of the result.
    checkpoint : ArrayCheckpoint, optional
        Where finished batches are kept; the same call goes on there.
    progress, cancel : optional
        Callback; token checked before each batch.

    Returns
    -------
    Result
        Tables ``losses``, ``base``, ``draws``, ``parties``, ``industries``, ``stops``, ``course``
        and, with `around`, ``around``.

    Raises
    ------
    BadInput, CodeUnknown, NotFound
        For levels, parties, numbers and posteriors that make no sense.
    ShockNotRepresentable
        For a kind of shock that the engine does not know.
    Cancelled
        When `cancel` was set.
    """
    drawn_from = load_posterior(posterior)
    _check(drawn_from, posterior_hash, draws, until, scenario)
    mrio = world.mrio(year, chips=True)
    chosen = levels_of(levels)
    check_levels(chosen, mrio.industries)
    drawn = drawn_of(drawn_from, scenario, draws, seed, vary=vary)
    extra = around_of(drawn_from) if around else ()
    cases = Cases(drawn, chosen, extra, Places(mrio.economies, mrio.industries), precision)
    daily = daily_table(mrio)
    work = LossWork(
        scenario=without_ranges(scenario),
        cases=cases,
        daily=daily,
        parts=_parts(parties, mrio),
        rows=_parts(keep or mrio.economies, mrio),
        days=until,
        engine=engine_for(engine, daily, until, len(cases)),
    )
    size = width(len(cases)) if batch is None else batch
    kept = None if checkpoint is None else Checkpoints(checkpoint.folder / f"batches-{size}")
    with open_executor(workers) as executor:
        outcomes = run_batches(
            partial(run_cases, work),
            split(len(cases), size),
            label=LABEL,
            executor=executor,
            checkpoints=kept,
            cancel=cancel,
            progress=progress or silent,
        )
    words = {
        "levels": [level.to_dict() for level in chosen],
        "parties": list(parties),
        "keep": list(keep),
        "draws": draws,
        "vary": vary,
        "posterior": SHIPPED if posterior is None else str(posterior),
        "posterior_hash": drawn_from.identity,
        "engine": engine_hash(),
        "until": until,
        "year": year,
        "around": around,
        "precision": precision,
    }
    about = provenance(
        mrio.origin, LENS, mrio.datasets, words, scenario=scenario.identity, seed=seed
    )
    found = CaseArrays(
        {
            name: np.concatenate([unpacked(outcome[name]) for outcome in outcomes], axis=-1)
            for name in KEPT
        }
    )
    notes = (*beyond(scenario, drawn_from), *mrio.notes)
    tables = Maker(work, found, Kind.ASSUMED, mrio.datasets, notes).all()
    citations = tuple(dict.fromkeys((*CITATIONS, *ENGINE_CITATIONS)))
    return Result(of_years(tables, [mrio.year]), about, citations)


def _parts(parties: Sequence[str], mrio: MRIO) -> Parts:
    """Return the parties as members of the table; a coalition is never cut down in silence."""
    there, listed = set(mrio.economies), [codes.members(code) for code in parties]
    problems = [
        InputProblem(f"not in the table: {', '.join(absent)}", where=f"parties.{code}")
        for code, some in zip(parties, listed, strict=True)
        if (absent := sorted(set(some) - there))
    ]
    raise_all("parties of a loss", problems)
    return parts_of(parties, listed, mrio.economies)


def _check(
    drawn_from: Posterior, posterior_hash: str, draws: int, until: int, scenario: Scenario
) -> None:
    """Raise unless the numbers make sense and the posterior is the one that was meant."""
    scenario.require(KINDS, lens=LENS)
    first = max((shock.start for shock in scenario.shocks), default=0)
    problems = []
    if draws < 1:
        problems.append(InputProblem(f"must be 1 or more, got {draws}", where="draws"))
    if until < WEEK or until <= first:
        least = max(WEEK, first + 1)
        problems.append(InputProblem(f"must be {least} or more, got {until}", where="until"))
    if posterior_hash and posterior_hash != drawn_from.identity:
        what = f"is {drawn_from.identity[:12]}, not {posterior_hash[:12]}"
        hint = "the draws have changed since; ask anew"
        problems.append(InputProblem(what, where="posterior", hint=hint))
    raise_all("conditional losses", problems)
