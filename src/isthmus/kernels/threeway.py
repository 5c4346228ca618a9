"""Three-way PPML on a dense cube: pair, exporter-year and importer-year effects of one item.

The effects of a square panel need no iteration over observations: pair effects are eliminated by
hand, the blocks of the exporter-years are small, and what is left is one system of n T unknowns
whose factor serves every regressor and every placebo. Estimates equal those of `ppml`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from isthmus.errors import BadInput, DidNotConverge, SingularSystem
from isthmus.kernels.arrays import Array, Ints, Mask, over

Cells = tuple[Ints, Ints, Ints]

# relative to the diagonal; steps always follow the true gradient, so a ridge only slows them
RIDGES = (1e-13, 1e-11, 1e-9, 1e-7)
WARM_SWEEPS = 30
TOLERANCE, MOST_STEPS = 1e-12, 60
LOG_STEP = 2.0  # largest change of log fitted values that a Newton step may make


@dataclass(frozen=True)
class Factor:
    """Factorised normal equations of the effects at given weights.

    Parameters
    ----------
    weights : array, shape (n, n, T)
        Weights; zero where an observation is left out.
    pair : array, shape (n, n)
        Sums of weights over years.
    inverse : array, shape (n, T, T)
        Inverse blocks of the exporter-years after pairs are eliminated.
    cross : array, shape (n, T, n T)
        Coupling of exporter-years and importer-years.
    schur : tuple
        Cholesky factor of what is left for the importer-years.
    """

    weights: Array
    pair: Array
    inverse: Array
    cross: Array
    schur: tuple[Array, bool]


@dataclass(frozen=True)
class ThreeWayFit:
    """A fit with effects alone.

    Parameters
    ----------
    fitted : array, shape (n, n, T)
        Expected values; zero where left out.
    factor : Factor
        Factorised normal equations at the fitted values.
    gap : float
        Largest difference of a margin of the data and the fit, relative to the total.
    """

    fitted: Array
    factor: Factor
    gap: float


def informative_cells(X: Array, mask: Mask | None = None) -> Mask:
    """Return the cells off the diagonal that no empty margin fits by minus infinity.

    Parameters
    ----------
    X : array, shape (n, n, T)
        Flows by exporter, importer and year.
    mask : bool array, shape (n, n, T), optional
        Cells that take part; all off the diagonal when None.

    Returns
    -------
    bool array, shape (n, n, T)
    """
    if X.ndim != 3 or X.shape[0] != X.shape[1] or not np.isfinite(X).all() or (X < 0).any():
        raise BadInput("flows must have shape (n, n, T) and be finite and zero or more", where="X")
    keep = np.ones(X.shape, dtype=bool) if mask is None else mask.copy()
    keep[np.arange(len(X)), np.arange(len(X))] = False
    while True:
        before = keep.sum()
        kept = np.where(keep, X, 0.0)
        for axis in (0, 1, 2):
            keep &= kept.sum(axis=axis, keepdims=True) > 0
        if keep.sum() == before:
            return keep


def factorise(weights: Array) -> Factor:
    """Factorise the normal equations of the effects.

    Parameters
    ----------
    weights : array, shape (n, n, T)
        Weights, zero where an observation is left out.

    Returns
    -------
    Factor
    """
    n, _, T = weights.shape
    pair = weights.sum(axis=2)
    part = over(weights, pair[:, :, None])
    exporter = -np.einsum("ijt,ijs->its", weights, part, optimize=True)
    importer = -np.einsum("ijt,ijs->jts", weights, part, optimize=True)
    diagonal = np.arange(T)
    exporter[:, diagonal, diagonal] += weights.sum(axis=1)
    importer[:, diagonal, diagonal] += weights.sum(axis=0)
    cross = -weights[:, :, :, None] * part[:, :, None, :]
    cross[:, :, diagonal, diagonal] += weights
    cross = np.ascontiguousarray(cross.transpose(0, 2, 1, 3)).reshape(n, T, n * T)
    _lift(exporter, weights.sum(axis=1))
    inverse = np.linalg.inv(exporter)
    half = np.matmul(inverse, cross)
    S = -(cross.reshape(n * T, n * T).T @ half.reshape(n * T, n * T))
    received = weights.sum(axis=0)
    _lift(importer, received)
    j = np.arange(n)
    view = S.reshape(n, T, n, T)
    view[j, :, j, :] += importer
    # a common change of one year's exporter effects is undone by its importer effects
    present = (received > 0).astype(np.float64)
    for t in range(T):
        level = received[:, t].sum() / max(present[:, t].sum(), 1.0) ** 2
        view[:, t, :, t] += level * np.outer(present[:, t], present[:, t])
    return Factor(weights, pair, inverse, cross, _cholesky((S + S.T) / 2.0))


def _lift(blocks: Array, scale: Array) -> None:
    """Fill the null space of each block in place: a constant over the years is a pair effect.

    Right-hand sides have no part in that direction, so solutions are not touched.
    """
    T = blocks.shape[-1]
    t = np.arange(T)
    present = (scale > 0).astype(np.float64)
    level = scale.sum(axis=1) / np.maximum(present.sum(axis=1), 1.0) ** 2
    blocks += level[:, None, None] * present[:, :, None] * present[:, None, :]
    blocks[:, t, t] += np.where(scale > 0, 0.0, 1.0)


def _cholesky(S: Array) -> tuple[Array, bool]:
    """Factorise after scaling to a unit diagonal, with the smallest ridge that succeeds."""
    from scipy.linalg import cho_factor

    root = np.sqrt(np.maximum(np.diag(S), 1e-300))
    scaled = S / root[:, None] / root[None, :]
    diagonal = np.arange(len(S))
    for ridge in RIDGES:
        lifted = scaled.copy()
        lifted[diagonal, diagonal] += ridge
        try:
            factor, lower = cho_factor(lifted, lower=True, check_finite=False)
        except np.linalg.LinAlgError:
            continue
        return np.tril(factor) * root[:, None], lower
    raise SingularSystem("the effects of the panel are not identified", where="threeway.factorise")


def solve_effects(
    factor: Factor, pair: Array, exporter: Array, importer: Array
) -> tuple[Array, ...]:
    """Solve the normal equations for right-hand sides given by their margins.

    Parameters
    ----------
    factor : Factor
        From `factorise`.
    pair, exporter, importer : array, shapes (n, n, R), (n, T, R), (n, T, R)
        Sums of the right-hand side over years, importers and exporters, for R columns.

    Returns
    -------
    tuple of array
        Effects alpha (n, n, R), beta (n, T, R), gamma (n, T, R).
    """
    from scipy.linalg import cho_solve

    w, wij = factor.weights, factor.pair[:, :, None]
    n, _, T = w.shape
    R = pair.shape[-1]
    scaled = over(pair, wij)
    rhs_e = exporter - np.einsum("ijt,ijr->itr", w, scaled, optimize=True)
    rhs_i = importer - np.einsum("ijt,ijr->jtr", w, scaled, optimize=True)
    first = np.matmul(factor.inverse, rhs_e)
    flat = rhs_i.reshape(n * T, R) - factor.cross.reshape(n * T, n * T).T @ first.reshape(n * T, R)
    gamma = cho_solve(factor.schur, flat, check_finite=False)
    beta = first - np.matmul(
        factor.inverse, (factor.cross.reshape(n * T, n * T) @ gamma).reshape(n, T, R)
    )
    gamma = gamma.reshape(n, T, R)
    used = np.einsum("ijt,itr->ijr", w, beta, optimize=True)
    used += np.einsum("ijt,jtr->ijr", w, gamma, optimize=True)
    return scaled - over(used, wij), beta, gamma


def fit(
    X: Array,
    mask: Mask | None = None,
    *,
    tolerance: float = TOLERANCE,
) -> ThreeWayFit:
    """Fit effects alone to the flows of one item.

    Parameters
    ----------
    X : array, shape (n, n, T)
        Flows by exporter, importer and year; the diagonal is ignored.
    mask : bool array, shape (n, n, T), optional
        Cells that take part.
    tolerance : float
        Largest difference of a margin, relative to the total.

    Returns
    -------
    ThreeWayFit

    Raises
    ------
    DidNotConverge
        When the tolerance is not reached.
    """
    keep = informative_cells(X, mask)
    data = np.where(keep, X, 0.0)
    total = max(float(data.sum()), 1e-300)
    mu = _raked(data, keep)
    gap = np.inf
    for _ in range(MOST_STEPS):
        factor = factorise(mu)
        mu, gap = _chord(data, mu, factor, total, tolerance)
        if gap <= tolerance:
            return ThreeWayFit(mu, factorise(mu), gap)
    raise DidNotConverge(f"margins differ by {gap:.1e} of the total", where="threeway.fit")


def _raked(data: Array, keep: Mask) -> Array:
    """Start values by proportional fitting of the three margins."""
    mu = keep * (data.sum() / max(keep.sum(), 1))
    for _ in range(WARM_SWEEPS):
        for axis in (2, 1, 0):
            want, have = (x.sum(axis=axis, keepdims=True) for x in (data, mu))
            mu *= over(want, have)
    return np.asarray(mu)


def _chord(
    data: Array, mu: Array, factor: Factor, total: float, tolerance: float, steps: int = 4
) -> tuple[Array, float]:
    """A few steps with one factor; the gradient is always that of the present fit."""
    gap = margin_gap(data - mu, total)
    for _ in range(steps):
        if gap <= tolerance:
            break
        g = data - mu
        move = spread(*solve_gradient(factor, g))[..., 0]
        trial = mu * np.exp(np.clip(move, -LOG_STEP, LOG_STEP))
        new = margin_gap(data - trial, total)
        if new > gap and gap < 1e-3:
            break
        mu, gap = trial, new
    return mu, gap


def solve_gradient(factor: Factor, g: Array) -> tuple[Array, ...]:
    """Effects that answer the margins of one gradient ``g`` (n, n, T), as in `solve_effects`."""
    margins = (g.sum(axis=2), g.sum(axis=1), g.sum(axis=0))
    return solve_effects(factor, *(m[..., None] for m in margins))


def spread(alpha: Array, beta: Array, gamma: Array) -> Array:
    """Effects at every cell, shape (n, n, T, R)."""
    return alpha[:, :, None, :] + beta[:, None, :, :] + gamma[None, :, :, :]


def margin_gap(g: Array, total: float) -> float:
    """Largest margin of a gradient ``g`` (n, n, T) relative to the total of the flows."""
    return float(max(np.abs(g.sum(axis=axis)).max() for axis in (0, 1, 2)) / total)
