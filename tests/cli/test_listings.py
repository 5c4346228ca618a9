"""Lists of what is known: printed whole, and written as a result is."""

from __future__ import annotations

import json
from collections.abc import Iterator
from inspect import signature
from itertools import pairwise
from pathlib import Path

import polars as pl
import pytest
from cyclopts import App

from isthmus.cli.output import FRAME, _widths
from isthmus.cli.root import build_app, main

LISTINGS = (
    "codes economies german",
    "codes coalitions EU",
    "codes industries optical",
    "codes products 8542",
    "codes concordance HS1992 HS2022 280530",
    "data list",
    "lens list dependence",
    "runs list",
    "study list",
    "disruption presets",
    "disruption episodes",
    "equilibrium sources",
    "data show fuel_stocks",
    "lens show production.closure",
    "study show taiwan-europe",
    "study check --measures",
    "disruption posterior show",
    pytest.param("doctor", marks=pytest.mark.slow),
)
SENTENCES = ("data verify", "study check taiwan-europe", "cite")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ISTHMUS_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COLUMNS", "80")
    return tmp_path


@pytest.mark.parametrize("line", [*LISTINGS, *SENTENCES])
def test_every_list_goes_into_a_folder_and_a_document(line: str, home: Path) -> None:
    if line == "runs list":
        assert main(["dependence", "series", "DEU", "--on", "TWN", "--json"]) == 0
    words = line.split()
    assert main([*words, "--out", str(home / "folder")]) == 0
    tables = sorted((home / "folder").glob("*.csv"))
    assert tables
    assert pl.read_csv(tables[0], infer_schema=False).height
    assert main([*words, "--out", str(home / "all.json")]) == 0
    held = json.loads((home / "all.json").read_text(encoding="utf-8"))
    assert {path.stem for path in tables} == set(held["tables"])


def test_every_command_with_an_answer_writes_it() -> None:
    def commands(app: App, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], App]]:
        for name in app:
            if not name.startswith("-"):
                yield from commands(app[name], (*path, name))
        if app.default_command is not None:
            yield path, app

    without = {
        " ".join(path)
        for path, app in commands(build_app(), ())
        if not {"output", "out"} & set(signature(app.default_command).parameters)
    }
    assert without == {
        "cascade generate",
        "data add",
        "data gc",
        "data import",
        "data remove",
        "disruption show",
        "ensemble resume",
        "ensemble run",
        "explore",
        "package prepare",
        "package template",
        "runs delete",
        "runs rerun",
        "study prepare",
    }, "a command that answers takes --out; one that acts, or prints a text to copy, stands here"


@pytest.mark.parametrize("ending", [".csv", ".parquet", ".xlsx"])
def test_a_list_takes_every_ending(ending: str, home: Path) -> None:
    out = home / f"coalitions{ending}"
    assert main(["codes", "coalitions", "EU", "--out", str(out)]) == 0
    assert out.stat().st_size
    if ending == ".parquet":
        frame = pl.read_parquet(out)
        assert frame.schema["members"] == pl.Int64
        assert dict(frame.select("code", "members").iter_rows())["EU27_2020"] == 27


def test_a_wrong_ending_is_refused_before(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["codes", "coalitions", "--out", str(home / "x.doc")]) == 3
    assert ".doc" in capsys.readouterr().err


def test_a_list_is_sorted_and_cut(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["codes", "coalitions", "--sort", "members", "--top", "2", "--json"]) == 0
    table = json.loads(capsys.readouterr().out)["tables"]["coalitions"]
    members = [row[2] for row in table["rows"]]
    assert len(members) == 2
    assert members == sorted(members, reverse=True)
    assert "rows left out" in table["notes"][0]


@pytest.mark.parametrize("line", LISTINGS)
def test_no_header_is_cut_at_80_columns(
    line: str, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if line == "runs list":
        assert main(["dependence", "series", "DEU", "--on", "TWN", "--json"]) == 0
        capsys.readouterr()
    assert main(line.split()) == 0
    shown = capsys.readouterr().out.splitlines()
    assert max(map(len, shown)) <= 80
    heads = [n for n, text in enumerate(shown) if text.startswith("┃")]
    assert heads
    assert all(b - a > 1 for a, b in pairwise(heads)), "a header in two lines"


def test_widths_keep_headers_and_fill_the_room() -> None:
    heads = ["run", "lens", "scenario"]
    cells = [["r" * 33, "l" * 30, "s" * 20]]
    room = 80 - FRAME * 3 - 1
    widths = _widths(heads, cells, room)
    assert sum(widths) == room
    assert widths[0] == 33
    assert all(width >= len(head) for width, head in zip(widths, heads, strict=True))
    assert _widths(heads, [["r", "l", "s"]], room) == []
    assert _widths(["x" * 90, "y"], cells, room) == []


def test_studies_are_listed_by_the_names_of_their_parties(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["study", "list", "--json"]) == 0
    titles = {row["name"]: row["title"] for row in json.loads(capsys.readouterr().out)}
    assert titles["lithuania-taiwan"].startswith("Lithuania and Taiwan:")
    assert not [title for title in titles.values() if "{" in title]
    assert main(["study", "show", "taiwan-europe"]) == 0
    assert "{" not in capsys.readouterr().out
