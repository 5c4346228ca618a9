"""The language of a dossier is chosen once, and no English comes from code."""

from __future__ import annotations

import re
import string
from collections.abc import Iterator, Mapping

import polars as pl
import pytest
from tools.golden import study_of

from isthmus import codes
from isthmus.charts import to_vegalite
from isthmus.coercion.assumptions import preset_ladder
from isthmus.errors import NotFound
from isthmus.evidence import Finding, Kind
from isthmus.report.html import render_html
from isthmus.report.markdown import render_markdown
from isthmus.scenario.catalogues import catalogue_between, shipped_catalogue
from isthmus.study import assess, open_study
from isthmus.study.dossier import Dossier
from isthmus.study.numbers import number
from isthmus.study.wording import TextCatalogue, languages
from isthmus.world import World

pytestmark = pytest.mark.slow

WORD = re.compile(r"[A-Za-z]{3,}")
CODE = re.compile(
    r"\b[A-Z0-9_]*[A-Z][A-Z0-9_]{2,}\b|HHI|GeoDep|psi|\b[a-z]+\.[a-z]+-[0-9a-f]{12}\b"
)
"""Codes and ids of runs, which no language changes."""


def odd(text: str) -> str:
    """The text in letters of full width; what is filled in stays."""

    def wide(words: str) -> str:
        return "".join(chr(ord(c) + 0xFEE0) if c.isalpha() and c.isascii() else c for c in words)

    parts = []
    for literal, name, form, _ in string.Formatter().parse(text):
        parts.append(wide(literal))
        said = f":{wide(form)}" if form else ""
        parts.append("" if name is None else f"{{{name}{said}}}")
    return "".join(parts)


def odd_catalogue(language: str = "xx") -> TextCatalogue:
    english = English("en")
    marks = {"decimal_mark": "·", "thousands_mark": "’"}
    texts = {key: odd(text) for key, text in english.texts.items()}
    texts |= {f"unit.{name}": mark for name, mark in marks.items()}
    units = {k.removeprefix("unit."): v for k, v in texts.items() if k.startswith("unit.")}
    return TextCatalogue("xx", texts, units)


English = TextCatalogue.load


@pytest.fixture(scope="module", params=["germany-taiwan", "germany-materials"])
def dossier(request) -> Dossier:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TextCatalogue, "load", staticmethod(odd_catalogue))
        return assess(study_of(request.param), World.open("starter"), language="xx")


def allowed(dossier: Dossier) -> set[str]:
    """Words of names and of texts that come from data or from the study file."""
    study = dossier.study
    texts = [*codes.economy_names().values(), *codes.coalition_names().values()]
    texts += [codes.industry(code).name for code in codes.industries("ICIO2025")]
    texts += [basket.title for basket in study.baskets.values()]
    texts += [basket.nomenclature for basket in study.baskets.values()]
    texts += [study.title, study.question, *(rung.title for rung in preset_ladder())]
    if name := catalogue_between(study.party("home"), study.party("partner")):
        held = shipped_catalogue(name)
        texts += [e.title for part in (held.packages, held.hazards) for e in part]
        texts += [t for p in held.packages for t in (p.asks, p.of, p.lower, p.counter)]
    for claim in study.claims:
        texts += [*claim.missing]
    return {word.lower() for text in texts for word in WORD.findall(text)}


def said(dossier: Dossier) -> Iterator[tuple[str, str]]:
    """Every text of the page that is neither a cell nor a record: where, text."""
    for section in (dossier.summary, *dossier.sections):
        notes = [note.sentence for note in (*section.headlines, *section.counters)]
        titles = [text for chart in section.charts for text in (chart.title, chart.alt)]
        gaps = [gap for gap in section.gaps if gap.key not in ("", "gap.unanswered")]
        sentences = [*section.answer, *section.notes, *gaps, *notes, *titles]
        for sentence in sentences:
            yield sentence.key, sentence.text
        tables = [*section.tables, *(chart.table for chart in section.charts)]
        for table in tables:
            yield table.name, table.text
            for text in (*table.notes, *(column.text for column in table.columns)):
                yield table.name, text
        for chart in section.charts:
            for title in (chart.spec.x_title, chart.spec.y_title, chart.spec.value_title):
                yield chart.key, title
    for assessed in dossier.claims:
        # Messages of the program itself are quoted as they are.
        if assessed.reason.key != "verdict.no_data":
            yield assessed.claim.id, assessed.reason.text
    yield from dossier.methods.items()


