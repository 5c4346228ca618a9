"""The disruption lens: labels, shocks, records and refusals, on small made-up tables."""

import copy
import tempfile
from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isthmus.disruption import default_criticality, read_criticality, simulate, simulate_many
from isthmus.disruption.prepare import compiles, prepare
from isthmus.disruption.settings import Settings
from isthmus.disruption.table import daily_table
from isthmus.disruption.terms import noise_of, stock_cells
from isthmus.errors import BadInput, Cancelled, CodeUnknown, NotFound, ShockNotRepresentable
from isthmus.kernels.disruption import FactoredTable
from isthmus.runtime import CancelToken, ProgressEvent
from isthmus.scenario import (
    CapacityLoss,
    DemandSurge,
    Embargo,
    ExportStop,
    PurchaseBan,
    Recovery,
    Scenario,
    TariffChange,
    detail_of,
    industry_groups,
)
from isthmus.world.mrio import MRIO
from isthmus.world.mrio_sample import sample_table

STOP = ExportStop(exporters="E000", importers=["E001", "E002"], industries="I01", duration=40)


@pytest.fixture(scope="module")
def table():
    return sample_table(5, 4, seed=3)


def scenario(*shocks, name="case", horizon=60, **more):
    return Scenario(name=name, horizon=horizon, shocks=shocks, **more)


def losses(result, column="value_added_lost"):
    frame = result["losses"].frame
    return frame.filter(pl.col("horizon") == frame["horizon"].max())[column].to_numpy()


def at(table, economy, industry):
    return table.frame.filter(pl.col("economy") == economy, pl.col("industry") == industry)


def test_nothing_is_lost_without_a_shock(table):
    result = simulate(table, scenario())
    assert np.abs(losses(result, "value_added_lost_share")).max() < 1e-12
    assert result["stops"].frame.height == 0
    assert result["industries"].frame["first_stop"].null_count() == 20
    assert result["stocks"].frame["lowest_stock_share"].min() > 1 - 1e-12


def test_a_stop_of_fuel_alone_says_what_the_engine_does_not_hold():
    flows = np.array([[1.0, 4.0, 2.0, 3.0]] * 4)
    demand = np.full((4, 2), 9.0)
    table = MRIO.from_dense(flows, demand, economies=["AAA", "BBB"], industries=["B06", "C26"])
    for industries, said in ((["B06"], True), (["B06", "C26"], False), (["*"], False)):
        stop = ExportStop(exporters="AAA", importers="BBB", industries=industries, duration=3)
        result = simulate(table, scenario(stop, horizon=5))
        assert any("isthmus production closure" in n for n in result["losses"].notes) == said


def test_value_added_lost_is_output_less_inputs_used(table):
    shock = CapacityLoss(economies="E001", industries="I02", severity=0.6, duration=60)
    result = simulate(table, scenario(shock, horizon=30), stock_days=200.0)
    # On the first day the loss is that industry's own; later its suppliers lose orders too.
    path = result["paths"].frame.filter(pl.col("economy") == "E001", pl.col("day") == 0)
    base = (table.x - table.form.column_sums()).reshape(5, 4).sum(axis=1)[1]
    own = (table.x - table.form.column_sums())[6]
    assert path["value_added_share"][0] == pytest.approx(1 - 0.6 * own / base, rel=1e-9)


