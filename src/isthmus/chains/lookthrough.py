"""Face value, look-through and hidden exposure of industries to economies."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from isthmus.chains import reach
from isthmus.chains.source import BALDWIN, PlacedParty, answer, parties, rows_table, specs
from isthmus.codes import PartySpec
from isthmus.evidence import Column, Result
from isthmus.evidence.lens import lens
from isthmus.kernels.arrays import Array
from isthmus.kernels.chains import shares
from isthmus.world import World
from isthmus.world.mrio import MRIO
from isthmus.world.mrio_origin import mrio_of

Direction = Literal["backward", "forward"]
By = Literal["total", "industry", "economy", "node"]

_TEXT = {
    "backward": "share of {on} in the inputs of {of}: bought directly, and through all suppliers",
    "forward": "share of {on} in the sales of inputs by {of}: sold directly, and through all users",
}


@lens(
    "chains.lookthrough",
    {"of": ["DEU"], "on": ["CHN"]},
    {"of": ["EU27_2020"], "by": "node", "industries": ["C26"]},
)
def lookthrough(
    world: World | MRIO,
    of: PartySpec | Iterable[PartySpec] | None = None,
    *,
    on: PartySpec | Iterable[PartySpec] | None = None,
    direction: Direction = "backward",
    by: By = "total",
    industries: str | Iterable[str] | None = None,
    year: int | None = None,
    chips: bool = False,
) -> Result:
    """Return face value, look-through and hidden exposure.

    Backward, of the inputs of the chosen industries: face value ``sum_{i in r} Z_ij / sum_i Z_ij``,
    look-through ``sum_{i in r} (L - I)_ij x_j / sum_i (L - I)_ij x_j``, hidden exposure their
    difference; sums over the chosen industries j in numerator and denominator. Gross output on
    purpose: a stoppage anywhere stops the gross flow. The value-added share ``v_i L_ij x_j`` counts
    every part once. Forward, of sales of inputs, with the rows of the Ghosh-type inverse; the
    value-added share is then the one absorbed by the final demand of r.

    Parameters
    ----------
    world : World or MRIO
        World with a table of `year`, or a table.
    of : str or iterable of str, optional
        Economies or coalitions whose exposure is measured; None means every economy.
    on : str or iterable of str, optional
        Economies or coalitions exposed to; None means every economy.
    direction : {"backward", "forward"}
        Exposure as buyers or as sellers.
    by : {"total", "industry", "economy", "node"}
        One row per party; by its industries; by its economies; or both.
    industries : str or iterable of str, optional
        Only these industries of the parties in `of`.
    year : int, optional
        Year of the table; the last one of the world when None.
    chips : bool
        Take the table with electronics split into chip nodes (assumed shares).

    Returns
    -------
    Result
        Table ``lookthrough``: economy, industry, partner, face_value, look_through, hidden,
        value_added, base (million USD, size of the direct flow that shares refer to).

    Raises
    ------
    CodeUnknown
        When a party or industry is unknown.

    References
    ----------
    Baldwin, R., Freeman, R., Theodorakopoulos, A. (2022). Horses for Courses: Measuring Foreign
    Supply Chain Exposure. NBER Working Paper 30525.
    """
    table = mrio_of(world, year, chips=chips)
    owners, partners = parties(table, of), parties(table, on)
    chosen = (
        np.arange(table.labels.S)
        if industries is None
        else table.labels.industry_positions(industries)
    )
    direct, total, added = _measures(table, direction)
    rows = [
        row
        for owner in owners
        for name, industry, nodes in _baskets(table, owner, chosen, by)
        for row in _rows(name, industry, nodes, partners, (direct, total, added))
    ]
    text = _TEXT[direction].format(on="each partner", of="each economy or industry")
    made = rows_table(table, "lookthrough", rows, _COLUMNS, text, [*owners, *partners])
    given = {
        "of": specs(owners, of),
        "on": specs(partners, on),
        "direction": direction,
        "by": by,
        "industries": [table.industries[k] for k in chosen] if industries is not None else None,
    }
    return answer(table, "lookthrough", [made], given, BALDWIN, chips=chips)


_COLUMNS = (
    Column("economy", "dimension", text="economy or coalition whose exposure is measured"),
    Column("industry", "dimension", text="its industry; ALL for the industries chosen together"),
    Column("partner", "dimension", text="economy or coalition exposed to"),
    Column("face_value", "value", "share", "share in direct inputs (or direct sales of inputs)"),
    Column("look_through", "value", "share", "share in direct and indirect inputs (or sales)"),
    Column("hidden", "value", "share", "look-through less face value"),
    Column("value_added", "value", "share", "share in value added (or in final use), once each"),
    Column("base", "value", "million USD", "direct inputs (or sales of inputs) in all"),
)
ALL = "ALL"


def _measures(table: MRIO, direction: Direction) -> tuple[Array, Array, Array]:
    """Return direct flows, total flows and value added by node and economy, (N, n) each."""
    x = table.x[:, None]
    if direction == "backward":
        return (
            reach.inputs_by_origin(table) * x,
            reach.requirements_by_origin(table) * x,
            reach.added_by_origin(table) * x,
        )
    absorbed = reach.output_for_demand(table) * table.coefficients(table.primary)[:, None]
    return reach.sales_by_user(table) * x, reach.deliveries_by_user(table) * x, absorbed


def _baskets(
    table: MRIO, owner: PlacedParty, chosen: NDArray[np.intp], by: By
) -> list[tuple[str, str, NDArray[np.intp]]]:
    S = table.labels.S
    at = owner.positions
    if by == "total":
        return [(owner.label, ALL, (at[:, None] * S + chosen).ravel())]
    if by == "industry":
        return [(owner.label, table.industries[k], at * S + k) for k in chosen]
    if by == "economy":
        return [(table.economies[i], ALL, i * S + chosen) for i in at]
    return [
        (table.economies[i], table.industries[k], np.array([i * S + k])) for i in at for k in chosen
    ]


def _rows(
    name: str,
    industry: str,
    nodes: NDArray[np.intp],
    partners: list[PlacedParty],
    measures: tuple[Array, Array, Array],
) -> list[tuple[str, str, str, float, float, float, float, float]]:
    sums = np.stack([m[nodes].sum(axis=0) for m in measures])
    part = shares(sums)
    base = float(sums[0].sum())
    out = []
    for p in partners:
        face, total, added = (float(s) for s in part[:, p.positions].sum(axis=1))
        out.append((name, industry, p.label, face, total, total - face, added, base))
    return out
