"""Whose stop reaches furthest: chip stages and critical materials as networks."""

from __future__ import annotations

from functools import partial

import polars as pl

from isthmus import codes
from isthmus.cascade.cases import ALL_PLANNED, EUROPE_PLANNED, LATEST
from isthmus.cascade.chips import EUROPE, planned_capacity
from isthmus.charts import ChartSpec
from isthmus.errors import DataMissing
from isthmus.evidence import Kind, Table
from isthmus.study.context import Context
from isthmus.study.dossier import Chart, Note, Section
from isthmus.study.measures.cascade import (
    EXPOSED,
    FACTS,
    FLOWS,
    chips_of,
    contribution,
    loss_on_stop,
    material_finding,
    materials_of,
    second_sources,
)
from isthmus.study.wording import Sentence

KEY = "cascade"
STAGES_SHOWN = 12


def build(context: Context) -> Section:
    """Answer whose chip stages and materials home depends on, structurally."""
    names = {r: context.name(getattr(context, r)) for r in ("home", "partner", "rival")}
    answer: list[Sentence] = []
    headlines: list[Note] = []
    counters: list[Note] = []
    charts: list[Chart] = []
    tables: list[Table] = []
    gaps: list[Sentence] = []
    if context.missing(FACTS, FLOWS):
        gaps.append(context.say("gap.chip_supplier", partner=names["partner"]))
    else:
        try:
            _chips(context, names, answer, headlines, counters, gaps)
            charts.append(_stops_chart(context))
            tables.append(_stages(context))
        except DataMissing:
            gaps.append(context.say("gap.chip_supplier", partner=names["partner"]))
    try:
        _materials(context, names, answer, headlines, charts, tables, gaps)
    except DataMissing:
        gaps.append(context.say("gap.no_materials", home=names["home"]))
    quoted = [*answer, *(n.sentence for n in (*headlines, *counters)), *(c.title for c in charts)]
    return Section(
        KEY,
        context.say(f"{KEY}.question", home=names["home"]),
        answer=tuple(answer),
        findings=tuple(dict.fromkeys(f for s in quoted for f in s.findings)),
        charts=tuple(charts),
        tables=tuple(tables),
        notes=(
            context.say("note.cascade_structural"),
            context.say("note.cascade_rule"),
            context.say("note.cascade_hubs"),
        ),
        headlines=tuple(headlines),
        counters=tuple(counters),
        gaps=tuple(gaps),
    )


def _chips(
    context: Context,
    names: dict[str, str],
    answer: list[Sentence],
    headlines: list[Note],
    counters: list[Note],
    gaps: list[Sentence],
) -> None:
    home, partner = context.home, context.partner
    frame = chips_of(context, home, partner)["stops"].frame
    latest = frame.filter(pl.col("capacity") == LATEST)
    if partner not in latest["economy"].to_list():
        gaps.append(context.say("gap.chip_supplier", partner=names["partner"]))
        return
    loss = loss_on_stop(context, user=home, supplier=partner)
    others = latest.filter(pl.col("economy") != partner)
    next_one = str(others.sort(["value", "economy"], descending=[True, False])["economy"][0])
    other_loss = loss_on_stop(context, user=home, supplier=next_one, partner=partner)
    both = {"home": names["home"], "partner": names["partner"]}
    answer.append(
        context.say(
            f"{KEY}.answer.chips", **both, loss=loss, other=_economy(context, next_one),
            other_loss=other_loss,
        )
    )  # fmt: skip
    maps = set(frame["capacity"].to_list())
    if {EUROPE_PLANNED, ALL_PLANNED} <= maps and _european(context):
        planned = {
            key: loss_on_stop(context, user=home, supplier=partner, capacity=name)
            for key, name in (("europe", EUROPE_PLANNED), ("planned", ALL_PLANNED))
        }
        year = planned_capacity(context.world).year
        answer.append(context.say(f"{KEY}.answer.planned", year=year, **planned))
    gain = contribution(context, user=home, supplier=partner)
    sentence = "contribution" if (gain.value or 0.0) > 0 else "loss_contribution"
    answer.append(context.say(f"{KEY}.answer.{sentence}", partner=names["partner"], gain=gain))
    headlines.append(context.note(60, f"{KEY}.headline", **both, loss=loss))
    low, high = (
        context.finding(
            f"cascade.chips.{case}.{partner}.{home}",
            value,
            "share",
            kind=Kind.ASSUMED,
            year=loss.year,
            method="cascade_stop",
            datasets=[FACTS, FLOWS],
            caveat="deliveries_assumed",
        )
        for case, value in (("pooled", loss.low), ("essential", loss.value))
    )
    counters.append(context.note(60, f"{KEY}.counter", **both, low=low, high=high))


def _european(context: Context) -> bool:
    europe = set(codes.parse_parties("EU27_2020")[1]) | {"GBR", "CHE", "NOR", "ISL"}
    return set(context.members(context.home)) <= europe


def _economy(context: Context, code: str) -> str:
    return context.catalogue.text("word.europe") if code == EUROPE else context.label(code)


