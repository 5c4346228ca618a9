"""Needs of one and orders by output give the digits of the engine that knew nothing else.

The frozen outputs were written by that engine, before need-shares and orders by plan.
"""

from pathlib import Path

import numpy as np
import pytest

from isthmus.kernels.disruption_drivers import CapacityShock, DemandShock, Drivers
from isthmus.kernels.disruption_rebuild import RebuildEvent, Rebuilding, rebuild_split
from isthmus.kernels.disruption_terms import Behaviour, reading_need

from .disruption_tables import capacity, drivers, factored_table, run, stop

DAYS, R, S = 60, 4, 3
N = R * S
AGREE = 1e-12
FROZEN = np.load(Path(__file__).parent / "fixtures" / "engine_before_need_shares.npz")


@pytest.fixture(scope="module")
def table():
    return factored_table(R, S, 7)


def shocks(redirect=True, mixed=False):
    return drivers(
        DAYS,
        capacity=(capacity(N, 4, 0.7, 3, 10, DAYS), capacity(N, 7, 0.4, 5, 30, DAYS)),
        stops=(
            stop(1, [0], [1, 3], 1.0, 2, 25, DAYS, redirect=redirect),
            stop(2, [2, 3], [0], 0.5, 10, 10, DAYS, redirect=redirect != mixed),
        ),
    )


def same(found, name, scale=1.0):
    np.testing.assert_allclose(found, FROZEN[name], rtol=AGREE, atol=AGREE * scale)


CASES = {
    "alt": (shocks(), {}),
    "noalt": (shocks(), {"rule": "noalt"}),
    "lost": (shocks(False), {}),
    "mixed": (shocks(True, True), {}),
    "final_first": (shocks(), {"rationing": "final_first"}),
    "orders_first": (shocks(False), {"rationing": "orders_first"}),
    "over": (shocks(), {"over_max": 1.5, "over_tau": 30.0}),
}


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("form", ["dense", "factored"])
def test_rules_and_stops(table, name, form):
    imposed, words = CASES[name]
    used = table if form == "factored" else table.dense()
    output, days, engine = run(used, imposed, **words)
    same(output[:, :, 0], f"{name}_output")
    same(np.stack([day.used for day in days])[:, :, 0], f"{name}_used")
    same(np.stack([day.met_final for day in days])[:, :, 0], f"{name}_met")
    same(np.concatenate(engine.state.stock)[:, :, 0], f"{name}_stock")


def test_rebuilding(table):
    hit = np.array([1, 2], dtype=np.intp)
    suppliers, split = rebuild_split(table, hit, [0, 2], [0.6, 0.4])
    capital = table.output[hit] * 1000.0
    event = RebuildEvent(hit, 0.2 * capital[:, None], capital, suppliers, split, 2, 3, 20.0)
    output, _, engine = run(table, shocks(), rebuilding=Rebuilding(N, [event]))
    same(output[:, :, 0], "rebuild_output")
    same(np.concatenate(engine.state.stock)[:, :, 0], "rebuild_stock")


def test_surge(table):
    surge = DemandShock(np.array([1]), np.array([0, 2]), np.full((DAYS, 1), 0.1))
    base = shocks()
    output, _, _ = run(table, Drivers(DAYS, 1, base.capacity, base.stops, (surge,)))
    same(output[:, :, 0], "surge_output")


def test_batch_with_own_stocks(table):
    base, factors = shocks(), np.array([1.0, 0.5, 0.1])[None, :]
    imposed = Drivers(
        DAYS,
        3,
        tuple(CapacityShock(c.weight, c.path * factors) for c in base.capacity),
        tuple(
            type(c)(c.sector, c.exporters, c.importers, c.path * factors, c.redirect)
            for c in base.stops
        ),
    )
    words = {
        "days": 10 * np.array([1.0, 2.0, 1.0]),
        "psi": 0.8 * np.array([1.0, 1.0, 1.2]),
        "rise": np.array([1.0, 0.5, 1.0]) / 30,
    }
    output, _, _ = run(table, imposed, **words)
    same(output, "batch_output")


@pytest.mark.parametrize("reading", ["leontief", "strong", "half", "weak", "linear"])
def test_readings(table, reading):
    level = np.array([1.0, 0.5, 0.0])[:, None, None]
    behaviour = Behaviour(
        limit="sum" if reading == "linear" else "min", from_start=True, whole_stock=True
    )
    need = reading_need(reading, level)
    output, _, _ = run(table, shocks(), days=5.0, need=need, reading=reading, behaviour=behaviour)
    same(output[:, :, 0], f"reading_{reading}_output")
