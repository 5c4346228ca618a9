"""What a day of the disruption model does industry by industry, as plain functions for numba.

The same operations in the same order as the array form, rounded once each: the results agree with
it to the last bit. In one pass over an industry's scenarios, so that nothing is written that only
the next operation reads.
"""

from __future__ import annotations

from typing import Any

import numpy as np


def plan_day(
    lo: int,
    hi: int,
    orders: Any,
    final: Any,
    last: Any,
    before: Any,
    initial: Any,
    weights: Any,
    paths: Any,
    over_max: Any,
    over_tau: Any,
    over_base: Any,
    calm: Any,
    moves: bool,
    left: Any,
    demand: Any,
    factor: Any,
    capacity: Any,
    optimum: Any,
) -> None:
    """Plan the output of the industries lo .. hi-1: demand, overproduction, capacity.

    Parameters
    ----------
    orders : (S, R, B) array
        Orders by supplier.
    final, last, before : (n, B) arrays
        Final demand, output of the day before, overproduction factor of the day before.
    initial : (n,) array
        Output at the start.
    weights : (m, n) array, paths : (m, B) array
        In double precision: who loses capacity today, and what share.
    over_max, over_tau : (B,) arrays, over_base, calm : scalars of the type of all numbers
        As in `Choices` and `Behaviour`.
    moves : bool
        Whether overproduction moves today.
    left, demand, factor, capacity, optimum : (n, B) arrays
        Share of capacity left, and what is planned; filled in.
    """
    sectors, _, batch = orders.shape
    zero = demand.dtype.type(0)
    kept = np.empty(batch, np.float64)
    for f in range(lo, hi):
        k, j = f % sectors, f // sectors
        kept[:] = 1.0
        for m in range(weights.shape[0]):
            if weights[m, f] != 0.0:
                for b in range(batch):
                    kept[b] *= 1.0 - weights[m, f] * paths[m, b]
        for b in range(batch):
            left[f, b] = kept[b]
            demand[f, b] = orders[k, j, b] + final[f, b]
            factor[f, b] = before[f, b]
        if moves:
            for b in range(batch):
                scarce = demand[f, b] - last[f, b]
                scarce = scarce / demand[f, b] if demand[f, b] > zero else zero
                pull = (over_max[b] - before[f, b]) * scarce / over_tau[b]
                back = (over_base - before[f, b]) / over_tau[b]
                risen = before[f, b] + (back if abs(scarce) <= calm else pull)
                factor[f, b] = risen if risen > over_base else over_base
        for b in range(batch):
            most = initial[f] * left[f, b] * factor[f, b]
            capacity[f, b] = most
            optimum[f, b] = demand[f, b] if demand[f, b] < most else most


def put_off_day(
    lo: int,
    hi: int,
    initial: Any,
    left: Any,
    factor: Any,
    demand: Any,
    optimum: Any,
    allowed: Any,
    gone: Any,
    later: Any,
    defer_days: Any,
    catch_up: Any,
    before: Any,
    waiting: Any,
    backlog: Any,
    more: Any,
    late: Any,
    waits: Any,
) -> None:
    """Make what earlier days put off, and put off a part of what is missing; see `put_off`.

    Parameters
    ----------
    initial : (n,) array
        Output at the start.
    left, factor, demand, optimum, allowed, gone, later : (n, B) arrays
        Of today, as in `plan_day` and `Allowed`.
    defer_days, catch_up : (B,) arrays
        As in `Choices`.
    before, waiting : (n, B) arrays
        Backlog and waiting final demand of the day before.
    backlog, more, late, waits : (n, B) arrays
        Output still to be made, what is made of earlier days for orders beyond capacity and for
        those who wait, and the share of the final demand not delivered that waits; filled in.
    """
    batch = demand.shape[1]
    zero = demand.dtype.type(0)
    one = demand.dtype.type(1)
    for f in range(lo, hi):
        for b in range(batch):
            pace = left[f, b] * (one - gone[f, b]) / defer_days[b]
            late[f, b] = pace * waiting[f, b]
            extra = pace * (before[f, b] - waiting[f, b])
            room = demand[f, b] - optimum[f, b]
            more[f, b] = extra if extra < room else room
        for b in range(batch):
            bound = allowed[f, b] if allowed[f, b] > zero else zero  # may miss zero by a digit
            output = optimum[f, b] if optimum[f, b] < bound else bound
            most = initial[f] * factor[f, b]
            whole = demand[f, b] if demand[f, b] < most else most
            joined = later[f, b] * (optimum[f, b] - output)
            joined += catch_up[b] * (whole - optimum[f, b])
            backlog[f, b] = before[f, b] + joined - late[f, b] - more[f, b]
            short = demand[f, b] - output
            waits[f, b] = joined / short if short > zero else zero