def test_no_english_comes_from_code(dossier: Dossier) -> None:
    names = allowed(dossier)
    leaks = {
        (where, word)
        for where, text in said(dossier)
        for word in WORD.findall(CODE.sub("", text))
        if word.lower() not in names
    }
    assert not leaks


def test_page_and_markdown_are_in_the_language_of_the_dossier(dossier: Dossier) -> None:
    page, text = render_html(dossier), render_markdown(dossier)
    assert '<html lang="xx">' in page
    for english in ("What is not covered", "Source:", "Falsified by", "How numbers are marked"):
        assert english not in page
        assert english not in text
        assert odd(english) in page
    assert dossier.to_dict()["language"] == "xx"


def test_charts_are_drawn_with_the_marks_and_words_of_the_language(dossier: Dossier) -> None:
    charts = [chart for section in dossier.sections for chart in section.charts]
    assert charts
    for chart in charts:
        drawn = str(to_vegalite(chart.spec, chart.table, outlines=chart.outlines))
        assert "'decimal': '·'" in drawn
        for english in ("' bn'", "' trn'", "' m'"):
            assert english not in drawn


@pytest.mark.parametrize(
    ("value", "unit", "shown"),
    [
        (0.1234, "share", "12 %"),
        (0.0123, "share", "1,2 %"),
        (1234567.0, "million USD", "1,2 Bio."),
        (4321.0, "count", "4.321"),
    ],
)
def test_numbers_take_the_marks_of_the_language(value: float, unit: str, shown: str) -> None:
    units: Mapping[str, str] = {
        "decimal_mark": ",",
        "thousands_mark": ".",
        "percent": " %",
        "trillion": "Bio.",
    }
    assert number(value, unit, Kind.ESTIMATED, units) == shown


@pytest.fixture(scope="module")
def german() -> Dossier:
    return assess(study_of("taiwan-europe"), World.open("starter"), language="de")


def test_no_english_stands_in_the_german_dossier(german: Dossier) -> None:
    catalogue = TextCatalogue.load("de")
    texts = [*catalogue.texts.values(), *catalogue.translated.values()]
    texts += codes.economy_names().values()
    own = {word.lower() for text in texts for word in WORD.findall(text)}
    leaks = {
        (where, word)
        for where, text in said(german)
        for word in WORD.findall(CODE.sub("", text))
        if word.lower() not in own
    }
    assert not leaks


ENGLISH_ONLY = re.compile(
    r"\b(the|of|which|with|from|are|its|than|what|would|for|by|between|without|each|other|after)\b"
)


QUOTED = {"source", "rests"}
"""Columns that quote sources in the words of their publishers."""


def test_no_english_stands_in_the_tables_of_the_german_dossier(german: Dossier) -> None:
    charts = [chart.table for section in german.sections for chart in section.charts]
    tables = [*charts, *(table for section in german.sections for table in section.tables)]
    left = {
        (table.name, text)
        for table in tables
        for column in table.columns
        if column.name not in QUOTED and table.frame[column.name].dtype == pl.String
        for text in table.frame[column.name].drop_nulls().unique()
        if ENGLISH_ONLY.search(text)
    }
    assert not left, "write these in src/isthmus/study/translations/de"


def test_the_german_page_reads_in_german(german: Dossier) -> None:
    text = render_markdown(german).partition("## Zahlen und Definitionen")[0]
    # Sources stand in the words of their publishers.
    said = [line.partition("Quelle: ")[0] for line in text.splitlines() if line[:1] != "|"]
    assert not [line for line in said if ENGLISH_ONLY.search(line)]
    assert "{" not in text
    assert '<html lang="de">' in render_html(german)
    assert "Mrd. USD" in text
    assert "1,3 %" in text


def test_a_language_without_texts_is_named_with_those_there_are() -> None:
    assert languages() == ("de", "en")
    with pytest.raises(NotFound, match="'fr'") as caught:
        assess(open_study("germany-materials"), World.open("starter"), language="fr")
    assert "en" in str(caught.value.hint)


def test_a_sentence_prints_its_numbers_in_its_own_language() -> None:
    finding = Finding("k", 0.125, "share", Kind.MEASURED, "2022", "m", ())
    units = {"percent": " %", "decimal_mark": ","}
    catalogue = TextCatalogue("xx", {"a.b": "x {share}"}, units)
    assert catalogue.say("a.b", share=finding).text == "x 12,5 %"
