"""Fuel and power by hand: days of a stock, idle plants, what is spared, conservation."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from isthmus.kernels.power import Fuels, first_day, run_power


def fuels(stock, share, for_power=(1, 1), spared=(0, 0), reserve=(0, 0)):
    return Fuels(*(np.array(v, float)[:, None] for v in (stock, share, for_power, spared, reserve)))


def coming(*days):
    return np.array(days, float)[:, :, None]


def test_a_stock_lasts_its_days_and_what_needs_no_fuel_goes_on():
    found = run_power(fuels([2.5, 10], [0.5, 0.3]), coming(*[(0, 1)] * 5))
    np.testing.assert_allclose(found.power[:, 0], [1, 1, 0.75, 0.5, 0.5])
    np.testing.assert_allclose(found.stock[:, 0, 0], [1.5, 0.5, 0, 0, 0])
    np.testing.assert_allclose(found.stock[:, 1, 0], 10)
    assert first_day(found.power, 0.9)[0] == 2
    assert np.isinf(first_day(found.power, 0.4)[0])


def test_what_is_spared_lengthens_a_stock():
    # A fifth of the gas is for others; all of it stops: three days are gone in 3 / 0.8 days.
    found = run_power(fuels([3, 0], [0.5, 0], (0.8, 1), (1, 0)), coming(*[(0, 1)] * 5))
    np.testing.assert_allclose(found.power[:, 0], [1, 1, 1, 0.5 + 0.5 * 0.6 / 0.8, 0.5])


def test_idle_plants_take_over_and_burn_their_fuel():
    # Half the power from gas that is gone; idle coal plants add a tenth and burn a third more.
    found = run_power(fuels([0, 4], [0.5, 0.3], reserve=(0, 0.1)), coming(*[(0, 0)] * 5))
    np.testing.assert_allclose(found.power[:3, 0], 0.6)
    np.testing.assert_allclose(found.burnt[:3, 1, 0], 4 / 3)
    np.testing.assert_allclose(found.power[3:, 0], 0.2, atol=1e-9)


def test_more_arrives_than_is_used_and_is_kept():
    found = run_power(fuels([1, 0], [0.5, 0]), coming((2, 1), (0, 1), (0, 1), (0, 1)))
    np.testing.assert_allclose(found.power[:, 0], [1, 1, 1, 0.5])


shares = arrays.arrays(float, (2, 3), elements=st.floats(0, 0.5))
stocks = arrays.arrays(float, (2, 3), elements=st.floats(0, 20))
parts = arrays.arrays(float, (2, 3), elements=st.floats(0, 1))
flows = arrays.arrays(float, (12, 2, 3), elements=st.floats(0, 2))


@given(stocks, shares, parts, parts, shares, flows)
def test_fuel_is_conserved_and_more_stock_is_never_dark_sooner(
    stock, share, for_power, spared, reserve, arriving
):
    given_ = Fuels(stock, share, for_power, spared, reserve)
    found = run_power(given_, arriving)
    total = stock + arriving.sum(axis=0) - found.stock[-1]
    np.testing.assert_allclose(found.burnt.sum(axis=0), total, atol=1e-9)
    assert (found.stock >= 0).all()
    assert (found.power <= 1 + 1e-9).all()
    low = 1 - share.sum(axis=0) - 1e-9
    assert (found.power >= low).all()
    richer = run_power(Fuels(stock + 5, share, for_power, spared, reserve * 0), arriving)
    plain = run_power(Fuels(stock, share, for_power, spared, reserve * 0), arriving)
    assert (richer.power >= plain.power - 1e-9).all()
