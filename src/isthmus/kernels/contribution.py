"""What each player adds to a coalition: alone, last, and on average over all orders."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import combinations
from math import comb

import numpy as np
from numpy.typing import ArrayLike

from isthmus.errors import BadInput
from isthmus.kernels.arrays import Array, Ints

MOST = 16
"""Players whose 2^n coalitions are listed one by one."""


def values_of(players: int, worth: Callable[[tuple[int, ...]], float]) -> Array:
    """Return the worth of every coalition, (2^n,), bit i of the index for player i.

    Raises
    ------
    BadInput
        When there are more than `MOST` players, or the empty coalition has a worth.
    """
    if not 0 < players <= MOST:
        raise BadInput(f"between 1 and {MOST} players can be listed", where="players")
    out = np.zeros(1 << players)
    for size in range(players + 1):
        for members in combinations(range(players), size):
            out[sum(1 << i for i in members)] = worth(members)
    return _checked(out)


def shapley(worth: ArrayLike) -> Array:
    """Return the Shapley value of each player.

    ``sum over S without i of |S|! (n - |S| - 1)! / n! (v(S + i) - v(S))``.

    Parameters
    ----------
    worth : (2^n, ...) array
        Worth of every coalition, bit i of the first index for player i; further axes (draws) are
        kept.

    Returns
    -------
    (n, ...) array
        Sums to the worth of all together.

    References
    ----------
    Shapley, L. S. (1953). A Value for n-Person Games.
    """
    v = _checked(worth)
    n = _players(v)
    sizes = _sizes(n)
    weight = np.array([1.0 / (n * comb(n - 1, size)) for size in range(n)])
    out = np.zeros((n, *v.shape[1:]))
    for i in range(n):
        without = np.flatnonzero((np.arange(len(v)) >> i) & 1 == 0)
        added = v[without | (1 << i)] - v[without]
        out[i] = np.tensordot(weight[sizes[without]], added, axes=1)
    return out


def added_first(worth: ArrayLike) -> Array:
    """Return what each player is worth alone, (n, ...)."""
    v = _checked(worth)
    return np.asarray(v[[1 << i for i in range(_players(v))]])


def added_last(worth: ArrayLike) -> Array:
    """Return what all together lose when a player leaves, (n, ...)."""
    v = _checked(worth)
    full = len(v) - 1
    return np.asarray(np.stack([v[full] - v[full ^ (1 << i)] for i in range(_players(v))]))


def by_product(single: ArrayLike) -> Array:
    """Return the worth of every coalition if shares taken away multiply, (2^n, ...).

    ``v(S) = 1 - prod over i in S of (1 - s_i)``: what one leaves, the next takes its share of.

    Parameters
    ----------
    single : (n, ...) array
        Share that each takes away alone.
    """
    s = np.asarray(single, float)
    left = np.ones((1 << len(s), *s.shape[1:]))
    for i, share in enumerate(s):
        with_it = (np.arange(len(left)) >> i) & 1 == 1
        left[with_it] *= 1.0 - share
    return np.asarray(1.0 - left)


def names_of(mask: int, names: Sequence[str]) -> tuple[str, ...]:
    """Return the names of the players of a coalition."""
    return tuple(name for i, name in enumerate(names) if mask >> i & 1)


def _checked(worth: ArrayLike) -> Array:
    v = np.asarray(worth, float)
    if v.ndim < 1 or len(v) < 2 or len(v) & (len(v) - 1):
        raise BadInput("the worth of every coalition is needed: a power of two", where="worth")
    if np.any(v[0] != 0.0):
        raise BadInput("the empty coalition must be worth nothing", where="worth")
    return v


def _players(v: Array) -> int:
    return len(v).bit_length() - 1


def _sizes(n: int) -> Ints:
    masks = np.arange(1 << n)
    return np.asarray(sum((masks >> i) & 1 for i in range(n)), dtype=np.int64)
