from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.errors import BadInput
from isthmus.kernels.leverage import price_rise, purchase_ban_loss, supply_stop_loss


@pytest.mark.parametrize(("share", "percent"), [(0.3, 9.3), (0.5, 18.9), (0.9, 77.8)])
def test_price_rise_at_elasticity_five(share, percent):
    assert round(float(price_rise(share, 5.0)) * 100, 1) == percent


def test_price_rise_equals_the_ratio_of_literal_price_indices():
    prices, s = np.array([1.0, 1.3, 0.8]), 3.2
    taste = np.array([0.5, 0.2, 0.3])
    terms = taste * prices ** (1 - s)
    before = terms.sum() ** (1 / (1 - s))
    after = terms[1:].sum() ** (1 / (1 - s))
    assert float(price_rise(terms[0] / terms.sum(), s)) == pytest.approx(after / before - 1)


def test_everything_gone_is_infinite_and_the_loss_is_capped():
    assert np.isposinf(price_rise(1.0, 5.0))
    assert float(supply_stop_loss(1.0, 5.0, 10.0, 7.0)) == 7.0
    assert float(supply_stop_loss(1.0, 5.0, 0.0, 7.0)) == 0.0


def test_supply_loss_by_hand():
    # 200/(5-1) * -ln(0.5) = 50 * 0.693147
    assert float(supply_stop_loss(0.5, 5.0, 200.0, 1e9)) == pytest.approx(34.657359, abs=1e-6)


@pytest.mark.parametrize("s", [1.0, 0.5, -2.0, np.inf, np.nan])
def test_elasticity_of_one_or_less_raises(s):
    with pytest.raises(BadInput):
        price_rise(0.3, s)
    with pytest.raises(BadInput):
        supply_stop_loss(0.3, s, 1.0, 1.0)


@pytest.mark.parametrize("w", [-0.1, 1.1, np.nan])
def test_shares_outside_the_unit_interval_raise(w):
    with pytest.raises(BadInput):
        price_rise(w, 5.0)


@given(st.floats(0, 0.99), st.floats(0, 0.99), st.floats(1.1, 20))
def test_loss_is_convex_in_the_share(w1, w2, s):
    mid = supply_stop_loss((w1 + w2) / 2, s, 1.0, 1e12)
    ends = (supply_stop_loss(w1, s, 1.0, 1e12) + supply_stop_loss(w2, s, 1.0, 1e12)) / 2
    assert mid <= ends + 1e-12


@given(st.floats(0, 1), st.floats(1.1, 20), st.floats(0, 1e6), st.floats(0, 1e6))
def test_loss_never_exceeds_its_cap(w, s, outlay, cap):
    assert 0 <= float(supply_stop_loss(w, s, outlay, cap)) <= cap


def test_purchase_ban_by_hand():
    # 100 of exports, 60 % domestic, a quarter resold, 5 for finding buyers
    assert float(purchase_ban_loss(100.0, 0.6, 0.25, 5.0)) == pytest.approx(50.0)
    with pytest.raises(BadInput):
        purchase_ban_loss(100.0, 1.2)
    with pytest.raises(BadInput):
        purchase_ban_loss(-1.0, 0.5)
