"""The daily disruption kernel against a literal oracle, closed forms and its own invariances."""

from dataclasses import fields, replace

import array_api_strict
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isthmus.kernels.disruption import DenseTable, FactoredTable
from isthmus.kernels.disruption_batch import Day, fetched, ratio
from isthmus.kernels.disruption_drivers import (
    CapacityShock,
    DemandShock,
    Drivers,
    FinalDemand,
    ReserveStock,
    Stop,
)
from isthmus.kernels.disruption_rebuild import RebuildEvent, Rebuilding, rebuild_split
from isthmus.kernels.disruption_terms import Behaviour, reading_need

from .disruption_literal import literal_run
from .disruption_tables import capacity, drivers, engine, factored_table, flat, run, stop

DAYS = 60
R, S = 4, 3
N = R * S
# Both sides do the same sums in another order, over 60 days of feedback.
AGREE = 1e-11


@pytest.fixture(scope="module")
def table():
    return factored_table(R, S, 7)


def shocks(redirect=True):
    return drivers(
        DAYS,
        capacity=(capacity(N, 4, 0.7, 3, 10, DAYS), capacity(N, 7, 0.4, 5, 30, DAYS)),
        stops=(
            stop(1, [0], [1, 3], 1.0, 2, 25, DAYS, redirect=redirect),
            stop(2, [2, 3], [0], 0.5, 10, 10, DAYS, redirect=redirect),
        ),
    )


@pytest.mark.parametrize("rule", ["alt", "noalt"])
@pytest.mark.parametrize("redirect", [True, False])
@pytest.mark.parametrize("form", ["dense", "factored"])
def test_agrees_with_the_literal_model(table, rule, redirect, form):
    imposed = shocks(redirect)
    loss = np.zeros((DAYS, N))
    for shock in imposed.capacity:
        loss = 1 - (1 - loss) * (1 - shock.path * shock.weight[None, :])
    stopped = np.zeros((DAYS, N, R))
    for cell in imposed.stops:
        for o in cell.exporters:
            stopped[:, o * S + cell.sector, cell.importers] = cell.path
    dense = table.dense()
    Z, Y = flat(dense)
    expected, _, stock = literal_run(
        Z,
        Y,
        dense.output,
        S,
        days=DAYS,
        loss=loss,
        stop=stopped,
        stop_redirect=redirect,
        inv=10.0,
        tau_inv=30.0,
        psi=0.8,
        rule=rule,
    )
    used = dense if form == "dense" else table
    output, _, made = run(used, imposed, rule=rule)
    assert expected.min() < 0.5 * dense.output[4]
    np.testing.assert_allclose(output[:, :, 0], expected, rtol=AGREE)
    np.testing.assert_allclose(np.concatenate(made.state.stock)[:, :, 0], stock, rtol=AGREE)


def test_one_industry_runs_out_on_the_day_its_stock_says():
    # Two economies, one good; economy 1 buys all its input from economy 0, which stops.
    flows = np.array([[[0.0, 2.0], [0.0, 0.0]]])
    final = np.array([[[8.0, 0.0], [0.0, 10.0]]])
    table = DenseTable(flows, final, np.array([10.0, 10.0]))
    imposed = drivers(30, stops=(stop(0, [0], [1], 1.0, 0, 30, 30),))
    output, _, _ = run(table, imposed, days=10.0, psi=0.5)
    # Stock is 10 days; below 5 days output falls to stock/5: full on days 0..5, then 0.8 of the
    # day before, because each day of full use takes one of the five.
    expected = 10.0 * np.r_[np.ones(6), 0.8 ** np.arange(1, 25)]
    np.testing.assert_allclose(output[:, 1, 0], expected, rtol=1e-12)
    np.testing.assert_allclose(output[0, 0, 0], 8.0, rtol=1e-12)


