"""The cascade kernels: hand-computed cases, properties, and the literal reference."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from isthmus.kernels.cascade import link_kinds, propagate, supply_network, systemic_index
from isthmus.kernels.cascade_compiled import run_batch
from isthmus.kernels.cascade_exact import fixed_point
from isthmus.kernels.cascade_fast import run_shocks

_SPEC = importlib.util.spec_from_file_location(
    "cascade_reference", Path(__file__).with_name("reference.py")
)
reference = importlib.util.module_from_spec(_SPEC)
sys.modules[_SPEC.name] = reference
_SPEC.loader.exec_module(reference)

# Sums of some hundred terms of order one in two orders: a few hundred roundings.
ROUNDING = 1e-12

needs_numba = pytest.mark.skipif(
    importlib.util.find_spec("numba") is None, reason="the extra 'fast' is not installed"
)


def five_firms(market=False, revenue=None):
    sector = np.array([0, 0, 1, 2, 3])
    return supply_network(
        np.array([0, 1, 2, 4]),
        np.array([2, 2, 3, 3]),
        np.array([8.0, 2.0, 20.0, 30.0]),
        sector=sector,
        kind=np.full(4, 2, np.int8),
        market=sector if market else None,
        revenue=revenue,
    )


def combined(supply, psi, eps=1e-2):
    return systemic_index(propagate(supply, psi, eps=eps), supply.sales)[0]


def test_five_firms_by_hand():
    """Firm 1 makes 8 of 10 chips: 3 loses .8, 4 loses .8, and 60 of sales weigh the levels."""
    got = combined(five_firms(), np.eye(5))
    np.testing.assert_allclose(got, [0.4, 0.1, 0.5, 1.0, 0.5], atol=1e-15)


def test_five_firms_with_replaceability_by_type():
    """The other chip maker sells 8 of what is left of 10, so firm 2's loss counts a quarter."""
    got = combined(five_firms(market=True), np.eye(5))
    np.testing.assert_allclose(got, [0.4, 0.05, 0.5, 1.0, 0.5], atol=1e-15)


def test_exact_equals_published_where_the_cascade_ends_by_itself():
    got = systemic_index(fixed_point(five_firms(), np.eye(5)), five_firms().sales)[0]
    np.testing.assert_allclose(got, [0.4, 0.1, 0.5, 1.0, 0.5], atol=1e-15)


def test_reported_revenue_weakens_the_upstream_part():
    """Firm 3 sells 20 of a revenue of 40 to firm 4, so the stop of 4 costs it half."""
    supply = five_firms(revenue=np.array([8.0, 2.0, 40.0, 1.0, 30.0]))
    levels = propagate(supply, np.eye(5)[:, [3]], eps=1e-2)
    np.testing.assert_allclose(levels.up[:, 0], [0.5, 0.5, 0.5, 1.0, 1.0], atol=1e-15)


def test_a_ring_without_outside_sales_falls_altogether_only_at_the_fixed_point():
    """All of a firm's sales go to the next one: the published rule stops when changes are small.

    Each firm sells half to the next and half to a shocked hub that sells to nobody.
    """
    ring = np.arange(3)
    supply = supply_network(
        np.concatenate((ring, ring)),
        np.concatenate(((ring + 1) % 3, np.full(3, 3))),
        np.ones(6),
        sector=np.array([0, 1, 2, 3]),
        kind=np.zeros(6, np.int8),
    )
    psi = np.eye(4)[:, [3]]
    published = propagate(supply, psi, eps=1e-2)
    exact = fixed_point(supply, psi)
    np.testing.assert_allclose(exact.up[:3, 0], 1.0, atol=1e-12)
    np.testing.assert_allclose(published.up[:3, 0], 1 - 0.5 ** published.steps[0], atol=1e-15)
    assert published.steps[0] == 7  # the first change of at most a hundredth is 1/128


@pytest.mark.parametrize("thread", [1e-3, 1e-5, 1e-7])
@pytest.mark.parametrize("size", [2, 5, 20])
def test_a_ring_that_hangs_by_a_thread_on_the_shocked_firm_loses_what_that_loses(thread, size):
    """Firms sell to one another, the first a trace to the shocked firm, and that to the last.

    The whole loss goes round: all rest at the shock, however small the trace is. A system with
    so little to hold it is solved to fewer digits than a level is told from another by.
    """
    ring = np.arange(size)
    supply = supply_network(
        np.concatenate((ring, [0, size])),
        np.concatenate(((ring + 1) % size, [size, size - 1])),
        np.concatenate((np.ones(size), [thread, 1.0])),
        sector=np.arange(size + 1),
        kind=np.zeros(size + 2, np.int8),
    )
    psi = np.full((size + 1, 40), 0.1)
    psi[size] = np.random.default_rng(size).uniform(0.5, 1.0, 40)
    levels = fixed_point(supply, psi)
    np.testing.assert_allclose(levels.up, np.broadcast_to(psi[size], psi.shape), atol=1e-8)


