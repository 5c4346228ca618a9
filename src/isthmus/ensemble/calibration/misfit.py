"""How far the model is off out of sample, and ranges that hold it.

Observed = model x exp(sigma e) with e standard normal; sigma is the root mean square of the
logarithms of observed over predicted median, each predicted without its own episode.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from isthmus.kernels import population as kernel
from isthmus.kernels.arrays import Array

POINTS = 201
"""Points that stand for a distribution."""


def sigma_of(residuals: Array) -> float:
    """Return the root mean square of residuals in logarithms; 0 of none."""
    return float(np.sqrt(np.mean(residuals**2))) if residuals.size else 0.0


def residuals_of(observed: Array, median: Array) -> Array:
    """Return logarithms of observed over predicted; a prediction of nothing counts as tiny."""
    floor = kernel.TINY * observed
    return np.asarray(np.log(observed / np.maximum(median, floor)))


def normal_factors(sigma: float) -> Array | None:
    """Return points that stand for exp(sigma e) with e standard normal; None of no spread."""
    from scipy.special import ndtri

    return np.asarray(np.exp(sigma * ndtri(_middles()))) if sigma > 0.0 else None


def uniform_factors(width: float) -> Array:
    """Return points that stand for exp(e) with e uniform from -width to width.

    A draw is accepted for every observation that lies within the tolerance of its answer: read as
    an error of the model and of what was observed together, it is uniform (Wilkinson 2013,
    Statistical Applications in Genetics and Molecular Biology 12(2), 129-141).
    """
    return np.asarray(np.exp(width * (2.0 * _middles() - 1.0)))


def _middles() -> Array:
    return np.asarray((np.arange(POINTS) + 0.5) / POINTS)


def predicted(
    model: Array, weight: Array, levels: Sequence[float], factors: Array | None = None
) -> Array:
    """Return weighted quantiles of the model's answers times factors of equal weight.

    Parameters
    ----------
    model, weight : float64[n]
        What the draws give, and their weights.
    levels : sequence of float
        Probabilities.
    factors : float64[k], optional
        None for what the model alone says.
    """
    if factors is None:
        return kernel.weighted_quantile(model, weight, levels)
    spread = (model[:, None] * factors[None, :]).reshape(-1)
    return kernel.weighted_quantile(spread, np.repeat(weight / len(factors), len(factors)), levels)


def misfit_share(model: Array, sigma: float) -> float | None:
    """Return the part of the variance in logarithms that is misfit; None if a draw has none."""
    if not (model > 0).all():
        return None
    whole = float(np.var(np.log(model))) + sigma**2
    return sigma**2 / whole if whole > 0 else 0.0
