"""Balancing meets totals, keeps structure and agrees with a hand-worked case."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isthmus.kernels.balance import ras, shifted_ratios


def test_hand_worked_case():
    # odds ratio of the prior is 1, so the balanced matrix is rows x columns / total
    balanced, residual, _ = ras(np.ones((2, 2)), np.array([3.0, 1.0]), np.array([2.0, 2.0]))
    np.testing.assert_allclose(balanced, [[1.5, 1.5], [0.5, 0.5]], rtol=1e-12)
    assert residual < 1e-10


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 5), st.integers(2, 6), st.integers(2, 6))
def test_totals_are_met_and_scaling_of_the_prior_does_not_matter(seed, batch, R, C):
    rng = np.random.default_rng(seed)
    target = rng.gamma(1.0, 1.0, (batch, R, C)) + 1e-3
    rows, columns = target.sum(axis=2), target.sum(axis=1)
    prior = rng.gamma(1.0, 1.0, (batch, R, C)) + 1e-3
    balanced, residual, _ = ras(prior, rows, columns, tol=1e-12)
    assert residual <= 1e-12
    np.testing.assert_allclose(balanced.sum(axis=1), columns, rtol=1e-10)
    scaled = prior * rng.uniform(0.1, 10, (batch, R, 1)) * rng.uniform(0.1, 10, (batch, 1, C))
    np.testing.assert_allclose(ras(scaled, rows, columns, tol=1e-12)[0], balanced, rtol=1e-7)


def test_zero_cells_stay_zero():
    prior = np.array([[1.0, 0.0], [1.0, 1.0]])
    balanced, _, _ = ras(prior, np.array([2.0, 3.0]), np.array([4.0, 1.0]))
    assert balanced[0, 1] == 0
    np.testing.assert_allclose(balanced, [[2, 0], [2, 1]], rtol=1e-8)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.05, 0.95))
def test_shifted_ratios_meet_the_total_and_keep_their_order(seed, level):
    rng = np.random.default_rng(seed)
    ratios, weights = rng.uniform(0.1, 0.9, 6), rng.uniform(1, 10, 6)
    found = shifted_ratios(ratios, weights, level * weights.sum())
    assert (found * weights).sum() == pytest.approx(level * weights.sum(), rel=1e-9)
    assert ((found > 0) & (found < 1)).all()
    np.testing.assert_array_equal(np.argsort(found), np.argsort(ratios))


def test_impossible_totals_are_refused():
    with pytest.raises(ValueError, match="not between"):
        shifted_ratios(np.array([0.5]), np.array([1.0]), 2.0)
