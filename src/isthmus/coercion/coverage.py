"""Which cases goods flows can show, by industry and by product, and why not the others."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from isthmus.coercion.cases import MEASURES, PURCHASES, SERVICES, SUPPLIES, CaseMeasure, measures
from isthmus.coercion.panel import FLOWS
from isthmus.coercion.product_panel import CLASSIFICATION, held_products, products_of
from isthmus.evidence import Kind, Result, Table, provenance
from isthmus.evidence.frames import attribute, dimension, framed, table
from isthmus.evidence.lens import lens
from isthmus.world import World

SEEN = "seen"


@lens("coercion.coverage", {})
def coverage(world: World) -> Result:
    """Return for every coded measure whether an event study can see it, and why not.

    Parameters
    ----------
    world : World
        The data.

    Returns
    -------
    Result
        ``coverage``: one row per measure.
    """
    key = world.trade_key(CLASSIFICATION)
    made = provenance(world, "coercion.coverage", [FLOWS, key, MEASURES], {})
    return Result({"coverage": _table(world, key)}, made)


def _table(world: World, key: str) -> Table:
    flows, held = world.flows(), held_products(world)
    industry_years = (int(min(flows.years)), int(max(flows.years)))
    years = world.query(key, lambda rows: rows.select(pl.col("year").unique().sort()))
    product_years = tuple(int(y) for y in years.to_series())
    span = (product_years[0], product_years[-1])
    coded = measures(world)
    between = pl.col("exporter").is_in([m.target for m in coded])
    between &= pl.col("importer").is_in([m.sender for m in coded])
    flow = ("exporter", "importer", "product", "year")
    sold = set(world.query(key, lambda rows: rows.filter(between).select(flow)).rows())
    rows: list[tuple[str, int, str, int, str, str, str]] = []
    for m in coded:
        products = products_of(m, held)
        by_industry = _reason(m, industry_years, flows.economies)
        if by_industry == SEEN and not m.industries:
            by_industry = "no product codes"
        by_product = _reason(m, span, None)
        if by_product == SEEN:
            found = [
                p
                for p in products
                if all((m.target, m.sender, p, y) in sold for y in product_years)
            ]
            by_product = _by_product(products, found)
        number = sum(row[0] == m.case for row in rows) + 1
        goods = m.products or "not named"
        rows.append((m.case, number, m.target, m.first, goods, by_industry, by_product))
    columns = [
        dimension("case"),
        dimension("measure", "number within the case, in the order of the coded measures"),
        attribute("target", "economy acted upon; WLD for measures against all"),
        attribute("year", "of the start"),
        attribute("goods", "products or services, as coded"),
        attribute("by_industry", "whether flows by industry can show it, or why not"),
        attribute("by_product", "whether flows by product can show it, or why not"),
    ]
    return table(
        "coverage",
        framed(rows, columns, whole=("year", "measure")),
        [*columns, attribute("kind")],
        kind=Kind.ESTIMATED,
        datasets=[FLOWS, key, MEASURES],
        text="which measures an event study can see",
        notes=[
            f"flows by industry cover {industry_years[0]} to {industry_years[1]} without services "
            f"({SERVICES}), flows by product {span[0]} to {span[1]} and {len(held)} products",
            "event studies look at purchases of goods by the sender: stops of supplies, services, "
            "people and finance are other flows",
        ],
    )


def _reason(m: CaseMeasure, years: tuple[int, int], economies: Sequence[str] | None) -> str:
    """Why flows of these years cannot show a measure, or `SEEN`."""
    if m.direction == SUPPLIES:
        return "stop of supplies to all" if m.target == "WLD" else "stop of supplies"
    if m.direction != PURCHASES:
        return "services, people or finance"
    if economies is not None and m.target not in economies:
        return "target not listed"
    if m.first > years[1]:
        return f"begins after {years[1]}"
    if m.last < years[0]:
        return f"ends before {years[0]}"
    if m.first <= years[0] and m.last >= years[1]:
        return "no year without it"
    return SEEN


def _by_product(products: Sequence[str], found: Sequence[str]) -> str:
    if not products:
        return "no product held"
    if not found:
        return "held, but not sold in every year"
    return f"{SEEN}: {', '.join(found)}"