@pytest.mark.parametrize("form", ["dense", "factored"])
def test_no_shock_means_no_change(table, form):
    used = table.dense() if form == "dense" else table
    output, days, made = run(used, drivers(365))
    assert np.max(np.abs(output[:, :, 0] / table.output - 1)) < 1e-12
    start = 10.0 * table.inputs()
    moved = np.abs(np.concatenate(made.state.stock)[:, :, 0] / start - 1)
    assert moved.max() < 1e-12
    assert np.max(np.abs(np.asarray(days[-1].met_final) - 1)) < 1e-12


@given(
    seed=st.integers(0, 1000),
    share=st.floats(0.05, 1.0),
    industry=st.integers(0, N - 1),
    inv=st.floats(2.0, 60.0),
    redirect=st.booleans(),
    rule=st.sampled_from(["alt", "noalt"]),
)
@settings(max_examples=25, deadline=None)
def test_goods_are_neither_made_nor_lost(seed, share, industry, inv, redirect, rule):
    table = factored_table(R, S, seed)
    imposed = drivers(
        30,
        capacity=(capacity(N, industry, share, 2, 9, 30),),
        stops=(stop(industry % S, [0], [1, 2], share, 4, 20, 30, redirect=redirect),),
    )
    made_run = engine(table, imposed, days=inv, rule=rule)
    before = inv * table.inputs()
    for day in made_run.days():
        after = np.concatenate(made_run.state.stock)[:, :, 0]
        output, demand = day.output[:, 0], day.demand[:, 0]
        used = day.used[:, 0]
        final = made_run.final.by_supplier[:, 0] * day.met_final[:, 0]
        # All stock changes and use come from output that did not go to final demand.
        made = (output - final).reshape(R, S).sum(axis=0)
        eaten = (after - before).sum(axis=1)
        np.testing.assert_allclose(made.sum(), eaten.sum() + used.sum(), rtol=1e-9)
        assert after.min() >= -1e-12 * before.max()
        assert output.min() >= 0.0
        assert np.all(output <= demand * (1 + 1e-12))
        assert np.all(output <= day.capacity[:, 0] * (1 + 1e-12))
        before = after


@pytest.mark.parametrize("factor", [1e9, 1e-9])
def test_results_do_not_depend_on_the_currency(table, factor):
    scaled = factored_table(R, S, 7, unit=factor)
    one, _, _ = run(table, shocks())
    other, _, _ = run(scaled, shocks())
    np.testing.assert_allclose(other / factor, one, rtol=1e-10)


@given(seed=st.integers(0, 1000))
@settings(max_examples=10, deadline=None)
def test_results_do_not_depend_on_the_order_of_economies(seed):
    order = np.random.default_rng(seed).permutation(R)
    table = factored_table(R, S, 3)
    rows = (order[:, None] * S + np.arange(S)[None, :]).reshape(-1)
    moved = FactoredTable(
        table.origin[:, order][:, :, order],
        table.imported[:, order],
        table.domestic[:, order],
        table.final[:, order][:, :, order],
        table.output[rows],
    )
    place = np.argsort(order)
    here = drivers(
        DAYS,
        capacity=(capacity(N, 5, 0.6, 1, 9, DAYS),),
        stops=(stop(0, [1], [2], 1, 3, 20, DAYS),),
    )
    there = drivers(
        DAYS,
        capacity=(capacity(N, int(place[1]) * S + 2, 0.6, 1, 9, DAYS),),
        stops=(stop(0, [place[1]], [place[2]], 1, 3, 20, DAYS),),
    )
    one, _, _ = run(table, here)
    other, _, _ = run(moved, there)
    np.testing.assert_allclose(other, one[:, rows], rtol=1e-10)


def batch_of(imposed: Drivers, factors) -> Drivers:
    scale = np.asarray(factors)[None, :]
    return Drivers(
        imposed.days,
        len(factors),
        tuple(CapacityShock(c.weight, c.path * scale) for c in imposed.capacity),
        tuple(
            type(c)(c.sector, c.exporters, c.importers, c.path * scale, c.redirect)
            for c in imposed.stops
        ),
    )


