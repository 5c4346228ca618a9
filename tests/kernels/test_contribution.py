"""Contribution of players: textbook games with closed forms, and properties."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from isthmus.errors import BadInput
from isthmus.kernels.contribution import (
    added_first,
    added_last,
    by_product,
    names_of,
    shapley,
    values_of,
)


def by_orders(v, n):
    """The value as its definition has it: the average over all orders."""
    out = np.zeros(n)
    orders = list(permutations(range(n)))
    for order in orders:
        mask = 0
        for i in order:
            out[i] += v[mask | 1 << i] - v[mask]
            mask |= 1 << i
    return out / len(orders)


def test_glove_game():
    """Two left gloves and one right: the right one takes two thirds."""
    v = values_of(3, lambda s: float(2 in s and len(s) > 1))
    assert shapley(v) == pytest.approx([1 / 6, 1 / 6, 2 / 3])


def test_airport_game():
    """Runways of 1, 2 and 4: each part is shared by those who need it."""
    need = (1.0, 2.0, 4.0)
    v = values_of(3, lambda s: max((need[i] for i in s), default=0.0))
    assert shapley(v) == pytest.approx([1 / 3, 1 / 3 + 1 / 2, 1 / 3 + 1 / 2 + 2])


def test_bankruptcy_game():
    """Estate 200, claims 100, 200, 300: v(S) is what the others' claims leave.

    v(12) = 0, v(13) = 0, v(23) = 100, v(123) = 200; over the six orders 33 1/3, 83 1/3, 83 1/3.
    """
    claims = (100.0, 200.0, 300.0)
    others = sum(claims)

    def worth(s):
        return max(200.0 - (others - sum(claims[i] for i in s)), 0.0)

    v = values_of(3, worth)
    assert shapley(v) == pytest.approx([100 / 3, 250 / 3, 250 / 3])


def test_weighted_voting_game():
    """Quota 51, weights 50, 49, 1: 2/3, 1/6, 1/6 (as textbooks have it)."""
    weights = (50, 49, 1)
    v = values_of(3, lambda s: float(sum(weights[i] for i in s) >= 51))
    assert shapley(v) == pytest.approx([2 / 3, 1 / 6, 1 / 6])


@given(arrays(float, 16, elements=st.floats(-5, 5)))
def test_the_value_is_the_average_over_all_orders_and_sums_to_the_whole(v):
    v[0] = 0.0
    found = shapley(v)
    assert found == pytest.approx(by_orders(v, 4), abs=1e-9)
    assert found.sum() == pytest.approx(v[-1], abs=1e-9)


@given(arrays(float, 8, elements=st.floats(-5, 5)), arrays(float, 8, elements=st.floats(-5, 5)))
def test_the_value_adds_up_over_games_and_keeps_draws_apart(a, b):
    a[0] = b[0] = 0.0
    both = shapley(np.stack([a, b], axis=1))
    assert both.shape == (3, 2)
    assert both.sum(axis=1) == pytest.approx(shapley(a + b), abs=1e-9)


def test_first_and_last_by_hand():
    v = values_of(2, lambda s: {(): 0.0, (0,): 1.0, (1,): 2.0, (0, 1): 4.0}[s])
    assert added_first(v) == pytest.approx([1.0, 2.0])
    assert added_last(v) == pytest.approx([2.0, 3.0])
    assert shapley(v) == pytest.approx([1.5, 2.5])


def test_shares_that_multiply_by_hand():
    v = by_product([0.5, 0.2])
    assert v == pytest.approx([0.0, 0.5, 0.2, 0.6])
    assert by_product(np.array([[0.5, 1.0], [0.2, 0.0]])).shape == (4, 2)


def test_what_cannot_be_a_game_is_refused():
    with pytest.raises(BadInput, match="power of two"):
        shapley([0.0, 1.0, 2.0])
    with pytest.raises(BadInput, match="empty coalition"):
        shapley([1.0, 1.0])
    with pytest.raises(BadInput, match="players"):
        values_of(17, len)
    assert names_of(5, ("a", "b", "c")) == ("a", "c")
