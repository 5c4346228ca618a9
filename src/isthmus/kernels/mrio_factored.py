"""Products and solves with a factored inter-economy table, at n^2 S + n S^2 per column.

With n economies and S industries, the intermediate flow of product k of economy i to industry l of
economy j is ``Z[(i,k),(j,l)] = flow[i,j,k] * use[j,k,l]``, where ``use`` is the domestic pattern
for i = j and the pattern for imports, common to all origins, for i != j.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from isthmus.kernels.mrio_dense import reciprocal

Array = NDArray[np.float64]


SINGLE_CHANGE = 1e-6
"""Change at which a pass in single precision ends: it cannot be told from rounding below."""

LOOK_EVERY = 4
"""Iterations between two looks at the change, which costs as much as the products."""


class FactoredSystem(NamedTuple):
    """Arrays for products with A and for solves with I - A.

    Attributes
    ----------
    foreign : (S, n, n) array
        Intermediate sales of product k by i to j, zero for i = j.
    domestic : (n, S, S) array
        Domestic blocks of A.
    imported : (n, S, S) array
        Use of imports of product k per unit of output of industry l, per unit of total import.
    resolvent : (n, S, S) array
        (I - domestic)^-1 of each economy alone.
    passing : (n, S, S) array
        imported @ resolvent: imports of k caused by deliveries of l out of economy j.
    """

    foreign: Array
    domestic: Array
    imported: Array
    resolvent: Array
    passing: Array


def system(flow: Array, use_dom: Array, use_imp: Array, x: Array) -> FactoredSystem:
    """Return the arrays for products and solves.

    Parameters
    ----------
    flow : (n, n, S) array
        Intermediate sales [exporter, importer, product], million USD.
    use_dom, use_imp : (n, S, S) array
        Shares [importer, product, using industry] of the domestic and of the imported product.
    x : (n * S,) array
        Gross output, million USD.
    """
    n, _, S = flow.shape
    per_unit = reciprocal(x).reshape(n, 1, S)
    own = flow[np.arange(n), np.arange(n)]
    domestic = own[:, :, None] * use_dom * per_unit
    imported = use_imp * per_unit
    foreign = np.array(flow.transpose(2, 0, 1), order="C")
    foreign[:, np.arange(n), np.arange(n)] = 0.0
    resolvent = np.asarray(np.linalg.inv(np.eye(S) - domestic), dtype=np.float64)
    passing = np.asarray(imported @ resolvent, dtype=np.float64)
    return FactoredSystem(foreign, domestic, imported, resolvent, passing)


def in_single_precision(s: FactoredSystem) -> FactoredSystem:
    """Return the same arrays in single precision."""
    arrays: list[Any] = [a.astype(np.float32) for a in s]
    return FactoredSystem(*arrays)


def _to_origins(s: FactoredSystem, q: Array) -> Array:
    out = np.empty_like(q)
    np.matmul(s.foreign, q.transpose(1, 0, 2), out=out.transpose(1, 0, 2))
    return out


def _to_importers(s: FactoredSystem, X: Array) -> Array:
    out = np.empty_like(X)
    np.matmul(s.foreign.transpose(0, 2, 1), X.transpose(1, 0, 2), out=out.transpose(1, 0, 2))
    return out


def _swap(blocks: Array) -> Array:
    return blocks.transpose(0, 2, 1)


def input_product(s: FactoredSystem, X: Array) -> Array:
    """Return A X for X of shape (n * S, m)."""
    n, S, _ = s.domestic.shape
    X3 = X.reshape(n, S, -1)
    return np.asarray(s.domestic @ X3 + _to_origins(s, s.imported @ X3)).reshape(X.shape)


def input_product_t(s: FactoredSystem, X: Array) -> Array:
    """Return A' X for X of shape (n * S, m)."""
    n, S, _ = s.domestic.shape
    X3 = X.reshape(n, S, -1)
    out = _swap(s.domestic) @ X3 + _swap(s.imported) @ _to_importers(s, X3)
    return np.asarray(out).reshape(X.shape)


def foreign_product(s: FactoredSystem, X: Array) -> Array:
    """Return (A - domestic blocks) X for X of shape (n * S, m)."""
    n, S, _ = s.domestic.shape
    return _to_origins(s, s.imported @ X.reshape(n, S, -1)).reshape(X.shape)


