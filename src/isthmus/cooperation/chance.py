"""Draws by name: a number has the same draws whatever stands beside it, and in any order."""

from __future__ import annotations

from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from isthmus.scenario.amounts import Amount

Array = NDArray[np.float64]


def uniform(name: str, draws: int, seed: int) -> Array:
    """Return one point in every nth part of [0, 1], in an order that the name decides, (W,).

    Parameters
    ----------
    name : str
        Place of the number, such as ``"tnt-plant.cost.one_off"``.
    draws, seed : int
        Number of draws and seed.
    """
    key = int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), "big")
    rng = np.random.default_rng([seed, key])
    return np.asarray((rng.permutation(draws) + rng.random(draws)) / draws)


def drawn(amount: Amount, name: str, draws: int, seed: int) -> Array:
    """Return draws of a range, (W,)."""
    return amount.at(uniform(name, draws, seed))


def normal(name: str, draws: int, seed: int) -> Array:
    """Return standard normal draws, (W,)."""
    from scipy.special import ndtri

    return np.asarray(ndtri(uniform(name, draws, seed)))
