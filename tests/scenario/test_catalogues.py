"""Actions, packages and hazards as files: every problem at once, contradictions by name."""

from __future__ import annotations

import csv

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.errors import BadInput, NotFound
from isthmus.scenario.actions import CHANNELS, Action, ActionIndicator
from isthmus.scenario.amounts import RangedAmount
from isthmus.scenario.catalogues import (
    catalogue_between,
    catalogue_names,
    parse_catalogue,
    read_catalogue,
    shipped_catalogue,
    template,
)
from isthmus.scenario.hazards import Hazard

FLAGSHIP = "taiwan-europe"


def told(error: BadInput) -> str:
    return "\n".join(map(str, error.problems))


def problems(text: str, base: bool = True) -> str:
    with pytest.raises(BadInput) as caught:
        parse_catalogue([text], base=shipped_catalogue(FLAGSHIP) if base else None)
    return told(caught.value)


def package(*keys: str) -> str:
    return f'[[packages]]\nkey = "mine"\ntitle = "Mine"\nactions = {list(keys)!r}\n'.replace(
        "'", '"'
    )


def test_the_flagship_holds_every_candidate_measure_six_packages_and_its_hazards():
    held = shipped_catalogue(FLAGSHIP)
    assert {a.label for a in held.actions} >= {f"M{n:02d}" for n in range(1, 36)}
    assert [p.key for p in held.packages] == [
        "as-today",
        "alone",
        "quiet",
        "industrial",
        "structured",
        "industrial-supported",
    ]
    assert held.package("as-today").actions == ()
    assert held.hazard("nothing").null
    assert not any(h.null for h in held.hazards if h.key != "nothing")


