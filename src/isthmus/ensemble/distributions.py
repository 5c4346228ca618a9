"""Quantile functions of the distributions that a range may have."""

from __future__ import annotations

from typing import Any

import numpy as np

from isthmus.kernels.arrays import Array
from isthmus.scenario import Range

_EDGE = 2.0**-53


def quantile(spec: Range, u: Array) -> list[Any]:
    """Return the values of a range at probabilities `u`.

    Parameters
    ----------
    spec : Range
        The distribution and its numbers.
    u : float64[n]
        Probabilities in [0, 1); the very edges are moved in by 2^-53.

    Returns
    -------
    list
        n plain numbers; for a choice n of its alternatives.
    """
    p = np.clip(u, _EDGE, 1.0 - _EDGE)
    if spec.distribution == "choice":
        places = np.minimum((p * len(spec.values)).astype(np.int64), len(spec.values) - 1)
        return [spec.values[k] for k in places]
    low, high, mode = (_number(v) for v in (spec.low, spec.high, spec.mode))
    if spec.distribution == "uniform":
        x = low + (high - low) * p
    elif spec.distribution == "loguniform":
        x = np.exp(np.log(low) + (np.log(high) - np.log(low)) * p)
    elif spec.distribution == "triangular":
        x = _triangular(p, low, mode, high)
    elif spec.distribution == "beta":
        x = _beta(p, spec)
    else:
        x = _normal(p, spec)
    bounds = -np.inf if spec.low is None else low, np.inf if spec.high is None else high
    return [float(v) for v in np.clip(x, *bounds)]


def _number(value: float | None) -> float:
    return np.nan if value is None else float(value)


def _triangular(p: Array, low: float, mode: float, high: float) -> Array:
    width, cut = high - low, (mode - low) / (high - low)
    rising = low + np.sqrt(p * width * (mode - low))
    falling = high - np.sqrt((1.0 - p) * width * (high - mode))
    return np.where(p < cut, rising, falling)


def _beta(p: Array, spec: Range) -> Array:
    from scipy.special import betaincinv

    low, high = (0.0 if spec.low is None else spec.low), (1.0 if spec.high is None else spec.high)
    inside: Array = low + (high - low) * betaincinv(spec.alpha, spec.beta, p)
    return inside


def _normal(p: Array, spec: Range) -> Array:
    """Normal, cut at low and high: the probability between the cuts is spread over [0, 1]."""
    from scipy.special import ndtr, ndtri

    mean, sd = _number(spec.mean), _number(spec.sd)
    first = 0.0 if spec.low is None else float(ndtr((spec.low - mean) / sd))
    last = 1.0 if spec.high is None else float(ndtr((spec.high - mean) / sd))
    inside: Array = mean + sd * ndtri(first + (last - first) * p)
    return inside
