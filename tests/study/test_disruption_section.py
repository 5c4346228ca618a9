"""What is lost day by day: draws of the posterior, read from recorded runs and never computed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.disruption import simulate_many
from isthmus.disruption.family import settings_of_draw
from isthmus.disruption.posterior import load_posterior
from isthmus.ensemble.calibration.recorded import recorded_backtest
from isthmus.ensemble.losses import find, halving
from isthmus.ensemble.losses import read as losses_read
from isthmus.ensemble.losses.cases import drawn_of
from isthmus.ensemble.losses.duration import scenario_years
from isthmus.errors import BadInput, DataMissing
from isthmus.evidence import Finding, Kind
from isthmus.store import Store
from isthmus.study import open_study
from isthmus.study.claims import assess_claim
from isthmus.study.context import Context
from isthmus.study.events import events_of, suppliers_of, templates
from isthmus.study.numbers import show
from isthmus.study.prepare import lacking, needed
from isthmus.study.schema import EventChoice, Rule
from isthmus.study.subjects import measures
from isthmus.study.subjects.disruption import measures as own_measures
from isthmus.study.subjects.disruption import runs as shared
from isthmus.study.subjects.disruption.runs import ratio, shares, wide
from isthmus.study.verdict import Status, judge, judge_draws
from isthmus.study.wording import TextCatalogue
from isthmus.study.writing import written
from isthmus.world import World

HOME, PARTNER = "EU27_2020", "TWN"
KEPT = 2e-5
"""Shares are kept to a hundred-thousandth; compiled and array loops agree to less."""


@pytest.fixture(scope="module")
def world() -> World:
    return World.open("starter")


@pytest.fixture(scope="module")
def context(world: World) -> Context:
    return Context(open_study("taiwan-europe"), world)


@pytest.fixture(scope="module")
def built(context: Context):
    return written(context, "disruption")


def event(context: Context, key: str, actor: str = PARTNER):
    return shared.event_of(context, key, actor)


def a_range(low: float | None, high: float | None) -> Finding:
    return Finding("k", None, "share", Kind.ASSUMED, "2022", "m", (), low=low, high=high)


def a_rule(comparison: str, threshold: float) -> Rule:
    return Rule(comparison=comparison, threshold=threshold, reason="because")


@pytest.mark.parametrize(
    ("holding", "universal", "status"),
    [
        (100, False, Status.SUPPORTED),
        (90, False, Status.SUPPORTED),
        (89, False, Status.DEPENDS),
        (11, False, Status.DEPENDS),
        (10, False, Status.CONTRADICTED),
        (0, False, Status.CONTRADICTED),
        (100, True, Status.SUPPORTED),
        (98, True, Status.SUPPORTED),
        (96, True, Status.CONTRADICTED),
        (50, True, Status.CONTRADICTED),
        (0, True, Status.CONTRADICTED),
    ],
)
def test_draws_decide_by_the_share_in_which_a_rule_holds(holding, universal, status) -> None:
    draws = np.concatenate([np.full(holding, 2.0), np.full(100 - holding, 0.5)])
    verdict = judge_draws(draws, a_rule(">=", 1.0), universal=universal)
    assert verdict.status is status
    assert verdict.share == holding / 100
    assert verdict.to_dict()["share"] == holding / 100


@given(
    st.lists(st.floats(-1, 1), min_size=1, max_size=60),
    st.floats(-1, 1),
    st.sampled_from([">=", ">", "<=", "<"]),
)
def test_a_universal_claim_never_depends(draws, threshold, comparison) -> None:
    verdict = judge_draws(np.array(draws), a_rule(comparison, threshold), universal=True)
    assert verdict.status in (Status.SUPPORTED, Status.CONTRADICTED)


@given(st.floats(-1, 1), st.floats(0, 2), st.floats(-1, 3), st.sampled_from([">=", ">", "<=", "<"]))
def test_a_range_without_a_centre_is_judged_by_both_ends(low, width, threshold, comparison) -> None:
    rule, high = a_rule(comparison, threshold), low + width
    verdict = judge(a_range(low, high), rule)
    ends = {judge(a_range(end, end), rule).status for end in (low, high)}
    assert verdict.status is (ends.pop() if len(ends) == 1 else Status.DEPENDS)
    assert verdict.flips_at is None


def test_half_a_range_is_not_measurable_and_a_whole_one_is_shown() -> None:
    assert judge(a_range(0.1, None), a_rule(">=", 0.0)).status is Status.NOT_MEASURABLE
    units = TextCatalogue.load().units
    assert show(a_range(0.0022, 0.83), units) == "0.2 % to 80 %"
    assert show(a_range(None, None), units) == "no figure"


def test_the_days_that_halve_a_loss_lie_between_two_levels() -> None:
    assert halving([0, 30, 60], [0.04, 0.03, 0.01]) == pytest.approx(45)
    assert halving([0, 30], [0.04, 0.02]) == pytest.approx(30)
    assert halving([0, 30, 60], [0.04, 0.03, 0.025]) is None


def test_ratios_are_taken_within_a_draw() -> None:
    values = ratio(np.array([0.2, 0.1, 0.1]), np.array([0.1, 0.2, 0.0]))
    assert values.tolist() == pytest.approx([2.0, 0.5, 0.1 / shared.LEAST])


def test_shipped_runs_are_what_the_engine_answers(world: World, context: Context) -> None:
    found, posterior = event(context, "chips_180"), load_posterior()
    kept = shared.losses(context, found)
    drawn = drawn_of(posterior, found.scenario, len(kept.lost), 0, vary=False)
    table = world.mrio(2022, chips=True)
    chosen = [0, len(drawn.of) // 2]
    settings = [
        settings_of_draw(
            dict(zip(drawn.names, drawn.values[drawn.of[draw]].tolist(), strict=True)),
            table.industries,
            precision="float32",
        )
        for draw in chosen
    ]
    named = [found.scenario.model_copy(update={"name": f"draw-{draw}"}) for draw in chosen]
    answer = simulate_many(table, named, until=30, settings=settings, engine="numpy")
    frame = answer["losses"].frame.filter(pl.col("horizon") == 30)
    for draw, scenario in zip(chosen, named, strict=True):
        mine = dict(
            frame.filter(scenario=scenario.name)
            .select("economy", "value_added_lost_share")
            .iter_rows()
        )
        for code in ("DEU", "LTU", PARTNER, "CHN", "USA"):
            (place,) = kept.places(code)
            assert kept.lost[draw, 0, place, 0] == pytest.approx(mine[code], abs=KEPT), code


def test_quoted_losses_are_quantiles_of_the_recorded_draws(context, built) -> None:
    kept = shared.losses(context, event(context, "chips_180"))
    members = context.members(HOME)
    rows = kept.table("losses").filter(pl.col("economy").is_in(members), pl.col("day") <= 90)
    base = dict(kept.table("base").iter_rows())
    length = {30: 30, 90: 60}
    by_draw: dict[int, float] = {}
    for economy, day, draw, lost in rows.select("economy", "day", "draw", "lost").iter_rows():
        money = lost * base[economy] * length[day]
        by_draw[draw] = by_draw.get(draw, 0.0) + money
    whole = 90 * sum(base[code] for code in members)
    share = np.array(list(by_draw.values())) / whole
    finding = context.findings[f"disruption.loss.chips_180.{PARTNER}.{HOME}.90d"]
    low, middle, high = np.quantile(share, (0.1, 0.5, 0.9))
    assert (finding.low, finding.value, finding.high) == (
        pytest.approx(low),
        pytest.approx(middle),
        pytest.approx(high),
    )


def test_the_page_has_every_part_and_no_loss_that_no_assumption_takes_away(built) -> None:
    # What ships need not hold every event; what is missing is named with its command.
    assert {gap.key for gap in built.gaps} <= {"gap.no_runs"}
    assert all("isthmus study prepare taiwan-europe" in gap.text for gap in built.gaps)
    tables = {table.name for table in built.tables}
    assert tables >= {
        "disruption_parties",
        "disruption_members.chips_180",
        "disruption_industries.chips_180",
        "disruption_stops.chips_180",
        "disruption_moves.chips_180",
        "disruption_reserves.chips_180",
        "disruption_ends.chips_180",
        "disruption_backtest",
    }
    keys = {chart.key for chart in built.charts}
    wanted = {"courses", "events", "tornado", "stock"}
    assert keys == {f"disruption-{name}" for name in wanted}
    assert len(built.answer) >= 6
    for sentence in built.answer:
        for finding in sentence.findings:
            assert finding.kind is Kind.ASSUMED


def test_rows_of_first_stops_occur_together(context, built) -> None:
    found = event(context, "chips_180")
    table = next(t for t in built.tables if t.name == "disruption_stops.chips_180").frame
    stops = shared.first_stops(context, found, HOME)
    days = table["day"].to_list()
    assert days == sorted(days)
    rows = set(zip(table["industry"], table["day"], strict=True))
    whole = {
        draw: {
            (context.industry(code), day)
            for code, day in stops.filter(pl.col("draw") == draw, pl.col("day").is_not_null())
            .select("industry", "day")
            .iter_rows()
        }
        for draw in stops["draw"].unique().to_list()
    }
    assert rows in whole.values()


def test_misfit_widens_the_range_and_keeps_its_middle(context) -> None:
    values = shares(context, event(context, "chips_180"), HOME, 90)
    low, high = wide(context, values)
    assert low < np.quantile(values, 0.1) < np.quantile(values, 0.9) < high


def test_more_stock_at_home_is_held_against_the_same_draws(context, built) -> None:
    frame = next(t for t in built.tables if t.name == "disruption_reserves.chips_180").frame
    assert frame["more_days"].to_list()[0] == "0"
    assert frame["saved"][0] == 0.0
    assert frame["saved"].to_list() == sorted(frame["saved"].to_list())


def test_what_more_stock_saves_is_the_middle_of_the_same_draws(context, built) -> None:
    frame = next(t for t in built.tables if t.name == "disruption_reserves.chips_180").frame
    found = context.findings["disruption.saved.chips_180.90"]
    last = frame.row(-1, named=True)
    assert (found.low, found.value, found.high) == (
        last["saved_low"],
        last["saved"],
        last["saved_high"],
    )


def test_only_what_goes_beyond_every_episode_is_called_larger(world, built) -> None:
    assert built.counters[0].sentence.text.endswith("as large or as long.")
    strike = EventChoice(event="strike", actor="home", detail=True)
    study = open_study("taiwan-europe").model_copy(update={"events": (strike,)})
    small = written(Context(study, world), "disruption")
    assert "as large" not in small.counters[0].sentence.text
    assert not [note for note in small.notes if note.key == "note.beyond"]


def test_a_closure_by_another_than_the_partner_is_not_told_as_the_partners_loss(world) -> None:
    study = open_study("taiwan-europe").with_parties(rival=PARTNER)
    chosen = (
        EventChoice(event="chips_180", actor="partner", detail=True),
        EventChoice(event="trade_closure", actor="rival"),
    )
    study = study.with_parties(partner="JPN").model_copy(update={"events": chosen})
    built = written(Context(study, world), "disruption")
    assert "disruption.answer.sides" not in {sentence.key for sentence in built.answer}


def test_the_first_event_is_shown_in_detail_where_none_is_said_to_be(world) -> None:
    chosen = (
        EventChoice(event="chips_180", actor="partner"),
        EventChoice(event="strike", actor="home"),
    )
    study = open_study("taiwan-europe").model_copy(update={"events": chosen})
    assert [e.detail for e in events_of(study, world)] == [True, False]
    assert written(Context(study, world), "disruption").answer


def test_measures_read_the_same_runs(world, monkeypatch) -> None:
    context = Context(open_study("taiwan-europe"), world)
    known = measures()
    own = known["disruption.loss_ratio"].run(
        context, event="chips_180", actor=PARTNER, a=PARTNER, b=PARTNER
    )
    assert (own.low, own.value, own.high) == (1.0, 1.0, 1.0)
    # Held against its own stop, every draw of a supplier leads by nothing.
    monkeypatch.setattr(own_measures, "others", lambda context, event: (event,))
    lead = known["disruption.supplier_lead"].run(
        context, event="chips_180", actor=PARTNER, economy=HOME
    )
    assert (lead.low, lead.value, lead.high) == (1.0, 1.0, 1.0)
    # One supplier without runs, and the largest of the others would be a guess.
    unknown = suppliers_of(context.study, world)[0]
    unknown = replace(unknown, scenario=unknown.scenario.with_values({"shocks.0.duration": 33}))
    monkeypatch.setattr(own_measures, "others", lambda context, event: (event, unknown))
    with pytest.raises(DataMissing):
        known["disruption.supplier_lead"].run(
            context, event="chips_180", actor=PARTNER, economy=HOME
        )
    count = known["disruption.industries_stopped"].run(
        context, event="chips_180", actor=PARTNER, home=HOME
    )
    assert 0 <= count.low <= count.high <= 35


def test_claims_on_losses_are_judged_by_draws(context) -> None:
    seen = 0
    for claim in context.study.claims:
        if claim.measure.startswith("disruption."):
            found = assess_claim(context, claim)
            if found.verdict.status is Status.NOT_MEASURABLE:
                assert "recorded run" in found.reason.text
                continue
            assert found.verdict.share is not None
            assert found.draws
            assert " of the draws" in found.reason.text or " of them" in found.reason.text
            assert not (claim.universal and found.verdict.status is Status.DEPENDS)
            seen += 1
    assert seen >= 2


def test_runs_of_another_table_are_refused(world, monkeypatch) -> None:
    fresh = Context(open_study("taiwan-europe"), world)
    fresh._memo["store"] = Store(root=None)
    monkeypatch.setattr(losses_read, "table_content", lambda world, year: {"icio_flows": "x"})
    with pytest.raises(DataMissing) as error:
        shared.losses(fresh, event(fresh, "chips_180"))
    assert "isthmus study prepare" in (error.value.hint or "")


def test_parties_without_runs_are_told_how_to_make_them(world) -> None:
    study = open_study("taiwan-europe").with_parties(partner="VNM")
    found = written(Context(study, world), "disruption")
    assert "isthmus study prepare taiwan-europe" in found.gaps[0].text
    assert not found.answer or "Vietnam" not in found.answer[0].text


@pytest.mark.parametrize("name", ["taiwan-europe", "japan-europe", "lithuania-taiwan"])
def test_what_a_study_lacks_is_what_it_needs_less_what_is_recorded(world, name) -> None:
    study = open_study(name)
    every = needed(study, world)
    assert len(every) >= 7
    assert sum(scenario_years(one.question) for one in every) > 100
    absent = lacking(study, world)
    for one in every:
        if one in absent:
            with pytest.raises(DataMissing):
                find(one.question, world)
        else:
            assert find(one.question, world)[1].startswith("losses.conditional-")


def test_the_event_of_the_first_page_ships_with_its_levels_and_the_backtest(world) -> None:
    study = open_study("taiwan-europe")
    main = [one for one in needed(study, world) if one.event.key == "chips_180"]
    absent = lacking(study, world)
    assert not [one for one in main if one in absent and one.event.actor == PARTNER]
    assert recorded_backtest()["backtest"].frame.height > 10


def test_a_member_is_told_what_the_runs_of_others_hold_of_it(world) -> None:
    study = open_study("taiwan-europe").with_parties(home="DEU")
    context = Context(study, world)
    built = written(context, "disruption")
    assert "Germany" in built.answer[0].text
    assert "gap.no_course" in {gap.key for gap in built.gaps}
    with pytest.raises(DataMissing, match="no industries of DEU"):
        shared.first_stops(context, shared.event_of(context, "chips_180", PARTNER), "DEU")


def test_a_study_without_the_page_needs_no_runs(world) -> None:
    assert needed(open_study("germany-materials"), world) == ()


def test_a_home_of_one_economy_has_its_section(world) -> None:
    built = written(Context(open_study("lithuania-taiwan"), world), "disruption")
    assert {gap.key for gap in built.gaps} >= {"gap.no_levels"}
    assert "Lithuania" in built.answer[0].text
    assert not any(table.name.startswith("disruption_members") for table in built.tables)


def test_events_are_those_that_roles_and_members_allow(world) -> None:
    study = open_study("taiwan-europe")
    found = {e.key: e for e in events_of(study, world)}
    assert list(found) == list(templates())
    assert found["strike"].place == "DEU"
    assert found["chips_180"].scenario.shocks[0].exporters == (PARTNER,)
    assert found["inputs_stop"].scenario.shocks[0].importers == (HOME,)
    alone = study.with_parties(home="JPN", rival=None)
    keys = {e.key: e for e in events_of(alone, world)}
    assert "inputs_stop" not in keys
    assert "baltic_closure" not in keys
    assert keys["strike"].place == "JPN"
    assert {e.actor for e in suppliers_of(study, world)} == {"CHN", "JPN", "KOR", "USA"}


def test_a_study_chooses_its_events_and_which_are_shown_in_detail(world) -> None:
    study = open_study("taiwan-europe")
    chosen = (
        EventChoice(event="strike", actor="home"),
        EventChoice(event="chips_180", actor="partner", detail=True),
        EventChoice(event="no-such-event", actor="partner"),
    )
    built = written(Context(study.model_copy(update={"events": chosen}), world), "disruption")
    tables = {table.name: table for table in built.tables}
    assert 1 <= tables["disruption_parties"].frame["event"].n_unique() <= 2
    detailed = {name for name in tables if name.startswith("disruption_members")}
    assert detailed == {"disruption_members.chips_180"}


def test_an_event_of_ones_own_names_a_scenario_and_what_happens(world) -> None:
    own = EventChoice(
        event="quake",
        actor="partner",
        scenario="taiwan-earthquake-science-parks",
        title="An earthquake",
        inputs=("CHIPS",),
    )
    study = open_study("taiwan-europe").model_copy(update={"events": (own,)})
    (found,) = events_of(study, world)
    assert found.title == "An earthquake"
    assert found.scenario.shocks
    built = written(Context(study, world), "disruption")
    assert "An earthquake" in built.gaps[0].text
    with pytest.raises((BadInput, ValueError), match="stand together"):
        EventChoice(event="quake", actor="partner", scenario="taiwan-earthquake-science-parks")


def test_the_number_that_a_loss_goes_with_is_named(context, built):
    """The correlation of the text is that of the draws, and chance is not told as a driver."""
    from scipy.stats import spearmanr

    from isthmus.kernels.sensitivity import MOST, chance_level
    from isthmus.study.subjects.disruption.drivers import drivers

    chips = event(context, "chips_180")
    strongest = drivers(context, chips, HOME)[0]
    drawn = load_posterior()
    rows = drawn.draws(len(shares(context, chips, HOME, 90)))
    by_hand = spearmanr(
        rows[:, drawn.names.index(strongest.name)], shares(context, chips, HOME, 90)
    )
    assert strongest.correlation == pytest.approx(by_hand.statistic, abs=1e-12)
    rng = np.random.default_rng(0)
    most = [
        max(abs(spearmanr(x, rng.random(50)).statistic) for x in rng.random((26, 50)))
        for _ in range(40)
    ]
    assert np.mean(np.array(most) > chance_level(50, 26)) <= 0.15
    assert chance_level(2, 26) == 1.0
    for found in shared.there(context):
        assert len(drivers(context, found, HOME)) <= MOST
    table = next(t for t in built.tables if t.name == "disruption_drivers")
    parties = next(t for t in built.tables if t.name == "disruption_parties")
    assert set(table.frame["event"]) == set(parties.frame["event"])
