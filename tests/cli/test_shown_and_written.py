"""Every result can be cut, sorted and written in every form, by the options that commands share."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from isthmus.cli.root import main
from isthmus.world import World

ASK = ["dependence", "DEU", "--on", "TWN"]
RECORD = """
key = "mine"
title = "Own"
publisher = "Own"
edition = "1"
unit = "million USD"
kind = "estimated"
licence = "CC0-1.0"
attribution = "none"
redistribution = "allowed"
"""


@pytest.fixture(autouse=True)
def here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("ISTHMUS_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COLUMNS", "80")
    folder = tmp_path / "work"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def test_the_terminal_answers_first_within_its_width(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*ASK, "--table", "suppliers", "--top", "2"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[1] == "importer DEU Germany, exporter TWN Taiwan, year 2022"
    assert any(line.startswith("C26 Computer, electronic and optical") for line in lines)
    assert "share_of_use" in " ".join(lines)
    assert "the first 2 of 28; 26 rows left out" in lines
    grid = lines[: lines.index("data: icio_flows")]
    assert max(map(len, grid)) <= 80


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_a_table_that_was_written_is_added_again_unchanged(
    here: Path, capsys: pytest.CaptureFixture[str], ending: str
) -> None:
    (here / "mine.toml").write_text(RECORD)
    assert main([*ASK, "--table", "suppliers", "--out", "mine.parquet"]) == 0
    assert main([*ASK, "--table", "suppliers", "--out", f"mine.{ending}"]) == 0
    assert main(["data", "add", f"mine.{ending}"]) == 0, capsys.readouterr().err
    written = pl.read_parquet(here / "mine.parquet")
    added = World.open("starter+mine").table("mine")
    assert added.equals(written.cast(dict(added.schema)))
    assert {c: t.is_numeric() for c, t in added.schema.items()} == {
        c: t.is_numeric() for c, t in written.schema.items()
    }


def test_all_tables_go_into_a_folder_a_workbook_or_a_document(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for target in ("answer", "answer.xlsx", "answer.json"):
        assert main([*ASK, "--economy", "TWN", "--out", target]) == 0
        assert main([*ASK, "--out", target]) == 3
        assert main([*ASK, "--out", target, "--force"]) == 0
    said = capsys.readouterr().err
    assert "with suppliers.csv, totals.csv" in said
    document = json.loads((here / "answer.json").read_text())
    assert sorted(p.name for p in (here / "answer").iterdir()) == sorted(
        [*(f"{name}.csv" for name in document["tables"]), "tables.json"]
    )
    assert main([*ASK, "--out", "parts", "--format", "parquet", "--table", "totals"]) == 0
    assert sorted(p.name for p in (here / "parts").iterdir()) == ["tables.json", "totals.parquet"]


def test_a_sheet_of_several_is_named(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "mine.toml").write_text(RECORD)
    assert main([*ASK, "--out", "mine.xlsx"]) == 0
    assert main(["data", "add", "mine.xlsx"]) == 3
    assert "--sheet NAME" in capsys.readouterr().err
    assert main(["data", "add", "mine.xlsx", "--sheet", "totals"]) == 0
    assert World.open("starter+mine").table("mine")["scope"].to_list()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--out", "a.doc"], "unknown file ending '.doc'"),
        (["--table", "supplier"], "did you mean 'suppliers'"),
        (["--sort", "valu"], "did you mean 'value'"),
        (["--economy", "BRA"], "no row of the result is of BRA"),
        (["--out", "a.csv"], "--table NAME"),
    ],
)
def test_what_cannot_be_shown_or_written_is_named(
    here: Path, capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    assert main([*ASK, *words]) == 3
    assert said in capsys.readouterr().err
    assert list(here.iterdir()) == []


@pytest.mark.parametrize(
    ("words", "tables"),
    [
        ("coercion ladder", ["rungs"]),
        ("package list", ["packages", "actions", "hazards"]),
        ("package show M08", ["about", "numbers"]),
        ("production boms", ["bills"]),
        ("production show shell-155", ["structure", "numbers"]),
    ],
)
def test_what_ships_is_listed_and_written_as_results_are(
    here: Path, capsys: pytest.CaptureFixture[str], words: str, tables: list[str]
) -> None:
    assert main([*words.split(), "--out", "all"]) == 0
    assert {p.stem for p in (here / "all").glob("*.csv")} == set(tables)
    assert main([*words.split(), "--out", "all.xlsx"]) == 0
    assert main([*words.split(), "--table", tables[-1], "--top", "1", "--out", "one.csv"]) == 0
    assert (
        pl.read_csv(here / "one.csv").height
        <= pl.read_csv(here / "all" / f"{tables[-1]}.csv").height
    )
    capsys.readouterr()
    assert main([*words.split(), "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert set(document["tables"]) == set(tables)
    assert document["provenance"]["world_hash"]
    assert main([*words.split(), "--out", "all.doc"]) == 3
