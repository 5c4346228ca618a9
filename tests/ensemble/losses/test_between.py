"""Losses between recorded runs: exact where recorded, linear between, nothing beyond."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.ensemble.losses import load
from isthmus.ensemble.losses.between import (
    At,
    RecordedPoint,
    at_of,
    between,
    corners,
    held,
    losses_at,
    moved,
    recorded,
)
from isthmus.errors import BadInput
from isthmus.scenario import Scenario, preset
from isthmus.store import Store
from isthmus.study import open_study
from isthmus.study.events import events_of
from isthmus.study.prepare import levels_question, losses_question, moved_question
from isthmus.world import World

HOME = "EU27_2020"
SINGLE = 1e-3
"""Runs of single precision differ in the fourth digit of small losses when batches differ."""


@pytest.fixture(scope="module")
def world() -> World:
    return World.open("starter")


def place(name: str) -> RecordedPoint:
    return RecordedPoint(Store(root=None), name, "as today")


GRID = {
    At(severity, days, more): place(f"{severity}-{days}-{more}")
    for severity in (0.5, 1.0)
    for days in (10, 30, 90)
    for more in (0.0, 30.0)
}


def linear(at: At) -> float:
    """A loss that is linear in each of the three, which a box gives back exactly."""
    return at.severity * at.duration * (60.0 - at.more_days)


@given(st.floats(0.5, 1.0), st.integers(10, 90), st.floats(0.0, 30.0))
def test_a_box_gives_back_what_is_linear_in_each_direction(s: float, d: int, m: float) -> None:
    at = At(s, d, m)
    some = corners(GRID, at)
    assert sum(corner.weight for corner in some) == pytest.approx(1.0)
    assert all(corner.weight >= 0 for corner in some)
    read = sum(corner.weight * linear(corner.at) for corner in some)
    assert read == pytest.approx(linear(at), rel=1e-9, abs=1e-9)


def test_what_is_recorded_is_itself_and_the_narrowest_box_is_taken() -> None:
    at = At(1.0, 30, 0.0)
    assert [corner.at for corner in corners(GRID, at)] == [at]
    found = {corner.at for corner in corners(GRID, At(1.0, 20, 0.0))}
    assert found == {At(1.0, 10, 0.0), At(1.0, 30, 0.0)}


@pytest.mark.parametrize("at", [At(0.4, 30), At(1.0, 9), At(1.0, 91), At(1.0, 30, 31.0)])
def test_nothing_is_read_beyond_what_is_recorded(at: At) -> None:
    assert corners(GRID, at) == ()
    assert corners({}, at) == ()


def test_a_wider_box_is_taken_where_a_corner_is_missing() -> None:
    some = {at: one for at, one in GRID.items() if at != At(0.5, 30, 0.0)}
    found = {corner.at for corner in corners(some, At(0.7, 20, 0.0))}
    assert found == {At(s, d, 0.0) for s in (0.5, 1.0) for d in (10, 90)}


def test_shipped_runs_are_found_and_read(world: World) -> None:
    study = open_study("taiwan-europe")
    event = next(e for e in events_of(study, world) if e.key == "chips_180")
    asked = replace(losses_question(event, study), parties=(), keep=(HOME,))
    points = recorded(asked, event.inputs, HOME, world)
    assert {At(1.0, 30), At(1.0, 180), At(1.0, 180, 30.0), At(1.0, 180, 90.0)} <= set(points)
    here = corners(points, At(1.0, 180))
    found = between(here, HOME, 90)
    assert found.exact
    whole = load(losses_question(event, study), world).share(HOME, 90)[:, 0]
    np.testing.assert_allclose(found.values, whole, rtol=SINGLE)
    more = between(corners(points, At(1.0, 180, 90.0)), HOME, 90)
    held_more = load(levels_question(event, study), world).share(HOME, 90)[:, -1]
    np.testing.assert_allclose(more.values, held_more, rtol=SINGLE)


def test_each_draw_is_read_on_its_own(world: World) -> None:
    study = open_study("taiwan-europe")
    event = next(e for e in events_of(study, world) if e.key == "trade_closure")
    asked = replace(losses_question(event, study), parties=(), keep=(HOME,))
    points = recorded(asked, event.inputs, HOME, world)
    low, high = At(0.5, 90), At(1.0, 90)
    one = points[At(0.9, 90)]
    some = corners({low: one, high: one}, At(0.75, 90))
    seen: list[RecordedPoint] = []

    def read(place: RecordedPoint):  # type: ignore[no-untyped-def]
        seen.append(place)
        return losses_at(place)

    found = between(some, HOME, 90, read=read)
    alone = losses_at(one).share(HOME, 90)[:, 0]
    np.testing.assert_allclose(found.values, alone, rtol=1e-12)
    assert len(seen) == 2
    assert found.medians == (float(np.median(alone)),) * 2
    assert not found.exact


def test_another_shock_is_another_family(world: World) -> None:
    study = open_study("taiwan-europe")
    event = next(e for e in events_of(study, world) if e.key == "chips_180")
    asked = replace(losses_question(event, study), parties=(), keep=(HOME,))
    other = asked.scenario.with_values({"shocks.0.redirect": True})
    assert not recorded(replace(asked, scenario=other), event.inputs, HOME, world)


def test_a_scenario_is_moved_and_keeps_its_rules() -> None:
    found = moved(preset("taiwan-chips-30-full"), At(0.25, 7))
    assert at_of(found) == At(0.25, 7)
    with pytest.raises(BadInput):
        moved(preset("taiwan-chips-30-full"), At(1.5, 7))
    shock = {"kind": "capacity_loss", "economies": ["TWN"], "industries": ["C26"], "capital": 5.0}
    assert at_of(Scenario.from_dict({"name": "x", "shocks": [shock]})) is None
    assert at_of(Scenario.from_dict({"name": "x"})) is None


def test_a_question_at_another_point_holds_the_stock_at_home(world: World) -> None:
    study = open_study("taiwan-europe")
    event = next(e for e in events_of(study, world) if e.key == "chips_180")
    asked = moved_question(event, study, At(0.5, 60, 45.0))
    assert at_of(asked.scenario) == At(0.5, 60)
    assert [level.name for level in asked.levels] == ["as today", f"45 more days in {HOME}"]
    assert asked.levels[1] == held(event.inputs, At(0.5, 60, 45.0), HOME)
    assert set(asked.keep) == {"EU27_2020", "TWN", "CHN", "USA"}
