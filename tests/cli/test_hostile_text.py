"""What strangers wrote into data cannot drive the terminal, hide, or pose as another line."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from isthmus.cli.output import emit_mapping, emit_rows, emit_tables, say
from isthmus.cli.root import main
from isthmus.evidence import Column, Kind, Table
from isthmus.runtime.visible import visible

HOSTILE = "\x1b[2J\x1b]0;owned\x07\u202etxt\u2066 \x9b31m pay\u200bpal :warning: [red]x[/red]\rZ"
SAFE = "[2J]0;ownedtxt 31m paypal :warning: [red]x[/red]"
RECORD = """
key = "mine"
title = {text}
publisher = {text}
edition = {text}
unit = {text}
kind = "measured"
licence = {text}
attribution = {text}
redistribution = "allowed"
coverage = {text}
faults = [{text}]
[columns]
name = {text}
value = {text}
"""


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ISTHMUS_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COLUMNS", "400")


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "mine.parquet"
    pl.DataFrame({"name": [HOSTILE], "value": [1.0]}).write_parquet(path)
    path.with_suffix(".toml").write_text(RECORD.format(text=json.dumps(HOSTILE)), encoding="utf-8")
    return path


def printed(capsys: pytest.CaptureFixture[str]) -> str:
    captured = capsys.readouterr()
    text = captured.out + captured.err
    assert visible(text) == text
    return text


@pytest.mark.once_broken("text of data drove the terminal")
def test_records_and_rows_are_printed_without_what_a_terminal_obeys(capsys, table) -> None:
    assert main(["data", "add", str(table)]) == 0
    assert main(["data", "list"]) == 0
    assert SAFE in printed(capsys)
    assert main(["data", "show", "mine", "--world", "starter+mine"]) == 0
    assert printed(capsys).count(SAFE) >= 8


def test_json_on_a_terminal_says_the_same_in_escapes(capsys, table) -> None:
    assert main(["data", "add", str(table)]) == 0
    capsys.readouterr()
    assert main(["data", "show", "mine", "--world", "starter+mine", "--json"]) == 0
    assert json.loads(printed(capsys))["dataset"]["title"] == HOSTILE


def test_errors_and_names_are_printed_safely(capsys, table, tmp_path) -> None:
    for words in (
        ["data", "show", HOSTILE],
        ["codes", "economies", HOSTILE],
        [HOSTILE],
        ["data", "add", str(tmp_path / "\x1b[2J.csv")],
    ):
        assert main(words) != 0
        assert "[2J" in printed(capsys)
    table.with_suffix(".toml").write_text(f"key = {json.dumps(HOSTILE)}", encoding="utf-8")
    assert main(["data", "add", str(table)]) == 3
    printed(capsys)


def test_every_way_of_printing_is_safe(capsys) -> None:
    columns = (
        Column(HOSTILE, "dimension", text=HOSTILE),
        Column("value", "value", HOSTILE, HOSTILE),
    )
    frame = pl.DataFrame({HOSTILE: [HOSTILE], "value": [1.0]})
    shown = Table(HOSTILE, frame, columns, Kind.MEASURED, (HOSTILE,), HOSTILE, (HOSTILE,))
    emit_tables([shown])
    emit_tables([shown, shown])
    emit_rows(HOSTILE, [HOSTILE], [[HOSTILE], [[HOSTILE, 1.0]]])
    emit_mapping(HOSTILE, {HOSTILE: HOSTILE})
    say(HOSTILE)
    assert printed(capsys).count(SAFE) >= 15


def test_a_newline_cannot_pose_as_a_line_of_the_program(capsys) -> None:
    emit_rows("a\nwrote evil", ["b\nwrote evil"], [["c\nwrote evil"]])
    emit_mapping("d\nwrote evil", {"e\nwrote evil": "f\nwrote evil"})
    lines = printed(capsys).splitlines()
    assert not [line for line in lines if line.startswith("wrote evil")]
