"""The lens: what an event costs one party by the draws of a posterior, and what would change it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from isthmus.ensemble.calibration.ends import CRITICAL, SUBSTITUTED
from isthmus.ensemble.calibration.misfit import misfit_share, normal_factors, predicted
from isthmus.ensemble.losses.cases import REFERENCE
from isthmus.ensemble.losses.lens import conditional
from isthmus.ensemble.losses.levels import Level, held_levels
from isthmus.ensemble.losses.read import Losses, losses_of
from isthmus.ensemble.losses.tables import ENDS, LEVELS
from isthmus.ensemble.losses.watch import MISSING_AFTER, RETURNED, middle_return
from isthmus.ensemble.losses.work import told_of_later
from isthmus.evidence import Column, Result, Table
from isthmus.evidence.lens import lens
from isthmus.kernels.arrays import Array
from isthmus.runtime import ArrayCheckpoint, CancelToken, Progress
from isthmus.scenario import Scenario
from isthmus.world.shipped import YEAR

SAYS = {
    CRITICAL: "contradicted: other industries moved by 0.3 % or less in every strike, and the stop "
    "of Russian gas in 2022 cost far less than it gives",
    REFERENCE: "every number at its median over what the episodes leave of it",
    SUBSTITUTED: "contradicted: cars lost an eighth of their output in 2021 for want of chips "
    "that are a hundredth of their cost",
}
"""What the episodes say of each case."""
MORE_DAYS = (30.0, 60.0, 90.0)
ENDS_BEFORE = "; empty where the run ends before"


@lens("losses.outlook", {"scenario": "taiwan-chips-7-full", "draws": 1, "until": 7})
def outlook(
    world: Any,
    scenario: Scenario,
    *,
    party: str = "EU27_2020",
    inputs: Sequence[str] = (),
    more_days: Sequence[float] = MORE_DAYS,
    draws: int = 50,
    until: int = 365,
    seed: int = 0,
    posterior: Path | None = None,
    year: int = YEAR,
    checkpoint: ArrayCheckpoint | None = None,
    progress: Progress | None = None,
    cancel: CancelToken | None = None,
) -> Result:
    """Return what an event costs one party: ranges, extremes, stocks, first stops, the way back.

    Parameters
    ----------
    world : World
        A world with an inter-economy table that tells chip nodes apart.
    scenario : Scenario
        What happens.
    party : str
        Economy or coalition.
    inputs : sequence of str
        Inputs of which more is held; those that the scenario's shocks name by default.
    more_days : sequence of float
        Days of use held at the party beyond what firms hold.
    draws, until, seed, posterior, year, checkpoint, progress, cancel
        As in `conditional`.

    Returns
    -------
    Result
        Tables ``predicted`` (median, 80 and 95 % range by day, with the misfit seen out of sample
        and its share of the spread), ``extremes``, ``by_stock``, ``first_stops``, ``returns``.

    Raises
    ------
    BadInput, CodeUnknown, NotFound
        For parties, numbers and posteriors that make no sense.
    ShockNotRepresentable
        For a kind of shock that the engine does not know.
    Cancelled
        When `cancel` was set.
    """
    held = tuple(inputs) or _named(scenario)
    levels = (Level(), *held_levels(held, more_days, economies=[party]))
    whole = conditional(
        world,
        scenario,
        levels=levels,
        parties=[party],
        keep=[party],
        draws=draws,
        until=until,
        seed=seed,
        posterior=posterior,
        year=year,
        around=True,
        checkpoint=checkpoint,
        progress=progress,
        cancel=cancel,
    )
    found = losses_of(whole)
    base = whole["losses"]
    tables = (
        _predicted(found, base, party),
        _extremes(found, base, party),
        _by_stock(found, base, party, (0.0, *more_days)),
        _first_stops(found, base, party),
        _returns(found, base, party, told=told_of_later(scenario, until)),
    )
    words = {"party": party, "inputs": list(held), "more_days": list(more_days)}
    about = replace(
        whole.provenance,
        lens="losses.outlook",
        parameters={**whole.provenance.parameters, **words},
    )
    return Result({table.name: table for table in tables}, about, whole.citations)


def _named(scenario: Scenario) -> tuple[str, ...]:
    codes = [c for shock in scenario.shocks for c in getattr(shock, "industries", ())]
    return tuple(dict.fromkeys(codes)) or ("*",)


def _table(
    base: Table, name: str, frame: pl.DataFrame, columns: Sequence[Column], text: str
) -> Table:
    return replace(base, name=name, frame=frame, columns=tuple(columns), text=text)


def spread(values: Array, sigma: float = 0.0) -> tuple[float, ...]:
    """Return the 95 and 80 % ranges and the middle of draws, ascending."""
    ends = predicted(values, np.ones(len(values)), LEVELS, normal_factors(sigma))
    return tuple(float(v) for v in ends)


def _range_columns() -> list[Column]:
    return [Column(name, "value", "share", "of value added lost, over the draws") for name in ENDS]


def _predicted(found: Losses, base: Table, party: str) -> Table:
    rows, misfit = [], found.misfit
    for day in found.days:
        values = found.share(party, day)[:, 0]
        low, low80, _, high80, high = spread(values, misfit)
        rows.append(
            {
                "economy": party,
                "day": day,
                **dict(zip(ENDS, spread(values), strict=True)),
                "low_95_misfit": low,
                "low_80_misfit": low80,
                "high_80_misfit": high80,
                "high_95_misfit": high,
                "misfit_share": misfit_share(values, misfit),
            }
        )
    columns = [
        Column("economy", "dimension", text="economy or coalition"),
        Column("day", "dimension", "days", "losses up to this day, counted from the start"),
        *_range_columns(),
        *(
            Column(f"{end}_{width}_misfit", "value", "share", "with the misfit seen out of sample")
            for end, width in (("low", 95), ("low", 80), ("high", 80), ("high", 95))
        ),
        Column(
            "misfit_share",
            "value",
            "share",
            "part of the variance in logarithms due to misfit; empty where a draw loses nothing",
        ),
    ]
    frame = pl.DataFrame(rows, schema_overrides={"misfit_share": pl.Float64})
    return _table(base, "predicted", frame, columns, "value added lost, by the draws")


def _extremes(found: Losses, base: Table, party: str) -> Table:
    rows = []
    for name, says in SAYS.items():
        part = found.table("around", case=name, economy=party)
        lost = np.cumsum(part["lost"].to_numpy() * found.lengths) / np.array(found.days)
        rows += [
            {"case": name, "day": day, "lost": float(value), "episodes": says}
            for day, value in zip(found.days, lost, strict=True)
        ]
    columns = [
        Column("case", "dimension", text="the reference case, or an extreme of the family"),
        Column("day", "dimension", "days", "losses up to this day"),
        Column("lost", "value", "share", "of value added"),
        Column("episodes", "attribute", text="what the episodes say of it"),
    ]
    text = "the reference case and the two extremes of the family; the extremes predict nothing"
    return _table(base, "extremes", pl.DataFrame(rows), columns, text)


def halving(days: Sequence[float], losses: Sequence[float]) -> float | None:
    """Return how many more days halve the first of these losses, interpolated; None if none do."""
    half = losses[0] / 2
    for (a, high), (b, low) in pairwise(zip(days, losses, strict=True)):
        if high > half >= low:
            return float(a + (b - a) * (high - half) / (high - low))
    return None


def _by_stock(found: Losses, base: Table, party: str, days: Sequence[float]) -> Table:
    day = next((d for d in found.days if d >= 90), found.days[-1])
    whole = found.share(party, day)
    today = whole[:, 0]
    rows = []
    for more, values in zip(days, whole.T, strict=True):
        saved = np.divide(today - values, today, out=np.zeros_like(today), where=today > 0)
        middle = dict(zip(ENDS, spread(values), strict=True))
        rows.append({"more_days": float(more), **middle, "saved": float(np.median(saved))})
    half = halving(days, [row["median"] for row in rows])
    told = f"{half:.0f} more days halve it" if half is not None else "no number of these halves it"
    columns = [
        Column("more_days", "dimension", "days", "of use held beyond what firms hold"),
        *_range_columns(),
        Column("saved", "value", "share", "of the loss as today, middle of the draws"),
    ]
    made = _table(base, "by_stock", pl.DataFrame(rows), columns, f"losses to day {day} by stock")
    return replace(made, notes=(told, *made.notes))


def _first_stops(found: Losses, base: Table, party: str) -> Table:
    there = pl.col("day").drop_nulls()
    frame = (
        found.table("stops", party=party)
        .group_by("industry", maintain_order=True)
        .agg((there.len() / pl.len()).alias("stops"), there.median().alias("first_day"))
        .filter(pl.col("stops") > 0)
        .sort("first_day", "stops", "industry", descending=[False, True, False])
    )
    columns = [
        Column("industry", "dimension", text="industry or node of the party"),
        Column("stops", "value", "share", "draws in which output falls below half of its base"),
        Column("first_day", "value", "days", "first such day, middle of these draws"),
    ]
    return _table(base, "first_stops", frame, columns, "which industries stop, the first first")


def _returns(found: Losses, base: Table, party: str, *, told: bool) -> Table:
    rows = found.table("parties", party=party, level=found.levels[0])
    missing = rows["missing"].to_numpy()
    frame = pl.DataFrame(
        {
            "economy": [party],
            "back": [middle_return(rows["back"])],
            "never": [rows["back"].null_count() / rows.height],
            "returned": [float(np.mean(missing <= 1.0 - RETURNED)) if told else None],
            "missing": [float(np.median(missing)) if told else None],
        },
        schema_overrides=dict.fromkeys(("back", "returned", "missing"), pl.Float64),
    )
    columns = [
        Column("economy", "dimension", text="economy or coalition"),
        Column(
            "back",
            "value",
            "days",
            "from when half of the draws stay within 0.5 % of base; empty if not within the run",
        ),
        Column("never", "value", "share", "draws in which it does not within the run"),
        Column(
            "returned",
            "value",
            "share",
            f"within 2 % {MISSING_AFTER} days after the event{ENDS_BEFORE}",
        ),
        Column("missing", "value", "share", f"missing then, middle of the draws{ENDS_BEFORE}"),
    ]
    text = "whether value added returns: what was put off and stocks to be filled keep it away"
    return _table(base, "returns", frame, columns, text)
