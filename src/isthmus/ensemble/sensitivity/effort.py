"""How much is run, and when it is enough."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Effort:
    """How much is run, and when it is enough.

    Parameters
    ----------
    blocks : int, optional
        Blocks of samples to begin with, a power of two for Sobol: of d + 2 samples for Sobol, of
        d + 1 for Morris. 64 and 16 when not given.
    precision : float, optional
        Half width of the widest confidence interval at which to stop: of an index; for Morris as
        a share of the largest effect on the same answer. One round when not given.
    most : int, optional
        Blocks at which to stop in any case; 64 times `blocks` when not given.
    confidence : float
        Share that the intervals cover.
    resamples : int
        Bootstrap resamples.
    """

    blocks: int | None = None
    precision: float | None = None
    most: int | None = None
    confidence: float = 0.95
    resamples: int = 1000
