"""One buyer's stocks: by hand, and equal to the disruption engine where the two overlap."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose

from isthmus.disruption import simulate
from isthmus.kernels.run_down import RunDown, SupplySchedule, delivered, run_down
from isthmus.scenario import CapacityLoss, ExportStop, Scenario
from isthmus.world.mrio import MRIO

AGREE = 1e-9
"""Both add and multiply the same numbers in another order."""
DAYS = 120


def supply(**given: Any) -> SupplySchedule:
    item = np.asarray(given.get("item", [0]), dtype=np.intp)
    shape = (given.get("days", DAYS), len(item))

    def full(name: str, default: float) -> np.ndarray:
        return np.broadcast_to(np.asarray(given.get(name, default), dtype=float), shape)

    share = np.asarray(given.get("share", np.ones(len(item))), dtype=float)
    return SupplySchedule(
        item, share, full("capacity", 1.0), full("stopped", 0.0), full("turned", 0.0)
    )


def run(held: SupplySchedule, days: list[float], psi: float = 0.8, need: float = 1.0) -> RunDown:
    cover = np.array(days)[:, None]
    return run_down(
        held, cover, np.full_like(cover, need), psi=np.array([psi]), restore=np.array([20.0])
    )


def test_nothing_stopped_is_nothing_lost() -> None:
    found = run(supply(item=[0, 1], share=[1, 1]), [5.0, 90.0])
    assert (found.output == 1.0).all()
    assert (found.binding == -1).all()
    assert_allclose(found.lowest[:, 0], [5.0, 90.0])


def test_a_full_stop_by_hand() -> None:
    """A stock of 10 days at psi 0.5: full output while more than 5 days are left, then S / 5.

    Days 0 to 4 use a day each and day 5 begins with 5 left, still enough; from then on each day
    uses a fifth of what is there.
    """
    found = run(supply(stopped=1.0), [10.0], psi=0.5)
    stock = 10.0
    for day in range(40):
        expected = min(1.0, stock / 5.0)
        assert found.output[day, 0] == pytest.approx(expected, rel=1e-12)
        stock -= expected
    assert (found.output[:6, 0] == 1.0).all()
    assert found.output[6, 0] == pytest.approx(0.8)
    assert found.binding[6, 0] == 0


def test_half_a_need_keeps_half_the_output() -> None:
    found = run(supply(stopped=1.0, days=600), [5.0], need=0.5)
    assert found.output[-1, 0] == pytest.approx(0.5, abs=1e-6)


def test_what_others_can_spare_is_delivered_and_no_more() -> None:
    held = supply(item=[0, 0], share=[0.6, 0.4], stopped=[1.0, 0.0], turned=1.0, capacity=[1, 1.5])
    assert_allclose(delivered(held, np.array([[1.0]]), 0), [[0.6]])
    one = supply(item=[0, 0], share=[0.6, 0.4], stopped=[1.0, 0.0], turned=1.0, capacity=[1, 3.0])
    assert_allclose(delivered(one, np.array([[1.0]]), 0), [[1.0]])
    lost = supply(item=[0, 0], share=[0.6, 0.4], stopped=[1.0, 0.0], turned=0.0, capacity=[1, 3.0])
    assert_allclose(delivered(lost, np.array([[1.0]]), 0), [[0.4]])


def table() -> MRIO:
    """A firm F whose line L takes P from A and B and Q from B; suppliers sell to nobody else."""
    places = [(e, k) for e in "ABF" for k in ("P", "Q", "L")]
    at = {place: n for n, place in enumerate(places)}
    flows, final = np.zeros((9, 9)), np.zeros((9, 3))
    flows[at["A", "P"], at["F", "L"]] = 60.0
    flows[at["B", "P"], at["F", "L"]] = 40.0
    flows[at["B", "Q"], at["F", "L"]] = 30.0
    final[at["F", "L"], 2] = 300.0
    return MRIO.from_dense(
        flows, final, economies=("A", "B", "F"), industries=("P", "Q", "L"), year=2022
    )


CASES = {
    "stop": (
        ExportStop(exporters=("A",), importers=("F",), industries=("P",), redirect=False),
        {"item": [0, 0, 1], "share": [0.6, 0.4, 1.0], "stopped": [1.0, 0.0, 0.0]},
    ),
    "part": (
        ExportStop(
            exporters=("B",), importers=("F",), industries=("*",), severity=0.7, redirect=False
        ),
        {"item": [0, 0, 1], "share": [0.6, 0.4, 1.0], "stopped": [0.0, 0.7, 0.7]},
    ),
    "capacity": (
        CapacityLoss(economies=("B",), industries=("Q",), severity=0.9),
        {"item": [0, 0, 1], "share": [0.6, 0.4, 1.0], "capacity": [1.0, 1.0, 0.1]},
    ),
    "ends": (
        ExportStop(
            exporters=("A", "B"), importers=("F",), industries=("P",), duration=30, redirect=False
        ),
        {
            "item": [0, 0, 1],
            "share": [0.6, 0.4, 1.0],
            "stopped": np.where(np.arange(DAYS)[:, None] < 30, [[1.0, 1.0, 0.0]], 0.0),
        },
    ),
}


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("psi", [0.5, 0.9])
@pytest.mark.parametrize("need", [1.0, 0.6])
def test_equal_to_the_engine_where_both_can_say_it(name: str, psi: float, need: float) -> None:
    shock, given = CASES[name]
    scenario = Scenario(name="case", horizon=DAYS, shocks=(shock,))
    engine = simulate(
        table(),
        scenario,
        stock_days={"P": 12.0, "Q": 7.0, "*": 30.0},
        psi=psi,
        need="all" if need == 1.0 else np.full((3, 3), need),
        flow="none",
        restore_days=20.0,
        rule="noalt",
        over_max=1.0,
    )
    found = run(supply(**given), [12.0, 7.0], psi=psi, need=need)
    path = engine["paths"].frame.filter(economy="F").sort("day")["output_share"].to_numpy()
    assert_allclose(found.output[:, 0], path, rtol=AGREE, atol=AGREE)
    stops = engine["stops"].frame.filter(economy="F", industry="L")
    below = np.flatnonzero(found.output[:, 0] < 0.5)
    assert stops.height == min(len(below), 1)
    if len(below):
        assert stops["day"].item() == below[0]
        assert stops["missing_input"].item() == "PQ"[found.binding[below[0], 0]]
