"""The sheet on a firm's suppliers: what it says is what the lenses say, and it is one page."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from isthmus.cli.root import main
from isthmus.report.board import Board, board, render_board
from isthmus.scenario import preset
from isthmus.suppliers import stops
from isthmus.world import World

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
