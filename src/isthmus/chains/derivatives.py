"""The lens: which suppliers and users a look-through exposure hangs on, by its derivatives."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import polars as pl

from isthmus.chains.source import BALDWIN, answer, notes, party
from isthmus.codes import PartySpec
from isthmus.errors import InputProblem, raise_all
from isthmus.evidence import Result, Table
from isthmus.evidence.frames import dimension, number
from isthmus.evidence.lens import lens
from isthmus.kernels.arrays import Array
from isthmus.kernels.chains import lookthrough_gradient
from isthmus.world import World
from isthmus.world.mrio import MRIO
from isthmus.world.mrio_origin import mrio_of

_SIDES = {
    "suppliers": "percentage points of exposure for one percent more input from the supplier",
    "users": "percentage points of exposure for one percent more of all inputs of the user",
}


@lens("chains.derivatives", {"of": "DEU", "on": "CHN", "top": 20})
def derivatives(
    world: World | MRIO,
    of: PartySpec,
    on: PartySpec,
    *,
    industries: str | Iterable[str] | None = None,
    year: int | None = None,
    chips: bool = False,
    top: int = 50,
) -> Result:
    """Return where in the chains a look-through exposure comes from and could be moved.

    The exposure is ``sum_{i in r} (L - I)_ij x_j / sum_i (L - I)_ij x_j`` over the chosen
    industries j. Its derivatives to all input coefficients follow from three solves of the
    Leontief system (implicit function theorem on ``(I - A) L = I``): ``dL = L dA L``.

    Parameters
    ----------
    world : World or MRIO
        World with a table of `year`, or a table.
    of : str or Party
        Whose exposure.
    on : str or Party
        To whom.
    industries : str or iterable of str, optional
        Only these industries of `of`.
    year : int, optional
        Year of the table; the last one of the world when None.
    chips : bool
        Take the table with electronics split into chip nodes (assumed shares).
    top : int
        Suppliers and users that are listed, those that move most first.

    Returns
    -------
    Result
        ``suppliers``: change of the exposure when all users take one percent more of a node's
        product; ``users``: when a node takes one percent more of all its inputs; each beside the
        exposure itself.

    Raises
    ------
    CodeUnknown, BadInput
        When a party or industry is unknown, or `top` below one.

    References
    ----------
    Baldwin, R., Freeman, R., Theodorakopoulos, A. (2022). NBER Working Paper 30525.
    """
    raise_all("derivatives", [InputProblem(f"{top} rows", "top", "1 or more")] if top < 1 else [])
    table = mrio_of(world, year, chips=chips)
    owner, partner = party(table, of), party(table, on)
    lb = table.labels
    chosen = np.arange(lb.S) if industries is None else lb.industry_positions(industries)
    basket, origin = np.zeros(lb.N), np.zeros(lb.N)
    at = (owner.positions[:, None] * lb.S + chosen).ravel()
    basket[at] = table.x[at]
    origin[(partner.positions[:, None] * lb.S + np.arange(lb.S)).ravel()] = 1.0
    own = table.solve(np.stack([origin, np.ones(lb.N)], axis=1), transposed=True).X
    needed = table.solve(basket).X
    exposure, suppliers, users = lookthrough_gradient(own[:, 0], own[:, 1], needed, basket, origin)
    tables = [
        _nodes(name, values, exposure, table, top, notes([owner, partner]))
        for name, values in (("suppliers", suppliers), ("users", users))
    ]
    parameters = {
        "of": owner.party.spec,
        "on": partner.party.spec,
        "industries": None if industries is None else [table.industries[k] for k in chosen],
        "year": table.year,
        "chips": chips,
        "top": top,
    }
    return answer(table, "derivatives", tables, parameters, BALDWIN, chips=chips)


def _nodes(
    name: str,
    values: Array,
    exposure: float,
    table: MRIO,
    top: int,
    said: tuple[str, ...],
) -> Table:
    order = np.argsort(-np.abs(values), kind="stable")[:top]
    economy, industry = np.divmod(order, table.labels.S)
    frame = pl.DataFrame(
        {
            "economy": [table.economies[k] for k in economy],
            "industry": [table.industries[k] for k in industry],
            "moves": values[order],
            "exposure": np.full(len(order), exposure),
        }
    )
    columns = (
        dimension("economy"),
        dimension("industry", "industry of the node"),
        number("moves", "1", _SIDES[name]),
        number("exposure", "share", "look-through exposure of the party"),
    )
    text = f"what moves the look-through exposure, by {name}"
    return Table(name, frame, columns, table.kind, table.datasets, text, said)
