"""What stocks allow, as a plain function for numba: the half of a day before deliveries.

Only stocks that the other half has marked as tight are looked at, so that calm costs nothing. All
inputs are first taken as if none could be substituted, which gives a lower bound, exact where there
is no elasticity, in a pass that is vector code throughout; the few stocks whose elasticity can
matter after that are then looked at one by one.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from isthmus.kernels.disruption_ahead import AHEAD, ahead

NEVER = 1.0e30
"""Output allowed by a stock that never limits; finite, so that no product of it is undefined."""

SOON = 4
"""Stocks between the stock that is looked at once more and the one that memory is asked for."""


def least_bent(cost: Any, sigma: Any, precision: str) -> tuple[Any, Any]:
    """Return (S,) caps and (S, n) lifts that output under an elasticity never falls below.

    With cost share s, share q < 1 of the input and any rho at most that of each elasticity,
    ((1 - s) + s q^rho)^(1/rho) >= min(2^(1/rho), (2 s)^(1/rho) q), as the sum is at most twice the
    larger of 1 and s q^rho. A few last digits are taken off for rounding.

    Parameters
    ----------
    cost : (S, n) array
        Input per unit of output.
    sigma : (S, B) array
        Elasticities; 0 for none.
    precision : str
        Type in which the bound is used.
    """
    least = np.where(sigma > 0, sigma, np.inf).min(axis=1)
    low = np.minimum(least, 0.5)
    some = np.isfinite(least)
    power = np.where(some, low / (low - 1.0), 0.0)
    safe = np.where(some, 1.0 - 16.0 * float(np.finfo(precision).eps), 1.0)
    lift = np.power(np.where(cost > 0, 2.0 * cost, 1.0), power[:, None])
    return safe * np.exp2(power), safe[:, None] * np.minimum(lift, NEVER)


def bind(
    j: int,
    stock: Any,
    tight: Any,
    tech: Any,
    bar: Any,
    per_day: Any,
    need: Any,
    sigma: Any,
    cap: Any,
    lift: Any,
    turn: Any,
    defer: Any,
    planned: Any,
    base: Any,
    most: Any,
    from_start: bool,
    deferring: bool,
    which: Any,
    scarce: Any,
    output: Any,
    gone: Any,
    later: Any,
) -> None:
    """Return what stocks allow the users of an economy; only tight stocks are looked at.

    Outputs of an economy stay in the cache while the stocks of its inputs pass by.

    Parameters
    ----------
    j : int
        Economy.
    stock : (S, n, B) array, tight : (S, n) array of bool, tech, bar : (S, n) arrays
        State and coefficients; stocks that turn out to be enough are marked as not tight.
    per_day : (S, S, B) array
        One over `Choices.reach` where an input may limit, else 0.
    need : (S, S, B) array
        As in `Choices` where an input may limit, else 1.
    defer : (S, S, B) array, sigma : (S, B) array
        As in `Choices`.
    cap : (S,) array, lift : (S, n) array
        From `least_bent`.
    turn : (S,) array of int
        Inputs in the order in which they are looked at. Those without an elasticity come first:
        where they limit, an elasticity cannot matter, and no second look is taken.
    planned, base, most : (S, B) arrays
        Of the economy: planned output, what output that can do without an input is reckoned from,
        and what output will not exceed.
    from_start : bool
        Whether `base` is output at the start; else it is planned output.
    which, scarce : (S, B) arrays
        Room for the input that limits each user, and for the least that any allows.
    output : (S, B) array
        Starts as planned output, lowered to what is allowed.
    gone, later : (S, B) arrays
        As in `Allowed`; start at zero, left alone unless `deferring`.
    """
    sectors, _, batch = stock.shape
    kind = stock.dtype.type
    zero = kind(0)
    one = kind(1)
    never = kind(NEVER)
    look = np.empty(sectors * sectors, np.int64)  # inputs and users to look at once more
    below = np.zeros(8 * ((batch + 7) // 8), np.bool_)
    words = below.view(np.uint64)
    spots = np.empty(below.size + 1, np.int64)
    first = j * sectors
    which[:] = -one
    scarce[:] = never
    count = 0
    for at in range(sectors):
        p = turn[at]
        this = kind(p)
        top = cap[p]
        bends = top < one
        for k in range(sectors):
            f = first + k
            if not tight[p, f]:
                continue
            if k + AHEAD < sectors:
                ahead(stock, (p, f + AHEAD))
            elif at + 1 < sectors:
                ahead(stock, (turn[at + 1], f + AHEAD - sectors))
            each = one / bar[p, f]
            up = lift[p, f]
            hits = zero  # sums of few results, all read and all written: vector code
            bows = zero
            if bends:
                for b in range(batch):
                    alone = stock[p, f, b] * each * per_day[p, k, b]
                    alone = alone if per_day[p, k, b] > zero else never
                    whole = base[k, b]
                    bound = whole - need[p, k, b] * (whole - alone)
                    old, was, less = output[k, b], which[k, b], scarce[k, b]
                    line = whole if per_day[p, k, b] > zero else never
                    line = line if sigma[p, b] > zero else bound
                    new = line if line < old else old
                    output[k, b] = new
                    which[k, b] = this if line < old else was
                    scarce[k, b] = alone if alone < less else less
                    hits += old - new
                    made = up * alone if up * alone < top * whole else top * whole
                    made = made if made > alone else alone
                    gap = new - (whole - need[p, k, b] * (whole - made))
                    bows += gap if gap > zero else zero
                look[count] = p * sectors + k
                count += bows > zero
            else:
                for b in range(batch):
                    alone = stock[p, f, b] * each * per_day[p, k, b]
                    alone = alone if per_day[p, k, b] > zero else never
                    bound = base[k, b] - need[p, k, b] * (base[k, b] - alone)
                    old, was, less = output[k, b], which[k, b], scarce[k, b]
                    new = bound if bound < old else old
                    output[k, b] = new
                    which[k, b] = this if bound < old else was
                    scarce[k, b] = alone if alone < less else less
                    hits += old - new
            if from_start or hits + bows > zero:
                continue
            short = zero
            for b in range(batch):
                line = most[k, b] - stock[p, f, b] * each * per_day[p, k, b]
                line = line if line > zero else zero
                short += line if per_day[p, k, b] > zero else zero
            tight[p, f] = short > zero  # else enough for more than is planned
    for n in range(count):
        if n + SOON < count:
            ahead(stock, (look[n + SOON] // sectors, first + look[n + SOON] % sectors))
        p, k = look[n] // sectors, look[n] % sectors
        f = first + k
        each = one / bar[p, f]
        top = cap[p]
        up = lift[p, f]
        gaps = zero
        for b in range(batch):
            alone = stock[p, f, b] * each * per_day[p, k, b]
            alone = alone if per_day[p, k, b] > zero else never
            whole = base[k, b]
            made = up * alone if up * alone < top * whole else top * whole
            made = made if made > alone else alone
            gap = output[k, b] - (whole - need[p, k, b] * (whole - made))
            gap = gap if gap > zero else zero
            gap = gap if sigma[p, b] > zero else zero
            below[b] = gap > zero
            gaps += gap
        if gaps <= zero:
            continue
        cost = tech[p, f]
        found = 0
        for w in range(words.size):
            if words[w] != 0:
                for b in range(8 * w, 8 * w + 8):
                    spots[found] = b
                    found += below[b]
        for i in range(found):
            b = spots[i]
            whole = base[k, b]
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
                    upper, lower = max(without, part), min(without, part)
                    made = whole * np.exp((upper + np.log1p(np.exp(lower - upper))) / rho)
            bound = whole - need[p, k, b] * (whole - made)
            if bound < output[k, b]:
                output[k, b] = bound
                which[k, b] = p
    if deferring:
        for k in range(sectors):
            for b in range(batch):
                least = scarce[k, b] if scarce[k, b] > zero else zero
                if least < planned[k, b]:
                    gone[k, b] = one - least / planned[k, b]
                put = int(which[k, b])
                if put >= 0:
                    later[k, b] = defer[put, k, b]
