"""What parties gain and the payments with which none loses: by hand, and over the recorded runs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.cooperation.small import stage

from isthmus.cooperation import agree
from isthmus.cooperation.stage import ALONE, TODAY
from isthmus.cooperation.transfers import answered, balance, balances, burden, transfers
from isthmus.world import World


def union(**kinds):
    """The small case for the Union: its loss falls on Germany and France in halves."""
    found = stage(**kinds)
    return replace(found, parties={**found.parties, "home": "EU27_2020"})


def test_a_balance_by_hand():
    """At 1 % a year: b saves each 75 beside a and costs both 1, a saves each 150 and costs 20."""
    found = union()
    package = found.catalogue.package("with")
    np.testing.assert_allclose(burden(found, package, ALONE, "stop"), 0.5)
    np.testing.assert_allclose(balance(found, package, "stop", 0.01), 0.75 - 0.5)
    alone = found.catalogue.package("alone")
    np.testing.assert_allclose(balance(found, alone, "stop", 0.01), 1.5 - 10.0)
    assert balances(found, "stop").frame.height == 4


def test_payments_by_hand():
    frame = transfers(union(), "stop").frame
    told = frame.filter(package="alone", probability="1.0%", share="80%").row(0, named=True)
    # Both lose 8.5 and nobody can pay.
    assert told["value"] == pytest.approx(17.0)
    assert told["outside"] == pytest.approx(17.0)
    assert (told["receivers"], told["payers"]) == (2.0, "none")
    fine = frame.filter(package="with", probability="2.0%", share="80%").row(0, named=True)
    assert fine["value"] == pytest.approx(0.0, abs=1e-6)
    assert (fine["most"], fine["payers"]) == ("none", "none")


def test_what_members_are_answered_with_adds_up_to_what_the_union_is():
    made = union(rival="CHN", draws=20)
    package = made.catalogue.package("with")
    members = made.answers["with"].members
    whole = answered(made, package, members).sum(axis=0)
    np.testing.assert_allclose(whole, made.answer_cost(package, "record"))
    none = made.catalogue.package("nothing")
    assert not answered(made, none, members).any()


@pytest.fixture(scope="module")
def found():
    return agree(World.open("starter"), packages=["industrial"])


def test_members_and_partner_have_a_balance_each(found):
    frame = found["balances"].frame
    assert frame.height == 28
    assert "TWN" in frame["economy"].to_list()
    assert frame.filter(economy="TWN")["answer"][0] == 0.0


def test_more_certainty_and_a_rarer_hazard_never_need_less(found):
    frame = found["transfers"].frame
    needed = {(p, s): v for p, s, v in frame.select("probability", "share", "value").iter_rows()}
    for chance in ("0.5%", "1.0%", "2.0%", "5.0%"):
        assert needed[chance, "80%"] >= needed[chance, "50%"]
    assert needed["0.5%", "80%"] >= needed["5.0%", "80%"]
    assert (frame["outside"] <= frame["value"] + 1e-6).all()


def test_each_party_by_itself_is_made_whole_and_all_of_them_more_seldom(found):
    for share, together in found["transfers"].frame.select("share", "together").iter_rows():
        assert 0.0 < together < float(share.rstrip("%")) / 100.0


def test_a_package_without_a_recorded_loss_has_no_payments():
    bare = replace(stage(), losses={})
    assert bare.together(bare.catalogue.package("with"), TODAY)[1] is None
    assert "transfers" not in agree(World.open("starter"), packages=["quiet"], draws=20)
