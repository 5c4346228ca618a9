"""Trade in critical materials as a network of economy x product nodes."""

from __future__ import annotations

import numpy as np
import polars as pl

from isthmus.cascade.network import SupplyNetwork
from isthmus.errors import DataMissing
from isthmus.evidence import Kind, Origin
from isthmus.world import World

NOMENCLATURE = "HS2017"


def material_network(world: World, *, year: int | None = None) -> SupplyNetwork:
    """Return the network in which each economy's supply of a product feeds its deliveries.

    A node is an economy and a product. It loses the share of its supply (imports plus what it
    makes itself) that its suppliers no longer deliver, and delivers that much less. What an
    economy makes itself is unknown by product and taken as exports less imports where positive:
    the smallest figure that the trade allows, so that losses through hubs are an upper case.

    Parameters
    ----------
    world : World
        Holds trade by product.
    year : int, optional
        Year with full coverage; the last one by default.

    Returns
    -------
    SupplyNetwork
        Output, the weight in the index, is imports in million USD.

    Raises
    ------
    DataMissing
        When there is no trade by product, or none of that year in full.
    """
    key = world.trade_key(NOMENCLATURE)
    full = pl.col("coverage") == "full"
    held = world.query(key, lambda rows: rows.select(pl.col("year").filter(full).unique()))
    years = sorted(held.to_series())
    chosen = years[-1] if year is None and years else year
    if chosen not in years:
        raise DataMissing(f"no full trade by product for {year}", where=key)
    traded = full & (pl.col("year") == chosen) & (pl.col("value") > 0)
    rows = world.query(key, lambda rows: rows.filter(traded)).sort(
        "product", "exporter", "importer"
    )
    nodes = (
        pl.concat(
            [
                rows.select(pl.col(end).alias("economy"), "product")
                for end in ("exporter", "importer")
            ]
        )
        .unique()
        .sort("product", "economy")
        .with_row_index("row")
    )
    ends = [
        rows.select(pl.col(end).alias("economy"), "product")
        .join(nodes, on=["economy", "product"], how="left", maintain_order="left")["row"]
        .to_numpy()
        .astype(np.int64)
        for end in ("exporter", "importer")
    ]
    value = rows["value"].to_numpy().astype(np.float64)
    n = nodes.height
    exports, imports = np.bincount(ends[0], value, n), np.bincount(ends[1], value, n)
    firms = nodes.select(
        (pl.col("economy") + " " + pl.col("product")).alias("firm"),
        "economy",
        pl.col("product").alias("sector"),
        pl.Series("output", imports),
        pl.Series("exports", exports),
    )
    return SupplyNetwork(
        firms,
        ends[0],
        ends[1],
        value,
        np.full(len(value), 2, np.int8),
        tuple(sorted(set(firms["sector"].to_list()))),
        kind=Kind.weakest((world.record(key).kind, Kind.MODELLED)),
        datasets=(key,),
        notes=(f"trade of {chosen}", "own production is at least exports less imports"),
        years=(int(str(chosen)),),
        source=Origin.of(world, (key,)),
        costs=np.maximum(imports + np.maximum(exports - imports, 0.0), 1e-300),
    )
