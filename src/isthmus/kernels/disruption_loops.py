"""The inner loops of the disruption model as plain functions, compiled by numba where it is there.

Each is one pass over a part of the table, without the interpreter's lock, so that threads can share
a day. They hold no Python objects and can also be run uncompiled, in tests.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

FAST_MATH = {"reassoc", "contract", "nsz", "arcp"}
"""No assumption that numbers are finite: inputs that never limit have an infinite bound."""


def fused_dense(
    lo: int,
    hi: int,
    group: int,
    flows: Any,
    stock: Any,
    ask: Any,
    tech: Any,
    goal: Any,
    rate: Any,
    slope: Any,
    offset: Any,
    delivered: Any,
    weight: Any,
    output: Any,
    planned: Any,
    scale: Any,
    cells: Any,
    now: Any,
    base: Any,
    soon: Any,
    clip: bool,
    placed: Any,
    bound: Any,
    used: Any,
) -> None:
    """Deliver, use, reorder and place in one pass over the table, for one scenario.

    Blocks of industries are so narrow that the second reading of a block finds it in the cache.
    Four suppliers are taken at a time: sums are loaded and stored once for all four.

    Parameters
    ----------
    group : int
        Economies per block; sectors with a stopped cell are taken economy by economy.
    flows : (S, R, n) array
        Z[p, o, f]: deliveries of sector p of o to industry f.
    stock, ask, tech, goal, rate, slope, offset : (S, n) arrays
        State (changed in place) and coefficients [p, f].
    delivered, weight : (S, R) arrays
        Weight times share delivered of yesterday's orders; weight of new orders.
    output, planned : (n,) arrays
        Output, and the output that orders are placed for.
    scale : (3,) array
        Factors on stock-days, on the limit, on the closing rate.
    cells : (S,) int array
        Row of `now`, `base`, `soon` for the sector, or -1.
    now, base, soon : (m, R, R) arrays
        Share [o, j] of deliveries that passes today, that new orders are split by, and that new
        orders reach.
    placed : (S, R) array
        Orders by supplier, filled in.
    bound, used : (n,) arrays
        Lowest output allowed by the stocks seen, sum of inputs used; changed in place.
    """
    economies = flows.shape[1]
    nodes = flows.shape[2]
    sectors = nodes // economies
    zero = stock.dtype.type(0)  # a literal 0.0 would turn single precision into double
    made = np.empty(group * sectors, stock.dtype)
    pool = np.empty(group * sectors, stock.dtype)
    a = np.empty(economies, stock.dtype)
    b = np.empty(economies, stock.dtype)
    whole = economies - economies % 4
    for p in range(lo, hi):
        row = cells[p]
        step = group if row < 0 else 1
        for o in range(economies):
            placed[p, o] = zero
            a[o] = delivered[p, o]
            b[o] = weight[p, o]
        for j in range(0, economies, step):
            first = j * sectors
            last = min(j + step, economies) * sectors
            width = last - first
            if row >= 0:
                for o in range(economies):
                    a[o] = delivered[p, o] * now[row, o, j]
                    b[o] = weight[p, o] * base[row, o, j]
            for k in range(width):
                made[k] = zero
                pool[k] = zero
            for o in range(0, whole, 4):
                z0 = flows[p, o, first:last]
                z1 = flows[p, o + 1, first:last]
                z2 = flows[p, o + 2, first:last]
                z3 = flows[p, o + 3, first:last]
                a0, a1, a2, a3 = a[o], a[o + 1], a[o + 2], a[o + 3]
                b0, b1, b2, b3 = b[o], b[o + 1], b[o + 2], b[o + 3]
                for k in range(width):
                    made[k] += a0 * z0[k] + a1 * z1[k] + a2 * z2[k] + a3 * z3[k]
                    pool[k] += b0 * z0[k] + b1 * z1[k] + b2 * z2[k] + b3 * z3[k]
            for o in range(whole, economies):
                for k in range(width):
                    made[k] += a[o] * flows[p, o, first + k]
                    pool[k] += b[o] * flows[p, o, first + k]
            for k in range(width):
                f = first + k
                need = output[f] * tech[p, f]
                held = stock[p, f]
                eaten = held if clip and held < need else need
                held += ask[p, f] * made[k] - eaten
                stock[p, f] = held
                used[f] += eaten
                limit = held * slope[p, f] * scale[1] + offset[p, f]
                bound[f] = limit if limit < bound[f] else bound[f]
                gap = planned[f] * goal[p, f] * scale[0] - held
                gap = gap if gap > zero else zero
                wanted = gap * rate[p, f] * scale[2] + need
                total = pool[k]
                wish = wanted / total if total > zero else zero
                ask[p, f] = wish
                pool[k] = wish
            for o in range(0, whole, 4):
                z0 = flows[p, o, first:last]
                z1 = flows[p, o + 1, first:last]
                z2 = flows[p, o + 2, first:last]
                z3 = flows[p, o + 3, first:last]
                s0, s1, s2, s3 = zero, zero, zero, zero
                for k in range(width):
                    wish = pool[k]
                    s0 += z0[k] * wish
                    s1 += z1[k] * wish
                    s2 += z2[k] * wish
                    s3 += z3[k] * wish
                if row >= 0:
                    s0 *= soon[row, o, j]
                    s1 *= soon[row, o + 1, j]
                    s2 *= soon[row, o + 2, j]
                    s3 *= soon[row, o + 3, j]
                placed[p, o] += s0
                placed[p, o + 1] += s1
                placed[p, o + 2] += s2
                placed[p, o + 3] += s3
            for o in range(whole, economies):
                s0 = zero
                for k in range(width):
                    s0 += flows[p, o, first + k] * pool[k]
                if row >= 0:
                    s0 *= soon[row, o, j]
                placed[p, o] += s0
        for o in range(economies):
            placed[p, o] *= weight[p, o]


def sweep_dense(
    p: int,
    lo: int,
    stock: Any,
    ask: Any,
    flowed: Any,
    tech: Any,
    goal: Any,
    rate: Any,
    slope: Any,
    offset: Any,
    output: Any,
    planned: Any,
    stock_scale: Any,
    limit_scale: Any,
    rate_scale: Any,
    clip: bool,
    bound: Any,
    used: Any,
) -> None:
    """Element-wise part of a day for one input sector, a block of industries, many scenarios.

    Parameters
    ----------
    lo : int
        First industry of the block.
    stock, ask : (S, n, B) arrays
        State, changed in place.
    flowed : (block, 2 B) array
        Weighted deliveries, then the base that new orders are split by.
    tech, goal, rate, slope, offset : (S, n) arrays
        Coefficients.
    output, planned, bound, used : (n, B) arrays
        As in `fused_dense`.
    stock_scale, limit_scale, rate_scale : (B,) arrays
        Factors by scenario.
    """
    batch = output.shape[1]
    zero = stock.dtype.type(0)
    for i in range(flowed.shape[0]):
        f = lo + i
        t = tech[p, f]
        g = goal[p, f]
        r = rate[p, f]
        s = slope[p, f]
        c = offset[p, f]
        for b in range(batch):
            need = output[f, b] * t
            held = stock[p, f, b]
            eaten = held if clip and held < need else need
            held += ask[p, f, b] * flowed[i, b] - eaten
            stock[p, f, b] = held
            used[f, b] += eaten
            limit = held * s * limit_scale[b] + c
            bound[f, b] = limit if limit < bound[f, b] else bound[f, b]
            gap = planned[f, b] * g * stock_scale[b] - held
            gap = gap if gap > zero else zero
            wanted = gap * r * rate_scale[b] + need
            total = flowed[i, batch + b]
            ask[p, f, b] = wanted / total if total > zero else zero


def sweep_factored(
    lo: int,
    hi: int,
    stock: Any,
    ask: Any,
    tech: Any,
    goal: Any,
    rate: Any,
    slope: Any,
    offset: Any,
    imported: Any,
    domestic: Any,
    made: Any,
    own_made: Any,
    pool: Any,
    own_pool: Any,
    output: Any,
    planned: Any,
    stock_scale: Any,
    limit_scale: Any,
    rate_scale: Any,
    clip: bool,
    foreign: Any,
    home: Any,
    bound: Any,
    used: Any,
) -> None:
    """Element-wise part of a day on a factored table, for the users of economies lo .. hi-1.

    An economy's outputs and bounds stay in the cache while its inputs pass by.

    Parameters
    ----------
    stock, ask : (S, R, S, B) arrays
        State [p, j, l], changed in place.
    tech, goal, rate, slope, offset, imported, domestic : (S, R, S) arrays
        Coefficients.
    made, own_made, pool, own_pool : (S, R, B) arrays
        Weighted deliveries and weights of new orders per unit of imported and of domestic use.
    output, planned, bound, used : (R, S, B) arrays
        As in `fused_dense`.
    foreign, home : (S, R, B) arrays
        New orders per importer for imports and at home, filled in.
    """
    sectors = stock.shape[2]
    batch = stock.shape[3]
    zero = stock.dtype.type(0)
    for j in range(lo, hi):
        for p in range(sectors):
            for b in range(batch):
                foreign[p, j, b] = zero
                home[p, j, b] = zero
            for k in range(sectors):
                t = tech[p, j, k]
                g = goal[p, j, k]
                r = rate[p, j, k]
                s = slope[p, j, k]
                c = offset[p, j, k]
                qi = imported[p, j, k]
                qd = domestic[p, j, k]
                for b in range(batch):
                    need = output[j, k, b] * t
                    held = stock[p, j, k, b]
                    eaten = held if clip and held < need else need
                    came = made[p, j, b] * qi + own_made[p, j, b] * qd
                    held += ask[p, j, k, b] * came - eaten
                    stock[p, j, k, b] = held
                    used[j, k, b] += eaten
                    limit = held * s * limit_scale[b] + c
                    bound[j, k, b] = limit if limit < bound[j, k, b] else bound[j, k, b]
                    gap = planned[j, k, b] * g * stock_scale[b] - held
                    gap = gap if gap > zero else zero
                    wanted = gap * r * rate_scale[b] + need
                    total = pool[p, j, b] * qi + own_pool[p, j, b] * qd
                    wish = wanted / total if total > zero else zero
                    ask[p, j, k, b] = wish
                    foreign[p, j, b] += wish * qi
                    home[p, j, b] += wish * qd


@functools.cache
def compiled(name: str) -> Callable[..., None]:
    """Return a loop of this module compiled; the cache on disk is used where it can be written.

    Raises
    ------
    ImportError
        When numba is not installed.
    """
    import numba

    function = globals()[name]
    options: dict[str, Any] = {"nogil": True, "fastmath": FAST_MATH, "error_model": "numpy"}
    try:
        return numba.njit(cache=True, **options)(function)  # type: ignore[no-any-return]
    except RuntimeError:  # no folder for the cache can be written
        return numba.njit(**options)(function)  # type: ignore[no-any-return]