def test_the_first_stop_names_input_and_supplier():
    # Two economies: only E000 makes the part that E001's plant needs.
    Z = np.array([[0.0, 0.0, 0.0, 4.0], [0.0] * 4, [0.0] * 4, [0.0] * 4]) * 365
    Y = np.array([[6.0, 0.0], [5.0, 0.0], [0.0, 5.0], [0.0, 10.0]]) * 365
    from isthmus.world.mrio import MRIO

    mrio = MRIO.from_dense(Z, Y, economies=("AAA", "BBB"), industries=("PART", "PLANT"))
    shock = ExportStop(exporters="AAA", importers="BBB", industries="PART", duration=50)
    result = simulate(mrio, scenario(shock, horizon=300), stock_days=10.0, psi=0.5)
    stops = result["stops"].frame.to_dicts()
    # Full output on days 0..5, then 0.8, 0.64, 0.512, 0.41: below a half on day 9.
    assert stops == [
        {
            "economy": "BBB",
            "industry": "PLANT",
            "day": 9,
            "cause": "input missing",
            "missing_input": "PART",
            "supplier": "AAA",
        }
    ]
    plant = result["industries"].frame.filter(
        pl.col("industry") == "PLANT", pl.col("economy") == "BBB"
    )
    assert plant["first_stop"][0] == 9
    assert plant["recovered_on"][0] > 50
    stock = at(result["stocks"], "BBB", "PART")
    assert stock["lowest_stock_share"][0] == pytest.approx(0.4 * 0.8 ** (50 - 6), rel=0.3)
    assert stock["stock_start"][0] == pytest.approx(40.0)


def without_inputs():
    """Two economies that trade one product and use no inputs."""
    from isthmus.world.mrio import MRIO

    Y = np.array([[6.0, 2.0], [0.0, 5.0]]) * 365
    return MRIO.from_dense(np.zeros((2, 2)), Y, economies=("AAA", "BBB"), industries=("GOOD",))


def test_real_income_is_what_can_no_longer_be_both_earned_and_bought():
    stop = ExportStop(exporters="AAA", importers="BBB", duration=10, redirect=False)
    frame = simulate(without_inputs(), scenario(stop), horizons=[5, 20])["losses"].frame
    assert frame["horizon"].to_list() == [5, 5, 20, 20]
    # AAA earns 2 a day less and can buy all it wants; BBB earns as before and lacks 2 a day.
    np.testing.assert_allclose(frame["value_added_lost"], [10, 0, 20, 0], atol=1e-9)
    np.testing.assert_allclose(frame["unmet_final"], [0, 10, 0, 20], atol=1e-9)
    np.testing.assert_allclose(frame["real_income_lost"], [10, 10, 20, 20], rtol=1e-12)
    np.testing.assert_allclose(
        frame["real_income_lost_share"], [10 / 40, 10 / 25, 20 / 160, 20 / 100], rtol=1e-12
    )


def test_real_income_counts_a_loss_once():
    loss = CapacityLoss(economies="BBB", severity=0.4, duration=60)
    frame = simulate(without_inputs(), scenario(loss), horizons=[7], over_max=1.0)["losses"].frame
    # What BBB does not make, it neither earns nor gets.
    np.testing.assert_allclose(frame["value_added_lost"], [0, 14], atol=1e-9)
    np.testing.assert_allclose(frame["unmet_final"], [0, 14], atol=1e-9)
    np.testing.assert_allclose(frame["real_income_lost"], [0, 14], atol=1e-9)


@settings(max_examples=15, deadline=None)
@given(
    severity=st.floats(0.01, 1.0), days=st.integers(1, 40), stock=st.floats(2.0, 90.0),
    redirect=st.booleans(),
)  # fmt: skip
def test_what_the_world_earns_less_it_lacks_or_took_from_stocks(
    table, severity, days, stock, redirect
):
    shocks = (
        STOP.model_copy(update={"redirect": redirect, "severity": severity}),
        CapacityLoss(economies="E003", severity=severity, duration=9),
    )
    case = scenario(*shocks, horizon=days)
    with tempfile.TemporaryDirectory() as place:
        result = simulate(table, case, stock_days=stock, daily=f"{place}/rows", engine="numpy")
        last = pl.read_parquet(f"{place}/rows/*.parquet").filter(pl.col("day") == days - 1)
    taken = result["stocks"].frame["stock_start"].sum() - last["stock_held"].sum()
    earned, lacked, income = (
        losses(result, name) for name in ("value_added_lost", "unmet_final", "real_income_lost")
    )
    world = float(table.x.sum()) / 365 * days
    assert abs(earned.sum() - lacked.sum() - taken) < 1e-9 * world
    assert np.array_equal(income, np.maximum(earned, lacked))
    assert lacked.min() >= 0.0


