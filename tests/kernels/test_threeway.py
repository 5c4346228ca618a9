from __future__ import annotations

import numpy as np
import pytest

from isthmus.errors import BadInput, DidNotConverge
from isthmus.kernels.absorb import project
from isthmus.kernels.ppml import ppml
from isthmus.kernels.threeway import fit, informative_cells
from isthmus.kernels.threeway_events import estimate_events, one_step


def cubes(seed, n=7, T=5, items=2, zeros=0.15):
    rng = np.random.default_rng(seed)
    out = []
    for _ in range(items):
        X = rng.lognormal(2, 1, (n, n, 1)) * rng.lognormal(0, 0.3, (n, n, T))
        X *= rng.random((n, n, T)) > zeros
        out.append(X)
    return out


def long_form(flows):
    """The same panel for the general estimator, effects apart by item."""
    n, _, T = flows[0].shape
    k = len(flows)
    i, j, t, item = (
        a.ravel() for a in np.meshgrid(range(n), range(n), range(T), range(k), indexing="ij")
    )
    y = np.stack(flows, axis=-1).ravel()
    keep = i != j
    i, j, t, item, y = (a[keep] for a in (i, j, t, item, y))
    effects = [(i * n + j) * k + item, (i * T + t) * k + item, (j * T + t) * k + item]
    return y, (i, j, t), effects


def events(pair, years):
    h = len(years)
    return np.full(h, pair[0]), np.full(h, pair[1]), np.array(years)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_effects_alone_equal_the_general_estimator(seed):
    (X,) = cubes(seed, items=1)
    y, (i, j, t), effects = long_form([X])
    general = ppml(y, np.zeros((len(y), 0)), effects, tolerance=1e-13)
    got = fit(X)
    np.testing.assert_allclose(got.fitted[i, j, t], general.fitted, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_pooled_events_equal_the_general_estimator(seed):
    flows = cubes(seed)
    flows[0][2, 4, 3:] = 0.2
    flows[1][2, 4, 3:] = 0.4
    cells = events((2, 4), [3, 4])
    got = estimate_events([fit(X) for X in flows], flows, cells)
    y, (i, j, t), effects = long_form(flows)
    D = np.column_stack([(i == 2) & (j == 4) & (t == year) for year in (3, 4)]).astype(float)
    general = ppml(y, D, effects, tolerance=1e-13)
    np.testing.assert_allclose(got.coef, general.coef, atol=1e-7)


def test_margins_are_those_of_the_data():
    (X,) = cubes(9, items=1)
    keep = informative_cells(X)
    mu = fit(X).fitted
    for axis in (0, 1, 2):
        np.testing.assert_allclose(
            mu.sum(axis=axis), (X * keep).sum(axis=axis), rtol=1e-9, atol=1e-9
        )


def test_one_step_is_a_newton_step_of_the_effects_with_events_exact():
    flows = cubes(4)
    bases = [fit(X) for X in flows]
    cells = tuple(
        np.stack([a, b])
        for a, b in zip(events((2, 4), [3, 4]), events((1, 5), [0, 2]), strict=True)
    )
    got = one_step(bases, flows, cells)
    y, (i, j, t), effects = long_form(flows)
    mu = np.stack([b.fitted for b in bases], axis=-1)
    mu = mu[~np.eye(7, dtype=bool)].ravel()
    keep = mu > 0
    levels = [np.unique(e[keep], return_inverse=True)[1] for e in effects]
    for p, (a, b, years) in enumerate(((2, 4, (3, 4)), (1, 5, (0, 2)))):
        D = np.column_stack([(i == a) & (j == b) & (t == year) for year in years]).astype(float)[
            keep
        ]
        rest = project(D, levels, mu[keep])
        step = np.linalg.solve((rest.T * mu[keep]) @ rest, rest.T @ (y - mu)[keep])
        moved = mu[keep] * np.exp(-(D - rest) @ np.clip(step, -2, 2))
        with np.errstate(divide="ignore"):
            want = np.log((D.T @ y[keep]) / (D.T @ moved))
        np.testing.assert_allclose(got[p], want, rtol=1e-6)


def test_one_step_is_near_the_estimate_of_a_large_fall():
    flows = cubes(4, n=10, T=8, zeros=0.0)
    for X in flows:
        X[2, 4, 6:] *= 0.1
    bases = [fit(X) for X in flows]
    i, j, t = events((2, 4), [6, 7])
    full = estimate_events(bases, flows, (i, j, t)).coef
    near = one_step(bases, flows, (i[None], j[None], t[None]))[0]
    np.testing.assert_allclose(near, full, atol=0.1)


def test_the_unit_and_the_order_of_economies_do_not_matter():
    flows = cubes(5)
    cells = events((2, 4), [3])
    a = estimate_events([fit(X) for X in flows], flows, cells).coef
    big = [X * 1e4 for X in flows]
    b = estimate_events([fit(X) for X in big], big, cells).coef
    order = np.array([3, 0, 6, 2, 1, 5, 4])
    mixed = [X[np.ix_(order, order)] for X in flows]
    where = np.argsort(order)
    c = estimate_events([fit(X) for X in mixed], mixed, events((where[2], where[4]), [3])).coef
    np.testing.assert_allclose(a, b, atol=1e-8)
    np.testing.assert_allclose(a, c, atol=1e-8)


def test_a_known_effect_without_noise_is_found_exactly():
    rng = np.random.default_rng(1)
    n, T = 6, 5
    X = np.exp(
        rng.normal(0, 1, (n, n, 1)) + rng.normal(0, 0.3, (n, 1, T)) + rng.normal(0, 0.3, (1, n, T))
    )
    X[1, 3, 2] *= np.exp(-1.3)
    X[1, 3, 4] *= np.exp(0.4)
    got = estimate_events([fit(X)], [X], events((1, 3), [2, 4]))
    np.testing.assert_allclose(got.coef, [-1.3, 0.4], atol=1e-8)


def test_an_event_without_any_flow_has_no_finite_effect():
    flows = cubes(6)
    for X in flows:
        X[2, 4, 3] = 0.0
    with pytest.raises(DidNotConverge, match="no finite"):
        estimate_events([fit(X) for X in flows], flows, events((2, 4), [3]))


def test_bad_cubes_are_refused():
    with pytest.raises(BadInput):
        fit(-np.ones((3, 3, 2)))
    with pytest.raises(BadInput):
        fit(np.ones((3, 4, 2)))
