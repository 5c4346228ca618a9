"""What stocks allow, as a plain function for numba: the half of a day before deliveries.

Only stocks that the other half has marked as tight are looked at, so that calm costs nothing.
"""

from __future__ import annotations

from typing import Any

import numpy as np


def bind(
    lo: int,
    hi: int,
    stock: Any,
    tight: Any,
    tech: Any,
    bar: Any,
    per_day: Any,
    need: Any,
    sigma: Any,
    curved: Any,
    defer: Any,
    planned: Any,
    base: Any,
    most: Any,
    from_start: bool,
    deferring: bool,
    output: Any,
    gone: Any,
    later: Any,
) -> None:
    """Return what stocks allow the users of economies lo .. hi-1; only tight stocks are looked at.

    Outputs of an economy stay in the cache while the stocks of its inputs pass by.

    Parameters
    ----------
    stock : (S, n, B) array, tight : (S, n) array of bool, tech, bar : (S, n) arrays
        State and coefficients; stocks that turn out to be enough are marked as not tight.
    per_day : (S, S, B) array
        One over `Choices.reach` where an input may limit, else 0.
    need, defer : (S, S, B) arrays, sigma : (S, B) array
        As in `Choices`.
    curved : (S,) array of bool
        Whether any scenario has an elasticity for the input.
    planned, base, most : (n, B) arrays
        Planned output, what output that can do without an input is reckoned from, and what
        output will not exceed.
    from_start : bool
        Whether `base` is output at the start; else it is planned output.
    output : (n, B) array
        Starts as planned output, lowered to what is allowed.
    gone, later : (n, B) arrays
        As in `Allowed`; start at zero, left alone unless `deferring`.
    """
    sectors, _, batch = stock.shape
    zero = stock.dtype.type(0)
    one = stock.dtype.type(1)
    inf = stock.dtype.type(np.inf)
    edge = np.empty(batch, stock.dtype)  # short loops with few results become vector code
    below = np.empty(batch, np.bool_)
    less = np.empty((sectors, batch), stock.dtype)
    for j in range(lo, hi):
        if deferring:
            for k in range(sectors):
                f = j * sectors + k
                for b in range(batch):
                    less[k, b] = one / planned[f, b] if planned[f, b] > zero else inf
        for p in range(sectors):
            for k in range(sectors):
                f = j * sectors + k
                if not tight[p, f]:
                    continue
                each = one / bar[p, f]
                hits = zero
                for b in range(batch):
                    alone = stock[p, f, b] * each * per_day[p, k, b]
                    # with an elasticity the bound is higher than this
                    low = output[f, b] - base[f, b] + need[p, k, b] * (base[f, b] - alone)
                    low = low if low > zero else zero
                    hits += low if per_day[p, k, b] > zero else zero
                short = one  # a stock that holds planned output down is short of it
                if from_start or hits <= zero:
                    short = zero
                    for b in range(batch):
                        line = most[f, b] - stock[p, f, b] * each * per_day[p, k, b]
                        line = line if line > zero else zero
                        short += line if per_day[p, k, b] > zero else zero
                if short <= zero:
                    tight[p, f] = False
                    if not from_start:
                        continue  # enough for more than is planned
                if deferring:
                    for b in range(batch):
                        missing = one - stock[p, f, b] * each * per_day[p, k, b] * less[k, b]
                        missing = missing if per_day[p, k, b] > zero else zero
                        gone[f, b] = missing if missing > gone[f, b] else gone[f, b]
                if hits <= zero:
                    continue  # tight, but others are tighter
                for b in range(batch):
                    alone = stock[p, f, b] * each * per_day[p, k, b]
                    bound = base[f, b] - need[p, k, b] * (base[f, b] - alone)
                    bound = base[f, b] if sigma[p, b] > zero else bound
                    edge[b] = bound if per_day[p, k, b] > zero else inf
                if deferring and short > zero:
                    for b in range(batch):
                        # all four are read, whatever is written: else this is no vector code
                        new, old = edge[b], output[f, b]
                        put, kept = defer[p, k, b], later[f, b]
                        later[f, b] = put if new < old else kept
                        output[f, b] = new if new < old else old
                else:
                    for b in range(batch):
                        output[f, b] = edge[b] if edge[b] < output[f, b] else output[f, b]
                if short <= zero or not curved[p]:
                    continue
                found = 0
                for b in range(batch):
                    alone = stock[p, f, b] * each * per_day[p, k, b]
                    # with an elasticity the bound is higher than this
                    bound = base[f, b] - need[p, k, b] * (base[f, b] - alone)
                    under = (alone < base[f, b]) & (bound < output[f, b])
                    under &= (per_day[p, k, b] > zero) & (sigma[p, b] > zero)
                    below[b] = under
                    found += under
                if found == 0:
                    continue
                cost = tech[p, f]
                for b in range(batch):
                    if not below[b]:
                        continue
                    whole = base[f, b]
                    alone = stock[p, f, b] * each * per_day[p, k, b]
                    rho = (sigma[p, b] - one) / sigma[p, b]
                    made = alone
                    if cost < one and alone <= zero:
                        made = zero if rho <= zero else whole * np.exp(np.log1p(-cost) / rho)
                    elif cost < one:
                        q = np.log(alone / whole)
                        if rho == zero:
                            made = whole * np.exp(cost * q)
                        elif abs(rho * q) <= one:
                            made = whole * np.exp(np.log1p(cost * np.expm1(rho * q)) / rho)
                        else:
                            without = np.log1p(-cost)
                            part = np.log(cost) + rho * q
                            top, low = max(without, part), min(without, part)
                            made = whole * np.exp((top + np.log1p(np.exp(low - top))) / rho)
                    bound = whole - need[p, k, b] * (whole - made)
                    if bound < output[f, b]:
                        output[f, b] = bound
                        if deferring:
                            later[f, b] = defer[p, k, b]
