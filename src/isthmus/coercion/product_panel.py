"""Bilateral flows of single products as cubes, and which cases they can show."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from isthmus.codes import nearest_product
from isthmus.coercion.cases import PURCHASES, CaseMeasure, check_case, industries_of, measures
from isthmus.coercion.panel import Panel, TradeEpisode, joined
from isthmus.errors import CodeUnknown, DataMissing
from isthmus.world import World

CLASSIFICATION = "HS2017"
LARGEST = 6
"""Where the data of some years list only each economy's largest partners: how many."""


def held_products(world: World) -> tuple[str, ...]:
    """Return the products whose bilateral trade the world holds."""
    held = pl.col("product").unique().sort()
    return tuple(world.query(world.trade_key(CLASSIFICATION), lambda r: r.select(held)).to_series())


def products_of(measure: CaseMeasure, held: Sequence[str]) -> tuple[str, ...]:
    """Return the held products that a measure may have touched, by its codes."""
    return industries_of(measure.hint, {p: p for p in held}, held)


def product_episode(world: World, case: str, products: Sequence[str]) -> TradeEpisode:
    """Return what flows of some products can show of one case.

    Measures that did not touch these products are left out, and with them their dates.

    Raises
    ------
    CodeUnknown
        For an unknown case, or a product that the world does not hold.
    DataMissing
        When no measure of the case against purchases touched one of the products.
    """
    coded, held = measures(world), held_products(world)
    check_case(case, list(dict.fromkeys(m.case for m in coded)))
    for p in products:
        if p not in held:
            raise CodeUnknown(
                f"the world holds no trade of product {p!r}",
                where="product",
                hint=nearest_product(p, held) or f"held: {', '.join(held)}",
            )
    by_measure = {
        m: products_of(m, held) for m in coded if m.case == case and m.direction == PURCHASES
    }
    kept = [m for m, found in by_measure.items() if set(found) & set(products)]
    if not kept:
        named = sorted({p for found in by_measure.values() for p in found})
        raise DataMissing(
            f"no measure of {case} against purchases touched {', '.join(products)}",
            where="coercion_measures",
            hint=f"held products that it may have touched: {', '.join(named) or 'none'}",
        )
    hit = {p for m in kept for p in by_measure[m]}
    return joined(case, kept, tuple(p for p in dict.fromkeys(products) if p in hit))


def product_panel(world: World, products: Sequence[str]) -> Panel:
    """Return the flows of some products, by the economies that trade them.

    Where some years list larger flows only, the same cut is made in every year, so that years
    can be compared; a flow that is not listed is zero.
    """
    key = world.trade_key(CLASSIFICATION)
    abroad = pl.col("exporter") != pl.col("importer")
    frame = world.query(key, lambda r: r.filter(abroad & pl.col("product").is_in(list(products))))
    if (frame["coverage"] == "top").any():
        frame = _largest(frame)
    economies = tuple(sorted(set(frame["exporter"]) | set(frame["importer"])))
    years = tuple(int(y) for y in frame["year"].unique().sort())
    place = {e: n for n, e in enumerate(economies)}
    flows = np.zeros((len(products), len(economies), len(economies), len(years)))
    at = (
        frame["product"].replace_strict({p: n for n, p in enumerate(products)}).to_numpy(),
        frame["exporter"].replace_strict(place).to_numpy(),
        frame["importer"].replace_strict(place).to_numpy(),
        frame["year"].cast(pl.Int64).replace_strict({y: n for n, y in enumerate(years)}).to_numpy(),
    )
    np.add.at(flows, at, frame["value"].to_numpy())
    return Panel(economies, tuple(products), years, flows, key, "products")


def _largest(frame: pl.DataFrame) -> pl.DataFrame:
    """Keep each economy's largest partners of every product and year, on either side."""
    rank = pl.col("value").rank("ordinal", descending=True)
    return frame.filter(
        (rank.over("year", "product", "exporter") <= LARGEST)
        | (rank.over("year", "product", "importer") <= LARGEST)
    )
