"""What a day of the disruption model does before deliveries, one economy at a time, for numba.

The same operations in the same order as the array form, rounded once each: the results agree with
it to the last bit. All that happens to the industries of an economy is done while their numbers are
in the cache; what only the next step reads is written to room for one economy.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from isthmus.kernels.disruption_bind import bind


class Rules(NamedTuple):
    """What holds for all days of a run.

    Attributes
    ----------
    initial : (n,) array
        Output at the start.
    weights : (m, n) array
        In double precision: what share of capacity losses take at full severity.
    over_base, calm : scalars of the type of all numbers
        As in `Behaviour`.
    over_max, over_tau, climb, defer_days, catch_up, ration, alt, fixed : (B,) arrays
        As in `Choices`; `climb` is the largest rise of overproduction in a day.
    shares : (3, B) array
        `plan`, `output`, `demand` of `Choices`.
    tech, bar, per_day, need, sigma, cap, lift, turn, defer
        As in `bind`.
    from_start, all_alt, by_plan, by_demand, deferring, rations : bool
        As in `Behaviour`, and which rules any scenario has.
    """

    initial: Any
    weights: Any
    over_base: Any
    calm: Any
    over_max: Any
    over_tau: Any
    climb: Any
    defer_days: Any
    catch_up: Any
    ration: Any
    alt: Any
    fixed: Any
    shares: Any
    tech: Any
    bar: Any
    per_day: Any
    need: Any
    sigma: Any
    cap: Any
    lift: Any
    turn: Any
    defer: Any
    from_start: bool
    all_alt: bool
    by_plan: bool
    by_demand: bool
    deferring: bool
    rations: bool


class Before(NamedTuple):
    """What the day before handed over, as in `State`; only marks of tight stocks are changed."""

    orders: Any
    weight: Any
    factor: Any
    output: Any
    backlog: Any
    waiting: Any
    stock: Any
    tight: Any


class Today(NamedTuple):
    """What is filled in of a day.

    Attributes
    ----------
    demand, factor, capacity, optimum, output, met, served, late : (n, B) arrays
        As in `Day`; the overproduction factor.
    backlog, waiting : (n, B) arrays
        As in `State`.
    expected, target : (n, B) arrays
        What orders for use reckon with, what wanted stocks are for; planned output stands for
        both where `by_plan`, for `target` unless `by_demand`.
    most : (n, B) array
        What the output of the next day will not exceed.
    delivered, weight : (S, R, B) arrays
        Weight of yesterday's orders times share delivered, weight of new orders.
    """

    demand: Any
    factor: Any
    capacity: Any
    optimum: Any
    output: Any
    met: Any
    served: Any
    late: Any
    backlog: Any
    waiting: Any
    expected: Any
    target: Any
    most: Any
    delivered: Any
    weight: Any


class Scratch(NamedTuple):
    """Room for the industries of one economy, (S, B) arrays.

    Attributes
    ----------
    left : array
        Share of capacity left.
    base, most, allowed, gone, later, which, scarce : array
        As in `bind`.
    more, waits : array
        What is made of earlier days for orders beyond capacity, and the share of the final demand
        not delivered that waits.
    """

    left: Any
    base: Any
    most: Any
    allowed: Any
    gone: Any
    later: Any
    which: Any
    scarce: Any
    more: Any
    waits: Any


def plan_day(
    j: int, moves: bool, final: Any, paths: Any, by: Rules, old: Before, new: Today, room: Scratch
) -> None:
    """Plan output: demand, overproduction (where it `moves` today), capacity; bounds for stocks.

    Parameters
    ----------
    j : int
        Economy.
    final : (n, B) array
        Final demand.
    paths : (m, B) array
        In double precision: share of the full severity of losses of capacity.
    """
    sectors, _, batch = old.orders.shape
    zero = final.dtype.type(0)
    kept = np.empty(batch, np.float64)
    over_base, calm = by.over_base, by.calm
    for k in range(sectors):
        f = j * sectors + k
        start = by.initial[f]
        kept[:] = 1.0
        for m in range(by.weights.shape[0]):
            if by.weights[m, f] != 0.0:
                for b in range(batch):
                    kept[b] *= 1.0 - by.weights[m, f] * paths[m, b]
        for b in range(batch):
            room.left[k, b] = kept[b]
            new.demand[f, b] = old.orders[k, j, b] + final[f, b]
            new.factor[f, b] = old.factor[f, b]
        if moves:
            for b in range(batch):
                was = old.factor[f, b]
                scarce = new.demand[f, b] - old.output[f, b]
                scarce = scarce / new.demand[f, b] if new.demand[f, b] > zero else zero
                pull = (by.over_max[b] - was) * scarce / by.over_tau[b]
                back = (over_base - was) / by.over_tau[b]
                risen = was + (back if abs(scarce) <= calm else pull)
                new.factor[f, b] = risen if risen > over_base else over_base
        for b in range(batch):
            most = start * room.left[k, b] * new.factor[f, b]
            new.capacity[f, b] = most
            least = new.demand[f, b] if new.demand[f, b] < most else most
            new.optimum[f, b] = least
            room.allowed[k, b] = least
            room.base[k, b] = start if by.from_start else least
            room.most[k, b] = max(start, least) if by.from_start else least
        if by.deferring:
            for b in range(batch):
                room.most[k, b] += old.backlog[f, b] / by.defer_days[b]
                room.gone[k, b] = zero
                room.later[k, b] = zero


def put_off_day(j: int, by: Rules, old: Before, new: Today, room: Scratch) -> None:
    """Make what earlier days put off, and put off a part of what is missing; see `put_off`."""
    sectors, _, batch = old.orders.shape
    zero = new.demand.dtype.type(0)
    one = new.demand.dtype.type(1)
    for k in range(sectors):
        f = j * sectors + k
        for b in range(batch):
            pace = room.left[k, b] * (one - room.gone[k, b]) / by.defer_days[b]
            new.late[f, b] = pace * old.waiting[f, b]
            extra = pace * (old.backlog[f, b] - old.waiting[f, b])
            free = new.demand[f, b] - new.optimum[f, b]
            room.more[k, b] = extra if extra < free else free
        for b in range(batch):
            # what is allowed may miss zero by a digit
            bound = room.allowed[k, b] if room.allowed[k, b] > zero else zero
            output = new.optimum[f, b] if new.optimum[f, b] < bound else bound
            most = by.initial[f] * new.factor[f, b]
            whole = new.demand[f, b] if new.demand[f, b] < most else most
            joined = room.later[k, b] * (new.optimum[f, b] - output)
            joined += by.catch_up[b] * (whole - new.optimum[f, b])
            new.backlog[f, b] = old.backlog[f, b] + joined - new.late[f, b] - room.more[k, b]
            short = new.demand[f, b] - output
            room.waits[k, b] = joined / short if short > zero else zero


def share_day(j: int, final: Any, by: Rules, old: Before, new: Today, room: Scratch) -> None:
    """Make the output of an economy and share it out; see `share_out`."""
    sectors, _, batch = old.orders.shape
    zero = final.dtype.type(0)
    one = final.dtype.type(1)
    two = final.dtype.type(2)
    for k in range(sectors):
        f = j * sectors + k
        for b in range(batch):
            bound = room.allowed[k, b] if room.allowed[k, b] > zero else zero
            made = new.optimum[f, b] if new.optimum[f, b] < bound else bound
            new.output[f, b] = made + room.more[k, b] if by.deferring else made
        for b in range(batch):
            asked = old.orders[k, j, b] + final[f, b]
            share = new.output[f, b] / asked if asked > zero else zero
            new.met[f, b] = share
            new.served[f, b] = share
        if by.rations:
            for b in range(batch):
                use, buy, made = old.orders[k, j, b], final[f, b], new.output[f, b]
                alike, same = new.met[f, b], new.served[f, b]
                first = buy if by.ration[b] == one else use
                second = use if by.ration[b] == one else buy
                given = first if first < made else made
                rest = made - given
                whole = given / first if first > zero else zero
                part = rest / second if second > zero else zero
                alike = whole if by.ration[b] == two else alike
                same = part if by.ration[b] == two else same
                new.met[f, b] = part if by.ration[b] == one else alike
                new.served[f, b] = whole if by.ration[b] == one else same


def hand_over(j: int, by: Rules, old: Before, new: Today) -> None:
    """Weigh suppliers for deliveries and new orders, and bound the output of the next day."""
    sectors, _, batch = old.orders.shape
    zero = new.met.dtype.type(0)
    one = new.met.dtype.type(1)
    for k in range(sectors):
        f = j * sectors + k
        base = by.initial[f]
        for b in range(batch):
            new.delivered[k, j, b] = old.weight[k, j, b] * new.met[f, b]
            left = new.capacity[f, b] / base if base > zero else zero
            new.weight[k, j, b] = left if by.all_alt or by.alt[b] > zero else one
            new.most[f, b] = base * (new.factor[f, b] + by.climb[b])
        if by.deferring:
            for b in range(batch):
                new.most[f, b] += new.backlog[f, b] / by.defer_days[b]


def close_day(j: int, final: Any, by: Rules, old: Before, new: Today, room: Scratch) -> None:
    """Add what was made of earlier days, and what of today waits."""
    sectors, _, batch = old.orders.shape
    one = final.dtype.type(1)
    for k in range(sectors):
        f = j * sectors + k
        for b in range(batch):
            new.waiting[f, b] = old.waiting[f, b] - new.late[f, b]
            new.waiting[f, b] += room.waits[k, b] * (one - new.served[f, b]) * final[f, b]
            new.output[f, b] += new.late[f, b]
            new.demand[f, b] += new.late[f, b]
        for b in range(batch):
            new.capacity[f, b] = new.capacity[f, b] + room.more[k, b] + new.late[f, b]
            new.optimum[f, b] = new.optimum[f, b] + room.more[k, b] + new.late[f, b]


def aim_day(j: int, by: Rules, new: Today) -> None:
    """Say what orders for use reckon with and, `by_demand`, what wanted stocks are for."""
    sectors, batch = by.tech.shape[0], new.output.shape[1]
    zero = new.output.dtype.type(0)
    for f in range(j * sectors, (j + 1) * sectors):
        for b in range(batch):
            planned = by.shares[0, b] * new.optimum[f, b]
            new.expected[f, b] = planned + by.shares[1, b] * new.output[f, b]
        if by.by_demand:
            for b in range(batch):
                new.expected[f, b] += by.shares[2, b] * new.demand[f, b]
                new.target[f, b] = by.initial[f] if by.fixed[b] > zero else new.optimum[f, b]


def before_deliveries(
    lo: int,
    hi: int,
    moves: bool,
    final: Any,
    paths: Any,
    by: Rules,
    old: Before,
    new: Today,
    room: Scratch,
) -> None:
    """Do what the economies lo .. hi-1 do before deliveries; see the steps for the arguments."""
    sectors = by.tech.shape[0]
    for j in range(lo, hi):
        plan_day(j, moves, final, paths, by, old, new, room)
        bind(
            j,
            old.stock,
            old.tight,
            by.tech,
            by.bar,
            by.per_day,
            by.need,
            by.sigma,
            by.cap,
            by.lift,
            by.turn,
            by.defer,
            new.optimum[j * sectors : (j + 1) * sectors],
            room.base,
            room.most,
            by.from_start,
            by.deferring,
            room.which,
            room.scarce,
            room.allowed,
            room.gone,
            room.later,
        )
        if by.deferring:
            put_off_day(j, by, old, new, room)
        share_day(j, final, by, old, new, room)
        hand_over(j, by, old, new)
        if by.deferring:
            close_day(j, final, by, old, new, room)
        if not by.by_plan:
            aim_day(j, by, new)


STEPS = (plan_day, put_off_day, share_day, hand_over, close_day, aim_day)
"""Steps of `before_deliveries`; like it they round as the array form does, nothing reassociated."""
TUPLES = (Rules, Before, Today, Scratch)
"""What they take."""