@st.composite
def networks(draw):
    n = draw(st.integers(2, 9))
    k = draw(st.integers(1, 4))
    seed = draw(st.integers(0, 2**32 - 1))
    rng = np.random.default_rng(seed)
    weights = np.where(rng.random((n, n)) < draw(st.sampled_from([0.15, 0.4, 0.8])), 1.0, 0.0)
    np.fill_diagonal(weights, 0.0)
    weights *= rng.lognormal(0.0, 1.5, (n, n)) * draw(st.sampled_from([1e-2, 1.0, 1e6]))
    sector = rng.integers(0, k, n)
    essential = rng.integers(0, 3, (k, k))
    b = draw(st.integers(1, 11))
    psi = np.where(rng.random((n, b)) < 0.4, rng.random((n, b)), 0.0)
    psi[rng.integers(0, n, b), np.arange(b)] = 1.0
    return weights, sector, essential, psi


def sparse_form(weights, sector, essential, market):
    i, j = np.nonzero(weights)
    kind = link_kinds(i, j, sector, essential)
    return supply_network(i, j, weights[i, j], sector=sector, kind=kind, market=market)


def entries(psi):
    firm, lane = np.nonzero(psi)
    order = np.lexsort((firm, lane))
    start = np.concatenate(([0], np.cumsum(np.bincount(lane, minlength=psi.shape[1]))))
    return start.astype(np.int64), firm[order].astype(np.int64), psi[firm[order], lane[order]]


def run_fast(supply, psi, *, eps, kernel=None, full_steps=False):
    start, firm, size = entries(psi)
    b = psi.shape[1]
    out = {
        "index": np.zeros((b, 3)),
        "steps": np.zeros(b, np.int64),
        "change": np.zeros(b),
        "by_group": np.zeros((b, supply.n)),
        "work": np.zeros(2, np.int64),
    }
    run_batch(
        supply,
        start,
        firm,
        size,
        share=supply.sales / supply.sales.sum(),
        group=np.arange(supply.n),
        eps=eps,
        max_steps=500,
        out=out,
        kernel=kernel,
        full_steps=full_steps,
    )
    return out


@settings(max_examples=60, deadline=None)
@given(networks(), st.booleans(), st.sampled_from([1e-1, 1e-2, 1e-5]))
def test_agrees_with_the_literal_reference(network, replaceable, eps):
    weights, sector, essential, psi = network
    if not weights.any():
        return
    market = sector if replaceable else None
    supply = sparse_form(weights, sector, essential, market)
    levels = propagate(supply, psi, eps=eps, max_steps=500)
    index = systemic_index(levels, supply.sales)
    kinds = essential[sector][:, sector]
    for lane in range(psi.shape[1]):
        want = reference.cascade(weights, sector, kinds, psi[:, lane], market=market, eps=eps)
        assert [part[lane] for part in index] == pytest.approx(want[:3], abs=ROUNDING)
        assert levels.steps[lane] == want[3]
        np.testing.assert_allclose(1 - levels.down[:, lane], want[4], atol=ROUNDING)
        np.testing.assert_allclose(1 - levels.up[:, lane], want[5], atol=ROUNDING)


@pytest.mark.slow
@needs_numba
@settings(max_examples=60, deadline=None)
@given(networks(), st.booleans(), st.sampled_from([1e-1, 1e-2, 1e-5]), st.booleans())
def test_compiled_equals_numpy(network, replaceable, eps, full_steps):
    weights, sector, essential, psi = network
    if not weights.any():
        return
    supply = sparse_form(weights, sector, essential, sector if replaceable else None)
    levels = propagate(supply, psi, eps=eps, max_steps=500)
    out = run_fast(supply, psi, eps=eps, full_steps=full_steps)
    want = np.stack(systemic_index(levels, supply.sales), axis=1)
    np.testing.assert_allclose(out["index"], want, atol=ROUNDING)
    np.testing.assert_array_equal(out["steps"], levels.steps)
    part = (supply.sales / supply.sales.sum())[:, None] * np.maximum(levels.down, levels.up)
    np.testing.assert_allclose(out["by_group"], part.T, atol=ROUNDING)


@settings(max_examples=8, deadline=None)
@given(networks(), st.booleans())
def test_the_loop_without_the_compiler_is_the_same_loop(network, replaceable):
    weights, sector, essential, psi = network
    if not weights.any():
        return
    supply = sparse_form(weights, sector, essential, sector if replaceable else None)
    levels = propagate(supply, psi, eps=1e-2, max_steps=500)
    out = run_fast(supply, psi, eps=1e-2, kernel=run_shocks)
    np.testing.assert_array_equal(out["steps"], levels.steps)
    np.testing.assert_allclose(
        out["index"], np.stack(systemic_index(levels, supply.sales), axis=1), atol=ROUNDING
    )


