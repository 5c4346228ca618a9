"""Solves by splitting off the domestic blocks: single shocks, altered tables, large tables."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from isthmus.kernels.arrays import Array
from isthmus.kernels.mrio_dense import MOST_STEPS, TOLERANCE


def block_product(blocks: Array, X: Array) -> Array:
    """Return the block-diagonal product of (n, S, S) `blocks` with X of shape (n * S, m)."""
    n, S, _ = blocks.shape
    return np.asarray(blocks @ X.reshape(n, S, -1)).reshape(X.shape)


def resolvent_of(domestic: Array) -> Array:
    """Return (I - D)^-1 of each of the (n, S, S) blocks D."""
    return np.asarray(np.linalg.inv(np.eye(domestic.shape[1]) - domestic))


def solve_split(
    foreign: Callable[[Array], Array],
    resolvent: Array,
    domestic: Array,
    B: Array,
    *,
    tol: float = TOLERANCE,
) -> tuple[Array, Array, int]:
    """Solve (I - D - M) X = B by X <- (I - D)^-1 (B + M X), D block-diagonal.

    Where D + M is non-negative with a spectral radius below one the splitting is regular, so that
    the iteration converges for every B (Varga 1962, theorem 3.13).

    Parameters
    ----------
    foreign : callable
        Returns M X for X of shape (n * S, m).
    resolvent, domestic : (n, S, S) array
        (I - D)^-1 and D by economy.
    B : (n * S, m) array
        Right-hand sides.
    tol : float
        The iteration ends when no column changes by more than ``tol`` relative to its largest
        entry, or after `MOST_STEPS`: the residual tells whether they were enough.

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
    with np.errstate(over="ignore", invalid="ignore"):
        X = start = block_product(resolvent, B)
        MX = foreign(X)
        iteration = 0
        while iteration < MOST_STEPS:
            iteration += 1
            new = start + block_product(resolvent, MX)
            change = np.abs(new - X).max(axis=0, initial=0.0)
            size = np.abs(new).max(axis=0, initial=0.0)
            X = new
            MX = foreign(X)
            if not (change > tol * size).any() or not np.isfinite(size).all():
                break
        scale = np.abs(B).max(axis=0, initial=0.0)
        scale[scale == 0] = 1.0
        residual = np.abs(B - X + block_product(domestic, X) + MX).max(axis=0, initial=0.0)
    return X, residual / scale, iteration


def spectral_radius(
    product: Callable[[Array], Array], size: int, *, steps: int = 60
) -> tuple[float, float]:
    """Return bounds on the spectral radius of a non-negative matrix by the power method.

    The largest and smallest ratio of (A + I) z to z, less one, bound the radius of an irreducible
    matrix (Collatz 1942, Wielandt 1950); rows that have gone to zero are left out of the bounds.
    """
    z = np.ones((size, 1))
    ratio = np.ones(1)
    for _ in range(steps):
        new = z + product(z)
        kept = z[:, 0] > 1e-12 * z.max()
        ratio = new[kept, 0] / z[kept, 0] - 1
        z = new / new.max()
    return float(ratio.min()), float(ratio.max())
