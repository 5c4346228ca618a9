"""Losses times a factor, cut so that no economy loses more than it makes."""

from __future__ import annotations

import numpy as np

from isthmus.ensemble.losses import Losses
from isthmus.kernels.arrays import Array


def within(run: Losses, party: str, factor: Array) -> Array:
    """Return a factor of losses as things are, cut so that no economy loses more than it makes.

    Parameters
    ----------
    run : Losses
        Recorded losses; the first level is as things are.
    party : str
        Whose loss is multiplied.
    factor : (W,) array
        Above 0, by draw.

    Returns
    -------
    (W,) array
        The factor, smaller where some economy would lose more than its value added in a window.
    """
    places = run.places(party)
    lost = run.lost[:, 0, places]
    weight = run.base[places][:, None] * run.lengths
    over = np.maximum(lost * factor[:, None, None] - np.maximum(lost, 1.0), 0.0)
    cut = np.einsum("wij,ij->w", over, weight)
    whole = np.einsum("wij,ij->w", lost, weight)
    held = (cut > 0.0) & (whole > 0.0)
    return np.asarray(factor - np.divide(cut, whole, out=np.zeros_like(cut), where=held))
