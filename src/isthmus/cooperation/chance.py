"""Draws by name: a number has the same draws whatever stands beside it, and in any order."""

from __future__ import annotations

from functools import lru_cache
from hashlib import blake2b

import numpy as np

from isthmus.kernels.arrays import Array
from isthmus.scenario.amounts import RangedAmount


@lru_cache(maxsize=4096)
def uniform(name: str, draws: int, seed: int) -> Array:
    """Return one point in every nth part of [0, 1], in an order that the name decides, (W,).

    Parameters
    ----------
    name : str
        Place of the number, such as ``"tnt-plant.cost.one_off"``.
    draws, seed : int
        Number of draws and seed.

    Returns
    -------
    (W,) array
        Not to be written to: every caller gets the same one.
    """
    key = int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), "big")
    rng = np.random.default_rng([seed, key])
    points: Array = (rng.permutation(draws) + rng.random(draws)) / draws
    points.flags.writeable = False
    return points


def drawn(amount: RangedAmount, name: str, draws: int, seed: int) -> Array:
    """Return draws of a range, (W,)."""
    return amount.at(uniform(name, draws, seed))


def normal(name: str, draws: int, seed: int) -> Array:
    """Return standard normal draws, (W,)."""
    from scipy.special import ndtri

    return np.asarray(ndtri(uniform(name, draws, seed)))
