"""Coded episodes of economic pressure by the rival."""

from __future__ import annotations

import polars as pl

from isthmus.charts import ChartSpec
from isthmus.evidence import Kind, Table
from isthmus.study.context import Context
from isthmus.study.dossier import Chart, Section
from isthmus.study.measures.coercion import EPISODES, count, episodes, last_year

KEY = "coercion"
DIRECTIONS = {
    "import from target": "purchases",
    "export to target": "supplies",
    "services/people": "people",
    "other": "other",
}
"""Key of the reader's word for each direction in the data."""


def build(context: Context) -> Section:
    """Answer which measures of economic pressure by the rival are coded, and against whom."""
    names = {r: context.name(getattr(context, r)) for r in ("home", "partner", "rival")}
    question = context.say(f"{KEY}.question", **names)
    if context.missing(EPISODES):
        return Section(KEY, question, gaps=(context.say("gap.no_episodes"),))
    found = episodes(context, context.rival)
    if found.is_empty():
        return Section(KEY, question, gaps=(context.say("gap.episodes_sender", **names),))
    first = int(str(found["start"].str.slice(0, 4).cast(pl.Int32).min()))
    fields = {"since": first, "until": last_year(context)}
    home = count(context, sender=context.rival, target=context.home, since=first)
    partner = count(context, sender=context.rival, target=context.partner, since=first)
    whole = context.finding(
        f"coercion.coded.{context.rival}",
        found.height,
        "count",
        kind=Kind.weakest(found["kind"].to_list()),
        year=f"{first}-{last_year(context)}",
        method="coercion_count",
        datasets=[EPISODES],
        low=found.height,
        interval="lower_bound",
        caveat="selected_cases",
    )
    answer = (
        context.say(
            f"{KEY}.answer", **names, **fields, whole=whole, home_n=home, partner_n=partner
        ),
    )
    headlines = (
        context.note(50, f"{KEY}.headline", **names, **fields, home_n=home, partner_n=partner),
    )
    return Section(
        KEY,
        question,
        answer=answer,
        findings=(whole, home, partner),
        charts=(_by_direction(context, found),),
        tables=(_table(context, found),),
        notes=(context.say("note.selected_cases"), context.say("note.dates_basis")),
        headlines=headlines,
    )


def _by_direction(context: Context, found: pl.DataFrame) -> Chart:
    rival = context.name(context.rival)
    frame = (
        found.group_by("direction")
        .len("count")
        .sort(["count", "direction"], descending=[True, False])
    ).with_columns(
        pl.col("count").cast(pl.Int64),
        pl.col("direction").map_elements(
            lambda d: context.catalogue.get(f"direction.{DIRECTIONS.get(d, '')}", d),
            return_dtype=pl.String,
        ),
    )
    table = context.table(
        f"{KEY}_direction",
        frame,
        units={"count": "count"},
        kind=Kind.weakest(found["kind"].to_list()),
        datasets=[EPISODES],
        notes=["selected_cases"],
        rival=rival,
    )
    imports = found.filter(pl.col("direction") == "import from target").height
    purchases = context.finding(
        f"coercion.purchases.{context.rival}",
        imports,
        "count",
        kind=table.kind,
        year=f"1990-{last_year(context)}",
        method="coercion_count",
        datasets=[EPISODES],
    )
    return context.chart(
        f"{KEY}-direction",
        context.say(f"{KEY}.chart.direction", rival=rival, imports=purchases, count=found.height),
        context.say(f"{KEY}.alt.direction", rival=rival),
        table,
        ChartSpec(
            "bars",
            x="count",
            y="direction",
            x_title=context.catalogue.text("axis.measures"),
            roles={"": "rival"},
        ),
    )


def _table(context: Context, found: pl.DataFrame) -> Table:
    columns = ["start", "end", "target", "trigger", "instrument", "products", "formality"]
    cases = dict(found.group_by("case", maintain_order=True).agg(pl.col("trigger").first()).rows())
    frame = found.select(
        *columns[:2],
        pl.col("target").map_elements(context.label, return_dtype=pl.String),
        pl.when(pl.col("trigger") == "idem")
        .then(pl.col("case").replace_strict(cases, default=None))
        .otherwise(pl.col("trigger"))
        .alias("trigger"),
        *columns[4:],
        "date_basis",
        "source",
        "kind",
    )
    return context.table(
        f"{KEY}_measures",
        frame.sort("start", "target", "instrument", "products", descending=[True, *[False] * 3]),
        units={},
        kind=Kind.weakest(found["kind"].to_list()),
        datasets=[EPISODES],
        attributes=["trigger", "products", "formality", "date_basis", "source", "kind"],
        notes=["selected_cases", "dates_basis"],
        rival=context.name(context.rival),
    )