ABOVE_ONE = (
    # Shares of one customer that sum to one ulp above it.
    np.array(
        [
            [0.0, 0.0, 0.00389095, 0.00480942],
            [0.00343019, 0.0, 0.0090971, 0.00413066],
            [0.01848652, 0.0, 0.0, 0.00680386],
            [0.00229668, 0.0, 0.0, 0.0],
        ]
    ),
    np.zeros(4, int),
    np.array([[0]]),
    np.array(
        [
            [0.0, 0.506385, 1.0],
            [0.0, 0.9332239, 0.08582579],
            [1.0, 1.0, 0.0],
            [0.39942526, 0.93644206, 0.0],
        ]
    ),
)


# two firms that sell almost only to each other: losses of orders come to rest after 10,000 steps
NEARLY_CLOSED = (
    np.array([[0.0, 0.0, 0.0], [0.0, 0.0, 7.9], [0.03, 5.94, 0.0]]),
    np.zeros(3, np.int64),
    np.array([[0]]),
    np.array([[1.0], [0.0], [0.0]]),
)


def test_orders_that_come_to_rest_slowly_do_not_keep_the_rest_from_it():
    weights, sector, essential, psi = NEARLY_CLOSED
    supply = sparse_form(weights, sector, essential, sector)
    exact = fixed_point(supply, psi, max_steps=100)
    np.testing.assert_allclose(exact.up[:, 0], 1.0, atol=1e-9)
    np.testing.assert_allclose(exact.down[:, 0], [1.0, 0.0, 0.0], atol=1e-12)


@settings(max_examples=60, deadline=None)
@given(networks(), st.booleans())
@example(ABOVE_ONE, False)
@example(NEARLY_CLOSED, True)
def test_fixed_point_solves_its_equation_and_bounds_the_published_rule(network, replaceable):
    """The fixed point leaves no residual, and no level of the published rule lies below it."""
    weights, sector, essential, psi = network
    if not weights.any():
        return
    supply = sparse_form(weights, sector, essential, sector if replaceable else None)
    exact = fixed_point(supply, psi)
    assert exact.change.max() <= 1e-9
    assert exact.down.max() <= 1.0
    assert exact.up.max() <= 1.0
    steps = propagate(supply, psi, eps=1e-2, max_steps=500, empty_market_is_one=False)
    assert (exact.down >= steps.down - 1e-9).all()
    assert (exact.up >= steps.up - 1e-9).all()
    long = propagate(supply, psi, eps=1e-15, max_steps=3_000, empty_market_is_one=False)
    still = long.change <= 1e-15
    np.testing.assert_allclose(exact.down[:, still], long.down[:, still], atol=1e-8)
    np.testing.assert_allclose(exact.up[:, still], long.up[:, still], atol=1e-8)


@settings(max_examples=30, deadline=None)
@given(networks(), st.integers(0, 2**32 - 1), st.sampled_from([1e-3, 1.0, 1e4]))
def test_labels_and_currency_do_not_matter(network, seed, scale):
    """Firms in another order and sales in another unit give the same index."""
    weights, sector, essential, psi = network
    if not weights.any():
        return
    new = np.random.default_rng(seed).permutation(len(sector))
    shuffled = sparse_form(scale * weights[np.ix_(new, new)], sector[new], essential, None)
    plain = sparse_form(weights, sector, essential, None)
    np.testing.assert_allclose(
        combined(shuffled, psi[new], eps=1e-6), combined(plain, psi, eps=1e-6), atol=1e-9
    )


@pytest.mark.parametrize(
    ("firms", "kernel"),
    [(20, run_shocks), pytest.param(60, None, marks=[needs_numba, pytest.mark.slow])],
)
def test_results_do_not_depend_on_the_neighbours(firms, kernel):
    """A shock alone and among many others gives the same bits."""
    rng = np.random.default_rng(3)
    shape = (firms, firms)
    weights = np.where(rng.random(shape) < 6 / firms, rng.lognormal(size=shape), 0.0)
    np.fill_diagonal(weights, 0.0)
    sector = rng.integers(0, 6, firms)
    supply = sparse_form(weights, sector, rng.integers(0, 3, (6, 6)), sector)
    together = run_fast(supply, np.eye(firms), eps=1e-4, kernel=kernel)
    for firm in (0, 17, firms - 1):
        alone = run_fast(supply, np.eye(firms)[:, [firm]], eps=1e-4, kernel=kernel)
        np.testing.assert_array_equal(alone["index"][0], together["index"][firm])


@pytest.mark.slow
def test_the_frontier_walks_less_than_full_steps():
    """In a chain each step touches one link of 99 in each direction."""
    supplier = np.arange(99)
    supply = supply_network(
        supplier, supplier + 1, np.ones(99), sector=np.zeros(100, int), kind=np.full(99, 2, np.int8)
    )
    kernel = run_shocks if importlib.util.find_spec("numba") is None else None
    psi = np.eye(100)[:, [50]]
    out = run_fast(supply, psi, eps=1e-2, kernel=kernel)
    assert out["work"][0] == 99  # 49 customers downstream and 50 suppliers upstream
    assert out["steps"][0] == 51
    assert out["work"][1] == 51 * 198
