"""Estimates, errors and bias of regressors against dense algebra on small panels."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import stdtr

import isthmus.kernels.threeway_inference as inference
from isthmus.errors import BadInput, SingularSystem
from isthmus.kernels.ppml import ppml
from isthmus.kernels.threeway_inference import estimate_regressors


def panel(seed, n=9, T=3, p=2, noise=0.4, zeros=0.1):
    rng = np.random.default_rng(seed)
    X = np.empty((n, n, T, p))
    X[..., 0] = np.arange(T) >= rng.integers(1, T + 1, (n, n, 1))
    X[..., 1:] = rng.normal(size=(n, n, T, p - 1))
    mean = 0.5 * X[..., 0] + rng.normal(0, 0.7, (n, n, 1)) + rng.normal(0, 0.3, (n, 1, T))
    Y = np.exp(mean + noise * rng.normal(size=(n, n, T))) * (rng.random((n, n, T)) >= zeros)
    return Y, X


def long_form(Y, X):
    n, _, T = Y.shape
    i, j, t = (a.ravel() for a in np.meshgrid(range(n), range(n), range(T), indexing="ij"))
    keep = i != j
    i, j, t = i[keep], j[keep], t[keep]
    return Y[i, j, t], X[i, j, t], [i * n + j, i * T + t, j * T + t], i * n + j


class Dense:
    """The same linear algebra with every dummy written out."""

    def __init__(self, Y, X, fitted):
        y, x, effects, pair = long_form(Y, X)
        mu = long_form(fitted, X)[0]
        self.groups = [np.flatnonzero(pair == g) for g in np.unique(pair)]
        D = np.column_stack([(e[:, None] == np.unique(e)).astype(float) for e in effects])
        F = np.column_stack([x, D])
        weighted = mu[:, None] * F
        self.P = weighted @ np.linalg.pinv(weighted.T @ F, rcond=1e-11) @ F.T
        wd = mu[:, None] * D
        self.x = x - D @ np.linalg.pinv(wd.T @ D, rcond=1e-12) @ (wd.T @ x)
        self.bread = np.linalg.inv((mu[:, None] * self.x).T @ self.x)
        inverse = [np.linalg.pinv(np.eye(len(a)) - self.own(a), rcond=1e-9) for a in self.groups]
        self.left = [v @ (y - mu)[a] for v, a in zip(inverse, self.groups, strict=True)]
        self.inverse = inverse

    def own(self, a):
        return self.P[np.ix_(a, a)]

    def covariance(self, variances):
        sums = [self.x[a].T @ v @ self.x[a] for a, v in zip(self.groups, variances, strict=True)]
        return self.bread @ sum(sums) @ self.bread

    def without_prediction(self, rounds):
        raw = [np.outer(s, s) for s in self.left]
        now = raw
        for _ in range(rounds):
            whole = np.zeros_like(self.P)
            for a, v in zip(self.groups, now, strict=True):
                whole[np.ix_(a, a)] = v
            carried = self.P @ whole @ self.P.T
            now = [
                r - m @ (carried[np.ix_(a, a)] - self.own(a) @ v @ self.own(a).T) @ m.T
                for r, v, m, a in zip(raw, now, self.inverse, self.groups, strict=True)
            ]
        return self.covariance(now)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_estimates_and_usual_errors_equal_the_general_estimator(seed):
    Y, X = panel(seed)
    y, x, effects, pair = long_form(Y, X)
    general = ppml(y, x, effects, clusters=pair, tolerance=1e-13)
    got = estimate_regressors(Y, X)
    np.testing.assert_allclose(got.coef, general.coef, atol=1e-9)
    np.testing.assert_allclose(got.sandwich, general.covariance, rtol=1e-6)
    assert got.pairs == general.clusters


@pytest.mark.parametrize("seed", [0, 1])
def test_corrected_errors_equal_dense_algebra(seed, monkeypatch):
    monkeypatch.setattr(inference, "SETTLED", 1e-6)
    Y, X = panel(seed, noise=0.3, zeros=0.0)
    got = estimate_regressors(Y, X)
    dense = Dense(Y, X, got.fitted)
    pairs = got.pairs
    apart = dense.covariance([np.outer(s, s) for s in dense.left]) * (pairs - 1) / pairs
    np.testing.assert_allclose(got.jackknife, apart, rtol=1e-7)
    assert got.settled
    want = dense.without_prediction(80)
    np.testing.assert_allclose(np.diag(got.covariance), np.diag(want), rtol=1e-4)


def test_errors_are_unbiased_where_the_sandwich_is_not():
    """Linear in its errors: expected outer products in, the true variance out."""
    Y, X = panel(5, n=8, p=2, noise=0.0, zeros=0.0)
    got = estimate_regressors(Y, X)
    dense = Dense(Y, X, got.fitted)
    rng = np.random.default_rng(0)
    n, draws = len(dense.P), 4000
    mu = long_form(got.fitted, X)[0]
    errors = rng.normal(size=(draws, n)) * 0.2 * mu
    residual = errors @ (np.eye(n) - dense.P).T
    true = dense.covariance([np.diag((0.2 * mu[a]) ** 2) for a in dense.groups])
    plain = dense.covariance(
        [np.einsum("da,db->ab", residual[:, a], residual[:, a]) / draws for a in dense.groups]
    )
    dense.left = [residual[:, a] @ m.T for a, m in zip(dense.groups, dense.inverse, strict=True)]
    raw = [s.T @ s / draws for s in dense.left]
    now = raw
    for _ in range(60):
        whole = np.zeros_like(dense.P)
        for a, v in zip(dense.groups, now, strict=True):
            whole[np.ix_(a, a)] = v
        carried = dense.P @ whole @ dense.P.T
        now = [
            r - m @ (carried[np.ix_(a, a)] - dense.own(a) @ v @ dense.own(a).T) @ m.T
            for r, v, m, a in zip(raw, now, dense.inverse, dense.groups, strict=True)
        ]
    ratio = np.diag(dense.covariance(now)) / np.diag(true)
    np.testing.assert_allclose(ratio, 1.0, atol=0.06)
    assert (np.diag(plain) / np.diag(true) < 0.9).all()


def test_the_estimated_bias_is_the_measured_one():
    """Errors that grow with the regressor pull the estimate."""
    found, estimated = [], []
    for seed in range(150):
        rng = np.random.default_rng(seed)
        x = rng.normal(0, 0.7, (12, 12, 2))
        mean = np.exp(0.5 * x + rng.normal(0, 0.3, (12, 12, 1)))
        sd = np.sqrt(np.log1p(0.3 / mean**2))
        Y = mean * np.exp(sd * rng.normal(size=mean.shape) - sd**2 / 2)
        fit = estimate_regressors(Y, x[..., None])
        found.append(fit.coef[0] - 0.5)
        estimated.append(fit.bias[0])
    error = np.std(found) / np.sqrt(len(found))
    assert np.mean(found) > 3 * error
    assert np.mean(estimated) == pytest.approx(np.mean(found), abs=2.5 * error)


@given(seed=st.integers(0, 10_000), scale=st.floats(1e-4, 1e6))
@settings(max_examples=15, deadline=None)
def test_unit_and_order_do_not_matter_and_corrected_errors_are_wider(seed, scale):
    Y, X = panel(seed, n=7, zeros=0.0)
    a = estimate_regressors(Y, X)
    order = np.random.default_rng(seed).permutation(7)
    b = estimate_regressors(scale * Y[np.ix_(order, order)], X[np.ix_(order, order)])
    for name in ("coef", "sandwich", "jackknife", "bias", "degrees"):
        np.testing.assert_allclose(getattr(b, name), getattr(a, name), rtol=1e-4, atol=1e-6)
    assert (np.diag(a.jackknife) > np.diag(a.sandwich)).all()
    assert a.settled or (a.covariance == a.jackknife).all()
    assert 0 <= a.leverage <= 1
    assert (a.degrees > 1).all()
    assert (a.degrees <= a.pairs).all()


def test_the_interval_is_students():
    Y, X = panel(3)
    got = estimate_regressors(Y, X)
    low, high = got.interval(0.9)
    quantile = (high - low) / 2 / got.standard_errors
    np.testing.assert_allclose(stdtr(got.degrees, quantile), 0.95)
    np.testing.assert_allclose((low + high) / 2, got.coef)


def test_an_effect_on_one_pair_has_no_error_from_pairs():
    Y, X = panel(1)
    X[...] = 0.0
    X[2, 4, 1:, 0] = 1.0
    with pytest.raises(SingularSystem, match="single pair"):
        estimate_regressors(Y, X[..., :1])


def test_regressors_that_the_effects_explain_are_refused():
    Y, X = panel(2)
    X[..., 1] = np.arange(X.shape[0])[:, None, None] * np.arange(X.shape[2])
    with pytest.raises(SingularSystem, match="collinear"):
        estimate_regressors(Y, X)
    with pytest.raises(BadInput):
        estimate_regressors(Y, X[:-1])
    with pytest.raises(BadInput):
        estimate_regressors(Y, np.full_like(X, np.nan))
