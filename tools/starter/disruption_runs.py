"""Runs of the disruption engine through every corner of what is assumed.

``python -m tools.starter.disruption_runs FOLDER`` makes them (minutes, the extra ``fast``) and
writes them there; ``python -m tools.starter --runs FOLDER`` ships them. They are made beforehand
because the corners of one dossier are some 800 years of days on the whole table.
"""

from __future__ import annotations

import argparse
import itertools
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from tools.starter.common import Built
from tools.starter.disruption_records import RECORDS

from isthmus.codes import members
from isthmus.disruption import simulate
from isthmus.disruption.compat import first_rules
from isthmus.disruption.prepare import prepare
from isthmus.disruption.settings import Settings
from isthmus.disruption.table import Daily, daily_table
from isthmus.runtime import canonical_hash
from isthmus.scenario import Scenario, preset
from isthmus.study.subjects.disruption.runs import CORNER, HORIZONS, SOURCES
from isthmus.world import World

HOME = "EU27_2020"
STOCKS = (7.0, 30.0, 90.0)
PSI = (0.5, 0.8, 1.0)
CRITICALITY = ("all", "default")
WEEK = 7
HALF = 0.5
DECIMALS = 6
SHOWN = (HOME, "TWN", "CHN", "USA")
MAIN = ("chips_180", "trade_closure", "inputs_stop")


@dataclass(frozen=True)
class Event:
    """A scenario with the inputs that it stops.

    Parameters
    ----------
    key, actor : str
        What happens, and the party in or by whose trade it happens.
    scenario : Scenario
        The preset, or one made from it.
    stopped : tuple of str
        Industries or groups whose stocks are varied apart from the others.
    days : int
        Days simulated.
    redirects : bool
        Whether orders can be redirected, so that both cases are run.
    """

    key: str
    actor: str
    scenario: Scenario
    stopped: tuple[str, ...]
    days: int = 365
    redirects: bool = True


def events() -> list[Event]:
    """Return the flagship events, and the same stop of chips by other suppliers."""
    inputs = preset("china-critical-inputs-eu")
    half_year = preset("taiwan-chips-180-full")
    found = [
        Event("chips_30", "TWN", preset("taiwan-chips-30-full"), ("CHIPS",)),
        Event("chips_180", "TWN", half_year, ("CHIPS",)),
        Event("trade_closure", "TWN", preset("taiwan-strait-closure"), ("GOODS",)),
        Event("inputs_stop", "CHN", inputs, tuple(inputs.shocks[0].industries)),
        Event("purchase_ban", "CHN", preset("china-stops-buying-germany"), ("GOODS",)),
        Event("strike", HOME, preset("strike-german-cars"), ("C29",), redirects=False),
        Event("baltic_closure", HOME, preset("eastern-baltic-closure"), ("GOODS",)),
    ]
    for other in ("CHN", "JPN", "KOR", "USA"):
        moved = half_year.with_values({"shocks.0.exporters": [other]})
        found.append(Event("chips_180", other, moved, ("CHIPS",), days=90))
    return found


@dataclass(frozen=True)
class Case:
    """One event in one corner."""

    event: Event
    scenario: Scenario
    corner: dict[str, Any]


def cases(event: Event, stopped: float, other: float, criticality: str) -> list[Case]:
    """Return the cases of an event that can share a pass: psi and redirection differ."""
    out = []
    for psi, redirect in itertools.product(PSI, (False, True) if event.redirects else (False,)):
        words = {"shocks.0.redirect": redirect} if event.redirects else {}
        name = f"{event.key.replace('_', '-')}-{event.actor.lower().replace('_', '-')}-{len(out)}"
        scenario = event.scenario.with_values(words).model_copy(update={"name": name})
        values = (stopped, other, psi, redirect, criticality)
        out.append(Case(event, scenario, dict(zip(CORNER, values, strict=True))))
    return out


def batches(industries: Sequence[str]) -> Iterator[tuple[list[Case], Settings]]:
    """Yield cases that share stocks, criticality and days, with their settings."""
    groups: dict[tuple[tuple[str, ...], int], list[Event]] = {}
    for event in events():
        groups.setdefault((event.stopped, event.days), []).append(event)
    for ((stopped, _), some), here, there, level in itertools.product(
        groups.items(), STOCKS, STOCKS, CRITICALITY
    ):
        stocks = {**dict.fromkeys(stopped, here), "*": there}
        settings = Settings(stock_days=stocks, psi=1.0, **first_rules(level, industries))
        yield [c for e in some for c in cases(e, here, there, level)], settings