def share_day(
    lo: int,
    hi: int,
    orders: Any,
    final: Any,
    optimum: Any,
    allowed: Any,
    more: Any,
    deferring: bool,
    ration: Any,
    rations: bool,
    output: Any,
    met: Any,
    served: Any,
) -> None:
    """Make the output of the industries lo .. hi-1 and share it out; see `share_out`.

    Parameters
    ----------
    orders : (S, R, B) array, final, optimum, allowed, more : (n, B) arrays
        Of today; `more` is added where `deferring`.
    ration : (B,) array
        As in `Choices`; read where `rations`.
    output, met, served : (n, B) arrays
        What is made, and the share of orders and of final demand that is delivered; filled in.
    """
    sectors, _, batch = orders.shape
    zero = output.dtype.type(0)
    one = output.dtype.type(1)
    two = output.dtype.type(2)
    for f in range(lo, hi):
        k, j = f % sectors, f // sectors
        for b in range(batch):
            bound = allowed[f, b] if allowed[f, b] > zero else zero
            made = optimum[f, b] if optimum[f, b] < bound else bound
            output[f, b] = made + more[f, b] if deferring else made
        for b in range(batch):
            asked = orders[k, j, b] + final[f, b]
            share = output[f, b] / asked if asked > zero else zero
            met[f, b] = share
            served[f, b] = share
        if rations:
            for b in range(batch):
                use, buy, made = orders[k, j, b], final[f, b], output[f, b]
                alike, same = met[f, b], served[f, b]
                first = buy if ration[b] == one else use
                second = use if ration[b] == one else buy
                given = first if first < made else made
                rest = made - given
                whole = given / first if first > zero else zero
                part = rest / second if second > zero else zero
                alike = whole if ration[b] == two else alike
                same = part if ration[b] == two else same
                met[f, b] = part if ration[b] == one else alike
                served[f, b] = whole if ration[b] == one else same


def close_day(
    lo: int,
    hi: int,
    final: Any,
    served: Any,
    more: Any,
    late: Any,
    waits: Any,
    before: Any,
    output: Any,
    demand: Any,
    capacity: Any,
    optimum: Any,
    waiting: Any,
) -> None:
    """Add what was made of earlier days, and what of today waits.

    Parameters
    ----------
    final, served, more, late, waits : (n, B) arrays
        Of today, as in `share_day` and `put_off_day`.
    before : (n, B) array
        Final demand that waited the day before.
    output, demand, capacity, optimum : (n, B) arrays
        Of today; changed in place.
    waiting : (n, B) array
        Final demand that waits; filled in.
    """
    one = demand.dtype.type(1)
    for f in range(lo, hi):
        for b in range(demand.shape[1]):
            waiting[f, b] = before[f, b] - late[f, b]
            waiting[f, b] += waits[f, b] * (one - served[f, b]) * final[f, b]
            output[f, b] += late[f, b]
            demand[f, b] += late[f, b]
        for b in range(demand.shape[1]):
            capacity[f, b] = capacity[f, b] + more[f, b] + late[f, b]
            optimum[f, b] = optimum[f, b] + more[f, b] + late[f, b]


def aim_day(
    lo: int,
    hi: int,
    initial: Any,
    output: Any,
    planned: Any,
    demand: Any,
    shares: Any,
    fixed: Any,
    by_demand: bool,
    expected: Any,
    target: Any,
) -> None:
    """Say what orders for use reckon with and, `by_demand`, what wanted stocks are for.

    Parameters
    ----------
    initial : (n,) array, output, planned, demand : (n, B) arrays
        Of today.
    shares : (3, B) array, fixed : (B,) array
        `plan`, `output`, `demand` and `fixed` of `Choices`.
    expected, target : (n, B) arrays
        Filled in, `target` where `by_demand`.
    """
    zero = output.dtype.type(0)
    for f in range(lo, hi):
        for b in range(output.shape[1]):
            expected[f, b] = shares[0, b] * planned[f, b] + shares[1, b] * output[f, b]
        if by_demand:
            for b in range(output.shape[1]):
                expected[f, b] += shares[2, b] * demand[f, b]
                target[f, b] = initial[f] if fixed[b] > zero else planned[f, b]


def hand_over(
    lo: int,
    hi: int,
    initial: Any,
    factor: Any,
    capacity: Any,
    before: Any,
    met: Any,
    climb: Any,
    alt: Any,
    all_alt: bool,
    delivered: Any,
    weight: Any,
    most: Any,
) -> None:
    """Weigh suppliers for deliveries and new orders, and bound the output of the next day.

    Parameters
    ----------
    initial : (n,) array, factor, capacity, met : (n, B) arrays
        Of today.
    before : (S, R, B) array
        Weights of yesterday's orders.
    climb, alt : (B,) arrays
        Largest rise of overproduction in a day; as in `Choices`.
    delivered, weight : (S, R, B) arrays, most : (n, B) array
        Weight times share delivered, weight of new orders, what output will not exceed; filled in.
    """
    sectors, _, batch = before.shape
    zero = met.dtype.type(0)
    one = met.dtype.type(1)
    for f in range(lo, hi):
        k, j = f % sectors, f // sectors
        base = initial[f]
        for b in range(batch):
            delivered[k, j, b] = before[k, j, b] * met[f, b]
            left = capacity[f, b] / base if base > zero else zero
            weight[k, j, b] = left if all_alt or alt[b] > zero else one
            most[f, b] = base * (factor[f, b] + climb[b])


LOOPS = (plan_day, put_off_day, share_day, close_day, aim_day, hand_over)
"""Compiled without leave to reassociate, so that they round as the array form does."""
