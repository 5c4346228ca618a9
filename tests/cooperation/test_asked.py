"""What packages become in the engine: each channel at half and full delivery, and its reach."""

from __future__ import annotations

import numpy as np
import pytest

from isthmus.codes import members
from isthmus.cooperation.asked import _Shares, level_of, question, strength
from isthmus.cooperation.beside import not_measured
from isthmus.cooperation.evaluate import found_losses, stage_of
from isthmus.ensemble.losses import Easing, Relief, Reserve
from isthmus.ensemble.losses.duration import COMPILED, processor_minutes
from isthmus.errors import CodeUnknown
from isthmus.scenario.actions import Action
from isthmus.scenario.catalogues import shipped_catalogue
from isthmus.world import World

PARTIES = {"home": "EU27_2020", "partner": "TWN"}
HAZARD = "taiwan-chips-stop"
WHERE = ("EU27_2020",)


@pytest.fixture(scope="module")
def held():
    return shipped_catalogue("taiwan-europe")


@pytest.fixture(scope="module")
def world():
    return World.open("starter")


def with_effect(held, **effect) -> Action:
    """An action with one effect of one's own."""
    base = held.action("M08").model_dump()
    return Action(**{**base, "effects": [{"hazards": [HAZARD], "inputs": ["C26_LEAD"], **effect}]})


def amount(low, high):
    return {"low": low, "high": high, "reason": "chosen"}


def at(action, level):
    return level_of([action], HAZARD, level, PARTIES, lambda effect: 0.25)


def test_each_channel_at_half_delivery(held):
    stock = at(held.action("mature-chip-stock"), 0.5)
    kept = Reserve(("C26_DAO", "C26_LOGIC"), 45.0, economies=WHERE, fits=1.0)
    assert stock.reserves == (kept,)
    warning = at(held.action("chip-early-warning"), 0.5)
    assert warning.reserves == (Reserve(("CHIPS",), 5.25, economies=WHERE),)
    second = at(held.action("second-chip-sources"), 0.5)
    assert second.reliefs == (Relief(("C26_DAO", "C26_LOGIC"), WHERE, turns=112),)
    plant = at(held.action("leading-edge-plant"), 0.5)
    assert plant.reliefs == (Relief(("C26_LEAD",), WHERE, 0.125),)
    less = with_effect(held, channel="qualify", need_less=amount(0.1, 0.4))
    assert at(less, 0.5).easings == (Easing(("C26_LEAD",), 0.2, ("*",)),)
    source = with_effect(
        held, channel="source", away_from=["partner"], to=["*"], share=amount(0.1, 0.4)
    )
    assert at(source, 1.0).reliefs == (Relief(("C26_LEAD",), WHERE, 0.4),)


def test_reach_lies_between_the_ends_of_each_range(held):
    """Weeks 8 to 26: from 8/26 to all; days 0 to 10.5: from nothing to all; fit a tenth to all."""
    for key, low in (("A03", 8 / 26), ("M01", 0.0), ("M08", 0.1)):
        reach = strength([held.action(key)], HAZARD, 200, 0)
        assert low <= reach.min() < low + 0.05
        assert 0.95 < reach.max() <= 1.0
    both = strength([held.action("A03"), held.action("M01")], HAZARD, 200, 0)
    each = [strength([held.action(key)], HAZARD, 200, 0) for key in ("A03", "M01")]
    assert both == pytest.approx(np.mean(each, axis=0))


def test_a_run_holds_as_today_and_each_set_at_two_levels(world, held):
    asked = question(world, held, held.hazard(HAZARD), PARTIES, packages=[held.package("quiet")])
    alone = sorted(a.key for a in held.members(held.alone()) if a.touches(HAZARD))
    sets = (alone, ["chip-early-warning"], sorted([*alone, "chip-early-warning"]))
    names = ["as today", *(f"{' + '.join(s)} at {x:g}" for s in sets for x in (0.5, 1.0))]
    assert [level.name for level in asked.levels] == names
    assert asked.parties == ("EU27_2020", "TWN")
    assert [r.path for r in asked.scenario.ranges] == ["shocks.0.duration", "shocks.0.severity"]


def test_capacity_by_hand_and_for_a_family(world, held):
    """Share of the world's output over what members buy of it from the partner, at most all."""
    table = world.mrio(2022, chips=True)
    shares = _Shares(world, PARTIES)
    effect = held.action("leading-edge-plant").effects[0]
    row = table.industries.index("C26_LEAD")
    sold = (table.sales + table.final).reshape(-1, len(table.industries), len(table.economies))
    made = sold[:, row].sum()
    buys = sum(
        sold[table.economies.index("TWN"), row, n]
        for n, code in enumerate(table.economies)
        if code in members("EU27_2020")
    )
    assert shares(effect) == pytest.approx(min(0.05 * made / buys, 1.0))
    family = with_effect(held, channel="capacity", inputs=["CHIPS"], share=amount(0.0, 1e-6))
    assert 0.0 < shares(family.effects[0]) < 1.0
    unknown = with_effect(held, channel="capacity", inputs=["C99"], share=amount(0.0, 0.1))
    with pytest.raises(CodeUnknown, match="C99"):
        shares(unknown.effects[0])


def test_a_run_is_asked_for_the_packages_that_are_looked_at(world, held):
    """What a file adds to a shipped hazard costs a run where it is looked at, and only there."""
    own = with_effect(held, channel="source", away_from=["partner"], to=["*"], share=amount(0, 0.4))
    own = own.model_copy(update={"key": "own", "label": "", "excludes": {}})
    mine = held.package("quiet").model_copy(
        update={"key": "mine", "title": "Mine", "actions": ("own",)}
    )
    more = held.model_copy(
        update={"actions": (*held.actions, own), "packages": (*held.packages, mine)}
    )
    found = found_losses(world, more, PARTIES, [more.package("quiet")])
    assert HAZARD in found
    assert HAZARD not in found_losses(world, more, PARTIES, [mine])
    needed = question(world, more, more.hazard(HAZARD), PARTIES, packages=[mine])
    # As things are; alone, the own action, and both together, each at half and in full.
    assert len(needed.levels) == 7
    took = 7 * needed.draws * needed.until * COMPILED / 60.0
    assert processor_minutes([needed]) == pytest.approx(took)
    told = not_measured(stage_of(world, more, PARTIES, ["mine"], losses={})).frame
    (row,) = told.filter(name=HAZARD).to_dicts()
    assert "isthmus package prepare makes it, in about 4 min of one processor" in row["reason"]