@pytest.mark.parametrize("form", ["dense", "factored"])
def test_a_batch_equals_its_single_runs(table, form):
    used = table.dense() if form == "dense" else table
    words = {
        "days": np.array([10.0, 20.0, 10.0]),
        "psi": np.array([0.8, 0.8, 0.96]),
        "rise": np.array([1.0, 0.5, 1.0]) / 30,
    }
    together, _, _ = run(used, batch_of(shocks(), [1.0, 0.5, 0.1]), **words)
    for b, factor in enumerate([1.0, 0.5, 0.1]):
        own = {k: v[b : b + 1] for k, v in words.items()}
        alone, _, _ = run(used, batch_of(shocks(), [factor]), **own)
        np.testing.assert_allclose(together[:, :, b], alone[:, :, 0], rtol=AGREE)


@pytest.mark.parametrize("form", ["dense", "factored"])
def test_any_array_library_gives_the_same(table, form):
    used = table.dense() if form == "dense" else table
    here, _, _ = run(used, shocks())
    there, _, _ = run(used, shocks(), xp=array_api_strict)
    np.testing.assert_allclose(there, here, rtol=1e-12)


@pytest.mark.parametrize("precision", ["float64", "float32"])
@pytest.mark.parametrize("case", ["min", "sum", "deferring", "rebuilding", "skipping"])
@pytest.mark.parametrize("form", ["dense", "factored"])
def test_arrays_of_a_device_are_mixed_with_no_others(table, form, case, precision):
    """On a device from which numpy cannot read: whatever numpy prepares has to be sent there."""
    device = array_api_strict.Device("device1")
    used = table.dense() if form == "dense" else table
    surge = DemandShock(np.array([1]), np.array([0, 2]), np.full((DAYS, 1), 0.1))
    held = ReserveStock(0, np.array([1, 4]), np.full((2, 1), 3.0))
    imposed = replace(batch_of(shocks(), [1.0, 0.5]), demand=(surge,), reserves=(held,))
    words = {"sigma": np.array([0.0, 0.15]), "rationing": ["final_first", "orders_first"]}
    if case == "deferring":
        words |= {"defer": 0.5, "catch_up": 0.4, "orders": ["demand", "plan"], "rule": "noalt"}
    rules = Behaviour(limit="sum" if case == "sum" else "min", skip_small=case == "skipping")

    def made(**more):
        rebuilding = None
        if case == "rebuilding":
            hit = np.array([1, 2], dtype=np.intp)
            suppliers, split = rebuild_split(table, hit, [0, 2], [0.6, 0.4])
            capital = table.output[hit] * 1000.0
            lost = 0.2 * capital[:, None] * np.ones((1, 2))
            event = RebuildEvent(hit, lost, capital, suppliers, split, 2, 3, 20.0)
            rebuilding = Rebuilding(N, [event])
        more |= {"precision": precision, "rebuilding": rebuilding}
        return engine(used, imposed, behaviour=rules, more=more, **words)

    here, there = made(), made(xp=array_api_strict, device=device)
    # blocks of the inputs one by one, and what works element by element in one go
    fused = []

    def fuse(function):
        def whole(*arrays):
            assert all(array.device == device for array in arrays)
            shape = np.broadcast_shapes(*(array.shape for array in arrays))
            found = function(*arrays)
            each = found if isinstance(found, tuple) else (found,)
            assert all(array.ndim == 4 and array.shape == shape for array in each)
            return found

        fused.append(function.__name__)
        return whole

    apart = made(xp=array_api_strict, device=device, block_bytes=1, fuse=fuse)
    assert len(apart.blocks) == (S if case != "skipping" else 1)
    close = {"rtol": 1e-12} if precision == "float64" else {"rtol": 2e-5}
    names = [f.name for f in fields(Day)]
    for day, other, third in zip(here.days(), there.days(), apart.days(), strict=True):
        for name in names:
            expected, size = getattr(day, name), np.abs(getattr(day, name)).max()
            for found in (getattr(other, name), getattr(third, name)):
                assert found.device == device
                np.testing.assert_allclose(fetched(found), expected, atol=1e-9 * size, **close)
    assert len(fused) == {"sum": 1, "deferring": 3}.get(case, 2) == len(set(fused))
    stock = fetched(there.state.stock[0])
    assert stock.shape == (S, N, 2)
    np.testing.assert_array_equal(there.stock_at_start(), here.stock_at_start())
    bounds = there.limits_of(there.state.stock[0], other.optimum)
    np.testing.assert_array_equal(bounds, there.limits_of(stock, fetched(other.optimum)))


