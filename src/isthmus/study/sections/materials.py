"""Products of the study's baskets by supplier, and where raw materials are produced."""

from __future__ import annotations

import polars as pl

from isthmus.charts import ChartSpec
from isthmus.evidence import Finding, Kind, Table
from isthmus.study.context import Context
from isthmus.study.dossier import Chart, Section
from isthmus.study.measures.materials import has_trade, import_share

KEY = "materials"
PRODUCTION = "raw_material_production"
SHOWN = 14


def build(context: Context) -> Section:
    """Answer for which baskets home and partner buy from the rival, and what it mines."""
    names = {r: context.name(getattr(context, r)) for r in ("home", "partner", "rival")}
    question = context.say(f"{KEY}.question", **names)
    known = [b for b in context.study.baskets if has_trade(context, b)]
    gaps = [
        context.say("gap.basket", basket=basket.title, nomenclature=basket.nomenclature)
        for key, basket in context.study.baskets.items()
        if key not in known
    ]
    if not context.study.baskets:
        gaps.append(context.say("gap.no_baskets"))
    answer, charts, headlines = [], [], []
    if known:
        rows = _shares(context, known)
        charts.append(_basket_chart(context, rows))
        title, top = rows[0][0], rows[0][1]
        fields = {"basket": title.lower(), "year": top.year}
        answer.append(context.say(f"{KEY}.answer.top", **names, **fields, share=top))
        headlines.append(context.note(25, f"{KEY}.headline", **names, **fields, share=top))
    if not context.missing(PRODUCTION):
        shown = _production(context)
        if shown is None:
            gaps.append(context.say("gap.production", rival=names["rival"]))
        else:
            charts.append(shown)
    quoted = [*answer, *(n.sentence for n in headlines), *(c.title for c in charts)]
    findings = [f for s in quoted for f in s.findings]
    findings += [f for _, *both in (_shares(context, known) if known else []) for f in both]
    return Section(
        KEY,
        question,
        answer=tuple(answer),
        findings=tuple(dict.fromkeys(findings)),
        charts=tuple(charts),
        notes=(context.say("note.transit"), context.say("note.mined_not_refined")),
        headlines=tuple(headlines),
        gaps=tuple(gaps),
    )


def _shares(context: Context, known: list[str]) -> list[tuple[str, Finding, Finding]]:
    """Title, share of the rival in home's imports and in the partner's, largest first."""
    rows = [
        (
            context.study.baskets[basket].title,
            import_share(context, importer=context.home, exporter=context.rival, basket=basket),
            import_share(context, importer=context.partner, exporter=context.rival, basket=basket),
        )
        for basket in known
    ]
    return sorted(rows, key=lambda row: (-(row[1].value or 0.0), row[0]))


def _basket_chart(context: Context, rows: list[tuple[str, Finding, Finding]]) -> Chart:
    names = {r: context.name(getattr(context, r)) for r in ("home", "partner", "rival")}
    drawn = [
        {
            "basket": title,
            "importer": context.label(party),
            "share": finding.value,
            "codes": ", ".join(_codes(context, title)),
        }
        for title, home, partner in rows
        for party, finding in ((context.home, home), (context.partner, partner))
        if finding.value is not None
    ]
    table = context.table(
        f"{KEY}_baskets",
        pl.DataFrame(drawn),
        units={"share": "share"},
        kind=Kind.weakest(f.kind for _, *both in rows for f in both),
        datasets={d for _, *both in rows for f in both for d in f.datasets},
        attributes=["codes"],
        notes=["exposure_not_loss", "transit"],
        year=rows[0][1].year,
        **names,
    )
    return context.chart(
        f"{KEY}-baskets",
        context.say(
            f"{KEY}.chart.baskets",
            **names,
            basket=rows[0][0].lower(),
            share=rows[0][1],
            year=rows[0][1].year,
        ),
        context.say(f"{KEY}.alt.baskets", **names, count=len(rows)),
        table,
        ChartSpec(
            "bars",
            x="share",
            y="basket",
            x_title=context.catalogue.text(
                "axis.share_from", exporter=context.label(context.rival)
            ),
            series="importer",
            roles={
                context.label(context.home): "home",
                context.label(context.partner): "partner",
            },
            share=True,
        ),
    )


def _codes(context: Context, title: str) -> tuple[str, ...]:
    return next(b.codes for b in context.study.baskets.values() if b.title == title)


def _material(material: str, form: str | None) -> str:
    """Return a name for readers; the form where it says more than the material."""
    name = material.replace("_", " ")
    return f"{name}, {form}" if form and form != name else name


def _production(context: Context) -> Chart | None:
    """Where the rival produces most of the world's output of a raw material."""
    frame = context.world.production().filter(pl.col("share").is_not_null())
    last = frame["year"].max()
    rows = (
        frame.filter(
            pl.col("economy").is_in(context.members(context.rival)) & (pl.col("year") == last)
        )
        .sort(["share", "material", "form"], descending=[True, False, False])
        .head(SHOWN)
    )
    if rows.is_empty():
        return None
    first = rows.row(0, named=True)
    named = rows.select(
        pl.struct("material", "form")
        .map_elements(lambda r: _material(r["material"], r["form"]), return_dtype=pl.String)
        .alias("material"),
        "share",
        "kind",
    )
    kind = Kind.weakest(rows["kind"].to_list())
    half = int((frame.filter(
        pl.col("economy").is_in(context.members(context.rival)) & (pl.col("year") == last)
    )["share"] >= 0.5).sum())  # fmt: skip
    count = context.finding(
        f"materials.majority_produced.{context.rival}",
        half,
        "count",
        kind=kind,
        year=int(first["year"]),
        method="production_majority",
        datasets=[PRODUCTION],
        caveat="mined_not_refined",
    )
    rival = context.name(context.rival)
    table: Table = context.table(
        f"{KEY}_production",
        named,
        units={"share": "share"},
        kind=kind,
        datasets=[PRODUCTION],
        attributes=["kind"],
        notes=["mined_not_refined"],
        rival=rival,
        year=str(last),
    )
    return context.chart(
        f"{KEY}-production",
        context.say(f"{KEY}.chart.production", rival=rival, count=count, year=str(last)),
        context.say(f"{KEY}.alt.production", rival=rival),
        table,
        ChartSpec(
            "bars",
            x="share",
            y="material",
            x_title=context.catalogue.text("axis.share_of_production"),
            roles={"": "rival"},
            share=True,
        ),
    )
