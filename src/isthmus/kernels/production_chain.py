"""A line as arrays: what is made of what, where, and who wants it; capacity and normal flow."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from isthmus.kernels.arrays import Array, Ints, Mask

LINES = 2
"""Priority of the lines that use an item, among the wishes of buyers."""


@dataclass(frozen=True, slots=True)
class ProductionChain:
    """What is made of what, where, and who wants it.

    Attributes
    ----------
    lead : (I, D) array of int
        Weeks from start to arrival; items stand in an order in which inputs come first.
    hold : (I, D) array
        Stock that the users of an item want to hold beyond what is under way.
    stock : (I, D) array
        Stock at the start.
    user, used : (E,) arrays of int
        Item that takes, item that is taken; ``used < user``.
    need : (E, D) array
        Units of `used` per good unit of `user`.
    plant_item : (P,) array of int
        Item of each plant. An item without a plant is never short of capacity.
    size, opens, ramp : (P, D) arrays
        Good units per week at full rate; week of opening (-inf: runs already); weeks to full rate.
    running : (T, P) array
        Share of a plant that no stop takes away in a week.
    wish_item : (W,) array of int
        Item of each wish.
    wish : (T, W, D) array
        Units wanted per week.
    waits : (W,) array of bool
        Whether what is not delivered stays on order.
    priority : (W,) array of int
        1 is served first; lines have `LINES`.
    gifts : mapping of week to (I, D) array
        Units that arrive from outside: a stock that is built, and held from then on.
    before : (W, D) array, optional
        Units wanted per week before the first one; those of the first week by default.
    """

    lead: Ints
    hold: Array
    stock: Array
    user: Ints
    used: Ints
    need: Array
    plant_item: Ints
    size: Array
    opens: Array
    ramp: Array
    running: Array
    wish_item: Ints
    wish: Array
    waits: Mask
    priority: Ints
    gifts: dict[int, Array] = field(default_factory=dict)
    before: Array | None = None

    @property
    def shape(self) -> tuple[int, int, int]:
        """Weeks, items, draws."""
        return self.wish.shape[0], self.lead.shape[0], self.lead.shape[1]


def explode(chain: ProductionChain, wanted: Array) -> Array:
    """Return how much of every item wishes take in all.

    Parameters
    ----------
    chain : ProductionChain
        The chain.
    wanted : (W, D) array
        Units per week by wish.

    Returns
    -------
    (I, D) array
        Units per week by item.
    """
    _, items, draws = chain.shape
    total = np.zeros((items, draws))
    for w, item in enumerate(chain.wish_item):
        total[item] += wanted[w]
    return through(chain, total)


def through(chain: ProductionChain, total: Array) -> Array:
    """Add to `total` (I, D), in place, what making it takes of every item; return it."""
    for e in np.argsort(-chain.user, kind="stable"):
        total[chain.used[e]] += chain.need[e] * total[chain.user[e]]
    return total


def usual_flow(chain: ProductionChain) -> Array:
    """Return what was made of every item per week before the first one, (I, D).

    What was wanted then, as far as the plants of the first week make it without any stop.
    """
    wanted = chain.wish[0] if chain.before is None else chain.before
    calm = np.ones_like(chain.running[:1])
    most = capacity(replace(chain, running=calm), 0)
    return np.minimum(explode(chain, wanted), most)


def capacity(chain: ProductionChain, week: int) -> Array:
    """Return the capacity of every item in a week, (I, D); infinite without a plant."""
    _, items, draws = chain.shape
    since = week + 1 - chain.opens
    level = np.clip(since, 0.0, 1.0)
    ramping = chain.ramp > 0
    np.minimum(
        level, np.clip(since / np.where(ramping, chain.ramp, 1.0), 0, 1), out=level, where=ramping
    )
    flow = chain.size * level * chain.running[week][:, None]
    total = np.zeros((items, draws))
    for plant, item in enumerate(chain.plant_item):
        total[item] += flow[plant]
    total[np.bincount(chain.plant_item, minlength=items) == 0] = np.inf
    return total