def test_horizons_can_be_any_days(table):
    chosen = simulate(table, scenario(STOP), horizons=[45, 7])["losses"].frame
    assert chosen["horizon"].unique().to_list() == [7, 45]
    short = simulate(table, scenario(STOP), until=7)["losses"].frame
    assert chosen.filter(pl.col("horizon") == 7).equals(short)
    many = simulate_many(table, [scenario(STOP)], horizons=[7], engine="numpy")["losses"].frame
    np.testing.assert_allclose(many["value_added_lost"], short["value_added_lost"], atol=1e-8)


@pytest.mark.parametrize("form", ["factored", "dense"])
def test_both_forms_of_the_table_agree(table, form):
    shocks = (STOP, CapacityLoss(economies="E003", severity=0.3, duration=9,
                                 recovery=Recovery(days=20)))  # fmt: skip
    used = table if form == "factored" else table.to_dense()
    one = simulate(table, scenario(*shocks))
    other = simulate(used, scenario(*shocks))
    np.testing.assert_allclose(losses(one), losses(other), rtol=1e-9, atol=1e-9)


def test_a_ban_on_purchases_is_an_export_stop_seen_from_the_buyer(table):
    ban = PurchaseBan(exporters="E000", importers=["E001", "E002"], industries="I01", duration=40)
    one, other = simulate(table, scenario(STOP)), simulate(table, scenario(ban))
    assert one["losses"].frame.equals(other["losses"].frame)


def test_an_embargo_is_two_export_stops(table):
    both = Embargo(economies="E000", partners="E003", duration=30)
    one = simulate(table, scenario(both))
    there = ExportStop(exporters="E000", importers="E003", duration=30)
    back = ExportStop(exporters="E003", importers="E000", duration=30)
    other = simulate(table, scenario(there, back))
    assert one["losses"].frame.equals(other["losses"].frame)


def test_overlapping_stops_multiply(table):
    half = {"exporters": "E000", "importers": "E001", "industries": "I01", "duration": 40}
    two = simulate(
        table, scenario(ExportStop(severity=0.5, **half), ExportStop(severity=0.5, **half))
    )
    one = simulate(table, scenario(ExportStop(severity=0.75, **half)))
    np.testing.assert_allclose(losses(two), losses(one), rtol=1e-12, atol=1e-12)


def test_lost_orders_hurt_more_than_redirected_ones(table):
    lost = STOP.model_copy(update={"redirect": False})
    kept = losses(simulate(table, scenario(STOP), stock_days=5.0)).sum()
    gone = losses(simulate(table, scenario(lost), stock_days=5.0)).sum()
    assert gone > 2 * kept > 0


def test_redirected_final_demand_is_met_and_lost_demand_is_counted(table):
    kept = simulate(table, scenario(STOP, horizon=1))
    gone = simulate(table, scenario(STOP.model_copy(update={"redirect": False}), horizon=1))
    direct = table.final.reshape(5, 4, 5)[0, 1, [1, 2]] / 365
    np.testing.assert_allclose(losses(gone, "unmet_final")[[1, 2]], direct, rtol=1e-9)
    # Nobody has spare capacity on the first day, so what is redirected crowds out others.
    assert losses(kept, "unmet_final")[1] < losses(gone, "unmet_final")[1]
    assert losses(kept, "unmet_final")[3] > losses(gone, "unmet_final")[3] == 0.0


