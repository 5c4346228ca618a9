"""Choice with noise: better answers are likelier, none is certain."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from isthmus.errors import BadInput

Array = NDArray[np.float64]


def quantal_response(utility: Array, noise: float) -> Array:
    """Return ``exp(U_r/lambda) / sum``, the probability of each response.

    Parameters
    ----------
    utility : array, shape (..., R)
        U of each response.
    noise : float
        lambda > 0; towards 0 the best response is certain, towards infinity all are equally likely.

    Returns
    -------
    array, shape (..., R)
        Probabilities; sum to one over the last axis.

    Raises
    ------
    BadInput
        When lambda is not positive or a utility not finite.

    References
    ----------
    McKelvey, R. D., Palfrey, T. R. (1995), Games and Economic Behavior 10(1).
    """
    U = np.asarray(utility, dtype=np.float64)
    if not noise > 0 or not np.isfinite(U).all():
        raise BadInput("utilities must be finite and the noise positive", where="noise")
    scaled = (U - U.max(axis=-1, keepdims=True)) / noise
    weight = np.exp(scaled)
    return np.asarray(weight / weight.sum(axis=-1, keepdims=True))