def test_single_precision_is_close(table):
    exact, _, _ = run(table, shocks())
    single, _, _ = run(table, shocks(), precision="float32")
    assert single.dtype == np.float32
    assert np.max(np.abs(single - exact) / table.output[None, :, None]) < 1e-3


def test_several_shocks_of_any_mix_run_together(table):
    hit = np.array([1, 2], dtype=np.intp)
    suppliers, split = rebuild_split(table, hit, [0, 2], [0.6, 0.4])
    np.testing.assert_allclose(split.sum(axis=0), 1.0, rtol=1e-14)
    capital = table.output[hit] * 1000.0
    lost = 0.2 * capital[:, None]
    events = [
        RebuildEvent(hit, lost, capital, suppliers, split, 2, 3, 20.0),
        RebuildEvent(
            hit[:1], lost[:1], table.output[hit[:1]] * 1000, suppliers, split[:, :1], 8, 1, 9.0
        ),
    ]
    surge = DemandShock(np.array([1]), np.array([0, 2]), np.full((DAYS, 1), 0.1))
    base = shocks()
    mixed = Drivers(DAYS, 1, base.capacity, base.stops, (surge,))
    rebuilding = Rebuilding(N, events)
    output, days, _ = run(table, mixed, rebuilding=rebuilding)
    assert np.isfinite(output).all()
    assert 0 < sum(left.sum() for left in rebuilding.left) < lost.sum() * 1.5
    assert days[0].demand[1, 0] > table.output[1]


def test_surge_raises_demand_by_its_share(table):
    surge = DemandShock(np.array([1]), np.array([2]), np.full((5, 1), 0.5))
    _, days, _ = run(table, drivers(5, demand=(surge,)))
    extra = np.asarray(days[0].demand)[:, 0] - table.output
    expected = np.zeros(N)
    expected[np.arange(R) * S + 1] = 0.5 * table.final[1, :, 2]
    np.testing.assert_allclose(extra, expected, atol=1e-10)


@pytest.mark.parametrize("rationing", ["final_first", "orders_first"])
def test_priority_serves_one_side_first(table, rationing):
    imposed = drivers(4, capacity=(capacity(N, 4, 0.3, 0, 4, 4),))
    _, days, _ = run(table, imposed, rationing=rationing)
    first, second = days[0].met_final, days[0].met_orders
    if rationing == "orders_first":
        first, second = second, first
    assert first[4, 0] == pytest.approx(1.0, abs=1e-12)
    assert second[4, 0] < 0.7


@pytest.mark.parametrize("reading", ["leontief", "strong", "half", "weak", "linear"])
def test_readings_of_criticality_order_as_they_should(table, reading):
    level = np.array([1.0, 0.5, 0.0])[:, None, None]
    imposed = drivers(25, capacity=(capacity(N, 1, 1.0, 0, 25, 25), capacity(N, 4, 1.0, 0, 25, 25)))

    def read(word):
        rules = Behaviour(
            limit="sum" if word == "linear" else "min", from_start=True, whole_stock=True
        )
        need = reading_need(word, level)
        return run(table, imposed, need=need, reading=word, behaviour=rules)

    output, _, made = read(reading)
    strict, _, _ = read("leontief")
    assert output[-1].sum() >= strict[-1].sum() * (1 - 1e-12)
    assert min(block.min() for block in made.state.stock) >= -1e-12


