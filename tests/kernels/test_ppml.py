from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isthmus.errors import BadInput, SingularSystem
from isthmus.kernels.absorb import project
from isthmus.kernels.ppml import informative, ppml

# both sides iterate to a gradient of round-off; what is left is their stopping rules
COEF_TOLERANCE = 1e-7


def panel(seed, n=6, years=4, zeros=0.2):
    """A bilateral panel with a policy that switches on for some pairs."""
    rng = np.random.default_rng(seed)
    i, j, t = (a.ravel() for a in np.meshgrid(range(n), range(n), range(years), indexing="ij"))
    keep = i != j
    i, j, t = i[keep], j[keep], t[keep]
    pair = i * n + j
    policy = ((rng.random(n * n) < 0.4)[pair] & (t >= rng.integers(1, years, n * n)[pair])) * 1.0
    other = rng.normal(size=len(i))
    mean = np.exp(
        0.5 * policy - 0.3 * other + rng.normal(0, 0.5, n * n)[pair]
        + rng.normal(0, 0.3, n * years)[i * years + t]
        + rng.normal(0, 0.3, n * years)[j * years + t]
    )  # fmt: skip
    y = mean * rng.lognormal(-0.08, 0.4, len(i)) * (rng.random(len(i)) > zeros)
    effects = [pair, i * years + t, j * years + t]
    return y, np.column_stack([policy, other]), effects, pair


def dummy_ppml(y, X, effects, clusters):
    """Literal Newton iteration on all dummies, with the sandwich formula written out."""
    D = [np.eye(e.max() + 1)[e] for e in effects]
    Z = np.column_stack([X, *D])
    Z = Z[:, np.abs(Z).sum(axis=0) > 0]
    theta = np.zeros(Z.shape[1])
    theta[X.shape[1] : X.shape[1] + D[0].shape[1]] = np.log(y.mean())
    for _ in range(200):
        mu = np.exp(Z @ theta)
        step = np.linalg.pinv((Z.T * mu) @ Z) @ (Z.T @ (y - mu))
        theta = theta + step
        if np.abs(Z @ step).max() < 1e-12:
            break
    mu = np.exp(Z @ theta)
    bread = np.linalg.pinv((Z.T * mu) @ Z)
    labels = np.unique(clusters)
    scores = np.array([(Z * (y - mu)[:, None])[clusters == g].sum(axis=0) for g in labels])
    covariance = bread @ (scores.T @ scores) @ bread * len(labels) / (len(labels) - 1)
    p = X.shape[1]
    return theta[:p], np.sqrt(np.diag(covariance)[:p]), mu


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_equals_the_literal_dummy_variable_estimate(seed):
    y, X, effects, pair = panel(seed)
    kept, _ = informative(y, X, effects)
    fit = ppml(y, X, effects, clusters=pair)
    want, errors, mu = dummy_ppml(y[kept], X[kept], [e[kept] for e in effects], pair[kept])
    np.testing.assert_allclose(fit.coef, want, atol=COEF_TOLERANCE)
    np.testing.assert_allclose(fit.standard_errors, errors, rtol=1e-5)
    np.testing.assert_allclose(fit.fitted[kept], mu, rtol=1e-5, atol=1e-9)


def test_jackknife_by_hand():
    """One dummy without effects but a constant: leave each cluster out of the projected step."""
    y = np.array([1.0, 3.0, 2.0, 8.0, 12.0, 7.0])
    x = np.array([0.0, 0, 0, 1, 1, 1])
    one = np.zeros(6, dtype=int)
    fit = ppml(y, x[:, None], [one], clusters=np.array([0, 1, 2, 0, 1, 2]), jackknife=True)
    mu = np.where(x == 1, 9.0, 2.0)
    rest = x - (mu * x).sum() / mu.sum()
    changes = []
    for g in range(3):
        out = np.arange(6) % 3 == g
        gram = (mu * rest**2)[~out].sum()
        changes.append((rest * (y - mu))[out].sum() / gram)
    assert fit.covariance[0, 0] == pytest.approx(2 / 3 * np.square(changes).sum())


def test_an_effect_of_one_cluster_has_no_clustered_error():
    y, x = np.array([1.0, 3.0, 2.0]), np.array([[0.0], [1.0], [0.0]])
    with pytest.raises(SingularSystem, match="single cluster"):
        ppml(y, x, [], clusters=np.array([0, 1, 2]), jackknife=True)


def test_one_dummy_is_a_ratio_of_means():
    y = np.array([1.0, 3.0, 8.0, 12.0])
    fit = ppml(y, np.array([[0.0], [0], [1], [1]]), [np.zeros(4, dtype=int)])
    assert fit.coef[0] == pytest.approx(np.log(10 / 2))


