"""The section on lasting breaks quotes what the lens computes, for any parties."""

from __future__ import annotations

import pytest

from isthmus import equilibrium
from isthmus.scenario import Embargo, Scenario
from isthmus.study.context import Context
from isthmus.study.shipped import open_study
from isthmus.study.subjects import measures
from isthmus.study.writing import written
from isthmus.world import World


@pytest.fixture(scope="module")
def world():
    return World.open("starter")


@pytest.fixture(scope="module")
def context(world):
    return Context(open_study("taiwan-europe"), world)


@pytest.fixture(scope="module")
def built(context):
    return written(context, "equilibrium")


def loss(world, code: str, horizon: str) -> float:
    shock = Embargo(economies=("EU27_2020",), partners=("CHN",))
    result = equilibrium.solve(
        world, Scenario(name="break", shocks=[shock]), horizon=horizon, coalitions=("EU27_2020",)
    )
    for name in ("coalitions", "economies"):
        frame = result[name].frame
        rows = frame.filter(frame[frame.columns[0]] == code)["real_income"]
        if not rows.is_empty():
            return -float(rows[0])
    raise AssertionError(code)


def test_the_answer_quotes_the_lens(world, context, built):
    assert not built.gaps
    assert len(built.answer) == 6
    for horizon in ("1y", "10y"):
        finding = context.findings[f"equilibrium.break.EU27_2020.CHN.{horizon}.EU27_2020"]
        assert finding.value == pytest.approx(loss(world, "EU27_2020", horizon), rel=1e-4)
        assert finding.low < finding.value < finding.high
    first = context.findings["equilibrium.break.EU27_2020.CHN.1y.EU27_2020"]
    farthest = context.findings["equilibrium.driver.EU27_2020.CHN.1y"].value
    assert farthest in (first.low, first.high), "one thing changed gives an end of the range"


def test_members_are_ordered_and_hold_their_ranges(built):
    frame = built.charts[0].table.frame
    assert frame.height == 27
    assert frame["loss"].is_sorted(descending=True)
    assert (frame["loss_low"] <= frame["loss"]).all()
    assert (frame["loss"] <= frame["loss_high"]).all()


def test_one_scenario_has_four_answers_that_are_not_summed(built):
    four = next(t for t in built.tables if t.name == "equilibrium_four").frame
    assert four.height == 6
    assert four["share"].is_null().to_list() == [False, False, True, False, False, False]
    equilibria = four["share"].to_list()[-3:]
    assert equilibria[0] > equilibria[1] > equilibria[2] > 0


def test_measures_agree_with_the_lens(world, context):
    known = measures()
    lead = known["equilibrium.member_loss_lead"].run(
        context, coalition="EU27_2020", member="DEU", on="CHN"
    )
    expected = loss(world, "DEU", "10y") / loss(world, "EU27_2020", "10y")
    assert lead.value == pytest.approx(expected, rel=1e-4)
    half = known["equilibrium.half_break_ratio"].run(context, a="EU27_2020", b="CHN")
    assert 0 < half.value < 1
    gain = known["equilibrium.smaller_gain"].run(context, a="EU27_2020", b="TWN")
    assert gain.value > 0
    direct = known["equilibrium.loss"].run(context, party="DEU", a="EU27_2020", b="CHN")
    assert direct.value == pytest.approx(loss(world, "DEU", "10y"), rel=1e-4)


def test_a_single_economy_has_no_members(world):
    study = open_study("taiwan-europe")
    parties = {"home": "DEU", "partner": "JPN"}
    built = written(Context(study.with_parties(**parties), world), "equilibrium")
    assert not built.charts
    assert len(built.answer) == 5


def test_a_world_without_the_table_says_so(world):
    entries = {k: v for k, v in world._entries.items() if not k.startswith("mrio")}
    built = written(
        Context(open_study("taiwan-europe"), World("small", "1", entries)), "equilibrium"
    )
    assert built.gaps
    assert not built.answer
