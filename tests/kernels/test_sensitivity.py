"""Sensitivity on functions whose indices are known in closed form."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isthmus.ensemble.blocks import blocked_rows, path_points
from isthmus.kernels.sensitivity import (
    drivers,
    elementary_effects,
    explained,
    in_classes,
    morris_measures,
    narrowing,
    rank_correlation,
    ranks,
    sobol_indices,
    spread,
)

FIRST = np.array([0.3139, 0.4424, 0.0])
TOTAL = np.array([0.5576, 0.4424, 0.2437])
"""Ishigami function with a = 7, b = 0.1 (Saltelli et al. 2008, Global Sensitivity Analysis)."""


def ishigami(u: np.ndarray) -> np.ndarray:
    x = np.pi * (2.0 * u - 1.0)
    return np.sin(x[:, 0]) * (1.0 + 0.1 * x[:, 2] ** 4) + 7.0 * np.sin(x[:, 1]) ** 2


def blocks_of(count: int, d: int, seed: int) -> np.ndarray:
    return np.concatenate(list(blocked_rows("saltelli", (count * (d + 2), d), seed, 0)))


def indices(values: np.ndarray, seed: int = 0, confidence: float = 0.95):
    rng = np.random.default_rng(seed)
    words = {"confidence": confidence, "resamples": 200, "rng": rng}
    return sobol_indices(values[:, 0], values[:, -1], values[:, 1:-1], **words)


@pytest.mark.parametrize("seed", range(4))
def test_ishigami_indices_lie_in_their_intervals(seed):
    first, total = indices(ishigami(blocks_of(1024, 3, seed)).reshape(-1, 5), seed)
    for found, true in ((first, FIRST), (total, TOTAL)):
        assert (found.low <= true).all()
        assert (true <= found.high).all()
        assert (found.high - found.low < 0.4).all()
        np.testing.assert_allclose(found.value, true, atol=0.05)


def test_intervals_cover_about_as_often_as_they_say():
    """With independent draws, as the bootstrap takes them to be; exact shares are 1/5 and 4/5."""
    inside = []
    for seed in range(60):
        rng = np.random.default_rng(seed)
        a, b = rng.standard_normal((2, 256, 2))
        mixed = [np.where(np.arange(2) == j, b, a) for j in range(2)]
        y = [x @ [1.0, 2.0] for x in (a, *mixed, b)]
        first, total = indices(np.stack(y, axis=1), seed, confidence=0.8)
        inside += [
            low <= true <= high
            for e in (first, total)
            for low, high, true in zip(e.low, e.high, (0.2, 0.8), strict=True)
        ]
    assert 0.65 < np.mean(inside) < 0.92


@settings(max_examples=20)
@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e3))
def test_indices_do_not_depend_on_shift_and_scale(shift, scale):
    y = ishigami(blocks_of(64, 3, 1)).reshape(-1, 5)
    for one, two in zip(indices(y), indices(shift + scale * y), strict=True):
        np.testing.assert_allclose(one.value, two.value, atol=1e-6)


def test_an_answer_that_does_not_vary_has_no_indices():
    first, total = indices(np.full((16, 4), 1e9 / 3.0))
    assert np.isnan(first.value).all()
    assert np.isnan(total.value).all()


def test_two_designs_one_after_the_other_are_one():
    for design, size in (("saltelli", 5), ("morris", 4)):
        whole = np.concatenate(list(blocked_rows(design, (16 * size, 3), 7, 0)))
        halves = [np.concatenate(list(blocked_rows(design, (8 * size, 3), 7, k))) for k in (0, 8)]
        np.testing.assert_array_equal(np.concatenate(halves), whole)


def test_rows_of_a_block_mix_two_samples():
    rows = blocks_of(8, 3, 2).reshape(8, 5, 3)
    a, b = rows[:, 0], rows[:, 4]
    for j in range(3):
        np.testing.assert_array_equal(rows[:, 1 + j], np.where(np.arange(3) == j, b, a))


def test_effects_of_a_line_are_its_slopes():
    points = path_points(6, 4, 0, 0)
    assert set(np.round(np.unique(points) * 3.0, 9)) == {0.0, 1.0, 2.0, 3.0}
    slopes = np.array([3.0, -1.0, 0.0, 0.5])
    effects = elementary_effects(points @ slopes, points)
    np.testing.assert_allclose(effects, np.tile(slopes, (6, 1)), atol=1e-12)
    rng = np.random.default_rng(0)
    found = morris_measures(effects, confidence=0.9, resamples=200, rng=rng)
    np.testing.assert_allclose(found.mu_star.value, np.abs(slopes), atol=1e-12)
    np.testing.assert_allclose(found.mu, slopes, atol=1e-12)
    np.testing.assert_allclose(found.sigma, 0.0, atol=1e-12)
    np.testing.assert_allclose(found.mu_star.high - found.mu_star.low, 0.0, atol=1e-12)


def test_effects_of_a_product_scatter():
    points = path_points(400, 2, 3, 0)
    effects = elementary_effects(points[..., 0] * points[..., 1], points)
    rng = np.random.default_rng(0)
    found = morris_measures(effects, confidence=0.95, resamples=200, rng=rng)
    # d(xy)/dx = y, uniform on the four levels: mean 1/2, standard deviation sqrt(5)/6.
    np.testing.assert_allclose(found.mu_star.value, 0.5, atol=0.05)
    np.testing.assert_allclose(found.sigma, np.sqrt(5.0) / 6.0, atol=0.03)


def test_knowing_a_part_of_a_sum_of_normals_narrows_it():
    x = np.random.default_rng(5).standard_normal((4096, 2))
    y = x @ [1.0, 2.0]
    rng = np.random.default_rng(0)
    for j, share in enumerate((0.2, 0.8)):
        place = in_classes(x[:, j], 20)
        found, chance = narrowing(place, y, (0.05, 0.95), shuffles=50, rng=rng)
        # The range of a normal goes with its standard deviation; classes have a width of their own.
        assert found == pytest.approx(1.0 - np.sqrt(1.0 - share), abs=0.05)
        assert found > chance > 0.0
        assert explained(place, y) == pytest.approx(share, abs=0.05)


def test_knowing_what_has_no_influence_narrows_nothing():
    rng = np.random.default_rng(2)
    beyond = []
    for _ in range(40):
        x, y = rng.random((2, 512))
        found, chance = narrowing(in_classes(x, 8), y, (0.05, 0.95), shuffles=100, rng=rng)
        assert abs(found) < 0.1
        beyond.append(found > chance)
    assert np.mean(beyond) < 0.25
    x = rng.random(512)
    assert np.isnan(narrowing(in_classes(np.ones(512), 8), x, (0.05, 0.95), shuffles=9, rng=rng)[0])
    assert np.isnan(explained(in_classes(np.ones(512), 8), x))


def test_alternatives_are_classes_of_their_own():
    x = np.repeat([0.0, 1.0, 2.0], [100, 40, 60])
    place = in_classes(x, 20)
    assert len(set(place.tolist())) == 3
    assert explained(place, x) == pytest.approx(1.0)


@given(st.lists(st.integers(0, 5), min_size=2, max_size=30))
def test_ranks_and_spread_are_those_of_the_textbook(values):
    from scipy.stats import rankdata, spearmanr

    x = np.array(values, dtype=np.float64)
    np.testing.assert_allclose(ranks(x), rankdata(x) - 1.0)
    low, high = np.quantile(x, (0.05, 0.95))
    assert spread(x, (0.05, 0.95)) == pytest.approx(high - low, abs=1e-12)
    y = np.arange(len(x), dtype=np.float64)
    if len(set(values)) > 1:
        assert rank_correlation(x, y) == pytest.approx(spearmanr(x, y).statistic, abs=1e-12)
    else:
        assert np.isnan(rank_correlation(x, y))


def test_drivers_are_told_from_chance():
    rng = np.random.default_rng(5)
    numbers = {f"noise {n}": rng.random(400) for n in range(20)}
    numbers |= {"up": rng.random(400), "down": rng.random(400), "held": np.full(400, 2.0)}
    answer = np.exp(3.0 * numbers["up"]) - 8.0 * numbers["down"] + 0.1 * rng.random(400)
    answer[0] = np.inf
    assert [(n, r > 0) for n, r in drivers(numbers, answer)] == [("up", True), ("down", False)]
    assert drivers({name: numbers[name] for name in ("noise 1", "held")}, answer) == []
    assert drivers({}, answer) == []
    assert drivers({"up": numbers["up"][:2]}, answer[:2]) == []
