"""The sheet on a firm's suppliers: what it says is what the lenses say, and it is one page."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from isthmus.cli.root import main
from isthmus.evidence import DatasetRecord, Kind
from isthmus.report.sheet import render_board
from isthmus.scenario import ExportStop, Scenario, preset
from isthmus.study import board as sheets
from isthmus.study.board import Board, board
from isthmus.suppliers import stops
from isthmus.world import World
from isthmus.world.adding import add_frame

SCENARIO = "taiwan-strait-closure"


@pytest.fixture(scope="module")
def sheet() -> Board:
    return board(World.open(), [preset(SCENARIO)], suppliers="example", draws=10)


def test_sentences_quote_the_lenses(sheet: Board) -> None:
    found = stops(World.open(), preset(SCENARIO), suppliers="example", draws=10)
    first = found["lines"].frame.row(0, named=True)
    part = next(s for s in sheet.sections if s.key == "lines.0")
    quoted = [f for sentence in part.answer for f in sentence.findings]
    assert [f.value for f in quoted] == [
        first["first_stop"],
        first["stops"],
        first["value_added_lost"],
    ]
    assert (quoted[0].low, quoted[0].high) == (first["first_stop_low"], first["first_stop_high"])
    assert first["line"] in part.answer[0].text
    assert {s.key for s in sheet.sections} == {"exposure", "items", "lines.0", "second"}


def test_a_supplier_of_several_products_is_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ISTHMUS_HOME", str(tmp_path / "home"))
    rows = {
        "item": ["magnets", "housings"],
        "supplier": ["A", "A"],
        "economy": ["DEU", "DEU"],
        "spend": [1.0, 2.0],
        "product": ["850511", "7325"],
    }
    record = DatasetRecord(
        key="suppliers",
        title="suppliers",
        publisher="own data",
        edition="1",
        years=(2024,),
        unit="million USD",
        kind=Kind.MEASURED,
        licence="private",
        attribution="none",
        redistribution="forbidden",
    )
    add_frame(record, pl.DataFrame(rows))
    made = board(World.open("starter+suppliers"), [], home="DEU").made.text
    assert "suppliers: 1, items: 2" in made


@pytest.mark.parametrize("share", [0.04, 0.3])
def test_a_line_that_stops_in_few_draws_has_no_day(
    share: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Below a tenth of draws no end of the range is a day, below a half the middle is none."""
    found = stops(World.open(), preset(SCENARIO), suppliers="example", draws=2)
    never = pl.lit(None, pl.Float64)
    low = never if share < 0.1 else pl.lit(3.0)
    frame = found["lines"].frame.with_columns(
        stops=pl.lit(share), first_stop=never, first_stop_low=low, first_stop_high=never
    )
    made = replace(found, tables={**found.tables, "lines": replace(found["lines"], frame=frame)})
    monkeypatch.setattr(sheets, "stops", lambda *_, **__: made)
    sheet = board(World.open(), [preset(SCENARIO)], suppliers="example")
    (said, _) = next(s for s in sheet.sections if s.key == "lines.0").answer
    assert [f.value for f in said.findings] == [share]
    assert "too few to name a day" in said.text


def test_the_middle_day_stands_alone_where_some_draws_have_no_stop() -> None:
    shock = ExportStop(
        exporters=("TWN",), importers=("DEU",), industries=("GOODS",), redirect=False
    )
    scenario = Scenario(name="short", horizon=16, shocks=(shock,))
    row = stops(World.open(), scenario, suppliers="example")["lines"].frame.row(0, named=True)
    assert row["first_stop_low"] < row["first_stop"]
    assert row["first_stop_high"] is None
    sheet = board(World.open(), [scenario], suppliers="example")
    said = next(s for s in sheet.sections if s.key == "lines.0").answer[0]
    assert said.findings[0].value == row["first_stop"]
    assert "at least" not in said.text
    assert "made-up list" in sheet.made.text


def test_the_page_is_whole_and_asks_nobody(sheet: Board) -> None:
    page = render_board(sheet)
    assert "://" not in page
    assert "<script" not in page
    assert "Supplier A" in page
    assert not re.search(r"\{[a-z_]+\}", re.sub(r"<style>.*?</style>", "", page, flags=re.S))
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]+)"', page)) <= set(ids)
    assert page == render_board(sheet)


def test_the_command_writes_one_file_and_replaces_none(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ISTHMUS_HOME", str(tmp_path / "home"))
    out = tmp_path / "sheet.html"
    words = ["suppliers", "sheet", SCENARIO, "--suppliers", "example", "--draws", "2"]
    assert main([*words, "--out", str(out)]) == 0
    assert "<!DOCTYPE html>" in out.read_text(encoding="utf-8")
    assert main([*words, "--out", str(out)]) == 3
    assert "--force" in capsys.readouterr().err
    assert main([*words, "--out", str(tmp_path / "sheet.doc")]) == 3
    assert main(["suppliers", "sheet", SCENARIO, "--out", str(tmp_path / "own.html")]) == 4
    assert "template suppliers" in capsys.readouterr().err
