"""Whose stop reaches furthest: chip stages and critical materials as networks."""

from __future__ import annotations

from functools import partial

import polars as pl

from isthmus import codes
from isthmus.cascade.cases import ALL_PLANNED, EUROPE_PLANNED, LATEST
from isthmus.cascade.chips import EUROPE, planned_capacity
from isthmus.errors import DataMissing
from isthmus.evidence import Kind, Table
from isthmus.study.ask.products import short_name
from isthmus.study.page import Page
from isthmus.study.rests import of_table
from isthmus.study.subjects.cascade.measures import (
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

STAGES_SHOWN = 12


def write(page: Page, *, chips: bool = True) -> None:
    """Answer whose chip stages and materials home depends on, structurally.

    Parameters
    ----------
    chips : bool
        Whether to look at the stages of the chip chain beside the materials.
    """
    try:
        if chips and not page.lacks(FACTS, FLOWS, gap="chip_supplier"):
            _chips(page)
    except DataMissing:
        page.gap("chip_supplier")
    try:
        _materials(page)
    except DataMissing:
        page.gap("no_materials")
    page.note("cascade_structural", "cascade_rule", "cascade_hubs")


def _chips(page: Page) -> None:
    found = chips_of(page.context, page.home, page.partner)
    latest = (
        found["stops"]
        .frame.filter(pl.col("capacity") == LATEST)
        .sort(["value", "economy"], descending=[True, False])
    )
    ranked = latest["economy"].to_list()
    if page.partner in ranked:
        _partner(page, found["stops"], next(code for code in ranked if code != page.partner))
    else:
        page.gap("chip_supplier")
    _stops(page, found["stops"], latest)
    if EUROPE in ranked and _european(page):
        page.note("europe_supplier")
    stages = found["stages"]
    frame = stages.frame.head(STAGES_SHOWN).with_columns(_places(page))
    # An input, in three digits: with one, shares of a stage would exceed the whole.
    given = [f"{v * 100:.3g}{page.word('unit.percent')}" for v in frame["capacity_share"]]
    page.table(
        "stages",
        frame.with_columns(pl.Series("capacity_share", given)),
        {"value": "share"},
        attributes=["capacity_share"],
        **of_table(stages),
        notes=["cascade_structural"],
    )


def _partner(page: Page, stops: Table, other: str) -> None:
    """What a stop of the partner reaches, and what plants that are planned change."""
    stop = partial(loss_on_stop, page.context, user=page.home)
    loss = stop(supplier=page.partner)
    page.say(
        "answer.chips",
        loss=loss,
        other=_place(page, other),
        other_loss=stop(supplier=other, partner=page.partner),
    )
    maps = set(stops.frame["capacity"].to_list())
    if {EUROPE_PLANNED, ALL_PLANNED} <= maps and _european(page):
        page.say(
            "answer.planned",
            year=planned_capacity(page.world).year,
            europe=stop(supplier=page.partner, capacity=EUROPE_PLANNED),
            planned=stop(supplier=page.partner, capacity=ALL_PLANNED),
        )
    gain = contribution(page.context, user=page.home, supplier=page.partner)
    page.say(
        f"answer.{'contribution' if (gain.value or 0.0) > 0 else 'loss_contribution'}", gain=gain
    )
    page.headline(60, loss=loss)
    page.driver("chips", loss)
    low = page.finding(
        f"cascade.chips.pooled.{page.partner}.{page.home}",
        loss.low,
        "share",
        kind=Kind.ASSUMED,
        year=loss.year,
        method="cascade_stop",
        datasets=[FACTS, FLOWS],
        caveat="deliveries_assumed",
    )
    page.counter(60, low=low, high=loss)


def _european(page: Page) -> bool:
    return set(page.context.members(page.home)) <= set(codes.members("EUROPE"))


def _place(page: Page, code: str) -> str:
    return page.word("word.europe") if code == EUROPE else page.context.label(code)


def _places(page: Page) -> pl.Expr:
    return pl.col("economy").map_elements(lambda c: _place(page, c), return_dtype=pl.String)


def _stops(page: Page, stops: Table, latest: pl.DataFrame) -> None:
    code = str(latest["economy"][0])
    named = latest.with_columns(_places(page))
    drawn = named.sort(["value", "economy"], descending=[True, False]).select(
        "economy", "value", "low", pl.col("value").alias("high")
    )
    page.chart(
        "stops",
        drawn,
        page.dots("value", by="economy", axis="share_of_output_stopped", colour="partner"),
        dict.fromkeys(("value", "low", "high"), "share"),
        about={"kind": stops.kind, "datasets": stops.datasets, "notes": ["cascade_structural"]},
        first=_place(page, code),
        loss=loss_on_stop(page.context, user=page.home, supplier=code, partner=page.partner),
    )


def _materials(page: Page) -> None:
    result = materials_of(page.context, page.home)
    ranking, suppliers = result["ranking"], result["suppliers"].frame
    for rival in page.given("rival"):
        row = ranking.frame.filter(pl.col("economy") == rival)
        if row.is_empty():
            page.gap("material_supplier")
        else:
            _rival(page, row.row(0, named=True), suppliers)
    second = result["second_source"]
    if second.frame.height == EXPOSED:
        page.say("answer.second", helped=second_sources(page.context, user=page.home))
    _ranking(page, ranking)
    page.table(
        "second",
        second.frame.with_columns(
            pl.col("product").map_elements(
                lambda code: short_name(page.context, code), return_dtype=pl.String
            ),
            page.labels("economy"),
            page.labels("second"),
        ),
        {"value": "share", "value_with": "share", "second_ratio": "ratio"},
        **of_table(second),
        notes=["cascade_hubs", "second_passes_on"],
        attributes=["second"],
    )


def _rival(page: Page, entry: dict[str, float], suppliers: pl.DataFrame) -> None:
    found = partial(material_finding, page.context, page.home)
    direct = suppliers.filter((pl.col("economy") == page.rival) & (pl.col("direct") >= 0.5)).height
    products = found(
        f"materials.{page.rival}", entry["products"], "count", "cascade_materials", direct
    )
    key = f"material_mean.{page.rival}"
    mean = found(key, entry["value"], "share", "cascade_material_mean", entry["direct"])
    count = suppliers["product"].n_unique()
    page.say("answer.materials", products=products, count=count, mean=mean)
    page.headline(35, "headline_materials", products=products, count=count)
    page.driver("materials", products)


def _ranking(page: Page, ranking: Table) -> None:
    drawn = ranking.frame.sort(["value", "economy"], descending=[True, False]).select(
        page.labels("economy"), "value", "direct", pl.col("products").alias("count")
    )
    first = page.finding(
        f"cascade.largest_material_mean.{page.home}",
        float(drawn["value"][0]),
        "share",
        **of_table(ranking),
        year=ranking.period,
        method="cascade_material_mean",
        caveat="own_production_low",
    )
    page.chart(
        "materials",
        drawn,
        page.bars("value", by="economy", axis="share_of_purchases_stopped", colour="rival"),
        {"value": "share", "direct": "share", "count": "count"},
        about={
            "kind": ranking.kind,
            "datasets": ranking.datasets,
            "notes": ["cascade_structural", "cascade_hubs"],
        },
        first=str(drawn["economy"][0]),
        mean=first,
    )
