"""Value-chain accounting on arrays: groups of nodes, isolated exporters, export decomposition."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from isthmus.kernels.arrays import Array, Mask
from isthmus.kernels.mrio_split import block_product, solve_split

Product = Callable[[Array], Array]


def shares(parts: Array) -> Array:
    """Return each row divided by its sum, 0 where the sum is 0."""
    total = parts.sum(axis=1, keepdims=True)
    out: Array = np.divide(parts, total, out=np.zeros_like(parts), where=total != 0)
    return out


class ExportTerms(NamedTuple):
    """Source-based parts of exports, one column per exporter or export basket.

    Attributes
    ----------
    once : (N, m) array
        Value added by node in exports, counted once: rows of the exporter are domestic value
        added, other rows foreign value added.
    again : (N, m) array
        What crosses the exporter's border more than once and is counted again.
    residual : float
        Largest relative residual of the solves.
    """

    once: Array
    again: Array
    residual: float


def isolated(foreign: Product, groups: Mask, industries: int) -> Product:
    """Return (A - domestic) X with sales of inputs out of each column's group set to zero.

    Parameters
    ----------
    foreign : callable
        Returns (A - domestic) X.
    groups : (N, m) array of bool
        Nodes of the exporter that belongs to each column; sales within the group stay.
    industries : int
        Industries per economy: a group of one economy has no sales between economies within it.
    """
    several = groups.sum(axis=0) > industries

    def product(X: Array) -> Array:
        out = np.where(groups, 0.0, foreign(X))
        if several.any():
            part = groups[:, several]
            within = foreign(np.where(part, X[:, several], 0.0))
            out[:, several] += np.where(part, within, 0.0)
        return out

    return product


def decomposition(
    foreign: Product,
    resolvent: Array,
    domestic: Array,
    groups: Mask,
    exports: Array,
    outputs: Array,
    added: Array,
) -> ExportTerms:
    """Return the source-based decomposition of exports.

    Parameters
    ----------
    foreign, resolvent, domestic :
        Of the table, as in `isthmus.kernels.mrio_split.solve_split`.
    groups : (N, m) array of bool
        Nodes of the exporter of each column.
    exports : (N, m) array
        Exports out of the group, intermediate and final, zero outside the group.
    outputs : (N, m) array
        L @ exports: output that the exports need, with the whole table.
    added : (N,) array
        Value added per unit of output.

    Returns
    -------
    ExportTerms
        Value added by node, counted once and counted again; all parts add to exports when
        ``added`` is all that inputs leave of output.

    References
    ----------
    Borin, A., Mancini, M. (2019). Measuring What Matters in Global Value Chains and Value-Added
    Trade. World Bank Policy Research Working Paper 8804.
    """
    alone = isolated(foreign, groups, resolvent.shape[1])
    once, first, _ = solve_split(alone, resolvent, domestic, exports)
    # inputs sold abroad that come back to the exporter inside its own imports
    returning = np.where(groups, foreign(np.where(groups, 0.0, outputs)), 0.0)
    again, second, _ = solve_split(alone, resolvent, domestic, returning)
    worst = max(float(first.max(initial=0.0)), float(second.max(initial=0.0)))
    return ExportTerms(added[:, None] * once, added[:, None] * again, worst)


def domestic_content(
    product_t: Product, resolvent: Array, domestic: Array, group: Mask, added: Array
) -> tuple[Array, float]:
    """Return value added of a group per unit of what its nodes deliver: ``v_C (I - A_CC)^-1``.

    Parameters
    ----------
    product_t : callable
        Returns A' X for X of shape (N, m).
    resolvent, domestic : (n, S, S) array
        (I - D)^-1 and D by economy, D the domestic blocks of A.
    group : (N,) array of bool
        Nodes of the group, whole economies.
    added : (N,) array
        Value added per unit of output.

    Returns
    -------
    content : (N,) array
        Zero outside the group. For one economy this is ``v_s (I - A_ss)^-1``.
    residual : float
        Largest relative residual of the solve.

    References
    ----------
    Los, B., Timmer, M. P., de Vries, G. J. (2016). American Economic Review 106(7).
    """
    D, R = domestic.transpose(0, 2, 1), resolvent.transpose(0, 2, 1)
    inside = group[:, None]

    def between(X: Array) -> Array:
        kept = np.where(inside, X, 0.0)
        return np.where(inside, product_t(kept) - block_product(D, kept), 0.0)

    start = np.where(group, added, 0.0)[:, None]
    found, residual, _ = solve_split(between, R, D, start)
    return found[:, 0], float(residual.max())


def lookthrough_gradient(
    own: Array, all_: Array, needed: Array, basket: Array, origin: Array
) -> tuple[float, Array, Array]:
    """Return a look-through exposure and its derivatives to rows and columns of coefficients.

    With ``p = L'r``, ``q = L'1`` and ``h = L b`` the exposure is ``y = (p - r)'b / (q - 1)'b``,
    and as ``dL = L dA L``, ``dy / dA_kl = (p - y q)_k h_l / (q - 1)'b``. Scaling a row or a column
    of A adds these up with ``A h = h - b`` and ``A'p = p - r``, so that no matrix is needed.

    Parameters
    ----------
    own, all_ : (N,) array
        p and q.
    needed : (N,) array
        h, gross output behind the basket.
    basket : (N,) array
        b, output of the chosen industries.
    origin : (N,) array
        r, one for nodes of the economies exposed to.

    Returns
    -------
    tuple of float and two (N,) arrays
        The exposure as a share; and its change for a relative change of each row (all that a node
        supplies) and each column (all that it uses).
    """
    inputs = float((all_ - 1.0) @ basket)
    if not inputs > 0.0:
        return float("nan"), np.zeros_like(own), np.zeros_like(own)
    exposure = float((own - origin) @ basket) / inputs
    rows = (own - exposure * all_) * (needed - basket) / inputs
    columns = ((own - origin) - exposure * (all_ - 1.0)) * needed / inputs
    return exposure, rows, columns
