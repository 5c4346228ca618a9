"""Trade by HS product in the order of the flows' economies, where the world holds it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from isthmus.coercion.cases import heaviest_industry
from isthmus.coercion.panel import REST
from isthmus.errors import DataMissing
from isthmus.kernels.arrays import Array, Ints
from isthmus.world import World

CLASSIFICATION = "HS2017"
NOTES = (
    "own production is not known by product: the share of the sender is that in imports, so the "
    "loss is an upper case where the buyer makes the product itself",
    "a product without which a line stands still weighs more than its price: these figures do not "
    "show that",
    "goods that pass through a third economy stand under it in some records",
)


@dataclass(frozen=True, slots=True)
class ProductFlows:
    """Trade of one year by product.

    Parameters
    ----------
    key : str
        Data set.
    products, industries : tuple of str
        K codes, and the industry that each belongs to.
    flows : (n, n, K) array
        [exporter, importer, product] (million USD); economies that are not listed are in ROW.
    notes : tuple of str
        What the figures do not say.
    """

    key: str
    products: tuple[str, ...]
    industries: tuple[str, ...]
    flows: Array
    notes: tuple[str, ...] = NOTES


def product_flows(
    world: World, economies: Sequence[str], industries: Sequence[str], year: int
) -> ProductFlows | None:
    """Return trade in products of some industries in a year that is covered in full, or None."""
    try:
        key = world.trade_key(CLASSIFICATION)
    except DataMissing:
        return None
    if REST not in economies:
        return None
    industry = heaviest_industry(world)
    ours = sorted(p for p, i in industry.items() if i in industries)
    frame = world.query(
        key,
        lambda rows: rows.filter(
            pl.col("year") == year, pl.col("coverage") == "full", pl.col("product").is_in(ours)
        ),
    )
    products = tuple(sorted(frame["product"].unique()))
    if not products:
        return None
    place = {e: n for n, e in enumerate(economies)}
    column = {p: n for n, p in enumerate(products)}
    kept = frame.sort("exporter", "importer", "product")

    def at(name: str) -> Ints:
        found = kept[name].replace_strict(place, default=place[REST], return_dtype=pl.Int64)
        return found.to_numpy()

    k = kept["product"].replace_strict(column, return_dtype=pl.Int64).to_numpy()
    cube = np.zeros((len(economies), len(economies), len(products)))
    np.add.at(cube, (at("exporter"), at("importer"), k), kept["value"].to_numpy())
    return ProductFlows(key, products, tuple(industry[p] for p in products), cube)
