"""One figure has one number of digits wherever a dossier prints it, and no page shows raw marks."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from html.parser import HTMLParser

import polars as pl
import pytest
from markupsafe import Markup

from isthmus.evidence import Finding, Kind, Table
from isthmus.evidence.frames import dimension, number
from isthmus.report import render_html
from isthmus.report.brief import render_brief_html
from isthmus.report.cells import grid, quoted
from isthmus.report.sheet import render_sheet_html
from isthmus.study import Study, assess, open_study, shipped_studies
from isthmus.study.dossier import Dossier
from isthmus.study.numbers import digits_of
from isthmus.study.numbers import number as written
from isthmus.study.sheet import member_sheet
from isthmus.study.wording import TextCatalogue, languages
from isthmus.world import World

FLAGSHIP = "taiwan-europe"
STUDIES = [
    pytest.param(study, marks=() if study == FLAGSHIP else pytest.mark.slow)
    for study in shipped_studies()
]
SCALES = {"trillion": 1e6, "billion USD": 1e3, "million USD": 1.0, "billion EUR": 1e3}
MARKS = re.compile(r"`|\*\*|\]\(|(?<!\w)\*\w|(?<![\w.])__?\w[^_]*_(?!\w)")


def shown(finding: Finding, value: float, dossier: Dossier) -> float:
    """Return a number of a finding as its sentence prints it, in the unit of the finding."""
    digits = digits_of(finding, value)
    units = dossier.catalogue.units
    text = written(value, finding.unit, finding.kind, units, digits=digits)
    scale = next((by for word, by in SCALES.items() if text.endswith(word)), 1.0)
    return float(text.split(" ")[0].replace(",", "")) * scale


def quotes(dossier: Dossier) -> Iterator[tuple[str, float, Finding]]:
    """Yield the numbers that sentences of a dossier quote, with what they are compared by."""
    said = [s for a in dossier.sections for s in (*a.answer, *a.notes, *a.gaps)]
    said += [text for c in dossier.charts.values() for text in (c.title, c.alt)]
    said += [*dossier.summary.answer, *(a.reason for a in dossier.claims)]
    said += [n.sentence for s in dossier.sections for n in (*s.headlines, *s.counters)]
    for finding in dict.fromkeys(f for sentence in said for f in sentence.findings):
        for value in (finding.value, finding.low, finding.high):
            if value is not None:
                yield f"{finding.unit} {value:.9e}", value, finding


def cells(dossier: Dossier) -> Iterator[tuple[str, str, Table]]:
    """Yield the numbers of tables and of those behind charts as printed, and by value and unit."""
    said = quoted(dossier.findings().values())
    drawn = [chart.table for chart in dossier.charts.values()]
    for table in (*(table for s in dossier.sections for table in s.tables), *drawn):
        printed = grid(table, dossier.catalogue, said=said).rows
        for raw, row in zip(table.frame.iter_rows(), printed, strict=True):
            for value, unit, cell in zip(raw, table.units(raw), row, strict=True):
                if isinstance(value, float) and cell.number:
                    yield f"{unit} {value:.9e}", cell.text, table


@pytest.mark.parametrize("study", STUDIES)
def test_a_figure_reads_the_same_in_every_sentence_and_table(
    assessed: Callable[[Study], Dossier], study: str
) -> None:
    dossier = assessed(open_study(study))
    said: dict[str, list[tuple[float, Finding]]] = {}
    for figure, value, finding in quotes(dossier):
        said.setdefault(figure, []).append((shown(finding, value, dossier), finding))
    apart = [
        f"{one.key} {text}, {other.key} {found}"
        for held in said.values()
        for text, one in held
        for found, other in held
        if text != found and set(one.datasets) & set(other.datasets)
    ]
    compared = 0
    for figure, text, table in cells(dossier):
        for value, finding in said.get(figure, ()):
            if set(finding.datasets) & set(table.datasets):
                compared += 1
                if float(text.replace(",", "")) != pytest.approx(value, rel=1e-9):
                    apart.append(f"{finding.key} {value}, {table.name} {text}")
    assert not apart
    assert compared >= (5 if study == "germany-materials" else 50)


def test_a_table_gives_a_quoted_figure_the_digits_of_its_sentence() -> None:
    frame = pl.DataFrame({"row": ["a", "b", "c"], "value": [0.0274, 0.0274, 0.031]})
    columns = dimension("row"), number("value", "share")
    rows = Table("t", frame, columns, Kind.ASSUMED, ("one", "two"))
    narrow = Finding("a", 0.0274, "share", Kind.ASSUMED, "2022", "way", ("two",), 0.027, 0.028)
    printed = [row[1].text for row in grid(rows, TextCatalogue.load(), said=quoted([narrow])).rows]
    assert printed == ["2.7", "2.7", "3"]
    elsewhere = replace(narrow, datasets=("three",))
    apart = [row[1].text for row in grid(rows, TextCatalogue.load(), said=quoted([elsewhere])).rows]
    assert apart == ["3", "3", "3"]


class Text(HTMLParser):
    """The lines of a page that a person reads, or has read out."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []
        self.within: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.within.append(tag)
        self.lines += [value for name, value in attrs if name == "aria-label" and value]

    def handle_endtag(self, tag: str) -> None:
        if tag in self.within:
            while self.within.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if not {"code", "style"} & set(self.within):
            self.lines.append(data.strip())


def raw_marks(page: str) -> list[str]:
    """Return the lines of a page with a sign that Markdown would have made something of."""
    reader = Text()
    reader.feed(page)
    return [line for line in reader.lines if MARKS.search(line)]


def pages(dossier: Dossier) -> Iterator[str]:
    undrawn = {key: Markup() for key in dossier.charts}
    yield render_html(dossier, undrawn)
    yield render_brief_html(dossier, undrawn)


@pytest.mark.parametrize("study", STUDIES)
def test_no_page_shows_a_mark_of_markdown(assessed: Callable[[Study], Dossier], study: str) -> None:
    assert [line for page in pages(assessed(open_study(study))) for line in raw_marks(page)] == []


@pytest.mark.slow
@pytest.mark.parametrize("study", shipped_studies())
def test_no_german_page_and_no_sheet_shows_a_mark_of_markdown(world: World, study: str) -> None:
    german = list(pages(assess(open_study(study), world, language="de")))
    if study != "germany-materials":
        member = "LTU"
        german += [
            render_sheet_html(member_sheet(open_study(study), world, member, language=language))
            for language in languages()
        ]
    assert [line for page in german for line in raw_marks(page)] == []


@pytest.mark.parametrize("language", languages())
def test_no_text_of_the_catalogue_has_a_mark_of_markdown(language: str) -> None:
    catalogue = TextCatalogue.load(language)
    held = {**catalogue.texts, **catalogue.translated}
    assert {key: text for key, text in held.items() if MARKS.search(text)} == {}
    assert MARKS.search("see `isthmus data list`, **bold**, *leaning*, _so_ and [link](there)")
