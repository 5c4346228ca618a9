"""Draws of every number of a bill: triangular over its range, its own stream for each place."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field

import numpy as np

from isthmus.kernels.arrays import Array
from isthmus.production.amounts import Amount


@dataclass(frozen=True, slots=True)
class Sampler:
    """Numbers of draws that do not depend on what else stands in a file.

    Parameters
    ----------
    draws : int
        How many; a single one takes the value of each number.
    seed : int
        Seed.

    Attributes
    ----------
    held : dict of str to array
        What was drawn of numbers that vary, by place.
    """

    draws: int
    seed: int
    held: dict[str, Array] = field(default_factory=dict, compare=False, repr=False)

    def of(self, place: str, amount: Amount | None, unit: str, absent: float = 0.0) -> Array:
        """Return draws of a number in `unit`, or `absent` everywhere without one.

        Latin hypercube over the triangular distribution with the value as its mode.
        """
        if amount is None:
            return np.full(self.draws, absent)
        factor = amount.factor(unit)
        if factor is None:
            raise ValueError(f"{place}: {amount.unit} is not {unit}")
        low, mode, high = amount.bottom, amount.value, amount.top
        if self.draws == 1 or low == high:
            return np.full(self.draws, mode * factor)
        stream = np.random.default_rng([self.seed, zlib.crc32(place.encode())])
        u = (stream.permutation(self.draws) + stream.random(self.draws)) / self.draws
        below = (mode - low) / (high - low)
        rising = low + np.sqrt(u * (high - low) * (mode - low))
        falling = high - np.sqrt((1 - u) * (high - low) * (high - mode))
        found = np.where(u < below, rising, falling) * factor
        self.held[place] = found
        return found