def test_what_was_no_published_cost_is_assumed_with_its_reason(shared_data):
    held = shipped_catalogue(FLAGSHIP)
    with (shared_data / "cooperation_measures" / "measures.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            cost = held.action(row["measure_id"]).cost.published
            assert (cost.low, cost.high) == (
                float(row["cost_low_m_eur"]),
                float(row["cost_high_m_eur"]),
            )
            assert (cost.kind == "assumed") == (row["checked"] != "page"), row["measure_id"]


def test_net_cost_never_exceeds_what_is_published():
    for action in shipped_catalogue(FLAGSHIP).actions:
        cost = action.cost
        assert cost.one_off.high + cost.yearly.high <= max(cost.published.high, 2.0), action.label


@pytest.mark.parametrize("name", catalogue_names())
def test_shipped_catalogues_read_and_name_no_unknown_kind(name):
    held = shipped_catalogue(name)
    assert held.packages
    for entry in held.packages:
        held.with_alone(entry)
    assert {e.channel for a in held.actions for e in a.effects} <= set(CHANNELS)


def test_state_aid_beside_its_plant_is_refused_by_name():
    found = problems(package("plant-aid", "mature-plant"))
    assert "'plant-aid' (M05) and 'mature-plant' (M04) exclude each other" in found
    assert "count twice" in found


def test_every_problem_is_told_at_once():
    text = (
        'colour = 1\n[[actions]]\nkey = "Bad"\ntitel = "x"\n'
        '[actions.cost]\npublished = { low = 3, high = 1, reason = "x" }\n'
        'yearly = { low = "a", high = 1, reason = "x" }\n'
        '[[actions.effects]]\nchannel = "stok"\n'
        + package(
            "plant-aid", "mature-plant", "mature-plnt", "liaison-officers", "liaison-officers"
        )
        + '[[hazards]]\nkey = "again"\ntitle = "x"\nreason = "r"\n'
        'shocks = [{ kind = "expo" }]\n'
        'yearly_probability = { low = 0, high = 2, kind = "estimated" }\n'
    )
    found = problems(text)
    for part in (
        "unknown table 'colour'",
        "actions.0.key",
        "unknown field 'titel' (did you mean 'title'?)",
        "low must not be above high",
        "actions.0.cost.yearly.low",
        "'stok' is none of stock",
        "exclude each other",
        "no action is called 'mature-plnt' (did you mean 'mature-plant'",
        "'liaison-officers' stands in it 2 times",
        "hazards.0.yearly_probability",
    ):
        assert part in found, part


def test_a_hazard_is_exogenous_or_an_answer_and_its_chance_is_assumed():
    head = '[[hazards]]\nkey = "h"\ntitle = "x"\nreason = "r"\n'
    chance = "yearly_probability = { low = 0, high = 0.1, kind = 'estimated', source = 's' }\n"
    assert "never estimated" in problems(head + chance)
    chance = "yearly_probability = { low = 0, high = 0.1, reason = 'r' }\n"
    assert "is none of exogenous, answer" in problems(head + chance + 'cause = "answr"\n')
    assert "kind of shock 'expo'" in problems(head + chance + 'shocks = [{ kind = "expo" }]\n')
    assert "between 1 and 365" in problems(
        head + chance + 'duration_days = { low = 1, high = 900, reason = "r" }\n'
    )
    assert "engine is none exactly" in problems(head + chance + 'engine = "none"\n')


def test_one_event_has_one_class():
    text = (
        '[[hazards]]\nkey = "half-year"\ntitle = "x"\nreason = "r"\n'
        'scenario = "taiwan-chips-180-full"\n'
        'duration_days = { low = 90, high = 180, reason = "r" }\n'
        "yearly_probability = { low = 0, high = 0.1, reason = 'r' }\n"
    )
    assert "'taiwan-chips-stop' and 'half-year' are one event" in problems(text)


def test_nothing_can_be_saved_where_nothing_happens():
    text = template().replace('hazards = ["my-stop"]', 'hazards = ["nothing"]')
    assert "nothing can be saved from 'nothing'" in problems(text)


def test_the_template_reads_beside_the_flagship_and_replaces_nothing(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(template(), encoding="utf-8")
    base = shipped_catalogue(FLAGSHIP)
    held = read_catalogue(path, base=base)
    assert held.actions[: len(base.actions)] == base.actions
    assert held.package("my-package").actions == ("my-stock",)
    scenario = held.hazard("my-stop").written({"partner": "JPN"})
    assert scenario.shocks[0].exporters == ("JPN",)
    assert scenario.shocks[0].duration == round((30 * 180) ** 0.5)


def test_a_users_entry_replaces_its_namesake_and_its_problems_count_from_its_file():
    text = '[[packages]]\nkey = "quiet"\ntitle = "Mine"\nactions = []\n'
    base = shipped_catalogue(FLAGSHIP)
    held = parse_catalogue([text], base=base)
    assert held.package("quiet").title == "Mine"
    assert len(held.packages) == len(base.packages)
    assert "packages.0.title: is missing" in problems('[[packages]]\nkey = "own"\n')


def test_names_are_suggested():
    held = shipped_catalogue(FLAGSHIP)
    with pytest.raises(NotFound, match="no package is called 'quit'") as caught:
        held.package("quit")
    assert "quiet" in str(caught.value)
    with pytest.raises(NotFound, match="no catalogue"):
        shipped_catalogue("taiwan")
    assert held.action("M08") is held.action("mature-chip-stock")


def test_alone_beside_a_package_that_excludes_part_of_it_is_refused():
    text = template().replace('"my-stock"]\ncounter', '"my-stock"]\nalone = false\ncounter')
    held = parse_catalogue([text], base=shipped_catalogue(FLAGSHIP))
    with pytest.raises(BadInput) as caught:
        held.with_alone(held.package("my-package"))
    assert "'mature-chip-stock'" in told(caught.value)


def test_a_catalogue_is_that_of_one_home_and_partner():
    assert catalogue_between("EU27_2020", "TWN") == FLAGSHIP
    assert catalogue_between("EU27_2020", "JPN") == "japan-europe"
    for home, partner in (("DEU", "TWN"), ("JPN", "TWN"), ("JPN", "EU27_2020")):
        assert catalogue_between(home, partner) == ""


def test_only_what_the_engine_takes_touches_a_loss():
    text = template().replace('channel = "stock"', 'channel = "output"\nline = "shell-155"')
    first, _, rest = text.partition('inputs = ["C26_DAO"]')
    _, _, rest = rest.partition("# An action without")
    units = 'units = { low = 1, high = 2, reason = "r" }\n\n# An action without'
    base = shipped_catalogue(FLAGSHIP)
    action = parse_catalogue([first + units + rest], base=base).action("my-stock")
    assert action.effects[0].hazards == ("my-stop",)
    assert action.touches("my-stop") == ()
    assert not action.money


def test_the_order_of_actions_means_nothing():
    held = shipped_catalogue(FLAGSHIP)
    entry = held.package("industrial")
    turned = entry.model_copy(update={"actions": entry.actions[::-1]})
    assert held.members(entry) == held.members(turned)
    assert held.with_alone(entry).actions == held.with_alone(turned).actions


def test_an_action_says_what_is_measured_or_why_nothing_is():
    base = shipped_catalogue(FLAGSHIP).action("M01").model_dump()
    with pytest.raises(BadInput, match="1 problem"):
        Action(**{**base, "effects": ()})
    with pytest.raises(BadInput, match="1 problem"):
        Action(**{**base, "not_measured": "why"})


def test_gain_of_an_indicator_by_hand():
    ten = RangedAmount(low=10, high=20, reason="r")
    four = RangedAmount(low=4, high=12, reason="r")
    up = ActionIndicator(quantity="q", unit="u", start=four, goal=ten, better="higher")
    assert up.gain == (0.0, 16.0)
    down = ActionIndicator(quantity="q", unit="u", start=ten, goal=four, better="lower")
    assert down.gain == (0.0, 16.0)
    with pytest.raises(BadInput):
        ActionIndicator(quantity="q", unit="u", start=ten, goal=four, better="higher")


def test_quantiles_of_a_range_by_hand():
    u = np.array([0.0, 0.5, 1.0])
    assert RangedAmount(low=1, high=100, reason="r").at(u) == pytest.approx([1, 10, 100])
    assert RangedAmount(low=2, high=4, reason="r").at(u) == pytest.approx([2, 3, 4])
    assert RangedAmount(low=0, high=4, reason="r").at(u) == pytest.approx([0, 2, 4])


@given(st.floats(0, 1e6), st.floats(0, 1e6), st.floats(0, 1))
def test_quantiles_stay_inside_the_range(a, b, u):
    low, high = sorted((a, b))
    found = float(RangedAmount(low=low, high=high, reason="r").at(np.array(u)))
    assert low <= found <= high


def test_a_number_says_where_it_comes_from():
    with pytest.raises(BadInput) as caught:
        RangedAmount(low=1, high=2)
    assert "needs a reason" in told(caught.value)
    with pytest.raises(BadInput) as caught:
        RangedAmount(low=1, high=2, kind="measured", reason="r")
    assert "needs a source" in told(caught.value)


def test_shocks_of_a_hazard_take_the_middle_of_its_ranges():
    hazard = shipped_catalogue(FLAGSHIP).hazard("taiwan-chips-stop")
    shock = hazard.written({}).shocks[0]
    assert shock.duration == round((30 * 365) ** 0.5)
    assert shock.severity == pytest.approx(0.75)
    assert isinstance(hazard, Hazard)
