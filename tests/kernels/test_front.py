"""What is not dominated: by hand, by a list of every set, by exact programmes."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isthmus.errors import BadInput
from isthmus.kernels.front import epsilon_front, not_dominated, share_not_dominated


def test_not_dominated_by_hand():
    values = [[1.0, 5.0], [2.0, 4.0], [1.0, 4.0], [2.0, 4.0]]
    assert not_dominated(values).tolist() == [True, True, False, True]


def test_what_is_not_measured_compares_with_nothing():
    values = [[1.0, np.nan], [2.0, 9.0], [0.5, np.nan]]
    assert not_dominated(values).tolist() == [True, True, False]


def test_share_of_draws():
    values = [[[1.0, 1.0], [2.0, 2.0]], [[1.0, 3.0], [2.0, 2.0]]]
    assert share_not_dominated(values) == pytest.approx([0.5, 1.0])


def listed(gain, cost, excludes):
    """Every set of actions; the front of sums."""
    n = len(gain)
    sets = [
        s
        for size in range(n + 1)
        for s in combinations(range(n), size)
        if not any(a in s and b in s for a, b in excludes)
    ]
    points = {(sum(gain[i] for i in s), sum(cost[i] for i in s)) for s in sets}
    return sorted(
        (g, c)
        for g, c in points
        if not any((h >= g and d <= c) and (h > g or d < c) for h, d in points)
    )


def test_exact_front_by_hand():
    found = epsilon_front([3.0, 2.0, 2.0], [3.0, 1.0, 4.0], [(0, 1)])
    assert [(s, g, c) for s, g, c in found] == [
        ((), 0.0, 0.0),
        ((1,), 2.0, 1.0),
        ((0,), 3.0, 3.0),
        ((1, 2), 4.0, 5.0),
        ((0, 2), 5.0, 7.0),
    ]


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), min_size=1, max_size=6),
    st.booleans(),
)
def test_the_exact_front_is_that_of_a_list_of_every_set(actions, apart):
    gain = [float(g) for g, _ in actions]
    cost = [float(c) for _, c in actions]
    excludes = [(0, 1)] if apart and len(actions) > 1 else []
    found = [(g, c) for _, g, c in epsilon_front(gain, cost, excludes)]
    wanted = listed(gain, cost, excludes)
    assert len(found) == len(wanted)
    assert np.array(found) == pytest.approx(np.array(wanted, float))


def test_negative_numbers_are_refused():
    with pytest.raises(BadInput):
        epsilon_front([-1.0], [1.0])
