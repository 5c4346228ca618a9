"""How far the model is off out of sample, and ranges that hold it.

Observed = model x exp(sigma e) with e standard normal; sigma is the root mean square of the
logarithms of observed over predicted median, each predicted without its own episode.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from isthmus.kernels import population as kernel

Floats = NDArray[np.float64]

POINTS = 201
"""Points of the normal distribution that stand for it."""


def sigma_of(residuals: Floats) -> float:
    """Return the root mean square of residuals in logarithms; 0 of none."""
    return float(np.sqrt(np.mean(residuals**2))) if residuals.size else 0.0


def residuals_of(observed: Floats, median: Floats) -> Floats:
    """Return logarithms of observed over predicted; a prediction of nothing counts as tiny."""
    floor = kernel.TINY * observed
    return np.asarray(np.log(observed / np.maximum(median, floor)))


def predicted(model: Floats, weight: Floats, levels: Sequence[float], sigma: float = 0.0) -> Floats:
    """Return weighted quantiles of model x exp(sigma e).

    Parameters
    ----------
    model, weight : float64[n]
        What the draws give, and their weights.
    levels : sequence of float
        Probabilities.
    sigma : float
        Misfit in logarithms; 0 for what the model alone says.
    """
    if sigma <= 0.0:
        return kernel.weighted_quantile(model, weight, levels)
    from scipy.special import ndtri

    factor = np.exp(sigma * ndtri((np.arange(POINTS) + 0.5) / POINTS))
    spread = (model[:, None] * factor[None, :]).reshape(-1)
    return kernel.weighted_quantile(spread, np.repeat(weight / POINTS, POINTS), levels)
