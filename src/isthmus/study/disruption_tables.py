"""Tables and charts of what is lost day by day, as ranges over the corners of the assumptions."""

from __future__ import annotations

from typing import Any

import polars as pl

from isthmus.charts import ChartSpec
from isthmus.evidence import Kind, Table
from isthmus.study.context import Context
from isthmus.study.corners import industries_ranked, known_at, members_ranked, worth_knowing
from isthmus.study.disruption import (
    CORNER,
    HORIZONS,
    INDUSTRIES,
    PATHS,
    QUARTER,
    RUNS,
    STOPS,
    block_of,
    blocks,
    loss_finding,
    losses,
    plain,
)
from isthmus.study.dossier import Chart

KEY = "disruption"
MAIN = ("chips_180", "trade_closure", "inputs_stop")
"""Events shown by member and by industry."""
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
PARTIES = ("home", "partner", "rival", "ally")
SPANS = ("month", "quarter", "year")
MOST_INDUSTRIES = 15
SHAPES, POINTS = "country_shapes", "country_points"
FEWEST_ON_MAP = 6
DRAWN = (*MAIN, "strike")
"""Events with a small chart: the main ones and the ordinary one beside them."""
POINTS_IN_TIME = (0, 14, 28, 42, 56, 70, 84, 112, 140, 182, 238, 301, 357)
"""First days of the weeks that are drawn and printed: close at first, then wider apart."""
STOCK_ROLES = ("rival", "accent", "home")
"""Colours of the paths by stock, from the shortest to the longest."""
CLASSES = 5


def events(context: Context) -> tuple[tuple[str, str], ...]:
    """Return the events of which the world holds runs for the study's parties, in order."""

    there = {(event, actor) for event, actor, days in blocks(context) if days == HORIZONS[-1]}
    wanted = [(event, context.study.party(role)) for event, role in ORDER]
    return tuple((e, a) for e, a in wanted if (e, plain(a)) in there)


def event_name(context: Context, event: str, actor: str) -> str:
    """Return the name of an event."""
    return context.catalogue.text(f"event.{event}", actor=context.label(actor))


def value_name(context: Context, value: object) -> str:
    """Return the value of an assumption in words."""
    if isinstance(value, bool | str):
        return context.catalogue.text(f"assumption.{str(value).lower()}")
    if isinstance(value, float) and value <= 1:
        return f"psi {value:g}"
    return context.catalogue.text("assumption.days", value=f"{value:g}")


def tables(context: Context) -> tuple[Table, ...]:
    """Return all tables of the section."""
    main = [(e, a) for e, a in events(context) if e in MAIN]
    return (
        _parties(context),
        *(_members(context, event, actor) for event, actor in main),
        *(_industries(context, event, actor) for event, actor in main),
        *_stops(context, main),
        _spread(context),
        _known(context, *main[0]),
    )


def _named(name: str, event: str) -> str:
    """Return the name of a table of one event."""
    return f"{name}.{event}"


def _ranges(found: dict[int, tuple[float, float]]) -> dict[str, float]:
    out = {}
    for name, days in zip(SPANS, HORIZONS, strict=True):
        out[f"{name}_low"], out[f"{name}_high"] = found[days]
    return out


def _parties(context: Context) -> Table:
    """Both sides of every event: losses of home, partner, rival and ally by horizon."""
    rows = []
    for event, actor in events(context):
        for role in PARTIES:
            party = context.study.party(role)
            found = {d: loss_finding(context, event, actor, party, d) for d in HORIZONS}
            ends = {d: (f.low or 0.0, f.high or 0.0) for d, f in found.items()}
            rows.append(
                {"event": event_name(context, event, actor), "economy": context.label(party)}
                | _ranges(ends)
            )
    frame = pl.DataFrame(rows)
    return context.table(
        f"{KEY}_parties",
        frame,
        units=dict.fromkeys(frame.columns[2:], "share"),
        kind=Kind.ASSUMED,
        datasets=[RUNS],
        notes=["corners", "no_headline"],
    )


