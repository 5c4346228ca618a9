"""Tables that show a catalogue: nothing is left out, and every number has its unit and reason."""

from __future__ import annotations

import pytest

from isthmus.cooperation.listing import about_table, amounts_of, measured, tables_of
from isthmus.errors import NotFound
from isthmus.scenario.catalogues import shipped_catalogue


@pytest.fixture(scope="module")
def held():
    return shipped_catalogue("taiwan-europe")


def test_lists_hold_every_entry(held):
    packages, actions, hazards = tables_of(held)
    assert packages.frame["package"].to_list() == [p.key for p in held.packages]
    assert actions.frame["action"].to_list() == [a.key for a in held.actions]
    assert hazards.frame["hazard"].to_list() == [h.key for h in held.hazards]


def test_every_number_has_a_unit_and_a_reason_or_a_source(held):
    for entry in (*held.actions, *held.hazards):
        for field, amount, unit in amounts_of(entry):
            assert unit, field
            assert amount.reason or amount.source, field


def test_units_by_hand(held):
    units = {field: unit for field, _, unit in amounts_of(held.action("M19"))}
    assert units["cost.one_off"] == "million EUR"
    assert units["cost.yearly"] == "million EUR a year"
    assert units["indicator.goal"] == "rounds a month"
    units = {field: unit for field, _, unit in amounts_of(held.action("M08"))}
    assert units["effects.0.days"] == "days"
    assert units["effects.0.fit"] == "share"


def test_what_is_not_measured_is_said_with_its_reason(held):
    assert measured(held.action("M09")).startswith("none measured: ")
    assert measured(held.action("M08")) == "stock"
    assert "TNT" in measured(held.action("M18"))


def test_one_entry_is_shown_whole(held):
    names = [t.name for t in about_table(held, "alone")]
    assert names == ["packages", "actions", "numbers"]
    told = about_table(held, "industrial")[0].frame["returns"].item()
    assert "priority in allocation during a shortage (partner: makers of chips)" in told
    numbers = about_table(held, "M08")[1].frame
    assert numbers.filter(numbers["field"] == "cost.published")["high"].item() == 3000
    assert about_table(held, "nothing")[0].frame.height == 1
    with pytest.raises(NotFound):
        about_table(held, "all")
