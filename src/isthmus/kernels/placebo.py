"""Intervals from placebos for an effect on one unit, and how fast an effect fades."""

from __future__ import annotations

import math

import numpy as np

from isthmus.errors import BadInput
from isthmus.kernels.arrays import Array

LEVEL = 0.95


def placebo_interval(
    effect: Array, placebos: Array, *, level: float = LEVEL
) -> tuple[Array, Array]:
    """Return the values of an effect that placebos do not make unusual.

    With one treated unit, errors clustered by unit do not exist. If the unit's own error is drawn
    like those of the placebos, ``effect - x_(m + 1 - k)`` to ``effect - x_(k)`` with
    ``k = floor((1 - level) (m + 1) / 2)`` covers the true effect with probability
    ``1 - 2 k / (m + 1)``, exactly and for any distribution.

    Parameters
    ----------
    effect : array, shape (H,)
        Estimates of the treated unit.
    placebos : array, shape (m, H)
        Estimates of units without an effect.
    level : float
        Between 0 and 1.

    Returns
    -------
    low, high : array, shape (H,)
        NaN where the placebos are too few for the level.

    Raises
    ------
    BadInput
        For a level outside (0, 1), or shapes that do not fit.

    References
    ----------
    Conley, T. G., Taber, C. R. (2011), Inference with "difference in differences" with a small
    number of policy changes, Review of Economics and Statistics 93(1).
    """
    if placebos.ndim != 2 or placebos.shape[1:] != effect.shape:
        raise BadInput("placebos must have one column per effect", where="placebos")
    low, high = inner_range(placebos, level=level)
    return effect - high, effect - low


def inner_range(draws: Array, *, level: float = LEVEL) -> tuple[Array, Array]:
    """Return the k-th lowest and highest of some draws, k as in `placebo_interval`.

    Parameters
    ----------
    draws : array, shape (m, H)
        One column per quantity; may hold infinite values.
    level : float
        Between 0 and 1.

    Returns
    -------
    low, high : array, shape (H,)
        NaN where the draws are too few for the level.

    Raises
    ------
    BadInput
        For a level outside (0, 1).
    """
    if not 0.0 < level < 1.0:
        raise BadInput(f"a level of {level:g} does not lie in (0, 1)", where="level")
    m = len(draws)
    # 0.05 / 2 * 40 is 0.99999 in floating point
    k = int(np.floor((1.0 - level) * (m + 1) / 2.0 + 1e-9))
    if k < 1:
        missing = np.full(draws.shape[1:], np.nan)
        return missing, missing.copy()
    ordered = np.sort(draws, axis=0)
    return ordered[k - 1], ordered[m - k]


def half_life(path: Array) -> tuple[int, float]:
    """Return where a fall is deepest, and the steps from there until half of it is left.

    Between two steps the fall is taken to fade at a constant rate, so that an exponential path has
    its own half-life exactly; where the later one is no fall any more, on a straight line.

    Parameters
    ----------
    path : array, shape (H,)
        Effects by step, finite and of any size; a fall is negative.

    Returns
    -------
    peak : int
        Position of the lowest value; -1 where no value is negative.
    steps : float
        NaN where less than half is recovered within the path, or nothing fell.
    """
    if len(path) == 0 or not (path < 0).any():
        return -1, np.nan
    peak = int(np.argmin(path))
    deepest = float(path[peak])
    left = np.minimum(path[peak:], 0.0) / deepest
    done = np.flatnonzero(left <= 0.5)
    if not len(done):
        return peak, np.nan
    h = int(done[0])
    before, after = float(left[h - 1]), float(path[peak + h])
    if after < 0:
        part = math.log(before / 0.5) / _log_ratio(float(path[peak + h - 1]), after)
    else:
        part = (before - 0.5) / (before + after / -deepest)
    return peak, h - 1 + part


def _log_ratio(above: float, below: float) -> float:
    """Return log(above / below) of two numbers of one sign whose ratio may exceed all floats."""
    (a, p), (b, q) = math.frexp(above), math.frexp(below)
    return math.log(a / b) + (p - q) * math.log(2.0)