def _stops_chart(context: Context) -> Chart:
    home = context.name(context.home)
    found = chips_of(context, context.home, context.partner)["stops"]
    frame = found.frame.with_columns(
        pl.col("economy").map_elements(lambda c: _economy(context, c), return_dtype=pl.String)
    ).sort(["capacity", "value", "economy"], descending=[False, True, False])
    latest = frame.filter(pl.col("capacity") == LATEST).drop("capacity")
    drawn = latest.select("economy", "value", "low", pl.col("value").alias("high"))
    first = found.frame.filter(pl.col("capacity") == LATEST).sort(
        ["value", "economy"], descending=[True, False]
    )
    code = str(first["economy"][0])
    loss = loss_on_stop(context, user=context.home, supplier=code, partner=context.partner)
    table = context.table(
        f"{KEY}_stops",
        drawn,
        units=dict.fromkeys(("value", "low", "high"), "share"),
        kind=found.kind,
        datasets=found.datasets,
        notes=["cascade_structural"],
        home=home,
    )
    return context.chart(
        f"{KEY}-stops",
        context.say(f"{KEY}.chart.stops", home=home, first=_economy(context, code), loss=loss),
        context.say(f"{KEY}.alt.stops", home=home),
        table,
        ChartSpec(
            "dots",
            x="value",
            y="economy",
            x_title=context.catalogue.text("axis.share_of_output_stopped"),
            roles={"": "partner"},
            low="low",
            high="high",
            share=True,
        ),
    )


def _stages(context: Context) -> Table:
    found = chips_of(context, context.home, context.partner)["stages"]
    frame = found.frame.head(STAGES_SHOWN).with_columns(
        pl.col("economy").map_elements(lambda c: _economy(context, c), return_dtype=pl.String)
    )
    return context.table(
        f"{KEY}_stages",
        frame,
        units={"capacity_share": "share", "value": "share"},
        kind=found.kind,
        datasets=found.datasets,
        notes=["cascade_structural"],
    )


def _materials(
    context: Context,
    names: dict[str, str],
    answer: list[Sentence],
    headlines: list[Note],
    charts: list[Chart],
    tables: list[Table],
    gaps: list[Sentence],
) -> None:
    home, rival = context.home, context.rival
    result = materials_of(context, home)
    ranking = result["ranking"].frame
    count = result["suppliers"].frame["product"].n_unique()
    row = ranking.filter(pl.col("economy") == rival)

    found = partial(material_finding, context, home)
    if row.is_empty():
        gaps.append(context.say("gap.material_supplier", rival=names["rival"], home=names["home"]))
    else:
        entry = row.row(0, named=True)
        direct = result["suppliers"].frame.filter(
            (pl.col("economy") == rival) & (pl.col("direct") >= 0.5)
        )
        products = found(
            f"materials.{rival}", entry["products"], "count", "cascade_materials", direct.height
        )
        mean = found(
            f"material_mean.{rival}", entry["value"], "share", "cascade_material_mean",
            entry["direct"],
        )  # fmt: skip
        fields = {"rival": names["rival"], "home": names["home"]}
        answer.append(
            context.say(
                f"{KEY}.answer.materials", **fields, products=products, count=count, mean=mean
            )
        )
        headlines.append(
            context.note(35, f"{KEY}.headline_materials", **fields, products=products, count=count)
        )
    second = result["second_source"].frame
    if second.height == EXPOSED:
        helped = second_sources(context, user=home)
        answer.append(context.say(f"{KEY}.answer.second", helped=helped))
    charts.append(_ranking_chart(context, ranking, result["ranking"]))
    tables.append(_second_table(context, second, result["second_source"]))


def _ranking_chart(context: Context, ranking: pl.DataFrame, source: Table) -> Chart:
    home = context.name(context.home)
    drawn = ranking.sort(["value", "economy"], descending=[True, False]).select(
        pl.col("economy").map_elements(context.label, return_dtype=pl.String),
        "value",
        "direct",
        pl.col("products").alias("count"),
    )
    table = context.table(
        f"{KEY}_materials",
        drawn,
        units={"value": "share", "direct": "share", "count": "count"},
        kind=source.kind,
        datasets=source.datasets,
        notes=["cascade_structural", "cascade_hubs"],
        home=home,
    )
    first = context.finding(
        f"cascade.largest_material_mean.{context.home}",
        float(drawn["value"][0]),
        "share",
        kind=source.kind,
        year=source.notes[1].rpartition(" ")[2],
        method="cascade_material_mean",
        datasets=source.datasets,
        caveat="own_production_low",
    )
    return context.chart(
        f"{KEY}-materials",
        context.say(
            f"{KEY}.chart.materials", home=home, first=str(drawn["economy"][0]), mean=first
        ),
        context.say(f"{KEY}.alt.materials", home=home),
        table,
        ChartSpec(
            "bars",
            x="value",
            y="economy",
            x_title=context.catalogue.text("axis.share_of_purchases_stopped"),
            roles={"": "rival"},
            share=True,
        ),
    )


def _second_table(context: Context, second: pl.DataFrame, source: Table) -> Table:
    frame = second.with_columns(
        pl.col("economy", "second").map_elements(context.label, return_dtype=pl.String)
    )
    return context.table(
        f"{KEY}_second",
        frame,
        units={"value": "share", "value_with": "share"},
        kind=source.kind,
        datasets=source.datasets,
        notes=["cascade_hubs"],
        attributes=["second"],
    )
