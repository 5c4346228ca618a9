"""The inner loops of the disruption model as plain functions, compiled by numba where it is there.

Each is one pass over a part of the table, without the interpreter's lock, so that threads can share
a day. They hold no Python objects and can also be run uncompiled, in tests.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from hashlib import sha256
from types import FunctionType
from typing import Any

import numpy as np

from isthmus.kernels import disruption_day
from isthmus.kernels.disruption_ahead import known
from isthmus.kernels.disruption_bind import bind
from isthmus.kernels.disruption_sweep import sweep_factored

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
    free: Any,
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
    free : scalar
        What may be used beyond the stocks: 0, or more than anything where use is not held to them.
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
            usable = held * draw[b] + (late[b] * came + free)
            eaten = usable if usable < eaten else eaten
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


LOOPS = (bind, fused_dense, sweep_dense, sweep_factored)
"""The loops that can be compiled with leave to reassociate."""
_CALLED = {f.__name__: f for f in (bind, *disruption_day.STEPS)}
_ALL = {f.__name__: f for f in (*LOOPS, *disruption_day.STEPS, disruption_day.before_deliveries)}


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
    from numba.core.compiler import Compiler

    class Apart(Compiler):
        """Compiles as numba does, for arrays that do not overlap where they are written."""

        def define_pipelines(self) -> Any:
            self.state.flags.noalias = True
            return super().define_pipelines()  # type: ignore[no-untyped-call]

    known()
    function = _linked(_ALL[name])
    options: dict[str, Any] = {"nogil": True, "error_model": "numpy"}
    if name in {loop.__name__ for loop in LOOPS}:
        options["fastmath"] = FAST_MATH
    if _ALL[name] in disruption_day.STEPS:  # called by compiled code alone
        options |= {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}
    if function is not fused_dense:  # slower by a tenth and more with it
        options["pipeline_class"] = Apart
    try:
        return numba.njit(cache=True, **options)(function)  # type: ignore[no-any-return]
    except RuntimeError:  # no folder for the cache can be written
        return numba.njit(**options)(function)  # type: ignore[no-any-return]


def _linked(function: Any) -> Any:
    """Return a function of a day that calls the compiled loops where it called plain ones.

    Its name tells apart what they say and the tuples that it takes: the cache on disk looks at the
    file of the function alone, and cannot be read where it holds a tuple that is no longer there.
    """
    if function in LOOPS:
        return function
    called = [name for name in function.__code__.co_names if name in _CALLED]
    codes = [_CALLED[name].__code__ for name in called]
    parts = [(code.co_code, code.co_names, code.co_varnames, code.co_consts) for code in codes]
    said = repr((parts, [(kind.__name__, kind._fields) for kind in disruption_day.TUPLES]))
    loops = {name: compiled(name) for name in called}
    made = FunctionType(function.__code__, {**function.__globals__, **loops})
    made.__qualname__ = f"{function.__name__}_{sha256(said.encode()).hexdigest()[:16]}"
    return made