def test_half_critical_bound_is_the_published_formula(table):
    level = np.array([1.0, 0.5, 0.0])[:, None, None]
    rules = Behaviour(from_start=True, whole_stock=True)
    made = engine(table, drivers(1), need=level, reading="half", behaviour=rules)
    per_unit = 0.01 * 10.0 * table.output[None, :] * np.ones((S, 1))
    stock = (per_unit * table.inputs() / table.output)[:, :, None]
    bound = made._allowed(replace(made._start(), stock=[stock]), table.output[:, None]).output
    expected = np.minimum(per_unit[0], 0.5 * (per_unit[1] + table.output))
    np.testing.assert_allclose(bound[:, 0], expected, rtol=1e-12)


def test_an_endless_stock_never_limits(table):
    cover = np.full((S, S, 1), 5.0)
    cover[1] = np.inf
    imposed = drivers(40, stops=(stop(1, range(R), range(R), 1.0, 0, 40, 40),))
    _, days, _ = run(table.dense(), imposed, days=cover)
    limited, _, _ = run(table.dense(), imposed, days=5.0)
    assert limited[-1].sum() < 0.8 * table.output.sum()
    assert all(np.all(day.output >= day.optimum * (1.0 - 1e-12)) for day in days)


def test_ratio_of_nothing_is_nothing():
    top, bottom = np.array([1.0, 0.0, 2.0]), np.array([0.0, 0.0, 4.0])
    assert ratio(np, top, bottom).tolist() == [0.0, 0.0, 0.5]


def test_final_demand_that_shocks_move_is_that_of_its_cells():
    """Two stops, one of them full, and a surge, against every cell written out."""
    rng, batch = np.random.default_rng(4), 3
    base = rng.lognormal(0, 1, (2, 4, 4))
    half, whole = np.array([[0.5, 0.2, 0.0]]), np.array([[1.0, 1.0, 0.3]])
    turned, surge = np.array([[0.5, 0.0, 1.0]]), np.array([[0.4, 0.0, -1.0]])
    stops = (
        Stop(1, np.array([0, 2]), np.array([1]), half, turned),
        Stop(1, np.array([0, 1, 2]), np.array([3]), whole, redirect=True),
    )
    shock = DemandShock(np.array([1]), np.array([1, 2]), surge)
    final = FinalDemand(base, Drivers(1, batch, stops=stops, demand=(shock,)))
    final.advance(0)
    cells = np.repeat(base[1][:, :, None], batch, axis=2)
    cells[:, [1, 2]] *= 1.0 + surge[0]
    wanted, redirected = cells.sum(axis=0), np.zeros((4, batch))
    for stop_ in stops:
        for o in stop_.exporters:
            for j in stop_.importers:
                redirected[j] += cells[o, j] * stop_.turned(0)
                cells[o, j] *= 1.0 - stop_.path[0]
    placed = cells.sum(axis=0)
    cells *= 1.0 + np.divide(redirected, placed, out=np.zeros_like(placed), where=placed > 0)
    moved, weight = final.moved[1], rng.random((4, batch))
    close = {"rtol": 1e-12, "atol": 1e-14}
    np.testing.assert_allclose(moved.by_supplier(), cells.sum(axis=1), **close)
    np.testing.assert_allclose(final.by_supplier[1::2], cells.sum(axis=1), **close)
    by_importer = np.einsum("ob,ojb->jb", weight, cells)
    np.testing.assert_allclose(moved.by_importer(weight), by_importer, **close)
    np.testing.assert_allclose(moved.lost, wanted - cells.sum(axis=0), rtol=1e-12, atol=1e-12)
    assert np.array_equal(final.by_supplier[::2, 0], base[0].sum(axis=1))
    assert set(final.moved) == {1}
