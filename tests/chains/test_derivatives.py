"""Derivatives of look-through exposure against differences of tables that were changed."""

from __future__ import annotations

import numpy as np
import pytest

from isthmus.chains import derivatives, lookthrough
from isthmus.errors import BadInput
from isthmus.kernels.chains import lookthrough_gradient
from isthmus.world import World

STEP = 1e-6


def exposure(A, basket, origin):
    inverse = np.linalg.inv(np.eye(len(A)) - A) - np.eye(len(A))
    total = inverse @ basket
    return float(origin @ total) / float(total.sum())


@pytest.mark.parametrize("seed", range(3))
def test_derivatives_are_those_of_differences(seed):
    rng = np.random.default_rng(seed)
    A = rng.random((8, 8))
    A *= 0.6 / A.sum(axis=0)
    basket, origin = rng.random(8) * (np.arange(8) < 4), (np.arange(8) % 2).astype(float)
    inverse = np.linalg.inv(np.eye(8) - A)
    own, whole, needed = origin @ inverse, np.ones(8) @ inverse, inverse @ basket
    found, rows, columns = lookthrough_gradient(own, whole, needed, basket, origin)
    assert found == pytest.approx(exposure(A, basket, origin), abs=1e-12)
    for k in range(8):
        for moved, said in ((np.s_[k, :], rows[k]), (np.s_[:, k], columns[k])):
            ends = []
            for sign in (1.0, -1.0):
                B = A.copy()
                B[moved] *= 1.0 + sign * STEP
                ends.append(exposure(B, basket, origin))
            assert said == pytest.approx((ends[0] - ends[1]) / (2 * STEP), abs=1e-8)
    # More of everything moves each share by as much, whether told by suppliers or by users.
    assert rows.sum() == pytest.approx(columns.sum(), abs=1e-12)


def test_who_needs_nothing_hangs_on_nobody():
    nothing = np.zeros(3)
    found, rows, columns = lookthrough_gradient(np.ones(3), np.ones(3), nothing, nothing, nothing)
    assert np.isnan(found)
    assert not rows.any()
    assert not columns.any()


def test_the_exposure_is_that_of_the_other_lens():
    world = World.open("starter")
    found = derivatives(world, "DEU", "CHN", top=3)
    other = lookthrough(world, ["DEU"], on=["CHN"])["lookthrough"].frame
    suppliers = found["suppliers"].frame
    assert suppliers["exposure"][0] == pytest.approx(other["look_through"][0], abs=1e-10)
    assert suppliers.height == 3
    assert suppliers["economy"][0] == "CHN"
    assert suppliers["moves"].abs().is_sorted(descending=True)
    with pytest.raises(BadInput, match="derivatives"):
        derivatives(world, "DEU", "CHN", top=0)
