"""Orders, needs and redirection through the public lens."""

from dataclasses import fields
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from isthmus.disruption import Settings, default_criticality, simulate, simulate_many
from isthmus.disruption.checks import problems_of
from isthmus.disruption.compat import first_rules
from isthmus.disruption.terms import by_code, defer_matrix, flow_inputs, need_matrix
from isthmus.errors import BadInput
from isthmus.scenario import CapacityLoss, Embargo, ExportStop, Recovery, Scenario
from isthmus.world.mrio_sample import sample_table

FROZEN = np.load(
    Path(__file__).parents[1] / "kernels" / "fixtures" / "engine_before_need_shares.npz"
)
CODES = ("A01", "B05", "C20", "C26", "C29", "D", "H49")
STOP = ExportStop(exporters="E000", importers=["E001", "E002"], industries="I01", duration=40)


@pytest.fixture(scope="module")
def table():
    return sample_table(5, 4, seed=3)


def scenario(*shocks, name="case", horizon=60, **more):
    return Scenario(name=name, horizon=horizon, shocks=shocks, **more)


def lost(result):
    frame = result["losses"].frame
    last = frame.filter(pl.col("horizon") == frame["horizon"].max())
    return last["value_added_lost"].to_numpy()


@pytest.mark.parametrize("redirect", [True, False])
@pytest.mark.parametrize(("days", "psi"), [(7.0, 1.0), (20.0, 0.8)])
def test_the_first_rules_give_the_first_digits(table, redirect, days, psi):
    strike = CapacityLoss(
        economies="E003", industries="I02", severity=0.5, duration=14, recovery=Recovery(days=7)
    )
    case = scenario(STOP.model_copy(update={"redirect": redirect}), strike)
    rules = first_rules("all", table.industries)
    found = simulate(table, case, stock_days=days, psi=psi, **rules)
    name = f"lens_{int(redirect)}_{int(days)}"
    expected = FROZEN[name]
    size = np.abs(expected).max()
    np.testing.assert_allclose(
        found["losses"].frame["value_added_lost"], expected, rtol=1e-10, atol=1e-12 * size
    )
    lowest = found["stocks"].frame["lowest_stock_share"]
    np.testing.assert_allclose(lowest, FROZEN[f"{name}_stock"], rtol=1e-12)


def test_orders_by_plan_are_the_default_and_cost_less_in_the_long_run(table):
    case = scenario(STOP.model_copy(update={"redirect": False}), horizon=300)
    words = {"stock_days": 7.0, "psi": 0.95}
    plain, plan, output = (
        simulate(table, case, **words, **more)
        for more in ({}, {"orders": "plan"}, {"orders": "output"})
    )
    assert plain["losses"].frame.equals(plan["losses"].frame)
    assert 0 < lost(plan).sum() < 0.9 * lost(output).sum()
    swept = simulate(table, case, order_share=0.0, **words)
    assert swept["losses"].frame.equals(output["losses"].frame)


def test_redirection_is_a_path_in_time(table):
    """A month without and then redirection is neither half a year without nor all of it with."""
    calm = {"industries": "I01", "exporters": "E000", "importers": "E001"}
    points = ExportStop(duration=180, redirect=[[29, 0], [30, 1]], **calm)
    never = ExportStop(duration=180, redirect=False, **calm)
    always = ExportStop(duration=180, **calm)
    first = ExportStop(duration=30, redirect=False, **calm)
    second = ExportStop(start=30, duration=150, **calm)
    words = {"stock_days": 5.0, "until": 180, "horizons": [29, 180]}

    def run(*shocks):
        return simulate(table, scenario(*shocks, horizon=180), **words)["losses"].frame

    path, pieces, none, whole = run(points), run(first, second), run(never), run(always)
    assert path.equals(pieces)

    def at(frame, days):
        return frame.filter(pl.col("horizon") == days)["value_added_lost"].sum()

    assert at(path, 29) == at(none, 29)
    assert at(whole, 180) < at(path, 180) < at(none, 180)


def test_buyers_may_turn_in_different_shares(table):
    words = {"exporters": "E000", "industries": "I01", "duration": 40}
    mixed = scenario(
        ExportStop(importers="E001", redirect=0.25, **words),
        ExportStop(importers="E002", redirect=True, **words),
    )
    same = scenario(
        ExportStop(importers="E001", redirect=[[0, 0.25], [40, 0.25]], **words),
        ExportStop(importers="E002", redirect=1.0, **words),
    )
    assert simulate(table, mixed)["losses"].frame.equals(simulate(table, same)["losses"].frame)
    other = scenario(ExportStop(importers=["E001", "E002"], redirect=True, **words))
    assert not np.allclose(lost(simulate(table, mixed)), lost(simulate(table, other)))


@pytest.mark.parametrize(
    ("redirect", "piece"),
    [
        (1.5, "redirect: must be true, false, or a share from 0 to 1, got 1.5"),
        (-0.1, "redirect: must be true, false"),
        ("yes", "redirect: must be true, false, a share from 0 to 1, or points"),
        ([[0, 0.5], [0, 1.0]], "redirect: "),
        ([[0, 1.5], [5, 1.0]], "redirect: "),
        ([[0, 1.0]], "redirect: needs at least two points"),
        ([[0, 0], [60, 1]], "day 60 lies after the end of the shock, which lasts 40 days"),
    ],
)
def test_a_redirection_that_cannot_be_held_is_refused(redirect, piece):
    with pytest.raises(BadInput, match=piece):
        ExportStop(exporters="E000", duration=40, redirect=redirect)
    with pytest.raises(BadInput, match=piece):
        Embargo(economies="E000", duration=40, redirect=redirect)


