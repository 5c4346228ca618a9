"""The section on leverage quotes the lens, keeps exposure and loss apart, and prints its misses."""

from __future__ import annotations

import pytest

from isthmus.coercion import backtest, held_out, leverage_map
from isthmus.coercion.assumptions import preset
from isthmus.evidence import Kind
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
    return written(context, "leverage")


def table(built, name):
    return next(t for t in built.tables if t.name == f"leverage_{name}")


def test_figures_are_those_of_the_lens(world, built):
    assert not built.gaps
    frame = leverage_map(world, "CHN", over="EU27_2020")["targets"].frame
    want = frame.filter(sender="CHN", channel="supply stop", horizon=1.0).row(0, named=True)
    quoted = {f.key: f for f in built.findings}
    loss = quoted["leverage.loss_share.CHN.EU27_2020.supply_stop"]
    assert loss.value == pytest.approx(want["loss_share"])
    assert loss.kind is Kind.MODELLED
    cost = quoted["leverage.cost_share.CHN.EU27_2020.supply_stop"]
    assert cost.value == pytest.approx(want["cost_share"])
    # what rests on an assumed part sold elsewhere is assumed, with the range of that part
    assert cost.kind is Kind.ASSUMED
    d = preset().entries["diversion"]
    assert cost.low == pytest.approx(cost.value * (1 - d.high) / 0.5)
    assert cost.high == pytest.approx(cost.value * (1 - d.low) / 0.5)
    assert table(built, "pairs").frame.height == 12


def test_ends_of_the_range_are_those_of_the_lens(world, context):
    from isthmus.coercion import Assumptions

    run = measures()["leverage.loss_ratio"].run
    found = run(context, sender="CHN", target="EU27_2020", channel="supply stop")
    d = preset().entries["diversion"]
    ends = []
    for diversion in (d.low, d.high):
        got = leverage_map(
            world, "CHN", over="EU27_2020", assumptions=Assumptions(diversion=diversion)
        )["targets"].frame.filter(sender="CHN", channel="supply stop", horizon=1.0)
        ends.append(got["loss_share"][0] / got["cost_share"][0])
    assert (found.low, found.high) == pytest.approx(tuple(sorted(ends)))


def test_misses_are_printed_case_by_case(world, built):
    want = backtest(world)["methods"].frame
    cases = table(built, "cases").frame
    by = dict(want.select("method", "hits").iter_rows())
    assert cases["model_hits"].sum() == by["model"]
    assert cases["largest_hits"].sum() == by["largest"]
    assert (cases["model_hits"] == 0).sum() == want.filter(method="model")["missed_cases"][0]


def test_exposure_is_estimated_and_kept_from_loss(built):
    members = table(built, "members")
    assert members.kind is Kind.ESTIMATED
    assert members.frame.height == 27
    assert any("not the loss" in note for note in members.notes)
    answers = table(built, "answers")
    assert answers.kind is Kind.ASSUMED
    assert any("assumed, not measured" in note for note in answers.notes)


def test_listings_carry_their_marks(world, built):
    found = held_out(world, draws=100)["test"].frame
    listed = table(built, "listings")
    assert listed.kind is Kind.ASSUMED
    assert listed.frame["listing"].to_list() == pytest.approx(found["value"].to_list())
    assert "leverage.listings_share.CHN" in {f.key for f in built.findings}


@pytest.mark.parametrize(
    ("home", "partner", "rival", "gap"),
    [("DEU", "TWN", "CHN", False), ("EU27_2020", "TWN", "USA", False), ("CHN", "TWN", "CHN", True)],
)
def test_other_parties_answer_or_say_why_not(world, home, partner, rival, gap):
    study = open_study("taiwan-europe")
    parties = {"home": home, "partner": partner, "rival": rival, "ally": "JPN"}
    options = study.options.model_copy(update={"year": 2022})
    given = study.with_parties(**parties).model_copy(update={"options": options})
    built = written(Context(given, world), "leverage")
    assert bool(built.gaps) == gap
    assert bool(built.answer) != gap


def test_measures_without_figures_are_not_measurable(context):
    rank = measures()["coercion.listing_rank"].run
    assert rank(context, sender="CHN", target="TWN").value == 2
    assert rank(context, sender="CHN", target="JPN").value is None
    lead = measures()["leverage.backtest_lead"].run
    assert lead(context, sender="DEU").value is None
