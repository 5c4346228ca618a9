"""Separation by a combination of regressors: found, left out, and equal to a programme over all."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from isthmus.errors import SingularSystem
from isthmus.kernels.absorb import project
from isthmus.kernels.ppml import informative, ppml
from isthmus.kernels.separation import separated

ONE = np.zeros(6, dtype=np.int64)
FIRST = np.array([0.0, 0, 1, 1, 0, 1])
GAP = np.array([0.0, 0, 0, 0, 1, 2])
OUTCOME = np.array([2.0, 2, 6, 2, 0, 0])


def brute(y: np.ndarray, X: np.ndarray, effect: np.ndarray) -> np.ndarray:
    """Largest support of a separating combination, one programme for each observation."""
    dummies = (effect[:, None] == np.unique(effect)[None, :]).astype(float)
    W = np.column_stack([X, dummies])
    positive = y > 0
    out = np.zeros(len(y), dtype=bool)
    for i in np.flatnonzero(~positive):
        found = linprog(
            -W[i],
            A_ub=np.vstack([-W[~positive], W[[i]]]),
            b_ub=np.append(np.zeros(int((~positive).sum())), 1.0),
            A_eq=W[positive] if positive.any() else None,
            b_eq=np.zeros(int(positive.sum())) if positive.any() else None,
            bounds=(None, None),
        )
        out[i] = found.fun < -0.5
    return out


def test_two_regressors_whose_difference_separates() -> None:
    fit = ppml(OUTCOME, np.column_stack([FIRST, FIRST + GAP]), [ONE])
    assert fit.coef[0] == pytest.approx(np.log(2.0))
    assert fit.identified.tolist() == [True, False]
    assert fit.kept.tolist() == [True, True, True, True, False, False]
    assert fit.fitted.tolist() == pytest.approx([2, 2, 4, 4, 0, 0])
    alone = ppml(OUTCOME[:4], FIRST[:4, None], [ONE[:4]])
    assert fit.standard_errors[0] == pytest.approx(alone.standard_errors[0])


def test_many_rows_and_a_scale_of_the_regressor() -> None:
    rng = np.random.default_rng(3)
    x = rng.normal(size=400)
    gap = np.where(np.arange(400) < 40, 1e-4 * rng.uniform(0.5, 2.0, 400), 0.0)
    y = rng.poisson(np.exp(0.5 * x + 1.0)).astype(float)
    y[:40] = 0.0
    effect = np.arange(400) % 7
    fit = ppml(y, np.column_stack([x, x + gap]), [effect])
    assert not fit.kept[:40].any()
    assert fit.kept[40:].all()
    assert fit.coef[0] == pytest.approx(ppml(y[40:], x[40:, None], [effect[40:]]).coef[0])


def test_a_combination_with_both_signs_is_estimated() -> None:
    gap = np.array([0.0, 0, 0, 0, 1, -2])
    fit = ppml(OUTCOME, np.column_stack([FIRST, FIRST + gap]), [ONE])
    assert fit.identified.all()
    assert fit.kept.all()
    assert np.isfinite(fit.standard_errors).all()


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_equals_a_programme_over_all_regressors_and_effects(data: st.DataObject) -> None:
    n = data.draw(st.integers(4, 12))
    p = data.draw(st.integers(1, 3))
    small = st.integers(-2, 2).map(float)
    X = np.array(
        data.draw(st.lists(st.lists(small, min_size=p, max_size=p), min_size=n, max_size=n))
    )
    y = np.array(data.draw(st.lists(st.sampled_from([0.0, 0.0, 1.0, 3.0]), min_size=n, max_size=n)))
    effect = np.array(data.draw(st.lists(st.integers(0, 1), min_size=n, max_size=n)))
    kept, usable = informative(y, X, [effect])
    if not kept.any() or not usable.any():
        return
    y, X, effect = y[kept], X[kept][:, usable], effect[kept]
    assert separated(y, X, [effect], project).tolist() == brute(y, X, effect).tolist()


def test_one_cluster_has_no_error() -> None:
    with pytest.raises(SingularSystem, match="one cluster"):
        ppml(OUTCOME[:4], FIRST[:4, None], [ONE[:4]], clusters=ONE[:4])


def test_two_multiples_are_collinear() -> None:
    x = np.array([0.1, 0.7, 0.3, 0.9])
    with pytest.raises(SingularSystem, match="collinear"):
        ppml(OUTCOME[:4], np.column_stack([x, 3.3 * x]), [ONE[:4]])


@pytest.mark.parametrize("factor", [1e-30, 1e-12, 1e12, 1e30])
def test_the_estimate_does_not_depend_on_the_unit_of_the_outcome(factor: float) -> None:
    rng = np.random.default_rng(1)
    x = rng.normal(size=60)
    y = rng.poisson(np.exp(x)).astype(float)
    effects = [np.arange(60) % 5]
    here, there = ppml(y, x[:, None], effects), ppml(factor * y, x[:, None], effects)
    assert there.coef == pytest.approx(here.coef, rel=1e-8)
    assert there.standard_errors == pytest.approx(here.standard_errors, rel=1e-8)
    assert there.fitted == pytest.approx(factor * here.fitted, rel=1e-8)
    assert there.deviance == pytest.approx(factor * here.deviance, rel=1e-8)
