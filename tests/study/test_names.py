"""Names in place of codes and keys, and words for one economy or for several."""

from __future__ import annotations

import pytest

from isthmus.report.parts import use
from isthmus.study import open_study
from isthmus.study.ask.coercion import case_name
from isthmus.study.ask.products import short_name
from isthmus.study.context import Context
from isthmus.study.inflection import possessive
from isthmus.study.subjects import PAGES
from isthmus.study.wording import TextCatalogue
from isthmus.world import World


@pytest.fixture(scope="module")
def context() -> Context:
    return Context(open_study("taiwan-europe"), World.open("starter"))


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("the United States's exports", "the United States' exports"),
        ("Taiwan's exports", "Taiwan's exports"),
        ("two years' weeks", "two years' weeks"),
    ],
)
def test_a_name_that_ends_in_s_takes_the_apostrophe_alone(said: str, told: str) -> None:
    assert possessive(said) == told


@pytest.mark.parametrize(
    ("case", "told"),
    [("KOR-2016", "South Korea, 2016"), ("EU-2026", "EU, 2026"), ("MIN-2023", "everyone, 2023")],
)
def test_a_coded_case_stands_by_whom_it_struck(context: Context, case: str, told: str) -> None:
    assert case_name(context, case) == told


def test_a_product_stands_by_a_short_name_with_its_code(context: Context) -> None:
    assert short_name(context, "280470") == "Phosphorus (280470)"


def test_messages_name_parties_as_sentences_do(context: Context) -> None:
    assert context.named("no arms orders of USA") == "no arms orders of the United States"
    named = "no run is recorded of: All chip exports of the EU stop for 180 days"
    assert context.named(named) == named


@pytest.mark.parametrize("name", ["the EU", "EU"])
def test_a_coalition_is_several_with_its_article_and_without(name: str) -> None:
    assert TextCatalogue.load().several(name)
    assert not TextCatalogue.load().several("Poland")


@pytest.mark.parametrize("language", ["en", "de"])
def test_every_page_says_who_can_use_it_for_what(language: str) -> None:
    catalogue = TextCatalogue.load(language)
    assert all(use(catalogue, page) for page in PAGES)
    assert use(catalogue, "package-quiet") == use(catalogue, "package")
