"""The equilibrium in changes: closed forms, identities, and the published NAFTA case."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq

from isthmus.errors import (
    BadInput,
    DidNotConverge,
    EconomyIsolated,
    NoSupplierLeft,
    SurplusExceedsIncome,
)
from isthmus.kernels.equilibrium import TradeModel, TradeShock, evaluate, shocked_system
from isthmus.kernels.equilibrium_base import model_from_flows, rebase, settle
from isthmus.kernels.equilibrium_check import check_model, check_shock
from isthmus.kernels.equilibrium_solve import solve
from isthmus.kernels.equilibrium_welfare import base_flows, new_flows, new_shares, welfare

from .nafta_data import MEMBERS, nafta_model, nafta_tariffs
from .worlds import random_model

# Twice the residual at which the solver stops, times the conditioning of the small worlds.
SOLVED = 1e-8
# A base is consistent to rounding; a shock of nothing must not move it.
UNMOVED = 1e-12
SEEDS = st.integers(0, 10_000)


def _random_shock(model: TradeModel, seed: int, *, size: float = 0.3) -> TradeShock:
    rng = np.random.default_rng(seed)
    n, s = model.shape
    cost = np.exp(rng.uniform(-size, size, (s, n, n)))
    tariff = rng.uniform(0.0, size, (s, n, n))
    here = np.arange(n)
    cost[:, here, here], tariff[:, here, here] = 1.0, 0.0
    return TradeShock(
        tariff=tariff, cost=cost, productivity=np.exp(rng.uniform(-size, size, (n, s)))
    )


def _symmetric(theta: float = 4.0, home: float = 0.7) -> TradeModel:
    """Two equal economies, one sector, labour only."""
    flows = np.array([[home, 1 - home], [1 - home, home]])[:, :, None]
    return model_from_flows(flows, np.zeros((2, 1, 1)), theta=np.array([theta]))


def test_symmetric_iceberg_has_its_closed_form() -> None:
    theta, home, d = 4.0, 0.7, 1.5
    model = _symmetric(theta, home)
    cost = np.ones((1, 2, 2))
    cost[0, 0, 1] = cost[0, 1, 0] = d
    shock = TradeShock(cost=cost)
    found = solve(model, shock)
    expected = (home + (1 - home) * d**-theta) ** (1 / theta)
    assert welfare(model, shock, found).real_income == pytest.approx(expected, abs=1e-9)


def test_gains_from_trade_follow_the_domestic_share() -> None:
    """One sector, labour only: real income is (domestic share, new over old)^(-1/theta)."""
    rng = np.random.default_rng(3)
    flows = rng.uniform(0.1, 1.0, (5, 5, 1)) + 2 * np.eye(5)[:, :, None]
    base = model_from_flows(flows, np.zeros((5, 1, 1)), theta=np.array([5.0]))
    model = rebase(base, deficit=np.zeros(5))
    shock = replace(_random_shock(model, 1), tariff=None, productivity=None)
    found = solve(model, shock)
    before = np.diagonal(model.pi[0])
    after = np.diagonal(new_shares(model, shock, found)[0])
    expected = (after / before) ** (-1 / 5.0)
    assert welfare(model, shock, found).real_income == pytest.approx(expected, abs=SOLVED)


def test_two_economies_with_a_tariff_agree_with_a_root_finder() -> None:
    """Balanced trade of two economies solved in one unknown by bisection."""
    theta, tariff = 3.0, 0.25
    model = _symmetric(theta, 0.6)
    levels = np.zeros((1, 2, 2))
    levels[0, 0, 1] = tariff
    found = solve(model, TradeShock(tariff=levels))

    def gap(log_wage: float) -> float:
        w = np.exp(np.array([log_wage, 0.0]))
        own = np.array([0.6, 0.6]) * w**-theta
        other = 0.4 * np.array([(w[1] * (1 + tariff)) ** -theta, w[0] ** -theta])
        share = other / (own + other)
        income = w / (1 - np.array([tariff / (1 + tariff), 0.0]) * share)
        bought = share * income / np.array([1 + tariff, 1.0])
        return float(bought[0] - bought[1])

    expected = np.exp(brentq(gap, -1.0, 1.0, xtol=1e-14))
    assert found.wage[0] / found.wage[1] == pytest.approx(expected, rel=1e-8)


@given(SEEDS, st.booleans())
@settings(max_examples=15, deadline=None)
def test_no_shock_changes_nothing(seed: int, tariffs: bool) -> None:
    model = random_model(seed, tariffs=tariffs)
    found = solve(model, TradeShock())
    gains = welfare(model, TradeShock(), found)
    assert np.abs(gains.real_income - 1).max() < UNMOVED
    assert np.abs(found.wage - 1).max() < UNMOVED
    assert np.abs(found.output / base_flows(model).sum(axis=1).T - 1).max() < UNMOVED


@given(SEEDS)
@settings(max_examples=15, deadline=None)
def test_markets_clear_and_trade_balances_hold(seed: int) -> None:
    model = random_model(seed)
    shock = _random_shock(model, seed + 1)
    found = solve(model, shock)
    flows = new_flows(model, shock, found)
    assert found.residual <= 1e-10
    assert pytest.approx(found.output, rel=SOLVED) == flows.sum(axis=1).T
    deficit = flows.sum(axis=(0, 2)) - flows.sum(axis=(0, 1))
    world = model.value_added.sum()
    assert np.abs(deficit - model.deficit).max() < SOLVED * world
    assert (found.wage * model.value_added).sum() == pytest.approx(world, rel=1e-12)
    assert shock.tariff is not None
    assert found.revenue == pytest.approx((flows * shock.tariff).sum(axis=(0, 2)), rel=1e-7)


@given(SEEDS)
@settings(max_examples=10, deadline=None)
def test_walras_law_holds_away_from_equilibrium(seed: int) -> None:
    """At any wages, once goods markets clear, excess demands for labour sum to zero."""
    model = random_model(seed)
    system = shocked_system(model, _random_shock(model, seed))
    wage = np.exp(np.random.default_rng(seed).uniform(-0.2, 0.2, model.shape[0]))
    price, spent = np.ones(model.shape), model.expenditure
    for _ in range(400):
        got = evaluate(system, wage, price, spent)
        price, spent = got.price, got.expenditure
    excess = got.demand - wage * model.value_added
    assert abs(excess.sum()) < 1e-9 * model.value_added.sum()
    assert np.abs(excess).max() > 1e-4


@given(SEEDS)
@settings(max_examples=10, deadline=None)
def test_relabelling_economies_and_sectors_relabels_the_answer(seed: int) -> None:
    model = random_model(seed)
    shock = _random_shock(model, seed)
    rng = np.random.default_rng(seed)
    n, s = rng.permutation(model.shape[0]), rng.permutation(model.shape[1])
    moved = TradeModel(
        pi=model.pi[np.ix_(s, n, n)],
        tariff=model.tariff[np.ix_(s, n, n)],
        expenditure=model.expenditure[np.ix_(n, s)],
        value_added=model.value_added[n],
        deficit=model.deficit[n],
        beta=model.beta[np.ix_(n, s)],
        gamma=model.gamma[np.ix_(n, s, s)],
        alpha=model.alpha[np.ix_(n, s)],
        theta=model.theta[s],
    )
    assert shock.tariff is not None
    assert shock.cost is not None
    assert shock.productivity is not None
    same = TradeShock(
        tariff=shock.tariff[np.ix_(s, n, n)],
        cost=shock.cost[np.ix_(s, n, n)],
        productivity=shock.productivity[np.ix_(n, s)],
    )
    here, there = solve(model, shock), solve(moved, same)
    assert there.wage == pytest.approx(here.wage[n], rel=SOLVED)
    assert there.price == pytest.approx(here.price[np.ix_(n, s)], rel=SOLVED)


@given(SEEDS, st.floats(0.01, 1e6))
@settings(max_examples=10, deadline=None)
def test_the_currency_does_not_matter(seed: int, unit: float) -> None:
    model = random_model(seed)
    shock = _random_shock(model, seed)
    scaled = replace(
        model,
        expenditure=model.expenditure * unit,
        value_added=model.value_added * unit,
        deficit=model.deficit * unit,
    )
    assert solve(scaled, shock).wage == pytest.approx(solve(model, shock).wage, rel=SOLVED)


def test_an_embargo_leaves_no_trade_and_is_the_limit_of_costs() -> None:
    model = random_model(5, tariffs=False)
    keep = np.ones_like(model.pi)
    keep[:, 0, 1] = 0.0
    shock = TradeShock(keep=keep)
    found = solve(model, shock)
    assert (new_flows(model, shock, found)[:, 0, 1] == 0).all()
    cost = np.ones_like(model.pi)
    cost[:, 0, 1] = 1e9
    near = solve(model, TradeShock(cost=cost))
    assert near.wage == pytest.approx(found.wage, rel=1e-6)


def test_productivity_of_the_whole_world_raises_all_real_incomes_alike() -> None:
    """Neutral productivity in value added only: with no inputs real income rises by as much."""
    model = _symmetric()
    shock = TradeShock(productivity=np.full((2, 1), 1.1))
    gains = welfare(model, shock, solve(model, shock))
    assert gains.real_income == pytest.approx(1.1, rel=1e-9)


def test_deficits_can_be_removed_and_follow_world_income() -> None:
    model = random_model(8)
    none = TradeShock(deficit=np.zeros(model.shape[0]))
    flows = new_flows(model, none, solve(model, none))
    assert flows.sum(axis=(0, 2)) == pytest.approx(flows.sum(axis=(0, 1)), rel=1e-7)
    free = TradeShock(tariff=np.zeros_like(model.tariff), deficit_rule="world_share")
    found = solve(model, free)
    flows = new_flows(model, free, found)
    deficit = flows.sum(axis=(0, 2)) - flows.sum(axis=(0, 1))
    before = model.value_added.sum() + (base_flows(model) * model.tariff).sum()
    ratio = (found.wage * model.value_added).sum() / before
    assert deficit == pytest.approx(model.deficit * ratio, rel=1e-6)


def test_first_order_welfare_is_the_limit_of_the_exact_change() -> None:
    model = rebase(random_model(4), deficit=np.zeros(4))
    step = 1e-5
    shock = TradeShock(tariff=model.tariff * (1 - step))
    gains = welfare(model, shock, solve(model, shock, tolerance=1e-13))
    assert gains.real_income - 1 == pytest.approx(gains.first_order, rel=2e-3, abs=2e-10)


def test_a_start_nearby_gives_the_same_answer_sooner() -> None:
    model = random_model(2, 8, 6)
    near, far = _random_shock(model, 0, size=0.30), _random_shock(model, 0, size=0.301)
    first = solve(model, near)
    warm, cold = solve(model, far, start=first), solve(model, far)
    assert warm.wage == pytest.approx(cold.wage, rel=SOLVED)
    assert warm.evaluations < cold.evaluations


def test_many_shocks_do_not_depend_on_their_order() -> None:
    model = random_model(2)
    shocks = [_random_shock(model, k) for k in range(4)]
    forward, back = ([solve(model, shock) for shock in some] for some in (shocks, shocks[::-1]))
    for one, other in zip(forward, back[::-1], strict=True):
        assert (one.wage == other.wage).all()


def test_isolation_is_named() -> None:
    model = random_model(1)
    keep = np.ones_like(model.pi)
    keep[:, 2, [0, 1, 3]] = 0.0
    with pytest.raises(EconomyIsolated, match=r"\[2\]"):
        solve(model, TradeShock(keep=keep))


def test_a_good_without_supplier_is_named() -> None:
    model = random_model(1)
    keep = np.ones_like(model.pi)
    keep[1, 2, :] = 0.0
    with pytest.raises(NoSupplierLeft, match=r"\[2, 1\]"):
        solve(model, TradeShock(keep=keep))


def test_a_surplus_that_cannot_be_earned_does_not_converge() -> None:
    model = random_model(1, tariffs=False)
    unpayable = np.array([-0.9, 0.3, 0.3, 0.3]) * model.value_added.sum()
    keep = np.ones_like(model.pi)
    keep[:, 1:, 0] = 1e-9
    with pytest.raises(DidNotConverge, match="of the shock"):
        solve(model, TradeShock(deficit=unpayable, keep=keep), max_evaluations=60)


def test_a_surplus_has_a_base_up_to_the_income_that_it_leaves() -> None:
    """Two equal economies, theta 1, home share 0.7: at the limit the first spends nothing.

    All sales go to the second, which spends the world's 2: ``w = 2 (.3/w) / (.3/w + .7/(2 - w))``,
    so that the largest surplus is the positive root of ``.4 w^2 + 1.2 w - 1.2``.
    """
    model = _symmetric(theta=1.0)
    limit = (np.sqrt(1.2**2 + 4 * 0.4 * 1.2) - 1.2) / 0.8
    below, above = np.array([-1.0, 1.0]) * (limit - 1e-6), np.array([-1.0, 1.0]) * (limit + 1e-6)
    based = rebase(model, deficit=below)
    assert 0 < based.value_added[0] + below[0] < 1e-5
    assert np.abs(solve(based).wage - 1).max() < UNMOVED
    with pytest.raises(SurplusExceedsIncome, match=r"exceeds the income"):
        rebase(model, deficit=above)


@pytest.mark.parametrize("seed", [1138, 1307, 2226, 3124, 9219])
def test_the_random_worlds_have_a_base(seed: int) -> None:
    for tariffs in (True, False):
        model = random_model(seed, tariffs=tariffs)
        assert np.abs(solve(model).wage - 1).max() < UNMOVED


@pytest.mark.parametrize("surplus", [1.0, 3.0, 30.0])
def test_an_economy_whose_surplus_exceeds_its_income_is_named(surplus: float) -> None:
    model = random_model(3, tariffs=False)
    wanted = np.array([0.0, surplus, -surplus, 0.0]) * model.value_added[2]
    with pytest.raises(SurplusExceedsIncome, match=r"economies at positions \[2\]") as caught:
        rebase(model, deficit=wanted)
    assert caught.value.positions == (2,)
    assert caught.value.exit_code == DidNotConverge.exit_code


def test_reported_deficits_beyond_income_are_refused_not_met_by_negative_spending() -> None:
    model = _symmetric(theta=1.0)
    shock = TradeShock(deficit=np.array([-0.85, 0.85]))
    with pytest.raises(SurplusExceedsIncome):
        solve(model, shock)
    with pytest.raises(SurplusExceedsIncome):
        settle(replace(model, deficit=np.array([-1.2, 1.2])))


def test_a_bad_model_names_every_problem() -> None:
    model = random_model(1)
    theta = model.theta.copy()
    theta[0] = 1e-9
    alpha = model.alpha * 1.1
    with pytest.raises(BadInput, match="theta") as caught:
        check_model(replace(model, theta=theta, alpha=alpha))
    assert {problem.where for problem in caught.value.problems} == {"theta[0]", "alpha"}


def test_an_economy_without_trade_or_income_is_refused() -> None:
    flows = np.zeros((2, 2, 1))
    flows[0, 0] = 1.0
    with pytest.raises(BadInput, match="value_added"):
        model_from_flows(flows, np.zeros((2, 1, 1)), theta=np.array([4.0]))


def test_a_bad_shock_names_every_problem() -> None:
    model = random_model(1)
    bad = TradeShock(
        cost=np.full_like(model.pi, np.inf),
        keep=np.full_like(model.pi, 2.0),
        tariff=np.full_like(model.pi, -1.0),
        productivity=np.zeros(model.shape),
        deficit=np.ones(4) * model.value_added.sum(),
    )
    with pytest.raises(BadInput) as caught:
        check_shock(model, bad)
    assert len(caught.value.problems) == 5


# Printed in the paper with two digits; the third and fourth come from an independent solver.
PUBLISHED = {
    "real_wage": (1.7153, 0.3228, 0.1124),
    "first_order": (1.3121, -0.0638, 0.0848),
    "terms_of_trade": (-0.4118, -0.1081, 0.0435),
    "volume_of_trade": (1.7239, 0.0443, 0.0412),
    "real_income": (0.0073, -0.1101, 0.0741),
}


@pytest.mark.source
def test_nafta_with_balanced_trade_is_exact(shared_data) -> None:
    reported, new = nafta_model(shared_data / "caliendo_parro")
    model = rebase(reported, deficit=np.zeros(31))
    shock = TradeShock(tariff=nafta_tariffs(model.tariff, new))
    found = solve(model, shock)
    assert found.residual <= 1e-10
    gains = welfare(model, shock, found)
    for name, expected in PUBLISHED.items():
        got = getattr(gains, name)[MEMBERS]
        got = got - 1 if name.startswith("real") else got
        assert 100 * got == pytest.approx(expected, abs=6e-5), name
    assert 100 * gains.first_order[MEMBERS] == pytest.approx((1.31, -0.06, 0.08), abs=0.0051)
    old, changed = base_flows(model).sum(axis=0), new_flows(model, shock, found).sum(axis=0)
    imports = []
    for member in MEMBERS:
        partners = [other for other in MEMBERS if other != member]
        imports.append(100 * (changed[member, partners].sum() / old[member, partners].sum() - 1))
    assert imports == pytest.approx((118.3, 11.1, 40.5), abs=0.05)


@pytest.mark.source
def test_nafta_with_observed_deficits(shared_data) -> None:
    """No published row: frozen at our own solution, next to the balanced case."""
    reported, new = nafta_model(shared_data / "caliendo_parro")
    model = rebase(reported)
    assert np.abs(solve(model).wage - 1).max() < UNMOVED
    shock = TradeShock(tariff=nafta_tariffs(model.tariff, new))
    gains = welfare(model, shock, solve(model, shock))
    assert 100 * (gains.real_wage[MEMBERS] - 1) == pytest.approx((1.6405, 0.3341, 0.1178), abs=6e-5)


@pytest.mark.source
def test_all_tariffs_of_2005_converge_where_fixed_damping_cycles(shared_data) -> None:
    reported, new = nafta_model(shared_data / "caliendo_parro")
    model = rebase(reported, deficit=np.zeros(31))
    found = solve(model, TradeShock(tariff=new))
    assert found.residual <= 1e-10
    assert found.portions == 1