def test_fitted_values_have_the_margins_of_the_data():
    y, X, effects, _ = panel(5)
    fit = ppml(y, X, effects)
    for e in effects:
        np.testing.assert_allclose(
            np.bincount(e, weights=fit.fitted), np.bincount(e, weights=y), rtol=1e-6, atol=1e-9
        )


def test_levels_without_outcome_are_left_out_and_change_nothing():
    y, X, effects, pair = panel(3)
    dead = pair == pair[0]
    y = np.where(dead, 0.0, y)
    whole = ppml(y, X, effects, clusters=pair)
    assert not whole.kept[dead].any()
    part = ppml(y[~dead], X[~dead], [e[~dead] for e in effects], clusters=pair[~dead])
    np.testing.assert_allclose(whole.coef, part.coef, atol=1e-9)
    assert (whole.fitted[dead] == 0).all()


def test_a_regressor_without_outcome_is_reported_not_estimated():
    y, X, effects, pair = panel(4)
    hit = (pair == 1) & (effects[1] % 4 == 2)
    y = np.where(hit, 0.0, y)
    fit = ppml(y, np.column_stack([X, hit]), effects, clusters=pair)
    assert fit.identified.tolist() == [True, True, False]
    assert np.isnan(fit.coef[2])
    without = ppml(y[~hit], X[~hit], [e[~hit] for e in effects], clusters=pair[~hit])
    np.testing.assert_allclose(fit.coef[:2], without.coef, atol=1e-9)


def test_a_regressor_inside_the_effects_is_reported():
    y, X, effects, _ = panel(6)
    fit = ppml(y, np.column_stack([X[:, 0], effects[0] == 3]), effects)
    assert fit.identified.tolist() == [True, False]


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 1000), st.floats(1e-3, 1e3))
def test_the_unit_of_the_outcome_does_not_matter(seed, factor):
    y, X, effects, pair = panel(seed)
    a, b = ppml(y, X, effects, clusters=pair), ppml(y * factor, X, effects, clusters=pair)
    np.testing.assert_allclose(a.coef, b.coef, atol=1e-6)
    np.testing.assert_allclose(a.standard_errors, b.standard_errors, rtol=1e-4)


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 1000))
def test_the_order_of_rows_does_not_matter(seed):
    y, X, effects, pair = panel(seed)
    order = np.random.default_rng(seed).permutation(len(y))
    a = ppml(y, X, effects, clusters=pair)
    b = ppml(y[order], X[order], [e[order] for e in effects], clusters=pair[order])
    np.testing.assert_allclose(a.coef, b.coef, atol=1e-8)


def test_projection_leaves_no_level_mean():
    rng = np.random.default_rng(0)
    _, _, effects, _ = panel(0)
    levels = [np.unique(e, return_inverse=True)[1] for e in effects]
    w = rng.lognormal(0, 1, len(levels[0]))
    rest = project(rng.normal(size=len(w)), levels, w)
    for level in levels:
        np.testing.assert_allclose(np.bincount(level, weights=w * rest), 0, atol=1e-9)


def test_bad_outcomes_are_refused():
    with pytest.raises(BadInput):
        ppml(np.array([-1.0, 2.0]), np.ones((2, 1)), [np.zeros(2, dtype=int)])
    with pytest.raises(BadInput):
        ppml(np.array([1.0, 2.0]), np.ones((3, 1)), [np.zeros(2, dtype=int)])
    with pytest.raises(BadInput):
        ppml(np.zeros(3), np.ones((3, 1)), [np.zeros(3, dtype=int)])


@pytest.mark.parametrize(
    ("y", "effect", "words"),
    [
        (["a", "b"], [0, 1], "no array of numbers"),
        ([], [], "no observations"),
        ([1.0, 2.0], [0.0, np.nan], "levels of an effect are missing"),
    ],
)
def test_what_is_no_number_or_level_is_refused_by_name(y, effect, words):
    with pytest.raises(BadInput, match=words):
        ppml(np.array(y), np.ones((len(y), 1)), [np.array(effect)])


def test_levels_may_have_any_labels():
    y, X = np.array([1.0, 2.0, 3.0, 5.0, 4.0, 4.0]), np.array([[0.0, 1, 0, 1, 0, 2]]).T
    plain = ppml(y, X, [np.array([0, 0, 1, 1, 2, 2])]).coef
    for labels in (list("aabbcc"), [-5, -5, 7, 7, 9, 9], [0.5, 0.5, 1.5, 1.5, 2, 2]):
        assert ppml(y, X, [np.array(labels)]).coef == pytest.approx(plain)
