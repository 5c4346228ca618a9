"""The chip chain by stage, chip exports by first destination, and the high-priority items."""

from __future__ import annotations

import polars as pl

from isthmus.charts import ChartSpec
from isthmus.errors import DataMissing
from isthmus.evidence import Kind, Table
from isthmus.study.context import Context
from isthmus.study.dossier import Chart, Note, Section
from isthmus.study.measures.chips import (
    EXPORTS,
    FACTS,
    SOURCE,
    capacity_share,
    destination_share,
    last_full_year,
)
from isthmus.study.wording import Sentence

KEY = "chips"
ITEMS = "high_priority_items"
MIRROR = "chip_mirror"
HUB, HUB_OF = "HKG", "CHN"
LEADING = "leading-edge logic (<10 nm)"


def build(context: Context) -> Section:
    """Answer what is known about chips: capacity by stage, exports, listed dual-use products."""
    names = {r: context.name(getattr(context, r)) for r in ("home", "partner", "rival")}
    answer: list[Sentence] = []
    notes: list[Sentence] = []
    charts: list[Chart] = []
    tables: list[Table] = []
    headlines: list[Note] = []
    counters: list[Note] = []
    gaps: list[Sentence] = []
    if not context.missing(FACTS):
        _capacity(context, answer, headlines, charts, tables, gaps)
        notes.append(context.say("note.chip_facts"))
    if context.missing(EXPORTS) or context.partner != SOURCE:
        gaps.append(context.say("gap.chip_exports", source=context.name(SOURCE), **names))
    else:
        _exports(context, answer, headlines, counters, charts, tables)
        notes.append(context.say("note.chip_bounds", source=context.name(SOURCE)))
    if not context.missing(ITEMS):
        tables.append(_items(context))
        gaps.append(context.say("gap.high_priority"))
    quoted = [*answer, *(n.sentence for n in (*headlines, *counters)), *(c.title for c in charts)]
    return Section(
        KEY,
        context.say(f"{KEY}.question", **names),
        answer=tuple(answer),
        findings=tuple(dict.fromkeys(f for s in quoted for f in s.findings)),
        charts=tuple(charts),
        tables=tuple(tables),
        notes=tuple(notes),
        headlines=tuple(headlines),
        counters=tuple(counters),
        gaps=tuple(gaps),
    )


def _capacity(
    context: Context,
    answer: list[Sentence],
    headlines: list[Note],
    charts: list[Chart],
    tables: list[Table],
    gaps: list[Sentence],
) -> None:
    facts = context.world.chip_facts().filter(~pl.col("projection"))
    latest = facts.filter(pl.col("year") == pl.col("year").max().over("node"))
    shown = latest.select("node", "economy", "share", "year", "basis", "kind", "source").sort(
        "node", "economy", "basis"
    )
    tables.append(
        context.table(
            f"{KEY}_facts",
            shown,
            units={"share": "share"},
            kind=Kind.weakest(shown["kind"].to_list()),
            datasets=[FACTS],
            notes=["chip_facts", "chip_residual"],
            attributes=["year", "kind", "source"],
        )
    )
    try:
        partner = capacity_share(context, node=LEADING, economy=context.partner)
    except DataMissing:
        gaps.append(context.say("gap.chip_capacity", partner=context.name(context.partner)))
    else:
        fields = {"partner": context.name(context.partner), "year": partner.year}
        answer.append(context.say(f"{KEY}.answer.capacity", **fields, share=partner))
        headlines.append(context.note(10, f"{KEY}.headline", **fields, share=partner))
        charts.append(_capacity_chart(context))


def _capacity_chart(context: Context) -> Chart:
    """Known shares of leading-edge logic, in every year for which there are figures."""
    facts = context.world.chip_facts().filter(
        (pl.col("node") == LEADING) & ~pl.col("projection") & (pl.col("share") > 0)
    )
    rows = [
        {
            "place": f"{context.label(r['economy'])} {r['year']}",
            "economy": context.label(r["economy"]),
            "share": r["share"],
            "kind": r["kind"],
        }
        for r in facts.sort(["year", "share"], descending=[False, True]).to_dicts()
    ]
    frame = pl.DataFrame(rows)
    partner = capacity_share(context, node=LEADING, economy=context.partner)
    fields = {"partner": context.name(context.partner), "year": partner.year}
    table = context.table(
        f"{KEY}_leading",
        frame,
        units={"share": "share"},
        kind=Kind.weakest(frame["kind"].to_list()),
        datasets=[FACTS],
        attributes=["kind"],
        notes=["chip_editions"],
    )
    return context.chart(
        f"{KEY}-leading",
        context.say(f"{KEY}.chart.leading", **fields, share=partner),
        context.say(f"{KEY}.alt.leading"),
        table,
        ChartSpec(
            "bars",
            x="share",
            y="place",
            x_title=context.catalogue.text("axis.share_of_capacity"),
            series="economy",
            roles={context.label(context.partner): "partner"},
            share=True,
        ),
    )


