"""The lens: several scenarios over the same draws of a posterior, and what one saves on another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from isthmus.disruption.posterior import load_posterior
from isthmus.disruption.prepare import Engine
from isthmus.disruption.settings import Precision
from isthmus.ensemble.calibration.predict import (
    ALL_CITATIONS,
    BATCH,
    DRAWS,
    SHARE_LOST,
    about_of,
    beyond,
    lost_by_draw,
    misfit_of,
    of_posterior,
    outside,
    predicted_table,
    ranges,
)
from isthmus.errors import InputProblem, NotFound, did_you_mean, raise_all
from isthmus.evidence import Column, Kind, Result, Table
from isthmus.evidence.lens import lens
from isthmus.runtime import CancelToken, Progress, canonical_hash
from isthmus.scenario import Scenario
from isthmus.scenario.groups import whole_coalitions
from isthmus.world.mrio import MRIO
from isthmus.world.shipped import YEAR


@lens(
    "calibration.predict_many",
    {
        "scenarios": ["taiwan-chips-7-full", "taiwan-chips-7-partial"],
        "draws": 2,
        "until": 7,
        "base": "taiwan-chips-7-full",
    },
)
def predict_many(
    world: Any,
    scenarios: Sequence[Scenario],
    *,
    base: str | None = None,
    posterior: Path | None = None,
    draws: int = DRAWS,
    coalitions: Sequence[str] = ("EU27_2020",),
    until: int | None = None,
    year: int = YEAR,
    horizons: Sequence[int] | None = None,
    seed: int = 0,
    batch: int = BATCH,
    precision: Precision = "float32",
    engine: Engine = "auto",
    progress: Progress | None = None,
    cancel: CancelToken | None = None,
) -> Result:
    """Return value added lost in several scenarios over the same draws of a posterior.

    Scenarios that differ in one thing show what it is worth: the same draw answers all of them, so
    that the difference is far narrower than the two ranges.

    Parameters
    ----------
    world : World
        A world with an inter-economy table.
    scenarios : sequence of Scenario
        With different names.
    base : str, optional
        Name of one of them; adds the differences of the others to it.
    posterior, draws, coalitions, until, year, horizons, seed, batch, precision, engine
        As in `predict`.
    progress, cancel
        As in `isthmus.disruption.simulate`.

    Returns
    -------
    Result
        ``predicted``: as in `predict`, by scenario; with `base` ``predicted_difference``: the loss
        less that of the base draw by draw, with the misfit of both the same, and the share of draws
        in which it is lower.

    Raises
    ------
    BadInput
        When names repeat or there is no scenario.
    NotFound
        When there is no scenario `base`.
    """
    _check([s.name for s in scenarios], base)
    drawn = load_posterior(posterior)
    mrio = world if isinstance(world, MRIO) else world.mrio(year, chips=True)
    groups, absent = whole_coalitions(coalitions, mrio.economies)
    found = {
        scenario.name: lost_by_draw(
            mrio,
            scenario,
            drawn,
            draws,
            groups,
            seed=seed,
            precision=precision,
            until=until,
            batch=batch,
            horizons=horizons,
            engine=engine,
            progress=progress,
            cancel=cancel,
        )
        for scenario in scenarios
    }
    sigma = misfit_of(drawn)
    whole, _ = next(iter(found.values()))
    told = dict.fromkeys(note for _, losses in found.values() for note in losses.notes)
    notes = [*told, *outside(absent)]
    notes += [f"{s.name}: {note}" for s in scenarios for note in beyond(s, drawn)]
    by_name = {name: losses for name, (_, losses) in found.items()}
    tables = [_by_scenario(by_name, sigma, tuple(notes))]
    if base is not None:
        tables.append(_differences(by_name, base, sigma, tuple(notes)))
    parameters = {
        **of_posterior(posterior, drawn),
        "draws": draws,
        "base": base,
        "coalitions": list(coalitions),
        "until": until,
        "horizons": None if horizons is None else list(horizons),
        "precision": precision,
    }
    identity = canonical_hash([s.identity for s in scenarios])
    about = about_of("calibration.predict_many", world, whole, parameters, identity, seed)
    return Result({t.name: t for t in tables}, about, ALL_CITATIONS)


def _check(names: Sequence[str], base: str | None) -> None:
    problems = [] if names else [InputProblem("there is no scenario", "scenarios")]
    twice = sorted({n for n in names if names.count(n) > 1})
    if twice:
        problems.append(InputProblem(f"names repeat: {', '.join(twice)}", "scenarios"))
    raise_all("scenarios over draws", problems)
    if base is not None and base not in names:
        raise NotFound(f"there is no scenario '{base}'", hint=did_you_mean(base, set(names)))


_SCENARIO = Column("scenario", "dimension", text="name of the scenario")


def _by_scenario(found: dict[str, Table], sigma: float, notes: tuple[str, ...]) -> Table:
    parts = {name: predicted_table(one, sigma, notes) for name, one in found.items()}
    frames = [
        part.frame.select(pl.lit(name).alias("scenario"), pl.all()) for name, part in parts.items()
    ]
    one = next(iter(parts.values()))
    said = tuple(dict.fromkeys(note for part in parts.values() for note in part.notes))
    return replace(one, frame=pl.concat(frames), columns=(_SCENARIO, *one.columns), notes=said)


def _differences(found: dict[str, Table], base: str, sigma: float, notes: tuple[str, ...]) -> Table:
    before = _drawn(found[base])
    rows = []
    for name, losses in found.items():
        if name == base:
            continue
        for place, values in _drawn(losses).items():
            gap = values - before[place]
            rows.append((name, *place, *ranges(gap, sigma).values(), float((gap < 0).mean())))
    columns = (
        _SCENARIO,
        Column("economy", "dimension", text="code of the economy"),
        Column("horizon", "dimension", "days", "days counted from the start"),
        Column("median", "value", "1", f"share of value added lost less that of {base}: middle"),
        Column("low_80", "value", "1", "low end of the 80 % range of the difference"),
        Column("high_80", "value", "1", "high end of it"),
        Column("low_95", "value", "1", "low end of the 95 % range of the difference"),
        Column("high_95", "value", "1", "high end of it"),
        Column("low_80_misfit", "value", "1", "low end of the 80 % range with misfit"),
        Column("high_80_misfit", "value", "1", "high end of it"),
        Column("lower", "value", "share", "draws in which less is lost"),
    )
    frame = pl.DataFrame(rows, schema=[c.name for c in columns], orient="row")
    one = next(iter(found.values()))
    text = f"value added lost beside {base}, draw by draw"
    name = "predicted_difference"
    return Table(name, frame, columns, Kind.ASSUMED, one.datasets, text, notes)


def _drawn(losses: Table) -> dict[tuple[str, int], np.ndarray]:
    """Return the share lost by draw, for each economy and horizon."""
    groups = losses.frame.group_by(("economy", "horizon"), maintain_order=True)
    return {(str(e), int(h)): part[SHARE_LOST].to_numpy() for (e, h), part in groups}
