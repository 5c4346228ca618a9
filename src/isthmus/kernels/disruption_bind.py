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
    reach: Any,
    need: Any,
    sigma: Any,
    defer: Any,
    planned: Any,
    base: Any,
    most: Any,
    deferring: bool,
    output: Any,
    gone: Any,
    later: Any,
) -> None:
    """Return what stocks allow the industries lo .. hi-1; only tight stocks are looked at.

    Parameters
    ----------
    stock : (S, n, B) array, tight : (S, n) array of bool, tech, bar : (S, n) arrays
        State and coefficients; stocks that turn out to be enough are marked as not tight.
    reach, need, defer : (S, S, B) arrays, sigma : (S, B) array
        As in `Choices`.
    planned, base, most : (n, B) arrays
        Planned output, what output that can do without an input is reckoned from, and what
        output will not exceed.
    output : (n, B) array
        Starts as planned output, lowered to what is allowed.
    gone, later : (n, B) arrays
        As in `Allowed`; start at zero, left alone unless `deferring`.
    """
    sectors, _, batch = stock.shape
    zero = stock.dtype.type(0)
    one = stock.dtype.type(1)
    for f in range(lo, hi):
        k = f % sectors
        for p in range(sectors):
            if not tight[p, f]:
                continue
            cost, unit = tech[p, f], bar[p, f]
            short = zero
            for b in range(batch):
                line = unit * reach[p, k, b] * most[f, b] - stock[p, f, b]
                short += line if line > zero else zero
            if short <= zero:
                tight[p, f] = False
                continue
            for b in range(batch):
                c = need[p, k, b]
                per_unit = unit * reach[p, k, b]
                if not (c > zero and per_unit > zero):
                    continue
                alone = stock[p, f, b] / per_unit
                whole = base[f, b]
                made = alone
                if sigma[p, b] > zero and alone < whole and cost < one:
                    made = whole
                    rho = (sigma[p, b] - one) / sigma[p, b]
                    if alone <= zero and rho <= zero:
                        made = zero
                    elif alone <= zero:
                        made = whole * np.exp(np.log1p(-cost) / rho)
                    elif rho == zero:
                        made = whole * np.exp(cost * np.log(alone / whole))
                    elif abs(rho * np.log(alone / whole)) <= one:
                        bent = np.log1p(cost * np.expm1(rho * np.log(alone / whole)))
                        made = whole * np.exp(bent / rho)
                    else:
                        without = np.log1p(-cost)
                        part = np.log(cost) + rho * np.log(alone / whole)
                        top, low = max(without, part), min(without, part)
                        made = whole * np.exp((top + np.log1p(np.exp(low - top))) / rho)
                bound = (one - c) * whole + c * made
                if bound < output[f, b]:
                    output[f, b] = bound
                    if deferring:
                        later[f, b] = defer[p, k, b]
                if deferring and alone < planned[f, b]:
                    missing = one - alone / planned[f, b]
                    gone[f, b] = max(gone[f, b], missing)
