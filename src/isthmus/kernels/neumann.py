"""A few weighted terms of a Neumann series for many right-hand sides, fitted on few of them.

``(I - M)^-1 B`` is the sum of M^k B. A polynomial in M that knows where the large eigenvalues of M
are needs half as many terms, or fewer. On a few columns that stand for all of them the best weights
cost next to nothing.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]
Step = Callable[[Array], Array]

BREAKDOWN = 1e-6
"""Norm of a new direction, relative to the last, at which none is left."""


def weights(
    step: Step, start: Array, reduction: float, most: int
) -> tuple[NDArray[np.float64], float]:
    """Return the weights c of the best approximation of (I - M)^-1 `start` by sum c_k M^k `start`.

    Best in the Frobenius norm of the residual, all columns together (global GMRES); as many weights
    as it takes to bring it below ``reduction`` times the norm of `start`.

    Parameters
    ----------
    step : callable
        Returns M X in a new array.
    start : array of any shape
        Right-hand sides.
    reduction : float
        Wanted residual relative to `start`.
    most : int
        Most weights.

    Returns
    -------
    c : (K,) array
        Weights of M^0, ..., M^(K-1).
    reached : float
        Residual relative to `start`.

    References
    ----------
    Jbilou, K., Messaoudi, A., Sadok, H. (1999). Global FOM and GMRES algorithms for matrix
    equations. Applied Numerical Mathematics 31(1), 49-63.
    """
    norm = _norm(start)
    if norm == 0 or not np.isfinite(norm):
        return np.ones(1), float(norm)
    basis = [start / start.dtype.type(norm)]
    # row k: the k-th direction as a polynomial in M applied to `start`
    polynomials = np.zeros((most + 1, most + 1))
    polynomials[0, 0] = 1.0 / norm
    H = np.zeros((most + 1, most))
    for k in range(most):
        new = step(basis[k])
        for i, direction in enumerate(basis):
            H[i, k] = np.vdot(direction, new)
            new -= new.dtype.type(H[i, k]) * direction
        H[k + 1, k] = _norm(new)
        y, reached = _least_squares(H[: k + 2, : k + 1])
        if reached <= reduction or not H[k + 1, k] > BREAKDOWN or k + 1 == most:
            break
        basis.append(new / new.dtype.type(H[k + 1, k]))
        polynomials[k + 1, 1:] = polynomials[k, :-1]
        polynomials[k + 1] -= H[: k + 1, k] @ polynomials[: k + 1]
        polynomials[k + 1] /= H[k + 1, k]
    return np.asarray(norm * y @ polynomials[: k + 1, : k + 1], dtype=np.float64), reached


def series(
    step: Callable[[Array, Array], object], start: Array, c: Array, work: tuple[Array, Array, Array]
) -> Array:
    """Return sum c_k M^k `start` by Horner's rule.

    Parameters
    ----------
    step : callable
        Writes M X for its first argument into its second.
    start : array
        Right-hand sides.
    c : (K,) array
        Weights, from `weights`.
    work : three arrays like `start`
        Overwritten; the sum is one of the first two. `step` may use the third.
    """
    total, other, scaled = work
    np.multiply(start, start.dtype.type(c[-1]), out=total)
    for weight in c[-2::-1]:
        step(total, other)
        other += np.multiply(start, start.dtype.type(weight), out=scaled)
        total, other = other, total
    return total


def _norm(X: Array) -> float:
    return float(np.sqrt(np.vdot(X, X)))


def _least_squares(H: Array) -> tuple[Array, float]:
    """Return y that minimises |e_1 - (I - H) y|, and that minimum."""
    T = np.eye(*H.shape) - H
    first = np.eye(1, H.shape[0])[0]
    y = np.linalg.lstsq(T, first)[0]
    return y, float(np.linalg.norm(first - T @ y))
