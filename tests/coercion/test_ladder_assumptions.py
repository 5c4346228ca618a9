"""Presets hold together; a user's file replaces them, and every problem is named at once."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isthmus.coercion.assumptions import (
    find_rung,
    parse_assumptions,
    parse_ladder,
    preset,
    preset_ladder,
    read_assumptions,
    read_ladder,
)
from isthmus.errors import BadInput, NotFound


def test_every_preset_has_a_range_a_unit_and_a_reason():
    for name, entry in preset().entries.items():
        assert entry.low <= entry.value <= entry.high, name
        assert entry.low < entry.high, name
        assert entry.unit, name
        assert len(entry.reason) > 20, name


def test_presets_pass_the_rules_of_a_users_file():
    lines = [
        f"[parameters.{n}]\nvalue = {e.value}\nlow = {e.low}\nhigh = {e.high}\nreason = 'as is'"
        for n, e in preset().entries.items()
    ]
    again = parse_assumptions("\n".join(lines))
    assert set(again.changed) == set(preset().entries)
    assert all(again[n] == preset()[n] for n in preset().entries)


def test_ladder_rises_to_the_top_and_names_who_decides():
    ladder = preset_ladder()
    assert len(ladder) == 12
    assert (ladder[-1].visible, ladder[-1].official, ladder[-1].military) == (1.0, 1.0, 1.0)
    assert ladder[-1].rule == "unanimity"
    assert find_rung("investment-agreement", ladder).rule == "qualified_majority"
    assert find_rung("arms-sales", ladder).rule == "national"
    assert all(r.decides and r.legal_base and r.reason for r in ladder)


def test_a_users_file_replaces_one_value_and_keeps_the_rest(tmp_path):
    file = tmp_path / "mine.toml"
    file.write_text(
        "[parameters.relief]\nvalue = 0.5\nlow = 0.4\nhigh = 0.6\nreason = 'fund agreed'\n"
    )
    mine = read_assumptions(file)
    assert mine.changed == ("relief",)
    assert mine["relief"] == 0.5
    assert mine.entries["relief"].unit == preset().entries["relief"].unit
    assert mine["noise"] == preset()["noise"]


def test_all_problems_of_a_file_are_named_at_once():
    text = """
schema_versio = 1
[parameters.reliev]
value = 0.5
low = 0.4
high = 0.6
reason = "typo"
[parameters.diversion]
value = 1.5
low = 0.1
high = 1.6
reason = "too much"
[parameters.noise]
value = 0.0
low = 0.0
high = 1.0
reason = "none"
[parameters.stake]
value = 2.0
low = 0.1
high = 1.0
[parameters.elasticity]
value = 1.5
low = 1.0
high = 2.0
reason = "at one"
"""
    with pytest.raises(BadInput) as caught:
        parse_assumptions(text, where="mine.toml")
    told = str(caught.value)
    assert "mine.toml" in told
    for part in ("schema_version", "'relief'", "diversion", "noise", "stake.reason", "elasticity"):
        assert part in told
    assert len(caught.value.problems) == 6


def test_ladders_are_checked_as_a_whole():
    rung = (
        "[[rungs]]\nkey = 'a'\ntitle = 'A'\nvisible = {}\nofficial = 0\nmilitary = 0\nreason='r'\n"
    )
    with pytest.raises(BadInput) as caught:
        parse_ladder(rung.format(2) + rung.format(0.1) + rung.format(0.2) + "rule2 = 1\n")
    assert len(caught.value.problems) == 2
    with pytest.raises(BadInput, match="twice"):
        parse_ladder(rung.format(0) + rung.format(0.1))
    with pytest.raises(BadInput, match="rungs"):
        parse_ladder("schema_version = 2")


def test_unknown_names_and_files(tmp_path):
    with pytest.raises(NotFound, match="arms-sales"):
        find_rung("arm-sales", preset_ladder())
    with pytest.raises(NotFound):
        read_assumptions(tmp_path / "none.toml")
    with pytest.raises(BadInput, match="TOML"):
        parse_assumptions("[")
    with pytest.raises(BadInput, match="folder"):
        read_ladder(tmp_path)


def test_draws_start_at_the_values_repeat_and_stay_in_range():
    first, again, other = (preset().draws(50, s) for s in (1, 1, 2))
    for name, entry in preset().entries.items():
        assert first[name][0] == entry.value
        np.testing.assert_array_equal(first[name], again[name])
        assert (first[name] != other[name]).any()
        assert first[name].min() >= entry.low
        assert first[name].max() <= entry.high


def test_one_changed_range_leaves_other_draws_alone():
    text = "[parameters.noise]\nvalue = 1\nlow = 1\nhigh = 1\nreason = 'fixed'"
    fixed, usual = parse_assumptions(text).draws(30, 5), preset().draws(30, 5)
    assert (fixed["noise"] == 1.0).all()
    for name in set(usual) - {"noise"}:
        np.testing.assert_array_equal(fixed[name], usual[name])


@settings(max_examples=25)
@given(st.dictionaries(st.text(max_size=8), st.integers() | st.text(max_size=5), max_size=4))
def test_strange_tables_raise_named_errors_only(fields):
    import json

    body = "\n".join(f"{json.dumps(k)} = {json.dumps(v)}" for k, v in fields.items())
    text = f"[parameters.noise]\n{body}\n".replace("\\u007f", "")
    with pytest.raises(BadInput):
        parse_assumptions(text)
