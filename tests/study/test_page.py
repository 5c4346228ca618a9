"""A page collects what is said, drawn and listed, in the order of the calls, under its key."""

from __future__ import annotations

import polars as pl
import pytest

from isthmus.charts import ChartSpec
from isthmus.errors import IsthmusError
from isthmus.evidence import Kind
from isthmus.study import open_study
from isthmus.study.context import Context
from isthmus.study.page import Page
from isthmus.study.subjects import PAGES, measures, writer
from isthmus.study.wording import TextCatalogue
from isthmus.world import World

TEXTS = {
    "toy.question": "How much does {home} buy?",
    "toy.answer.bought": "{home} bought {share} in {year}.",
    "toy.headline": "{home}: {share}",
    "toy.chart.bars": "Bars of {home}",
    "toy.alt.bars": "Bars",
    "table.toy_bars": "Shares of {home} in {year}",
    "table.toy_more": "More",
    "column.economy": "Economy",
    "column.share": "Share",
    "method.toy": "What is counted.",
    "note.toy": "A note on {home}.",
    "gap.toy": "Nothing on {home}.",
    "word.article": "the ",
}
ROWS = pl.DataFrame({"economy": ["A", "B"], "share": [0.25, 0.75]})


@pytest.fixture
def page() -> Page:
    units = {**TextCatalogue.load().units, "percent": " %", "to": "to"}
    world = World.open("starter")
    made = Page(
        Context(open_study("taiwan-europe"), world, TextCatalogue("en", TEXTS, units)), "toy"
    )
    made.rests_on("icio_flows")
    made.fields["year"] = 2022
    return made


def test_a_page_becomes_a_section_in_the_order_of_the_calls(page: Page) -> None:
    share = page.finding("toy.share", 0.25, "share", method="toy")
    page.say("answer.bought", share=share)
    page.headline(10, share=share)
    page.chart("bars", ROWS, ChartSpec("bars", x="share", y="economy"), {"share": "share"})
    page.table("more", ROWS, {"share": "share"}, kind=Kind.ASSUMED, datasets=["chip_facts"])
    page.note("toy")
    section = page.section()
    assert section.key == "toy"
    assert section.question.text == "How much does European Union, 27 members from 2020 buy?"
    assert section.answer[0].text == "European Union, 27 members from 2020 bought 25 % in 2022."
    assert section.findings == (share,)
    assert section.headlines[0].rank == 10
    assert [chart.key for chart in section.charts] == ["toy-bars"]
    assert section.charts[0].table.text == "Shares of European Union, 27 members from 2020 in 2022"
    assert section.tables[0].kind is Kind.ASSUMED
    assert section.tables[0].datasets == ("chip_facts",)
    assert [note.text for note in section.notes] == [
        "A note on European Union, 27 members from 2020."
    ]


def test_a_heading_of_the_table_goes_before_the_common_one(page: Page) -> None:
    texts = {**TEXTS, "column.toy_bars.share": "Share of {home}"}
    page.context.catalogue = TextCatalogue("en", texts, {})
    kinds = {"share": "share"}
    assert [c.text for c in page.made("more", ROWS, kinds).columns] == ["Economy", "Share"]
    for name in ("bars", "bars.of_one"):
        page.context.catalogue = TextCatalogue("en", {**texts, f"table.toy_{name}": "T"}, {})
        made = page.made(name, ROWS, kinds)
        assert made.columns[1].text == "Share of European Union, 27 members from 2020"


def test_tables_and_findings_rest_on_what_the_page_rests_on(page: Page) -> None:
    found = page.finding("toy.share", 0.25, "share", method="toy")
    weakest = page.context.kind_of("icio_flows")
    assert (found.kind, found.datasets, found.year) == (weakest, ("icio_flows",), "2022")
    made = page.made("bars", ROWS, {"share": "share"})
    assert (made.kind, made.datasets) == (weakest, ("icio_flows",))
    assert page.context.used == {"icio_flows"}
    assert page.section().tables == ()


def test_numbers_that_no_sentence_quotes_can_be_kept_and_stand_once(page: Page) -> None:
    found = page.finding("toy.share", 0.25, "share", method="toy")
    page.keep(found, found)
    page.say("answer.bought", share=found)
    assert page.section().findings == (found,)


def test_a_missing_data_set_becomes_a_gap(page: Page) -> None:
    assert not page.lacks("icio_flows", gap="toy")
    assert page.section().gaps == ()
    assert page.lacks("icio_flows", "no_such_set", gap="toy")
    assert [gap.text for gap in page.section().gaps] == [
        "Nothing on European Union, 27 members from 2020."
    ]


def test_a_text_or_a_field_that_is_not_there_is_an_error(page: Page) -> None:
    with pytest.raises(IsthmusError, match="no sentence"):
        page.say("answer.bouhgt")
    with pytest.raises(IsthmusError, match="needs the field 'share'"):
        page.say("answer.bought")
    with pytest.raises(IsthmusError, match=r"no text method\.none"):
        page.finding("toy.share", 0.25, "share", method="none")


@pytest.mark.parametrize("name", PAGES)
def test_every_page_has_a_writer_and_its_texts(name: str) -> None:
    assert callable(writer(name))
    assert TextCatalogue.load().get(f"{name}.question")


def test_measures_come_from_every_subject() -> None:
    subjects = {measure.run.__module__.split(".")[3] for measure in measures().values()}
    assert {"dependence", "chains", "disruption", "ladder", "leverage"} <= subjects
    assert list(measures()) == sorted(measures())