def _by_span(context: Context, event: str, actor: str, rank: Any, key: str) -> list[dict[str, Any]]:
    """Rows of a ranking with its range after a month, a quarter and a year."""
    found = {days: rank(context, event, actor, days) for days in HORIZONS}
    ends: dict[str, dict[int, tuple[float, float]]] = {}
    for days, frame in found.items():
        for code, low, high in frame.select(key, "low", "high").iter_rows():
            ends.setdefault(code, {})[days] = (low, high)
    last = found[QUARTER].columns[-1]
    return [
        {"code": code} | _ranges(ends[code]) | {last: often}
        for code, often in found[QUARTER].select(key, last).iter_rows()
    ]


def _members(context: Context, event: str, actor: str) -> Table:
    rows = _by_span(context, event, actor, members_ranked, "member")
    named = [{"economy": context.label(row.pop("code"))} | row for row in rows]
    frame = pl.DataFrame(named)
    return context.table(
        _named(f"{KEY}_members", event),
        frame,
        units=dict.fromkeys(frame.columns[1:], "share"),
        kind=Kind.ASSUMED,
        datasets=[RUNS],
        notes=["five_worst"],
        home=context.name(context.home),
        event=event_name(context, event, actor),
    )


def _industries(context: Context, event: str, actor: str) -> Table:
    rows = _by_span(context, event, actor, industries_ranked, "industry")[:MOST_INDUSTRIES]
    named = [{"industry": context.industry(row.pop("code"))} | row for row in rows]
    frame = pl.DataFrame(named)
    return context.table(
        _named(f"{KEY}_industries", event),
        frame,
        units=dict.fromkeys(frame.columns[1:], "share"),
        kind=Kind.ASSUMED,
        datasets=[INDUSTRIES],
        notes=["half_output"],
        home=context.name(context.home),
        event=event_name(context, event, actor),
    )


def _stops(context: Context, main: list[tuple[str, str]]) -> tuple[Table, ...]:
    """Who stops first, when, for want of what from where; over the outer corners."""
    if context.missing(STOPS):
        return ()
    out = []
    for event, actor in main:
        rows = context.world.table(STOPS).filter(
            pl.col("event") == event,
            pl.col("actor") == plain(actor),
            pl.col("party") == plain(context.home),
        )
        if not rows.is_empty():
            out.append(_stops_of(context, event, actor, rows))
    return tuple(out)


def _stops_of(context: Context, event: str, actor: str, rows: pl.DataFrame) -> Table:
    corners = block_of(context, event, actor, QUARTER).corners
    ends = [pl.col(c).is_in([corners[c].min(), corners[c].max()]) for c in CORNER]
    count = corners.filter(*ends).height
    most = pl.col("economy", "missing_input", "supplier").drop_nulls().mode().sort().first()
    seen = (
        rows.group_by("industry")
        .agg(
            pl.col("day").min().alias("earliest"),
            pl.col("day").max().alias("latest"),
            (pl.len() / count).alias("often"),
            most,
        )
        .sort("often", "earliest", "industry", descending=[True, False, False])
        .head(MOST_INDUSTRIES)
    )

    def named(code: str | None) -> str | None:
        return None if code is None else context.industry(code)

    frame = pl.DataFrame(
        [
            {
                "industry": named(row["industry"]),
                "earliest": row["earliest"],
                "latest": row["latest"],
                "often": row["often"],
                "where": None if row["economy"] is None else context.label(row["economy"]),
                "missing_input": named(row["missing_input"]),
                "supplier": None if row["supplier"] is None else context.label(row["supplier"]),
            }
            for row in seen.to_dicts()
        ]
    )
    return context.table(
        _named(f"{KEY}_stops", event),
        frame,
        units={"earliest": "count", "latest": "count", "often": "share"},
        kind=Kind.ASSUMED,
        datasets=[STOPS],
        notes=["first_missing"],
        attributes=["where", "missing_input", "supplier"],
        home=context.name(context.home),
        event=event_name(context, event, actor),
    )


