"""Closures by hand, what follows from which, and what was published of the strait of 2026."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from isthmus.errors import BadInput, DataMissing
from isthmus.evidence import Kind
from isthmus.production import Amount, checks, closure
from isthmus.production.closure import EconomyFacts, PlantClosure, facts_of, run_closure
from isthmus.production.sampling import Sampler
from isthmus.world import World


@pytest.fixture(scope="module")
def world():
    return World.open("starter")


def days(value):
    return Amount(value=value, unit="days", reason="x")


def share(value):
    return Amount(value=value, unit="share", reason="x")


ISLAND = EconomyFacts(
    stock={"LNG": days(10), "coal": days(20)},
    share={"LNG": share(0.5), "coal": share(0.3)},
    reserve={},
    for_power={"LNG": share(0.8)},
    strait={"LNG": share(0.25)},
    sailing=days(4),
    given={
        "chip_power": share(0.1),
        "essential": share(0.25),
        "input_days": days(15),
        "spared": share(0),
        "sea_days": days(5),
        "bought": days(10),
        "under_way": days(2),
    },
)
ONE = Sampler(1, 0)


def run(*closed, facts=ISLAND, horizon=30, **more):
    return run_closure(facts, PlantClosure(set(closed), horizon, horizon), ONE, **more)


def test_a_closed_sea_by_hand():
    found = run("sea")
    np.testing.assert_allclose(found.course.power[[0, 9, 10, 19, 20], 0], [1, 1, 0.5, 0.5, 0.2])
    # Alike: half the power, and nothing once what comes by sea is used up.
    np.testing.assert_allclose(found.chips["shared"][[9, 10, 14, 15], 0], [1, 0.5, 0.5, 0])
    # First: a half leaves a quarter for homes and enough for chips; a fifth leaves nothing.
    np.testing.assert_allclose(found.chips["served first"][[10, 19, 20], 0], [1, 1, 0])
    np.testing.assert_array_equal(found.delivered["shared"], found.chips["shared"])


def test_a_closed_airspace_is_another_shock():
    found = run("air")
    np.testing.assert_allclose(found.course.power, 1)
    np.testing.assert_allclose(found.chips["shared"], 1)
    # Chips go by sea instead, five days later.
    np.testing.assert_allclose(found.delivered["shared"][[0, 4, 5], 0], [0, 0, 1])
    both = run("sea", "air")
    np.testing.assert_allclose(both.delivered["served first"], 0)
    np.testing.assert_allclose(both.chips["served first"][[14, 15], 0], [1, 0])


def test_a_strait_is_gone_round_after_some_days():
    found = run("hormuz")
    # Ships under way arrive for four days, bought cargoes after twelve: eight days at a quarter.
    gas = found.course.stock[:, 0, 0]
    np.testing.assert_allclose(gas[[3, 4, 11, 12, 29]], [10, 9.75, 8, 8, 8])
    np.testing.assert_allclose(found.course.power, 1)
    naive = run("hormuz", at_once=True).course.power
    np.testing.assert_allclose(naive, 1 - 0.5 * 0.25)


def test_after_a_closure_ends_power_is_back():
    found = run_closure(ISLAND, PlantClosure({"sea"}, 12, 20), ONE)
    np.testing.assert_allclose(found.course.power[[11, 12, 19], 0], [0.5, 1, 1])


def test_more_fuel_is_never_short_sooner():
    richer = dataclasses.replace(ISLAND, stock={"LNG": days(14), "coal": days(25)})
    plain, more = run("sea", "air"), run("sea", "air", facts=richer)
    for reading in plain.chips:
        assert (more.chips[reading] >= plain.chips[reading] - 1e-12).all()


def test_the_island_in_days(world):
    rows = {(r["event"], r["reading"]): r for r in closure(world)["days"].frame.rows(named=True)}
    gas, coal = rows["LNG used up", ""], rows["coal used up", ""]
    assert 7 <= gas["low"] <= gas["median"] <= gas["high"] <= 15
    assert 34 <= coal["low"] <= coal["high"] <= 42
    half = {r: rows["chip output below 50 %", r]["median"] for r in ("shared", "served first")}
    assert gas["median"] < half["shared"] <= half["served first"]


def test_numbers_name_where_they_come_from(world):
    found = closure(world, draws=20)["numbers"]
    assert all(r["source"] or r["reason"] for r in found.frame.rows(named=True))
    assert found.kind is Kind.ASSUMED
    stock = facts_of(world, "TWN").stock["LNG"]
    # In hand in spring 2026, not the law's eleven days and not the ten of games.
    assert (stock.value, stock.low, stock.high) == (11.5, 7.0, 11.9)


def test_the_strait_of_2026_refutes_a_cut_at_once(world):
    rows = {
        r["check"]: r
        for r in checks(world, draws=100)["checks"].frame.rows(named=True)
        if r["check"].startswith(("strait", "sea"))
    }
    assert rows["strait closed 2026, imports off power at once"]["inside"] == "no"
    assert rows["strait closed 2026, imports off power at once"]["low"] > 0.1
    assert rows["strait closed 2026, stocks, ships under way, purchases"]["inside"] == "yes"
    assert rows["sea closed, LNG lasts"]["inside"] == "yes"
    fall = rows["strait closed 2026, fall of the stock of LNG"]
    assert fall["published"] == pytest.approx(11.9 - 11.5)
    assert fall["inside"] == "yes"
    assert fall["low"] < fall["median"] < fall["high"] < 3.0


class Without:
    """The starter world without the ways from the Gulf."""

    def __init__(self, world):
        self.world = world

    def __contains__(self, key):
        return key in self.world

    def table(self, key):
        rows = self.world.table(key)
        return rows.filter(basis="in hand") if key == "fuel_stocks" else rows


def test_a_number_that_is_not_held_is_named_with_its_table(world):
    with pytest.raises(DataMissing, match="no dated number of way from the Gulf") as caught:
        facts_of(Without(world), "TWN")
    assert caught.value.where == "fuel_stocks"


def test_places_without_data_and_bad_choices_are_refused(world):
    with pytest.raises(DataMissing, match="nothing is held on JPN"):
        closure(world, economy="JPN")
    with pytest.raises(BadInput, match="4 problems"):
        closure(world, closed=["land"], days=0, horizon=0, draws=0)
    with pytest.raises(BadInput, match="nothing is closed"):
        closure(world, closed=[])
