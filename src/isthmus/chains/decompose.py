"""Domestic and foreign value added in gross exports, and what is counted more than once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import numpy as np

from isthmus.chains.source import (
    BORIN_MANCINI,
    PlacedParty,
    answer,
    mask,
    parties,
    rows_table,
    specs,
)
from isthmus.codes import PartySpec
from isthmus.errors import BadInput, DidNotConverge
from isthmus.evidence import Column, Result, Table
from isthmus.evidence.lens import lens
from isthmus.kernels import chains as kernel
from isthmus.kernels.arrays import Array, Mask
from isthmus.world import World
from isthmus.world.mrio import MRIO, SOLVE_TOLERANCE
from isthmus.world.mrio_origin import mrio_of

By = Literal["total", "industry"]


@lens("chains.decompose", {"of": ["DEU"]})
def decompose(
    world: World | MRIO,
    of: PartySpec | Iterable[PartySpec] | None = None,
    *,
    by: By = "total",
    year: int | None = None,
    chips: bool = False,
) -> Result:
    """Return the source-based decomposition of gross exports.

    Exports of a party = DVA + FVA + DDC + FDC: domestic and foreign value added counted once, and
    domestic and foreign double counting. A coalition exports what leaves it: its internal trade
    is domestic.

    Parameters
    ----------
    world : World or MRIO
        World with a table of `year`, or a table.
    of : str or iterable of str, optional
        Exporters, economies or coalitions; None means every economy.
    by : {"total", "industry"}
        All exports of a party, or by exporting industry.
    year : int, optional
        Year of the table; the last one of the world when None.
    chips : bool
        Take the table with electronics split into chip nodes (assumed shares).

    Returns
    -------
    Result
        Table ``decomposition``: economy, industry, exports, dva, fva, ddc, fdc (million USD),
        dva_share; table ``origins``: economy, industry, partner, value (million USD): foreign
        value added in the exports by economy of origin.

    Raises
    ------
    BadInput
        When `of` names nobody.
    DidNotConverge
        When a solve leaves a residual above tolerance.

    References
    ----------
    Borin, A., Mancini, M. (2019). Measuring What Matters in Global Value Chains and Value-Added
    Trade. World Bank Policy Research Working Paper 8804.
    """
    table = mrio_of(world, year, chips=chips)
    owners = parties(table, of)
    if not owners:
        raise BadInput("no party is named", where="of", hint="leave it out for every economy")
    groups, exports, names = _baskets(table, owners, by)
    found = kernel.decomposition(
        table.form.foreign,
        table.form.resolvent,
        table.form.domestic,
        groups,
        exports,
        table.solve(exports).X,
        table.coefficients(table.primary),
    )
    if found.residual > SOLVE_TOLERANCE:
        raise DidNotConverge(f"residual {found.residual:.1e}", where="decomposition of exports")
    made = (
        _parts(table, owners, groups, exports, names, found),
        _origins(table, owners, groups, names, found),
    )
    given = {"of": specs(owners, of), "by": by}
    return answer(table, "decompose", made, given, BORIN_MANCINI, chips=chips)


def exports_of(table: MRIO, party: PlacedParty) -> tuple[Mask, Array]:
    """Return the nodes of a party, (N,), and its exports out of the party by node, (N,)."""
    lb = table.labels
    inside = mask(lb.n, party.positions)
    nodes = np.repeat(inside, lb.S)
    sold = (table.sales + table.final)[:, ~inside].sum(axis=1)
    return nodes, np.where(nodes, sold, 0.0)


def _baskets(
    table: MRIO, owners: list[PlacedParty], by: By
) -> tuple[Mask, Array, list[tuple[str, str]]]:
    lb = table.labels
    groups: list[Mask] = []
    exports: list[Array] = []
    names: list[tuple[str, str]] = []
    industry = np.tile(np.arange(lb.S), lb.n)
    for owner in owners:
        nodes, sold = exports_of(table, owner)
        parts = {"ALL": sold}
        if by == "industry":
            cut = [np.where(industry == k, sold, 0.0) for k in range(lb.S)]
            parts = dict(zip(lb.industries, cut, strict=True))
        groups += [nodes] * len(parts)
        exports += parts.values()
        names += [(owner.label, name) for name in parts]
    return np.stack(groups, axis=1), np.stack(exports, axis=1), names


def _parts(
    table: MRIO,
    owners: list[PlacedParty],
    groups: Mask,
    exports: Array,
    names: list[tuple[str, str]],
    found: kernel.ExportTerms,
) -> Table:
    sums = [
        np.where(mask, part, 0.0).sum(axis=0)
        for part in (found.once, found.again)
        for mask in (groups, ~groups)
    ]
    total = exports.sum(axis=0)
    rows = [
        (*name, float(e), *(float(p) for p in parts), float(parts[0] / e) if e > 0 else None)
        for name, e, *parts in zip(names, total, *sums, strict=True)
    ]
    text = "gross exports = dva + fva + ddc + fdc"
    return rows_table(table, "decomposition", rows, _PARTS, text, owners)


def _origins(
    table: MRIO,
    owners: list[PlacedParty],
    groups: Mask,
    names: list[tuple[str, str]],
    found: kernel.ExportTerms,
) -> Table:
    lb = table.labels
    foreign = np.where(groups, 0.0, found.once).reshape(lb.n, lb.S, -1).sum(axis=1)
    rows = [
        (*names[m], lb.economies[i], float(foreign[i, m]))
        for m in range(len(names))
        for i in range(lb.n)
        if foreign[i, m] > 0
    ]
    text = "foreign value added in exports, counted once, by economy of origin"
    return rows_table(table, "origins", rows, _ORIGINS, text, owners)


_PARTS = (
    Column("economy", "dimension", text="exporter, economy or coalition"),
    Column("industry", "dimension", text="exporting industry; ALL for all exports"),
    Column("exports", "value", "million USD", "gross exports"),
    Column("dva", "value", "million USD", "domestic value added, counted once"),
    Column("fva", "value", "million USD", "foreign value added, counted once"),
    Column("ddc", "value", "million USD", "domestic value added counted again"),
    Column("fdc", "value", "million USD", "foreign value added counted again"),
    Column("dva_share", "value", "share", "domestic value added over gross exports"),
)
_ORIGINS = (
    Column("economy", "dimension", text="exporter, economy or coalition"),
    Column("industry", "dimension", text="exporting industry; ALL for all exports"),
    Column("partner", "dimension", text="economy of origin"),
    Column("value", "value", "million USD", "foreign value added in the exports"),
)
