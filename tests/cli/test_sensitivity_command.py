"""``isthmus sensitivity``: from a lens or a file to tables and a chart, as a person calls it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from isthmus.cli.root import main

LENS = ("dependence.leverage", "--set", "a=DEU", 'items=["C26"]', "--of", "totals")
RANGES = ("--range", "elasticity=1.5..3..6", "b=TWN|CHN")
ANSWER = ("--where", "importer=DEU", "--quantity", "loss")
FILE = """
name = "leverage"
[ensemble]
lens = "dependence.leverage"
samples = 64
[ensemble.parameters]
a = "DEU"
b = "TWN"
items = ["C26"]
[[ranges]]
path = "params.elasticity"
distribution = "uniform"
low = 1.5
high = 6.0
reason = "a test"
"""


@pytest.fixture(autouse=True)
def home(monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("ISTHMUS_HOME", str(tmp_path / "home"))


def document(capsys, *words: object):
    assert main([*map(str, words), "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_a_lens_from_ranges_to_a_chart(capsys, tmp_path):
    chart = tmp_path / "swings.svg"
    words = (*LENS, *RANGES, *ANSWER, "--chart", chart)
    found = document(capsys, "sensitivity", *words, "--method", "tornado")
    swings = found["tables"]["swings"]
    names = [column["name"] for column in swings["columns"]]
    rows = [dict(zip(names, row, strict=True)) for row in swings["rows"]]
    assert [row["parameter"] for row in rows] == ["params.elasticity", "params.b"]
    assert {row["low"] for row in rows} == {"TWN", "2.322"}
    assert "exporter" not in names
    assert chart.read_text().startswith("<svg")
    assert main(["sensitivity", *LENS, *RANGES, *ANSWER, "--blocks", "8"]) == 0
    shown = capsys.readouterr()
    assert "Sobol indices" in shown.out
    assert "too few blocks for what knowing a number narrows" in shown.out
    assert "Jansen" in shown.err


def test_a_file_and_the_run_that_it_left(capsys, tmp_path):
    path = tmp_path / "plan.toml"
    path.write_text(FILE)
    words = ("--of", "totals", *ANSWER, "--method", "morris", "--blocks", 2)
    effects = document(capsys, "sensitivity", path, *words)
    assert list(effects["tables"]) == ["effects"]
    run = document(capsys, "ensemble", "run", path)["run"]
    found = document(capsys, "sensitivity", "information", run, "--of", "totals", *ANSWER)
    (row,) = found["tables"]["information"]["rows"]
    assert "params.elasticity" in row
    left = effects["provenance"]["parameters"]["sensitivity"]["runs"][0]
    assert document(capsys, "runs", "rerun", left)["same"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (LENS, "nothing has a range"),
        (("plan.toml", *RANGES), "only a lens takes --range"),
        ((*LENS, "--range", "elasticity=1..2", "b"), "cannot read 'b'"),
        ((*LENS, "--range", "elasticty=1..2"), "elasticity"),
        ((*LENS, *RANGES, "--method", "tornado", "--chart", "a.txt"), "unknown file ending"),
    ],
)
def test_what_cannot_be_asked_is_said(capsys, tmp_path, monkeypatch, words, said):
    monkeypatch.chdir(tmp_path)
    Path("plan.toml").write_text(FILE)
    assert main(["sensitivity", *words]) == 3
    assert said in capsys.readouterr().err
