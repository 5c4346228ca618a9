"""The smallest payments between parties with which each of them gains."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from isthmus.kernels.arrays import Array

OUTSIDE = 2.0
"""Weight of money from outside over payments between parties: it is the last resort."""

EDGE = 1e-8
"""Part of the largest need below which a payment is none: the solver's tolerance."""


class Payments(NamedTuple):
    """What moves.

    Attributes
    ----------
    net : (n,) array
        What each party receives, less what it pays.
    moved : float
        Sum of what is received.
    outside : float
        Part of it that no party can pay without losing.
    """

    net: Array
    moved: float
    outside: float


def needed(balance: Array, share: float) -> Array:
    """Return what parties must receive, fixed beforehand, to lose nothing in a share of draws.

    Below 0 where a party gains in more draws: what it can pay at most.

    Parameters
    ----------
    balance : (n, W) array
        What each party gains without payments, by draw.
    share : float
        Of the draws, above 0 and at most 1.
    """
    draws = balance.shape[1]
    place = draws - int(np.ceil(share * draws - 1e-9))
    return np.asarray(-np.sort(balance, axis=1)[:, place])


def smallest_payments(need: ArrayLike) -> Payments:
    """Return the smallest payments that give every party what it needs (two linear programmes).

    With u received, v paid and z from outside: least ``sum u + 2 z`` with ``u - v >= need`` and
    ``sum u = sum v + z``; of all such the one whose payers give the same share of what they can
    spare, where they can: the least s with ``v <= s spare``.

    Parameters
    ----------
    need : (n,) array
        What each party must receive at least; below 0, what it can pay at most.
    """
    from scipy.optimize import linprog

    want = np.asarray(need, float)
    count, size = len(want), float(np.abs(want).max(initial=0.0)) or 1.0
    want = want / size
    spare = np.maximum(-want, 0.0)
    eye, none = np.eye(count), np.zeros((count, 1))
    # u, v, z, s
    enough = np.hstack([-eye, eye, none, none])
    even = np.hstack([np.zeros((count, count)), eye, none, -spare[:, None]])
    equal = np.concatenate([np.ones(count), -np.ones(count), [-1.0, 0.0]])[None]
    price = np.concatenate([np.ones(count), np.zeros(count), [OUTSIDE, 0.0]])
    rows: dict[str, Any] = {
        "A_ub": np.vstack([enough, even]),
        "b_ub": np.concatenate([-want, np.zeros(count)]),
    }
    rows |= {"A_eq": equal, "b_eq": np.zeros(1), "method": "highs"}
    bounds = [(0.0, None)] * (2 * count + 1) + [(0.0, 1.0)]
    least = linprog(price, bounds=bounds, **rows).fun
    rows["A_ub"] = np.vstack([rows["A_ub"], price[None]])
    rows["b_ub"] = np.append(rows["b_ub"], least + 1e-9)
    last = linprog([0.0] * (2 * count + 1) + [1.0], bounds=bounds, **rows).x * size
    net = last[:count] - last[count : 2 * count]
    net = np.where(np.abs(net) > EDGE * size, net, 0.0)
    outside = float(last[2 * count])
    moved = float(np.maximum(net, 0.0).sum())
    return Payments(net, moved, outside if outside > EDGE * size else 0.0)
