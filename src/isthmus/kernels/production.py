"""A multi-stage line with stocks and lead times, week by week, for many draws at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from isthmus.kernels.arrays import Array, Ints, Mask
from isthmus.kernels.production_chain import (
    LINES,
    ProductionChain,
    capacity,
    explode,
    usual_flow,
)

EPS = 1e-9
"""Relative gap below which two flows count as equal."""

NONE = -1
"""No cause: nothing is short."""


@dataclass(frozen=True, slots=True)
class ProductionCourse:
    """What happened.

    Attributes
    ----------
    tracked : (K,) array of int
        Items that somebody wants.
    made, planned : (T, K, D) arrays
        Good units begun per week, and what the wishes ask for.
    cause : (T, K, D) array of int
        What held an item down: -1 nothing, i the capacity of item i, I + i the lead time of item i.
    delivered, open : (T, W, D) arrays
        Units delivered per week, and what stays on order, or is lost, at the end of it.
    stock : (I, D) array
        Stocks at the end.
    balance : float
        Largest gap between what came in and what went out, relative to what was used.
    """

    tracked: Ints
    made: Array
    planned: Array
    cause: NDArray[np.int16]
    delivered: Array
    open: Array
    stock: Array
    balance: float


@dataclass(slots=True)
class _State:
    hold: Array
    stock: Array
    pipe: Array
    ring: Array
    backlog: Array
    last: NDArray[np.int16]
    came: Array
    went: Array


def simulate(
    chain: ProductionChain, *, check: Callable[[int], None] | None = None
) -> ProductionCourse:
    """Run the line week by week.

    Orders of an item cover what its users want and can take until new units of it have come, what
    they want to hold, and what normal use takes meanwhile. What is short is shared in proportion
    among users of one priority; what a user cannot use for want of another input goes to others.

    Parameters
    ----------
    chain : ProductionChain
        The chain; T weeks, I items, D draws.
    check : callable, optional
        Called with each week before it runs (progress, cancel).

    Returns
    -------
    ProductionCourse
        With the balance of goods.
    """
    weeks, items, draws = chain.shape
    tracked = np.unique(chain.wish_item)
    made = np.zeros((weeks, len(tracked), draws))
    planned = np.zeros_like(made)
    cause = np.full(made.shape, NONE, np.int16)
    delivered, open_ = np.zeros(chain.wish.shape), np.zeros(chain.wish.shape)
    layout = _Layout.of(chain)
    rate = explode(chain, chain.wish[0])
    state = _first(chain)
    begun = state.stock + state.pipe
    for week in range(weeks):
        if check is not None:
            check(week)
        if week and not np.array_equal(chain.wish[week], chain.wish[week - 1]):
            rate = explode(chain, chain.wish[week])
        _arrive(chain, state, week)
        run, wanted, most = _orders(chain, layout, state, rate, week)
        asked = state.backlog + chain.wish[week]
        start, sent, scarce = _share(chain, layout, state, run, asked)
        _book(chain, layout, state, start, sent, week)
        why = _causes(chain, layout, state, run, wanted, most, start, scarce)
        rest = np.maximum(asked - sent, 0.0)
        rest[rest < EPS * asked] = 0.0
        state.backlog = np.where(chain.waits[:, None], rest, 0.0)
        made[week], planned[week] = start[tracked], rate[tracked]
        delivered[week], open_[week] = sent, rest
        behind = np.zeros((items, draws), bool)
        np.logical_or.at(behind, chain.wish_item, rest > 0)
        filling = np.where(behind, np.arange(items)[:, None] + items, NONE)
        cause[week] = np.where(why >= 0, why, filling)[tracked]
    gap = begun + state.came - state.went - state.stock - state.pipe
    scale = np.maximum(begun + state.came, 1e-300)
    balance = float(np.abs(gap / scale).max(initial=0.0))
    return ProductionCourse(tracked, made, planned, cause, delivered, open_, state.stock, balance)


@dataclass(frozen=True, slots=True)
class _Layout:
    """Edges by item, and who is served in which order."""

    inputs: tuple[tuple[int, ...], ...]
    users: tuple[tuple[int, ...], ...]
    classes: tuple[tuple[tuple[tuple[int, ...], tuple[int, ...]], ...], ...]
    passes: int
    ahead: Array
    """Weeks of full work of its user for which an item is ordered: this one, and those that pass
    until what goes into it has come, (I, D)."""
    at_once: tuple[Mask | None, ...]
    """Draws in which an item arrives in the week in which it is begun; None where in none."""

    @staticmethod
    def of(chain: ProductionChain) -> _Layout:
        items = range(chain.shape[1])
        inputs = tuple(tuple(map(int, np.flatnonzero(chain.user == i))) for i in items)
        users = tuple(tuple(map(int, np.flatnonzero(chain.used == i))) for i in items)
        classes = []
        for i in items:
            wishes = [int(w) for w in np.flatnonzero(chain.wish_item == i)]
            ranks = sorted(
                {*(int(chain.priority[w]) for w in wishes), *([LINES] if users[i] else [])}
            )
            classes.append(
                tuple(
                    (
                        users[i] if rank == LINES else (),
                        tuple(w for w in wishes if chain.priority[w] == rank),
                    )
                    for rank in ranks
                )
            )
        shared = any(
            len(u) + sum(len(c[1]) for c in k) > 1 for u, k in zip(users, classes, strict=True)
        )
        ahead = np.asarray(1.0 + chain.lead, dtype=np.float64)
        for i in items:
            for e in inputs[i]:
                ahead[i] = np.maximum(ahead[i], chain.lead[i] + ahead[chain.used[e]])
        now = tuple(late == 0 if (late == 0).any() else None for late in chain.lead)
        return _Layout(inputs, users, tuple(classes), 3 if shared else 1, ahead, now)


def _first(chain: ProductionChain) -> _State:
    """Return the state before the first week: normal flow under way, as far as capacity goes."""
    _, items, draws = chain.shape
    flow = usual_flow(chain)
    slots = int(chain.lead.max(initial=0)) + 1
    ring = np.where(np.arange(slots)[:, None, None] < chain.lead, flow, 0.0)
    zero = np.zeros((items, draws))
    last = np.full((items, draws), NONE, np.int16)
    backlog = np.zeros(chain.wish.shape[1:])
    hold, stock = chain.hold.copy(), chain.stock.copy()
    return _State(hold, stock, ring.sum(axis=0), ring, backlog, last, zero, zero.copy())


def _arrive(chain: ProductionChain, state: _State, week: int) -> None:
    slot = state.ring[week % len(state.ring)]
    state.stock += slot
    state.pipe -= slot
    slot[:] = 0.0
    if week in chain.gifts:
        state.hold += chain.gifts[week]
        state.stock += chain.gifts[week]
        state.came += chain.gifts[week]


def _orders(
    chain: ProductionChain, layout: _Layout, state: _State, rate: Array, week: int
) -> tuple[Array, Array, Array]:
    """Return what every line is to make, what is wanted of it, and its capacity: (I, D) each."""
    most = capacity(chain, week)
    wanted = state.hold + chain.lead * rate - state.stock - state.pipe
    for w, item in enumerate(chain.wish_item):
        wanted[item] += state.backlog[w] + chain.wish[week, w]
    run = np.empty_like(wanted)
    for i in range(len(wanted) - 1, -1, -1):
        np.maximum(wanted[i], 0.0, out=wanted[i])
        np.minimum(wanted[i], most[i], out=run[i])
        for e in layout.inputs[i]:
            j = chain.used[e]
            wanted[j] += chain.need[e] * np.minimum(wanted[i], most[i] * layout.ahead[j])
    return run, wanted, most


def _share(
    chain: ProductionChain, layout: _Layout, state: _State, run: Array, asked: Array
) -> tuple[Array, Array, dict[int, NDArray[np.int16]]]:
    """Make and deliver what inputs allow; return starts, deliveries and the scarcest input."""
    start, sent = np.zeros_like(run), np.zeros_like(asked)
    scarce: dict[int, NDArray[np.int16]] = {}
    for turn in range(layout.passes):
        fill: dict[int, Array] = {}
        rest = run if turn == 0 else _usable(chain, layout, state, run, start)
        if turn and not (rest > EPS * run).any() and (asked - sent <= EPS * asked).all():
            break
        for i in range(len(run)):
            more = rest[i]
            if layout.inputs[i]:
                ratio, which = _scarcest([fill[e] for e in layout.inputs[i]], layout.inputs[i])
                more = more * ratio
                if turn == 0:
                    scarce[i] = which
            _make(chain, layout, state, i, more)
            start[i] += more
            _grant(chain, layout, state, i, rest, asked, sent, fill)
    return start, sent, scarce


def _usable(
    chain: ProductionChain, layout: _Layout, state: _State, run: Array, start: Array
) -> Array:
    """Return what lines could still make of what is left of inputs that get no more this week."""
    rest = run - start
    done = (chain.lead > 0) | (rest <= EPS * run)
    for i, edges in enumerate(layout.inputs):
        for e in edges:
            j = chain.used[e]
            left = np.maximum(state.stock[j], 0.0) / np.maximum(chain.need[e], 1e-300)
            rest[i] = np.where(done[j], np.minimum(rest[i], left), rest[i])
    return rest


def _scarcest(fills: Sequence[Array], edges: Sequence[int]) -> tuple[Array, NDArray[np.int16]]:
    ratio = fills[0].copy()
    which = np.full(ratio.shape, edges[0], np.int16)
    for fill, edge in zip(fills[1:], edges[1:], strict=True):
        lower = fill < ratio
        ratio[lower] = fill[lower]
        which[lower] = edge
    return ratio, which


def _make(chain: ProductionChain, layout: _Layout, state: _State, i: int, more: Array) -> None:
    for e in layout.inputs[i]:
        state.stock[chain.used[e]] -= chain.need[e] * more
    now = layout.at_once[i]
    if now is not None:
        state.stock[i] += np.where(now, more, 0.0)


def _grant(
    chain: ProductionChain,
    layout: _Layout,
    state: _State,
    i: int,
    rest: Array,
    asked: Array,
    sent: Array,
    fill: dict[int, Array],
) -> None:
    """Share the stock of an item among its users, by priority; deliver what buyers get."""
    left = np.maximum(state.stock[i], 0.0)
    for edges, wishes in layout.classes[i]:
        total = np.zeros(left.shape)
        for e in edges:
            total += chain.need[e] * rest[chain.user[e]]
        opens = [asked[w] - sent[w] for w in wishes]
        for open_ in opens:
            total += open_
        ratio = np.ones(left.shape)
        np.divide(left, total, out=ratio, where=total > left)
        left = np.maximum(left - ratio * total, 0.0)
        fill.update(dict.fromkeys(edges, ratio))
        for w, open_ in zip(wishes, opens, strict=True):
            gone = ratio * open_
            sent[w] += gone
            state.stock[i] -= gone


def _book(
    chain: ProductionChain, layout: _Layout, state: _State, start: Array, sent: Array, week: int
) -> None:
    """Put what was begun on its way and count what came and went in this week."""
    under_way = np.where(chain.lead > 0, start, 0.0)
    slots = (week + chain.lead) % len(state.ring)
    items, draws = np.ogrid[: start.shape[0], : start.shape[1]]
    state.ring[slots, items, draws] += under_way
    state.pipe += under_way
    state.came += start
    for e, j in enumerate(chain.used):
        state.went[j] += chain.need[e] * start[chain.user[e]]
    for w, item in enumerate(chain.wish_item):
        state.went[item] += sent[w]


def _causes(
    chain: ProductionChain,
    layout: _Layout,
    state: _State,
    run: Array,
    wanted: Array,
    most: Array,
    start: Array,
    scarce: dict[int, NDArray[np.int16]],
) -> NDArray[np.int16]:
    """Return what holds each item down, followed to where it begins, (I, D)."""
    items = len(run)
    why = np.where(wanted > most * (1 + EPS), np.arange(items, dtype=np.int16)[:, None], NONE)
    why = why.astype(np.int16)
    draws = np.arange(run.shape[1])
    below = np.asarray(start < run * (1 - EPS))
    full = np.asarray(state.stock >= state.hold * (1 - EPS))
    some = np.asarray(below.any(axis=1))
    for i in range(items):
        if some[i] and i in scarce:
            source = chain.used[scarce[i]]
            behind = state.last[source, draws]
            begins = np.where(behind >= 0, behind, items + source)
            why[i] = np.where(below[i], begins, why[i])
        kept = np.where(full[i], NONE, state.last[i])
        state.last[i] = np.where(why[i] >= 0, why[i], kept)
    return why
