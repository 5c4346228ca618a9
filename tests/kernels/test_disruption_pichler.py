"""Orders by demand with fixed targets and the five readings, against the paper's equations.

The equations are written out for one economy, industry by industry: order rule (4), demand (3),
the production functions (9) to (13), output (14), proportional rationing (15) to (17), stocks
(18). Labour and household demand follow given paths here: hiring, firing and the consumption
function of the paper are left out of the engine.

Pichler, Pangallo, del Rio-Chanona, Lafond, Farmer 2022, Journal of Economic Dynamics and Control
144, 104527.
"""

import numpy as np
import pytest

from isthmus.kernels.disruption import DenseTable
from isthmus.kernels.disruption_drivers import CapacityShock, DemandShock, Drivers
from isthmus.kernels.disruption_terms import Behaviour, reading_need

from .disruption_tables import run

DAYS, S = 120, 6
AGREE = 1e-10


def economy(seed=4):
    rng = np.random.default_rng(seed)
    Z0 = rng.lognormal(0, 1, (S, S)) * (rng.random((S, S)) < 0.8)
    Z0[np.arange(S), np.arange(S)] += 0.2
    f0 = rng.lognormal(0.5, 1, S) + Z0.sum(axis=0)
    x0 = Z0.sum(axis=1) + f0
    return Z0, f0, x0


def shocks(seed=9):
    rng = np.random.default_rng(seed)
    level = np.zeros(DAYS)
    level[5:50] = 1.0
    level[50:80] = np.linspace(1.0, 0.0, 30)
    supply = rng.uniform(0.1, 0.8, S)[None, :] * level[:, None]
    demand = rng.uniform(-0.5, 0.1, S)[None, :] * level[:, None]
    return supply, demand


def input_limit(reading, stocks, A, critical, x0):
    out = np.full(S, np.inf)
    for i in range(S):
        has = [j for j in range(S) if A[j, i] > 0]
        vital = [j for j in has if critical[j, i] == 1.0]
        important = [j for j in has if critical[j, i] == 0.5]
        per = {j: stocks[j, i] / A[j, i] for j in has}
        if reading == "linear":
            out[i] = sum(stocks[:, i]) / sum(A[:, i])
        elif reading == "leontief":
            out[i] = min(per.values())
        elif reading == "strong":
            out[i] = min([per[j] for j in vital + important], default=np.inf)
        elif reading == "weak":
            out[i] = min([per[j] for j in vital], default=np.inf)
        else:
            half = [0.5 * (per[k] + x0[i]) for k in important]
            out[i] = min([per[j] for j in vital] + half, default=np.inf)
    return out


def paper(reading, critical, n, tau):
    Z0, f0, x0 = economy()
    supply, demand_shock = shocks()
    A = Z0 / x0
    stocks = Z0 * n[None, :]
    before = x0.copy()
    outputs = []
    for t in range(DAYS):
        orders = np.zeros((S, S))
        for j in range(S):
            for i in range(S):
                gap = n[i] * Z0[j, i] - stocks[j, i]
                orders[j, i] = max(A[j, i] * before[i] + gap / tau, 0.0)
        final = f0 * (1 + demand_shock[t])
        demand = orders.sum(axis=1) + final
        limit = input_limit(reading, stocks, A, critical, x0)
        x = np.minimum(np.minimum((1 - supply[t]) * x0, limit), demand)
        delivered = orders * (x / demand)[:, None]
        stocks = np.maximum(stocks + delivered - A * x[None, :], 0.0)
        before = demand
        outputs.append(x)
    return np.array(outputs), stocks


@pytest.mark.parametrize("reading", ["leontief", "strong", "half", "weak", "linear"])
@pytest.mark.parametrize("compiled", [False, True])
def test_the_engine_gives_the_paper_s_digits(reading, compiled):
    Z0, f0, x0 = economy()
    rng = np.random.default_rng(1)
    critical = rng.choice([0.0, 0.5, 1.0], (S, S))
    n, tau = rng.uniform(2, 25, S), 10.0
    expected, stocks = paper(reading, critical, n, tau)
    supply, demand = shocks()
    imposed = Drivers(
        DAYS,
        1,
        tuple(CapacityShock(np.eye(S)[i], supply[:, i : i + 1]) for i in range(S)),
        (),
        tuple(DemandShock(np.array([i]), np.array([0]), demand[:, i : i + 1]) for i in range(S)),
    )
    table = DenseTable(Z0[:, None, :], f0[:, None, None], x0)
    rules = Behaviour(
        limit="sum" if reading == "linear" else "min", from_start=True, whole_stock=True
    )
    more = {}
    if compiled:
        pytest.importorskip("numba")
        from isthmus.kernels.disruption_fast import FastRun

        more["kind"] = FastRun
    output, _, made = run(
        table,
        imposed,
        days=n[None, :, None],
        rise=1 / tau,
        orders="demand",
        reading=reading,
        need=reading_need(reading, critical)[:, :, None],
        behaviour=rules,
        over_max=1.0,
        **more,
    )
    assert expected.min() < 0.5 * x0[np.argmin(expected.min(axis=0))]
    np.testing.assert_allclose(output[:, :, 0], expected, rtol=AGREE)
    held = np.concatenate(made.state.stock)[:, :, 0]
    np.testing.assert_allclose(held, stocks, rtol=AGREE, atol=AGREE)
