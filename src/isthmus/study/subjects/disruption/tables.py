"""Tables of what is lost day by day: medians of draws with their ranges, and the backtest."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from isthmus.disruption.episodes import load_episodes
from isthmus.disruption.family import PARAMETERS
from isthmus.ensemble.calibration.ends import CRITICAL, SUBSTITUTED
from isthmus.ensemble.losses.cases import REFERENCE
from isthmus.errors import DataMissing
from isthmus.kernels.arrays import Array
from isthmus.study.ask.events import event_name as name_of
from isthmus.study.events import Event
from isthmus.study.numbers import SHARE_OF_DRAWS
from isthmus.study.page import Page
from isthmus.study.schema import ROLES
from isthmus.study.subjects.disruption.runs import (
    HORIZONS,
    LEAST,
    QUARTER,
    RANGE,
    WHOLE,
    backtest,
    datasets,
    first_stops,
    has_course,
    has_levels,
    levels,
    losses,
    more_days,
    often_stopped,
    saved_share,
    shares,
    stopping_draw,
    there,
    wide,
)

MOST_INDUSTRIES = 15
SPANS = ("first_month", "quarter", "year")
ENDS = ("low", "high")


def event_name(page: Page, event: Event) -> str:
    """Return the name of an event."""
    return name_of(page.context, event)


def list_all(page: Page) -> None:
    """Add all tables of the section."""
    detailed = [event for event in there(page.context) if event.detail]
    _parties(page)
    for event in detailed:
        _members(page, event)
    for event in detailed:
        if has_course(page.context, event):
            _industries(page, event)
    for event in detailed[:1]:
        if has_course(page.context, event):
            _stops(page, event)
        if has_levels(page.context, event):
            _tornado(page, event)
            _stock(page, event)
            _ends(page, event)
    _backtest(page)


def spread(values: Array, name: str) -> dict[str, float]:
    """Return the middle and the 80 % range of draws as columns."""
    low, middle, high = np.quantile(values, (RANGE[0], 0.5, RANGE[1])).tolist()
    return {name: middle, f"{name}_low": low, f"{name}_high": high}


def _parties(page: Page) -> None:
    """Both sides of every event: losses of home, partner, rival and ally."""
    rows = []
    for event in there(page.context):
        for party in page.given(*ROLES):
            row: dict[str, Any] = {
                "event": event_name(page, event),
                "economy": page.context.label(party),
            }
            for name, days in zip(SPANS, HORIZONS, strict=True):
                row |= spread(shares(page.context, event, party, days), name)
            values = shares(page.context, event, party, QUARTER)
            row |= dict(zip(("wide_low", "wide_high"), wide(page.context, values), strict=True))
            rows.append(row)
    frame = pl.DataFrame(rows)
    units = dict.fromkeys(frame.columns[2:], "share")
    page.table("parties", frame, units, notes=["draws", "misfit"])


def _members(page: Page, event: Event) -> None:
    members = page.context.members(page.home)
    if len(members) < 2:
        return
    rows = []
    for code in members:
        row: dict[str, Any] = {"economy": page.context.label(code)}
        row |= spread(shares(page.context, event, code, QUARTER), "quarter")
        rows.append(row | spread(shares(page.context, event, code, WHOLE), "year"))
    frame = pl.DataFrame(rows).sort("quarter", "economy", descending=[True, False])
    units = dict.fromkeys(frame.columns[1:], "share")
    name = event_name(page, event)
    page.table(f"members.{event.key}", frame, units, notes=["draws"], event=name)


def _industries(page: Page, event: Event) -> None:
    rows = losses(page.context, event).table("industries", party=page.home, day=QUARTER)
    stops = often_stopped(page.context, event, page.home, QUARTER)
    frame = (
        rows.join(stops, on="industry")
        .filter(pl.any_horizontal(pl.col("median", "low_80", "high_80").abs() > LEAST))
        .sort("stops", "median", "industry", descending=[True, True, False])
        .head(MOST_INDUSTRIES)
        .select(
            page.industries(),
            pl.col("median").cast(pl.Float64).alias("window"),
            pl.col("low_80").cast(pl.Float64).alias("window_low"),
            pl.col("high_80").cast(pl.Float64).alias("window_high"),
            "stops",
            "first_day",
        )
    )
    if frame.is_empty():
        return
    units = dict.fromkeys(("window", "window_low", "window_high"), "share")
    page.table(
        f"industries.{event.key}",
        frame,
        {**units, "stops": SHARE_OF_DRAWS, "first_day": "days"},
        notes=["draws", "half_output"],
        event=event_name(page, event),
    )


def _stops(page: Page, event: Event) -> None:
    """Who stops when, in one draw: rows that occur together."""
    draw = stopping_draw(page.context, event, page.home)
    if draw is None:
        return
    frame = (
        first_stops(page.context, event, page.home)
        .filter(pl.col("draw") == draw, pl.col("day").is_not_null())
        .sort("day", "industry")
        .select("day", page.industries())
        .with_columns(pl.col("day").cast(pl.Int64))
    )
    page.table(
        f"stops.{event.key}",
        frame.select("industry", "day"),
        {"day": "days"},
        notes=["one_draw"],
        event=event_name(page, event),
    )


def around(page: Page, event: Event, days: int = QUARTER) -> dict[str, float]:
    """Return the loss of home in every case around the middle of the posterior, by name."""
    rows = levels(page.context, event).table("around", economy=page.home)
    lengths = pl.DataFrame({"day": list(levels(page.context, event).days)}).with_columns(
        (pl.col("day") - pl.col("day").shift(1, fill_value=0)).alias("length")
    )
    whole = (
        rows.with_columns(pl.col("day").cast(pl.Int64))
        .join(lengths, on="day")
        .filter(pl.col("day") <= days)
        .group_by("case", maintain_order=True)
        .agg((pl.col("lost").cast(pl.Float64) * pl.col("length")).sum() / days)
    )
    return dict(whole.iter_rows())


def moves(page: Page, event: Event) -> list[tuple[str, float, float]]:
    """Return, by number of the model, the loss of the quarter at its two tails; widest first."""
    cases = around(page, event)
    found = [(name, cases[f"{name} low"], cases[f"{name} high"]) for name in PARAMETERS]
    return sorted(found, key=lambda row: (-abs(row[2] - row[1]), row[0]))


def _tornado(page: Page, event: Event) -> None:
    rows = [
        {"number": page.word(f"number.{name}"), "at_low": low, "at_high": high}
        for name, low, high in moves(page, event)
    ]
    page.table(
        f"moves.{event.key}",
        pl.DataFrame(rows),
        dict.fromkeys(("at_low", "at_high"), "share"),
        notes=["tornado"],
        event=event_name(page, event),
    )


def by_stock(page: Page, event: Event) -> list[tuple[float, Array]]:
    """Return losses of the quarter by draw, by days of the stopped inputs held more at home."""
    more = levels(page.context, event)
    values = more.share(page.home, QUARTER)
    today = shares(page.context, event, page.home, QUARTER)
    return [(0.0, today), *zip(more_days(more.levels), values.T, strict=True)]


def _stock(page: Page, event: Event) -> None:
    found = by_stock(page, event)
    today = found[0][1]
    rows = []
    for days, values in found:
        saved = spread(saved_share(today, values), "saved")
        rows.append({"more_days": days} | spread(values, "quarter") | saved)
    frame = pl.DataFrame(rows).with_columns(pl.col("more_days").cast(pl.Int64).cast(pl.String))
    units = dict.fromkeys(frame.columns[1:], "share")
    page.table(
        f"reserves.{event.key}", frame, units, notes=["held_more"], event=event_name(page, event)
    )


def _ends(page: Page, event: Event) -> None:
    quarter, whole = around(page, event), around(page, event, WHOLE)
    rows = [
        {
            "extreme": page.word(f"end.{key}"),
            "quarter": quarter[name],
            "year": whole[name],
            "episodes": page.word(f"end_says.{key}"),
        }
        for key, name in (
            ("critical", CRITICAL),
            ("reference", REFERENCE),
            ("substituted", SUBSTITUTED),
        )
    ]
    page.table(
        f"ends.{event.key}",
        pl.DataFrame(rows),
        dict.fromkeys(("quarter", "year"), "share"),
        attributes=["episodes"],
        notes=["ends"],
        event=event_name(page, event),
    )


def _backtest(page: Page) -> None:
    """What was observed in past episodes and what the posterior gives, misses included."""
    try:
        found = backtest(page.context)
    except DataMissing:
        page.gap("no_backtest")
        return
    titles = {one.name: one.title for one in load_episodes()}
    frame = found.sort("episode", "observable").select(
        pl.col("episode").replace(titles),
        pl.col("quantity").alias("observable"),
        pl.when(pl.col("role") == "used")
        .then(pl.lit(page.word("word.used")))
        .otherwise(pl.lit(page.word("word.held_out")))
        .alias("role"),
        pl.when(pl.col("missed"))
        .then(pl.lit(page.word("word.missed")))
        .otherwise(pl.lit(""))
        .alias("outside"),
        pl.when(pl.col("unit") == "days")
        .then(pl.lit(page.word("word.days")))
        .otherwise(pl.lit(page.word("word.share")))
        .alias("measured_in"),
        "observed",
        pl.col("median").alias("predicted"),
        "low_80",
        "high_80",
    )
    values = ("observed", "predicted", "low_80", "high_80")
    page.table(
        "backtest",
        frame,
        dict.fromkeys(values, "1"),
        attributes=["role", "outside", "measured_in", "observable"],
        datasets=datasets(page.context, there(page.context)[0]),
        notes=["backtest"],
    )
