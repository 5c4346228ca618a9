"""Deliveries, use and new orders on a factored table, as a plain function for numba.

The half of a day after deliveries; the other is in `disruption_bind`.
"""

from __future__ import annotations

from typing import Any

from isthmus.kernels.disruption_ahead import AHEAD, ahead


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
    free: Any,
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
    cover, per_day, rise, fall, late, psi, most, free, whole
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
                if k + AHEAD < sectors:
                    ahead(stock, (p, j, k + AHEAD))
                    ahead(ask, (p, j, k + AHEAD))
                elif p + 1 < sectors:
                    ahead(stock, (p + 1, j, k + AHEAD - sectors))
                    ahead(ask, (p + 1, j, k + AHEAD - sectors))
                if tight[p, j, k] and not whole:
                    own = t / c
                    for b in range(batch):
                        eaten = output[j, k, b] * t
                        held = stock[p, j, k, b]
                        came = ask[p, j, k, b] * (made[p, j, b] * qi + own_made[p, j, b] * qd)
                        share = own * per_day[p, k, b]
                        usable = held * (share if share > zero else one) + (late[b] * came + free)
                        eaten = usable if usable < eaten else eaten
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
                    usable = held + (late[b] * came + free)
                    eaten = usable if usable < eaten else eaten
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