def _exports(
    context: Context,
    answer: list[Sentence],
    headlines: list[Note],
    counters: list[Note],
    charts: list[Chart],
    tables: list[Table],
) -> None:
    frame = context.world.chip_exports().filter(pl.col("coverage") == "full")
    year = last_full_year(context)
    home = destination_share(context, importer=context.home)
    rival = destination_share(context, importer=context.rival)
    fields = {r: context.name(getattr(context, r)) for r in ("home", "partner", "rival")}
    answer.append(
        context.say(
            f"{KEY}.answer.exports", **fields, year=year, home_share=home, rival_share=rival
        )
    )
    if context.rival == HUB_OF:
        through = destination_share(context, importer=HUB)
        answer.append(context.say(f"{KEY}.answer.hub", hub=context.name(HUB), share=through))
    headlines.append(
        context.note(
            40, f"{KEY}.headline_exports", **fields, year=year, home_share=home, rival_share=rival
        )
    )
    counters.append(context.note(10, f"{KEY}.counter", **fields, year=year, home_share=home))
    rows = []
    hub = (HUB,) if context.rival == HUB_OF else ()
    shown = (context.home, context.rival, context.ally, *hub)
    for y in sorted(frame["year"].unique().to_list()):
        of_year = frame.filter(pl.col("year") == y)
        whole = float(of_year["value"].to_numpy().sum())
        for party in shown:
            part = of_year.filter(pl.col("importer").is_in(context.members(party)))
            share = float(part["value"].to_numpy().sum()) / whole
            rows.append({"year": y, "importer": context.label(party), "share": share})
    table = context.table(
        f"{KEY}_destinations",
        pl.DataFrame(rows),
        units={"share": "share"},
        kind=context.kind_of(EXPORTS),
        datasets=[EXPORTS],
        notes=["lower_bound"],
        **fields,
    )
    roles = {context.label(p): context.role(p) for p in shown}
    charts.append(
        context.chart(
            f"{KEY}-destinations",
            context.say(f"{KEY}.chart.destinations", **fields, year=year, share=rival),
            context.say(f"{KEY}.alt.destinations", **fields),
            table,
            ChartSpec(
                "lines",
                x="year",
                y="share",
                y_title=context.catalogue.text("axis.share_of_chip_exports"),
                series="importer",
                roles=roles,
                share=True,
            ),
        )
    )
    if not context.missing(MIRROR):
        tables.append(_mirror(context))


def _mirror(context: Context) -> Table:
    mirror = context.world.chip_mirror()
    sent = context.world.chip_exports().select("year", "exporter", "importer", "product", "value")
    frame = (
        mirror.join(sent, on=["year", "exporter", "importer", "product"], how="inner")
        .sort("importer", "year")
        .select(
            pl.col("importer").map_elements(context.label, return_dtype=pl.String),
            "year",
            pl.col("value").alias("low"),
            (pl.col("value") * pl.col("ratio")).alias("high"),
            "ratio",
        )
    )
    return context.table(
        f"{KEY}_mirror",
        frame,
        units={"low": "million USD", "high": "million USD", "ratio": "ratio"},
        kind=Kind.weakest([Kind.ESTIMATED, context.kind_of(MIRROR, EXPORTS)]),
        datasets=[MIRROR, EXPORTS],
        notes=["mirror"],
        source=context.name(SOURCE),
    )


def _items(context: Context) -> Table:
    frame = context.world.table(ITEMS).select("product", "tier", "text").sort("tier", "product")
    return context.table(
        f"{KEY}_items",
        frame,
        units={},
        kind=context.kind_of(ITEMS),
        datasets=[ITEMS],
        attributes=["text", "tier"],
        notes=["items_no_shares"],
    )
