"""Order statistics: equal to numpy's quantiles of the same definition."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from isthmus.kernels.order_statistics import order_statistics

SHARES = (0.0, 0.025, 0.1, 0.25, 0.5, 0.9, 0.975, 1.0)


@pytest.mark.parametrize("method", ["inverted_cdf", "nearest"])
@given(
    values=arrays(np.float64, st.integers(1, 120), elements=st.floats(allow_nan=False, width=32))
)
def test_equal_to_numpy(method, values):
    ours = order_statistics(values, SHARES, method)
    np.testing.assert_array_equal(ours, np.quantile(values, SHARES, method=method))


def test_by_hand():
    values = np.array([4.0, 1.0, np.inf, 2.0])
    assert order_statistics(values, (0.25, 0.5, 0.75, 1.0), "inverted_cdf").tolist() == [
        1.0,
        2.0,
        4.0,
        np.inf,
    ]
    assert order_statistics(values, (0.5,), "nearest").tolist() == [4.0]  # place 1.5, to the even


def test_what_is_no_number_hides_nothing():
    found = order_statistics(np.array([1.0, np.nan]), (0.1, 0.9), "nearest")
    assert np.isnan(found).all()