def solve(
    s: FactoredSystem,
    B: Array,
    *,
    transposed: bool = False,
    tol: float = 1e-12,
    max_iter: int = 500,
    single: FactoredSystem | None = None,
) -> tuple[Array, Array, int]:
    """Solve (I - A) X = B, or its transpose, by the splitting I - A = (I - domestic) - imports.

    For a non-negative A with spectral radius below one the splitting is regular, so that the
    iteration converges for every B (Varga 1962, theorem 3.13).

    Parameters
    ----------
    s : FactoredSystem
        From `system`.
    B : (n * S, m) array
        Right-hand sides.
    transposed : bool
        Solve (I - A') X = B.
    tol : float
        The iteration ends when no column changes by more than ``tol`` relative to its largest
        entry.
    max_iter : int
        Most iterations per pass; the residual tells whether they were enough.
    single : FactoredSystem, optional
        The same arrays in single precision: passes run on them, at half the time, and are refined
        against the residual in double precision until it is below ``tol``.

    Returns
    -------
    X : (n * S, m) array
        Solution.
    residual : (m,) array
        Largest residual of each column relative to the largest entry of that column of B.
    iterations : int
        Iterations taken.

    References
    ----------
    Varga, R. S. (1962). Matrix Iterative Analysis. Prentice-Hall.
    """
    scale = np.abs(B).max(axis=0, initial=0.0)
    scale[scale == 0] = 1.0
    product = input_product_t if transposed else input_product
    X = np.zeros_like(B, dtype=np.float64)
    left, residual = np.asarray(B, dtype=np.float64), np.full(B.shape[1], np.inf)
    iterations = 0
    for fast in (True, True, True, False):
        size = np.abs(left).max(axis=0, initial=0.0)
        size[size == 0] = 1.0
        used = s if single is None or not fast else single
        stop = tol if used is s else SINGLE_CHANGE
        step, more = _solve(used, left / size, transposed, stop, max_iter)
        X += step * size
        iterations += more
        left = B - X + product(s, X)
        before, residual = residual, np.abs(left).max(axis=0, initial=0.0) / scale
        worst = float(residual.max(initial=0.0))
        if used is s or worst <= tol or not np.isfinite(worst):
            break
        if worst > 1e-2 * float(before.max(initial=0.0)):
            single = None
    return X, residual, iterations


def _solve(
    s: FactoredSystem, B: Array, transposed: bool, tol: float, max_iter: int
) -> tuple[Array, int]:
    n, S, _ = s.domestic.shape
    B3 = np.ascontiguousarray(B, dtype=s.domestic.dtype).reshape(n, S, -1)
    iterate = _solve_transposed if transposed else _solve_forward
    X, iterations = iterate(s, B3, tol, max_iter)
    return X.reshape(B.shape), iterations


def _still_moving(new: Array, old: Array, tol: float, iteration: int) -> bool:
    if iteration % LOOK_EVERY:
        return True
    np.subtract(new, old, out=old)
    change = np.maximum(old.max(axis=(0, 1)), -old.min(axis=(0, 1)))
    size = np.maximum(new.max(axis=(0, 1)), -new.min(axis=(0, 1)))
    return bool((change > tol * size).any()) and bool(np.isfinite(size).all())


def _solve_forward(s: FactoredSystem, B: Array, tol: float, max_iter: int) -> tuple[Array, int]:
    start = s.passing @ B
    q = start.copy()
    iteration = 0
    while iteration < max_iter:
        iteration += 1
        new = s.passing @ _to_origins(s, q)
        new += start
        moving = _still_moving(new, q, tol, iteration)
        q = new
        if not moving:
            break
    return s.resolvent @ (B + _to_origins(s, q)), iteration


def _solve_transposed(s: FactoredSystem, B: Array, tol: float, max_iter: int) -> tuple[Array, int]:
    own = _swap(s.resolvent) @ B
    through = _swap(s.passing)
    start = _to_importers(s, own)
    p = start.copy()
    iteration = 0
    while iteration < max_iter:
        iteration += 1
        new = _to_importers(s, through @ p)
        new += start
        moving = _still_moving(new, p, tol, iteration)
        p = new
        if not moving:
            break
    return own + through @ p, iteration
