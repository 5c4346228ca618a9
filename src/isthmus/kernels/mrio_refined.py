"""Solves with a factored table for many right-hand sides: single precision, refined in double."""

from __future__ import annotations

from functools import partial
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from isthmus.kernels import mrio_factored as factored
from isthmus.kernels.mrio_factored import FactoredSystem, Resolved, largest, swap
from isthmus.kernels.neumann import series, weights

Array = NDArray[np.float64]
Single = NDArray[np.float32]

REDUCTION = 1e-7
"""What a pass in single precision takes off the residual; rounding hides more."""

PASSES = 4
"""Passes after which what is left is solved in double precision."""

MOST_TERMS = 40
"""Terms of a series at most; the residual tells whether they were enough."""


class SingleSystem(NamedTuple):
    """A table in single precision, with the weights of the series that solves with it.

    Attributes
    ----------
    arrays, resolved :
        The arrays of the table in single precision.
    terms : (K,) array
        Weights of M^0, ..., M^(K-1) for the iteration M on imports.
    """

    arrays: FactoredSystem
    resolved: Resolved
    terms: Array


def in_single_precision(s: FactoredSystem) -> SingleSystem:
    """Return the table in single precision and the weights that solve with it to `REDUCTION`.

    The weights are fitted on two vectors without structure (a chirp, the same for every table of
    this size), which stand for right-hand sides and for what rounding leaves of them alike.
    """
    given: list[Any] = [a.astype(np.float32) for a in s]
    arrays = FactoredSystem(*given)
    resolved = factored.resolved(arrays)
    n, S, _ = s.domestic.shape
    chirp = np.cos(np.arange(2.0 * n * S) ** 2)
    probe: Any = chirp.astype(np.float32).reshape(n, S, 2)
    step = partial(_through_origins, arrays, resolved)
    terms, _ = weights(step, resolved.passing @ probe, REDUCTION, MOST_TERMS)
    return SingleSystem(arrays, resolved, terms)


def solve(
    s: FactoredSystem, single: SingleSystem, B: Array, *, transposed: bool = False, tol: float
) -> tuple[Array, Array, int]:
    """Solve (I - A) X = B, or its transpose, as `isthmus.kernels.mrio_factored.solve`.

    Passes in single precision take half the time; each solves for the residual of the last, which
    is computed in double precision. Where they do not reach ``tol`` the iteration in double
    precision, which converges for every table with a spectral radius below one, does the rest.

    Parameters
    ----------
    s, single :
        The table, and `in_single_precision` of it.
    B : (n * S, m) array
        Right-hand sides.
    transposed : bool
        Solve (I - A') X = B.
    tol : float
        Largest residual of each column relative to the largest entry of that column of B.

    Returns
    -------
    X, residual, iterations :
        As `isthmus.kernels.mrio_factored.solve`.

    References
    ----------
    Higham, N. J. (2002). Accuracy and Stability of Numerical Algorithms, chapter 12. SIAM.
    """
    n, S, _ = s.domestic.shape
    product = factored.input_product_t if transposed else factored.input_product
    one_pass = _transposed if transposed else _forward
    scale = largest(B)
    scale[scale == 0] = 1.0
    X, left, spare = np.empty(B.shape), np.empty(B.shape), np.empty(B.shape)
    work: list[Any] = list(np.empty((5, n, S, B.shape[1]), dtype=np.float32))
    rest, size, worst = np.asarray(B, dtype=np.float64), scale.max(initial=0.0) or 1.0, 1.0
    for passes in range(1, PASSES + 1):
        np.multiply(rest, 1.0 / size, out=work[0].reshape(B.shape), casting="same_kind")
        step = one_pass(single, work).reshape(B.shape)
        if passes == 1:
            np.multiply(step, size, out=X)
        else:
            X += np.multiply(step, size, out=spare)
        rest = product(s, X, left, spare)
        rest -= X
        rest += B
        largest_left = largest(rest)
        residual, size = largest_left / scale, largest_left.max(initial=0.0) or 1.0
        before, worst = worst, float(residual.max(initial=0.0))
        if worst <= tol or not worst <= 1e-2 * before:
            break
    iterations = passes * single.terms.size
    missed = ~(residual <= tol)
    if not X.min(initial=0.0) >= -1e-9 * scale.max(initial=0.0) and B.min(initial=0.0) >= 0:
        # a productive table meets demand with output: let the plain iteration decide
        missed[:] = True
    if missed.any():
        X[:, missed], residual[missed], more = factored.solve(
            s, factored.resolved(s), B[:, missed], transposed=transposed, tol=tol
        )
        iterations += more
    return X, residual, iterations


def _forward(single: SingleSystem, work: list[Any]) -> Single:
    B, start, total, other, spare = work
    s, r, terms = _untyped(single)
    np.matmul(r.passing, B, out=start)
    step = partial(_through_origins, s, r, spare=spare)
    found: Any = series(step, start, terms, (total, other, spare))
    B += factored.to_origins(s, found, spare)
    return np.asarray(np.matmul(r.resolvent, B, out=spare))


def _transposed(single: SingleSystem, work: list[Any]) -> Single:
    B, own, total, other, spare = work
    s, r, terms = _untyped(single)
    np.matmul(swap(r.resolvent), B, out=own)
    start = factored.to_importers(s, own, B)
    step = partial(_through_importers, s, r, spare=spare)
    found = series(step, start, terms, (total, other, spare))
    own += np.matmul(swap(r.passing), found, out=spare)
    return np.asarray(own)


def _untyped(single: SingleSystem) -> tuple[Any, Any, Array]:
    """Return the arrays without their declared precision, which is double."""
    return single.arrays, single.resolved, single.terms


def _through_origins(s: Any, r: Any, q: Any, out: Any = None, spare: Any = None) -> Any:
    return np.matmul(r.passing, factored.to_origins(s, q, spare), out=out)


def _through_importers(s: Any, r: Any, p: Any, out: Any = None, spare: Any = None) -> Any:
    return factored.to_importers(s, np.matmul(swap(r.passing), p, out=spare), out)
