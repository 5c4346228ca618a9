"""Tables of what is lost day by day, as ranges over the corners of the assumptions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import polars as pl

from isthmus.study.context import Context
from isthmus.study.page import Page
from isthmus.study.schema import ROLES
from isthmus.study.subjects.disruption.corners import (
    industries_ranked,
    known_at,
    members_ranked,
    worth_knowing,
)
from isthmus.study.subjects.disruption.runs import (
    CORNER,
    HORIZONS,
    INDUSTRIES,
    QUARTER,
    STOPS,
    block_of,
    blocks,
    loss_finding,
    losses,
    plain,
)

MAIN = ("chips_180", "trade_closure", "inputs_stop")
"""Events shown by member, by industry and as a path where the study names none itself."""
ORDER = (
    ("chips_30", "partner"),
    ("chips_180", "partner"),
    ("trade_closure", "partner"),
    ("inputs_stop", "rival"),
    ("purchase_ban", "rival"),
    ("baltic_closure", "home"),
    ("strike", "home"),
)
"""Events with the role of the party by whom or in whose trade they happen."""
SPANS = ("month", "quarter", "year")
MOST_INDUSTRIES = 15
ENDS = ("quarter_low", "quarter_high")

Event = tuple[str, str]
Rank = Callable[[Context, str, str, int], pl.DataFrame]


def events(context: Context) -> tuple[Event, ...]:
    """Return the events of which the world holds runs for the study's parties, in order."""
    there = {(event, actor) for event, actor, days in blocks(context) if days == HORIZONS[-1]}
    parties, chosen = context.study.parties, context.study.events
    order = [(choice.event, choice.actor) for choice in chosen] or ORDER
    wanted = [(event, parties[role]) for event, role in order if role in parties]
    return tuple((e, a) for e, a in wanted if (e, plain(a)) in there)


def detailed(context: Context) -> list[Event]:
    """Return the events that are shown by member, by industry and as a path."""
    chosen = {choice.event for choice in context.study.events if choice.detail}
    wanted = chosen if context.study.events else set(MAIN)
    return [found for found in events(context) if found[0] in wanted]


def event_name(page: Page, event: str, actor: str) -> str:
    """Return the name of an event."""
    return page.word(f"event.{event}", actor=page.context.label(actor))


def value_name(page: Page, value: object) -> str:
    """Return the value of an assumption in words."""
    if isinstance(value, bool | str):
        return page.word(f"assumption.{str(value).lower()}")
    if isinstance(value, float) and value <= 1:
        return f"psi {value:g}"
    return page.word("assumption.days", value=f"{value:g}")


def list_all(page: Page) -> None:
    """Add all tables of the section."""
    main = detailed(page.context)
    _parties(page)
    for found in main:
        _members(page, found)
    for found in main:
        _industries(page, found)
    if not page.context.missing(STOPS):
        for found in main:
            _stops(page, found)
    _spread(page)
    _known(page, (MAIN[0], page.partner))


def _ranges(found: Mapping[int, tuple[float, float]]) -> dict[str, float]:
    out = {}
    for name, days in zip(SPANS, HORIZONS, strict=True):
        out[f"{name}_low"], out[f"{name}_high"] = found[days]
    return out


def _parties(page: Page) -> None:
    """Both sides of every event: losses of home, partner, rival and ally by horizon."""
    rows = []
    for event, actor in events(page.context):
        for party in page.given(*ROLES):
            found = {d: loss_finding(page.context, event, actor, party, d) for d in HORIZONS}
            ends = {d: (f.low or 0.0, f.high or 0.0) for d, f in found.items()}
            row = {"event": event_name(page, event, actor), "economy": page.context.label(party)}
            rows.append(row | _ranges(ends))
    frame = pl.DataFrame(rows)
    units = dict.fromkeys(frame.columns[2:], "share")
    page.table("parties", frame, units, notes=["corners", "no_headline"])


def _by_span(context: Context, found: Event, rank: Rank, key: str) -> list[dict[str, Any]]:
    """Rows of a ranking with its range after a month, a quarter and a year."""
    ranked = {days: rank(context, *found, days) for days in HORIZONS}
    ends: dict[str, dict[int, tuple[float, float]]] = {}
    for days, frame in ranked.items():
        for code, low, high in frame.select(key, "low", "high").iter_rows():
            ends.setdefault(code, {})[days] = (low, high)
    last = ranked[QUARTER].columns[-1]
    return [
        {"code": code} | _ranges(ends[code]) | {last: often}
        for code, often in ranked[QUARTER].select(key, last).iter_rows()
    ]


