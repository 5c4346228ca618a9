"""Smallest payments by hand, against their closed form, and fixed over draws."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from isthmus.kernels.transfers import needed, smallest_payments


def test_payers_give_the_same_share_of_what_they_can_spare():
    found = smallest_payments([3.0, -2.0, -4.0])
    np.testing.assert_allclose(found.net, [3.0, -1.0, -2.0], atol=1e-6)
    assert found.moved == pytest.approx(3.0)
    assert found.outside == pytest.approx(0.0, abs=1e-6)


def test_what_nobody_can_spare_comes_from_outside():
    found = smallest_payments([3.0, 2.0, -4.0])
    np.testing.assert_allclose(found.net, [3.0, 2.0, -4.0], atol=1e-6)
    assert found.outside == pytest.approx(1.0)


def test_nothing_moves_where_everybody_gains():
    found = smallest_payments([-1.0, 0.0, -2.0])
    assert found.moved == pytest.approx(0.0, abs=1e-6)
    np.testing.assert_allclose(found.net, 0.0, atol=1e-6)


@given(arrays(float, 5, elements=st.floats(-100, 100)))
def test_the_programme_meets_its_closed_form(need):
    found = smallest_payments(need)
    short = np.maximum(need, 0.0).sum()
    spare = np.maximum(-need, 0.0).sum()
    assert found.moved == pytest.approx(short, abs=1e-4)
    assert found.outside == pytest.approx(max(short - spare, 0.0), abs=1e-4)
    assert (found.net >= need - 1e-4).all()
    assert found.net.sum() == pytest.approx(found.outside, abs=1e-4)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.8, 1.0])
def test_what_is_needed_is_enough_in_the_share_of_draws_and_no_more(share):
    balance = np.random.default_rng(3).normal(size=(4, 40))
    need = needed(balance, share)[:, None]
    assert ((balance + need >= -1e-12).mean(axis=1) >= share).all()
    assert ((balance + need - 1e-9 >= 0).mean(axis=1) < share).all()
