"""What the lens reads: imports, exports and domestic sales of one party, by origin and item."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any

import numpy as np

from isthmus.codes import Party, PartySpec, resolve
from isthmus.dependence.items import Level, check_items, check_years
from isthmus.dependence.parties import member_mask
from isthmus.dependence.trade import FLOWS_KEY, Trade, TradeData, data_notes, trade_of
from isthmus.kernels.arrays import Array, Mask
from isthmus.kernels.screening import BorderFlows, sold
from isthmus.world import World

SERVICES = "SERV"


@dataclass(frozen=True)
class Ledger(TradeData):
    """Trade of one party, year by year.

    Parameters
    ----------
    party : Party
        Who imports.
    imports : array, shape (T, n, K)
        Bought by all members from economy i across a border, members among each other included.
    exports : array, shape (T, n, K)
        Sold by all members to economy j across a border, members among each other included.
    world_exports : array, shape (T, n, K)
        Sold by economy i across any border.
    domestic : array of shape (T, K), or None
        Sold by members at home; None where the data hold trade alone.
    """

    party: Party
    imports: Array
    exports: Array
    world_exports: Array
    domestic: Array | None

    @cached_property
    def inside(self) -> Mask:
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
    def alike(self) -> dict[str, str]:
        """What every row of its tables says, by column."""
        return {"importer": self.party.code}

    @property
    def scopes(self) -> dict[str, Mask]:
        """Which items a total covers, by name of the total: each of shape (K,).

        ``goods`` and ``all`` only where the items are all that is traded, else ``listed``.
        """
        every = np.ones(len(self.items), dtype=bool)
        if not self.whole:
            return {"listed": every}
        return {"goods": np.array([item != SERVICES for item in self.items]), "all": every}

    def totals(self, values: Array) -> Array:
        """Return the sums of values by item over the scopes, along the last axis."""
        return np.stack([values[..., kept].sum(axis=-1) for kept in self.scopes.values()], axis=-1)

    @property
    def notes(self) -> tuple[str, ...]:
        """What the reader must know about the coverage of the party and the items."""
        out = list(self.party.day_note)
        gone = self.party.absent(self.economies)
        if gone:
            out.append(f"members without data of their own, left out: {', '.join(gone)}")
        out += data_notes(self)
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
    kind, whole = world.record(FLOWS_KEY).kind, len(wanted) == len(industries)
    data = TradeData("industry", economies, wanted, chosen, FLOWS_KEY, kind, whole=whole)
    return Ledger(
        **_about(data),
        party=party,
        imports=imports,
        exports=exports,
        world_exports=world_exports,
        domestic=domestic,
    )


def _about(data: TradeData, **other: Any) -> dict[str, Any]:
    """Return what a ledger of the data says of them."""
    return {one.name: getattr(data, one.name) for one in fields(TradeData)} | other


def _from_trade(
    world: World, spec: PartySpec, years: Sequence[int] | None, items: Sequence[str] | None
) -> Ledger:
    trade = trade_of(world, "product", items)
    chosen = check_years(years, trade.years)
    party = resolve(spec, known=trade.economies)
    return ledger_of(trade, party, {year: trade.flows(year) for year in chosen})


def ledger_of(
    trade: Trade,
    party: Party,
    flows: Mapping[int, BorderFlows],
    domestic: Mapping[int, Array | None] | None = None,
) -> Ledger:
    """Return the trade of a party in some years.

    Parameters
    ----------
    trade : Trade
        All trade of the level.
    party : Party
        Who imports.
    flows : mapping of int to BorderFlows
        The years, ascending, with their rows.
    domestic : mapping of int to array of shape (n, K), optional
        Sales at home by year, where the data hold them.
    """
    inside = member_mask(party, trade.economies)
    home = [made[inside].sum(axis=0) for made in (domestic or {}).values() if made is not None]
    partial = tuple(year for year in trade.partial_years if year in flows)
    return Ledger(
        **_about(trade, years=tuple(flows), partial_years=partial),
        party=party,
        imports=np.stack([sold(rows, inside[rows.importer]) for rows in flows.values()]),
        exports=np.stack(
            [sold(rows, inside[rows.exporter], by="importer") for rows in flows.values()]
        ),
        world_exports=np.stack([sold(rows) for rows in flows.values()]),
        domestic=np.stack(home) if home else None,
    )
