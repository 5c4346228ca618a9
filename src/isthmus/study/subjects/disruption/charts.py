"""Charts of what is lost day by day: paths, a map of the least loss, what is worth knowing."""

from __future__ import annotations

from typing import Any

import polars as pl

from isthmus.charts import ChartSpec
from isthmus.study.outlines import FEWEST_ON_MAP, POINTS, SHAPES, outlines_of
from isthmus.study.page import Fields, Page
from isthmus.study.subjects.disruption.corners import members_ranked
from isthmus.study.subjects.disruption.runs import PATHS, QUARTER, RUNS, YEAR, loss_finding, plain
from isthmus.study.subjects.disruption.tables import (
    MAIN,
    Event,
    detailed,
    event_name,
    events,
    parts,
    value_name,
)

ORDINARY = "strike"
"""The event that is drawn beside those shown in detail."""
POINTS_IN_TIME = (0, 14, 28, 42, 56, 70, 84, 112, 140, 182, 238, 301, 357)
"""First days of the weeks that are drawn and printed: close at first, then wider apart."""
STOCK_ROLES = ("rival", "accent", "home")
"""Colours of the paths by stock, from the shortest to the longest."""
CLASSES = 5


def draw_all(page: Page) -> None:
    """Add all charts of the section."""
    _paths(page)
    _map(page)
    _worth(page)


def _path_rows(page: Page, found: Event) -> list[dict[str, Any]]:
    """The band over all corners, and one path by stock with all else at its mildest."""
    event, actor = found
    part = (
        page.world.table(PATHS)
        .filter(
            pl.col("day").is_in(POINTS_IN_TIME),
            event=event,
            actor=plain(actor),
            party=plain(page.home),
        )
        .sort("stock_stopped", "day", nulls_last=False)
    )
    rows = []
    for stock, day, low, high in part.select("stock_stopped", "day", "low", "high").iter_rows():
        row: dict[str, Any] = {"event": event_name(page, event, actor), "day": day}
        if stock is None:
            row |= {"reading": page.word("word.all_corners"), "low": low}
            row |= {"high": high, "mildest": None}
        else:
            row |= {"reading": value_name(page, stock), "low": None, "high": None}
            row |= {"mildest": high}
        rows.append(row)
    return rows


def _paths(page: Page) -> None:
    """Value added by week, one small chart per event."""
    main = detailed(page.context)
    shown = [e for e in events(page.context) if e in main or e[0] == ORDINARY]
    rows = [row for found in shown for row in _path_rows(page, found)]
    readings = dict.fromkeys(str(row["reading"]) for row in rows)
    page.chart(
        "paths",
        pl.DataFrame(rows, infer_schema_length=None),
        ChartSpec(
            "paths",
            x="day",
            y="mildest",
            low="low",
            high="high",
            series="reading",
            roles=dict(zip(readings, ("other", *STOCK_ROLES), strict=False)),
            y_title=page.axis("value_added_left", home=page.fields["home"]),
            facet="event",
            share=True,
        ),
        dict.fromkeys(("low", "high", "mildest"), "share"),
        about={"datasets": [PATHS], "notes": ["mild_paths", "corners"]},
        loss=loss_finding(page.context, MAIN[0], page.partner, page.home, QUARTER),
    )


def _map(page: Page) -> None:
    """The losses that no assumption takes away."""
    context = page.context
    if context.missing(SHAPES, POINTS):
        return
    event, actor = MAIN[0], page.partner
    ranked = members_ranked(context, event, actor, QUARTER).sort("low", "member", descending=True)
    outlines = outlines_of(context)
    if outlines.covers(tuple(ranked["member"])) < FEWEST_ON_MAP:
        return
    least = ranked.select("member", "low").rows()
    ends: Fields = {}
    for name, (code, low) in (("low", least[-1]), ("high", least[0])):
        ends[f"{name}_name"] = context.name(code)
        ends[name] = page.finding(
            f"disruption.least.{event}.{actor}.{code}",
            low,
            "share",
            year=YEAR,
            method="disruption_least",
            caveat="corners",
        )
    page.chart(
        "map",
        pl.DataFrame(
            [{"economy": context.label(code), "code": code, "share": low} for code, low in least]
        ),
        ChartSpec(
            "map",
            x="code",
            value="share",
            value_title=page.axis("least_loss"),
            bins=classes([low for _, low in least]),
            share=True,
        ),
        {"share": "share"},
        outlines=outlines,
        about={
            "datasets": [RUNS, SHAPES, POINTS],
            "attributes": ["code"],
            "notes": ["corners", "boundaries"],
        },
        **ends,
    )


def classes(values: list[float]) -> tuple[float, ...]:
    """Return the inner limits of equal classes between the ends of some shares, two digits each."""
    low, high = min(values), max(values)
    limits = [low + (high - low) * n / CLASSES for n in range(1, CLASSES)]
    found = {float(f"{limit:.1e}") for limit in limits}
    return tuple(sorted(found))


def _worth(page: Page) -> None:
    """What each assumption is worth knowing, for the first of the main events."""
    event, actor = MAIN[0], page.partner
    rows = []
    for name, part in parts(page.context).filter(event=event, actor=actor)[:, 2:].iter_rows():
        text = page.word(f"assumption.{name}")
        rows.append({"assumption": text[:1].upper() + text[1:], "part": part, "name": name})
    page.chart(
        "worth",
        pl.DataFrame(rows).drop("name"),
        ChartSpec(
            "bars",
            x="part",
            y="assumption",
            x_title=page.axis("part_of_spread"),
            roles={"": "accent"},
            share=True,
        ),
        {"part": "share"},
        about={
            "notes": ["spread"],
            "event": event_name(page, event, actor),
        },
        assumption=rows[0]["assumption"],
        part=page.context.findings[f"disruption.part.{event}.{rows[0]['name']}"],
    )