def _members(page: Page, found: Event) -> None:
    rows = _by_span(page.context, found, members_ranked, "member")
    frame = pl.DataFrame([{"economy": page.context.label(row.pop("code"))} | row for row in rows])
    units = dict.fromkeys(frame.columns[1:], "share")
    event = event_name(page, *found)
    page.table(f"members.{found[0]}", frame, units, notes=["five_worst"], event=event)


def _industries(page: Page, found: Event) -> None:
    rows = _by_span(page.context, found, industries_ranked, "industry")[:MOST_INDUSTRIES]
    frame = pl.DataFrame(
        [{"industry": page.context.industry(row.pop("code"))} | row for row in rows]
    )
    units = dict.fromkeys(frame.columns[1:], "share")
    event = event_name(page, *found)
    page.table(
        f"industries.{found[0]}",
        frame,
        units,
        datasets=[INDUSTRIES],
        notes=["half_output"],
        event=event,
    )


def _stops(page: Page, found: Event) -> None:
    """Who stops first, when, for want of what from where; over the outer corners."""
    event, actor = found
    rows = page.world.table(STOPS).filter(event=event, actor=plain(actor), party=plain(page.home))
    if rows.is_empty():
        return
    corners = block_of(page.context, event, actor, QUARTER).corners
    outer = [pl.col(c).is_in([corners[c].min(), corners[c].max()]) for c in CORNER]
    seen = (
        rows.group_by("industry")
        .agg(
            pl.col("day").min().alias("earliest"),
            pl.col("day").max().alias("latest"),
            (pl.len() / corners.filter(*outer).height).alias("often"),
            pl.col("economy", "missing_input", "supplier").drop_nulls().mode().sort().first(),
        )
        .sort("often", "earliest", "industry", descending=[True, False, False])
        .head(MOST_INDUSTRIES)
    )
    frame = seen.select(
        page.industries(),
        "earliest",
        "latest",
        "often",
        page.labels("economy", "where"),
        page.industries("missing_input"),
        page.labels("supplier"),
    )
    page.table(
        f"stops.{event}",
        frame,
        {"earliest": "count", "latest": "count", "often": "share"},
        datasets=[STOPS],
        notes=["first_missing"],
        attributes=["where", "missing_input", "supplier"],
        event=event_name(page, event, actor),
    )


def parts(context: Context) -> pl.DataFrame:
    """Return the part of the spread of home's loss by event and assumption, computed once."""

    def make() -> pl.DataFrame:
        rows = []
        for event, actor in events(context):
            frame = losses(context, event, actor, context.home, QUARTER)
            for name, part in worth_knowing(frame).iter_rows():
                rows.append({"event": event, "actor": actor, "assumption": name, "part": part})
        return pl.DataFrame(rows)

    return context.memo(("disruption", "parts"), make)


def _spread(page: Page) -> None:
    rows = []
    for event, actor, name, part in parts(page.context).iter_rows():
        found = loss_finding(page.context, event, actor, page.home, QUARTER)
        rows.append(
            {
                "event": event_name(page, event, actor),
                "assumption": page.word(f"assumption.{name}"),
                "part": part,
                "quarter_low": found.low,
                "quarter_high": found.high,
            }
        )
    units = dict.fromkeys(("part", *ENDS), "share")
    page.table("spread", pl.DataFrame(rows), units, notes=["spread"])


def _known(page: Page, found: Event) -> None:
    """What would be left of the range of the first event if one assumption were known."""
    frame = losses(page.context, *found, page.home, QUARTER)
    rows = [
        {
            "assumption": page.word(f"assumption.{name}"),
            "known": value_name(page, value),
            **dict(zip(ENDS, ends, strict=True)),
        }
        for name in worth_knowing(frame)["assumption"]
        for value, *ends in known_at(frame, name)
    ]
    units = dict.fromkeys(ENDS, "share")
    page.table("known", pl.DataFrame(rows), units, event=event_name(page, *found))
