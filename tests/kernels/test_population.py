"""Distances, weights and correlations of approximate Bayesian computation, by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import stats

from isthmus.kernels import population as kernel

BOTH, UPPER, LOWER = (False, False), (True, False), (False, True)


def distance(model, observed, tolerance, sides):
    upper, lower = sides
    return kernel.distances(
        np.array([[model]]),
        np.array([observed]),
        np.array([tolerance]),
        np.array([upper]),
        np.array([lower]),
    )[0, 0]


@pytest.mark.parametrize(
    ("model", "sides", "wanted"),
    [
        (2.0, BOTH, 1.0),
        (0.5, BOTH, 1.0),
        (1.0, BOTH, 0.0),
        (4.0, BOTH, 2.0),
        (1.0, UPPER, 1.0),
        (-1.0, UPPER, 1.0),
        (0.5, UPPER, 0.0),
        (0.0, UPPER, 0.0),
        (2.0, UPPER, 2.0),
        (1.0, LOWER, 1.0),
        (2.0, LOWER, 0.0),
        (0.25, LOWER, 3.0),
        (np.nan, BOTH, np.inf),
    ],
)
def test_distances_are_counted_in_tolerances(model, sides, wanted):
    assert distance(model, 1.0, 2.0, sides) == pytest.approx(wanted)


def test_nothing_and_the_other_sign_are_far_but_finite():
    far = np.log(1.0 / kernel.TINY) / np.log(2.0)
    assert distance(0.0, 3.0, 2.0, BOTH) == pytest.approx(far)
    assert distance(-3.0, 3.0, 2.0, BOTH) == pytest.approx(far)


@given(st.floats(1e-3, 1e3), st.floats(1e-3, 1e3), st.floats(1.01, 5.0), st.floats(0.1, 10.0))
def test_distances_do_not_depend_on_the_unit(model, observed, tolerance, unit):
    for sides in (BOTH, UPPER, LOWER):
        one = distance(model, observed, tolerance, sides)
        assert one == pytest.approx(
            distance(model * unit, observed * unit, tolerance, sides), abs=1e-9
        )


def test_the_kernel_has_twice_the_weighted_variance():
    z = np.array([[0.0], [1.0], [4.0]])
    weight = np.array([1.0, 2.0, 1.0])
    mean = 6.0 / 4.0
    variance = (mean**2 + 2 * (1 - mean) ** 2 + (4 - mean) ** 2) / 4.0
    assert kernel.kernel_scale(z, weight)[0] == pytest.approx(np.sqrt(2.0 * variance))


def test_weights_are_prior_over_mixture():
    rng = np.random.default_rng(4)
    before, u = rng.random((7, 3)), rng.random((5, 3))
    weight, scale = rng.random(7), np.array([0.1, 0.4, 2.0])
    share = weight / weight.sum()
    cut = [stats.truncnorm(-b / scale, (1 - b) / scale, b, scale) for b in before]
    raw = [1 / sum(s * np.prod(k.pdf(row)) for s, k in zip(share, cut, strict=True)) for row in u]
    found = kernel.importance_weights(u, before, weight, scale)
    np.testing.assert_allclose(found, np.array(raw) / sum(raw), rtol=1e-10)


def test_an_ancestor_is_chosen_by_its_weight_and_moved_inside_the_cube():
    before, weight, scale = np.array([[0.5], [0.9]]), np.array([1.0, 3.0]), np.array([0.3])
    assert kernel.moved(np.array([0.2, 0.5]), before, weight, scale)[0] == pytest.approx(0.5)
    cut = stats.truncnorm((0 - 0.9) / 0.3, (1 - 0.9) / 0.3, 0.9, 0.3)
    for v in (0.0, 0.1, 0.5, 0.999):
        found = kernel.moved(np.array([0.25, v]), before, weight, scale)[0]
        assert found == pytest.approx(cut.ppf(v), abs=1e-9)
    last = kernel.moved(np.array([np.nextafter(1.0, 0), 0.0]), before, weight, scale)[0]
    assert last == pytest.approx(0.0)


def test_a_flat_population_keeps_its_weights_in_many_dimensions():
    rng = np.random.default_rng(6)
    before, weight = rng.random((300, 25)), np.full(300, 1 / 300)
    scale = kernel.kernel_scale(before, weight)
    u = np.array([kernel.moved(rng.random(26), before, weight, scale) for _ in range(300)])
    assert kernel.effective_size(kernel.importance_weights(u, before, weight, scale)) > 200


def test_effective_size():
    assert kernel.effective_size(np.ones(10)) == pytest.approx(10.0)
    assert kernel.effective_size(np.array([1.0, 0.0, 0.0])) == pytest.approx(1.0)


@given(
    hnp.arrays(np.float64, 9, elements=st.floats(-5, 5)),
    hnp.arrays(np.int64, 9, elements=st.integers(1, 4)),
)
def test_a_weight_of_k_is_k_equal_draws_in_the_middle(values, weight):
    many = np.repeat(values, weight)
    low, high = kernel.weighted_quantile(values, weight.astype(float), [0.0, 1.0])
    assert (low, high) == (many.min(), many.max())
    half = kernel.weighted_quantile(values, weight.astype(float), 0.5)
    assert many.min() <= half <= many.max()


def test_rank_correlations_are_those_of_scipy():
    rng = np.random.default_rng(8)
    one, two = rng.integers(0, 6, (40, 2)).astype(float), rng.normal(size=(40, 3))
    found = kernel.rank_correlations(one, two, np.ones(40))
    for i in range(2):
        for j in range(3):
            wanted = stats.spearmanr(one[:, i], two[:, j]).statistic
            assert found[i, j] == pytest.approx(wanted, abs=1e-12)
    still = kernel.rank_correlations(np.ones((40, 1)), two, np.ones(40))
    np.testing.assert_array_equal(still, np.zeros((1, 3)))
