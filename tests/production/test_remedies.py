"""What remedies buy, the cheapest set of them, and the rule beside the optimum."""

from __future__ import annotations

import itertools
import runpy
import time
from pathlib import Path

import numpy as np
import pytest

from isthmus.errors import BadInput
from isthmus.kernels.production import simulate
from isthmus.production import allocation, cheapest_set, load_bill, remedies
from isthmus.production.lens import setting_of
from isthmus.production.plan import chain_of

from .test_run import LINE

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
STOP = ["CHN@14+56"]
DAYS = 70


@pytest.fixture
def line(tmp_path):
    path = tmp_path / "line.toml"
    path.write_text(LINE, encoding="utf-8")
    return path


def delivered(bill, names):
    setting = setting_of(bill, STOP, 1.0, 0.0, DAYS, 1, 0)
    chosen = [r for r in bill.remedies if r.name in names]
    return simulate(chain_of(bill, setting, chosen)).delivered.sum()


def test_gains_are_differences_of_the_same_draws(line):
    found = remedies(None, boms=(), files=[line], stops=STOP, days=DAYS, draws=1)
    gains = {r["remedy"]: r["median"] for r in found["gains"].frame.rows(named=True)}
    # Without: five full weeks, half, nothing, three halves. A stock of three weeks fills the gap
    # of 30 units up to the last week; the second source two weeks earlier brings two halves.
    assert gains["stock"] == pytest.approx(30)
    assert gains["joint"] == pytest.approx(10)
    assert gains["shifts"] == 0
    assert gains["all together"] == pytest.approx(30)
    acts = {r["remedy"]: r for r in found["acts"].frame.rows(named=True)}
    assert (acts["line"]["cost"], acts["line"]["yearly"]) == (3, 0)
    assert acts["stock"]["effect_median"] == 42
    assert acts["shifts"]["effect_median"] is None
    assert acts["shifts"]["stop_without"] == acts["shifts"]["stop_with"] == pytest.approx(38.5)
    assert acts["stock"]["stop_with"] is None


@pytest.mark.parametrize("target", [75.0, 85.0, 95.0, 100.0])
def test_the_cheapest_set_is_that_of_a_full_search(line, target):
    bill = load_bill(line)
    costs = {"stock": 1, "line": 3, "shifts": 2 * DAYS / 365.25, "joint": 1}
    sets = itertools.chain.from_iterable(itertools.combinations(costs, n) for n in range(5))
    least = min(
        sum(costs[n] for n in names) for names in sets if delivered(bill, names) >= target - 1e-6
    )
    found = cheapest_set(
        None, boms=(), files=[line], target=target, stops=STOP, days=DAYS, draws=1, confidence=1
    )
    (row,) = found["search"].frame.rows(named=True)
    assert row["cost"] == pytest.approx(least)
    assert row["gap"] == pytest.approx(0)
    assert row["met_with"] == 1
    names = found["remedies"].frame.filter(chosen="yes")["remedy"].to_list()
    assert sum(costs[n] for n in names) == pytest.approx(least)
    assert delivered(bill, names) >= target - 1e-6


@pytest.mark.slow
def test_thirty_remedies_are_searched_with_a_proof(tmp_path):
    made = runpy.run_path(str(BENCHMARKS / "production.py"))["bill"](40, 30)
    path = tmp_path / "bench.toml"
    path.write_text(made, encoding="utf-8")
    words = {"boms": (), "files": [path], "surge": 2.0, "days": 728, "draws": 20}
    begin = time.process_time()
    found = cheapest_set(None, target=10_400.0, confidence=0.8, seconds=30.0, **words)
    assert time.process_time() - begin < 30
    row = found["search"].frame.row(0, named=True)
    listed = found["remedies"].frame
    taken = listed.filter(chosen="yes")
    assert listed.height == 30
    assert 0 < taken.height < 30
    assert row["gap"] == 0.0
    assert row["bound"] == row["cost"] == pytest.approx(taken["cost"].sum())
    assert row["met_without"] < 0.8 <= row["met_with"]
    # No single one of the set can be left out.
    bill = load_bill(path)
    setting = setting_of(bill, (), 2.0, 0.0, 728, 20, 0)
    for name in taken["remedy"]:
        rest = [r for r in bill.remedies if r.name in set(taken["remedy"]) - {name}]
        made = simulate(chain_of(bill, setting, rest)).delivered.sum(axis=(0, 1))
        assert (made >= 10_400.0).mean() < 0.8


def test_a_target_out_of_reach_is_said(line):
    found = cheapest_set(
        None, boms=(), files=[line], target=1000, stops=STOP, days=DAYS, draws=1, confidence=1
    )
    (row,) = found["search"].frame.rows(named=True)
    assert (row["cost"], row["met_with"], row["met_with_all"]) == (None, None, 0)
    assert set(found["remedies"].frame["chosen"]) == {"no"}


@pytest.mark.slow
def test_more_confidence_never_costs_less():
    costs = [
        cheapest_set(None, target=2.3e6, surge=2, days=728, draws=20, confidence=c, seconds=20)[
            "search"
        ].frame["cost"][0]
        for c in (0.5, 0.7, 0.85)
    ]
    reached = [c for c in costs if c is not None]
    assert reached == sorted(reached)
    assert costs[: len(reached)] == reached
    assert reached[0] == 0 < reached[-1]


def test_what_a_search_cannot_use_is_told_at_once():
    with pytest.raises(BadInput) as caught:
        cheapest_set(None, boms=["shell-155", "interceptor"], target=-1, confidence=2, seconds=-1)
    assert {p.where for p in caught.value.problems} == {
        "product",
        "target",
        "confidence",
        "seconds",
    }


def test_the_rule_is_never_better_than_the_optimum(line):
    found = allocation(None, boms=(), files=[line], stops=["CHN@0+56"], days=140)
    (row,) = found["allocation"].frame.rows(named=True)
    assert row["rule"] == pytest.approx(row["best"])
    found = allocation(None, boms=["shell-155"], stops=["POL"], days=182)
    rows = found["allocation"].frame.rows(named=True)
    assert sum(r["rule"] for r in rows) <= sum(r["best"] for r in rows) + 1e-6
    assert np.isfinite([r["best"] for r in rows]).all()
