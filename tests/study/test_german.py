"""German says what English says: the same keys, the same fields, and names in their cases."""

from __future__ import annotations

import re
import string
from collections.abc import Iterator
from pathlib import Path

import pytest
from tools.translated import ENGLISH, changed, texts

from isthmus.evidence import Kind
from isthmus.report.markdown import render_markdown
from isthmus.report.sheet import render_sheet_markdown
from isthmus.study import assess, open_study, shipped_studies
from isthmus.study.claims import threshold_text
from isthmus.study.context import Context
from isthmus.study.inflection import GROUP
from isthmus.study.numbers import number
from isthmus.study.sheet import member_sheet
from isthmus.study.spoken import placeholders, spoken
from isthmus.study.wording import TextCatalogue, translations
from isthmus.world import World

ROOT = Path(__file__).resolve().parents[2] / "src" / "isthmus"
GERMAN = TextCatalogue.load("de")


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("file", ENGLISH, ids=lambda p: str(p.parent.relative_to(ROOT)))
def test_every_text_has_its_german_one_with_the_same_fields(file: Path) -> None:
    english, german = texts(file), texts(file.with_name("de.toml"))
    own = {key for key in german if key.startswith(f"{GROUP}.")}
    assert english.keys() - german.keys() == set(), "write these in de.toml"
    assert german.keys() - english.keys() - own == set(), "these are no longer in en.toml"
    other = {key for key in english if fields(english[key]) != fields(german[key])}
    assert other == set(), "these name other fields than in English"


def test_no_english_text_changed_since_its_german_one_was_written() -> None:
    assert changed() == [], "mend these in de.toml, then run tools/translated.py --write"


def of_study(name: str) -> Iterator[str]:
    study = open_study(name)
    yield from (study.title, study.question)
    yield from (basket.title for basket in study.baskets.values())
    yield from (event.title for event in study.events)
    for claim in study.claims:
        yield from (claim.sentence, claim.falsified_by, claim.note, *claim.missing)
        yield from () if re.fullmatch(r"S\d+", claim.row) else (claim.row,)
        yield from () if claim.rule is None else (claim.rule.reason,)


@pytest.mark.parametrize("name", shipped_studies())
def test_the_texts_of_shipped_studies_have_german_ones_that_name_the_same_roles(name: str) -> None:
    held = translations("de")
    said = [text for text in of_study(name) if text and text not in ("Magnesium",)]
    assert [text for text in said if text not in held] == [], "write these in translations/de"
    assert [t for t in said if placeholders(t) != placeholders(held[t])] == []


@pytest.mark.parametrize(
    ("name", "genitive", "dative", "where_to", "alone"),
    [
        ("EU27_2020", "der EU", "der EU", "in die EU", "EU"),
        ("TWN", "Taiwans", "Taiwan", "nach Taiwan", "Taiwan"),
        (
            "USA",
            "der Vereinigten Staaten",
            "den Vereinigten Staaten",
            "in die Vereinigten Staaten",
            "Vereinigte Staaten",
        ),
        ("CHE", "der Schweiz", "der Schweiz", "in die Schweiz", "Schweiz"),
        ("LAO", "von Laos", "Laos", "nach Laos", "Laos"),
    ],
)
def test_names_stand_in_their_case(
    name: str, genitive: str, dative: str, where_to: str, alone: str
) -> None:
    context = Context(open_study("taiwan-europe"), World.open("starter"), GERMAN)
    shown = context.name(name)
    form = {"a": "{x:gen}|{x:dat}|{x:wohin}|{x:bezog/bezogen}"}
    said = TextCatalogue("de", {**GERMAN.texts, **form}, GERMAN.units).text("a", x=shown)
    verb = "bezogen" if name == "USA" else "bezog"
    assert said == f"{genitive}|{dative}|{where_to}|{verb}"
    assert context.label(name) == alone


def test_claims_of_the_flagship_are_spoken_in_german() -> None:
    study = spoken(open_study("taiwan-europe"), GERMAN)
    first = next(c for c in study.claims if c.id == "direct-electronics-supplier")
    assert first.sentence == (
        "Die EU bezieht mindestens ein Zehntel der eingeführten Elektronik direkt aus Taiwan."
    )


def test_a_small_dossier_and_its_sheet_are_written_in_german() -> None:
    study, world = open_study("germany-materials"), World.open("starter")
    dossier = assess(study, world, language="de")
    text = render_markdown(dossier)
    assert (
        "Deutschland bezieht mehr als die Hälfte der eingeführten Dauermagnete aus China." in text
    )
    assert "**gestützt**" in text
    assert re.search(r"\| \d+,\d \|", text)
    assert not re.search(r"\| \d+\.\d \|", text)
    assert dossier.to_dict()["language"] == "de"
    sheet = render_sheet_markdown(member_sheet(study, world, "DEU", language="de"))
    assert "# Mitgliedsblatt: Deutschland" in sheet
    assert "Bezüge aus Kanada" in sheet


@pytest.mark.parametrize(
    ("value", "unit", "shown"),
    [
        (0.123, "share", "12 %"),
        (0.0123, "share", "1,2 %"),
        (1_234_567.0, "million USD", "1,2 Bio. USD"),
        (31_000.0, "million USD", "31 Mrd. USD"),
        (1300.0, "million EUR", "1.300 Mio. EUR"),
        (4321.0, "count", "4.321"),
        (0.62, "ratio", "0,62-fach"),
        (11.0, "days", "11 Tage"),
    ],
)
def test_numbers_are_written_as_in_german(value: float, unit: str, shown: str) -> None:
    assert number(value, unit, Kind.ESTIMATED, GERMAN.units) == shown


def test_thresholds_days_and_years_are_written_as_in_german() -> None:
    assert threshold_text(GERMAN, "ratio", 0.9) == "0,9-fach"
    assert threshold_text(GERMAN, "share", 0.005) == "0,5 %"
    dates = [GERMAN.dated(text) for text in ("2026-03-15", "2026-03", "2020-2024", "2022")]
    assert dates == ["15.03.2026", "03/2026", "2020–2024", "2022"]
    assert GERMAN.dated("2025-01 to 2025-10") == "01/2025 bis 10/2025"
    assert GERMAN.dated("until 2025-07-09") == "bis 09.07.2025"
    assert [GERMAN.figure(text) for text in ("1,234.5", "0.3", "85")] == ["1.234,5", "0,3", "85"]


def test_lists_and_amounts_of_data_are_looked_up_in_parts() -> None:
    held = {"a; b": "A; B", "c": "C", "# of # seen": "# von # gesehen", "mine": "Förderung"}
    said = TextCatalogue("de", {}, GERMAN.units, held).said
    assert said("c; a; b; x") == "C; A; B; x"
    assert said("1,200 of 9.5 seen") == "1.200 von 9,5 gesehen"
    assert said("c, mine") == "C, Förderung"
    assert said("c, other") == "c, other"
