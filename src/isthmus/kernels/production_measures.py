"""Measures of a course of production: when a line stops, who gets what of an input."""

from __future__ import annotations

import numpy as np

from isthmus.kernels.arrays import Array
from isthmus.kernels.production import ProductionCourse
from isthmus.kernels.production_chain import ProductionChain, through

WEEK = 7.0
"""Days in a week."""


def stop_day(made: Array, planned: Array, below: float, usual: float | Array = 1.0) -> Array:
    """Return the day on which a line first falls below a share of what is planned.

    Inside a week the line is taken to run at the rate of the week before until an input is used
    up, and at that of the week after from then on: a line whose input lasted for three of seven
    days made 3/7 of its week.

    Parameters
    ----------
    made, planned : (T, D) arrays
        Units per week.
    below : float
        Share of the plan below which the line counts as stopped.
    usual : float or (D,) array
        Share of the plan that was made before the first week.

    Returns
    -------
    (D,) array
        Days from the start; infinite where it never stops.
    """
    draws = made.shape[1]
    share = np.clip(np.divide(made, planned, out=np.ones_like(made), where=planned > 0), 0.0, 1.0)
    low = share < below * (1 - 1e-9)
    # Row 0 stands for the time before, and one row behind the end for the time after.
    whole = np.vstack([np.broadcast_to(usual, (1, draws)), share, np.zeros((1, draws))])
    first = np.where(low.any(axis=0), low.argmax(axis=0), 0) + 1
    here = np.arange(draws)
    # The input ran out in the week before where that one was below its own week before.
    dropped = (first > 1) & (
        whole[first - 1, here] < whole[np.maximum(first - 2, 0), here] * (1 - 1e-9)
    )
    week = np.where(dropped, first - 1, first)
    before, now, after = (whole[week + k, here] for k in (-1, 0, 1))
    after = np.where((after <= now) & (after < below), after, 0.0)
    part = np.clip((now - after) / np.maximum(before - after, 1e-12), 0.0, 1.0)
    return np.where(low.any(axis=0), WEEK * (week - 1 + part), np.inf)


def taken_by(chain: ProductionChain, course: ProductionCourse, item: int) -> tuple[Array, Array]:
    """Return what the making of a tracked item took of every item, and what the plan asked.

    Parameters
    ----------
    chain : ProductionChain
        The chain.
    course : ProductionCourse
        Its run.
    item : int
        Position of the item among those tracked.

    Returns
    -------
    taken, asked : (I, D) arrays
        Units over the whole run; of what was made of the item itself, and planned for it.
    """
    both = []
    for flow in (course.made, course.planned):
        total = np.zeros(course.stock.shape)
        total[course.tracked[item]] = flow[:, item].sum(axis=0)
        both.append(through(chain, total))
    return both[0], both[1]
