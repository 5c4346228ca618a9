"""The equilibrium command."""

from __future__ import annotations

import json

import pytest

from isthmus.cli.root import main

SCENARIO = """
name = "own"
[[shocks]]
kind = "tariff_change"
exporters = ["CHN"]
importers = ["EU27_2020"]
industries = ["C29"]
rate = 0.2
"""


@pytest.fixture
def own(tmp_path) -> str:
    path = tmp_path / "own.toml"
    path.write_text(SCENARIO, encoding="utf-8")
    return str(path)


def test_a_scenario_file_gives_one_document(own, capsys) -> None:
    words = ["equilibrium", own, "--horizon", "3y", "--no-ranges", "--json"]
    assert main(words) == 0
    document = json.loads(capsys.readouterr().out)
    assert set(document["tables"]) == {
        "coalitions",
        "economies",
        "elasticities",
        "sectors",
        "solution",
        "trade",
    }
    assert document["provenance"]["parameters"]["horizon"] == 3.0
    rows = document["tables"]["economies"]["rows"]
    assert len(rows) == 81
    assert document["tables"]["solution"]["rows"][0][0] <= 1e-10


def test_tables_are_printed_with_percent_and_the_largest_change_first(own, capsys) -> None:
    words = ["equilibrium", own, "--no-ranges"]
    assert main([*words, "--json"]) == 0
    table = json.loads(capsys.readouterr().out)["tables"]["economies"]
    at = [column["name"] for column in table["columns"]].index("real_income")
    first = max(table["rows"], key=lambda row: abs(row[at]))[0]
    assert main([*words, "--top", "3"]) == 0
    text = capsys.readouterr().out
    assert "EU27_2020" in text
    assert "%" in text
    rows = text[: text.index("coalitions:")].splitlines()
    ruled = next(n for n, line in enumerate(rows) if line.startswith("---"))
    assert rows[ruled + 1].startswith(first)
    assert "the first 3 of 81; 78 rows left out" in rows


@pytest.mark.parametrize(
    ("words", "code", "hint"),
    [
        (["--horizon", "6m"], 3, "not a horizon"),
        (["--horizon", "0.5"], 3, "isthmus disruption"),
        (["--elasticities", "median2"], 4, "median"),
    ],
)
def test_bad_settings_end_with_a_hint(own, words, code, hint, capsys) -> None:
    assert main(["equilibrium", own, *words]) == code
    assert hint in capsys.readouterr().err


def test_presets_and_sources_are_listed(capsys) -> None:
    assert main(["equilibrium", "presets", "--json"]) == 0
    names = [p["name"] for p in json.loads(capsys.readouterr().out)]
    assert "equilibrium-eu-china-hard" in names
    assert main(["equilibrium", "sources"]) == 0
    assert "caliendo_parro" in capsys.readouterr().out
