"""What stocks allow: the compiled pass, with its shortcuts, against the array form."""

import numpy as np
import pytest

from isthmus.kernels.disruption_ahead import AHEAD
from isthmus.kernels.disruption_bind import least_bent
from isthmus.kernels.disruption_cells import Block, Cells, substituted
from isthmus.kernels.disruption_steps import allow, together
from isthmus.kernels.disruption_terms import Behaviour, Coefficients, choices

pytest.importorskip("numba")

R, S = 3, AHEAD + 4
N = R * S


def test_output_under_an_elasticity_is_never_below_the_bound():
    rng = np.random.default_rng(1)
    cost = 10.0 ** rng.uniform(-9, 0.2, (6, 40))
    sigma = rng.choice([0.0, 0.01, 0.15, 0.5, 0.9, 0.999, 1.0, 1.001, 3.0], (6, 8))
    sigma[0] = 0.0
    for precision in ("float64", "float32"):
        cap, lift = least_bent(cost, sigma, precision)
        for share in (0.0, 1e-12, 1e-3, 0.2, 0.5, 0.8, 0.99, 1.0):
            made = substituted(np, np.full((6, 40, 8), share), cost[:, :, None], sigma[:, None, :])
            bound = np.minimum(cap[:, None], lift * share)[:, :, None]
            bent = np.broadcast_to(sigma[:, None, :] > 0, made.shape)
            assert np.all(np.broadcast_to(bound, made.shape)[bent] <= made[bent])
        assert cap[0] == 1.0  # nothing is bounded where there is no elasticity
        assert np.all(lift[0] == 1.0)


def test_the_bound_is_far_above_the_linear_one_where_it_is_meant_to_spare_work():
    cap, lift = least_bent(np.array([[0.01]]), np.array([[0.15]]), "float64")
    assert cap[0] > 0.85
    assert lift[0, 0] > 1.9


def given(batch, sigmas, seed):
    rng = np.random.default_rng(seed)
    tech = rng.uniform(0.001, 0.1, (S, N)) * (rng.random((S, N)) < 0.9)
    bar = tech * (rng.random((S, N)) < 0.9)
    chosen = choices(
        S,
        batch,
        days=rng.uniform(5, 90, (S, S, batch)),
        psi=rng.uniform(0.5, 1, (S, batch)),
        need=np.where(rng.random((S, S, batch)) < 0.3, 0.0, rng.uniform(0.2, 1, (S, S, batch))),
        sigma=rng.choice(sigmas, (S, batch)),
        defer=rng.random((S, S, batch)),
    )
    planned = rng.uniform(0.5, 2, (N, batch))
    start = rng.uniform(0.5, 2, (N, batch))
    reach = np.tile(chosen.reach, (1, R, 1))
    full = bar[:, :, None] * reach
    stock = full * rng.uniform(0.6, 3, (S, N, batch))
    stock[rng.random(stock.shape) < 0.05] = 0.0
    return Coefficients(tech, tech, bar), chosen, planned, start, stock


def bound(inputs, chosen, planned, start, stock, *, from_start, deferring):
    from isthmus.kernels.disruption_loops import compiled

    may = (chosen.reach > 0) & (chosen.need > 0)
    output, gone, later = planned.copy(), np.zeros_like(planned), np.zeros_like(planned)
    tight = inputs.bar > 0
    base, most = start if from_start else planned, 1.1 * np.maximum(planned, start)
    batch = planned.shape[1]
    for j in range(R):
        here = slice(j * S, (j + 1) * S)
        compiled("bind")(
            j,
            stock,
            tight,
            inputs.tech,
            inputs.bar,
            np.where(may, 1 / chosen.reach, 0.0),
            np.where(may, chosen.need, 1.0),
            np.ascontiguousarray(chosen.sigma),
            *least_bent(inputs.tech, chosen.sigma, "float64"),
            np.arange(S)[::-1].copy(),
            np.ascontiguousarray(chosen.defer),
            planned[here],
            base[here],
            most[here],
            from_start,
            deferring,
            np.empty((S, batch)),
            np.empty((S, batch)),
            output[here],
            gone[here],
            later[here],
        )
    return output, gone, later, tight


@pytest.mark.parametrize("from_start", [False, True])
@pytest.mark.parametrize("sigmas", [[0.0], [0.0, 0.15, 0.7, 1.0, 2.0]])
@pytest.mark.parametrize("batch", [1, 7, 16, 37, 130])
def test_the_compiled_pass_allows_what_the_array_form_does(batch, sigmas, from_start):
    inputs, chosen, planned, start, stock = parts = given(batch, sigmas, batch)
    block = Block.of(inputs, chosen, (0, S), np.asarray)
    shape = (1, R, S, batch)
    meant = allow(
        Cells(np, Behaviour(from_start=from_start)),
        stock.reshape(S, R, S, batch),
        block,
        planned.reshape(shape),
        start.reshape(shape),
        deferring=True,
    )
    output, gone, later, tight = bound(*parts, from_start=from_start, deferring=True)
    expected = np.minimum(planned, meant.output)
    np.testing.assert_allclose(output, expected, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(gone, meant.gone, rtol=1e-12, atol=1e-12)
    held = meant.output < (1 - 1e-9) * planned
    held &= np.abs(meant.output - start) > 1e-9  # several inputs may hold it at the start's level
    np.testing.assert_array_equal(later[held], meant.later[held])
    assert held.mean() > 0.2
    plain, none, nor, _ = bound(*parts, from_start=from_start, deferring=False)
    np.testing.assert_array_equal(plain, output)
    assert not none.any()
    assert not nor.any()
    if not from_start:
        short = stock < 1.1 * np.maximum(planned, start) * inputs.bar[:, :, None] * np.tile(
            np.where(chosen.need > 0, chosen.reach, 0.0), (1, R, 1)
        )
        assert np.all(tight[short.any(axis=2)])


def test_of_inputs_that_allow_exactly_the_same_the_first_says_what_is_made_later():
    """Nothing is left of two: each allows nothing, in one block of inputs and in two."""
    chosen = choices(2, 1, need=np.ones((2, 2, 1)), defer=np.array([0.2, 0.7])[:, None, None])
    inputs = Coefficients(*(np.full((2, 2), 0.1) for _ in range(3)))
    cells, one = Cells(np, Behaviour()), np.ones((1, 1, 2, 1))
    found = []
    for blocks in ([(0, 2)], [(0, 1), (1, 2)]):
        parts = [
            allow(
                cells,
                np.zeros((hi - lo, 1, 2, 1)),
                Block.of(inputs, chosen, (lo, hi), np.asarray),
                one,
                one,
                deferring=True,
            )
            for lo, hi in blocks
        ]
        found.append(together(np, parts, "min"))
    for each in found:
        np.testing.assert_array_equal(each.output, 0.0)
        np.testing.assert_array_equal(each.later, 0.2)


def test_stocks_that_are_enough_are_no_longer_looked_at():
    inputs, chosen, planned, start, stock = given(9, [0.0, 0.15], 5)
    wide = 1e3 * (stock + 1.0)
    output, gone, _, tight = bound(
        inputs, chosen, planned, start, wide, from_start=False, deferring=True
    )
    np.testing.assert_array_equal(output, planned)
    assert not gone.any()
    assert not tight.any()
