"""The loop over steps: eight shocks side by side, only what has changed.

Eight shocks share one walk over the links, because a cache line holds eight levels of one firm.
A shock that is finished gives its lane to the next one. Every sum is formed anew from all its
links in the same order, so that a result does not depend on its neighbours or on the threads.
The eight lanes are spelt out, because only then do they become vector instructions.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from isthmus.kernels.cascade import EMPTY_MARKET

LANES = 8


def run_shocks(
    shock_start: Any,
    shock_firm: Any,
    shock_size: Any,
    input_start: Any,
    input_supplier: Any,
    input_share: Any,
    input_carry: Any,
    client_start: Any,
    client: Any,
    order_start: Any,
    order_customer: Any,
    order_share: Any,
    vendor_start: Any,
    vendor: Any,
    sales: Any,
    market: Any,
    member_start: Any,
    member: Any,
    weight: Any,
    group: Any,
    eps: Any,
    max_steps: Any,
    empty_market_is_one: Any,
    whole_above: Any,
    index: Any,
    steps: Any,
    change: Any,
    by_group: Any,
    work: Any,
) -> None:
    """Run shocks and fill the output arrays (call it through `run_batch`).

    Inputs are the arrays of `Supply`; shock k lowers the firms ``shock_firm[shock_start[k]:
    shock_start[k + 1]]`` by ``shock_size``; an empty `market` switches replaceability off. When
    the changed firms have more than the share `whole_above` of all links, the step walks over
    all firms instead of a list.

    Outputs: `index` (b, 3) combined, downstream, upstream; `steps` (b,); `change` (b,);
    `by_group` (b, g) combined loss by group; `work` (2,) links walked and links of full steps.
    """
    n = len(client_start) - 1
    b = len(shock_start) - 1
    replaceable = len(market) > 0
    n_markets = len(member_start) - 1
    limit_down = int(whole_above * len(input_share))
    limit_up = int(whole_above * len(order_share))
    down = np.zeros((n, LANES))
    passed = np.zeros((n, LANES))
    up = np.zeros((n, LANES))
    asked = np.zeros((n, LANES))
    floor = np.zeros((n, LANES))
    shocked = np.zeros(n, np.int64)
    seen = np.zeros(n, np.bool_)
    in_down = np.zeros(n, np.bool_)
    in_up = np.zeros(n, np.bool_)
    hurt = np.zeros(n, np.bool_)
    dirty = np.zeros(n_markets, np.bool_)
    total = np.zeros(n_markets)
    for m in range(n_markets):
        for a in range(member_start[m], member_start[m + 1]):
            total[m] += sales[member[a]]
    todo = np.empty(n, np.int64)
    moved_down = np.empty(n, np.int64)
    moved_up = np.empty(n, np.int64)
    spread = np.empty(n, np.int64)
    left = np.empty(LANES)
    largest = np.zeros(LANES)
    lane_shock = np.full(LANES, -1, np.int64)
    lane_step = np.zeros(LANES, np.int64)
    n_down = 0
    n_up = 0
    following = 0
    active = 0
    walked = 0
    full = 0
    while True:
        # hand free lanes to waiting shocks
        for lane in range(LANES):
            if lane_shock[lane] >= 0 or following >= b:
                continue
            lane_shock[lane] = following
            lane_step[lane] = 0
            active += 1
            for a in range(shock_start[following], shock_start[following + 1]):
                f = shock_firm[a]
                size = shock_size[a]
                floor[f, lane] = size
                down[f, lane] = size
                up[f, lane] = size
                shocked[f] += 1
                if not in_down[f]:
                    in_down[f] = True
                    moved_down[n_down] = f
                    n_down += 1
                if not in_up[f]:
                    in_up[f] = True
                    moved_up[n_up] = f
                    n_up += 1
            following += 1
        if active == 0:
            break
        m0 = m1 = m2 = m3 = m4 = m5 = m6 = m7 = 0.0

        # losses that are passed on in this step, from the levels of the last one
        n_spread = 0
        if replaceable:
            for a in range(n_down):
                in_down[moved_down[a]] = False
                hurt[moved_down[a]] = True
                dirty[market[moved_down[a]]] = True
            for m in range(n_markets):
                if not dirty[m]:
                    continue
                dirty[m] = False
                t0 = t1 = t2 = t3 = t4 = t5 = t6 = t7 = 0.0
                for a in range(member_start[m], member_start[m + 1]):
                    f = member[a]
                    if hurt[f]:
                        t0 += sales[f] * down[f, 0]
                        t1 += sales[f] * down[f, 1]
                        t2 += sales[f] * down[f, 2]
                        t3 += sales[f] * down[f, 3]
                        t4 += sales[f] * down[f, 4]
                        t5 += sales[f] * down[f, 5]
                        t6 += sales[f] * down[f, 6]
                        t7 += sales[f] * down[f, 7]
                left[0], left[1], left[2], left[3] = t0, t1, t2, t3
                left[4], left[5], left[6], left[7] = t4, t5, t6, t7
                for lane in range(LANES):
                    left[lane] = total[m] - left[lane]
                    if left[lane] < 1e-6 * total[m]:  # cancelled: sum what is left itself
                        left[lane] = 0.0
                        for a in range(member_start[m], member_start[m + 1]):
                            left[lane] += sales[member[a]] * (1.0 - down[member[a], lane])
                    if left[lane] < EMPTY_MARKET:
                        left[lane] = 1.0 if empty_market_is_one else 0.0
                for a in range(member_start[m], member_start[m + 1]):
                    f = member[a]
                    if not hurt[f]:
                        continue
                    differs = False
                    hurt[f] = False
                    for lane in range(LANES):
                        loss = down[f, lane]
                        if loss > 0.0:
                            hurt[f] = True
                            if left[lane] > sales[f]:
                                loss *= sales[f] / left[lane]
                        if loss != passed[f, lane]:
                            passed[f, lane] = loss
                            differs = True
                    if differs:
                        spread[n_spread] = f
                        n_spread += 1
        else:
            for a in range(n_down):
                f = moved_down[a]
                in_down[f] = False
                for lane in range(LANES):
                    passed[f, lane] = down[f, lane]
                spread[n_spread] = f
                n_spread += 1

        # customers whose inputs have changed
        reach = 0
        for a in range(n_spread):
            reach += client_start[spread[a] + 1] - client_start[spread[a]]
        everyone = reach > limit_down
        n_todo = 0
        if everyone:
            n_todo = n
        else:
            for a in range(n_spread):
                f = spread[a]
                for e in range(client_start[f], client_start[f + 1]):
                    c = client[e]
                    if not seen[c]:
                        seen[c] = True
                        todo[n_todo] = c
                        n_todo += 1
        n_down = 0
        full += len(input_share)
        for a in range(n_todo):
            c = a if everyone else todo[a]
            seen[c] = False
            first = input_start[c]
            last = input_start[c + 1]
            if first == last:
                continue
            t0 = t1 = t2 = t3 = t4 = t5 = t6 = t7 = 0.0
            w0 = w1 = w2 = w3 = w4 = w5 = w6 = w7 = 0.0
            walked += last - first
            for e in range(first, last):
                f = input_supplier[e]
                share = input_share[e]
                keep = input_carry[e]
                t0 = t0 * keep + share * passed[f, 0]
                t1 = t1 * keep + share * passed[f, 1]
                t2 = t2 * keep + share * passed[f, 2]
                t3 = t3 * keep + share * passed[f, 3]
                t4 = t4 * keep + share * passed[f, 4]
                t5 = t5 * keep + share * passed[f, 5]
                t6 = t6 * keep + share * passed[f, 6]
                t7 = t7 * keep + share * passed[f, 7]
                w0 = t0 if t0 > w0 else w0
                w1 = t1 if t1 > w1 else w1
                w2 = t2 if t2 > w2 else w2
                w3 = t3 if t3 > w3 else w3
                w4 = t4 if t4 > w4 else w4
                w5 = t5 if t5 > w5 else w5
                w6 = t6 if t6 > w6 else w6
                w7 = t7 if t7 > w7 else w7
            if shocked[c] > 0:
                w0 = max(w0, floor[c, 0])
                w1 = max(w1, floor[c, 1])
                w2 = max(w2, floor[c, 2])
                w3 = max(w3, floor[c, 3])
                w4 = max(w4, floor[c, 4])
                w5 = max(w5, floor[c, 5])
                w6 = max(w6, floor[c, 6])
                w7 = max(w7, floor[c, 7])
            w0 = w0 if w0 < 1.0 else 1.0
            w1 = w1 if w1 < 1.0 else 1.0
            w2 = w2 if w2 < 1.0 else 1.0
            w3 = w3 if w3 < 1.0 else 1.0
            w4 = w4 if w4 < 1.0 else 1.0
            w5 = w5 if w5 < 1.0 else 1.0
            w6 = w6 if w6 < 1.0 else 1.0
            w7 = w7 if w7 < 1.0 else 1.0
            d0 = abs(w0 - down[c, 0])
            d1 = abs(w1 - down[c, 1])
            d2 = abs(w2 - down[c, 2])
            d3 = abs(w3 - down[c, 3])
            d4 = abs(w4 - down[c, 4])
            d5 = abs(w5 - down[c, 5])
            d6 = abs(w6 - down[c, 6])
            d7 = abs(w7 - down[c, 7])
            m0 = d0 if d0 > m0 else m0
            m1 = d1 if d1 > m1 else m1
            m2 = d2 if d2 > m2 else m2
            m3 = d3 if d3 > m3 else m3
            m4 = d4 if d4 > m4 else m4
            m5 = d5 if d5 > m5 else m5
            m6 = d6 if d6 > m6 else m6
            m7 = d7 if d7 > m7 else m7
            if d0 + d1 + d2 + d3 + d4 + d5 + d6 + d7 > 0.0:
                down[c, 0] = w0
                down[c, 1] = w1
                down[c, 2] = w2
                down[c, 3] = w3
                down[c, 4] = w4
                down[c, 5] = w5
                down[c, 6] = w6
                down[c, 7] = w7
                in_down[c] = True
                moved_down[n_down] = c
                n_down += 1

        # suppliers whose orders have changed
        reach = 0
        for a in range(n_up):
            f = moved_up[a]
            in_up[f] = False
            for lane in range(LANES):
                asked[f, lane] = up[f, lane]
            reach += vendor_start[f + 1] - vendor_start[f]
        everyone = reach > limit_up
        n_todo = 0
        if everyone:
            n_todo = n
        else:
            for a in range(n_up):
                f = moved_up[a]
                for e in range(vendor_start[f], vendor_start[f + 1]):
                    c = vendor[e]
                    if not seen[c]:
                        seen[c] = True
                        todo[n_todo] = c
                        n_todo += 1
        n_up = 0
        full += len(order_share)
        for a in range(n_todo):
            c = a if everyone else todo[a]
            seen[c] = False
            first = order_start[c]
            last = order_start[c + 1]
            if first == last:
                continue
            walked += last - first
            t0 = t1 = t2 = t3 = t4 = t5 = t6 = t7 = 0.0
            for e in range(first, last):
                f = order_customer[e]
                share = order_share[e]
                t0 += share * asked[f, 0]
                t1 += share * asked[f, 1]
                t2 += share * asked[f, 2]
                t3 += share * asked[f, 3]
                t4 += share * asked[f, 4]
                t5 += share * asked[f, 5]
                t6 += share * asked[f, 6]
                t7 += share * asked[f, 7]
            if shocked[c] > 0:
                t0 = max(t0, floor[c, 0])
                t1 = max(t1, floor[c, 1])
                t2 = max(t2, floor[c, 2])
                t3 = max(t3, floor[c, 3])
                t4 = max(t4, floor[c, 4])
                t5 = max(t5, floor[c, 5])
                t6 = max(t6, floor[c, 6])
                t7 = max(t7, floor[c, 7])
            t0 = t0 if t0 < 1.0 else 1.0
            t1 = t1 if t1 < 1.0 else 1.0
            t2 = t2 if t2 < 1.0 else 1.0
            t3 = t3 if t3 < 1.0 else 1.0
            t4 = t4 if t4 < 1.0 else 1.0
            t5 = t5 if t5 < 1.0 else 1.0
            t6 = t6 if t6 < 1.0 else 1.0
            t7 = t7 if t7 < 1.0 else 1.0
            d0 = abs(t0 - up[c, 0])
            d1 = abs(t1 - up[c, 1])
            d2 = abs(t2 - up[c, 2])
            d3 = abs(t3 - up[c, 3])
            d4 = abs(t4 - up[c, 4])
            d5 = abs(t5 - up[c, 5])
            d6 = abs(t6 - up[c, 6])
            d7 = abs(t7 - up[c, 7])
            m0 = d0 if d0 > m0 else m0
            m1 = d1 if d1 > m1 else m1
            m2 = d2 if d2 > m2 else m2
            m3 = d3 if d3 > m3 else m3
            m4 = d4 if d4 > m4 else m4
            m5 = d5 if d5 > m5 else m5
            m6 = d6 if d6 > m6 else m6
            m7 = d7 if d7 > m7 else m7
            if d0 + d1 + d2 + d3 + d4 + d5 + d6 + d7 > 0.0:
                up[c, 0] = t0
                up[c, 1] = t1
                up[c, 2] = t2
                up[c, 3] = t3
                up[c, 4] = t4
                up[c, 5] = t5
                up[c, 6] = t6
                up[c, 7] = t7
                in_up[c] = True
                moved_up[n_up] = c
                n_up += 1

        largest[0], largest[1], largest[2], largest[3] = m0, m1, m2, m3
        largest[4], largest[5], largest[6], largest[7] = m4, m5, m6, m7

        # lanes that are finished
        for lane in range(LANES):
            shock = lane_shock[lane]
            if shock < 0:
                continue
            lane_step[lane] += 1
            if largest[lane] > eps and lane_step[lane] < max_steps:
                continue
            both = 0.0
            only_down = 0.0
            only_up = 0.0
            for f in range(n):
                lost_down = down[f, lane]
                lost_up = up[f, lane]
                if lost_down > 0.0 or lost_up > 0.0:
                    part = weight[f] * max(lost_down, lost_up)
                    both += part
                    only_down += weight[f] * lost_down
                    only_up += weight[f] * lost_up
                    by_group[shock, group[f]] += part
                    down[f, lane] = 0.0
                    up[f, lane] = 0.0
                passed[f, lane] = 0.0
                asked[f, lane] = 0.0
            index[shock, 0] = both
            index[shock, 1] = only_down
            index[shock, 2] = only_up
            steps[shock] = lane_step[lane]
            change[shock] = largest[lane]
            for a in range(shock_start[shock], shock_start[shock + 1]):
                f = shock_firm[a]
                floor[f, lane] = 0.0
                shocked[f] -= 1
            lane_shock[lane] = -1
            active -= 1
    work[0] = walked
    work[1] = full
