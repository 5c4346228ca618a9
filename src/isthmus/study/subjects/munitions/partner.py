"""Where the partner can help and where it cannot, its drones, and what it needs of home."""

from __future__ import annotations

import polars as pl

from isthmus import dependence
from isthmus.errors import CodeUnknown, DataMissing
from isthmus.evidence import Finding, Kind
from isthmus.study.page import Page
from isthmus.study.rests import of_data, of_table
from isthmus.study.subjects.munitions.measures import LINKS
from isthmus.study.subjects.munitions.runs import FAMILIES, suppliers_in

DRONES, FACTS = "taiwan_drone_exports", "chip_facts"
MAGNETS = "850511"
TOOLS = "extreme-ultraviolet lithography tools"
HALF = 0.5
"""Share of imports, or of the world's output, from which one side decides."""


def item_name(page: Page, item: str) -> str:
    """Return what an item of a line is called inside a sentence."""
    return page.word(f"munitions.item.{item}")


def add(page: Page) -> None:
    """Say what the partner makes of the lines, what it lacks itself, and what it needs of home."""
    _help(page)
    _magnets(page)
    _drones(page)
    _card(page)


def _help(page: Page) -> None:
    """Name the items of the lines whose suppliers are held in the partner, and in home."""
    words = {}
    for party in (page.partner, page.home):
        items = {item for family in FAMILIES for item in suppliers_in(family, party)}
        named = ", ".join(item_name(page, item) for item in sorted(items))
        words[party] = named or page.word("word.nobody")
    page.say("answer.help", theirs=words[page.partner], ours=words[page.home])


def _magnets(page: Page) -> None:
    """Say on whom both sides rest for magnets: the partner cannot help where it lacks the same."""
    if not page.has("rival"):
        return
    try:
        ours, theirs = (_from_rival(page, party) for party in (page.home, page.partner))
    except (DataMissing, CodeUnknown):
        page.gap("magnets")
        return
    same = min(ours.value or 0.0, theirs.value or 0.0) > HALF
    page.say("answer.magnets" if same else "answer.magnets_differ", ours=ours, theirs=theirs)
    if same:
        page.counter(22, "counter_magnets", ours=ours, theirs=theirs)


def _from_rival(page: Page, party: str) -> Finding:
    found = dependence.profile(
        page.world, party, on=page.rival, level="product", items=[MAGNETS], years=None
    )["suppliers"]
    row = found.frame.sort("year").to_dicts()[-1]
    return page.finding(
        f"munitions.magnets.{page.rival}.{party}",
        row["share"],
        "share",
        year=row["year"],
        **of_table(found),
        caveat="transit_as_origin",
    )


def _drones(page: Page) -> None:
    """Draw the partner's drone exports by destination, where any to home are named."""
    if page.context.missing(DRONES):
        return
    rows = page.world.table(DRONES).filter(exporter=page.partner)
    if rows.is_empty():
        page.gap("drones", party=page.context.name(page.partner))
        return
    page.rests_on(DRONES)
    page.table(
        "drones_all",
        rows.select(page.labels("importer"), "period", "value", "kind").sort("period", "importer"),
        {"value": "million USD"},
        attributes=["kind"],
    )
    ours = pl.col("importer").is_in(page.context.members(page.home))
    period = named_period(rows, ours)
    if not period:
        page.gap("drones_home", party=page.context.name(page.partner))
        return
    shown = rows.filter(pl.col("importer") != "WLD", period=period)
    shown = shown.sort(["value", "importer"], descending=[True, False])
    whole = rows.filter(importer="WLD", period=period)
    part = float(shown.filter(ours)["value"].sum()) / float(whole["value"][0])
    share = page.finding(
        f"munitions.drones.{page.partner}.{page.home}",
        part,
        "share",
        year=period,
        low=part,
        interval="destinations_named",
    )
    page.say("answer.drones", share=share, period=period)
    page.chart(
        "drones",
        shown.select(page.labels("importer"), "value", "period", "source"),
        page.bars("value", by="importer", axis="drone_exports", colour="partner"),
        {"value": "million USD"},
        about={"attributes": ["source"]},
        share=share,
        period=period,
    )


def named_period(rows: pl.DataFrame, ours: pl.Expr) -> str:
    """Return the period of the largest total with two destinations or more named, one of them ours.

    Empty where there is none: a destination that is not named is not one without exports.
    """
    named = rows.filter(pl.col("importer") != "WLD").group_by("period")
    told = named.agg(pl.len().alias("named"), ours.any().alias("ours"))
    wholes = rows.filter(importer="WLD").join(told, on="period").filter("ours", pl.col("named") > 1)
    return str(wholes.sort("value")["period"][-1]) if wholes.height else ""


def _card(page: Page) -> None:
    """Say what chips made by the partner need of home: links without a second source."""
    if page.context.missing(LINKS, FACTS):
        return
    ours, theirs = page.context.members(page.home), page.context.members(page.partner)
    links = page.world.table(LINKS).filter(
        pl.col("supplier_economy").is_in(ours)
        & pl.col("customer_economy").is_in([*theirs, *ours])
        & pl.col("product").str.contains("EUV")
    )
    facts = page.world.chip_facts().filter(
        (pl.col("node") == TOOLS)
        & pl.col("economy").is_in(ours)
        & (pl.col("share") > HALF)
        & ~pl.col("projection")
    )
    if facts.is_empty():
        return
    row = facts.sort("year").to_dicts()[-1]
    share = page.finding(
        f"munitions.card.{page.home}.{row['node']}",
        row["share"],
        "share",
        year=row["year"],
        kind=Kind(row["kind"]),
        datasets=[FACTS],
        caveat="card_single",
    )
    page.say("answer.card", share=share)
    page.table(
        "card",
        links.select(
            "supplier",
            "customer",
            pl.col("product").alias("item"),
            "relation",
            "second_source",
            "kind",
        ),
        {},
        **of_data(page.context, LINKS),
        attributes=["relation", "second_source", "kind"],
    )
