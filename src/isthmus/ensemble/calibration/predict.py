"""The lens: what a scenario costs by the draws of a posterior, with the two ends of the family."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from isthmus.disruption.about import CITATIONS as ENGINE_CITATIONS
from isthmus.disruption.episodes import episode_names, load_episodes
from isthmus.disruption.family import settings_of_draw
from isthmus.disruption.many import simulate_many
from isthmus.disruption.posterior import SHIPPED, Posterior, load_posterior
from isthmus.disruption.prepare import Engine
from isthmus.disruption.settings import Precision, Settings
from isthmus.disruption.table import daily_table
from isthmus.ensemble.calibration.calibrate import CITATIONS
from isthmus.ensemble.calibration.ends import ENDS, at_end, middle_of
from isthmus.ensemble.calibration.misfit import misfit_share, normal_factors, predicted
from isthmus.ensemble.calibration.tables import LEVELS
from isthmus.errors import few
from isthmus.evidence import Column, Kind, Provenance, Result, Table
from isthmus.evidence.lens import lens
from isthmus.kernels.arrays import Array
from isthmus.runtime import CancelToken, Progress
from isthmus.scenario import Scenario
from isthmus.scenario.groups import whole_coalitions
from isthmus.world.mrio import MRIO
from isthmus.world.shipped import YEAR

DRAWS, BATCH = 100, 64
SHARE_LOST = "value_added_lost_share"
NO_GAIN = (
    "a loss below nought ({}) is no gain: users make do with less of what is missing, and what "
    "they do not buy counts as kept, at prices that do not move"
)

ALL_CITATIONS = tuple(dict.fromkeys((*CITATIONS, *ENGINE_CITATIONS)))


@lens("calibration.predict", {"scenario": "taiwan-chips-7-full", "draws": 2, "until": 7})
def predict(
    world: Any,
    scenario: Scenario,
    *,
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
    """Return value added lost by economy and horizon over the draws of a posterior.

    Parameters
    ----------
    world : World
        A world with an inter-economy table.
    scenario : Scenario
        As in `isthmus.disruption.simulate`; without ``params``, which the posterior draws.
    posterior : path, optional
        Folder of a posterior; that of the package by default.
    draws : int
        Draws of equal weight.
    coalitions : sequence of str
        Coalitions to add up beside the economies; those with members outside the table are left
        out and named.
    until, year, horizons, engine, progress, cancel
        As in `isthmus.disruption.simulate`.
    seed : int
        Seed of the choice of draws.
    batch : int
        Draws per pass over the table.
    precision : {"float64", "float32"}
        Type of all numbers.

    Returns
    -------
    Result
        ``predicted``: median, 80 and 95 % range of the share of value added lost, alone and with
        the misfit seen out of sample; ``extremes``: the two ends of the family.

    Raises
    ------
    BadInput, NotFound, DataCorrupted
        For posteriors and scenarios that make no sense.
    Cancelled
        When `cancel` was set.
    """
    drawn = load_posterior(posterior)
    mrio = world if isinstance(world, MRIO) else world.mrio(year, chips=True)
    groups, absent = whole_coalitions(coalitions, mrio.economies)
    ends = _ends(drawn, mrio, precision)
    whole, losses = lost_by_draw(
        mrio,
        scenario,
        drawn,
        draws,
        groups,
        ends=tuple(ends.values()),
        seed=seed,
        precision=precision,
        until=until,
        batch=batch,
        horizons=horizons,
        engine=engine,
        progress=progress,
        cancel=cancel,
    )
    notes = [*losses.notes, *beyond(scenario, drawn), *outside(absent)]
    tables = (
        predicted_table(losses, misfit_of(drawn), tuple(notes)),
        _extremes(losses, tuple(ends)),
    )
    parameters = {
        **of_posterior(posterior, drawn),
        "draws": draws,
        "coalitions": list(coalitions),
        "until": until,
        "horizons": None if horizons is None else list(horizons),
        "precision": precision,
    }
    about = about_of("calibration.predict", world, whole, parameters, scenario.identity, seed)
    return Result({table.name: table for table in tables}, about, ALL_CITATIONS)


def of_posterior(posterior: Path | None, drawn: Posterior) -> dict[str, Any]:
    """Return how a run names its posterior."""
    name = SHIPPED if posterior is None else str(posterior)
    return {"posterior": name, "posterior_hash": drawn.identity}


def misfit_of(drawn: Posterior) -> float:
    """Return the misfit of a posterior seen out of sample; 0 where none was measured."""
    return float(drawn.about.get("misfit") or 0.0)


def outside(absent: Sequence[str]) -> list[str]:
    """Return notes on coalitions that were left out."""
    return [f"{name} has members outside the table" for name in absent]


def about_of(
    name: str,
    world: Any,
    whole: Result,
    parameters: Mapping[str, Any],
    scenario: str,
    seed: int,
) -> Provenance:
    """Return the provenance of an answer over draws, from that of its simulation."""
    return replace(
        whole.provenance,
        lens=name,
        parameters=dict(parameters),
        world=getattr(world, "name", "") + " " + getattr(world, "edition", ""),
        world_hash=getattr(world, "content_hash", ""),
        scenario=scenario,
        seed=seed,
    )


def lost_by_draw(
    mrio: MRIO,
    scenario: Scenario,
    drawn: Posterior,
    draws: int,
    groups: Mapping[str, Sequence[str]],
    *,
    ends: Sequence[Settings] = (),
    seed: int,
    precision: Precision,
    **options: Any,
) -> tuple[Result, Table]:
    """Return the simulation of a scenario over draws, and the share lost with coalitions.

    Scenarios of the tables are named ``draw-0`` and so on, and ``end-0`` for further settings; the
    same `seed` gives the same draws to every scenario.
    """
    plain = scenario.model_copy(update={"params": {}, "ranges": (), "correlations": ()})
    rows = [
        dict(zip(drawn.names, row, strict=True)) for row in drawn.draws(draws, seed=seed).tolist()
    ]
    family = [{name: row[name] for name in drawn.family} for row in rows]
    each = [settings_of_draw(row, mrio.industries, precision=precision) for row in family]
    named = [plain.model_copy(update={"name": f"draw-{i}"}) for i in range(len(each))]
    named += [plain.model_copy(update={"name": f"end-{i}"}) for i in range(len(ends))]
    whole = simulate_many(
        mrio,
        named,
        settings=[*each, *ends],
        **options,
    )
    return whole, _with_coalitions(whole["losses"], mrio, groups)


def _with_coalitions(losses: Table, mrio: MRIO, groups: Mapping[str, Sequence[str]]) -> Table:
    """Return scenario, economy, horizon and share lost, with coalitions added up."""
    table = daily_table(mrio).table
    added = (table.output - table.inputs().sum(axis=0)).reshape(len(mrio.economies), -1).sum(axis=1)
    base = pl.DataFrame({"economy": mrio.economies, "base": added})
    columns = ("scenario", "economy", "horizon", SHARE_LOST)
    parts = [losses.frame.select(columns)]
    for name, members in groups.items():
        whole = (
            losses.frame.filter(pl.col("economy").is_in(list(members)))
            .join(base, on="economy")
            .group_by("scenario", "horizon", maintain_order=True)
            .agg(
                (
                    pl.col("value_added_lost").sum() / (pl.col("base") * pl.col("horizon")).sum()
                ).alias(SHARE_LOST)
            )
        )
        parts.append(whole.with_columns(pl.lit(name).alias("economy")).select(columns))
    kept = tuple(c for c in losses.columns if c.name in columns)
    return replace(losses, frame=pl.concat(reversed(parts)), columns=kept)


def _ends(drawn: Posterior, mrio: MRIO, precision: Precision) -> dict[str, Settings]:
    """Return the two ends of the family around the middle of the draws."""
    middle = settings_of_draw(middle_of(drawn), mrio.industries, precision=precision)
    return {name: at_end(name, middle) for name in ENDS}


def beyond(scenario: Scenario, drawn: Posterior) -> tuple[str, ...]:
    """Return in what a scenario goes beyond every episode that the posterior was held to."""
    used = [name for name in drawn.about.get("episodes", {}) if name in episode_names()]
    shocks = [shock for e in load_episodes(used) for shock in e.scenario.shocks] if used else []
    out = []
    for what, of in (("days", _days), ("share stopped", _severity)):
        most = max((of(s) for s in shocks), default=0.0)
        asked = max((of(s) for s in scenario.shocks), default=0.0)
        if asked > most:
            out.append(f"extrapolated beyond any episode: {what} {asked:g} against {most:g}")
    return tuple(out)


def _days(shock: Any) -> float:
    return float("inf") if shock.duration is None else float(shock.duration)


def _severity(shock: Any) -> float:
    return abs(float(getattr(shock, "severity", None) or 0.0))


def ranges(values: Array, sigma: float) -> dict[str, float]:
    """Return the median and the ranges of values over draws, those of 80 % also with the misfit."""
    equal = np.ones(len(values))
    low, low80, median, high80, high = predicted(values, equal, LEVELS)
    wide = predicted(values, equal, LEVELS, normal_factors(sigma))
    return {
        "median": float(median),
        "low_80": float(low80),
        "high_80": float(high80),
        "low_95": float(low),
        "high_95": float(high),
        "low_80_misfit": float(wide[1]),
        "high_80_misfit": float(wide[3]),
    }


def predicted_table(losses: Table, sigma: float, notes: tuple[str, ...]) -> Table:
    """Return median and ranges over draws by economy and horizon."""
    frame = losses.frame.filter(pl.col("scenario").str.starts_with("draw-"))
    rows = []
    for (economy, horizon), group in frame.group_by(("economy", "horizon"), maintain_order=True):
        model = group[SHARE_LOST].to_numpy()
        place = {"economy": economy, "horizon": horizon}
        share = {"misfit_share": misfit_share(model, sigma)}
        rows.append({**place, **ranges(model, sigma), **share})
    columns = (
        Column("economy", "dimension", text="code of the economy"),
        Column("horizon", "dimension", "days", "days counted from the start"),
        Column("median", "value", "1", "share of value added lost, middle of the draws"),
        *(
            Column(f"{end}_{share}", "value", "1", f"{end} end of the {share} % range")
            for share in (80, 95)
            for end in ("low", "high")
        ),
        Column("low_80_misfit", "value", "1", "low end of the 80 % range with misfit"),
        Column("high_80_misfit", "value", "1", "high end of it"),
        Column(
            "misfit_share",
            "value",
            "1",
            "of the variance in logarithms, due to misfit; empty where a draw loses nothing",
        ),
    )
    text = "value added lost, by the draws of the posterior"
    made = pl.DataFrame(rows, schema_overrides={"misfit_share": pl.Float64})
    said = (*notes, *_below_nought(made))
    return Table("predicted", made, columns, Kind.ASSUMED, losses.datasets, text, said)


def _below_nought(made: pl.DataFrame) -> list[str]:
    """Return what a loss below nought means, where there is one."""
    economies = made.filter(pl.col("median") < 0)["economy"].unique(maintain_order=True).to_list()
    return [NO_GAIN.format(few(economies))] if economies else []


def _extremes(losses: Table, names: tuple[str, ...]) -> Table:
    frame = (
        losses.frame.filter(pl.col("scenario").str.starts_with("end-"))
        .with_columns(
            pl.col("scenario")
            .str.strip_prefix("end-")
            .cast(pl.Int64)
            .replace_strict(dict(enumerate(names)))
            .alias("end")
        )
        .select("end", "economy", "horizon", pl.col(SHARE_LOST).alias("lost"))
    )
    columns = (
        Column("end", "dimension", text="which end of the family"),
        Column("economy", "dimension", text="code of the economy"),
        Column("horizon", "dimension", "days", "days counted from the start"),
        Column("lost", "value", "1", "share of value added lost"),
    )
    text = "the two ends of the family of models, around its middle; neither is a prediction"
    return Table("extremes", frame, columns, Kind.ASSUMED, losses.datasets, text)
