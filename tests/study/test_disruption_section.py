"""What is lost day by day: ranges over corners, what holds in all of them, and no headline else."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.disruption import simulate
from isthmus.disruption.compat import first_rules
from isthmus.errors import DataMissing
from isthmus.evidence import Finding, Kind
from isthmus.scenario import preset
from isthmus.study import open_study
from isthmus.study.assessment import written
from isthmus.study.context import Context
from isthmus.study.numbers import show
from isthmus.study.schema import EventChoice, Rule
from isthmus.study.subjects import measures
from isthmus.study.subjects.disruption import runs as shared
from isthmus.study.subjects.disruption.corners import (
    industries_ranked,
    known_at,
    members_ranked,
    worth_knowing,
)
from isthmus.study.verdict import Status, judge
from isthmus.study.wording import Catalogue
from isthmus.world import World

HOME, PARTNER = "EU27_2020", "TWN"


@pytest.fixture(scope="module")
def world() -> World:
    return World.open("starter")


@pytest.fixture(scope="module")
def context(world: World) -> Context:
    return Context(open_study("taiwan-europe"), world)


@pytest.fixture(scope="module")
def built(context: Context):
    return written(context, "disruption")


def a_range(low: float | None, high: float | None) -> Finding:
    return Finding("k", None, "share", Kind.ASSUMED, "2022", "m", (), low=low, high=high)


def a_rule(comparison: str, threshold: float) -> Rule:
    return Rule(comparison=comparison, threshold=threshold, reason="because")


@pytest.mark.parametrize(
    ("low", "high", "fine"),
    [(0.01, 0.0999, True), (0.01, 0.1, False), (0.0, 0.001, False), (-0.01, -0.009, False)],
)
def test_a_range_is_told_where_it_does_not_span_tenfold(low, high, fine) -> None:
    assert shared.told(low, high) is fine


@given(st.floats(-1, 1), st.floats(0, 2), st.floats(-1, 3), st.sampled_from([">=", ">", "<=", "<"]))
def test_a_range_without_a_centre_is_judged_by_both_ends(low, width, threshold, comparison) -> None:
    rule, high = a_rule(comparison, threshold), low + width
    verdict = judge(a_range(low, high), rule)
    ends = {judge(a_range(end, end), rule).status for end in (low, high)}
    assert verdict.status is (ends.pop() if len(ends) == 1 else Status.DEPENDS)
    assert verdict.flips_at is None


def test_half_a_range_is_not_measurable_and_a_whole_one_is_shown() -> None:
    assert judge(a_range(0.1, None), a_rule(">=", 0.0)).status is Status.NOT_MEASURABLE
    units = Catalogue.load().units
    assert show(a_range(0.0022, 0.83), units) == "0.2 % to 80 %"
    assert show(a_range(0.00016, 0.957), units) == "0.02 % to 96 %"
    assert show(a_range(None, None), units) == "no figure"


def corners(values) -> pl.DataFrame:
    """A grid of two assumptions whose loss is exp(a x + b y)."""
    a, b = values
    rows = [
        {"stock_stopped": x, "stock_other": y, "psi": 1.0, "redirect": False, "criticality": "all",
         "share": float(np.exp(a * x + b * y - 9))}
        for x in (-1.0, 1.0)
        for y in (-1.0, 1.0)
    ]  # fmt: skip
    return pl.DataFrame(rows)


def test_what_is_worth_knowing_follows_the_closed_form() -> None:
    parts = dict(worth_knowing(corners((2.0, 1.0))).iter_rows())
    assert parts == {
        "stock_stopped": pytest.approx(4 / 5),
        "stock_other": pytest.approx(1 / 5),
    }
    ends = known_at(corners((2.0, 1.0)), "stock_other")
    assert ends[0] == (-1.0, pytest.approx(np.exp(-12)), pytest.approx(np.exp(-8)))


@given(st.tuples(st.floats(-1, 1), st.floats(-1, 1)).filter(lambda v: max(map(abs, v)) > 0.01))
def test_parts_of_an_additive_spread_make_up_the_whole(values) -> None:
    parts = worth_knowing(corners(values))["part"]
    assert parts.sum() == pytest.approx(1.0)
    assert parts.min() >= -1e-12


def test_ratios_are_taken_within_a_corner() -> None:
    top, bottom = corners((2.0, 1.0)), corners((1.0, 1.0))
    assert shared.paired(top, bottom) == (pytest.approx(np.exp(-1)), pytest.approx(np.e))


@pytest.mark.parametrize(
    ("name", "event", "actor", "words", "corner"),
    [
        ("taiwan-chips-180-full", "chips_180", "TWN", {}, (7.0, 30.0, 0.8, False, "default")),
        ("china-critical-inputs-eu", "inputs_stop", "CHN", {"shocks.0.redirect": True},
         (7.0, 90.0, 1.0, True, "all")),
    ],
)  # fmt: skip
def test_shipped_runs_are_what_the_engine_answers(
    world: World, name, event, actor, words, corner
) -> None:
    scenario = preset(name)
    stopped, other, psi, _, level = corner
    table = world.mrio(2022, chips=True)
    answer = simulate(
        table,
        scenario.with_values(words) if words else scenario,
        until=30,
        stock_days={**dict.fromkeys(scenario.shocks[0].industries, stopped), "*": other},
        psi=psi,
        engine="numpy",
        **first_rules(level, table.industries),
    )["losses"].frame
    rows = world.table("disruption_runs").filter(
        pl.col("event") == event,
        pl.col("actor") == actor,
        pl.col("days") == 30,
        *(pl.col(k) == v for k, v in zip(shared.CORNER, corner, strict=True)),
    )
    both = rows.join(answer.filter(pl.col("horizon") == 30), on="economy")
    assert both.height == rows.height == 81
    # Shipped losses are rounded to a millionth of their base, and money to a thousandth.
    gap = np.abs((both["lost"] - both["value_added_lost"]).to_numpy())
    assert (gap <= 1e-6 * both["base"].to_numpy() + 0.06).all()


def test_runs_are_sorted_as_their_reader_takes_them(world: World) -> None:
    frame = world.table("disruption_runs")
    order = ["event", "actor", "days", *shared.CORNER, "economy"]
    assert frame.select(order).equals(frame.select(order).sort(order))


def test_quoted_ranges_are_the_ends_of_the_shipped_runs(world, context, built) -> None:
    members = context.members(HOME)
    rows = world.table("disruption_runs").filter(
        pl.col("event") == "chips_180",
        pl.col("actor") == PARTNER,
        pl.col("days") == 90,
        pl.col("economy").is_in(members),
    )
    share = rows.group_by(shared.CORNER).agg(
        (pl.col("lost").sum() / pl.col("base").sum()).alias("s")
    )
    finding = context.findings[f"disruption.loss.chips_180.{PARTNER}.{HOME}.90d"]
    assert share.height == 108
    assert finding.value is None
    assert (finding.low, finding.high) == (
        pytest.approx(share["s"].min()),
        pytest.approx(share["s"].max()),
    )


def test_no_headline_where_the_range_spans_tenfold(built) -> None:
    assert len(built.answer) >= 6
    for note in built.headlines:
        for finding in note.sentence.findings:
            assert shared.told(finding.low, finding.high)
    for sentence in built.answer:
        for finding in sentence.findings:
            assert finding.kind is Kind.ASSUMED


def test_every_loss_in_a_table_is_a_range(built) -> None:
    for table in built.tables:
        for name in ("month", "quarter", "year"):
            if f"{name}_low" in table.frame.columns:
                assert (table.frame[f"{name}_low"] <= table.frame[f"{name}_high"]).all()
    assert {table.name for table in built.tables} >= {
        "disruption_parties",
        "disruption_members.chips_180",
        "disruption_industries.trade_closure",
        "disruption_stops.inputs_stop",
        "disruption_spread",
    }


def test_single_paths_stay_inside_the_band(world, built) -> None:
    frame = world.table("disruption_paths")
    band = frame.filter(pl.col("stock_stopped").is_null())
    lines = frame.filter(pl.col("stock_stopped").is_not_null())
    both = lines.join(band, on=["event", "actor", "party", "day"], suffix="_band")
    assert both.height == lines.height > 0
    assert (both["high"] <= both["high_band"] + 2e-6).all()
    assert (both["high"] >= both["low_band"] - 2e-6).all()
    drawn = built.charts[0].table.frame
    assert drawn["reading"].n_unique() == 4
    assert drawn["event"].n_unique() == 4


def test_first_stops_are_counted_over_all_outer_corners(world, built) -> None:
    frame = next(t for t in built.tables if t.name == "disruption_stops.chips_180").frame
    rows = world.table("disruption_stops").filter(pl.col("event") == "chips_180")
    most = rows.group_by("industry").len()["len"].max()
    assert frame["often"].max() == pytest.approx(most / 2**5)
    assert (frame["earliest"] <= frame["latest"]).all()


def test_members_among_the_five_worst_add_up(context) -> None:
    ranked = members_ranked(context, "chips_180", PARTNER, 90)
    assert ranked.height == 27
    assert ranked["top"].sum() >= 5
    assert (ranked["low"] <= ranked["high"]).all()


def test_industries_stop_no_more_often_on_an_earlier_day(context) -> None:
    early = industries_ranked(context, "chips_180", PARTNER, 30).sort("industry")
    late = industries_ranked(context, "chips_180", PARTNER, 90).sort("industry")
    assert (early["stops"] <= late["stops"]).all()


def test_measures_read_the_same_runs(context) -> None:
    known = measures()
    own = known["disruption.loss_ratio"].run(
        context, event="chips_180", actor=PARTNER, a=PARTNER, b=PARTNER
    )
    assert (own.low, own.high) == (1.0, 1.0)
    lead = known["disruption.supplier_lead"].run(
        context, event="chips_180", actor=PARTNER, economy=HOME
    )
    back = known["disruption.supplier_lead"].run(
        context, event="chips_180", actor="KOR", economy=HOME
    )
    assert lead.low > 1
    assert back.high < 1
    count = known["disruption.industries_stopped"].run(
        context, event="chips_180", actor=PARTNER, home=HOME
    )
    assert 0 <= count.low <= count.high <= 35


def test_runs_of_another_table_are_refused(world, monkeypatch) -> None:
    fresh = Context(open_study("taiwan-europe"), world)
    monkeypatch.setattr(shared, "table_hash", lambda context: "another")
    with pytest.raises(DataMissing, match="another table"):
        shared.runs(fresh)


def test_other_parties_get_no_borrowed_figure(world) -> None:
    study = open_study("taiwan-europe")
    parties = {"partner": "VNM"}
    found = written(Context(study.with_parties(**parties), world), "disruption")
    assert found.gaps
    assert not found.answer
    assert not found.tables


def test_a_study_chooses_its_events_and_which_are_shown_in_detail(world) -> None:
    study = open_study("taiwan-europe")
    chosen = (
        EventChoice(event="strike", actor="home"),
        EventChoice(event="chips_180", actor="partner", detail=True),
        EventChoice(event="no-such-event", actor="partner"),
    )
    built = written(Context(study.model_copy(update={"events": chosen}), world), "disruption")
    tables = {table.name: table for table in built.tables}
    assert tables["disruption_parties"].frame["event"].n_unique() == 2
    detailed = {name for name in tables if name.startswith("disruption_members")}
    assert detailed == {"disruption_members.chips_180"}
    (paths,) = (chart for chart in built.charts if chart.key == "disruption-paths")
    assert paths.table.frame["event"].n_unique() == 2