def test_the_engine_is_chosen_for_all_scenarios_of_which_a_batch_is_a_part(table, monkeypatch):
    made = []

    def kept(*parts, **more):
        made.append(type(prepare(*parts, **more)).__name__)
        return prepare(*parts, **more)

    monkeypatch.setattr("isthmus.disruption.many.prepare", kept)
    s, r = len(table.industries), len(table.economies)
    cells = s * s * r * (1 if isinstance(daily_table(table).table, FactoredTable) else r)
    monkeypatch.setattr("isthmus.disruption.prepare.COMPILE_FROM", cells * 5 * 10.0)
    for among in (None, 10, 11):
        simulate_many(table, [scenario(STOP)], until=5, among=among)
    assert made == ["BatchRun", "BatchRun", "FastRun" if compiles() else "BatchRun"]


def test_a_batch_equals_single_runs(table):
    cases = [
        scenario(STOP, name="a"),
        scenario(STOP, name="b", params={"psi": 0.5, "stock_days": 20.0}),
        scenario(CapacityLoss(economies="E003", severity=0.5, duration=9), name="c"),
        scenario(
            DemandSurge(economies="E002", severity=0.3), name="d", params={"restore_days": 30.0}
        ),
    ]
    together = simulate_many(table, cases, batch=3)["losses"].frame
    for case in cases:
        alone = simulate(table, case)["losses"].frame
        mine = together.filter(pl.col("scenario") == case.name).drop("scenario")
        np.testing.assert_allclose(
            mine["value_added_lost"], alone["value_added_lost"], rtol=1e-9, atol=1e-8
        )


def test_destroyed_capital_can_be_rebuilt(table):
    shock = CapacityLoss(
        economies="E001",
        industries="I02",
        capital=float(table.primary[6]),
        rebuild_sectors={"I00": 0.5, "I03": 0.5},
        rebuild_days=20.0,
        duration=5,
    )
    result = simulate(table, scenario(shock))
    frame = result["industries"].frame.filter(
        pl.col("economy") == "E001", pl.col("industry") == "I02"
    )
    assert 0.7 < frame["lowest_output_share"][0] < 0.78
    assert result["checks"].frame["balance"][0] < 1e-10
    too_much = shock.model_copy(update={"capital": 1e9 * float(table.x.sum())})
    with pytest.raises(BadInput, match="cannot be destroyed"):
        simulate(table, scenario(too_much))


def test_single_precision_stays_close(table):
    exact = losses(simulate(table, scenario(STOP)))
    short = losses(simulate(table, scenario(STOP), precision="float32"))
    base = table.primary.reshape(5, 4).sum(axis=1) * 60 / 365
    assert np.abs((exact - short) / base).max() < 1e-4


@pytest.mark.slow
def test_compiled_loops_give_the_same_answer(table):
    pytest.importorskip("numba")
    plain = simulate(table, scenario(STOP), engine="numpy")
    fast = simulate(table, scenario(STOP), engine="compiled")
    np.testing.assert_allclose(losses(fast), losses(plain), rtol=1e-9, atol=1e-9)
    assert fast["stops"].frame.equals(plain["stops"].frame)
    dense = simulate(table.to_dense(), scenario(STOP), engine="compiled")
    shared = simulate(table.to_dense(), scenario(STOP), engine="compiled", threads=3)
    assert all(dense[name].frame.equals(shared[name].frame) for name in dense.tables)
    sums = [
        simulate(table, scenario(STOP), engine=e, reading="linear") for e in ("numpy", "compiled")
    ]
    np.testing.assert_allclose(losses(sums[1]), losses(sums[0]), rtol=1e-9, atol=1e-9)


def test_what_the_engine_cannot_hold_raises(table):
    with pytest.raises(ShockNotRepresentable, match="tariff_change"):
        simulate(table, scenario(TariffChange(exporters="E000", change=0.1)))
    with pytest.raises(CodeUnknown, match="E00X"):
        simulate(table, scenario(ExportStop(exporters="E00X")))


