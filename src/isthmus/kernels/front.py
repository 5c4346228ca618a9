"""What is not dominated: every option listed, and exact fronts of sums by integer programmes."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from isthmus.errors import BadInput, DidNotConverge
from isthmus.kernels.arrays import Array, Mask

STEP = 1e-5
"""Difference in gain or cost, over the largest of one action, that counts as one; above the
feasibility tolerance of the solver."""


def not_dominated(values: ArrayLike) -> Mask:
    """Tell which options no other is at least as good as in every column and better in one.

    Parameters
    ----------
    values : (N, M) array
        Larger is better in every column; NaN stands for a column that is not measured of an
        option, and compares with nothing.

    Returns
    -------
    (N,) array of bool
    """
    v = np.asarray(values, float)
    keep = np.ones(len(v), bool)
    for i, mine in enumerate(v):
        same = np.isnan(v) == np.isnan(mine)
        as_good = ((v >= mine) | np.isnan(mine)) & same
        better = (v > mine) & same
        keep[i] = not (as_good.all(axis=1) & better.any(axis=1)).any()
    return keep


def share_not_dominated(values: ArrayLike) -> Array:
    """Return the share of draws in which each option is not dominated.

    Parameters
    ----------
    values : (W, N, M) array
        As for `not_dominated`, by draw.
    """
    return np.asarray(np.mean([not_dominated(v) for v in np.asarray(values, float)], axis=0))


def epsilon_front(
    gain: ArrayLike, cost: ArrayLike, excludes: ArrayLike = ()
) -> list[tuple[tuple[int, ...], float, float]]:
    """Return every set of actions whose gain cannot be had at less cost, cheapest first.

    Gains and costs add up; each step finds the largest gain below the cost of the set before, then
    the least cost for that gain (epsilon-constraint, both exact).

    Parameters
    ----------
    gain, cost : (n,) array
        Of each action, not negative.
    excludes : (k, 2) array of int
        Pairs of actions that cannot stand together.

    Returns
    -------
    list of (places, gain, cost)

    Raises
    ------
    BadInput
        When a gain or cost is negative.
    DidNotConverge
        When a programme is not solved to its optimum.

    References
    ----------
    Haimes, Y., Lasdon, L., Wismer, D. (1971). IEEE Transactions on Systems, Man, and Cybernetics.
    """
    g, c = np.asarray(gain, float), np.asarray(cost, float)
    if (g < 0.0).any() or (c < 0.0).any():
        raise BadInput("gains and costs must not be negative", where="gain, cost")
    pairs = np.asarray(excludes, int).reshape(-1, 2)
    apart = np.zeros((len(pairs), len(g)))
    for row, pair in enumerate(pairs):
        apart[row, pair] = 1.0
    unit = max(float(g.max(initial=0.0)), 1.0), max(float(c.max(initial=0.0)), 1.0)
    g, c = g / unit[0], c / unit[1]
    found: list[tuple[tuple[int, ...], float, float]] = []
    limit = float(c.sum())
    while limit >= 0.0:
        most = _choose(-g, apart, c, -np.inf, limit)
        best = float(g @ most)
        cheap = _choose(c, apart, g, best - STEP, np.inf)
        price = float(c @ cheap)
        found.append((tuple(map(int, np.flatnonzero(cheap))), float(g @ cheap), price))
        limit = min(price, limit) - STEP
    return [(places, gained * unit[0], paid * unit[1]) for places, gained, paid in found[::-1]]


def _choose(aim: Array, apart: Array, row: Array, low: float, high: float) -> Array:
    """Return the 0/1 choice with the least `aim` for which ``low <= row x <= high``."""
    from scipy.optimize import Bounds, LinearConstraint, milp

    rules = [LinearConstraint(row[None], low, high)]
    if len(apart):
        rules.append(LinearConstraint(apart, -np.inf, 1.0))
    done = milp(
        aim,
        constraints=rules,
        bounds=Bounds(0.0, 1.0),
        integrality=np.ones(len(aim)),
        options={"mip_rel_gap": 0.0},
    )
    if done.status != 0:
        raise DidNotConverge(f"the choice of actions was not solved: {done.message}")
    return np.asarray(np.round(done.x))
