"""Studies of parties for whom the data hold little: what they say is about these parties."""

from __future__ import annotations

import re

import pytest

from isthmus import codes
from isthmus.errors import BadInput, InputProblem
from isthmus.study import open_study
from isthmus.study.context import Context
from isthmus.study.dossier import Section
from isthmus.study.new import draft_study
from isthmus.study.summary import build_summary
from isthmus.study.wording import TextCatalogue, languages
from isthmus.study.writing import written
from isthmus.world import World

RAW = re.compile(r"problem\b|at a date|, ;|\bROW\b|no member of")


@pytest.fixture(scope="module")
def world() -> World:
    return World.open("starter")


def context(world: World, language: str = "en", **parties: str) -> Context:
    drafted = draft_study("odd", world, {"rival": "CHN", "ally": "USA", **parties})
    return Context(drafted.study, world, TextCatalogue.load(language))


def said(section: Section) -> list[str]:
    texts = [section.question, *section.answer, *section.gaps, *section.notes]
    return [sentence.text for sentence in texts]


@pytest.mark.parametrize("language", languages())
def test_every_coalition_has_a_name_that_stands_in_a_sentence(language: str) -> None:
    catalogue = TextCatalogue.load(language)
    english = TextCatalogue.load().texts
    for code, named in codes.coalition_names().items():
        assert f"party.{code}" in english, code
        name = catalogue.party(code)
        assert name != named
        assert "at a date" not in name


@pytest.mark.slow
def test_a_partner_that_the_table_does_not_list_leaves_the_break_with_the_rival(
    world: World,
) -> None:
    section = written(context(world, home="DEU", partner="QAT"), "equilibrium")
    texts = said(section)
    assert any(text.startswith("If all trade between Germany and China ended") for text in texts)
    assert "does not list Qatar" in section.gaps[0].text
    assert not any("Qatar no longer reached" in text for text in texts)
    assert [text for text in texts if RAW.search(text)] == []


def test_a_home_that_the_table_does_not_list_leaves_the_partners_closure(world: World) -> None:
    section = written(context(world, home="GTM", partner="TWN"), "island")
    assert section.answer
    assert "Guatemala" in section.gaps[0].text
    assert [text for text in said(section) if RAW.search(text)] == []


@pytest.mark.parametrize("page", ["dependence", "chains", "arms", "coercion"])
def test_a_coalition_and_one_economy_on_either_side(world: World, page: str) -> None:
    for parties in ({"home": "ASEAN", "partner": "JPN"}, {"home": "ARG", "partner": "EU27_2020"}):
        section = written(context(world, **parties), page)
        assert section.answer
        assert [text for text in said(section) if RAW.search(text)] == []


def test_money_that_no_rate_turned_is_not_said_to_be_turned(world: World) -> None:
    of = context(world, home="ARG", partner="EU27_2020")
    summary = build_summary(of, [written(of, "dependence")], [])
    assert [text for text in said(summary) if RAW.search(text)] == []
    assert not any("Money is in" in text for text in said(summary))
    home = Context(open_study("taiwan-europe"), world)
    assert any("EUR" in t for t in said(build_summary(home, [written(home, "dependence")], [])))


def test_a_reason_says_each_problem_with_names_and_quotes(world: World) -> None:
    listed = [InputProblem("no flow of TWN"), InputProblem("see `isthmus data list`")]
    reason = context(world, home="DEU", partner="QAT").reason(BadInput("Embargo", listed))
    assert reason == 'no flow of Taiwan; see "isthmus data list"'


def test_a_partner_without_capacity_makes_no_headline(world: World) -> None:
    section = written(context(world, home="MEX", partner="USA", ally="JPN"), "chips")
    assert "0 %" in next(s.text for s in section.answer if s.key == "chips.answer.capacity")
    assert not [note for note in section.headlines if note.sentence.key == "chips.headline"]


@pytest.mark.slow
def test_an_assumption_that_moves_nothing_is_no_driver(world: World) -> None:
    section = written(context(world, home="NATO", partner="TUR", rival="RUS"), "cascade")
    assert [s.key for s in section.answer if s.key.startswith("driver.")] == ["driver.still"]
