"""The page on a firm's own suppliers: what it says is what the lenses say, or what is missing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from isthmus.cli.root import main
from isthmus.errors import BadInput
from isthmus.evidence import DatasetRecord, Kind
from isthmus.study import Section, Study, assess
from isthmus.study.context import Context
from isthmus.study.new import draft_study, own_tables
from isthmus.study.page import Page
from isthmus.study.schema import PageChoice
from isthmus.study.subjects import pages_of
from isthmus.study.wording import TextCatalogue
from isthmus.study.writing import written_of
from isthmus.suppliers import exposure, second_sources, stops
from isthmus.world import World
from isthmus.world.adding import add_frame
from isthmus.world.templates import template_of

FIRM = {"home": "DEU", "partner": "TWN", "rival": "CHN"}
DRAWS = 10


@pytest.fixture(scope="module")
def world() -> World:
    return World.open("starter")


@pytest.fixture(scope="module")
def study(world: World) -> Study:
    return draft_study("firm", world, FIRM, template="firm").study


@pytest.fixture(scope="module")
def context(world: World, study: Study) -> Context:
    return Context(study, world, TextCatalogue.load("en"))


@pytest.fixture(scope="module")
def section(context: Context) -> Section:
    chosen = {"suppliers": "example", "draws": DRAWS}
    (made,) = written_of(context, PageChoice(page="suppliers", parameters=chosen))
    return made


def quoted(section: Section, method: str) -> list[float | None]:
    said = [*section.answer, *(note.sentence for note in section.headlines)]
    found = {f.key: f.value for one in said for f in one.findings if f.method == method}
    return list(found.values())


def test_the_page_comes_first_and_opens_the_dossier(study: Study, section: Section) -> None:
    assert next(one.page for one in pages_of(study)) == "suppliers"
    assert section.opens
    assert section.question.text.startswith("Where does the firm's spend go")
    assert "made-up" in section.answer[0].text


def test_sentences_and_tables_are_those_of_the_lenses(
    world: World, context: Context, section: Section
) -> None:
    where = exposure(world, suppliers="example")
    economies = where["economies"].frame
    assert quoted(section, "suppliers_face") == [economies["face_value"].max()]
    assert quoted(section, "suppliers_through") == [economies["look_through"].max()]
    over = where["concentration"].frame.filter(over="economies")
    assert quoted(section, "suppliers_hhi") == over["hhi"].to_list()
    tables = {table.name: table for table in section.tables} | {
        chart.table.name: chart.table for chart in section.charts
    }
    items = tables["suppliers_items"].frame.sort("item")
    alike = where["items"].frame.sort("item")
    assert items["hhi"].to_list() == alike.head(items.height)["hhi"].to_list()
    offers = second_sources(world, suppliers="example", first=2)["sources"].frame
    assert tables["suppliers_second"].frame["unit_value"].to_list() == (
        offers["unit_value"].head(12).to_list()
    )
    assert set(tables) >= {"suppliers_economies", "suppliers_exposure", "suppliers_stops"}


def test_what_stops_is_what_the_lens_says_of_the_events_of_the_study(
    world: World, context: Context, section: Section
) -> None:
    from isthmus.study.ask.events import events

    detailed = [event for event in events(context) if event.detail]
    assert len(detailed) >= 2
    (table,) = (t for t in section.tables if t.name == "suppliers_stops")
    days, lost = [], []
    for event in detailed:
        words = {"suppliers": "example", "draws": DRAWS, "home": "DEU"}
        frame = stops(world, event.scenario, **words)["lines"].frame
        stopped = frame.filter(pl.col("stops") > 0)
        days += stopped.filter(pl.col("first_stop").is_not_null())["first_stop"].head(1).to_list()
        hit = frame.filter(pl.col("days_lost_high") > 0)
        lost += [] if hit.is_empty() else [hit["value_added_lost"].max()]
        mine = table.frame.filter(pl.col("line").is_in(frame["line"].to_list()))
        assert set(frame["days_lost"].to_list()) <= set(mine["days_lost"].to_list())
    assert lost, "the made-up lines lose something in some event"
    assert quoted(section, "suppliers_first") == days
    assert quoted(section, "suppliers_lost") == lost
    assert table.frame.height == len(detailed) * table.frame["line"].n_unique()


def test_what_a_line_loses_that_does_not_stop_is_said(world: World, study: Study) -> None:
    from isthmus.study.ask.events import events
    from isthmus.study.subjects.suppliers.page import _stop

    context = Context(study, world, TextCatalogue.load("en"))
    event = next(event for event in events(context) if event.detail)
    found = stops(world, event.scenario, suppliers="example", draws=DRAWS, home="DEU")
    slowed = found["lines"].frame.with_columns(stops=pl.lit(0.0))
    result = replace(found, tables={**found.tables, "lines": replace(found["lines"], frame=slowed)})
    page = Page(context, "suppliers")
    page.fields["year"] = ""  # of no rate: in the dollars of the list
    _stop(page, event, result, first=True)
    none, loss = page.section().answer
    assert none.key.endswith("no_stop")
    (figure,) = loss.findings
    assert figure.value == slowed["value_added_lost"].max()
    assert not page.section().headlines


def test_a_modelled_headline_names_its_driver(section: Section) -> None:
    said = [one.key for one in section.answer if one.key.startswith("driver.")]
    assert len(said) == 2
    assert {note.rank for note in section.headlines} == {11, 12, 13}


def test_without_a_list_the_page_says_what_is_missing(world: World, study: Study) -> None:
    only = study.model_copy(update={"pages": study.pages[:1], "claims": ()})
    for language, said in (("en", "Not measurable, missing"), ("de", "Nicht messbar, es fehlt")):
        (section,) = assess(only, world, language=language).sections
        assert section.answer == section.tables == section.charts == ()
        (gap,) = section.gaps
        assert gap.text.startswith(said)
        assert "data template suppliers" in gap.text


def test_a_study_of_states_has_no_such_page_without_a_list(context: Context) -> None:
    assert written_of(context, PageChoice(page="suppliers")) == []


@pytest.mark.slow
def test_from_the_template_of_the_list_to_the_first_page_of_the_dossier(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ISTHMUS_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    for name, key in (("suppliers", "suppliers"), ("firm-lines", "firm_lines")):
        assert main(["data", "template", name, "--out", f"{key}.csv"]) == 0
        assert main(["data", "add", f"{key}.csv"]) == 0
    capsys.readouterr()
    given = [word for role, code in FIRM.items() for word in (f"--{role}", code)]
    assert main(["study", "new", "our-firm", "--template", "firm", *given]) == 0
    assert "--world starter+suppliers+firm_lines" in capsys.readouterr().err
    opened = "starter+suppliers+firm_lines"
    assert main(["assess", "our-firm.toml", "--world", opened, "--out", "dossier"]) == 0
    page = (tmp_path / "dossier" / "dossier.md").read_text(encoding="utf-8")
    own, summary = page.index("Where does the firm's spend go"), page.index("## Summary")
    assert own < summary
    drawn = (tmp_path / "dossier" / "dossier.html").read_text(encoding="utf-8")
    opening = drawn[drawn.index('<section id="suppliers"') : drawn.index('<section id="summary"')]
    assert '<figure id="suppliers-exposure"' in opening
    assert "Private: made from the firm's own list" in page
    assert "Not measurable, missing: a list of suppliers" not in page


def own(key: str, frame: pl.DataFrame, unit: str = "million USD") -> None:
    record = DatasetRecord(
        key=key,
        title=key,
        publisher="own data",
        edition="1",
        years=(2024,),
        unit=unit,
        kind=Kind.MEASURED,
        licence="private",
        attribution="none",
        redistribution="forbidden",
    )
    add_frame(record, frame)


def listed(name: str, *numbers: str) -> pl.DataFrame:
    frame = template_of(name).frame.with_columns(pl.col(pl.String).replace("", None))
    return frame.with_columns(pl.col(numbers).cast(pl.Float64))


def first_page(study: Study, *keys: str, home: str = "DEU") -> Section:
    only = study.with_parties(home=home).model_copy(update={"pages": study.pages[:1], "claims": ()})
    (section,) = assess(only, World.open("+".join(("starter", *keys)))).sections
    return section


def test_mistakes_that_users_make_are_told_on_the_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, study: Study
) -> None:
    monkeypatch.setenv("ISTHMUS_HOME", str(tmp_path / "home"))
    frame = listed("suppliers", "spend", "stock_days", "lead_days", "spare", "need")
    own("suppliers", frame)
    forgotten = first_page(study)
    assert forgotten.tables == ()
    assert "--world starter+suppliers" in forgotten.gaps[0].text
    placeless = first_page(study, "suppliers", home="EU27_2020")
    assert {table.name for table in placeless.tables} >= {"suppliers_economies", "suppliers_items"}
    assert [gap.text for gap in placeless.gaps if "is made" in gap.text]
    assert "suppliers_stops" not in {table.name for table in placeless.tables}
    lines = listed("firm_lines", "sales", "value_added")
    own("firm_lines", lines.head(1))
    unknown = first_page(study, "suppliers", "firm_lines")
    assert "has no row there" in unknown.gaps[0].text
    assert unknown.tables == ()
    days = pl.Series("stock_days", range(1, frame.height + 1), pl.Float64)
    own("suppliers", frame.with_columns(days))
    torn = first_page(study, "suppliers")
    assert "stock_days" in torn.gaps[0].text
    assert torn.tables == ()
    with pytest.raises(BadInput, match="EUR"):
        own("suppliers", frame, unit="million EUR")


def test_the_command_names_the_tables_that_the_store_holds() -> None:
    assert own_tables("firm", ["suppliers", "other"]) == ("suppliers",)
    assert own_tables("pair", ["suppliers"]) == ()
