"""An inter-economy input-output table as a network of economy x industry nodes."""

from __future__ import annotations

import numpy as np
import polars as pl

from isthmus.cascade.network import SupplyNetwork
from isthmus.errors import InputProblem, raise_all
from isthmus.evidence import Kind
from isthmus.kernels.cascade import Kinds
from isthmus.world.mrio import MRIO


def table_network(
    table: MRIO, *, essential: np.ndarray | None = None, smallest: float = 0.0
) -> SupplyNetwork:
    """Return the network in which each economy's industries buy from one another.

    Sales of an industry to itself stay in, because they belong to its inputs. Upstream shares are
    of gross output, so that final demand keeps a supplier working; without final demand they
    would be too large.

    Parameters
    ----------
    table : MRIO
        The table.
    essential : ndarray of int, shape (S, S), optional
        2 essential, 1 non-essential, 0 negligible, supplying by using industry; all essential
        by default.
    smallest : float
        Sales at or below this (million USD) are left out; a note says how much they are.

    Returns
    -------
    SupplyNetwork

    Raises
    ------
    BadInput
        When `essential` has another shape or other values than 0, 1 and 2.
    """
    S = len(table.industries)
    kinds = np.full((S, S), 2, np.int8) if essential is None else np.asarray(essential)
    if kinds.shape != (S, S) or not np.isin(kinds, (0, 1, 2)).all():
        problem = InputProblem(f"shape {kinds.shape}", "essential", f"({S}, {S}) of 0, 1 and 2")
        raise_all("the kinds of inputs cannot be read", [problem])
    Z = np.maximum(table.Z, 0.0)
    supplier, customer = np.nonzero(smallest < Z)
    value = Z[supplier, customer]
    left_out = float(Z.sum() - value.sum())
    sectors = tuple(sorted(table.industries))
    names = [(e, k) for e in table.economies for k in table.industries]
    output = np.maximum(np.asarray(table.x, np.float64), 0.0)
    link_kind: Kinds = kinds[supplier % S, customer % S].astype(np.int8)
    firms = pl.DataFrame(
        {
            "firm": [f"{e} {k}" for e, k in names],
            "economy": [e for e, _ in names],
            "sector": [k for _, k in names],
            "output": output,
        }
    )
    return SupplyNetwork(
        firms,
        supplier.astype(np.int64),
        customer.astype(np.int64),
        value,
        link_kind,
        sectors,
        kind=Kind.weakest((table.kind, Kind.ESTIMATED)),
        datasets=table.datasets,
        source=table.origin,
        years=(table.year,) if table.year else (),
        notes=(f"sales of {left_out:.6g} in all were left out as too small",) if smallest else (),
        revenue=output,
    )
