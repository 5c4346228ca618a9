"""The rule of sharing against the linear programme; the cheapest set against all sets."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from isthmus.kernels.production import simulate
from isthmus.kernels.production_optimal import best_deliveries, cheapest, reach

from .test_production import chain, lines

SOLVER = 1e-6
"""Feasibility tolerance of HiGHS is 1e-7 on flows of order ten."""


@settings(max_examples=10, deadline=None, phases=(Phase.explicit, Phase.generate))
@given(st.data(), st.integers(2, 4))
def test_a_line_of_stages_does_the_best_that_can_be_done(data, stages):
    # The stop begins at once: with time before it, one who knows of it would build a stock.
    line = chain(
        weeks=20,
        lead=[data.draw(st.integers(0, 3)) for _ in range(stages)],
        hold=[*(data.draw(st.floats(0, 40)) for _ in range(stages - 1)), 0.0],
        edges=[(i + 1, i, data.draw(st.floats(0.2, 2.0))) for i in range(stages - 1)],
        plants=[(i, data.draw(st.floats(25.0, 60.0)), -np.inf, 0.0) for i in range(stages)],
        stops=((0, 0, data.draw(st.integers(1, 12))),),
        wishes=((stages - 1, 10.0),),
    )
    rule = simulate(line).delivered[:, :, 0]
    best = best_deliveries(line, np.ones(1))
    assert rule.sum() <= best.sum() + SOLVER * 200
    np.testing.assert_allclose(np.cumsum(rule), np.cumsum(best), atol=SOLVER * 200)


def test_priority_by_worth_is_the_optimum_of_a_shared_input():
    line = chain(
        weeks=6,
        lead=(0, 0, 0),
        hold=(0.0,) * 3,
        edges=((1, 0, 2.0), (2, 0, 1.0)),
        plants=((0, 20.0, -np.inf, 0.0), (1, 8.0, -np.inf, 0.0)),
        wishes=((1, 10.0), (2, 10.0), (0, 3.0)),
        priority=(2, 2, 1),
        waits=(False, False, False),
    )
    worth = np.array([1.0, 2.0, 5.0])
    best = best_deliveries(line, worth)
    np.testing.assert_allclose(best, np.tile([3.5, 10, 3], (6, 1)), atol=SOLVER)
    rule = simulate(line).delivered[:, :, 0]
    assert (rule @ worth).sum() <= (best @ worth).sum() + SOLVER
    np.testing.assert_allclose(rule[:, 2], 3, atol=SOLVER)
    assert (2 * rule[:, 0] + rule[:, 1]) == pytest.approx(np.full(6, 17.0), rel=1e-6)


@settings(max_examples=10, deadline=None)
@given(lines(draws=1), st.floats(0.1, 5.0))
def test_no_rule_beats_the_optimum(line, worth):
    short = replace(line, wish=line.wish[:12], running=line.running[:12])
    weights = np.array([1.0, worth])
    rule, best = simulate(short).delivered[:, :, 0], best_deliveries(short, weights)
    left = 12 - np.arange(12)
    assert (rule @ weights) @ left <= (best @ weights) @ left * (1 + SOLVER) + SOLVER


@settings(max_examples=20, deadline=None)
@given(lines())
def test_no_course_delivers_more_than_it_can_reach(line):
    product = int(line.wish_item[0])
    got = simulate(line).delivered[:, line.wish_item == product].sum(axis=(0, 1))
    assert (got <= reach(line, product).min(axis=0) * (1 + 1e-9) + 1e-9).all()


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_the_cheapest_set_is_that_of_a_full_search(data):
    """Remedies add to two items; output is the lesser, and a hidden part needs a pair."""
    many, draws = 5, 6
    number = st.integers(0, 6)
    costs = np.array([data.draw(st.integers(1, 9)) for _ in range(many)], dtype=np.float64)
    gains = np.array(
        [[[data.draw(number) for _ in range(draws)] for _ in range(2)] for _ in range(many)], float
    )
    base, target = np.ones((2, draws)), np.full(draws, float(data.draw(st.integers(1, 12))))
    pair = data.draw(st.sets(st.integers(0, many - 1), min_size=1, max_size=2))
    missing = data.draw(st.integers(0, 2))

    def meets(chosen):
        there = (base + np.tensordot(chosen.astype(float), gains, 1)).min(axis=0)
        return all(chosen[r] for r in pair) and (there < target - 1e-9).sum() <= missing

    sets = [np.array(s, bool) for s in itertools.product((0, 1), repeat=many)]
    working = [costs[s].sum() for s in sets if meets(s)]
    found = cheapest(costs, meets, base, gains, target, missing=missing, seconds=20)
    if not working:
        assert found.chosen is None
        return
    assert found.chosen is not None
    assert meets(found.chosen)
    assert found.cost == pytest.approx(min(working))
    assert found.gap == pytest.approx(0)


def test_without_time_the_gap_is_told():
    costs = np.array([1.0, 2.0])
    base, gains = np.ones((1, 1)), np.ones((2, 1, 1))
    words = {"base": base, "gains": gains, "target": np.full(1, 2.0), "missing": 0}
    found = cheapest(costs, lambda s: bool(s[0]), seconds=0.0, **words)
    assert (found.cost, found.gap) == (3, 1)
    found = cheapest(costs, lambda s: bool(s[0]), seconds=5.0, **words)
    assert (found.cost, found.gap) == (1, 0)
