from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from isthmus.errors import BadInput
from isthmus.kernels.complementarity import michaely, revealed, weighted_complementarity

positive = hnp.arrays(np.float64, 6, elements=st.floats(1e-3, 1e6))


def test_revealed_advantage_by_hand():
    # half of own exports, a quarter of the world's
    got = revealed(np.array([50.0, 50.0]), np.array([100.0, 300.0]))
    assert got == pytest.approx([2.0, 2 / 3])


def test_michaely_by_hand():
    assert michaely(np.array([1.0, 0.0]), np.array([0.0, 1.0])) == pytest.approx(0.0)
    assert michaely(np.array([1.0, 1.0]), np.array([3.0, 1.0])) == pytest.approx(0.75)
    with pytest.raises(BadInput):
        michaely(np.zeros(2), np.ones(2))


def test_weighted_complementarity_by_hand():
    # x = (1, 0), m = (1/2, 1/2), t = (1/4, 3/4): 1 * 2 = 2
    got = weighted_complementarity(np.array([9.0, 0.0]), np.array([1.0, 1.0]), np.array([1.0, 3.0]))
    assert got == pytest.approx(2.0)


@given(positive, positive)
def test_structures_like_the_worlds_are_neutral(exports, world):
    assert weighted_complementarity(exports, world, world) == pytest.approx(1.0)
    assert revealed(world, world) == pytest.approx(np.ones(6))


@given(positive, positive, st.floats(1e-3, 1e3))
def test_complementarity_does_not_depend_on_the_unit(exports, imports, factor):
    assert michaely(exports * factor, imports) == pytest.approx(
        float(michaely(exports, imports)), abs=1e-12
    )
    assert 0 <= michaely(exports, imports) <= 1
