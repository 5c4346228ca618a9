"""Who buys what from whom: home, partner and rival, both ways."""

from __future__ import annotations

from typing import Any

import polars as pl

from isthmus.charts import ChartSpec
from isthmus.evidence import Finding
from isthmus.study.ask.trade import FLOWS, between, link, link_finding, year_of, years_of
from isthmus.study.page import Fields, Page
from isthmus.study.subjects.dependence.records import say_records, say_turn

SHARE = {"share": "share"}


def write(page: Page) -> None:
    """Answer how much home and partner depend on each other, with the rival beside them."""
    if not page.has("rival"):
        page.question = "question_alone"
    if page.lacks(FLOWS, gap="no_flows"):
        return
    page.rests_on(FLOWS)
    page.fields["year"] = year_of(page.context)
    _say(page)
    _over_time(page)
    _by_industry(page)
    _flows(page)
    say_records(page, _recorded(page))
    for ally in page.given("ally"):
        say_turn(page, ally, page.partner)
    page.note("exposure_not_loss", "goods_leave_out", "industries_broad")


def _recorded(page: Page) -> list[tuple[str, str]]:
    """The pairs whose goods trade the page quotes: importer and exporter."""
    home, partner = page.home, page.partner
    pairs = [(home, partner), (partner, home)]
    for rival in page.given("rival"):
        pairs += [(home, rival), (rival, partner), (rival, home), (partner, rival)]
    return pairs


def _of(page: Page, importer: str, exporter: str, what: str, **which: Any) -> Finding:
    return link_finding(page.context, importer, exporter, what, **which)


def _say(page: Page) -> None:
    home, partner = page.home, page.partner
    share, value = (_of(page, home, partner, what) for what in ("share_of_imports", "value"))
    markets: Fields = {
        "market": _of(page, partner, home, "share_of_exports"),
        "counterpart": _of(page, home, partner, "share_of_exports"),
    }
    if page.has("rival"):
        rival_share = _of(page, home, page.rival, "share_of_imports")
        page.say("answer.imports", share=share, value=value, rival_share=rival_share)
        page.headline(20, share=share, rival_share=rival_share)
    else:
        page.say("answer.imports_alone", share=share, value=value)
        page.headline(20, "headline_alone", share=share)
    page.say(
        "answer.reverse",
        share=_of(page, partner, home, "share_of_imports"),
        value=_of(page, partner, home, "value"),
    )
    page.say("answer.markets", **markets)
    page.headline(60, "headline_market", **markets)
    if page.has("rival"):
        _rival(page)


def _rival(page: Page) -> None:
    """What home and partner sell to the rival, beside what they sell to each other."""
    page.say(
        "answer.partner_rival",
        weight=_of(page, page.rival, page.partner, "share_of_exports"),
        sells=_of(page, page.partner, page.rival, "share_of_exports"),
    )
    page.counter(
        20,
        sold_rival=_of(page, page.rival, page.home, "value"),
        sold_partner=_of(page, page.partner, page.home, "value"),
    )


def _over_time(page: Page) -> None:
    context, years = page.context, years_of(page.context)
    home, partner = page.home, page.partner
    pairs = {(home, partner): "partner"}
    pairs |= {(home, other): "rival" for other in page.given("rival")}
    pairs[partner, home] = "home"
    rows = [
        {
            "year": year,
            "link": page.word(
                "word.link", importer=context.label(importer), exporter=context.label(exporter)
            ),
            "share": link(context, importer, exporter, year=year)["share_of_imports"],
        }
        for importer, exporter in pairs
        for year in years
    ]
    labels = dict.fromkeys(str(row["link"]) for row in rows)
    first, last = years[0], years[-1]
    shown = page.rival if page.has("rival") else partner
    page.chart(
        "over_time",
        pl.DataFrame(rows),
        page.lines(
            "share",
            axis="share_of_goods_imports",
            series="link",
            roles=dict(zip(labels, pairs.values(), strict=True)),
        ),
        SHARE,
        said="time" if page.has("rival") else "time_alone",
        first=first,
        last=last,
        start=_of(page, home, shown, "share_of_imports", year=first),
        end=_of(page, home, shown, "share_of_imports", year=last),
    )


def _by_industry(page: Page) -> None:
    wanted, context = page.study.industries, page.context
    if not wanted:
        return
    home, partner = page.home, page.partner
    exporters = page.given("partner", "rival")
    rows = [
        {
            "industry": context.industry(industry),
            "exporter": context.label(exporter),
            "share": link(context, home, exporter, item=industry)["share_of_imports"],
        }
        for industry in wanted
        for exporter in exporters
    ]
    top = max(wanted, key=lambda i: link(context, home, partner, item=i)["share_of_imports"] or 0.0)
    beside: Fields = {}
    if page.has("rival"):
        beside["rival_share"] = _of(page, home, page.rival, "share_of_imports", item=top)
    frame = pl.DataFrame(rows)
    axis = page.numbers("share_of_imports", frame, "share")
    page.chart(
        "by_industry",
        frame,
        ChartSpec(
            "dots" if axis["log"] else "bars",
            x="share",
            y="industry",
            **axis,
            series="exporter",
            roles=page.roles(*exporters),
            share=True,
        ),
        SHARE,
        said="industry" if page.has("rival") else "industry_alone",
        count=len(wanted),
        industry=page.inside(context.industry(top), whole=True),
        share=_of(page, home, partner, "share_of_imports", item=top),
        **beside,
    )


def _flows(page: Page) -> None:
    shares = ("share_of_imports", "share_of_exports")
    frame = (
        between(page.context, page.home, page.partner)["flows"]
        .frame.filter(pl.col("year") == page.fields["year"])
        .with_columns(page.labels("importer"), page.labels("exporter"), page.industries())
        .sort(["importer", "value"], descending=[False, True])
        .select("importer", "exporter", "industry", "value", *shares)
    )
    frame, unit, turned = page.in_money(frame, "value", year=page.fields["year"])
    units = {"value": unit, **dict.fromkeys(shares, "share")}
    page.table("flows", frame, units, notes=["exposure_not_loss"], **turned)
