from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from isthmus.errors import BadInput
from isthmus.kernels.concentration import (
    ghhi,
    held_in_window,
    hhi,
    mirror_interval,
    ratio,
    reexport_corrected,
    shares,
)

# amounts stay in a range where a product of two is neither under- nor overflowing
amounts = st.one_of(st.just(0.0), st.floats(1e-3, 1e6))
matrices = hnp.arrays(np.float64, (5, 3), elements=amounts)


def test_shares_by_hand():
    got = shares(np.array([[1.0, 0.0], [3.0, 0.0]]))
    assert got.tolist() == [[0.25, 0.0], [0.75, 0.0]]


def test_hhi_by_hand():
    assert hhi(np.array([[50.0], [30.0], [20.0]]))[0] == pytest.approx(0.38, abs=1e-15)


def test_ghhi_by_hand():
    values = np.array([[50.0], [30.0], [20.0]])
    # 0.25 * 1 + 0.09 * 0.5 + 0.04 * 0
    assert ghhi(values, np.array([1.0, 0.5, 0.0]))[0] == pytest.approx(0.295, abs=1e-15)


def test_ratio_names_the_two_kinds_of_nothing():
    got = ratio(np.array([1.0, 0.0, 3.0]), np.array([0.0, 0.0, 2.0]))
    assert got.tolist() == [np.inf, 0.0, 1.5]


@pytest.mark.parametrize("bad", [[-1.0, 2.0], [np.nan, 1.0], [np.inf, 1.0]])
def test_shares_refuse_impossible_amounts(bad):
    with pytest.raises(BadInput):
        shares(np.array(bad), axis=0)


def test_distance_outside_unit_interval_is_refused():
    with pytest.raises(BadInput):
        ghhi(np.ones((2, 1)), np.array([0.0, 1.2]))


@given(matrices, st.floats(1e-3, 1e3))
def test_hhi_does_not_depend_on_the_unit(values, factor):
    np.testing.assert_allclose(hhi(values), hhi(values * factor), rtol=1e-12)


@given(matrices, st.permutations(range(5)))
def test_hhi_does_not_depend_on_the_order_of_origins(values, order):
    np.testing.assert_allclose(hhi(values), hhi(values[list(order)]), rtol=1e-12)


@given(matrices)
def test_hhi_bounds(values):
    got = hhi(values)
    traded = values.sum(axis=0) > 0
    assert (got[~traded] == 0).all()
    assert (got[traded] >= 1 / 5 - 1e-12).all()
    assert (got[traded] <= 1 + 1e-12).all()


@given(matrices, hnp.arrays(np.float64, 5, elements=st.floats(0, 1)))
def test_ghhi_lies_between_zero_and_hhi(values, g):
    got = ghhi(values, g)
    assert (got >= 0).all()
    assert (got <= hhi(values) + 1e-12).all()
    np.testing.assert_allclose(ghhi(values, np.ones(5)), hhi(values), rtol=1e-12)


def test_two_of_three_years_by_hand():
    flags = np.array([[True], [False], [True], [False], [False]])
    assert held_in_window(flags, window=3, required=2)[:, 0].tolist() == [True, False, False]
    with pytest.raises(BadInput):
        held_in_window(flags, window=6, required=2)


def test_mirror_interval_by_hand():
    low, high, both = mirror_interval(np.array([4.0, np.nan, 7.0]), np.array([10.0, 3.0, np.nan]))
    assert low.tolist() == [4.0, 3.0, 7.0]
    assert high.tolist() == [10.0, 3.0, 7.0]
    assert both.tolist() == [True, False, False]
    with pytest.raises(BadInput):
        mirror_interval(np.array([np.nan]), np.array([np.nan]))


def test_reexports_of_a_pure_hub_by_hand():
    # maker -> hub 100, hub -> buyer 80 of which all but none of its own making: half is re-export
    M = np.zeros((3, 3))
    M[0, 1], M[1, 2], M[0, 2] = 100.0, 80.0, 20.0
    a = reexport_corrected(M, np.array([0.0, 0.5, 0.0]))
    assert a[:, 2] == pytest.approx([60.0, 40.0, 0.0])
    assert a[:, 1] == pytest.approx([100.0, 0.0, 0.0])


def _iterated(M, rho, rounds=5000):
    """Literal form: loop over the definition with omega from the previous round."""
    n = len(M)
    a = M.copy()
    for _ in range(rounds):
        new = np.zeros_like(M)
        for j in range(n):
            for i in range(n):
                new[i, j] = (1 - rho[i]) * M[i, j]
                for h in range(n):
                    total = sum(a[o, h] for o in range(n))
                    if total > 0:
                        new[i, j] += rho[h] * M[h, j] * a[i, h] / total
        if np.abs(new - a).max() < 1e-13 * max(M.max(), 1.0):
            return new
        a = new
    raise AssertionError("literal iteration did not settle")


def test_reexport_fixed_point_equals_the_literal_iteration():
    rng = np.random.default_rng(3)
    M = rng.lognormal(0, 2, (4, 4))
    np.fill_diagonal(M, 0.0)
    rho = np.array([0.0, 0.7, 0.2, 0.4])
    np.testing.assert_allclose(reexport_corrected(M, rho), _iterated(M, rho), rtol=1e-9)


@settings(max_examples=60)
@given(
    hnp.arrays(np.float64, (4, 4), elements=amounts),
    st.lists(st.floats(0, 0.9), min_size=4, max_size=4),
)
def test_reexport_correction_keeps_every_importers_total(M, rho):
    np.fill_diagonal(M, 0.0)
    a = reexport_corrected(M, np.array(rho))
    np.testing.assert_allclose(a.sum(axis=0), M.sum(axis=0), rtol=1e-9)
    assert (a >= 0).all()


def test_no_reexports_change_nothing():
    M = np.array([[0.0, 2.0], [3.0, 0.0]])
    np.testing.assert_array_equal(reexport_corrected(M, np.zeros(2)), M)


def test_reexport_correction_refuses_domestic_sales():
    with pytest.raises(BadInput):
        reexport_corrected(np.ones((2, 2)), np.zeros(2))
    with pytest.raises(BadInput):
        reexport_corrected(np.zeros((2, 2)), np.ones(2))
