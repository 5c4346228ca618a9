"""Solves with a factored table for many right-hand sides: single precision, refined in double."""

from __future__ import annotations

from functools import partial
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from isthmus.kernels import mrio_factored as factored
from isthmus.kernels.arrays import Array
from isthmus.kernels.mrio_factored import FactoredSystem, largest, swap
from isthmus.kernels.mrio_split import resolvent_of, solve_split
from isthmus.kernels.neumann import series, weights

Single = NDArray[np.float32]

REDUCTION = 1e-7
"""What a pass in single precision takes off the residual; rounding hides more."""

PASSES = 4
"""Passes after which what is left is solved in double precision."""

DOUBLINGS, NEGLIGIBLE = 6, 1e-8
"""Powers of a domestic block, 2 to this number at most, and the size at which they end."""

MOST_TERMS = 40
"""Terms of a series at most; the residual tells whether they were enough."""


class SingleSystem(NamedTuple):
    """A table in single precision, with the weights of the series that solves with it.

    Attributes
    ----------
    foreign, resolvent, passing :
        As in `FactoredSystem`, (I - domestic)^-1, and imported @ resolvent: imports of k caused by
        deliveries of l out of economy j; in single precision.
    terms : (K,) array
        Weights of M^0, ..., M^(K-1) for the iteration M on imports.
    """

    foreign: Single
    resolvent: Single
    passing: Single
    terms: Array


def in_single_precision(s: FactoredSystem) -> SingleSystem:
    """Return the table in single precision and the weights that solve with it to `REDUCTION`.

    The weights are fitted on two vectors without structure (a chirp, the same for every table of
    this size), which stand for right-hand sides and for what rounding leaves of them alike.
    """
    n, S, _ = s.domestic.shape
    foreign: Any = s.foreign.astype(np.float32)
    resolvent: Any = block_inverse(s.domestic.astype(np.float32))
    passing: Any = s.imported.astype(np.float32) @ resolvent
    chirp = np.cos(np.arange(2.0 * n * S) ** 2)
    probe: Any = chirp.astype(np.float32).reshape(n, S, 2)
    step = partial(_through_origins, foreign, passing)
    terms, _ = weights(step, passing @ probe, REDUCTION, MOST_TERMS)
    return SingleSystem(foreign, resolvent, passing, terms)


def block_inverse(D: Single) -> Single:
    """Return (I - D)^-1 of blocks (n, S, S) without negative entries, as a product of sums.

    ``(I + D)(I + D^2)(I + D^4)...`` in products of all blocks at once, which takes a third of the
    time of factorising each; blocks whose powers fall too slowly are factorised.
    """
    one = np.eye(D.shape[1], dtype=D.dtype)
    power, inverse = D, D + one
    with np.errstate(over="ignore", invalid="ignore"):
        for _ in range(DOUBLINGS):
            power = power @ power
            inverse += inverse @ power
            if float(power.max(initial=0.0)) < NEGLIGIBLE:
                return inverse
    return np.asarray(np.linalg.inv(one - D))


def solve(
    s: FactoredSystem, single: SingleSystem, B: Array, *, transposed: bool = False, tol: float
) -> tuple[Array, Array, int]:
    """Solve (I - A) X = B, or its transpose, to the residual asked for.

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
        As `isthmus.kernels.mrio_split.solve_split`.

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
        domestic = swap(s.domestic) if transposed else s.domestic
        foreign = factored.foreign_product_t if transposed else factored.foreign_product
        X[:, missed], residual[missed], more = solve_split(
            partial(foreign, s), resolvent_of(domestic), domestic, B[:, missed], tol=tol
        )
        iterations += more
    return X, residual, iterations


def _forward(s: SingleSystem, work: list[Any]) -> Single:
    B, start, total, other, spare = work
    np.matmul(s.passing, B, out=start)
    step = partial(_through_origins, s.foreign, s.passing, spare=spare)
    found = series(step, start, s.terms, (total, other, spare))
    B += factored.to_origins(s.foreign, found, spare)
    return np.asarray(np.matmul(s.resolvent, B, out=spare))


def _transposed(s: SingleSystem, work: list[Any]) -> Single:
    B, own, total, other, spare = work
    np.matmul(swap(s.resolvent), B, out=own)
    start = factored.to_importers(s.foreign, own, B)
    step = partial(_through_importers, s.foreign, s.passing, spare=spare)
    found = series(step, start, s.terms, (total, other, spare))
    own += np.matmul(swap(s.passing), found, out=spare)
    return np.asarray(own)


def _through_origins(foreign: Any, passing: Any, q: Any, out: Any = None, spare: Any = None) -> Any:
    return np.matmul(passing, factored.to_origins(foreign, q, spare), out=out)


def _through_importers(
    foreign: Any, passing: Any, p: Any, out: Any = None, spare: Any = None
) -> Any:
    return factored.to_importers(foreign, np.matmul(swap(passing), p, out=spare), out)
