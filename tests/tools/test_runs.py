"""Runs that ship hold what is asked of them and no more, digit for digit."""

from __future__ import annotations

import numpy as np
import pytest

from isthmus.codes import members
from isthmus.ensemble.losses import Question, find, load, missing, prepare
from isthmus.scenario import preset
from isthmus.store import Store
from isthmus.store.layout import FORMAT_FILE, RUNS
from isthmus.world import World
from tools import runs

KEPT = (*members("EU27_2020"), "TWN")


@pytest.fixture(scope="module")
def world() -> World:
    return World.open("starter")


def test_a_run_ships_with_the_economies_that_are_asked_for(world, tmp_path):
    whole = Question(preset("taiwan-chips-7-full"), parties=("TWN",), draws=2, until=7)
    asked = Question(whole.scenario, parties=("TWN",), keep=KEPT, draws=2, until=7)
    source = Store(tmp_path / "made")
    prepare(whole, world, store=source)
    staging = tmp_path / "shipped"
    folder = runs._put(asked, world, source, staging)
    (staging / FORMAT_FILE).write_text((source.root / FORMAT_FILE).read_text())
    shipped = Store(staging)
    assert find(asked, world, shipped)[1] == folder.name
    small, large = load(asked, world, shipped), load(whole, world, source)
    assert small.economies == KEPT
    for party in ("EU27_2020", "DEU", "TWN"):
        assert np.array_equal(small.money(party), large.money(party))
    # What was left out is not there: a wider question is not answered by it.
    assert missing([whole], world, shipped) == (whole,)
    assert (shipped.root / RUNS / folder.name).is_dir()


def test_a_run_left_small_is_the_one_that_would_have_been_made(world, tmp_path):
    whole = Question(preset("taiwan-chips-7-full"), draws=2, until=7)
    asked = Question(whole.scenario, keep=KEPT, draws=2, until=7)
    source, direct = Store(tmp_path / "made"), Store(tmp_path / "direct")
    prepare(whole, world, store=source)
    made = prepare(asked, world, store=direct)
    folder = runs._put(asked, world, source, tmp_path / "shipped")
    assert folder.name == made.run
    shipped = load(asked, world, direct)
    assert np.array_equal(shipped.lost, load(whole, world, source).lost[:, :, _at(world, whole)])


def _at(world: World, whole: Question) -> list[int]:
    table = world.mrio(whole.year, chips=True).economies
    return [list(table).index(code) for code in KEPT]


def test_every_hazard_of_the_flagship_with_an_engine_is_asked_for(world):
    asked = runs.of_packages(world)
    assert {q.scenario.name for q in asked} >= {"taiwan-chips-180-full", "taiwan-strait-closure"}
    assert all(q.vary and set(q.keep) == set(KEPT) for q in asked)
    assert any(len(q.levels) > 1 for q in asked)
