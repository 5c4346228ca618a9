"""Solves with factored tables: weighted series, refinement, and the way out when they fail."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isthmus.kernels import mrio_factored as factored
from isthmus.kernels import mrio_refined as refined
from isthmus.kernels.neumann import series, weights

TOLERANCE = 1e-12


def made(n: int, S: int, *, home: float, inputs: float, seed: int = 0) -> tuple:
    """Return a system, its dense A, and random right-hand sides."""
    rng = np.random.default_rng(seed)
    flow = rng.gamma(0.5, 1.0, (n, n, S)) * (1 - home) / max(n - 1, 1)
    flow[np.arange(n), np.arange(n)] = rng.gamma(2.0, 0.5, (n, S)) * home
    use_dom, use_imp = rng.dirichlet(np.full(S, 0.5), (2, n, S))
    Z = flow[:, :, :, None] * use_imp[None]
    Z[np.arange(n), np.arange(n)] = flow[np.arange(n), np.arange(n)][:, :, None] * use_dom
    Z = Z.transpose(0, 2, 1, 3).reshape(n * S, n * S)
    # columns use the share `inputs` of output at most, so the spectral radius is below it
    x = np.maximum(Z.sum(axis=0) / inputs, Z.sum(axis=1))
    B = rng.normal(size=(n * S, 5)) * 10.0 ** rng.integers(-6, 9, 5)
    return factored.system(flow, use_dom, use_imp, x), Z / x, B


@given(
    n=st.integers(2, 6),
    S=st.integers(1, 7),
    home=st.floats(0.0, 0.95),
    inputs=st.floats(0.1, 0.95),
    transposed=st.booleans(),
    seed=st.integers(0, 1000),
)
@settings(max_examples=40, deadline=None)
def test_refined_solves_equal_dense_ones(n, S, home, inputs, transposed, seed):
    s, A, B = made(n, S, home=home, inputs=inputs, seed=seed)
    single = refined.in_single_precision(s)
    X, residual, _ = refined.solve(s, single, B, transposed=transposed, tol=TOLERANCE)
    M = np.eye(n * S) - (A.T if transposed else A)
    expected = np.linalg.solve(M, B)
    scale = np.abs(expected).max(axis=0)
    assert (np.abs(X - expected) <= 1e-9 * scale).all()
    assert (residual <= TOLERANCE).all()
    left = np.abs(B - M @ X).max(axis=0) / np.abs(B).max(axis=0)
    assert left == pytest.approx(residual, abs=1e-13)


@pytest.mark.parametrize("transposed", [False, True])
def test_a_series_that_fails_is_finished_in_double_precision(transposed):
    s, A, B = made(4, 5, home=0.2, inputs=0.9)
    single = refined.in_single_precision(s)
    useless = single._replace(terms=np.ones(1))
    M = np.eye(20) - (A.T if transposed else A)
    X, residual, _ = refined.solve(s, useless, B, transposed=transposed, tol=TOLERANCE)
    np.testing.assert_allclose(X, np.linalg.solve(M, B), rtol=1e-8, atol=1e-9 * np.abs(B).max())
    assert (residual <= TOLERANCE).all()


@pytest.mark.parametrize("radius", [0.0, 0.3, 0.9, 0.999])
def test_block_inverses_are_exact_to_single_precision(radius):
    D = np.random.default_rng(1).random((3, 6, 6))
    D *= radius / np.abs(np.linalg.eigvals(D)).max(axis=1)[:, None, None]
    found = refined.block_inverse(D.astype(np.float32))
    expected = np.linalg.inv(np.eye(6) - D)
    assert np.abs(found - expected).max() <= 2e-6 * np.abs(expected).max() / (1 - radius)


def test_zero_and_no_right_hand_sides_are_answered():
    s, _, B = made(3, 4, home=0.5, inputs=0.5)
    single = refined.in_single_precision(s)
    B[:, 1] = 0.0
    X, residual, _ = refined.solve(s, single, B, tol=TOLERANCE)
    assert not X[:, 1].any()
    assert residual[1] == 0
    assert refined.solve(s, single, B[:, :0], tol=TOLERANCE)[0].shape == (12, 0)


def test_two_eigenvalues_need_two_weights():
    values = np.array([0.5, 0.5, 0.2, 0.2])[:, None]
    start = np.array([[1.0], [2.0], [-1.0], [3.0]])
    c, reached = weights(lambda X: values * X, start, 1e-10, 9)
    # p(z) = 1 / (1 - z) at both eigenvalues: 2 and 1.25
    np.testing.assert_allclose(c, [0.75, 2.5], rtol=1e-12)
    assert reached < 1e-14


@given(seed=st.integers(0, 1000), radius=st.floats(0.05, 0.9))
@settings(max_examples=30, deadline=None)
def test_weights_reach_what_they_say(seed, radius):
    rng = np.random.default_rng(seed)
    M = rng.random((12, 12))
    M *= radius / np.abs(np.linalg.eigvals(M)).max()
    start = rng.normal(size=(12, 2))
    c, reached = weights(lambda X: M @ X, start, 1e-8, 12)

    def step(X: np.ndarray, out: np.ndarray) -> None:
        out[...] = M @ X

    work = (np.empty_like(start), np.empty_like(start), np.empty_like(start))
    X = series(step, start, c, work)
    left = np.linalg.norm(start - X + M @ X) / np.linalg.norm(start)
    assert left == pytest.approx(reached, rel=1e-4, abs=1e-9)
    plain = np.linalg.norm(np.linalg.matrix_power(M, c.size) @ start) / np.linalg.norm(start)
    assert left <= plain * (1 + 1e-6) + 1e-9


def test_nothing_to_solve_needs_no_weights():
    c, reached = weights(lambda X: X, np.zeros((3, 2)), 1e-8, 5)
    assert (c.tolist(), reached) == ([1.0], 0.0)
