"""Who buys what from whom: home, partner and rival, both ways."""

from __future__ import annotations

import polars as pl

from isthmus.charts import ChartSpec
from isthmus.evidence import Table
from isthmus.study.context import Context
from isthmus.study.dossier import Chart, Note, Section
from isthmus.study.trade import FLOWS, between, link, link_finding, year_of, years_of
from isthmus.study.wording import Sentence

KEY = "dependence"


def build(context: Context) -> Section:
    """Answer how much home and partner depend on each other, with the rival beside them."""
    question = context.say(f"{KEY}.question", **_names(context))
    if context.missing(FLOWS):
        return Section(KEY, question, gaps=(context.say("gap.no_flows"),))
    answer, headlines = _answer(context)
    quoted = [f for s in (*answer, *(n.sentence for n in headlines)) for f in s.findings]
    counters = (_counter(context),)
    quoted += [f for n in counters for f in n.sentence.findings]
    return Section(
        KEY,
        question,
        answer=answer,
        findings=tuple(dict.fromkeys(quoted)),
        charts=(_over_time(context), *_by_industry(context)),
        tables=(_table(context),),
        notes=(
            context.say("note.exposure_not_loss"),
            context.say("note.goods_leave_out"),
            context.say("note.industries_broad"),
        ),
        headlines=headlines,
        counters=counters,
    )


def _names(context: Context) -> dict[str, str]:
    roles = ("home", "partner", "rival", "ally")
    return {role: context.name(getattr(context, role)) for role in roles}


def _answer(context: Context) -> tuple[tuple[Sentence, ...], tuple[Note, ...]]:
    home, partner, rival = context.home, context.partner, context.rival
    buys = link_finding(context, home, partner, "share_of_imports")
    worth = link_finding(context, home, partner, "value")
    sells = link_finding(context, partner, home, "share_of_imports")
    back = link_finding(context, partner, home, "value")
    market = link_finding(context, partner, home, "share_of_exports")
    counterpart = link_finding(context, home, partner, "share_of_exports")
    from_rival = link_finding(context, home, rival, "share_of_imports")
    partner_sells = link_finding(context, rival, partner, "share_of_exports")
    rival_sells = link_finding(context, partner, rival, "share_of_exports")
    year = year_of(context)
    names = _names(context)
    answer = (
        context.say(
            f"{KEY}.answer.imports", **names, year=year,
            share=buys, value=worth, rival_share=from_rival,
        ),
        context.say(f"{KEY}.answer.reverse", **names, year=year, share=sells, value=back),
        context.say(
            f"{KEY}.answer.markets", **names, year=year, market=market, counterpart=counterpart
        ),
        context.say(
            f"{KEY}.answer.partner_rival", **names, year=year,
            weight=partner_sells, sells=rival_sells,
        ),
    )  # fmt: skip
    headlines = [
        context.note(
            20, f"{KEY}.headline", **names, year=year, share=buys, rival_share=from_rival
        ),
        context.note(
            60, f"{KEY}.headline_market", **names, year=year,
            market=market, counterpart=counterpart,
        ),
    ]  # fmt: skip
    return answer, tuple(headlines)


def _counter(context: Context) -> Note:
    home, partner, rival = context.home, context.partner, context.rival
    return context.note(
        20,
        f"{KEY}.counter",
        **_names(context),
        year=year_of(context),
        sold_rival=link_finding(context, rival, home, "value"),
        sold_partner=link_finding(context, partner, home, "value"),
    )


def _over_time(context: Context) -> Chart:
    home, partner, rival = context.home, context.partner, context.rival
    pairs = ((home, partner), (home, rival), (partner, home))
    rows = [
        {
            "year": year,
            "link": context.catalogue.text(
                "word.link", importer=context.label(importer), exporter=context.label(exporter)
            ),
            "share": link(context, importer, exporter, year=year)["share_of_imports"],
        }
        for importer, exporter in pairs
        for year in years_of(context)
    ]
    labels = list(dict.fromkeys(str(row["link"]) for row in rows))
    table = context.table(
        f"{KEY}_over_time",
        pl.DataFrame(rows),
        units={"share": "share"},
        kind=context.kind_of(FLOWS),
        datasets=[FLOWS],
        **_names(context),
    )
    first, last = years_of(context)[0], years_of(context)[-1]
    start = link_finding(context, home, rival, "share_of_imports", year=first)
    end = link_finding(context, home, rival, "share_of_imports", year=last)
    names = _names(context)
    return context.chart(
        f"{KEY}-over-time",
        context.say(f"{KEY}.chart.time", **names, start=start, end=end, first=first, last=last),
        context.say(f"{KEY}.alt.time", **names, first=first, last=last),
        table,
        ChartSpec(
            "lines",
            x="year",
            y="share",
            y_title=context.catalogue.text("axis.share_of_goods_imports"),
            series="link",
            roles=dict(zip(labels, ("partner", "rival", "home"), strict=True)),
            share=True,
        ),
    )


def _by_industry(context: Context) -> tuple[Chart, ...]:
    wanted = context.study.industries
    if not wanted:
        return ()
    home, partner, rival = context.home, context.partner, context.rival
    rows = [
        {
            "industry": context.industry(industry),
            "exporter": context.label(exporter),
            "share": link(context, home, exporter, item=industry)["share_of_imports"],
        }
        for industry in wanted
        for exporter in (partner, rival)
    ]
    frame = pl.DataFrame(rows)
    table = context.table(
        f"{KEY}_by_industry",
        frame,
        units={"share": "share"},
        kind=context.kind_of(FLOWS),
        datasets=[FLOWS],
        year=str(year_of(context)),
        **_names(context),
    )
    top = max(wanted, key=lambda i: link(context, home, partner, item=i)["share_of_imports"] or 0.0)
    names = _names(context)
    chart = context.chart(
        f"{KEY}-by-industry",
        context.say(
            f"{KEY}.chart.industry",
            **names,
            industry=context.industry(top).lower(),
            year=year_of(context),
            share=link_finding(context, home, partner, "share_of_imports", item=top),
            rival_share=link_finding(context, home, rival, "share_of_imports", item=top),
        ),
        context.say(f"{KEY}.alt.industry", **names, count=len(wanted)),
        table,
        ChartSpec(
            "bars",
            x="share",
            y="industry",
            x_title=context.catalogue.text("axis.share_of_imports"),
            series="exporter",
            roles={context.label(partner): "partner", context.label(rival): "rival"},
            share=True,
        ),
    )
    return (chart,)


def _table(context: Context) -> Table:
    home, partner = context.home, context.partner
    frame = (
        between(context, home, partner)["flows"]
        .frame.filter(pl.col("year") == year_of(context))
        .with_columns(
            pl.col("importer").map_elements(context.label, return_dtype=pl.String),
            pl.col("exporter").map_elements(context.label, return_dtype=pl.String),
            pl.col("industry").map_elements(context.industry, return_dtype=pl.String),
        )
        .sort(["importer", "value"], descending=[False, True])
        .select("importer", "exporter", "industry", "value", "share_of_imports", "share_of_exports")
    )
    return context.table(
        f"{KEY}_flows",
        frame,
        units={"value": "million USD", "share_of_imports": "share", "share_of_exports": "share"},
        kind=context.kind_of(FLOWS),
        datasets=[FLOWS],
        notes=["exposure_not_loss"],
        year=str(year_of(context)),
        **_names(context),
    )
