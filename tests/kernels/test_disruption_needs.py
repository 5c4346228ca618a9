"""Needs, the CES response, inputs without stock, what is made later: closed forms and laws."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from isthmus.kernels.disruption import DenseTable, FactoredTable
from isthmus.kernels.disruption_cells import substituted
from isthmus.kernels.disruption_terms import choices

from .disruption_tables import capacity, drivers, engine, factored_table, run, stop

R, S, DAYS = 3, 3, 200
N = R * S


@pytest.fixture
def pair():
    """Two economies, one good; economy 1 buys two tenths of its output from economy 0."""
    flows = np.array([[[0.0, 2.0], [0.0, 0.0]]])
    final = np.array([[[8.0, 0.0], [0.0, 10.0]]])
    return DenseTable(flows, final, np.array([10.0, 10.0]))


@pytest.mark.parametrize("need", [0.0, 0.3, 0.5, 1.0])
@pytest.mark.parametrize("orders", ["plan", "output", "demand"])
def test_a_full_stop_takes_the_share_that_needs_the_input(pair, need, orders):
    imposed = drivers(30, stops=(stop(0, [0], [1], 1.0, 0, 30, 30, redirect=False),))
    output, _, _ = run(pair, imposed, days=10.0, psi=0.5, need=need, orders=orders)
    # Ten days of stock; five are used in full, then a fifth of what is left each day by the
    # products that need it.
    there = np.r_[np.ones(6), 0.8 ** np.arange(1, 25)]
    np.testing.assert_allclose(output[:, 1, 0], 10.0 * (1 - need * (1 - there)), rtol=1e-12)


@pytest.mark.parametrize("need", [0.2, 0.7, 1.0])
@pytest.mark.parametrize("missing", [0.1, 0.6, 0.95])
def test_a_lasting_shortage_takes_need_times_what_is_missing(pair, need, missing):
    days = 400  # settled to 1e-10 after 143
    imposed = drivers(days, stops=(stop(0, [0], [1], missing, 0, days, days, redirect=False),))
    output, _, made = run(pair, imposed, days=10.0, psi=0.5, need=need, rise=0.0, orders="plan")
    assert output[-1, 1, 0] == pytest.approx(10 * (1 - need * missing), rel=1e-9)
    # The stock settles where what arrives is what the products that need it take.
    held = np.concatenate(made.state.stock)[0, 1, 0]
    assert held == pytest.approx(2.0 * (1 - missing) * 0.5 * 10.0, rel=1e-9)


@pytest.mark.parametrize(
    ("share", "cost", "sigma", "expected"),
    [
        (0.8, 0.012, 0.1, (0.988 + 0.012 * 0.8**-9) ** (-1 / 9)),
        (0.8, 0.012, 0.2, (0.988 + 0.012 * 0.8**-4) ** (-1 / 4)),
        (0.5, 0.3, 1.0, 0.5**0.3),
        (0.5, 0.3, 2.0, (0.7 + 0.3 * 0.5**0.5) ** 2),
        (0.0, 0.3, 2.0, 0.7**2),
        (0.0, 0.3, 0.5, 0.0),
        (1.0, 0.3, 0.02, 1.0),
        (0.5, 0.3, 0.02, (0.7 + 0.3 * 0.5**-49) ** (-1 / 49)),
        (1e-30, 0.3, 0.001, 1e-30 * 0.3 ** (-1 / 999)),
    ],
)
def test_the_ces_response_is_the_formula(share, cost, sigma, expected):
    found = substituted(np, np.array(share), np.array(cost), np.array(sigma))
    assert found == pytest.approx(expected, rel=1e-9)


@given(share=st.floats(1e-6, 1), cost=st.floats(1e-6, 0.999), sigma=st.floats(0.01, 5))
def test_the_ces_response_lies_between_leontief_and_no_loss(share, cost, sigma):
    found = float(substituted(np, np.array(share), np.array(cost), np.array(sigma)))
    assert share * (1 - 1e-9) <= found <= 1 + 1e-12
    easier = float(substituted(np, np.array(share), np.array(cost), np.array(sigma * 1.1)))
    assert easier >= found * (1 - 1e-9)


def test_an_elastic_input_costs_what_the_ces_says(pair):
    days, missing = 400, 0.2  # settled to 1e-10 after 116
    imposed = drivers(days, stops=(stop(0, [0], [1], missing, 0, days, days, redirect=False),))
    output, _, _ = run(
        pair, imposed, days=10.0, psi=0.5, need=0.6, sigma=0.15, rise=0.0, orders="plan"
    )
    rho = (0.15 - 1) / 0.15
    left = (0.8 + 0.2 * (1 - missing) ** rho) ** (1 / rho)
    assert output[-1, 1, 0] == pytest.approx(10 * (1 - 0.6 * (1 - left)), rel=1e-9)


def test_an_input_without_stock_limits_the_next_day_and_leaves_no_gap(pair):
    imposed = drivers(12, stops=(stop(0, [0], [1], 0.5, 2, 4, 12, redirect=False),))
    flow = {"days": 1.0, "psi": 1.0, "rise": 0.0, "fall": 1.0}
    output, _, made = run(pair, imposed, need=0.8, orders="plan", **flow)
    expected = np.full(12, 10.0)
    expected[3:7] = 10.0 * (1 - 0.8 * 0.5)
    np.testing.assert_allclose(output[:, 1, 0], expected, rtol=1e-12)
    # The supplier sells what is ordered for use, on every day but those of the stop.
    supplied = np.full(12, 10.0)
    supplied[2:6] = 9.0
    np.testing.assert_allclose(output[:, 0, 0], supplied, rtol=1e-12)
    np.testing.assert_allclose(np.concatenate(made.state.stock)[0, 1, 0], 2.0, rtol=1e-12)


@pytest.mark.parametrize("share", [0.0, 0.4, 0.9, 1.0])
def test_what_is_put_off_is_made_when_the_input_is_back(pair, share):
    imposed = drivers(900, stops=(stop(0, [0], [1], 1.0, 0, 30, 900, redirect=False),))
    words = {"days": 10.0, "psi": 0.5, "orders": "plan", "over_max": 1.0}
    made = engine(pair, imposed, defer=share, defer_days=10.0, **words)
    lost, hampered, late, unmet = [], [], [], []
    stock = made.stock_at_start()[0, 1, 0]
    for day in made.days():
        hampered.append(10.0 * (1 - min(1.0, stock / (0.5 * 10.0 * 2.0))))
        lost.append(10.0 - day.output[1, 0])
        unmet.append(10.0 * (1 - day.met_final[1, 0]))
        late.append(day.late[1, 0])
        stock = made.state.stock[0][0, 1, 0]
    assert sum(hampered) > 150.0
    assert sum(lost) == pytest.approx((1 - share) * sum(hampered), rel=1e-9, abs=1e-9)
    assert sum(unmet) - sum(late) == pytest.approx(sum(lost), rel=1e-9, abs=1e-9)
    assert made.state.backlog.max() < 1e-12
    # Nothing is made up while the input is away for good.
    assert lost[29] > 0.95 * 10.0


def test_a_loss_of_capacity_is_caught_up(pair):
    imposed = drivers(900, capacity=(capacity(2, 1, 0.5, 3, 20, 900),))
    output, days, _ = run(pair, imposed, orders="plan", catch_up=0.6, defer_days=15.0, over_max=1.0)
    # Half of ten a day for twenty days, of which six tenths come back.
    assert (10.0 - output[:, 1, 0]).sum() == pytest.approx(40.0, rel=1e-9)
    late = sum(float(day.late[1, 0]) for day in days)
    unmet = sum(10.0 * (1 - float(day.met_final[1, 0])) for day in days)
    assert unmet - late == pytest.approx(40.0, rel=1e-9)


@given(
    seed=st.integers(0, 500),
    need=st.floats(0, 1),
    share=st.floats(0, 1),
    sigma=st.sampled_from([0.0, 0.15, 1.0]),
    orders=st.sampled_from(["plan", "output", "demand"]),
    rationing=st.sampled_from(["proportional", "final_first", "orders_first"]),
)
@settings(max_examples=30, deadline=None)
@example(seed=0, need=1.0, share=1.0, sigma=0.0, orders="plan", rationing="final_first")
def test_goods_are_neither_made_nor_lost(seed, need, share, sigma, orders, rationing):
    table = factored_table(R, S, seed)
    flow = np.array([0.0, 0.0, 1.0])[:, None]
    imposed = drivers(
        40,
        capacity=(capacity(N, seed % N, 0.6, 2, 9, 40),),
        stops=(stop(seed % S, [0], [1, 2], 0.9, 4, 20, 40, redirect=seed % 2 == 0),),
    )
    made = engine(
        table,
        imposed,
        days=np.where(flow > 0, 1.0, 8.0)[:, None],
        psi=np.where(flow > 0, 1.0, 0.8),
        rise=np.where(flow > 0, 0.0, 0.05),
        fall=flow,
        need=need,
        sigma=sigma,
        defer=share,
        catch_up=share,
        orders=orders,
        rationing=rationing,
    )
    before = made.stock_at_start()[:, :, 0]
    for day in made.days():
        after = np.concatenate(made.state.stock)[:, :, 0]
        final = made.final.by_supplier[:, 0] * day.met_final[:, 0] + day.late[:, 0]
        gap = day.output[:, 0].sum() - final.sum() - day.used.sum() - (after - before).sum()
        assert abs(gap) < 1e-9 * table.output.sum()
        assert after.min() >= -1e-12 * before.max()
        assert day.output.min() >= 0.0
        assert np.all(day.output <= day.demand * (1 + 1e-12))
        assert made.state.backlog.min() >= -1e-9
        assert made.state.waiting.min() >= -1e-9
        before = after


@given(seed=st.integers(0, 200), unit=st.sampled_from([1e9, 1e-9]))
@settings(max_examples=8, deadline=None)
def test_results_do_not_depend_on_the_currency(seed, unit):
    imposed = drivers(60, stops=(stop(1, [0], [1, 2], 1.0, 2, 30, 60, redirect=False),))
    words = {"need": 0.6, "sigma": 0.1, "defer": 0.5, "orders": "plan", "days": 6.0}
    one, _, _ = run(factored_table(R, S, seed), imposed, **words)
    other, _, _ = run(factored_table(R, S, seed, unit=unit), imposed, **words)
    np.testing.assert_allclose(other / unit, one, rtol=1e-9)


def test_a_shortage_that_is_over_leaves_nothing_behind_by_plan_but_does_by_output():
    table = factored_table(R, S, 5)
    imposed = drivers(400, capacity=(capacity(N, 4, 0.9, 0, 15, 400),))
    words = {"days": 4.0, "psi": 0.8}
    plan, _, _ = run(table, imposed, orders="plan", **words)
    output, _, _ = run(table, imposed, orders="output", **words)
    print(plan[-1, :, 0].sum() / table.output.sum(), output[-1, :, 0].sum() / table.output.sum())
    assert plan[-1, :, 0].sum() / table.output.sum() > 0.999
    assert output[-1, :, 0].sum() / table.output.sum() < 0.9


def test_the_share_of_orders_by_plan_sweeps_between_both_rules():
    table = factored_table(R, S, 5)
    imposed = drivers(60, capacity=(capacity(N, 4, 0.9, 0, 15, 60),))
    words = {"days": 4.0, "psi": 1.0}
    ends = [run(table, imposed, orders="plan", order_share=w, **words)[0] for w in (0.0, 1.0)]
    pure = [run(table, imposed, orders=w, **words)[0] for w in ("output", "plan")]
    assert np.array_equal(ends[0], pure[0])
    assert np.array_equal(ends[1], pure[1])
    between = run(table, imposed, orders="plan", order_share=0.5, **words)[0]
    totals = [part[-1].sum() for part in (pure[0], between, pure[1])]
    assert totals == sorted(totals)
    assert totals[0] < totals[1] < totals[2]


def test_a_share_of_orders_is_redirected():
    # Economies 1 and 2 sell the good to economy 0; 1 stops half, for which 0 turns to others in r.
    flows = np.zeros((1, 3, 3))
    final = np.zeros((1, 3, 3))
    final[0, :, 0] = [1.0, 4.0, 6.0]
    table = DenseTable(flows, final, final.sum(axis=2)[0])
    path, share = np.full((3, 1), 0.5), np.array([[0.0], [0.25], [1.0]])
    imposed = drivers(
        3,
        stops=(type(stop(0, [1], [0], 1, 0, 1, 3))(0, np.array([1]), np.array([0]), path, share),),
    )
    _, days, made = run(table, imposed)
    asked = np.stack([day.demand[:, 0] for day in days])
    expected = [
        [1.0 * (1 + 2 * r / 9), 2.0 * (1 + 2 * r / 9), 6.0 * (1 + 2 * r / 9)] for r in share[:, 0]
    ]
    np.testing.assert_allclose(asked, expected, rtol=1e-12)
    assert made.final.moved[0].lost[0, 0] == pytest.approx(0.0, abs=1e-12)


def test_orders_for_use_follow_a_path_of_redirection():
    # Industry of economy 0 buys from 1 and 2; 1 stops all of it; day 0 no one turns, then a half.
    flows = np.zeros((1, 3, 3))
    flows[0, 1, 0], flows[0, 2, 0] = 3.0, 1.0
    final = np.zeros((1, 3, 3))
    final[0, 0, 0], final[0, 1, 1], final[0, 2, 2] = 8.0, 5.0, 5.0
    table = DenseTable(flows, final, (flows.sum(axis=2) + final.sum(axis=2))[0])
    path = np.ones((4, 1))
    share = np.array([[0.0], [0.0], [0.5], [1.0]])
    made = engine(
        table,
        drivers(
            4,
            stops=(
                type(stop(0, [1], [0], 1, 0, 1, 4))(0, np.array([1]), np.array([0]), path, share),
            ),
        ),
        days=100.0,
        rise=0.0,
        orders="plan",
        rule="noalt",
    )
    asked = [float(day.demand[2, 0]) - 5.0 for day in made.days()]
    # Four are wanted; economy 2 has the share 1 / (3 (1 - r) + 1) of them.
    np.testing.assert_allclose(asked, [1.0, 1.0, 4 / 2.5, 4.0], rtol=1e-12)


def test_endless_stocks_are_never_needed():
    chosen = choices(2, days=np.array([np.inf, 5.0])[:, None, None])
    assert chosen.need[0].max() == 0.0
    assert chosen.begin[0].min() == 1e4


@given(seed=st.integers(0, 200))
@settings(max_examples=10, deadline=None)
def test_results_do_not_depend_on_the_order_of_industries(seed):
    rng = np.random.default_rng(seed)
    r, s, days = 3, 4, 40
    table = factored_table(r, s, 11)
    cells, rows = (s, s, 1), (s, 1)
    by_cell = {
        "days": rng.uniform(2, 20, cells),
        "spot": rng.uniform(0, 5, cells),
        "need": np.where(rng.random(cells) < 0.3, 0.0, rng.random(cells)),
        "defer": rng.random(cells),
    }
    by_input = {
        "psi": rng.uniform(0.5, 1, rows),
        "rise": rng.uniform(0, 0.2, rows),
        "fall": rng.uniform(0, 1, rows),
        "sigma": np.where(rng.random(rows) < 0.5, 0.0, rng.uniform(0.02, 2, rows)),
    }
    order = rng.permutation(s)
    place = np.argsort(order)
    nodes = (np.arange(r)[:, None] * s + order[None, :]).reshape(-1)
    moved = FactoredTable(
        table.origin[order],
        table.imported[order][:, :, order],
        table.domestic[order][:, :, order],
        table.final[order],
        table.output[nodes],
    )

    def imposed(industry):
        return drivers(
            days,
            capacity=(capacity(r * s, s + industry, 0.6, 1, 9, days),),
            stops=(stop(industry, [1], [2], 1, 3, 20, days),),
        )

    one, _, _ = run(table, imposed(2), **by_cell, **by_input, catch_up=0.3, orders="plan")
    there = {k: v[order][:, order] for k, v in by_cell.items()}
    there |= {k: v[order] for k, v in by_input.items()}
    other, _, _ = run(moved, imposed(int(place[2])), **there, catch_up=0.3, orders="plan")
    np.testing.assert_allclose(other, one[:, nodes], rtol=1e-10)
