"""The section on the ladder quotes the lens, marks what is assumed, and says what it cannot do."""

from __future__ import annotations

import pytest

from isthmus.coercion.ladder import price_ladder
from isthmus.evidence import Kind
from isthmus.study.ask.coercion import DRAWS
from isthmus.study.context import Context
from isthmus.study.shipped import open_study
from isthmus.study.subjects import measures
from isthmus.study.writing import written
from isthmus.world import World


@pytest.fixture(scope="module")
def world():
    return World.open("starter")


def test_prices_are_those_of_the_lens_and_carry_the_mark(world):
    context = Context(open_study("taiwan-europe"), world)
    built = written(context, "ladder")
    assert not built.gaps
    frame = price_ladder(world, "EU27_2020", draws=DRAWS)["prices"].frame
    want = dict(
        frame.filter(economy="EU27_2020", support="after delay").select("rung", "value").iter_rows()
    )
    for finding in built.findings:
        assumed = finding.key.startswith(("ladder.price", "ladder.break_even"))
        assert finding.kind is (Kind.ASSUMED if assumed else Kind.ESTIMATED)
        if assumed:
            assert "assumptions about intentions" in finding.caveat
            assert finding.low <= finding.value <= finding.high
    drawn = built.charts[0].table.frame
    rate = world.table("exchange_rates").filter(currency="EUR", year=2022)["usd"].item()
    assert drawn["price"].to_list() == pytest.approx([usd / rate for usd in want.values()])
    rungs = built.tables[0].frame
    assert (rungs["after"] < rungs["before"]).all()
    assert rungs.height == 12
    assert built.tables[1].frame.height == 27


def test_no_claim_rests_on_assumed_prices():
    claims = {c.id: c for c in open_study("taiwan-europe").claims}
    for claim in ("price-of-visibility", "ladder-of-engagement"):
        assert claims[claim].measure.startswith("answers.")
    assert not any(c.measure.startswith("ladder.") for c in claims.values())


def test_listings_count_export_controls_only(world):
    context = Context(open_study("taiwan-europe"), world)
    run = measures()["coercion.listings"].run
    every = run(context, sender="CHN", target="EU27_2020", since=2025)
    assert every.value == 4
    assert run(context, sender="CHN", target="EU27_2020", since=2026).value == 3
    assert run(context, sender="CHN", target="LTU", since=2000).value == 0


@pytest.mark.parametrize(("home", "bloc"), [("DEU", True), ("USA", False), ("NATO", False)])
def test_a_home_outside_the_bloc_has_prices_without_support(world, home, bloc):
    study = open_study("taiwan-europe")
    parties = {"home": home, "ally": "JPN"}
    options = study.options.model_copy(update={"year": 2022})
    given = study.with_parties(**parties).model_copy(update={"options": options})
    built = written(Context(given, world), "ladder")
    assert built.answer
    assert not built.gaps
    supports = {f.key.rpartition(".")[2] for f in built.findings if "price" in f.key}
    assert supports == ({"after_delay", "agreed_beforehand"} if bloc else {"none"})
    names = {table.name for table in built.tables}
    assert ("ladder_rungs" in names) == bloc
    members = next(t for t in built.tables if t.name == "ladder_members")
    assert ("after" in members.frame.columns) == bloc


def test_the_bloc_is_the_one_of_the_study(world):
    study = open_study("taiwan-europe").with_parties(home="JPN", ally="GBR")
    options = study.options.model_copy(update={"bloc": "G7", "year": 2022})
    built = written(Context(study.model_copy(update={"options": options}), world), "ladder")
    assert any(f.key.endswith("agreed_beforehand") for f in built.findings)
