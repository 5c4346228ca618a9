"""Where industries stand: distance to final use and to primary inputs."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from isthmus.chains import reach
from isthmus.chains.source import POSITION, answer, parties, rows_table, specs
from isthmus.codes import PartySpec
from isthmus.evidence import Column, Result
from isthmus.evidence.lens import lens
from isthmus.kernels.arrays import Array
from isthmus.world import World
from isthmus.world.mrio import MRIO
from isthmus.world.mrio_origin import mrio_of


def upstreamness(table: MRIO) -> Array:
    """Return the distance of each node to final use, (N,): (I - diag(x)^-1 Z)^-1 1, 0 if idle."""

    def make() -> Array:
        return table.coefficients(table.solve(table.x).X)

    return reach.once(table, "upstreamness", make)


def downstreamness(table: MRIO) -> Array:
    """Return the distance of each node to primary inputs, (N,): (I - A')^-1 1, 0 if idle."""
    return np.where(table.x > 0, 1.0 + reach.requirements_by_origin(table).sum(axis=1), 0.0)


@lens("chains.position", {"of": ["DEU"]})
def position(
    world: World | MRIO,
    of: PartySpec | Iterable[PartySpec] | None = None,
    *,
    year: int | None = None,
    chips: bool = False,
) -> Result:
    """Return upstreamness and downstreamness by economy and by industry.

    Parameters
    ----------
    world : World or MRIO
        World with a table of `year`, or a table.
    of : str or iterable of str, optional
        Economies or coalitions; None means every economy.
    year : int, optional
        Year of the table; the last one of the world when None.
    chips : bool
        Take the table with electronics split into chip nodes (assumed shares).

    Returns
    -------
    Result
        Table ``position`` with one row per party and industry, and one with industry ``ALL``
        (weighted by output): upstreamness, downstreamness (stages), output (million USD).

    References
    ----------
    Antras, P., Chor, D., Fally, T., Hillberry, R. (2012). Measuring the Upstreamness of Production
    and Trade Flows. American Economic Review 102(3), 412-416.
    """
    table = mrio_of(world, year, chips=chips)
    owners = parties(table, of)
    lb = table.labels
    x = table.x.reshape(lb.n, lb.S)
    up, down = (a.reshape(lb.n, lb.S) * x for a in (upstreamness(table), downstreamness(table)))
    rows = []
    for owner in owners:
        sums = np.stack([a[owner.positions].sum(axis=0) for a in (up, down, x)])
        for industry, (u, d, out) in zip(lb.industries, sums.T, strict=True):
            rows.append((owner.label, industry, *_mean(u, d, out)))
        rows.append((owner.label, "ALL", *_mean(*sums.sum(axis=1))))
    text = "average number of stages to final use and from primary inputs, weighted by output"
    made = rows_table(table, "position", rows, _COLUMNS, text, owners)
    return answer(table, "position", [made], {"of": specs(owners, of)}, POSITION, chips=chips)


_COLUMNS = (
    Column("economy", "dimension", text="economy or coalition"),
    Column("industry", "dimension", text="industry; ALL for all together"),
    Column("upstreamness", "value", "stages", "1 when everything goes to final use"),
    Column("downstreamness", "value", "stages", "1 when nothing is bought from industries"),
    Column("output", "value", "million USD", "gross output"),
)


def _mean(up: float, down: float, output: float) -> tuple[float | None, float | None, float]:
    if output <= 0:
        return None, None, float(output)
    return float(up / output), float(down / output), float(output)