@pytest.mark.parametrize(
    ("parameters", "piece"),
    [
        ({"stock_days": -1.0}, "stocks cannot be negative: the smallest is -1 days"),
        ({"stock_days": {"I00": -2.0, "*": 9.0}}, "stocks cannot be negative"),
        ({"stock_days": np.full((4, 4), -3.0)}, "stocks cannot be negative"),
        ({"stock_days": np.full((3, 4), 9.0)}, r"shape \(4,\) or \(4, 4\), got \(3, 4\)"),
        ({"stock_days": "long"}, "must be numbers"),
        ({"stock_days": 0.5, "reading": "leontief"}, "last 1 days or more"),
        ({"need": np.full((4, 4), 1.3)}, "I00 in I00: 16 shares are not between 0 and 1"),
        ({"need": [[0.1] * 4] * 3 + [[0.1, "x", 0, 0]]}, "need: holds values that are not numbers"),
        ({"need": np.ones((2, 2))}, "shape"),
        ({"need": "some"}, "need: must be one of"),
        ({"defer": {"I00": 2.0}}, "defer, I00: must be between 0 and 1"),
        ({"defer": -0.1}, "defer: must be between 0 and 1"),
        ({"spot_days": {"I9": 2.0}}, "no industry 'I9'"),
        ({"elasticity": -1.0}, "elasticity: must be 0 or more"),
        ({"flow": ["I9"]}, "flow: no industry 'I9'"),
        ({"flow": "some"}, "flow: must be one of"),
        ({"flow": ["I01"], "reading": "half"}, "go with the reading 'psi' only"),
        ({"orders": "best"}, "orders: must be one of"),
        ({"orders": "demand", "order_share": 0.5}, "goes with orders 'plan' only"),
        ({"order_share": 1.5}, "order_share: must be between 0 and 1"),
        ({"psi": "high"}, "psi: must be above 0"),
        ({"psi": float("nan")}, "psi: must be above 0"),
        ({"over_max": float("inf")}, "over_max: must be at least 1"),
        ({"seed": -1}, "seed: must be a whole number"),
        ({"stopped_below": 0.0}, "stopped_below: must be above 0"),
        ({"until": 2.5}, "horizon of 60"),
        ({"until": 0}, "horizon of 60"),
        ({"stock_days": 1.0}, "1.25 days or more"),
        ({"stock_days": float("nan")}, "not a number"),
        ({"stock_days": {"I00": 5.0}}, "give '\\*'"),
        ({"stock_days": {"I9": 5.0, "*": 9.0}}, "no industry 'I9'"),
        ({"psi": 0.0}, "psi: must be above 0"),
        ({"rule": "best"}, "rule: must be one of"),
        ({"restore_days": 0.0, "psi": 2.0}, "2 problems"),
        ({"until": 61}, "horizon of 60"),
    ],
)
def test_bad_parameters_are_refused_by_name(table, parameters, piece):
    with pytest.raises(BadInput, match=piece):
        simulate(table, scenario(), **parameters)


def test_a_run_that_ends_before_its_shocks_is_refused(table):
    late = scenario(STOP.model_copy(update={"start": 20}))
    with pytest.raises(BadInput, match="first shock begins on day 20"):
        simulate(table, late, until=20)
    assert simulate(table, late, until=21)["paths"].frame["day"].max() == 20


def with_cell(table, name, place, value):
    """The table with one number changed behind its back."""
    form = copy.copy(table.form)
    values = getattr(form, name).copy()
    values[place] = value
    setattr(form, name, values)
    return replace(table, form=form)


@pytest.mark.parametrize("form", ["factored", "dense"])
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_tables_with_holes_are_refused_and_the_place_named(table, form, value):
    used = table if form == "factored" else table.to_dense()
    final = used.Y.copy()
    final[6, 2 * used.labels.F] = value
    with pytest.raises(BadInput, match="final demand, E001 I02"):
        simulate(replace(used, Y=final), scenario(STOP))
    if form == "factored":
        broken, place = with_cell(used, "flow", (1, 3, 2), value), "bilateral flows, E001 I02"
    else:
        broken, place = with_cell(used, "Z", (6, 3), value), "intermediate flows, E001 I02"
    with pytest.raises(BadInput, match=place):
        simulate(broken, scenario(STOP))


