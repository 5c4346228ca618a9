"""The disruption command."""

from __future__ import annotations

import json

import pytest

from isthmus.cli.root import main

SCENARIO = """
name = "own"
horizon = 40
[[shocks]]
kind = "export_stop"
exporters = ["TWN"]
importers = ["EU27_2020"]
industries = ["C26"]
duration = 20
"""


@pytest.fixture
def own(tmp_path, monkeypatch) -> str:
    monkeypatch.setenv("ISTHMUS_STORE", str(tmp_path / "store"))
    path = tmp_path / "own.toml"
    path.write_text(SCENARIO, encoding="utf-8")
    return str(path)


def test_a_scenario_file_gives_one_document(own, capsys) -> None:
    assert main(["disruption", own, "--until", "5", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert set(document["tables"]) == {
        "checks",
        "industries",
        "losses",
        "paths",
        "stocks",
        "stops",
    }
    assert document["provenance"]["parameters"]["until"] == 5
    assert document["tables"]["checks"]["rows"][0][0] < 1e-12


def test_bad_input_has_its_exit_code(own, capsys) -> None:
    assert main(["disruption", own, "--until", "400"]) == 3
    assert "horizon of 40" in capsys.readouterr().err
    assert main(["disruption", "no-such-preset"]) == 4
    assert main(["disruption", own, "--until", "2", "--stock-days", "0.5"]) == 3


def test_presets_can_be_listed_shown_and_compared(own, capsys) -> None:
    assert main(["disruption", "presets", "--json"]) == 0
    names = [p["name"] for p in json.loads(capsys.readouterr().out)]
    assert "taiwan-strait-closure" in names
    assert main(["disruption", "show", "taiwan-strait-closure"]) == 0
    assert 'kind = "embargo"' in capsys.readouterr().out
    words = ["disruption", "compare", own, "taiwan-strait-closure", "--until", "3", "--json"]
    assert main(words) == 0
    table = json.loads(capsys.readouterr().out)["tables"]["losses"]
    assert {row[0] for row in table["rows"]} == {"own", "taiwan-strait-closure"}


def test_charts_are_drawn_or_refused_before_the_run(own, tmp_path, capsys) -> None:
    paths, losses = tmp_path / "paths.svg", tmp_path / "losses.json"
    words = ["--chart", str(paths), "--loss-map", str(losses), "--json"]
    assert main(["disruption", own, "--until", "3", *words]) == 0
    assert paths.read_text(encoding="utf-8").startswith("<svg")
    drawn = json.loads(losses.read_text(encoding="utf-8"))
    assert "layer" in drawn
    assert "Natural Earth" in capsys.readouterr().err
    assert main(["disruption", own, "--until", "3", "--chart", str(tmp_path / "paths.png")]) == 3
    assert ".svg or .json" in capsys.readouterr().err


def test_daily_rows_give_way_to_daily_rows_when_asked_and_to_nothing_else(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    words = ["disruption", "strike-german-cars", "--until", "14", "--daily", "rows"]
    assert main(words) == 0
    before = (tmp_path / "rows" / "daily.json").read_bytes()
    assert main(words) == 3
    assert main([*words, "--force"]) == 0
    assert (tmp_path / "rows" / "daily.json").read_bytes() == before
    (tmp_path / "rows" / "part-mine.parquet").write_text("mine")
    (tmp_path / "rows" / "notes.txt").write_text("mine")
    assert main([*words, "--force"]) == 3
    assert (tmp_path / "rows" / "notes.txt").read_text() == "mine"
    assert (tmp_path / "rows" / "part-mine.parquet").read_text() == "mine"
