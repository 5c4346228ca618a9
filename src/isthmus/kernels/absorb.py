"""Projection off sets of fixed effects, by conjugate gradients."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from isthmus.errors import DidNotConverge
from isthmus.kernels.arrays import Array, Ints


def project(
    values: Array,
    levels: Sequence[Ints],
    weights: Array,
    *,
    tolerance: float = 1e-12,
    max_iterations: int = 2000,
) -> Array:
    """Residual of values after weighted least squares on sets of effects.

    Parameters
    ----------
    values : array, shape (N,) or (N, p)
        What is projected.
    levels : sequence of int array, shape (N,)
        Levels of each set of effects, from 0 without gaps.
    weights : array, shape (N,)
        Positive weights.
    tolerance : float
        Norm of the residual of the normal equations, relative to their right-hand side.
    max_iterations : int
        Steps before giving up.

    Returns
    -------
    array, same shape
        Weighted sums over every level are zero.

    Raises
    ------
    DidNotConverge
        When the tolerance is not reached.
    """
    if not levels:
        return np.array(values, dtype=np.float64)
    if values.ndim == 2:
        columns = [
            project(
                values[:, c], levels, weights, tolerance=tolerance, max_iterations=max_iterations
            )
            for c in range(values.shape[1])
        ]
        return np.column_stack(columns) if columns else values.copy()
    if len(levels) == 1:
        total = np.bincount(levels[0], weights=weights)
        mean = np.bincount(levels[0], weights=weights * values) / total
        return np.asarray(values - mean[levels[0]])
    return _conjugate_gradients(values, levels, weights, tolerance, max_iterations)


def _conjugate_gradients(
    values: Array, levels: Sequence[Ints], weights: Array, tolerance: float, max_iterations: int
) -> Array:
    """Solve the normal equations of the effects, preconditioned by the level weights."""
    sizes = [int(level.max()) + 1 for level in levels]
    cuts = np.cumsum([0, *sizes])
    scale = np.concatenate([np.bincount(level, weights=weights) for level in levels])

    def spread(a: Array) -> Array:
        out = a[cuts[0] : cuts[1]][levels[0]]
        for g in range(1, len(levels)):
            out = out + a[cuts[g] : cuts[g + 1]][levels[g]]
        return out

    def collect(v: Array) -> Array:
        wv = weights * v
        return np.concatenate(
            [np.bincount(lv, weights=wv, minlength=n) for lv, n in zip(levels, sizes, strict=True)]
        )

    rhs = collect(values)
    goal = tolerance * np.sqrt((rhs * rhs / scale).sum())
    a = np.zeros(cuts[-1])
    r = rhs.copy()
    z = r / scale
    d = z.copy()
    rho = r @ z
    for _ in range(max_iterations):
        if np.sqrt(max(rho, 0.0)) <= goal:
            return np.asarray(values - spread(a))
        q = collect(spread(d))
        alpha = rho / (d @ q)
        a += alpha * d
        r -= alpha * q
        z = r / scale
        rho_next = r @ z
        d = z + (rho_next / rho) * d
        rho = rho_next
    if np.sqrt(max(rho, 0.0)) <= 1e3 * goal:  # round-off floor of badly scaled weights
        return np.asarray(values - spread(a))
    raise DidNotConverge("the projection off the fixed effects did not settle", where="effects")