def test_negative_flows_and_empty_tables_are_refused(table):
    with pytest.raises(BadInput, match="1 cells are negative"):
        simulate(with_cell(table, "flow", (1, 3, 2), -1.0), scenario(STOP))
    with pytest.raises(BadInput, match="zero everywhere"):
        simulate(replace(table, Y=np.zeros_like(table.Y)), scenario(STOP))


@pytest.mark.parametrize(
    ("more", "piece"),
    [
        ({"severity": 1.5}, "severity"),
        ({"severity": -0.1}, "severity"),
        ({"severity": float("nan")}, "severity"),
        ({"duration": 0}, "duration"),
        ({"start": -1}, "start"),
        ({"profile": "rising", "duration": None}, "needs a duration"),
    ],
)
def test_impossible_shocks_are_refused_by_name(more, piece):
    with pytest.raises(BadInput, match=piece):
        ExportStop(**{"exporters": "E000", "duration": 5, **more})
    with pytest.raises(BadInput, match="horizon of 60"):
        scenario(STOP.model_copy(update={"start": 60}))


def test_a_scenario_may_fix_parameters_and_misspelt_ones_are_refused(table):
    fixed = simulate(table, scenario(STOP, params={"stock_days": 9.0}))
    assert fixed["losses"].frame.equals(
        simulate(table, scenario(STOP), stock_days=9.0)["losses"].frame
    )
    with pytest.raises(BadInput, match="did you mean 'stock_days'"):
        simulate(table, scenario(params={"stok_days": 3.0}))


def test_a_batch_refuses_what_it_cannot_vary(table):
    with pytest.raises(BadInput, match="names repeat"):
        simulate_many(table, [scenario(), scenario()])
    with pytest.raises(BadInput, match="batch: must be at least 1"):
        simulate_many(table, [scenario()], batch=0)
    with pytest.raises(BadInput, match="there is no scenario"):
        simulate_many(table, [])
    with pytest.raises(BadInput, match="reading: must be the same for all"):
        simulate_many(table, [scenario(name="a"), scenario(name="b", params={"reading": "half"})])
    with pytest.raises(BadInput, match="b, psi: must be above 0"):
        simulate_many(table, [scenario(name="a"), scenario(name="b", params={"psi": -1.0})])
    with pytest.raises(BadInput, match="there are 2 settings for 1 scenarios"):
        simulate_many(table, [scenario()], settings=[Settings(), Settings()])


def test_progress_is_told_and_a_token_stops_the_run(table):
    told = []
    simulate(table, scenario(horizon=25), progress=told.append)
    assert [e.done for e in told] == [10, 20, 25]
    token = CancelToken()
    token.cancel("enough")
    with pytest.raises(Cancelled):
        simulate(table, scenario(), cancel=token)


def test_stock_days_by_input_and_user():
    codes = ("I00", "I01", "I02")
    by_input = stock_cells(Settings(stock_days={"I01": 7.0, "*": 30.0}), codes)
    assert by_input[:, 0].tolist() == [30.0, 7.0, 30.0]
    assert by_input.shape == (3, 3)
    full = stock_cells(Settings(stock_days=np.arange(9.0).reshape(3, 3) + 2), codes)
    assert full[1].tolist() == [5.0, 6.0, 7.0]
    noisy = Settings(inventory_noise=0.3, seed=4)
    factors = noise_of(noisy, stock_cells(noisy, codes), 1200)
    assert factors.mean() == pytest.approx(1.0, rel=0.05)
    assert np.array_equal(factors, noise_of(noisy, stock_cells(noisy, codes), 1200))
    short = Settings(stock_days=2.0, inventory_noise=1.0)
    assert 2 * noise_of(short, stock_cells(short, codes), 1200).min() == pytest.approx(1.25)


