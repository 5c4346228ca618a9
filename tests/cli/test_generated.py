"""Commands made from lenses: one grammar for all, and what was meant where a line is refused."""

from __future__ import annotations

import inspect
import json
import typing
from pathlib import Path
from typing import Any

import pytest

from isthmus.cli.advice import RENAMED
from isthmus.cli.generate import command
from isthmus.cli.grammar import OTHER, for_terminal, option
from isthmus.cli.parts import TAKEN
from isthmus.cli.root import build_app, main
from isthmus.cli.spoken import spoken
from isthmus.disruption.lens import simulate
from isthmus.ensemble.rooms import plain_lenses
from isthmus.equilibrium import solve
from isthmus.errors import BadInput, InputProblem, IsthmusError
from isthmus.scenario import preset, preset_names
from isthmus.world import World

LENSES = {lens["name"]: lens for lens in plain_lenses()}
SHARED = {"world", "output"}


def options_of(name: str) -> dict[str, inspect.Parameter]:
    return dict(inspect.signature(command(LENSES[name])).parameters)


@pytest.mark.parametrize("name", sorted(LENSES))
def test_every_lens_has_a_command_that_says_what_each_option_is(name: str) -> None:
    made = options_of(name)
    assert set(made) >= SHARED
    for option_name, parameter in made.items():
        if option_name != "output":
            assert typing.get_args(parameter.annotation)[1].help, option_name
    assert len({p.name for p in made.values()} & TAKEN) == len(SHARED & TAKEN)
    # the other party has one name, and lists are given word by word
    assert not OTHER & set(made)
    for parameter in made.values():
        kind = typing.get_args(parameter.annotation)
        if kind and typing.get_origin(kind[0]) is tuple:
            assert kind[1].consume_multiple


def values(schema: dict[str, Any], *words: str, name: str = "x") -> Any:
    made = option(name, {"description": "", **schema})
    return made.value(words[0] if made.default is None and len(words) == 1 else tuple(words))


NUMBERS = {"type": "object", "additionalProperties": {"type": "number"}}


def test_words_become_values() -> None:
    whole = {"type": "array", "items": {"type": "integer"}}
    assert values(whole, "7", "30") == [7, 30]
    assert values(whole, "2015-2017", "2020", name="years") == [2015, 2016, 2017, 2020]
    assert values(NUMBERS, "CHN=0.5", "HKG=1") == {"CHN": 0.5, "HKG": 1.0}
    either = {"anyOf": [{"type": "number"}, NUMBERS], "default": 60.0}
    assert option("x", {"description": "", **either}).default == ("60",)
    assert values(either, "45") == 45.0
    assert values(either, "CHIPS=10", "*=60") == {"CHIPS": 10.0, "*": 60.0}
    named = {
        "anyOf": [{"enum": ["default", "none"]}, {"type": "array", "items": {"type": "string"}}]
    }
    assert values(named, "none") == "none"
    assert values(named, "D", "H49") == ["D", "H49"]
    text = {"anyOf": [{"type": "string"}, {"type": "number"}], "default": "10y"}
    assert option("x", {"description": "", **text}).value("10y") == "10y"
    assert option("x", {"description": "", **text}).value("4") == 4.0


def test_files_are_remembered_by_what_they_hold(tmp_path: Path) -> None:
    file = tmp_path / "own.csv"
    file.write_text("a\n")
    need = {"anyOf": [{"enum": ["all"]}, {"type": "string", "format": "path"}], "default": "all"}
    made = option("need", {"description": "", **need})
    assert made.value("all") == "all"
    assert made.value(str(file)).path == str(file)


@pytest.mark.parametrize(
    ("schema", "words", "said"),
    [
        ({"type": "array", "items": {"type": "integer"}}, ("7,30",), "write --x 7 30"),
        ({"type": "array", "items": {"type": "string"}}, ("a,b",), "write --x a b"),
        (NUMBERS, ("CHN",), "write CODE=NUMBER"),
    ],
)
def test_lists_are_written_one_way(
    schema: dict[str, Any], words: tuple[str, ...], said: str
) -> None:
    with pytest.raises(BadInput) as caught:
        values(schema, *words)
    assert caught.value.hint == said


