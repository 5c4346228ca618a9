"""Who buys what from whom: home, partner and rival, both ways."""

from __future__ import annotations

from typing import Any

import polars as pl

from isthmus.charts import ChartSpec
from isthmus.evidence import Finding
from isthmus.study.ask.trade import FLOWS, between, link, link_finding, year_of, years_of
from isthmus.study.page import Fields, Page

SHARE = {"share": "share"}


def write(page: Page) -> None:
    """Answer how much home and partner depend on each other, with the rival beside them."""
    if page.lacks(FLOWS, gap="no_flows"):
        return
    page.rests_on(FLOWS)
    page.fields["year"] = year_of(page.context)
    _say(page)
    _over_time(page)
    _by_industry(page)
    _flows(page)
    page.note("exposure_not_loss", "goods_leave_out", "industries_broad")


def _of(page: Page, importer: str, exporter: str, what: str, **which: Any) -> Finding:
    return link_finding(page.context, importer, exporter, what, **which)


def _say(page: Page) -> None:
    home, partner, rival = page.home, page.partner, page.rival
    bought: Fields = {
        "share": _of(page, home, partner, "share_of_imports"),
        "rival_share": _of(page, home, rival, "share_of_imports"),
    }
    markets: Fields = {
        "market": _of(page, partner, home, "share_of_exports"),
        "counterpart": _of(page, home, partner, "share_of_exports"),
    }
    page.say("answer.imports", **bought, value=_of(page, home, partner, "value"))
    page.say(
        "answer.reverse",
        share=_of(page, partner, home, "share_of_imports"),
        value=_of(page, partner, home, "value"),
    )
    page.say("answer.markets", **markets)
    page.say(
        "answer.partner_rival",
        weight=_of(page, rival, partner, "share_of_exports"),
        sells=_of(page, partner, rival, "share_of_exports"),
    )
    page.headline(20, **bought)
    page.headline(60, "headline_market", **markets)
    page.counter(
        20,
        sold_rival=_of(page, rival, home, "value"),
        sold_partner=_of(page, partner, home, "value"),
    )


def _over_time(page: Page) -> None:
    context, years = page.context, years_of(page.context)
    pairs = ((page.home, page.partner), (page.home, page.rival), (page.partner, page.home))
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
    page.chart(
        "over_time",
        pl.DataFrame(rows),
        ChartSpec(
            "lines",
            x="year",
            y="share",
            y_title=page.axis("share_of_goods_imports"),
            series="link",
            roles=dict(zip(labels, ("partner", "rival", "home"), strict=True)),
            share=True,
        ),
        SHARE,
        said="time",
        first=first,
        last=last,
        start=_of(page, page.home, page.rival, "share_of_imports", year=first),
        end=_of(page, page.home, page.rival, "share_of_imports", year=last),
    )


def _by_industry(page: Page) -> None:
    wanted, context = page.study.industries, page.context
    if not wanted:
        return
    home, partner, rival = page.home, page.partner, page.rival
    rows = [
        {
            "industry": context.industry(industry),
            "exporter": context.label(exporter),
            "share": link(context, home, exporter, item=industry)["share_of_imports"],
        }
        for industry in wanted
        for exporter in (partner, rival)
    ]
    top = max(wanted, key=lambda i: link(context, home, partner, item=i)["share_of_imports"] or 0.0)
    page.chart(
        "by_industry",
        pl.DataFrame(rows),
        ChartSpec(
            "bars",
            x="share",
            y="industry",
            x_title=page.axis("share_of_imports"),
            series="exporter",
            roles={context.label(partner): "partner", context.label(rival): "rival"},
            share=True,
        ),
        SHARE,
        said="industry",
        count=len(wanted),
        industry=context.industry(top).lower(),
        share=_of(page, home, partner, "share_of_imports", item=top),
        rival_share=_of(page, home, rival, "share_of_imports", item=top),
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
    units = {"value": "million USD", **dict.fromkeys(shares, "share")}
    page.table("flows", frame, units, notes=["exposure_not_loss"])
