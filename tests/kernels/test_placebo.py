from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from isthmus.errors import BadInput
from isthmus.kernels.placebo import half_life, placebo_interval


def test_interval_by_hand():
    placebos = np.arange(1.0, 40.0)[:, None]
    low, high = placebo_interval(np.array([10.0]), placebos)
    assert (low[0], high[0]) == (10.0 - 39.0, 10.0 - 1.0)
    low, high = placebo_interval(np.array([10.0]), placebos, level=0.8)
    assert (low[0], high[0]) == (10.0 - 36.0, 10.0 - 4.0)


def test_too_few_placebos_give_no_interval():
    low, high = placebo_interval(np.array([0.0]), np.zeros((38, 1)))
    assert np.isnan([low[0], high[0]]).all()
    assert np.isnan(placebo_interval(np.zeros(2), np.zeros((0, 2)))[0]).all()


def test_coverage_is_exact_for_any_distribution():
    draws = np.random.default_rng(0).standard_t(1.5, size=(4000, 40)) ** 3
    inside = 0
    for row in draws:
        low, high = placebo_interval(row[:1] + 2.0, row[1:, None])
        inside += bool(low[0] <= 2.0 <= high[0])
    assert inside / len(draws) == pytest.approx(0.95, abs=0.01)


def test_bad_levels_and_shapes_are_refused():
    with pytest.raises(BadInput):
        placebo_interval(np.zeros(1), np.zeros((50, 1)), level=1.0)
    with pytest.raises(BadInput):
        placebo_interval(np.zeros(2), np.zeros((50, 1)))


@given(life=st.floats(0.3, 6), depth=st.floats(0.01, 1), lag=st.integers(0, 3))
def test_an_exponential_path_has_its_own_half_life(life, depth, lag):
    h = np.arange(12)
    path = -depth * 2.0 ** (-h / life)
    peak, steps = half_life(np.concatenate([np.zeros(lag), path]))
    assert peak == lag
    assert steps == pytest.approx(life, rel=1e-9)


def test_paths_by_hand():
    assert half_life(np.array([-0.2, -0.8, 0.0])) == (1, 0.5)
    assert half_life(np.array([-1.0, -0.75, 0.25])) == (0, 1.25)
    peak, steps = half_life(np.array([-0.3, -0.9, -0.6]))
    assert peak == 1
    assert np.isnan(steps)
    assert half_life(np.array([0.1, 0.3]))[0] == -1
    assert half_life(np.zeros(0))[0] == -1


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ([-5e-324, 1.0], (0, 0.0)),
        ([-0.5, -5e-324], (0, math.log(2.0) / (math.log(0.5) + 1074 * math.log(2.0)))),
        ([-1e308, -1e-308], (0, math.log(2.0) / (616.0 * math.log(10.0)))),
        ([-1e308, 1e308], (0, 0.25)),
        ([-5e-324, -5e-324, 0.0], (0, 1.5)),
    ],
)
def test_paths_at_the_ends_of_floating_point(path, expected):
    assert half_life(np.array(path)) == pytest.approx(expected, rel=1e-12)


@example(np.array([-5e-324, 1.0]))
@example(np.array([-0.5, -5e-324]))
@given(arrays(np.float64, st.integers(1, 10), elements=st.floats(-0.99, 3)))
def test_the_scale_of_a_path_does_not_matter(path):
    a, b = half_life(path), half_life(path * 4.0)
    assert a[0] == b[0]
    assert a[1] == pytest.approx(b[1], nan_ok=True)
