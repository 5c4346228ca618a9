"""What the lens reads: imports, exports and domestic sales of one party, by origin and item."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from isthmus.codes import Party, PartySpec, resolve
from isthmus.dependence.items import Level, check_items, check_years, product_rows
from isthmus.dependence.parties import member_mask
from isthmus.evidence import Kind
from isthmus.world import World

Array = NDArray[np.float64]

SERVICES = "SERV"
FLOWS_KEY = "icio_flows"


@dataclass(frozen=True)
class Ledger:
    """Trade of one party, year by year.

    Parameters
    ----------
    party : Party
        Who imports.
    level : {"industry", "product"}
        What an item is.
    economies, items, years : tuple
        Labels of the axes n, K and T.
    imports : array, shape (T, n, K)
        Bought by all members from economy i across a border, members among each other included.
    exports : array, shape (T, n, K)
        Sold by all members to economy j across a border, members among each other included.
    world_exports : array, shape (T, n, K)
        Sold by economy i across any border.
    domestic : array of shape (T, K), or None
        Sold by members at home; None where the data hold trade alone.
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
    """

    party: Party
    level: Level
    economies: tuple[str, ...]
    items: tuple[str, ...]
    years: tuple[int, ...]
    imports: Array
    exports: Array
    world_exports: Array
    domestic: Array | None
    dataset: str
    kind: Kind
    partial_years: tuple[int, ...] = ()
    whole: bool = False
    on_adding: tuple[str, ...] = ()
    edition: str = ""

    @cached_property
    def inside(self) -> NDArray[np.bool_]:
        """Which economies are members, shape (n,)."""
        return member_mask(self.party, self.economies)

    @cached_property
    def external_imports(self) -> Array:
        """Imports from outside the party, shape (T, n, K); zero rows for members."""
        return np.where(self.inside[None, :, None], 0.0, self.imports)

    @cached_property
    def external_exports(self) -> Array:
        """Exports to outside the party, shape (T, n, K); zero rows for members."""
        return np.where(self.inside[None, :, None], 0.0, self.exports)

    @cached_property
    def use(self) -> Array | None:
        """All purchases of the members, own production included, shape (T, K)."""
        return None if self.domestic is None else self.imports.sum(axis=1) + self.domestic

    @cached_property
    def world_exports_folded(self) -> Array:
        """World exports with the party as one exporter, its internal flows left out.

        Shape (T, n + 1, K); the last row is the party.
        """
        outside = np.where(self.inside[None, :, None], 0.0, self.world_exports)
        own = self.external_exports.sum(axis=1, keepdims=True)
        return np.concatenate([outside, own], axis=1)

    @property
    def scopes(self) -> dict[str, NDArray[np.bool_]]:
        """Which items a total covers, by name of the total: each of shape (K,).

        ``goods`` and ``all`` only where the items are all that is traded, else ``listed``.
        """
        every = np.ones(len(self.items), dtype=bool)
        if not self.whole:
            return {"listed": every}
        return {"goods": np.array([item != SERVICES for item in self.items]), "all": every}

    @property
    def notes(self) -> tuple[str, ...]:
        """What the reader must know about the coverage of the party and the items."""
        out = list(self.party.day_note)
        gone = self.party.absent(self.economies)
        if gone:
            out.append(f"members without data of their own, left out: {', '.join(gone)}")
        if self.level == "industry":
            out.append("industries are broad: concentration within an industry is not visible")
        if self.partial_years:
            listed = ", ".join(map(str, self.partial_years))
            out.append(f"only each economy's larger suppliers and customers are known in {listed}")
        out += [f"{self.dataset}: {text}" for text in self.on_adding]
        return tuple(out)


def read(
    world: World,
    party: PartySpec,
    *,
    level: Level = "industry",
    years: Sequence[int] | None = None,
    items: Sequence[str] | None = None,
) -> Ledger:
    """Read the trade of one party from a world.

    Parameters
    ----------
    world : World
        The data.
    party : str or Party
        Economy or coalition.
    level : {"industry", "product"}
        Items of the bilateral flows by supplier industry, or HS products.
    years : sequence of int, optional
        The last year of the data when None.
    items : sequence of str, optional
        All when None.

    Returns
    -------
    Ledger
        Values in million USD.

    Raises
    ------
    CodeUnknown
        For an unknown party or item.
    DataMissing
        For a year that the data do not hold.
    """
    build = _from_flows if level == "industry" else _from_trade
    return build(world, party, years, items)


def _from_flows(
    world: World, spec: PartySpec, years: Sequence[int] | None, items: Sequence[str] | None
) -> Ledger:
    flows = world.flows()
    economies, industries = tuple(flows.economies), tuple(flows.industries)
    chosen = check_years(years, flows.years)
    party = resolve(spec, known=economies)
    wanted = check_items(items, industries, "industry")
    columns = [industries.index(item) for item in wanted]
    index = np.flatnonzero(member_mask(party, economies))
    n, diagonal = len(economies), np.arange(len(economies))
    shape = (len(chosen), n, len(wanted))
    imports, exports, world_exports = np.empty(shape), np.empty(shape), np.empty(shape)
    domestic = np.empty((len(chosen), len(wanted)))
    for t, year in enumerate(chosen):
        F = np.asarray(flows.values(year), dtype=np.float64)
        if len(columns) < len(industries):
            F = F[:, :, columns]
        home = F[diagonal, diagonal]
        imports[t] = F[:, index].sum(axis=1)
        imports[t, index] -= home[index]
        exports[t] = F[index].sum(axis=0)
        exports[t, index] -= home[index]
        world_exports[t] = F.sum(axis=1) - home
        domestic[t] = home[index].sum(axis=0)
    # subtracting the diagonal from a sum may leave minus one unit in the last place
    for part in (imports, exports, world_exports):
        np.maximum(part, 0.0, out=part)
    key = FLOWS_KEY
    return Ledger(
        party, "industry", economies, wanted, chosen, imports, exports, world_exports, domestic,
        key, world.record(key).kind, whole=len(wanted) == len(industries),
    )  # fmt: skip


def _from_trade(
    world: World, spec: PartySpec, years: Sequence[int] | None, items: Sequence[str] | None
) -> Ledger:
    edition, key, frame = product_rows(world, items)
    frame = frame.filter(pl.col("exporter") != pl.col("importer"))
    economies = tuple(
        sorted(
            set(frame["exporter"].unique().to_list()) | set(frame["importer"].unique().to_list())
        )
    )
    chosen = check_years(years, sorted(frame["year"].unique().to_list()))
    party = resolve(spec, known=economies)
    wanted = check_items(items, sorted(frame["product"].unique().to_list()), "product", world)
    frame = frame.filter(pl.col("year").is_in(chosen) & pl.col("product").is_in(wanted)).sort(
        "year", "exporter", "importer", "product"
    )
    t = _positions(frame["year"], chosen)
    i = _positions(frame["exporter"], economies)
    j = _positions(frame["importer"], economies)
    k = _positions(frame["product"], wanted)
    value = frame["value"].to_numpy().astype(np.float64)
    inside = member_mask(party, economies)
    shape = (len(chosen), len(economies), len(wanted))
    imports = _scatter(shape, (t, i, k), value, inside[j])
    exports = _scatter(shape, (t, j, k), value, inside[i])
    world_exports = _scatter(shape, (t, i, k), value, np.ones(len(value), dtype=bool))
    partial = frame.filter(pl.col("coverage") != "full")["year"].unique().sort().to_list()
    return Ledger(
        party, "product", economies, wanted, chosen, imports, exports, world_exports, None,
        key, world.record(key).kind, tuple(partial), on_adding=world.record(key).on_adding,
        edition=edition,
    )  # fmt: skip


def _positions(column: pl.Series, labels: Sequence[Any]) -> NDArray[np.int64]:
    """Position of each entry in `labels`, shape (rows,)."""
    lookup = dict(zip(labels, range(len(labels)), strict=True))
    return column.replace_strict(lookup, return_dtype=pl.Int64).to_numpy()


def _scatter(
    shape: tuple[int, ...],
    index: tuple[NDArray[np.int64], ...],
    value: Array,
    keep: NDArray[np.bool_],
) -> Array:
    """Sum rows into an array; numpy adds in row order, so equal rows give equal bits."""
    flat = np.ravel_multi_index(tuple(part[keep] for part in index), shape)
    size = int(np.prod(shape))
    counted = np.bincount(flat, weights=value[keep], minlength=size)
    return counted.astype(np.float64, copy=False).reshape(shape)


@dataclass(frozen=True)
class Networks:
    """World trade of every item in one year.

    Parameters
    ----------
    economies, items : tuple of str
        Labels of the axes n and K.
    values : array, shape (K, n, n)
        Sales of i to j across a border (million USD); the diagonal is zero.
    dataset : str
        Key of the data set.
    """

    economies: tuple[str, ...]
    items: tuple[str, ...]
    values: Array
    dataset: str


def networks(world: World, level: Level, year: int, items: Sequence[str] | None = None) -> Networks:
    """Return the trade network of each item.

    Parameters
    ----------
    world : World
        The data.
    level : {"industry", "product"}
        Kind of item.
    year : int
        Year of the data.
    items : sequence of str, optional
        All when None.

    Raises
    ------
    CodeUnknown
        For an unknown item.
    """
    if level == "industry":
        flows = world.flows()
        labels = check_items(items, tuple(flows.industries), level)
        places = [flows.industries.index(k) for k in labels]
        W = np.moveaxis(np.asarray(flows.values(year), dtype=np.float64)[:, :, places], -1, 0)
        W = W.copy()
        diagonal = np.arange(W.shape[-1])
        W[:, diagonal, diagonal] = 0.0
        return Networks(tuple(flows.economies), labels, W, FLOWS_KEY)
    _, key, frame = product_rows(world, items)
    frame = frame.filter((pl.col("exporter") != pl.col("importer")) & (pl.col("year") == year))
    labels = check_items(items, sorted(frame["product"].unique().to_list()), level, world)
    frame = frame.filter(pl.col("product").is_in(labels)).sort("product", "exporter", "importer")
    economies = tuple(
        sorted(
            set(frame["exporter"].unique().to_list()) | set(frame["importer"].unique().to_list())
        )
    )
    index = (
        _positions(frame["product"], labels),
        _positions(frame["exporter"], economies),
        _positions(frame["importer"], economies),
    )
    value = frame["value"].to_numpy().astype(np.float64)
    shape = (len(labels), len(economies), len(economies))
    W = _scatter(shape, index, value, np.ones(len(value), dtype=bool))
    return Networks(economies, labels, W, key)