def run_batch(batch: list[Case], settings: Settings, daily: Daily, out: dict[str, list]) -> None:
    """Run a batch and append its rows of every table."""
    days = batch[0].event.days
    mrio = daily.source
    each = [replace(settings, psi=c.corner["psi"]) for c in batch]
    run = prepare([c.scenario for c in batch], daily, each, days, engine="compiled")
    n, s = len(mrio.economies), len(mrio.industries)
    base = np.asarray(daily.table.output - daily.table.inputs().sum(axis=0)).reshape(n, s)
    gross = np.asarray(daily.table.output).reshape(n, s)
    home = np.isin(mrio.economies, members(HOME))
    added = np.zeros((len(batch), n, s))
    first = np.full((len(batch), s), -1)
    weeks = np.zeros((len(batch), len(SHOWN), -(-days // WEEK)))
    parts = [home if c == HOME else np.array(mrio.economies) == c for c in SHOWN]
    for t, day in enumerate(run.days()):
        output = np.asarray(day.output).T.reshape(len(batch), n, s)
        made = output - np.asarray(day.used).T.reshape(len(batch), n, s)
        added += made
        made_before = gross[home].sum(axis=0)
        there = np.where(made_before > 0, made_before, 1.0)
        level = np.where(made_before > 0, output[:, home].sum(axis=1) / there, 1.0)
        first = np.where((first < 0) & (level < HALF), t, first)
        for i, part in enumerate(parts):
            weeks[:, i, t // WEEK] += made[:, part].sum(axis=(1, 2)) / base[part].sum()
        if t + 1 in HORIZONS:
            _rows(batch, t + 1, added, base, home, first, mrio, out)
    width = np.minimum(WEEK, days - WEEK * np.arange(weeks.shape[2]))
    for case, path in zip(batch, weeks / width, strict=True):
        for name, values in zip(SHOWN, path, strict=True):
            out["paths"].extend(
                (case.event.key, case.event.actor, name, WEEK * w, v) for w, v in enumerate(values)
            )


def _rows(batch, days, added, base, home, first, mrio, out) -> None:
    for b, case in enumerate(batch):
        words = (case.event.key, case.event.actor, *case.corner.values())
        lost = base.sum(axis=1) * days - added[b].sum(axis=1)
        out["runs"].append((words, days, lost, base.sum(axis=1) * days))
        whole = base[home].sum(axis=0) * days
        inside = whole - added[b][home].sum(axis=0)
        out["industries"].append((words, days, inside, whole, first[b].copy()))


def first_stops(world: World, table: Any) -> list[tuple[Any, ...]]:
    """Return who stopped first in home, by industry, at the corners of every assumption."""
    rows = []
    ends = (STOCKS[0], STOCKS[-1])
    inside = set(members(HOME))
    for event in (e for e in events() if e.key in MAIN and e.days == 365):
        for here, there, level in itertools.product(ends, ends, CRITICALITY):
            for case in cases(event, here, there, level):
                if case.corner["psi"] not in (PSI[0], PSI[-1]):
                    continue
                stocks = {**dict.fromkeys(event.stopped, here), "*": there}
                result = simulate(
                    table, case.scenario, until=HORIZONS[1], stock_days=stocks,
                    psi=case.corner["psi"], engine="compiled",
                    **first_rules(level, table.industries),
                )  # fmt: skip
                stops = result["stops"].frame.filter(pl.col("economy").is_in(inside))
                seen = stops.group_by("industry", maintain_order=True).agg(
                    pl.col("day", "economy", "cause", "missing_input", "supplier").first(),
                    pl.len().alias("members"),
                )
                words = (event.key, event.actor, HOME, *case.corner.values())
                rows.extend((*words, *row) for row in seen.rows())
    return rows


def mild_paths(daily: Daily) -> list[tuple[Any, ...]]:
    """Return value added by week at each stock of the stopped inputs, all else at its mildest.

    All else: the longest stocks of other inputs, the smallest psi, redirected orders, the project's
    own criticality.
    """
    out: list[tuple[Any, ...]] = []
    for event, stock in itertools.product([e for e in events() if e.days == HORIZONS[-1]], STOCKS):
        stocks = {**dict.fromkeys(event.stopped, stock), "*": STOCKS[-1]}
        rules = first_rules(CRITICALITY[-1], daily.source.industries)
        settings = Settings(stock_days=stocks, psi=1.0, **rules)
        mild = [
            case
            for case in cases(event, stock, STOCKS[-1], CRITICALITY[-1])
            if case.corner["psi"] == PSI[0] and case.corner["redirect"] == event.redirects
        ]
        found: dict[str, list] = {"runs": [], "industries": [], "paths": []}
        run_batch(mild, settings, daily, found)
        out += [(*row[:3], stock, *row[3:]) for row in found["paths"]]
    return out


def paths_table(rows: list[tuple[Any, ...]], mild: list[tuple[Any, ...]]) -> pl.DataFrame:
    """Return the band over all corners by week, and the mild paths beside it."""
    names = ["event", "actor", "party"]
    band = (
        pl.DataFrame(rows, schema=[*names, "day", "share"], orient="row")
        .group_by(*names, "day")
        .agg(pl.col("share").min().alias("low"), pl.col("share").max().alias("high"))
    )
    return with_mild(band, mild)


def with_mild(band: pl.DataFrame, mild: list[tuple[Any, ...]]) -> pl.DataFrame:
    """Return the band, with the mild paths as rows that have a stock and no low end."""
    names = ["event", "actor", "party"]
    lines = pl.DataFrame(mild, schema=[*names, CORNER[0], "day", "high"], orient="row")
    both = [
        band.with_columns(pl.lit(None, pl.Float64).alias(CORNER[0])),
        lines.with_columns(pl.lit(None, pl.Float64).alias("low")),
    ]
    order = [*names, CORNER[0], "day"]
    columns = [*order, "low", "high"]
    return (
        pl.concat([frame.select(columns) for frame in both])
        .with_columns(pl.col("low", "high").round(DECIMALS))
        .sort(order, nulls_last=False)
    )


def build(world: World) -> dict[str, pl.DataFrame]:
    """Return every table of the runs."""
    table = world.mrio(2022, chips=True)
    daily = daily_table(table)
    out: dict[str, list] = {"runs": [], "industries": [], "paths": []}
    start = time.perf_counter()
    todo = list(batches(table.industries))
    for number, (batch, settings) in enumerate(todo, 1):
        run_batch(batch, settings, daily, out)
        print(f"{number} of {len(todo)}, {time.perf_counter() - start:.0f} s", flush=True)
    stamp = canonical_hash([world.record(key).content_sha256 for key in SOURCES])[:12]
    words = ("event", "actor", *CORNER)
    return {
        "disruption_runs": pl.concat(
            _frame(words, row[0], row[1], economy=list(table.economies), lost=row[2], base=row[3])
            for row in out["runs"]
        )
        .with_columns(pl.lit(stamp).alias("table_hash"))
        .sort("event", "actor", "days", *CORNER, "economy"),
        "disruption_industries": pl.concat(
            _frame(
                words, row[0], row[1], party=[HOME] * len(row[2]),
                industry=list(table.industries), lost=row[2], base=row[3],
                first_stop=[None if day < 0 else int(day) for day in row[4]],
            )
            for row in out["industries"]
        ).sort("event", "actor", "party", "days", *CORNER, "industry"),
        "disruption_paths": paths_table(out["paths"], mild_paths(daily)),
        "disruption_stops": pl.DataFrame(
            first_stops(world, table),
            schema=["event", "actor", "party", *CORNER, "industry", "day", "economy", "cause",
                    "missing_input", "supplier", "members"],
            orient="row", infer_schema_length=None,
        ),
    }  # fmt: skip


def _frame(names: tuple[str, ...], values: Any, days: int, **columns: Any) -> pl.DataFrame:
    """Return rows of one case; losses are rounded to a millionth of their base."""
    base = np.asarray(columns["base"])
    share = np.divide(columns["lost"], base, out=np.zeros_like(base), where=base > 0)
    columns["base"] = np.round(base, 1)
    columns["lost"] = np.round(np.round(share, DECIMALS) * columns["base"], 3)
    frame = pl.DataFrame(columns)
    said = [pl.lit(value).alias(name) for name, value in zip(names, values, strict=True)]
    return frame.select(*said, pl.lit(days).alias("days"), pl.all())


def taken(folder: Path | None, shipped: Path) -> Built:
    """Return the runs made into `folder`, or those that are shipped already."""
    source = folder or shipped
    return [(record, pl.read_parquet(source / f"{record.key}.parquet")) for record in RECORDS]


def main() -> None:
    """Make the runs and write them as Parquet files."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    for key, frame in build(World.open("starter")).items():
        frame.write_parquet(options.out / f"{key}.parquet", compression="zstd", statistics=False)
        print(f"{key:28s} {frame.height:9d} rows")


if __name__ == "__main__":
    main()
