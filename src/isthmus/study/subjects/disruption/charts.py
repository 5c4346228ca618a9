"""Charts of what is lost day by day: courses, events beside each other, what moves it, stocks."""

from __future__ import annotations

import numpy as np
import polars as pl

from isthmus.charts import ChartSpec
from isthmus.ensemble.losses import halving
from isthmus.evidence import Finding
from isthmus.study.events import Event
from isthmus.study.page import Page
from isthmus.study.subjects.disruption.runs import (
    QUARTER,
    has_course,
    has_levels,
    loss_finding,
    losses,
    shares,
    there,
)
from isthmus.study.subjects.disruption.tables import by_stock, event_name, moves, spread

SHOWN_MOVES = 8
LAST_DAY = 364


def draw_all(page: Page) -> None:
    """Add all charts of the section."""
    events = there(page.context)
    detailed = [event for event in events if event.detail]
    drawn = [event for event in events if has_course(page.context, event)]
    _courses(page, [event for event in drawn if event.detail or event.ordinary])
    _events(page, list(events))
    for event in detailed[:1]:
        if has_levels(page.context, event):
            _tornado(page, event)
            _stock(page, event)


def _courses(page: Page, events: list[Event]) -> None:
    """Value added by week: the middle of the draws and their 80 % range, one chart per event."""
    main = next((event for event in events if event.detail), None)
    if main is None:
        return
    parts = []
    for event in events:
        rows = losses(page.context, event).table("course", party=page.home)
        parts.append(
            rows.filter(pl.col("day") <= LAST_DAY).select(
                pl.lit(event_name(page, event)).alias("event"),
                pl.col("day").cast(pl.Int64),
                (1 - pl.col("high_80").cast(pl.Float64)).alias("low"),
                (1 - pl.col("low_80").cast(pl.Float64)).alias("high"),
                (1 - pl.col("median").cast(pl.Float64)).alias("course"),
            )
        )
    page.chart(
        "courses",
        pl.concat(parts),
        ChartSpec(
            "paths",
            x="day",
            y="course",
            low="low",
            high="high",
            roles={"": "home"},
            y_title=page.axis("value_added_lost", home=page.fields["home"]),
            facet="event",
            share=True,
        ),
        dict.fromkeys(("low", "high", "course"), "share"),
        about={"notes": ["draws"]},
        event=event_name(page, main),
        loss=loss_finding(page.context, main, page.home, QUARTER),
    )


def _events(page: Page, events: list[Event]) -> None:
    """All events by what home loses in the first quarter."""
    rows = []
    for event in events:
        found = spread(shares(page.context, event, page.home, QUARTER), "quarter")
        rows.append({"event": event_name(page, event)} | found)
    frame = pl.DataFrame(rows).sort("quarter", descending=True)
    largest = events[int(np.argmax([row["quarter"] for row in rows]))]
    page.chart(
        "events",
        frame,
        _quarters(page, "event", frame),
        dict.fromkeys(frame.columns[1:], "share"),
        about={"notes": ["draws"]},
        event=event_name(page, largest),
        loss=loss_finding(page.context, largest, page.home, QUARTER),
    )


def _quarters(page: Page, rows: str, frame: pl.DataFrame) -> ChartSpec:
    """Return the form of losses of the quarter, the middle of the draws with their range."""
    return page.dots(
        "quarter", by=rows, colour="home", axis=page.numbers("lost_in_quarter", frame, "quarter")
    )


def _tornado(page: Page, event: Event) -> None:
    """One number at a time at its 10 and 90 % points, around the reference case."""
    found = moves(page, event)[:SHOWN_MOVES]
    reference = _reference(page, event)
    rows = [
        {
            "number": page.word(f"number.{name}"),
            "middle": reference.value,
            "at_low": min(low, high),
            "at_high": max(low, high),
        }
        for name, low, high in found
    ]
    frame = pl.DataFrame(rows)
    page.chart(
        "tornado",
        frame,
        page.dots(
            "middle",
            by="number",
            axis="lost_in_quarter",
            colour="accent",
            low="at_low",
            high="at_high",
            reference=reference.value,
        ),
        dict.fromkeys(frame.columns[1:], "share"),
        about={"notes": ["tornado"], "reference": reference, "event": event_name(page, event)},
        number=rows[0]["number"],
        reference=reference,
        event=event_name(page, event),
    )


def _reference(page: Page, event: Event) -> Finding:
    return page.context.findings[f"disruption.reference.{event.key}"]


def _stock(page: Page, event: Event) -> None:
    """Loss by days of the stopped inputs held beyond what firms hold."""
    found = by_stock(page, event)
    rows = [
        {"more_days": page.word("disruption.more_days", days=f"{days:.0f}")}
        | spread(values, "quarter")
        for days, values in found
    ]
    half = halving([d for d, _ in found], [float(np.median(v)) for _, v in found])
    frame = pl.DataFrame(rows)
    page.chart(
        "stock",
        frame,
        _quarters(page, "more_days", frame),
        dict.fromkeys(frame.columns[1:], "share"),
        said="stock" if half is not None else "stock_never",
        about={"notes": ["held_more"], "event": event_name(page, event)},
        event=event_name(page, event),
        loss=loss_finding(page.context, event, page.home, QUARTER),
        days=f"{half or 0:.0f}",
        most=f"{found[-1][0]:.0f}",
    )
