"""Firms that are named and next steps with dates: from the data, or said not to be in them."""

from __future__ import annotations

import polars as pl
import pytest
from tests.cooperation.small import stage

from isthmus.cooperation.agree import ELSEWHERE, NO_DATE, acts, dates
from isthmus.cooperation.evaluate import stage_of
from isthmus.cooperation.firms import ABSENT, firms
from isthmus.cooperation.own import opened, roles_of
from isthmus.errors import BadInput
from isthmus.scenario.catalogues import parse_catalogue
from isthmus.world import World


@pytest.fixture(scope="module")
def held():
    world, catalogue = World.open("starter"), opened("taiwan-europe")
    return stage_of(world, catalogue, roles_of("EU27_2020", "TWN", "CHN"), losses={}, draws=10)


def test_firms_are_those_of_the_data(held):
    frame = firms(held).frame
    by = {key: set(frame.filter(package=key)["firm"]) for key in frame["package"].unique()}
    assert {"HENSOLDT", "Omnipol", "GEOSAT", "Rheinmetall"} <= by["structured"]
    assert {"ESMC", "Bosch", "TSMC"} <= by["industrial"]
    # No step towards the partner, no answer: nothing is listed for what home does alone.
    assert "alone" not in by
    # A product that no act of the package rests on names nobody.
    assert not {"ESMC", "Rheinmetall"} & by["quiet"]
    # Several that a source does not name one by one are no firm; the ground names them.
    assert not frame.filter(pl.col("firm").str.contains("partners|joint ventures|makers")).height
    assert any("joint ventures in Poland" in ground for ground in frame["ground"])
    economies = set(frame["economy"]) - {""}
    assert economies <= {"TWN", "DEU", "NLD", "BEL", "CZE", "POL"}


def test_a_package_without_a_named_firm_says_so():
    frame = firms(stage(rival="CHN", draws=5)).frame
    assert frame.filter(package="with")["firm"].to_list() == [ABSENT]
    assert firms(stage()).frame.is_empty()


def test_dates_are_those_of_the_catalogue_or_not_in_the_data(held):
    frame = dates(held.packages).frame
    when = {key: set(frame.filter(package=key)["when"]) for key in frame["package"].unique()}
    assert when["structured"] == {NO_DATE}
    assert "2028-01-17" in when["industrial"]
    assert "2027-12-31" in when["industrial-supported"]
    assert "as-today" not in when


def test_a_date_that_is_none_is_refused():
    due = '{ what = "w", source = "s", when = "soon" }'
    text = f'[[packages]]\nkey = "x"\ntitle = "X"\ndates = [{due}]\n'
    with pytest.raises(BadInput, match=r"packages\.0\.dates\.0\.when"):
        parse_catalogue([text])


def test_votes_of_another_home_are_not_those_of_the_council(held):
    catalogue = held.catalogue.model_copy(update={"home": "JPN"})
    told = set(acts(catalogue, held.packages).frame["vote"])
    assert ELSEWHERE["unanimity"] in told
    assert not [vote for vote in told if "27" in vote or "Council" in vote.split(";")[0]]
    notes = acts(held.catalogue, held.packages, "LTU").notes
    assert any("EU27_2020" in note and "LTU" in note for note in notes)
