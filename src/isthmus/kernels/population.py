"""Arrays of approximate Bayesian computation: distances, importance weights, what moved what.

Parameters live on the unit cube, theta = F^-1(u) with the prior's distribution F: there the prior
is 1 everywhere, a kernel cut at the faces of the cube keeps every proposal inside it, and a choice
is an axis cut in pieces.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from isthmus.kernels.arrays import Array, Mask

TINY = 1e-6
"""Share of what was observed that stands for a model value of nothing or of the other sign."""


def distances(model: Array, observed: Array, tolerance: Array, upper: Mask, lower: Mask) -> Array:
    """Return how far each summary of each draw is from what was observed, in tolerances.

    For a magnitude d = |log(model / observed)| / log(tolerance). For a bound from above
    d = max(0, 1 + log(|model| / observed) / log(tolerance)), for one from below its mirror image:
    d is 1 at the bound and 0 from a tolerance inside it.

    Parameters
    ----------
    model : float64[n, m]
        Summaries of n draws; NaN where a draw has no answer.
    observed : float64[m]
        What was observed, or the bound; above 0.
    tolerance : float64[m]
        Factor that counts as close; above 1.
    upper, lower : bool[m]
        Whether `observed` is a bound from above, or from below.

    Returns
    -------
    float64[n, m]
        Infinite where there is no answer.
    """
    either_sign = np.where(upper, np.abs(model), model)
    ratio = np.log(np.maximum(either_sign, TINY * observed) / observed) / np.log(tolerance)
    d = np.where(upper, 1.0 + ratio, np.where(lower, 1.0 - ratio, np.abs(ratio)))
    return np.where(np.isnan(model), np.inf, np.maximum(d, 0.0))


def largest(d: Array) -> Array:
    """Return the distance of each draw, float64[n]: the largest over its summaries."""
    return np.asarray(np.max(d, axis=1, initial=0.0))


def kernel_scale(u: Array, weight: Array) -> Array:
    """Return the standard deviation of the kernel by parameter, float64[d].

    Its variance is twice the weighted variance of the population (Beaumont, Cornuet, Marin,
    Robert 2009, Biometrika 96(4)). A parameter without any spread keeps a small one.
    """
    share = weight / weight.sum()
    mean = share @ u
    variance = share @ (u - mean) ** 2
    return np.asarray(np.sqrt(np.maximum(2.0 * variance, TINY)))


def importance_weights(u: Array, before: Array, weight: Array, scale: Array) -> Array:
    """Return the weights of a new population, which sum to 1.

    w_i = 1 / sum_j w_j K(u_i | u_j), with K a normal kernel in each parameter, cut at 0 and 1 and
    normalised (Beaumont and others 2009, algorithm PMC; the prior is 1 on the cube).

    Parameters
    ----------
    u : float64[n, d]
        Draws of the new population, in [0, 1].
    before : float64[k, d]
        The population that they were moved from.
    weight : float64[k]
        Its weights.
    scale : float64[d]
        Standard deviation of the kernel before it is cut.
    """
    low, high = _edges(before, scale)
    log_share = np.log(weight / weight.sum()) - np.sum(np.log(high - low), axis=1)
    out = np.empty(len(u))
    for i, row in enumerate(u):
        terms = log_share - 0.5 * np.sum(((row - before) / scale) ** 2, axis=1)
        top = terms.max()
        out[i] = -top - np.log(np.exp(terms - top).sum())
    raw = np.exp(out - out.max())
    return np.asarray(raw / raw.sum())


def moved(chance: Array, before: Array, weight: Array, scale: Array) -> Array:
    """Return a proposal, float64[d]: an ancestor chosen by its weight, moved by the kernel.

    Parameters
    ----------
    chance : float64[1 + d]
        Uniform numbers in [0, 1): which ancestor, and how far each parameter moves.
    before, weight, scale
        As in `importance_weights`.
    """
    from scipy.special import ndtri

    edges = np.cumsum(weight / weight.sum())
    ancestor = min(int(np.searchsorted(edges, chance[0], side="right")), len(before) - 1)
    start = before[ancestor]
    low, high = _edges(start, scale)
    step = ndtri(low + (high - low) * chance[1:])
    return np.asarray(np.clip(start + scale * step, 0.0, 1.0))


def _edges(u: Array, scale: Array) -> tuple[Array, Array]:
    """Return the normal distribution at the faces of the cube, seen from u."""
    from scipy.special import ndtr

    return np.asarray(ndtr(-u / scale)), np.asarray(ndtr((1.0 - u) / scale))


def effective_size(weight: Array) -> float:
    """Return Kish's effective sample size, (sum w)^2 / sum w^2."""
    return float(weight.sum() ** 2 / np.sum(weight**2))


def weighted_quantile(values: Array, weight: Array, p: Any) -> Array:
    """Return quantiles of weighted values, interpolated at the middle of each weight.

    Parameters
    ----------
    values, weight : float64[n]
        Values and their weights.
    p : array_like
        Probabilities.
    """
    order = np.argsort(values, kind="stable")
    share = weight[order] / weight.sum()
    middle = np.cumsum(share) - share / 2.0
    return np.asarray(np.interp(p, middle, values[order]))


def rank_correlations(one: Array, two: Array, weight: Array) -> Array:
    """Return weighted Spearman correlations of every column of one with every column of two.

    Columns that do not vary have correlation 0.

    Parameters
    ----------
    one : float64[n, d]
        Parameters.
    two : float64[n, m]
        Summaries.
    weight : float64[n]
        Weights of the draws.

    Returns
    -------
    float64[d, m]
    """
    share = weight / weight.sum()
    scores = [_standard(np.apply_along_axis(average_ranks, 0, x), share) for x in (one, two)]
    return np.asarray((scores[0] * share[:, None]).T @ scores[1])


def average_ranks(values: Array) -> Array:
    """Return ranks from 0, equal values sharing the mean of theirs."""
    _, place, count = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(count)
    return np.asarray((last - (count + 1) / 2.0)[place])


def _standard(x: Array, share: Array) -> Array:
    centred = x - share @ x
    spread = np.sqrt(share @ centred**2)
    return np.divide(centred, spread, out=np.zeros_like(centred), where=spread > 1e-9)
