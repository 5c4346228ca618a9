"""The inner loops of the disruption model as plain functions, compiled by numba where it is there.

Each is one pass over a part of the table, without the interpreter's lock, so that threads can share
a day. They hold no Python objects and can also be run uncompiled, in tests.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from isthmus.kernels import disruption_day
from isthmus.kernels.disruption_bind import bind

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
    draw: Any,
    rise: Any,
    fall: Any,
    late: Any,
    delivered: Any,
    weight: Any,
    output: Any,
    expected: Any,
    target: Any,
    cells: Any,
    now: Any,
    base: Any,
    soon: Any,
    clip: bool,
    placed: Any,
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
    stock, ask, tech, goal, draw : (S, n) arrays
        State (changed in place), input and desired stock per unit of output, and the share of a
        stock that can be used in a day.
    rise, fall : (S,) arrays
        As in `Choices`.
    late : (1,) array
        As in `Choices`.
    delivered, weight : (S, R) arrays
        Weight times share delivered of yesterday's orders; weight of new orders.
    output, expected, target : (n,) arrays
        Output, the output that orders for use reckon with, and that desired stocks are for.
    cells : (S,) int array
        Row of `now`, `base`, `soon` for the sector, or -1.
    now, base, soon : (m, R, R) arrays
        Share [o, j] of deliveries that passes today, that new orders are split by, and that new
        orders reach.
    placed : (S, R) array
        Orders by supplier, filled in.
    used : (n,) array
        Sum of inputs used; changed in place.
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
    now_used = late[0]
    for p in range(lo, hi):
        up, down = rise[p], fall[p]
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
                eaten = output[f] * tech[p, f]
                held = stock[p, f]
                came = ask[p, f] * made[k]
                most = held * draw[p, f] + now_used * came
                eaten = most if clip and most < eaten else eaten
                held += came - eaten
                stock[p, f] = held
                used[f] += eaten
                gap = target[f] * goal[p, f] - held
                wanted = gap * (up if gap > zero else down) + expected[f] * tech[p, f]
                wanted = wanted if wanted > zero else zero
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
    tight: Any,
    flowed: Any,
    tech: Any,
    unit: Any,
    bar: Any,
    cover: Any,
    per_day: Any,
    rise: Any,
    fall: Any,
    late: Any,
    output: Any,
    expected: Any,
    target: Any,
    psi: Any,
    most: Any,
    clip: bool,
    whole: bool,
    used: Any,
) -> None:
    """Element-wise part of a day for one input, a block of industries, many scenarios.

    Parameters
    ----------
    lo : int
        First industry of the block.
    stock, ask : (S, n, B) arrays
        State, changed in place.
    tight : (S, n) array of bool
        Whether a stock may limit output, of any scenario, the next day; read, then changed.
    flowed : (block, 2 B) array
        Weighted deliveries, then the base that new orders are split by.
    tech, unit, bar : (S, n) arrays
        Coefficients.
    cover, per_day : (S, S, B) arrays, rise, fall : (S, B) arrays, late : (B,) array
        As in `Choices` and in `bind`.
    output, expected, target, used : (n, B) arrays
        As in `fused_dense`.
    psi : (S, B) array, most : (n, B) array
        As in `Choices`, and what the output planned for the next day will not exceed.
    whole : bool
        Whether whole stocks can be used in a day; then every stock counts as tight.
    """
    batch = output.shape[1]
    sectors = stock.shape[0]
    zero = stock.dtype.type(0)
    one = stock.dtype.type(1)
    draw = np.ones(batch, stock.dtype)
    drawn = False
    for i in range(flowed.shape[0]):
        f = lo + i
        k = f % sectors
        t = tech[p, f]
        u = unit[p, f]
        c = bar[p, f]
        if tight[p, f] and not whole:
            own = t / c
            for b in range(batch):
                share = own * per_day[p, k, b]
                draw[b] = share if share > zero else one
        elif drawn:
            draw[:] = one
        drawn = tight[p, f]
        short = zero
        for b in range(batch):
            eaten = output[f, b] * t
            held = stock[p, f, b]
            came = ask[p, f, b] * flowed[i, b]
            usable = held * draw[b] + late[b] * came
            eaten = usable if clip and usable < eaten else eaten
            used[f, b] += eaten
            held += came - eaten
            stock[p, f, b] = held
            goal = u * cover[p, k, b]
            line = goal * psi[p, b] * most[f, b] - held
            short += line if line > zero else zero
            gap = target[f, b] * goal - held
            lack = gap if gap > zero else zero
            wanted = lack * rise[p, b] + (gap - lack) * fall[p, b] + expected[f, b] * t
            wanted = wanted if wanted > zero else zero
            total = flowed[i, batch + b]
            ask[p, f, b] = wanted / total if total > zero else zero
        tight[p, f] = c > zero and (whole or short > zero)


def sweep_factored(
    lo: int,
    hi: int,
    stock: Any,
    ask: Any,
    tight: Any,
    tech: Any,
    unit: Any,
    bar: Any,
    imported: Any,
    domestic: Any,
    cover: Any,
    per_day: Any,
    rise: Any,
    fall: Any,
    late: Any,
    made: Any,
    own_made: Any,
    pool: Any,
    own_pool: Any,
    output: Any,
    expected: Any,
    target: Any,
    psi: Any,
    most: Any,
    clip: bool,
    whole: bool,
    foreign: Any,
    home: Any,
    used: Any,
) -> None:
    """Element-wise part of a day on a factored table, for the users of economies lo .. hi-1.

    An economy's outputs stay in the cache while its inputs pass by; its orders for an input are
    added up four users at a time. A stock that is tight stays so: `bind` says when it is not. What
    stands in `ask` of an input that is not used at all is zero from the start.

    Parameters
    ----------
    stock, ask : (S, R, S, B) arrays, tight : (S, R, S) array of bool
        State [p, j, l], changed in place; where `tight`, a stock may limit output, of any scenario.
    tech, unit, bar, imported, domestic : (S, R, S) arrays
        Coefficients.
    cover, per_day, rise, fall, late, psi, most, whole
        As in `sweep_dense`; `most` of shape (R, S, B).
    made, own_made, pool, own_pool : (S, R, B) arrays
        Weighted deliveries and weights of new orders per unit of imported and of domestic use.
    output, expected, target, used : (R, S, B) arrays
        As in `fused_dense`.
    foreign, home : (S, R, B) arrays
        New orders per importer for imports and at home, filled in.
    """
    sectors = stock.shape[2]
    batch = stock.shape[3]
    zero = stock.dtype.type(0)
    one = stock.dtype.type(1)
    four = sectors - sectors % 4
    for j in range(lo, hi):
        for p in range(sectors):
            for b in range(batch):
                foreign[p, j, b] = zero
                home[p, j, b] = zero
            for k in range(sectors):
                t = tech[p, j, k]
                u = unit[p, j, k]
                if t == zero and u == zero:
                    continue  # no use of the input: no stock, no order
                c = bar[p, j, k]
                qi = imported[p, j, k]
                qd = domestic[p, j, k]
                if tight[p, j, k] and not whole:
                    own = t / c
                    for b in range(batch):
                        eaten = output[j, k, b] * t
                        held = stock[p, j, k, b]
                        came = ask[p, j, k, b] * (made[p, j, b] * qi + own_made[p, j, b] * qd)
                        share = own * per_day[p, k, b]
                        usable = held * (share if share > zero else one) + late[b] * came
                        eaten = usable if clip and usable < eaten else eaten
                        used[j, k, b] += eaten
                        held += came - eaten
                        stock[p, j, k, b] = held
                        gap = target[j, k, b] * (u * cover[p, k, b]) - held
                        lack = gap if gap > zero else zero
                        wanted = lack * rise[p, b] + (gap - lack) * fall[p, b]
                        wanted += expected[j, k, b] * t
                        wanted = wanted if wanted > zero else zero
                        total = pool[p, j, b] * qi + own_pool[p, j, b] * qd
                        ask[p, j, k, b] = wanted / total if total > zero else zero
                    continue
                short = zero
                for b in range(batch):
                    eaten = output[j, k, b] * t
                    held = stock[p, j, k, b]
                    came = ask[p, j, k, b] * (made[p, j, b] * qi + own_made[p, j, b] * qd)
                    usable = held + late[b] * came
                    eaten = usable if clip and usable < eaten else eaten
                    used[j, k, b] += eaten
                    held += came - eaten
                    stock[p, j, k, b] = held
                    goal = u * cover[p, k, b]
                    line = goal * psi[p, b] * most[j, k, b] - held
                    short += line if line > zero else zero
                    gap = target[j, k, b] * goal - held
                    lack = gap if gap > zero else zero
                    wanted = lack * rise[p, b] + (gap - lack) * fall[p, b]
                    wanted += expected[j, k, b] * t
                    wanted = wanted if wanted > zero else zero
                    total = pool[p, j, b] * qi + own_pool[p, j, b] * qd
                    ask[p, j, k, b] = wanted / total if total > zero else zero
                tight[p, j, k] = c > zero and (whole or short > zero)
            for k in range(0, four, 4):
                w0, w1, w2, w3 = ask[p, j, k], ask[p, j, k + 1], ask[p, j, k + 2], ask[p, j, k + 3]
                i0, i1 = imported[p, j, k], imported[p, j, k + 1]
                i2, i3 = imported[p, j, k + 2], imported[p, j, k + 3]
                d0, d1 = domestic[p, j, k], domestic[p, j, k + 1]
                d2, d3 = domestic[p, j, k + 2], domestic[p, j, k + 3]
                for b in range(batch):
                    foreign[p, j, b] += w0[b] * i0 + w1[b] * i1 + w2[b] * i2 + w3[b] * i3
                    home[p, j, b] += w0[b] * d0 + w1[b] * d1 + w2[b] * d2 + w3[b] * d3
            for k in range(four, sectors):
                for b in range(batch):
                    foreign[p, j, b] += ask[p, j, k, b] * imported[p, j, k]
                    home[p, j, b] += ask[p, j, k, b] * domestic[p, j, k]


LOOPS = (bind, fused_dense, sweep_dense, sweep_factored)
"""The loops that can be compiled with leave to reassociate."""


@functools.cache
def compiled(name: str) -> Callable[..., None]:
    """Return one of `LOOPS`, or of those of a day, compiled.

    The cache on disk is used where it can be written.

    Raises
    ------
    ImportError
        When numba is not installed.
    """
    import numba

    function = {f.__name__: f for f in (*LOOPS, *disruption_day.LOOPS)}[name]
    options: dict[str, Any] = {"nogil": True, "error_model": "numpy"}
    if function in LOOPS:
        options["fastmath"] = FAST_MATH
    try:
        return numba.njit(cache=True, **options)(function)  # type: ignore[no-any-return]
    except RuntimeError:  # no folder for the cache can be written
        return numba.njit(**options)(function)  # type: ignore[no-any-return]
