"""A single run from the command line: stopped, killed, gone on with, streamed, compared."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import polars as pl
import pytest

from isthmus.cli.root import main
from isthmus.runtime import ArrayCheckpoint
from isthmus.store import Store

pytestmark = pytest.mark.slow

STOP = """
name = "{name}"
horizon = 365
[[shocks]]
kind = "export_stop"
exporters = ["TWN"]
importers = ["EU27_2020"]
industries = ["C26"]
severity = {severity}
duration = 20
"""


@pytest.fixture(autouse=True)
def here(monkeypatch, tmp_path) -> Path:
    monkeypatch.setenv("ISTHMUS_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    for name, severity in (("own", 1.0), ("half", 0.5)):
        (tmp_path / f"{name}.toml").write_text(STOP.format(name=name, severity=severity))
    return tmp_path


def stop_at(monkeypatch, day):
    """Let Ctrl-C arrive once so many days are done."""
    import isthmus.disruption.follow as module

    plain = module.gap_of
    seen = []

    def counted(*words):
        seen.append(0)
        if len(seen) == day:
            signal.raise_signal(signal.SIGINT)
        return plain(*words)

    monkeypatch.setattr(module, "gap_of", counted)
    return seen


def document(capsys, *words) -> dict:
    assert main([*words, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


@pytest.mark.parametrize("way", ["resume", "again"])
def test_ctrl_c_leaves_a_run_that_goes_on(capsys, here, monkeypatch, way):
    ask = ["disruption", "own.toml", "--until", "45", "--stock-days", "20"]
    whole = document(capsys, *ask)
    Store().delete_run("disruption.simulate")
    with monkeypatch.context() as patched:
        stop_at(patched, 37)
        assert main([*ask, "--daily", "rows"]) == 130
    said = capsys.readouterr().err
    assert "go on with: isthmus runs resume disruption.simulate-" in " ".join(said.split())
    (entry,) = Store().runs()
    assert entry.status == "resumable"
    assert ArrayCheckpoint(entry.folder / "state").load()[0]["day"] == 37
    assert not (here / "rows").exists()
    assert main(["runs", "show", entry.id]) == 0
    capsys.readouterr()
    seen = stop_at(monkeypatch, 1000)
    again = document(capsys, *(["runs", "resume", entry.id] if way == "resume" else ask))
    assert len(seen) == 45 - 37
    assert again == whole
    assert not (entry.folder / "state").exists()
    assert json.loads((here / "rows" / "daily.json").read_text())["run"] == entry.id
    assert pl.scan_parquet("rows/*.parquet").select("day").collect().n_unique() == 45
    (entry,) = Store().runs()
    assert entry.status == "done"
    assert main(["runs", "rerun", entry.id]) == 0
    assert main(["data", "verify"]) == 0


def test_a_killed_process_leaves_a_run_that_goes_on(capsys, here):
    words = ["disruption", "own.toml", "--stock-days", "15", "--until", "120"]
    child = subprocess.Popen(
        [sys.executable, "-m", "isthmus", *words],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    runs = here / "home" / "store" / "runs"
    deadline = time.monotonic() + 90
    while not list(runs.glob("*/state/state.npz")) and time.monotonic() < deadline:
        time.sleep(0.002)
    os.kill(child.pid, signal.SIGKILL)
    child.wait(timeout=60)
    (entry,) = Store().runs()
    assert entry.status == "resumable"
    assert ArrayCheckpoint(entry.folder / "state").load()[0]["day"] >= 30
    resumed = document(capsys, "runs", "resume", entry.id)
    Store().delete_run(entry.id)
    assert document(capsys, *words) == resumed


def test_a_run_of_another_release_is_not_gone_on_with(capsys, monkeypatch):
    with monkeypatch.context() as patched:
        stop_at(patched, 3)
        assert main(["disruption", "own.toml", "--until", "9"]) == 130
    (entry,) = Store().runs()
    monkeypatch.setattr("isthmus.ensemble.recording.library_versions", lambda: {"isthmus": "9"})
    capsys.readouterr()
    assert main(["runs", "resume", entry.id]) == 3
    assert "other circumstances" in capsys.readouterr().err


def test_what_has_no_answer_leaves_no_run(capsys, here):
    (here / "rows").mkdir()
    (here / "rows" / "mine.txt").write_text("mine")
    assert main(["disruption", "own.toml", "--until", "3", "--daily", "rows"]) != 0
    assert main(["disruption", "own.toml", "--until", "3", "--psi", "7"]) == 3
    assert Store().runs() == []
    assert [p.name for p in (here / "rows").iterdir()] == ["mine.txt"]


def test_horizons_are_any_days(capsys):
    table = document(
        capsys, "disruption", "own.toml", "--until", "12", "--horizons", "7", "12", "3"
    )["tables"]["losses"]  # fmt: skip
    names = [c["name"] for c in table["columns"]]
    assert {row[names.index("horizon")] for row in table["rows"]} == {3, 7, 12}
    assert "real_income_lost" in names
    assert main(["disruption", "own.toml", "--until", "12", "--horizons", "7;9"]) == 3
    assert main(["disruption", "own.toml", "--until", "12", "--horizons", "13"]) == 3


def test_scenarios_are_compared_with_a_base(capsys):
    words = ["disruption", "compare", "own.toml", "half.toml", "--until", "9", "--base", "half"]
    tables = document(capsys, *words)["tables"]
    names = [c["name"] for c in tables["losses"]["columns"]]
    place = names.index("unmet_final")
    rows = {tuple(r[:3]): r[place] for r in tables["losses"]["rows"]}
    told = {tuple(r[:3]): r[place] for r in tables["losses_difference"]["rows"]}
    assert {key[0] for key in told} == {"own"}
    for (_, *rest), value in told.items():
        assert value == rows[("own", *rest)] - rows[("half", *rest)]
    assert main([*words[:-1], "halve"]) == 4
    assert "did you mean 'half'" in capsys.readouterr().err


def test_a_store_that_cannot_be_written_to_does_not_stop_the_run(capsys, here, monkeypatch):
    from isthmus.errors import StorageReadOnly

    def refuse(*_, **__):
        raise StorageReadOnly("the folder cannot be written to")

    monkeypatch.setattr(Store, "begin_run", refuse)
    monkeypatch.setattr(Store, "record_run", refuse)
    assert main(["disruption", "own.toml", "--until", "2", "--json"]) == 0
    assert "run not kept" in capsys.readouterr().err
