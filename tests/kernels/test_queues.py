"""Waiting with open ends and the fluid queue, by hand and by properties."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.kernels.queues import concentration, queue, waiting


def test_the_product_limit_by_hand():
    # At 6: one of five done, 4/5 open; at 10: one of three, 8/15; at 12: one of two, 4/15.
    months = np.array([6.0, 8.0, 10.0, 12.0, 20.0])
    done = np.array([True, False, True, True, False])
    found = waiting(months, done)
    np.testing.assert_allclose(found.times, [6, 10, 12])
    np.testing.assert_allclose(found.open_share, [4 / 5, 8 / 15, 4 / 15])
    assert (found.median, found.at_least) == (12, 20)


def test_without_open_ends_it_is_the_share_that_is_left():
    months = np.array([1.0, 2.0, 2.0, 3.0])
    found = waiting(months, np.ones(4, bool))
    np.testing.assert_allclose(found.open_share, [3 / 4, 1 / 4, 0])
    assert found.median == 2


def test_a_median_that_was_not_seen_is_not_given():
    found = waiting(np.array([5.0, 50.0, 60.0]), np.array([True, False, False]))
    assert np.isinf(found.median)
    with pytest.raises(ValueError, match="waiting times"):
        waiting(np.array([]), np.array([], bool))


def test_the_queue_by_hand():
    # 100 open, 10 ordered and 20 delivered a year: ten less each year.
    alone = queue(100, 10, 20, 3)
    np.testing.assert_allclose(alone.backlog, [100, 90, 80, 70])
    np.testing.assert_allclose(alone.wait, [5, 4.5, 4, 3.5])
    np.testing.assert_allclose(alone.first, 20)
    # Half of the orders elsewhere, delivered a year and a half later.
    both = queue(100, 10, 20, 3, share=0.5, lead=1.5)
    np.testing.assert_allclose(both.backlog, [100, 85, 70, 55])
    np.testing.assert_allclose(both.second, [0, 2.5, 5])
    np.testing.assert_allclose(both.wait[1], 0.5 * 85 / 20 + 0.5 * 1.5)


def test_concentration_moves_with_the_window():
    # Ten a year from one source, ten from a new one in the third year: 1/7 of what came since.
    first, second = np.full(3, 10.0), np.array([0.0, 0.0, 10.0])
    found = concentration(1.0, first, second)
    np.testing.assert_allclose(found, [1, 1, (5 / 6) ** 2 + (1 / 6) ** 2])
    # Two suppliers of a half before: what the first source stands for keeps its own spread.
    np.testing.assert_allclose(concentration(0.5, first, np.zeros(3)), 0.5)


sizes = st.floats(0, 1e5)


@given(sizes, sizes, st.floats(1, 1e4), st.integers(1, 30), st.floats(0, 1), st.floats(0, 10))
def test_what_is_ordered_came_or_is_open(backlog, orders, rate, years, share, lead):
    found = queue(backlog, orders, rate, years, share, lead)
    ordered = backlog + orders * (1 - share) * years
    np.testing.assert_allclose(found.first.sum() + found.backlog[-1], ordered, rtol=1e-9, atol=1e-6)
    assert (found.backlog >= 0).all()
    assert (found.second >= 0).all()
    alone = queue(backlog, orders, rate, years)
    assert (found.backlog <= alone.backlog + 1e-6).all()


@pytest.mark.parametrize(
    "numbers", [(-1, 1, 1, 1), (1, 1, 0, 1), (1, 1, 1, 0), (1, 1, 1, 1, 2), (1, 1, 1, 1, 0.5, -1)]
)
def test_a_queue_needs_numbers_that_make_sense(numbers):
    with pytest.raises(ValueError, match="queue needs"):
        queue(*numbers)
