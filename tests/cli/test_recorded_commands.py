"""Commands that answer with a lens are runs, and come out the same when done again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from isthmus.cli.root import main
from isthmus.store import Store

STOP = """
name = "{name}"
horizon = 5
[[shocks]]
kind = "capacity_loss"
economies = ["TWN"]
industries = ["C26"]
severity = {severity}
reason = "an example"
"""


@pytest.fixture(autouse=True)
def here(monkeypatch, tmp_path) -> Path:
    monkeypatch.setenv("ISTHMUS_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def rerun(capsys, lens: str) -> dict:
    capsys.readouterr()
    (entry,) = Store().runs()
    assert entry.manifest is not None
    assert entry.manifest.lens == lens
    assert main(["runs", "rerun", entry.id, "--json"]) == 0
    again = json.loads(capsys.readouterr().out)
    assert (again["same"], again["circumstances"]) == (True, [])
    return entry.manifest.parameters


@pytest.mark.parametrize(
    ("lens", "words"),
    [
        ("leverage_map", "leverage CHN --on DEU --diversion 0.4"),
        ("backtest", "backtest --first 3"),
        ("held_out", "heldout --draws 20"),
        ("price_ladder", "retaliation CHN DEU --draws 20 --official 0.7"),
        ("price_ladder", "respond LTU --rung arms-sales --draws 20"),
    ],
)
def test_coercion(capsys, lens, words):
    assert main(["coercion", *words.split()]) == 0
    parameters = rerun(capsys, f"coercion.{lens}")
    if lens == "leverage_map":
        assert parameters["assumptions"]["diversion"] == 0.4
        assert parameters["assumptions"]["horizons"] == [1.0, 2.0, 5.0]
    if words.startswith("retaliation"):
        assert parameters["rung"]["official"] == 0.7


def test_disruption_compare(capsys, here):
    for name, severity in (("half", 0.5), ("full", 1.0)):
        (here / f"{name}.toml").write_text(STOP.format(name=name, severity=severity))
    assert main(["disruption", "compare", "half.toml", "full.toml"]) == 0
    parameters = rerun(capsys, "disruption.simulate_many")
    assert [s["name"] for s in parameters["scenarios"]] == ["half", "full"]


def test_networks_in_files_are_checked_before_they_are_read_again(capsys, here, monkeypatch):
    assert main(["cascade", "generate", "firms.csv", "links.csv", "--count", "40"]) == 0
    assert main(["cascade", "firms.csv", "links.csv", "--second-source", "a:b"]) == 3
    assert main(["cascade", "firms.csv", "links.csv", "--stop-economy", "all"]) == 0
    parameters = rerun(capsys, "cascade.from_files")
    assert parameters["firms"]["path"] == "firms.csv"
    assert len(parameters["links"]["sha256"]) == 64
    (entry,) = Store().runs()
    (here / "firms.csv").unlink()
    text = (here / "links.csv").read_text()
    (here / "links.csv").write_text(text + "\n")
    assert main(["runs", "rerun", entry.id]) == 3
    said = " ".join(capsys.readouterr().err.split())
    assert "firms: firms.csv: there is no such file" in said
    assert "links: links.csv: has changed" in said


STUDY = """
schema_version = 2
name = "mine"
title = "A small study"
question = "Is it kept?"
[roles]
home = "EU27_2020"
partner = "TWN"
rival = "CHN"
ally = "USA"
[[claims]]
id = "one-supplier"
sentence = "{partner} takes most of its arms from {ally}."
kind = "fact"
measure = "arms.supplier_share"
args = { economy = "partner", supplier = "ally" }
rule = { comparison = ">=", threshold = 0.5, reason = "most" }
falsified_by = "a share below one half"
[[claims]]
id = "wish"
sentence = "{partner} wants more."
kind = "intent"
falsified_by = "a statement"
"""


@pytest.mark.slow
def test_an_assessment_is_a_run_that_says_what_differs(capsys, here, monkeypatch):
    from isthmus.study import assessment, record
    from isthmus.study.subjects import pages_of

    monkeypatch.setattr(assessment, "pages_of", lambda study: pages_of(study)[:2])
    (here / "mine.toml").write_text(STUDY)
    assert main(["assess", "mine.toml", "--json"]) == 0
    captured = capsys.readouterr()
    shown = json.loads(captured.out)
    (entry,) = Store().runs()
    assert f"run {entry.id}" in captured.err
    result = Store().result(entry.id)
    verdicts = dict(result["claims"].frame.select("claim", "verdict").rows())
    assert verdicts == {c["claim"]["id"]: c["verdict"]["status"] for c in shown["claims"]}
    numbers = dict(result["findings"].frame.select("finding", "value").rows())
    key = shown["claims"][0]["finding"]["key"]
    assert numbers[key] == shown["claims"][0]["finding"]["value"] > 0.5
    pages = {section["key"] for section in shown["sections"]}
    assert set(result["pages"].frame["page"]) == {"summary", "claims", "methods", *pages}
    assert rerun(capsys, "study.assess")["study"]["name"] == "mine"

    original = record.assess

    def sharper(study, world, **words):
        first, *rest = study.claims
        rule = first.rule.model_copy(update={"threshold": 0.999})
        changed = (first.model_copy(update={"rule": rule}), *rest)
        return original(study.model_copy(update={"claims": changed}), world, **words)

    monkeypatch.setattr(record, "assess", sharper)
    assert main(["runs", "rerun", entry.id, "--json"]) == 1
    places = [d["where"].partition(":")[0] for d in json.loads(capsys.readouterr().out)["content"]]
    assert places == ["tables.claims.verdict", "tables.pages.sha256"]
    assert main(["runs", "show", entry.id]) == 0
    assert "--json shows all of it" in " ".join(capsys.readouterr().out.split())

    world = record.World.open("starter")
    asked = record.lens_plan(record.LENS, world, None, {"study": "another", "language": "en"})
    Store().record_run(asked, result, timing={})
    assert main(["runs", "compare", entry.id, asked.id, "--json"]) == 0
    (difference,) = json.loads(capsys.readouterr().out)["differences"]
    assert difference["where"] == "parameters.study"
