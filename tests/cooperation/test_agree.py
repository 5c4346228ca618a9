"""Who has to agree: acts, members, blocking groups, power of the present Council."""

from __future__ import annotations

import pytest

from isthmus.cooperation import agree, power
from isthmus.world import World


@pytest.fixture(scope="module")
def world():
    return World.open("starter")


def test_every_act_says_what_vote_it_needs(world):
    frame = agree(world, packages=["structured"], draws=20)["acts"].frame
    assert dict(frame.select("action", "vote").rows())["defence-partnership"] == "every member"
    assert frame["vote"].null_count() == 0


def test_blocking_groups_have_four_members_or_more(world):
    table = agree(world, packages=["quiet"], draws=20)["blocking"]
    frame = table.frame
    assert frame.height > 0
    assert frame["members"].min() >= 4
    assert (frame["population"] > 0.35).all()
    assert "no vote is predicted" in " ".join(table.notes)


def test_members_carry_exposure_and_record(world):
    frame = agree(world, packages=["quiet"], draws=20)["members"].frame
    assert frame.height == 27
    assert frame["population"].sum() == pytest.approx(1.0)
    lithuania = frame.filter(economy="LTU")
    assert lithuania["answered"][0] == 6.0


def test_without_a_rival_acts_stand_alone(world):
    assert list(agree(world, packages=["quiet"], rival="", draws=20)) == ["acts", "dates"]


def test_power_sums_to_one(world):
    frame = power(world)["power"].frame
    assert frame["value"].sum() == pytest.approx(1.0)
    assert frame["banzhaf"].sum() == pytest.approx(1.0)
    assert frame.sort("population")["economy"][-1] == "DEU"
