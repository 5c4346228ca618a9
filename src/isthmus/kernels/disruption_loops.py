"""The inner loops of the disruption model as plain functions, compiled by numba where it is there.

Each is one pass over a range of input sectors [lo, hi), without the interpreter's lock, so that
threads can share a day. They hold no Python objects and can also be run uncompiled, in tests.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

FAST_MATH = {"reassoc", "contract", "nsz", "arcp"}
"""No assumption that numbers are finite: inputs that never limit have an infinite bound."""


def fused_dense(
    lo: int,
    hi: int,
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
    made: Any,
    pool: Any,
) -> None:
    """Deliver, use, reorder and place in one pass over the table, for one scenario.

    Parameters
    ----------
    flows : (S, R, R, S) array
        Z[p, j, o, l]: deliveries of sector p of o to industry l of j.
    stock, ask, tech, goal, rate, slope, offset : (S, R, S) arrays
        State (changed in place) and coefficients [p, j, l].
    delivered, weight : (S, R) arrays
        Weight times share delivered of yesterday's orders; weight of new orders.
    output, planned : (R, S) arrays
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
    bound, used : (R, S) arrays
        Lowest output allowed by the stocks seen, sum of inputs used; changed in place.
    made, pool : (S,) arrays
        Work space.
    """
    economies = flows.shape[1]
    sectors = flows.shape[3]
    for p in range(lo, hi):
        row = cells[p]
        for o in range(economies):
            placed[p, o] = 0.0
        for j in range(economies):
            for k in range(sectors):
                made[k] = 0.0
                pool[k] = 0.0
            for o in range(economies):
                a = delivered[p, o]
                b = weight[p, o]
                if row >= 0:
                    a *= now[row, o, j]
                    b *= base[row, o, j]
                for k in range(sectors):
                    z = flows[p, j, o, k]
                    made[k] += a * z
                    pool[k] += b * z
            for k in range(sectors):
                need = output[j, k] * tech[p, j, k]
                held = stock[p, j, k]
                eaten = need
                if clip and held < need:
                    eaten = held
                held += ask[p, j, k] * made[k] - eaten
                stock[p, j, k] = held
                used[j, k] += eaten
                limit = held * slope[p, j, k] * scale[1] + offset[p, j, k]
                bound[j, k] = limit if limit < bound[j, k] else bound[j, k]
                gap = planned[j, k] * goal[p, j, k] * scale[0] - held
                gap = gap if gap > 0.0 else 0.0
                wanted = gap * rate[p, j, k] * scale[2] + need
                total = pool[k]
                wish = wanted / total if total > 0.0 else 0.0
                ask[p, j, k] = wish
                pool[k] = wish
            for o in range(economies):
                total = 0.0 * pool[0]
                for k in range(sectors):
                    total += flows[p, j, o, k] * pool[k]
                if row >= 0:
                    total *= soon[row, o, j]
                placed[p, o] += total
        for o in range(economies):
            placed[p, o] *= weight[p, o]


def sweep_dense(
    p: int,
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
    """Element-wise part of a day for one input sector and many scenarios.

    Parameters
    ----------
    stock, ask : (S, n, B) arrays
        State, changed in place.
    flowed : (n, 2 B) array
        Weighted deliveries, then the base that new orders are split by.
    tech, goal, rate, slope, offset : (S, n) arrays
        Coefficients.
    output, planned, bound, used : (n, B) arrays
        As in `fused_dense`.
    stock_scale, limit_scale, rate_scale : (B,) arrays
        Factors by scenario.
    """
    nodes = output.shape[0]
    batch = output.shape[1]
    for f in range(nodes):
        t = tech[p, f]
        g = goal[p, f]
        r = rate[p, f]
        s = slope[p, f]
        c = offset[p, f]
        for b in range(batch):
            need = output[f, b] * t
            held = stock[p, f, b]
            eaten = held if clip and held < need else need
            held += ask[p, f, b] * flowed[f, b] - eaten
            stock[p, f, b] = held
            used[f, b] += eaten
            limit = held * s * limit_scale[b] + c
            bound[f, b] = limit if limit < bound[f, b] else bound[f, b]
            gap = planned[f, b] * g * stock_scale[b] - held
            gap = gap if gap > 0.0 else 0.0
            wanted = gap * r * rate_scale[b] + need
            total = flowed[f, batch + b]
            ask[p, f, b] = wanted / total if total > 0.0 else 0.0


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
    """Element-wise part of a day on a factored table, for many scenarios.

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
    economies = stock.shape[1]
    sectors = stock.shape[2]
    batch = stock.shape[3]
    for p in range(lo, hi):
        for j in range(economies):
            for b in range(batch):
                foreign[p, j, b] = 0.0
                home[p, j, b] = 0.0
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
                    gap = gap if gap > 0.0 else 0.0
                    wanted = gap * r * rate_scale[b] + need
                    total = pool[p, j, b] * qi + own_pool[p, j, b] * qd
                    wish = wanted / total if total > 0.0 else 0.0
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
