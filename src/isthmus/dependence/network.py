"""World trade network of an item: how few sell it, how tightly the buyers are knit."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from isthmus.dependence.citations import FAGIOLO, KORNIYENKO
from isthmus.dependence.items import Level, check_years
from isthmus.dependence.measures import descending_rank
from isthmus.dependence.trade import Trade, answer, asked, table_of, trade_of
from isthmus.evidence import Result, Table
from isthmus.evidence.frames import attribute, dimension, dimensions, grid, number
from isthmus.evidence.lens import lens
from isthmus.kernels.arrays import Array
from isthmus.kernels.concentration import hhi
from isthmus.kernels.screening import BorderFlows, sold, structure
from isthmus.runtime.threads import one_blas_thread
from isthmus.world import World

UNVERIFIED = (
    "not verified against the paper: how its components are scaled and joined; they are given "
    "apart, and the third, substitutability, is not computed"
)


@lens("dependence.network", {"items": ["850511"]})
def network(
    world: World,
    *,
    level: Level = "product",
    years: Sequence[int] | None = None,
    items: Sequence[str] | None = None,
) -> Result:
    """Return how concentrated the world trade network of each item is.

    Parameters
    ----------
    world : World
        The data.
    level : {"industry", "product"}
        Kind of item.
    years : sequence of int, optional
        The last year when None.
    items : sequence of str, optional
        All when None.

    Returns
    -------
    Result
        ``network``: by item and year the concentration of world exports, the dispersion of
        weighted out-degree and the clustering, each with its rank.

    Raises
    ------
    CodeUnknown, DataMissing
        For unknown items or missing years.

    References
    ----------
    Korniyenko, Pinat, Dew (2017); Fagiolo (2007).
    """
    trade = trade_of(world, level, items)
    chosen = check_years(years, trade.years)
    with one_blas_thread():
        rows = [components(trade.flows(year)) for year in chosen]
    out = network_table(trade, chosen, rows)
    given = {**asked(trade, items), "years": list(chosen)}
    return answer(world, "network", {"network": out}, given, (KORNIYENKO, FAGIOLO))


def components(flows: BorderFlows) -> dict[str, Array]:
    """Return the components of every item's network, shape (K,) each."""
    return {"world_hhi": hhi(sold(flows), axis=0), **structure(flows)}


def network_table(trade: Trade, years: Sequence[int], rows: Sequence[dict[str, Array]]) -> Table:
    """Return the components of every year as a table, each with its rank."""
    keys = ("world_hhi", "dispersion", "clustering")
    values = np.stack([np.stack([row[key] for row in rows]) for key in keys])
    frame = grid(
        {"indicator": keys, "year": years, trade.level: trade.items},
        {"value": values, "rank": descending_rank(values)},
    ).with_columns(pl.lit("1").alias("unit"))
    columns = [
        *dimensions(trade.level, "year"),
        dimension("indicator", "world_hhi, dispersion of exporters, clustering; all in [0, 1]"),
        number("value", "1", "of the indicator, 0 to 1"),
        attribute("unit"),
        attribute("rank", "1 is the largest value among the items of this year"),
        attribute("kind"),
    ]
    text = "structure of the world trade network by item"
    return table_of(trade, "network", frame, columns, text, [UNVERIFIED])
