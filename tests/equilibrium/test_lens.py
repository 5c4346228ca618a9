"""The lens on a made-up table: identities, scenarios, and what it refuses."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isthmus.equilibrium import ElasticityPath, prepare, solve, solve_many
from isthmus.equilibrium.base import with_theta
from isthmus.equilibrium.lens import run_base
from isthmus.equilibrium.settings import EquilibriumSettings
from isthmus.errors import (
    BadInput,
    CodeUnknown,
    EconomyIsolated,
    NoSupplierLeft,
    ShockNotRepresentable,
    SurplusExceedsIncome,
)
from isthmus.kernels.equilibrium import TradeShock
from isthmus.kernels.equilibrium_solve import solve as solve_model
from isthmus.scenario import (
    CapacityLoss,
    Embargo,
    ExportStop,
    ProductivityChange,
    PurchaseBan,
    Scenario,
    TariffChange,
    TradeCostChange,
    preset,
    preset_names,
)

from .small import ECONOMIES, INDUSTRIES, small_table

NONE = Scenario(name="none")
NO_COALITIONS: tuple[str, ...] = ()
EMBARGO = Scenario(
    name="embargo", shocks=[Embargo(economies=("DEU", "FRA"), partners=("CHN",), severity=0.9)]
)


def run(scenario: Scenario, table=None, **settings):
    settings.setdefault("coalitions", NO_COALITIONS)
    return solve(small_table() if table is None else table, scenario, **settings)


def income(result) -> dict[str, float]:
    frame = result["economies"].frame
    return dict(zip(frame["economy"], frame["real_income"], strict=True))


@given(st.integers(0, 1000))
@settings(max_examples=8, deadline=None)
def test_no_shock_changes_nothing(seed: int) -> None:
    result = run(NONE, small_table(seed))
    for name in ("economies", "sectors"):
        frame = result[name].frame
        changes = frame.select(
            c.name for c in result[name].columns if c.role == "value" and c.unit == "share"
        )
        assert np.abs(changes.to_numpy()).max() < 1e-12


def test_the_base_keeps_every_bilateral_flow_and_output() -> None:
    table = small_table()
    base = prepare(table)
    flows = base.model.pi * base.model.expenditure.T[:, :, None]
    expected = (table.sales + table.final).reshape(5, 5, 5)
    assert flows.transpose(2, 0, 1) == pytest.approx(expected, rel=1e-9)
    assert base.model.value_added == pytest.approx(table.primary.reshape(5, 5).sum(axis=1))
    assert base.moved < 1e-12


def test_dense_and_factored_tables_give_the_same_answer() -> None:
    one, other = run(EMBARGO), run(EMBARGO, small_table(factored=False))
    assert income(one) == pytest.approx(income(other), abs=1e-9)


def test_an_embargo_hurts_both_sides_and_leaves_a_tenth_at_given_costs() -> None:
    got = income(run(EMBARGO))
    assert got["CHN"] < 0
    assert got["DEU"] < 0


def test_a_full_embargo_leaves_no_trade() -> None:
    full = Scenario(name="full", shocks=[Embargo(economies=("DEU",), partners=("CHN",))])
    trade = run(full)["trade"].frame
    both = pl.col("exporter").is_in(["DEU", "CHN"]) & pl.col("importer").is_in(["DEU", "CHN"])
    assert trade.filter(both)["value"].to_list() == [0.0, 0.0]
    assert trade.filter(~both)["value"].min() > 0


def test_losses_shrink_with_the_horizon_for_an_embargo() -> None:
    losses = [income(run(EMBARGO, horizon=h))["DEU"] for h in ("1y", "3y", "10y")]
    assert losses[0] < losses[1] < losses[2] < 0


def test_embargo_and_its_two_one_sided_parts_agree() -> None:
    parts = Scenario(
        name="parts",
        shocks=[
            ExportStop(exporters=("DEU", "FRA"), importers=("CHN",), severity=0.9),
            PurchaseBan(exporters=("CHN",), importers=("DEU", "FRA"), severity=0.9),
        ],
    )
    assert income(run(parts)) == pytest.approx(income(run(EMBARGO)), abs=1e-12)


def test_a_partial_stop_equals_the_trade_cost_that_leaves_its_share() -> None:
    """(1 - s) = factor^(-theta), with one theta for all industries."""
    severity = 0.6
    theta = ElasticityPath().theta(10.0)
    same = dict.fromkeys(INDUSTRIES, 4.0)
    stop = Scenario(
        name="stop",
        shocks=[ExportStop(exporters=("TWN",), importers=("DEU",), severity=severity)],
    )
    cost = Scenario(
        name="cost",
        shocks=[
            TradeCostChange(
                exporters=("TWN",), importers=("DEU",), factor=(1 - severity) ** (-1 / theta)
            )
        ],
    )
    one, other = (income(run(s, elasticities=same)) for s in (stop, cost))
    assert one == pytest.approx(other, abs=1e-9)


def test_shocks_on_the_same_flow_compound() -> None:
    def tariff(**size: float) -> TariffChange:
        return TariffChange(exporters=("CHN",), importers=("DEU",), **size)

    once = Scenario(name="once", shocks=[tariff(rate=0.3)])
    twice = Scenario(name="twice", shocks=[tariff(change=0.1), tariff(change=0.2)])
    assert income(run(once)) == pytest.approx(income(run(twice)), abs=1e-9)


def test_a_small_tariff_of_a_large_buyer_can_gain_and_hurts_the_seller() -> None:
    shock = TariffChange(exporters=("CHN",), importers=("DEU",), rate=0.02)
    assert income(run(Scenario(name="t", shocks=[shock])))["CHN"] < 0


def test_productivity_raises_real_income_at_home_most() -> None:
    shock = ProductivityChange(economies=("TWN",), industries=("C26",), factor=1.1)
    got = income(run(Scenario(name="p", shocks=[shock])))
    assert got["TWN"] == max(got.values())
    assert got["TWN"] > 0


def test_groups_of_industries_and_coalitions_are_known() -> None:
    goods = Scenario(
        name="g", shocks=[TariffChange(exporters=("*",), industries=("GOODS",), rate=0.1)]
    )
    named = Scenario(
        name="n",
        shocks=[TariffChange(exporters=("*",), industries=INDUSTRIES[:-1], rate=0.1)],
    )
    assert income(run(goods)) == income(run(named))
    with pytest.raises(CodeUnknown, match="AUT"):
        run(Scenario(name="eu", shocks=[TariffChange(exporters=("EU27_2020",), rate=0.1)]))


def test_coalitions_are_weighted_means_of_members() -> None:
    result = run(EMBARGO, coalitions=("EU27_2020",))
    assert result["coalitions"].frame.is_empty()
    assert any("EU27_2020" in note for note in result["economies"].notes)


def test_ranges_hold_the_main_run() -> None:
    frame = run(EMBARGO, ranges=True)["economies"].frame
    assert (frame["real_income_low"] <= frame["real_income"]).all()
    assert (frame["real_income"] <= frame["real_income_high"]).all()
    assert (frame["real_income_low"] < frame["real_income_high"]).all()


def test_the_range_of_a_coalition_is_that_of_one_alternative_for_all_members() -> None:
    """Members may do best and worst under different elasticities, which never hold together."""
    pair = {"pair": ("DEU", "FRA")}
    result = run(EMBARGO, ranges=True, coalitions=pair)
    whole = result["coalitions"].frame.row(0, named=True)
    frame = result["alternatives"].frame
    others = frame.filter(economy="pair")["real_income"].to_list()
    assert len(others) == frame["alternative"].n_unique()
    found = [whole["real_income"], *others]
    assert (whole["real_income_low"], whole["real_income_high"]) == (min(found), max(found))
    assert "alternatives" not in run(EMBARGO, coalitions=pair).tables


def test_the_range_says_what_it_leaves_out_in_the_first_year() -> None:
    first = run(EMBARGO, ranges=True, horizon="1y")["economies"].notes
    later = run(EMBARGO, ranges=True, horizon="3y")["economies"].notes
    assert any("exact reading" in note for note in first)
    assert not any("exact reading" in note for note in later)


def test_removed_deficits_leave_balanced_trade() -> None:
    trade = run(EMBARGO, deficits="removed")["trade"].frame
    sold = trade.group_by("exporter").agg(pl.col("value").sum()).sort("exporter")
    bought = trade.group_by("importer").agg(pl.col("value").sum()).sort("importer")
    assert sold["value"].to_numpy() == pytest.approx(bought["value"].to_numpy(), rel=1e-6)


def test_base_tariffs_of_the_user_count() -> None:
    tariff = np.full((5, 5, 5), 0.1)
    free = Scenario(name="free", shocks=[TariffChange(exporters=("*",), rate=0.0)])
    result = run(free, tariff=tariff)
    frame = result["economies"].frame
    assert (frame["volume_of_trade"].abs() > 0).all()
    assert result["economies"].kind.value == "modelled"
    with pytest.raises(BadInput, match="shape"):
        run(NONE, tariff=np.zeros((2, 2)))
    with pytest.raises(BadInput, match="above -1"):
        run(NONE, tariff=np.full((5, 5, 5), -1.0))


def test_money_is_share_times_final_expenditure() -> None:
    table = small_table()
    frame = run(EMBARGO, table)["economies"].frame
    final = table.final.sum(axis=0)
    expected = frame["real_income"].to_numpy() * final
    assert frame["real_income_money"].to_numpy() == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize(
    ("shock", "error", "text"),
    [
        (CapacityLoss(economies=("TWN",), severity=0.5), ShockNotRepresentable, "capacity_loss"),
        (Embargo(economies=("TWN",)), EconomyIsolated, "TWN"),
        (ExportStop(exporters=("*",), importers=("TWN",)), EconomyIsolated, "TWN"),
        (
            Embargo(economies=("DEU",), partners=("CHN",), redirect=False),
            ShockNotRepresentable,
            "elsewhere",
        ),
        (
            Embargo(economies=("DEU",), partners=("CHN",), duration=90),
            ShockNotRepresentable,
            "before the horizon",
        ),
        (TradeCostChange(exporters=("XXX",), factor=2.0), CodeUnknown, "XXX"),
        (
            TradeCostChange(exporters=("DEU",), industries=("C99",), factor=2.0),
            CodeUnknown,
            "C99",
        ),
        (TariffChange(exporters=("DEU",), change=-0.5), None, ""),
    ],
)
def test_what_cannot_be_held_is_named(shock, error, text) -> None:
    scenario = Scenario(name="bad", horizon=365, shocks=[shock])
    if error is None:
        assert run(scenario)["solution"].frame["residual"][0] <= 1e-10
        return
    with pytest.raises(error, match=text):
        run(scenario)


def test_an_economy_whose_surplus_exceeds_its_income_is_named() -> None:
    base = prepare(small_table())
    taken = base.model.value_added[1]
    shock = TradeShock(deficit=np.array([0.0, -taken, taken, 0.0, 0.0]))
    with pytest.raises(SurplusExceedsIncome, match=r"exceeds the income.*\n.*where: DEU"):
        run_base(base, shock, EquilibriumSettings(horizon=10.0))


def test_a_shock_that_ends_can_be_read_as_lasting() -> None:
    brief = Scenario(
        name="brief",
        shocks=[Embargo(economies=("DEU", "FRA"), partners=("CHN",), severity=0.9, duration=90)],
    )
    assert income(run(brief, lasting=True)) == income(run(EMBARGO))


def test_the_last_supplier_is_named() -> None:
    table = small_table()
    flow = np.array(table.form.flow)
    keep = [ECONOMIES.index("TWN")]
    apart = [k for k in range(5) if k not in keep]
    flow[apart, :, 2] = 0.0
    Y = np.array(table.Y).reshape(5, 5, 5)
    Y[apart, 2] = 0.0
    lone = replace(
        table,
        form=type(table.form)(flow, table.form.use_dom, table.form.use_imp, table.x),
        Y=Y.reshape(25, 5),
    )
    stop = Scenario(
        name="stop",
        shocks=[ExportStop(exporters=("TWN",), importers=("DEU",), industries=("C26",))],
    )
    with pytest.raises(NoSupplierLeft, match="DEU C26"):
        run(stop, lone)


def test_an_economy_without_trade_is_named() -> None:
    table = small_table()
    flow = np.array(table.form.flow)
    Y = np.array(table.Y).reshape(5, 5, 5)
    for other in range(1, 5):
        flow[0, other], Y[0, :, other] = 0.0, 0.0
    cut = replace(
        table,
        form=type(table.form)(flow, table.form.use_dom, table.form.use_imp, table.x),
        Y=Y.reshape(25, 5),
    )
    with pytest.raises(BadInput, match="CHN: sells nothing abroad"):
        run(NONE, cut)


def test_missing_elasticities_are_all_named() -> None:
    with pytest.raises(BadInput) as caught:
        run(NONE, elasticities={"A01": 4.0, "C19": -1.0, "C2": 3.0})
    where = {problem.where for problem in caught.value.problems}
    assert where == {"C26", "C29", "SERV", "C2", "C19"}


def test_theta_near_zero_is_refused() -> None:
    tiny = dict.fromkeys(INDUSTRIES, 4.0) | {"C26": 1e-3}
    with pytest.raises(BadInput, match="theta"):
        run(NONE, elasticities=tiny)


def test_a_scenario_may_fix_settings_and_unknown_ones_are_refused() -> None:
    fixed = Scenario(name="f", shocks=EMBARGO.shocks, params={"deficits": "removed"})
    assert income(run(fixed)) == income(run(EMBARGO, deficits="removed"))
    with pytest.raises(BadInput, match="psi"):
        run(Scenario(name="u", params={"psi": 0.8}))
    with pytest.raises(BadInput, match="none of"):
        run(EMBARGO, level="high")


def test_prepared_bases_serve_any_elasticities() -> None:
    base = prepare(small_table())
    for theta in (0.3, 2.0, 40.0):
        model = with_theta(base, np.full(5, theta))
        assert np.abs(solve_model(model, TradeShock()).wage - 1).max() < 1e-12


def test_a_prepared_base_gives_the_same_answer() -> None:
    table = small_table()
    base = prepare(table)
    assert income(solve(base, EMBARGO, coalitions=())) == income(run(EMBARGO, table))
    with pytest.raises(BadInput, match="prepared"):
        solve(base, EMBARGO, coalitions=(), tariff=np.zeros((5, 5, 5)))


def test_many_scenarios_stack_and_keep_their_names() -> None:
    other = Scenario(
        name="tariff", shocks=[TariffChange(exporters=("CHN",), importers=("DEU",), rate=0.1)]
    )
    table = small_table()
    many = solve_many(table, [EMBARGO, other], coalitions=())
    stacked = many["economies"].frame
    for scenario in (EMBARGO, other):
        alone = income(run(scenario, table))
        rows = stacked.filter(pl.col("scenario") == scenario.name)
        assert dict(zip(rows["economy"], rows["real_income"], strict=True)) == alone
    with pytest.raises(BadInput, match="embargo"):
        solve_many(table, [EMBARGO, EMBARGO])


def test_a_result_says_how_it_was_made() -> None:
    result = run(EMBARGO, horizon="3y")
    made = result.provenance
    assert made.scenario == EMBARGO.identity
    assert made.parameters["horizon"] == 3.0
    assert any("assumed zero" in note for note in result["economies"].notes)
    assert result["economies"].kind.value == "modelled"
    assert result["elasticities"].kind.value == "assumed"


def test_every_own_preset_is_held_by_the_lens() -> None:
    from isthmus.equilibrium.shocks import KINDS

    own = [preset(name) for name in preset_names() if name.startswith("equilibrium-")]
    assert len(own) == 12
    for scenario in own:
        scenario.require(KINDS, lens="equilibrium")
        assert scenario.reason
        assert all(shock.reason for shock in scenario.shocks)
