"""Agreement of the disruption engine, under its compatibility switch, with BoARIO 0.7.2.

Run: ``python validation/compare_boario.py``. Prints the largest relative deviation of
production, capacity, orders and final stocks for every case; fails above 1e-9.
"""

from __future__ import annotations

import sys

import numpy as np
from boario_peer import plain, random_table, run_peer

from isthmus.disruption.compat import (
    BOARIO_DECIMALS,
    boario_behaviour,
    boario_path,
    boario_terms,
)
from isthmus.kernels.disruption import DenseTable
from isthmus.kernels.disruption_drivers import CapacityShock, Drivers
from isthmus.kernels.disruption_rebuild import RebuildEvent, Rebuilding, rebuild_split
from isthmus.kernels.disruption_run import BatchRun

TOLERANCE = 1e-9
STEPS = 365
OCCURRENCE, DURATION, TAU = 5, 7, 60


def daily(Z, Y, x, economies, sectors):
    r, s = len(economies), len(sectors)
    flows = (Z / 365).reshape(r, s, r * s).transpose(1, 0, 2).copy()
    final = (Y / 365).reshape(r, s, r).transpose(1, 0, 2).copy()
    return DenseTable(flows, final, x / 365)


def relative(ours, theirs):
    scale = np.maximum(np.abs(theirs), 1e-9 * np.abs(theirs).max())
    return float(np.max(np.abs(ours - theirs) / scale))


def one_case(system, impact, kind, order, days):
    Z, Y, x, economies, sectors = plain(system)
    n, s = len(x), len(sectors)
    capital = 4 * np.maximum(x - Z.sum(axis=0), 0.0)
    rows = [economies.index(a) * s + sectors.index(b) for a, b in impact]
    shares = np.array(list(impact.values()))
    spec = {"event_type": kind, "occurrence": OCCURRENCE, "duration": DURATION}
    losses = shares if kind == "arbitrary" else shares * capital[rows]
    spec["impact"] = dict(zip(impact, losses, strict=True))
    sectors_of_rebuilding = {sectors[0]: 0.7, sectors[3]: 0.3}
    if kind == "rebuild":
        spec |= {"rebuild_tau": TAU, "rebuilding_sectors": sectors_of_rebuilding}
    else:
        spec |= {"recovery_tau": TAU}
    if kind != "arbitrary":
        spec["event_monetary_factor"] = 10**6
    peer = run_peer(system, [spec], steps=STEPS, order_type=order, main_inv_dur=days)

    table = daily(Z, Y, x, economies, sectors)
    shocks, rebuilding = (), None
    if kind == "rebuild":
        hit = np.array(rows, dtype=np.intp)
        suppliers, split = rebuild_split(
            table,
            hit,
            [sectors.index(k) for k in sectors_of_rebuilding],
            list(sectors_of_rebuilding.values()),
        )
        event = RebuildEvent(
            hit, losses[:, None], capital[hit], suppliers, split, OCCURRENCE, DURATION, TAU
        )
        rebuilding = Rebuilding(n, [event], decimals=BOARIO_DECIMALS)
    else:
        shocks = tuple(
            CapacityShock(
                np.eye(n)[row],
                boario_path(kind, STEPS, OCCURRENCE, DURATION, TAU, share, capital[row])[:, None],
            )
            for row, share in zip(rows, shares, strict=True)
        )
    inputs, chosen = boario_terms(table, rule=order, stock_days=days)
    run = BatchRun(
        table,
        inputs,
        boario_behaviour(),
        Drivers(STEPS, 1, capacity=shocks),
        chosen=chosen,
        rebuilding=rebuilding,
    )
    output, capacity, orders, stocks = [], [], [], []
    base = table.final.sum(axis=2).T.reshape(-1)
    for t, day in enumerate(run.days()):
        output.append(day.output[:, 0])
        capacity.append(day.capacity[:, 0])
        extra = peer.rebuild_demand[t] if kind == "rebuild" else 0.0
        orders.append(day.demand[:, 0] - base - extra)
        if t == STEPS - 2:  # the peer records stocks at the beginning of a step
            stocks = np.concatenate(run.state.stock)[:, :, 0]
    return {
        "production": relative(np.array(output), peer.production),
        "capacity": relative(np.array(capacity), peer.capacity),
        "orders": relative(np.array(orders), peer.orders),
        "final stocks": relative(stocks, peer.stocks[-1]),
        "largest loss of output": float(1 - (peer.production / peer.production[0]).min()),
    }


def cases():
    import pymrio

    test = pymrio.load_test()
    test.calc_all()
    synthetic = random_table(20, 30)
    return {
        "pymrio test": (test, {("reg1", "manufactoring"): 0.5, ("reg2", "food"): 0.2}),
        "20 x 30": (synthetic, {("r003", "s004"): 0.5, ("r003", "s005"): 0.9}),
    }


def main():
    worst = 0.0
    for name, (system, impact) in cases().items():
        for kind in ("recovery", "rebuild", "arbitrary"):
            for order in ("alt", "noalt"):
                for days in (90, 10):
                    found = one_case(system, impact, kind, order, days)
                    line = "  ".join(f"{k} {v:.1e}" for k, v in found.items())
                    print(f"{name:12s} {kind:9s} {order:5s} {days:3d} days: {line}", flush=True)
                    worst = max(worst, *list(found.values())[:-1])
    print(f"largest deviation {worst:.2e}, tolerance {TOLERANCE:.0e}")
    return 0 if worst <= TOLERANCE else 1


if __name__ == "__main__":
    sys.exit(main())