def test_all_wrong_numbers_are_named_at_once() -> None:
    with pytest.raises(BadInput) as caught:
        values({"type": "array", "items": {"type": "integer"}}, "7;9", "a", "3")
    assert [p.what for p in caught.value.problems] == [
        "'7;9' is not a whole number",
        "'a' is not a whole number",
    ]


def test_a_coalition_of_two_is_one_word() -> None:
    parties = {"type": "array", "items": {"type": "string", "format": "party"}}
    assert values(parties, "DEU,FRA", "CHN") == ["DEU,FRA", "CHN"]


def test_texts_and_errors_speak_of_options() -> None:
    text = 'Needs `over` and `stock_days`; all ``"*"`` when None. Default 60.'
    assert for_terminal(text, ["over", "stock_days"]) == (
        "Needs --on and --stock-days; all * when not given."
    )
    flags = {"lasting": "--lasting", "importer": "IMPORTER", "years": "--years"}
    error = IsthmusError("it ends", where="years", hint="pass lasting=True, years=2022 or a=1")
    assert str(spoken(error, flags)).splitlines() == [
        "it ends",
        "  where: --years",
        "  hint:  pass --lasting, --years 2022 or a=1",
    ]
    many = BadInput("two", [InputProblem("bad", "years", "ranges=False"), InputProblem("b", "z")])
    spoken(many, {"years": "--years", "ranges": "--ranges"})
    assert [(p.where, p.hint) for p in many.problems] == [("--years", "--no-ranges"), ("z", "")]


def test_a_hint_of_a_lens_names_the_option(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["equilibrium", "strike-german-cars"]) != 0
    assert main(["equilibrium", "china-critical-inputs-eu"]) != 0
    said = capsys.readouterr().err
    assert "pass --lasting" in said
    assert "lasting=True" not in said


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("dependance DEU", "did you mean 'dependence'?"),
        ("dependence chrn DEU", "did you mean the command 'churn'?"),
        ("disruption preset", "did you mean the command 'presets'"),
        ("chains lokthrough DEU", "did you mean the command 'lookthrough'?"),
        ("chains lookthrough DEU --onn CHN", "Did you mean --on?"),
        ("dependence DEU --view churn", "isthmus dependence churn"),
        ("dependence DEU --view=members", "isthmus dependence members"),
        ("coercion leverage CHN --over DEU", "the other party is --on"),
        ("coercion respond LTU --file own.toml", "--ladder"),
        ("equilibrium strike-german-cars --limit 5", "--top is the number"),
        ("dependence DEU --top 5 --onn CHN", "Did you mean --on?"),
        ("disruption strike-german-cars --horizons 7,14", "write --horizons 7 14"),
        ("data lst", "did you mean the command 'list'?"),
        ("lens show chains.lokthrough", "did you mean 'chains.lookthrough'"),
    ],
)
def test_what_was_meant_is_said(line: str, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(line.split()) in (2, 3, 4)
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(
    "line",
    ["equilibrium solve", "dependence profile", "disruption simulate", "disruption simulate-many"],
)
def test_a_lens_is_found_by_its_own_name(line: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*line.split(), "--help"]) == 0
    assert f"isthmus {line} " in capsys.readouterr().out


def test_old_spellings_are_gone_and_name_rooms_that_are_there() -> None:
    app = build_app()
    for room, spelling in RENAMED:
        assert room in app
        assert spelling.startswith("--")


@pytest.mark.parametrize("room", ["disruption", "equilibrium"])
def test_every_preset_that_is_listed_is_taken(
    room: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([room, "presets", "--json"]) == 0
    listed = [held["name"] for held in json.loads(capsys.readouterr().out)]
    assert listed
    assert set(listed) < set(preset_names())
    world = World.open("starter")
    for name in listed:
        if room == "disruption":
            simulate(world, preset(name), until=1)
        else:
            solve(world, preset(name))