def test_a_matrix_of_needs_decides_and_not_the_value_of_an_input(table):
    case = scenario(STOP.model_copy(update={"redirect": False}))
    none = np.zeros((4, 4))
    half = np.full((4, 4), 0.5)
    found = [lost(simulate(table, case, stock_days=5.0, need=m)).sum() for m in (none, half, "all")]
    assert found[0] < found[1] < found[2]
    listed = simulate(table, case, stock_days=5.0, need=half.tolist())
    assert lost(listed).sum() == found[1]
    assert listed.provenance.parameters["need"] == half.tolist()


def test_needs_may_come_from_a_file(table, tmp_path):
    place = tmp_path / "needs.csv"
    head = "," + ",".join(table.industries) + "\n"
    rows = "".join(f"{code},0.3,0.3,0.3,0.3\n" for code in table.industries)
    place.write_text(head + rows, encoding="utf-8")
    case = scenario(STOP)
    one = simulate(table, case, stock_days=5.0, need=place)
    other = simulate(table, case, stock_days=5.0, need=np.full((4, 4), 0.3))
    assert one["losses"].frame.equals(other["losses"].frame)
    many = simulate_many(table, [case], settings=Settings(stock_days=5.0, need=place))
    np.testing.assert_allclose(many["losses"].frame["value_added_lost"], lost_all(one), atol=1e-8)


def lost_all(result):
    return result["losses"].frame["value_added_lost"].to_numpy()


def test_every_scenario_of_a_batch_may_have_settings_of_its_own(table):
    rng = np.random.default_rng(2)
    settings = [
        Settings(stock_days=7.0, need=rng.random((4, 4)), orders="output"),
        Settings(stock_days=rng.uniform(3, 9, (4, 4)), rationing="final_first", order_share=0.4),
        Settings(elasticity={"I01": 0.15}, defer=0.5, flow=["I02"], rule="noalt", psi=0.6),
        Settings(orders="demand", spot_days={"I01": 3.0}, over_max=1.0, capital_ratio=2.0),
    ]
    cases = [scenario(STOP, name=f"c{i}") for i in range(4)]
    for engine in ("numpy", "compiled"):
        if engine == "compiled":
            pytest.importorskip("numba")
        both = simulate_many(table, cases, settings=settings, engine=engine)["losses"].frame
        for case, own in zip(cases, settings, strict=True):
            alone = simulate(table, case, engine="numpy", **given(own))["losses"].frame
            mine = both.filter(pl.col("scenario") == case.name)
            for column in ("value_added_lost", "unmet_final"):
                np.testing.assert_allclose(mine[column], alone[column], rtol=1e-9, atol=1e-8)


def given(settings):
    """Settings as the words of `simulate`."""
    return {name: getattr(settings, name) for name in (f.name for f in fields(Settings))}


def test_default_needs_are_halves_where_important_and_whole_where_nothing_is_known():
    known = need_matrix(Settings(), CODES)
    assert np.array_equal(known, default_criticality(CODES))
    assert known[CODES.index("B05"), CODES.index("C29")] == 0.5
    assert need_matrix(Settings(), ("I00", "I01")).min() == 1.0
    assert need_matrix(Settings(need="all"), CODES).min() == 1.0


def test_services_and_power_have_no_stock_unless_told_otherwise():
    assert flow_inputs(Settings(), CODES).tolist() == [False] * 5 + [True] * 2
    assert not flow_inputs(Settings(flow="none"), CODES).any()
    assert not flow_inputs(Settings(reading="half"), CODES).any()
    assert flow_inputs(Settings(flow=["GOODS"]), CODES).tolist() == [True] * 5 + [False] * 2
    assert not flow_inputs(Settings(), ("I00", "I01")).any()


def test_values_by_code_group_and_rest():
    given = {"GOODS": 2.0, "C26": 3.0, "*": 1.0}
    assert by_code(given, CODES).tolist() == [2.0, 2.0, 2.0, 3.0, 2.0, 1.0, 1.0]
    assert by_code({"C26": 3.0}, CODES).sum() == 3.0
    by_user = defer_matrix(Settings(defer={"C29": 0.0, "*": 0.9}), CODES)
    assert by_user[0].tolist() == by_user[3].tolist() == [0.9] * 4 + [0.0] + [0.9] * 2


def test_everything_wrong_is_told_at_once():
    bad = Settings(psi=0.0, orders="best", need=np.full((7, 7), 2.0), defer="much", flow=["X"])
    assert len(problems_of(bad, CODES)) == 5


def test_a_run_without_a_buffer_says_that_it_is_a_stress_case(table):
    for psi, told in ((0.95, False), (0.96, True)):
        one = simulate(table, scenario(STOP), psi=psi)["losses"].notes
        many = simulate_many(table, [scenario(STOP)], settings=Settings(psi=psi))["losses"].notes
        assert any("stress case" in note for note in one) is told
        assert any("stress case" in note for note in many) is told
