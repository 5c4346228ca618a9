"""Costs a year, savings and break-evens: small cases by hand, closed forms, properties."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.errors import BadInput
from isthmus.kernels.decision import (
    at_level,
    break_even_effect,
    break_even_probability,
    capital_recovery,
    equivalent_annual_cost,
    saved_share,
    share_first,
)

positive = st.floats(1e-3, 1e6)


def test_capital_recovery_by_hand():
    # 100 over two years at 10 %: 57.619 a year, as 57.619/1.1 + 57.619/1.21 = 100
    assert capital_recovery(0.10, 2.0) == pytest.approx(0.5761904761904762)
    assert capital_recovery(0.0, 4.0) == pytest.approx(0.25)
    with pytest.raises(BadInput):
        capital_recovery(-0.01, 4.0)
    with pytest.raises(BadInput):
        capital_recovery(0.03, 0.0)


@given(st.floats(0.0, 0.3), st.integers(1, 40))
def test_payments_are_worth_what_was_spent(rate, years):
    paid = float(capital_recovery(rate, years))
    worth = sum(paid / (1 + rate) ** t for t in range(1, years + 1))
    assert worth == pytest.approx(1.0, rel=1e-9)


def test_one_hazard_two_actions_by_hand():
    """Loss 1,000; a saves 300 and costs 20 a year, b saves 200 and costs 1, both save 450."""
    loss, left = 1000.0, np.array([700.0, 800.0, 550.0])
    cost = equivalent_annual_cost([100.0, 0.0, 100.0], [0.0, 1.0, 1.0], 5.0, 0.0)
    assert cost == pytest.approx([20.0, 1.0, 21.0])
    assert saved_share(loss, left) == pytest.approx([0.3, 0.2, 0.45])
    saving = loss - left
    assert break_even_probability(cost, saving) == pytest.approx([20 / 300, 1 / 200, 21 / 450])
    # at 1 % a year: 20/10 = 2 (never), 1/10, 21/10
    assert break_even_effect(cost, loss, 0.01) == pytest.approx([2.0, 0.1, 2.1])
    # what b adds to a: 150 for 1 a year
    assert break_even_probability(cost[2] - cost[0], saving[2] - saving[0]) == pytest.approx(
        1 / 150
    )


def test_limits_of_break_evens():
    assert break_even_probability(0.0, 0.0) == 0.0
    assert break_even_probability(-3.0, 0.0) == 0.0
    assert break_even_probability(1.0, 0.0) == np.inf
    assert break_even_probability(1.0, -5.0) == np.inf
    assert break_even_effect(1.0, 0.0, 0.5) == np.inf
    assert saved_share(0.0, 0.0) == 0.0
    assert saved_share(10.0, 12.0) == pytest.approx(-0.2)


@given(positive, positive, st.floats(1e-3, 1.0))
def test_the_two_break_evens_are_one_statement(cost, loss, share):
    p = float(break_even_probability(cost, share * loss))
    assert break_even_effect(cost, loss, p) == pytest.approx(share)


def test_levels_of_delivery_by_hand():
    values = np.array([[0.0, 4.0, 6.0], [10.0, 20.0, 20.0]])
    assert at_level([0, 0.5, 1], values, 0.25) == pytest.approx([2.0, 15.0])
    assert at_level([0, 0.5, 1], values, [0.75, 1.0]) == pytest.approx([5.0, 20.0])
    assert at_level([0, 0.5, 1], values, 0.0) == pytest.approx([0.0, 10.0])
    wide = np.repeat(values[:, :, None], 3, axis=2)
    assert at_level([0, 0.5, 1], wide, 0.5).shape == (2, 3)
    for bad in ([0.1, 1], [0, 0.5], [0, 0.5, 0.5, 1]):
        with pytest.raises(BadInput, match="ascend"):
            at_level(bad, np.zeros((2, len(bad))), 0.5)
    with pytest.raises(BadInput, match="between 0 and 1"):
        at_level([0, 1], np.zeros((2, 2)), 1.5)


def test_share_first_splits_ties():
    assert share_first([[1.0, 0.0], [0.0, 2.0], [3.0, 3.0]]) == pytest.approx([0.5, 0.5])
    assert share_first([[0.0, -1.0, 0.0]]) == pytest.approx([0.5, 0.0, 0.5])
