"""Products and solves with a dense inter-economy table; the inverse is never formed."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from isthmus.kernels.arrays import Array

REFINEMENTS = 12
"""Steps of iterative refinement before the single-precision factorisation is given up."""
TOLERANCE, MOST_STEPS = 1e-12, 500


class Factors(NamedTuple):
    """LU factors of I - A with the pivots, in single or double precision."""

    lu: NDArray[np.floating]
    pivots: NDArray[np.int32]


def reciprocal(x: Array) -> Array:
    """Return 1/x with 0 where x is 0, so that industries without output have no inputs."""
    return np.divide(1.0, x, out=np.zeros_like(x), where=x != 0)


def input_product(Z: Array, x: Array, X: Array) -> Array:
    """Return A X with A = Z diag(x)^-1, without forming A.

    Parameters
    ----------
    Z : (N, N) array
        Flows, million USD.
    x : (N,) array
        Gross output, million USD.
    X : (N, m) array
        Right factor.

    Returns
    -------
    (N, m) array
        A X.
    """
    return np.asarray(Z @ (reciprocal(x)[:, None] * X))


def input_product_t(Z: Array, x: Array, X: Array) -> Array:
    """Return A' X with A = Z diag(x)^-1; shapes as in `input_product`."""
    return np.asarray(reciprocal(x)[:, None] * (Z.T @ X))


def factorise(Z: Array, x: Array, *, single: bool = True) -> Factors:
    """Return LU factors of I - A.

    One array of N^2 numbers is allocated and overwritten. In single precision it takes half the
    memory and about half the time; `solve_factored` refines against the double-precision table.
    """
    import scipy.linalg as sla

    dtype = np.float32 if single else np.float64
    M = np.empty(Z.shape, dtype=dtype, order="F")
    np.multiply(Z, -reciprocal(x)[None, :], out=M, casting="same_kind")
    M[np.diag_indices_from(M)] += 1
    lu, pivots = sla.lu_factor(M, overwrite_a=True, check_finite=False)
    return Factors(lu, pivots)


def solve_factors(
    Z: Array,
    x: Array,
    factors: Factors,
    B: Array,
    *,
    transposed: bool = False,
) -> tuple[Array, Array, int]:
    """Solve (I - A) X = B, or its transpose, from the factors, refined in double precision.

    Parameters
    ----------
    Z, x : (N, N) and (N,) array
        Flows and gross output.
    factors : Factors
        From `factorise`.
    B : (N, m) array
        Right-hand sides.
    transposed : bool
        Solve (I - A') X = B.

    Returns
    -------
    X : (N, m) array
        Solution.
    residual : (m,) array
        Largest residual of each column relative to the largest entry of that column of B;
        refinement ends when it is below `TOLERANCE` or no longer falls.
    steps : int
        Refinement steps taken.
    """
    import scipy.linalg as sla

    product = input_product_t if transposed else input_product
    trans = 1 if transposed else 0
    scale = np.abs(B).max(axis=0, initial=0.0)
    scale[scale == 0] = 1.0

    def lu_solve(rhs: Array) -> Array:
        given = np.asarray(rhs / scale, dtype=factors.lu.dtype)
        X = sla.lu_solve(factors, given, trans=trans, overwrite_b=True, check_finite=False)
        out: Array = X.astype(np.float64) * scale
        return out

    X = lu_solve(B)
    last = np.inf
    for step in range(REFINEMENTS):
        r = B - X + product(Z, x, X)
        residual = np.abs(r).max(axis=0, initial=0.0) / scale
        worst = float(residual.max(initial=0.0))
        if worst <= TOLERANCE or worst > 0.5 * last:
            return X, residual, step
        last = worst
        X += lu_solve(r)
    r = B - X + product(Z, x, X)
    return X, np.abs(r).max(axis=0, initial=0.0) / scale, REFINEMENTS


def domestic_blocks(Z: Array, x: Array, n: int) -> Array:
    """Return the n domestic blocks of A as an (n, S, S) array."""
    S = x.size // n
    blocks = Z.reshape(n, S, n, S)[np.arange(n), :, np.arange(n), :]
    out: Array = blocks * reciprocal(x).reshape(n, 1, S)
    return out
