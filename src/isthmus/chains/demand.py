"""Value added of economies absorbed by the final demand of others."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from isthmus.chains import reach
from isthmus.chains.source import DEMAND, PlacedParty, answer, parties, rows_table, specs
from isthmus.codes import PartySpec
from isthmus.evidence import Column, Result
from isthmus.evidence.lens import lens
from isthmus.kernels.arrays import Array
from isthmus.world import World
from isthmus.world.mrio import MRIO
from isthmus.world.mrio_origin import mrio_of


def absorbed(table: MRIO) -> Array:
    """Return value added of each node absorbed by the final demand of each economy, (N, n)."""
    return np.asarray(reach.output_for_demand(table) * table.coefficients(table.primary)[:, None])


@lens("chains.foreign_demand", {"of": ["DEU"], "on": ["CHN"]})
def foreign_demand(
    world: World | MRIO,
    of: PartySpec | Iterable[PartySpec] | None = None,
    *,
    on: PartySpec | Iterable[PartySpec] | None = None,
    by_industry: bool = False,
    year: int | None = None,
    chips: bool = False,
) -> Result:
    """Return how much value added of one party the final demand of another absorbs.

    ``v_s L y_r``, directly and through all chains, in million USD and as a share of the value added
    of the party (its exposure to that demand).

    Parameters
    ----------
    world : World or MRIO
        World with a table of `year`, or a table.
    of, on : str or iterable of str, optional
        Whose value added, and whose final demand; None means every economy.
    by_industry : bool
        One row per industry of the party instead of one per party.
    year : int, optional
        Year of the table; the last one of the world when None.
    chips : bool
        Take the table with electronics split into chip nodes (assumed shares).

    Returns
    -------
    Result
        Table ``foreign_demand``: economy, industry, partner, value (million USD), share.

    References
    ----------
    Johnson, R. C., Noguera, G. (2012). Accounting for Intermediates: Production Sharing and Trade
    in Value Added. Journal of International Economics 86(2), 224-236.
    """
    table = mrio_of(world, year, chips=chips)
    owners, partners = parties(table, of), parties(table, on)
    values = absorbed(table)
    rows = [row for owner in owners for row in _rows(table, owner, partners, values, by_industry)]
    text = "value added absorbed by the final demand of the partner, directly and through chains"
    made = rows_table(table, "foreign_demand", rows, _COLUMNS, text, [*owners, *partners])
    given = {"of": specs(owners, of), "on": specs(partners, on), "by_industry": by_industry}
    return answer(table, "foreign_demand", [made], given, DEMAND, chips=chips)


_COLUMNS = (
    Column("economy", "dimension", text="whose value added"),
    Column("industry", "dimension", text="its industry; ALL for all together"),
    Column("partner", "dimension", text="whose final demand"),
    Column("value", "value", "million USD", "value added absorbed"),
    Column("share", "value", "share", "of all value added of the economy or industry"),
)


def _rows(
    table: MRIO, owner: PlacedParty, partners: list[PlacedParty], values: Array, by_industry: bool
) -> list[tuple[str, str, str, float, float]]:
    lb = table.labels
    cube = values.reshape(lb.n, lb.S, lb.n)[owner.positions].sum(axis=0)
    added = table.primary.reshape(lb.n, lb.S)[owner.positions].sum(axis=0)
    names: tuple[str, ...] = lb.industries
    if not by_industry:
        cube, added, names = cube.sum(axis=0, keepdims=True), added.sum(keepdims=True), ("ALL",)
    rows = []
    for k, name in enumerate(names):
        for p in partners:
            value = float(cube[k, p.positions].sum())
            share = value / added[k] if added[k] else 0.0
            rows.append((owner.label, name, p.label, value, float(share)))
    return rows
