"""The industries and critical materials that a member buys from the rival and across."""

from __future__ import annotations

import polars as pl

from isthmus import codes, dependence
from isthmus.errors import DataMissing
from isthmus.study.ask.trade import FLOWS, between, year_of
from isthmus.study.page import Page
from isthmus.study.sheet.side import Side

INDUSTRIES, MATERIALS = 3, 4
"""Rows for each supplier."""
LEAST = 1.0
"""Million USD a year from which a material is listed: below, single shipments make a share."""
MOST_NAMES = 3
"""Names of a product that holds several, before it is cut to two."""


def write(page: Page, side: Side) -> None:
    """List the largest purchases of the member, by industry and by critical material."""
    if page.lacks(FLOWS, gap="no_flows"):
        return
    if not side.counterparts:
        page.gap("sheet_nobody")
        return
    page.rests_on(FLOWS)
    frames = [_industries(page, side.member, other) for other in side.counterparts]
    rows, unit, turned = page.in_money(pl.concat(frames), "value", year=year_of(page.context))
    page.table(
        "industries",
        rows,
        {"value": unit, "share": "share"},
        year=year_of(page.context),
        **turned,
    )
    _materials(page, side)


def _industries(page: Page, member: str, other: str) -> pl.DataFrame:
    flows = between(page.context, member, other)["flows"].frame.filter(
        importer=member, exporter=other, year=year_of(page.context)
    )
    goods = flows.filter(pl.col("industry") != "SERV")
    top = goods.sort("value", "industry", descending=[True, False]).head(INDUSTRIES)
    return top.select(
        page.labels("exporter"),
        page.industries(),
        pl.col("value"),
        pl.col("share_of_imports").alias("share"),
    )


def _materials(page: Page, side: Side) -> None:
    """Largest shares in purchases of thirty products of critical materials."""
    try:
        key = page.world.trade_key("HS2017")
        found = [
            dependence.profile(page.world, side.member, on=other, level="product")[
                "suppliers"
            ].frame
            for other in side.counterparts
        ]
    except DataMissing:
        page.gap("no_products")
        return
    page.rests_on(key)
    texts = codes.product_texts("HS2017")
    rows = pl.concat(found).filter(pl.col("value") >= LEAST)
    if rows.is_empty():
        page.gap("sheet_no_materials")
        return
    top = (
        rows.sort(
            "exporter", "share", "product", descending=[False, True, False], maintain_order=True
        )
        .group_by("exporter", maintain_order=True)
        .head(MATERIALS)
    )
    order = {code: place for place, code in enumerate(side.counterparts)}
    top = top.sort(
        pl.col("exporter").replace_strict(order, return_dtype=pl.Int64), maintain_order=True
    )
    named = pl.col("product").map_elements(
        lambda code: _short(page.context.catalogue.said(texts.get(code, code))),
        return_dtype=pl.String,
    )
    year = int(str(rows["year"].max()))
    top, unit, turned = page.in_money(top, "value", year=year)
    page.table(
        "materials",
        top.select(page.labels("exporter"), named.alias("text"), "product", "value", "share"),
        {"value": unit, "share": "share"},
        attributes=["product"],
        notes=["transit"],
        year=year,
        least=page.context.catalogue.written(f"{LEAST:,g}"),
        **turned,
    )


def _short(text: str) -> str:
    """Return the text of a product without grades and forms; its code says which they are."""
    name = text.partition(";")[0]
    several = name.split(", ")
    return f"{', '.join(several[:2])} …" if len(several) > MOST_NAMES else name
