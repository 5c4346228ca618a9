"""Arrays of approximate Bayesian computation: distances, importance weights, what moved what.

Parameters live on the scale of a standard normal prior: theta = F^-1(Phi(z)) with the prior's
distribution F, so that every proposal lies inside the prior and choices are cuts of one axis.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

TINY = 1e-6
"""Share of what was observed that stands for a model value of nothing or of the other sign."""


def distances(
    model: Floats, observed: Floats, tolerance: Floats, upper: Bools, lower: Bools
) -> Floats:
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


def largest(d: Floats) -> Floats:
    """Return the distance of each draw, float64[n]: the largest over its summaries."""
    return np.asarray(np.max(d, axis=1, initial=0.0))


def kernel_scale(z: Floats, weight: Floats) -> Floats:
    """Return the standard deviation of the kernel by parameter, float64[d].

    Its variance is twice the weighted variance of the population (Beaumont, Cornuet, Marin,
    Robert 2009, Biometrika 96(4)). A parameter without any spread keeps a small one.
    """
    share = weight / weight.sum()
    mean = share @ z
    variance = share @ (z - mean) ** 2
    return np.asarray(np.sqrt(np.maximum(2.0 * variance, TINY)))


def importance_weights(z: Floats, before: Floats, weight: Floats, scale: Floats) -> Floats:
    """Return the weights of a new population, which sum to 1.

    w_i = phi(z_i) / sum_j w_j N(z_i; z_j, scale^2), with phi the standard normal prior
    (Beaumont and others 2009, algorithm PMC).

    Parameters
    ----------
    z : float64[n, d]
        Draws of the new population.
    before : float64[k, d]
        The population that they were moved from.
    weight : float64[k]
        Its weights.
    scale : float64[d]
        Standard deviation of the kernel.
    """
    log_prior = -0.5 * np.sum(z**2, axis=1)
    log_share = np.log(weight / weight.sum())
    out = np.empty(len(z))
    for i, row in enumerate(z):
        terms = log_share - 0.5 * np.sum(((row - before) / scale) ** 2, axis=1)
        top = terms.max()
        out[i] = log_prior[i] - top - np.log(np.exp(terms - top).sum())
    raw = np.exp(out - out.max())
    return np.asarray(raw / raw.sum())


def moved(u: float, normal: Floats, before: Floats, weight: Floats, scale: Floats) -> Floats:
    """Return a proposal, float64[d]: an ancestor chosen by `u` in [0, 1), moved by the kernel.

    Parameters
    ----------
    u : float
        Which ancestor.
    normal : float64[d]
        Standard normal numbers.
    before, weight, scale
        As in `importance_weights`.
    """
    edges = np.cumsum(weight / weight.sum())
    ancestor = min(int(np.searchsorted(edges, u, side="right")), len(before) - 1)
    return np.asarray(before[ancestor] + scale * normal)


def effective_size(weight: Floats) -> float:
    """Return Kish's effective sample size, (sum w)^2 / sum w^2."""
    return float(weight.sum() ** 2 / np.sum(weight**2))


def weighted_quantile(values: Floats, weight: Floats, p: Any) -> Floats:
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


def rank_correlations(one: Floats, two: Floats, weight: Floats) -> Floats:
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


def average_ranks(values: Floats) -> Floats:
    """Return ranks from 0, equal values sharing the mean of theirs."""
    _, place, count = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(count)
    return np.asarray((last - (count + 1) / 2.0)[place])


def _standard(x: Floats, share: Floats) -> Floats:
    centred = x - share @ x
    spread = np.sqrt(share @ centred**2)
    return np.divide(centred, spread, out=np.zeros_like(centred), where=spread > 1e-9)
