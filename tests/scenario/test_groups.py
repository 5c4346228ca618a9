"""Groups of industries and economies are the same for every lens."""

from __future__ import annotations

import pytest

from isthmus.codes import members
from isthmus.scenario import ExportStop, Scenario, industry_groups
from isthmus.scenario.groups import economy_groups, whole_coalitions


@pytest.mark.parametrize(
    ("codes", "goods", "rest"),
    [
        (("A01", "B05", "C26", "SERV"), ("A01", "B05", "C26"), ("SERV",)),
        # WIOD 2013: the older letters say nothing, the classification does
        (("AtB", "C", "15t16", "L", "50"), ("AtB", "C", "15t16"), ("L", "50")),
        (("C26_LEAD", "C26_REST", "G"), ("C26_LEAD", "C26_REST"), ("G",)),
    ],
)
def test_goods_and_services_by_letter_or_classification(codes, goods, rest):
    groups = industry_groups(codes)
    assert groups["GOODS"] == goods
    assert groups["SERVICES"] == rest


def test_a_list_that_does_not_tell_goods_apart_has_no_groups():
    assert industry_groups(("sector1", "sector2")) == {}


def test_split_electronics_stay_one_group_beside_their_chips():
    groups = industry_groups(("C26_LEAD", "C26_REST", "G"))
    assert groups["C26"] == ("C26_LEAD", "C26_REST")
    assert groups["CHIPS"] == ("C26_LEAD",)


def test_coalitions_with_absent_members_are_named():
    whole, absent = whole_coalitions(
        {"PAIR": ("DEU", "FRA"), "FAR": ("DEU", "QQQ")}, ["DEU", "FRA"]
    )
    assert whole == {"PAIR": ("DEU", "FRA")}
    assert absent == ("FAR",)


def test_a_shock_can_name_a_coalition_on_a_day():
    before, after = members("NATO@2022-12-31"), members("NATO@2024-12-31")
    assert set(after) - set(before) == {"FIN", "SWE"}
    assert members("NATO") == after
    shock = ExportStop(exporters=("NATO@2022-12-31",), industries=("C26",))
    groups = economy_groups(Scenario(name="x", shocks=(shock,)), ("DEU",))
    assert groups == {"NATO@2022-12-31": before}