def test_chip_nodes_can_be_named_as_a_group():
    codes = ("C26_LEAD", "C26_PACK", "C26_REST", "C29", "K_L")
    groups = industry_groups(codes)
    assert groups["CHIPS"] == codes[:2]
    assert groups["C26"] == codes[:3]
    assert groups["SERVICES"] == ("K_L",)
    days = stock_cells(Settings(stock_days={"CHIPS": 7.0, "C26_PACK": 5.0, "*": 60.0}), codes)
    assert days[:, 0].tolist() == [7.0, 5.0, 60.0, 60.0, 60.0]
    assert detail_of(scenario(ExportStop(exporters="TWN", industries="CHIPS"))) == {"CHIPS"}
    assert detail_of(scenario(ExportStop(exporters="TWN", industries="C26"))) == set()


def test_a_chip_scenario_takes_the_table_with_chip_nodes():
    from isthmus.world import World

    stop = ExportStop(exporters="TWN", industries="CHIPS", redirect=False)
    result = simulate(World.open("starter"), scenario(stop, horizon=3))
    assert "C26_LEAD" in set(result["industries"].frame["industry"])
    assert str(result["losses"].kind) == "assumed"


def test_default_criticality_says_what_it_should():
    codes = ("A01", "B07", "C10T12", "C24A", "C26", "C29", "C301", "K_L")
    level = default_criticality(codes)
    assert level[codes.index("A01"), codes.index("C10T12")] == 1.0
    assert level[codes.index("B07"), codes.index("C24A")] == 1.0
    assert level[codes.index("C26"), codes.index("C29")] == 1.0
    assert level[codes.index("K_L"), codes.index("C29")] == 0.0
    assert np.all(np.diag(level) == 1.0)
    assert set(np.unique(level)) <= {0.0, 0.5, 1.0}


def test_a_criticality_file_is_read_and_checked(tmp_path):
    file = tmp_path / "matrix.csv"
    file.write_text(",A,B\nA,1,0.5\nB,NA,1\n", encoding="utf-8")
    assert read_criticality(file, ("A", "B")).tolist() == [[1.0, 0.5], [0.0, 1.0]]
    merged = read_criticality(file, ("AB",), concordance={"AB": ("A", "B")})
    assert merged.tolist() == [[1.0]]
    file.write_text(",A\nA,1.7\n", encoding="utf-8")
    with pytest.raises(BadInput, match=r"1\.7") as caught:
        read_criticality(file, ("A", "B"))
    assert [(x.what, x.where) for x in caught.value.problems] == [
        ("'1.7' is not a share from 0 to 1", "matrix.csv, line 2, column A"),
        ("no row stands for it", "B"),
    ]
    file.write_bytes(";A;B\r\nA;1;0,5\r\nB;NA;1\r\n".encode("utf-16"))
    assert read_criticality(file, ("A", "B")).tolist() == [[1.0, 0.5], [0.0, 1.0]]
    with pytest.raises(NotFound):
        read_criticality(tmp_path / "none.csv", ("A",))


@pytest.mark.source
def test_the_published_matrix_is_read(shared_data):
    place = shared_data / "criticality" / "IHS_Markit_results_compact.csv"
    codes = ("A01", "B", "C10-C12", "C19", "C26", "C29")
    level = read_criticality(place, codes)
    assert level[0, 2] == 1.0
    assert level[1, 3] == 1.0
    assert np.all(np.diag(level) == 1.0)


def test_unmet_and_value_added_reach_the_provenance(table):
    result = simulate(table, scenario(STOP), stock_days=12.0)
    about = result.provenance
    assert about.parameters["stock_days"] == 12.0
    assert about.scenario == scenario(STOP).identity
    assert result.citations


def test_many_scenarios_say_how_far_they_are_day_by_day(table):
    events: list[ProgressEvent] = []
    cases = [scenario(STOP, name=f"case-{n}") for n in range(3)]
    simulate_many(table, cases, until=5, batch=2, engine="numpy", progress=events.append)
    # two passes of five days each
    assert [event.done for event in events] == list(range(1, 11))
    assert {(event.total, event.unit) for event in events} == {(10, "days")}
