"""Domestic value added and caps against dense algebra and the table itself."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isthmus.coercion.content import USED, content_of_bloc, read_content
from isthmus.errors import DataMissing
from isthmus.kernels.chains import domestic_content
from isthmus.world import World


def content(A, group, n):
    """The kernel on a dense table of n economies."""
    S = len(A) // n
    D = np.array([A[i * S : (i + 1) * S, i * S : (i + 1) * S] for i in range(n)])
    R = np.linalg.inv(np.eye(S) - D)
    return domestic_content(lambda X: A.T @ X, R, D, group, 1.0 - A.sum(axis=0))


def test_two_economies_by_hand():
    A = np.array([[0.2, 0.1], [0.3, 0.4]])
    alone, residual = content(A, np.array([True, False]), 2)
    np.testing.assert_allclose(alone, [0.5 / 0.8, 0.0])
    both, _ = content(A, np.array([True, True]), 2)
    np.testing.assert_allclose(both, [1.0, 1.0])
    assert residual < 1e-12


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 3))
def test_agrees_with_a_dense_inverse_and_grows_with_the_bloc(seed, S):
    rng = np.random.default_rng(seed)
    n = 4
    A = rng.random((n * S, n * S))
    A *= rng.uniform(0.2, 0.9) / A.sum(axis=0)
    sizes = []
    for m in (1, 2, 3):
        group = np.repeat(np.arange(n) < m, S)
        got, residual = content(A, group, n)
        inside = A[np.ix_(group, group)]
        want = (1.0 - A.sum(axis=0))[group] @ np.linalg.inv(np.eye(m * S) - inside)
        np.testing.assert_allclose(got[group], want, rtol=1e-9)
        assert (got[~group] == 0).all()
        assert residual < 1e-9
        sizes.append(got[:S])
    assert (np.diff(sizes, axis=0) >= -1e-12).all()


def test_caps_are_the_value_added_of_users():
    world = World.open("starter")
    table = world.mrio(2022)
    found = read_content(world, ("DEU", "TWN"), ("C26", "A03"))
    j, S = table.economies.index("DEU"), table.labels.S
    rows = slice(j * S, (j + 1) * S)
    k = table.industries.index("C26")
    bought = table.Z[k::S, rows].sum(axis=0)
    users = bought > USED * table.x[rows]
    assert found.cap[0, 0] == pytest.approx(table.primary[rows][users].sum())
    assert (found.cap <= found.gdp[:, None] * (1 + 1e-12)).all()
    assert found.cap[0, 0] > found.cap[0, 1]


def test_what_the_table_does_not_list_is_named():
    world = World.open("starter")
    with pytest.raises(DataMissing, match="QQQ"):
        read_content(world, ("QQQ",), ("C26",))
    with pytest.raises(DataMissing, match="C99"):
        content_of_bloc(world, ("DEU",), ("C99",))
