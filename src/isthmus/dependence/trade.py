"""Trade of all economies by item, a year at a time, as rows of positions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from typing import Any

import numpy as np
import polars as pl

from isthmus.codes import Party
from isthmus.dependence.items import Level, check_items, labels, product_set
from isthmus.evidence import Column, Kind, Result, Table, provenance
from isthmus.evidence.frames import table
from isthmus.kernels.arrays import Array
from isthmus.kernels.screening import BorderFlows, in_order
from isthmus.world import World

FLOWS_KEY = "icio_flows"


@dataclass(frozen=True)
class TradeData:
    """Which trade data hold.

    Parameters
    ----------
    level : {"industry", "product"}
        What an item is.
    economies, items, years : tuple
        Labels of the axes n, K and T: all economies and years of the data, the items asked for.
    dataset : str
        Key of the data set.
    kind : Kind
        Kind of its numbers.
    partial_years : tuple of int
        Years in which the data hold the larger flows alone.
    whole : bool
        Whether the items are all that an economy trades.
    on_adding : tuple of str
        What was left out when the data were added.
    edition : str
        Edition of the products.
    """

    level: Level
    economies: tuple[str, ...]
    items: tuple[str, ...]
    years: tuple[int, ...]
    dataset: str
    kind: Kind
    _: KW_ONLY
    partial_years: tuple[int, ...] = ()
    whole: bool = False
    on_adding: tuple[str, ...] = ()
    edition: str = ""

    @property
    def alike(self) -> dict[str, str]:
        """What every row of its tables says, by column."""
        return {}


@dataclass(frozen=True)
class Trade(TradeData):
    """What a world holds of trade at a level; its rows are read a year at a time.

    Parameters
    ----------
    flows : callable
        Rows of a year, in million USD.
    domestic : callable
        Sales at home in a year, shape (n, K); None where the data hold trade alone.
    """

    flows: Callable[[int], BorderFlows]
    domestic: Callable[[int], Array | None] = lambda year: None


def data_notes(data: TradeData) -> list[str]:
    """Return what a reader must know of the data's coverage."""
    out = []
    if data.level == "industry":
        out.append("industries are broad: concentration within an industry is not visible")
    if data.partial_years:
        listed = ", ".join(map(str, data.partial_years))
        out.append(f"only each economy's larger suppliers and customers are known in {listed}")
    return [*out, *(f"{data.dataset}: {text}" for text in data.on_adding)]


def table_of(
    data: TradeData,
    name: str,
    frame: pl.DataFrame,
    columns: Sequence[Column],
    text: str,
    notes: Sequence[str] = (),
    *,
    kind: Kind | None = None,
    datasets: Sequence[str] = (),
) -> Table:
    """Return a table of what was read from the data: of its kind unless said, and of its set."""
    return table(
        name,
        frame,
        columns,
        kind=kind or data.kind,
        datasets=[data.dataset, *datasets],
        text=text,
        notes=notes,
        alike=data.alike,
    )


def answer(
    world: World,
    lens: str,
    tables: Mapping[str, Table],
    parameters: Mapping[str, Any],
    citations: Sequence[str],
) -> Result:
    """Return tables as the answer of a lens, which rests on what they rest on."""
    datasets = {key for made in tables.values() for key in made.datasets}
    made = provenance(world, f"dependence.{lens}", datasets, parameters)
    return Result(dict(tables), made, tuple(citations))


def asked(data: TradeData, items: Sequence[str] | None) -> dict[str, Any]:
    """Return years, level and items of an answer as they were asked for."""
    listed = None if items is None else list(data.items)
    return {"years": list(data.years), "level": data.level, "items": listed}


def ends(seller: Party, buyer: Party, year: int | None = None) -> list[pl.Expr]:
    """Return the columns of rows that are all of one seller, buyer and year."""
    both = [pl.lit(seller.code).alias("exporter"), pl.lit(buyer.code).alias("importer")]
    return both if year is None else [*both, pl.lit(year, dtype=pl.Int64).alias("year")]


def trade_of(world: World, level: Level, items: Sequence[str] | None = None) -> Trade:
    """Return the trade of a level.

    Parameters
    ----------
    world : World
        The data.
    level : {"industry", "product"}
        Kind of item.
    items : sequence of str, optional
        All when None.

    Raises
    ------
    CodeUnknown
        For an unknown item.
    """
    return (_by_industry if level == "industry" else _by_product)(world, items)


def _by_industry(world: World, items: Sequence[str] | None) -> Trade:
    held = world.flows()
    labels = check_items(items, tuple(held.industries), "industry")
    places = [held.industries.index(k) for k in labels]
    own = np.arange(len(held.economies))

    def values(year: int) -> Array:
        return np.asarray(held.values(year), dtype=np.float64)[:, :, places]

    def flows(year: int) -> BorderFlows:
        F = values(year)
        F[own, own] = 0.0
        i, j, k = np.nonzero(F)
        return BorderFlows(i, j, k, F[i, j, k], len(own), len(labels))

    return Trade(
        "industry",
        tuple(held.economies),
        labels,
        tuple(sorted(int(y) for y in held.years)),
        FLOWS_KEY,
        world.record(FLOWS_KEY).kind,
        flows,
        lambda year: values(year)[own, own],
        whole=len(labels) == len(held.industries),
    )


def _by_product(world: World, items: Sequence[str] | None) -> Trade:
    edition, key = product_set(world, items)
    abroad = pl.col("exporter") != pl.col("importer")
    *sides, products, years = labels(
        world, key, "exporter", "importer", "product", "year", where=abroad
    )
    economies = tuple(sorted({*sides[0], *sides[1]}))
    held = check_items(items, products, "product", world)
    axes = {"exporter": economies, "importer": economies, "product": held}
    if items is not None:
        abroad &= pl.col("product").cast(pl.String).is_in(held)
    part = abroad & (pl.col("coverage").cast(pl.String) != "full")

    def flows(year: int) -> BorderFlows:
        wanted = abroad & (pl.col("year") == year) & (pl.col("value") > 0)
        places = [_position(name, known) for name, known in axes.items()]
        found = world.query(key, lambda rows: rows.filter(wanted).select(*places, _VALUE))
        i, j, k, value = (column.to_numpy() for column in found)
        return in_order(i, j, k, value, len(economies), len(held))

    record = world.record(key)
    return Trade(
        "product",
        economies,
        held,
        tuple(years),
        key,
        record.kind,
        flows,
        partial_years=tuple(labels(world, key, "year", where=part)[0]),
        on_adding=record.on_adding,
        edition=edition,
    )


_VALUE = pl.col("value").cast(pl.Float64)


def _position(name: str, known: Sequence[str]) -> pl.Expr:
    return pl.col(name).cast(pl.String).cast(pl.Enum(list(known))).to_physical()