def _parts(context: Context) -> pl.DataFrame:
    """Part of the spread of home's loss by event and assumption."""

    def make() -> pl.DataFrame:
        rows = []
        for event, actor in events(context):
            frame = losses(context, event, actor, context.home, QUARTER)
            for name, part in worth_knowing(frame).iter_rows():
                rows.append({"event": event, "actor": actor, "assumption": name, "part": part})
        return pl.DataFrame(rows)

    return context.memo((KEY, "parts"), make)


def _spread(context: Context) -> Table:
    rows = []
    for (event, actor), group in _parts(context).group_by("event", "actor", maintain_order=True):
        found = loss_finding(context, str(event), str(actor), context.home, QUARTER)
        for name, part in group.select("assumption", "part").iter_rows():
            rows.append(
                {
                    "event": event_name(context, str(event), str(actor)),
                    "assumption": context.catalogue.text(f"assumption.{name}"),
                    "part": part,
                    "quarter_low": found.low,
                    "quarter_high": found.high,
                }
            )
    return context.table(
        f"{KEY}_spread",
        pl.DataFrame(rows),
        units=dict.fromkeys(("part", "quarter_low", "quarter_high"), "share"),
        kind=Kind.ASSUMED,
        datasets=[RUNS],
        notes=["spread"],
        home=context.name(context.home),
    )


def _known(context: Context, event: str, actor: str) -> Table:
    """What would be left of the range of the first event if one assumption were known."""
    frame = losses(context, event, actor, context.home, QUARTER)
    rows = [
        {
            "assumption": context.catalogue.text(f"assumption.{name}"),
            "known": value_name(context, value),
            "quarter_low": low,
            "quarter_high": high,
        }
        for name in worth_knowing(frame)["assumption"]
        for value, low, high in known_at(frame, name)
    ]
    return context.table(
        f"{KEY}_known",
        pl.DataFrame(rows),
        units=dict.fromkeys(("quarter_low", "quarter_high"), "share"),
        kind=Kind.ASSUMED,
        datasets=[RUNS],
        home=context.name(context.home),
        event=event_name(context, event, actor),
    )


def _path_rows(context: Context, event: str, actor: str) -> list[dict[str, Any]]:
    """The band over all corners, and one path by stock with all else at its mildest."""
    part = (
        context.world.table(PATHS)
        .filter(
            pl.col("event") == event,
            pl.col("actor") == plain(actor),
            pl.col("party") == plain(context.home),
            pl.col("day").is_in(POINTS_IN_TIME),
        )
        .sort("stock_stopped", "day", nulls_last=False)
    )
    rows = []
    for stock, day, low, high in part.select("stock_stopped", "day", "low", "high").iter_rows():
        row: dict[str, Any] = {"event": event_name(context, event, actor), "day": day}
        if stock is None:
            row |= {"reading": context.catalogue.text("word.all_corners"), "low": low}
            row |= {"high": high, "mildest": None}
        else:
            row |= {"reading": value_name(context, stock), "low": None, "high": None}
            row |= {"mildest": high}
        rows.append(row)
    return rows


def paths_chart(context: Context) -> Chart:
    """Return value added by week, one small chart per event."""
    names = {r: context.name(getattr(context, r)) for r in PARTIES}
    shown = [(event, actor) for event, actor in events(context) if event in DRAWN]
    rows = [row for event, actor in shown for row in _path_rows(context, event, actor)]
    readings = list(dict.fromkeys(str(row["reading"]) for row in rows))
    table = context.table(
        f"{KEY}_paths",
        pl.DataFrame(rows, infer_schema_length=None),
        units=dict.fromkeys(("low", "high", "mildest"), "share"),
        kind=Kind.ASSUMED,
        datasets=[PATHS],
        notes=["mild_paths", "corners"],
        home=names["home"],
    )
    return context.chart(
        f"{KEY}-paths",
        context.say(
            f"{KEY}.chart.paths",
            **names,
            loss=loss_finding(context, MAIN[0], context.partner, context.home, QUARTER),
        ),
        context.say(f"{KEY}.alt.paths", **names),
        table,
        ChartSpec(
            "paths",
            x="day",
            y="mildest",
            low="low",
            high="high",
            series="reading",
            roles=dict(zip(readings, ("other", *STOCK_ROLES), strict=False)),
            y_title=context.catalogue.text("axis.value_added_left", home=names["home"]),
            facet="event",
            share=True,
        ),
    )


