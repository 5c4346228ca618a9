"""Weights of a choice among responses, from what was seen and a prior: logit, one exact optimum."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from isthmus.errors import DidNotConverge
from isthmus.kernels.arrays import Array, Ints

STEPS = 100


class ChoiceFit(NamedTuple):
    """The optimum and its width.

    Attributes
    ----------
    value : (P,) array
        Parameters at the largest posterior density.
    covariance : (P, P) array
        Inverse of the curvature there (Laplace's approximation).
    """

    value: Array
    covariance: Array


def log_posterior(
    theta: Array,
    design: Array,
    offset: Array,
    chosen: Ints,
    weight: Array,
    mean: Array,
    spread: Array,
) -> float:
    """Return the log of the posterior density, up to a constant; arguments as `fit_choice`."""
    utility = design @ theta + offset
    top = utility.max(axis=1, keepdims=True)
    total = np.log(np.exp(utility - top).sum(axis=1)) + top[:, 0]
    seen = utility[np.arange(len(chosen)), chosen] - total
    return float(weight @ seen - 0.5 * (((theta - mean) / spread) ** 2).sum())


def fit_choice(
    design: Array,
    offset: Array,
    chosen: Ints,
    weight: Array,
    mean: Array,
    spread: Array,
) -> ChoiceFit:
    """Return the parameters of a logit with independent normal priors, by Newton's method.

    The density is log-concave with one optimum; the prior keeps it finite where a response was
    never seen.

    Parameters
    ----------
    design : (N, K, P) array
        Utility per unit of each parameter, by step and response.
    offset : (N, K) array
        Utility that no parameter changes.
    chosen : (N,) array of int
        The response that was seen.
    weight : (N,) array
        How much each step counts.
    mean, spread : (P,) array
        Of the prior; spread above zero.

    Raises
    ------
    DidNotConverge
        When the optimum is not reached.

    References
    ----------
    McFadden, D. (1974). Conditional Logit Analysis of Qualitative Choice Behavior.
    """
    theta = mean.astype(float)
    rows = np.arange(len(chosen))
    precision = np.diag(spread**-2.0)
    for _ in range(STEPS):
        utility = design @ theta + offset
        share = np.exp(utility - utility.max(axis=1, keepdims=True))
        share /= share.sum(axis=1, keepdims=True)
        middle = np.einsum("nk,nkp->np", share, design)
        slope = weight @ (design[rows, chosen] - middle) - precision @ (theta - mean)
        second = np.einsum("n,nk,nkp,nkq->pq", weight, share, design, design)
        bend = second - np.einsum("n,np,nq->pq", weight, middle, middle) + precision
        step = np.linalg.solve(bend, slope)
        known = (design, offset, chosen, weight, mean, spread)
        here, size = log_posterior(theta, *known), 1.0
        while size > 1e-10 and log_posterior(theta + size * step, *known) < here:
            size /= 2.0
        theta = theta + size * step
        if np.abs(step).max() < 1e-10:
            return ChoiceFit(theta, np.linalg.inv(bend))
    raise DidNotConverge("the fit of the responses did not reach its optimum")