def map_chart(context: Context) -> tuple[Chart, ...]:
    """Return the map of the losses that no assumption takes away."""
    from isthmus.study.sections.exposure import outlines_of

    if context.missing(SHAPES, POINTS):
        return ()
    event, actor = MAIN[0], context.partner
    ranked = members_ranked(context, event, actor, QUARTER).sort("low", "member", descending=True)
    outlines = outlines_of(context)
    if outlines.covers(tuple(ranked["member"])) < FEWEST_ON_MAP:
        return ()
    names = {r: context.name(getattr(context, r)) for r in PARTIES}
    rows = [
        {"economy": context.label(code), "code": code, "share": low}
        for code, low in ranked.select("member", "low").iter_rows()
    ]
    table = context.table(
        f"{KEY}_map",
        pl.DataFrame(rows),
        units={"share": "share"},
        kind=Kind.ASSUMED,
        datasets=[RUNS, SHAPES, POINTS],
        attributes=["code"],
        notes=["corners", "boundaries"],
        **names,
    )
    ends = {
        name: context.finding(
            f"disruption.least.{event}.{actor}.{rows[place]['code']}",
            float(rows[place]["share"]),
            "share",
            kind=Kind.ASSUMED,
            year=2022,
            method="disruption_least",
            datasets=[RUNS],
            caveat="corners",
        )
        for name, place in (("low", -1), ("high", 0))
    }
    chart = context.chart(
        f"{KEY}-map",
        context.say(
            f"{KEY}.chart.map", **names, **ends,
            low_name=context.name(str(rows[-1]["code"])),
            high_name=context.name(str(rows[0]["code"])),
        ),
        context.say(f"{KEY}.alt.map", **names),
        table,
        ChartSpec(
            "map",
            x="code",
            value="share",
            value_title=context.catalogue.text("axis.least_loss"),
            bins=classes([float(row["share"]) for row in rows]),
            share=True,
        ),
        outlines=outlines,
    )  # fmt: skip
    return (chart,)


def classes(values: list[float]) -> tuple[float, ...]:
    """Return the inner limits of equal classes between the ends of some shares, two digits each."""
    low, high = min(values), max(values)
    limits = [low + (high - low) * n / CLASSES for n in range(1, CLASSES)]
    found = {float(f"{limit:.1e}") for limit in limits}
    return tuple(sorted(found))


def worth_chart(context: Context) -> Chart:
    """Return what each assumption is worth knowing, for the first of the main events."""
    names = {r: context.name(getattr(context, r)) for r in PARTIES}
    event, actor = MAIN[0], context.partner
    parts = _parts(context).filter(pl.col("event") == event, pl.col("actor") == actor)
    rows = [
        {"assumption": _capital(context.catalogue.text(f"assumption.{name}")), "part": part}
        for name, part in parts.select("assumption", "part").iter_rows()
    ]
    table = context.table(
        f"{KEY}_worth",
        pl.DataFrame(rows),
        units={"part": "share"},
        kind=Kind.ASSUMED,
        datasets=[RUNS],
        notes=["spread"],
        event=event_name(context, event, actor),
    )
    part = context.findings[f"disruption.part.{event}.{parts['assumption'][0]}"]
    return context.chart(
        f"{KEY}-worth",
        context.say(
            f"{KEY}.chart.worth", **names, assumption=str(rows[0]["assumption"]), part=part
        ),
        context.say(f"{KEY}.alt.worth", **names),
        table,
        ChartSpec(
            "bars",
            x="part",
            y="assumption",
            x_title=context.catalogue.text("axis.part_of_spread"),
            roles={"": "accent"},
            share=True,
        ),
    )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
