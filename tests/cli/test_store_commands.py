"""The commands for data of one's own, runs and ensembles, as a person calls them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import polars as pl
import pytest

from isthmus.cli.ensemble import parse_settings
from isthmus.cli.root import main
from isthmus.errors import BadInput
from isthmus.store import Store

RECORD = """
key = "mine"
title = "My table"
publisher = "Me"
edition = "1"
unit = "million USD"
kind = "measured"
licence = "CC0-1.0"
attribution = "none"
redistribution = "{redistribution}"
[columns]
exporter = "code"
value = "million USD"
"""
PLAN = """
name = "test-leverage"
[ensemble]
lens = "dependence.leverage"
samples = {samples}
batch = 4
tables = ["totals"]
[ensemble.parameters]
a = "DEU"
b = "CHN"
items = ["C26"]
[[ranges]]
path = "params.elasticity"
distribution = "triangular"
low = 1.5
mode = 3.0
high = 6.0
reason = "published estimates differ"
"""


@pytest.fixture(autouse=True)
def home(monkeypatch, tmp_path) -> Path:
    monkeypatch.setenv("ISTHMUS_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def document(capsys, *words: object, code: int = 0):
    assert main([*map(str, words), "--json"]) == code
    return json.loads(capsys.readouterr().out)


def write_table(folder: Path, *, redistribution: str = "allowed") -> Path:
    path = folder / "mine.csv"
    path.write_text("exporter,value\nDEU,1.5\nTWN,2\n")
    path.with_suffix(".toml").write_text(RECORD.format(redistribution=redistribution))
    return path


def test_add_list_verify_export_import_gc(capsys, tmp_path, monkeypatch):
    added = document(capsys, "data", "add", write_table(tmp_path))["added"]
    (line,) = document(capsys, "data", "list")["stored"]
    assert line["reference"] == added
    assert line["rows"] == 2
    monkeypatch.setenv("COLUMNS", "300")
    assert main(["data", "list"]) == 0
    assert "My table" in capsys.readouterr().out
    bundle = tmp_path / "bundle.zip"
    assert document(capsys, "data", "export", "mine", "--out", bundle)["datasets"] == [added]
    assert "LICENCES.md" in zipfile.ZipFile(bundle).namelist()
    monkeypatch.setenv("ISTHMUS_HOME", str(tmp_path / "other"))
    assert document(capsys, "data", "import", bundle)["datasets"] == [added]
    assert document(capsys, "data", "verify", "--rebuild")["checked"] == 1
    assert document(capsys, "data", "gc")["waste"] == []
    assert (
        document(capsys, "data", "show", "mine", "--world", "starter+mine")["dataset"]["rows"] == 2
    )
    Store().dataset("mine").folder.joinpath("data.parquet").write_bytes(b"x")
    (fault,) = document(capsys, "data", "verify", code=1)["faults"]
    assert fault["where"] == added


HOSTILE = [
    "=HYPERLINK(0)",
    "@SUM(A1)",
    "+1",
    "-cmd|x",
    "'=1",
    "''-a",
    "\ttab",
    "\rcr",
    "plain",
    "-7",
]


@pytest.mark.once_broken("CSV kept formulas")
def test_text_that_a_spreadsheet_would_run_is_marked_and_comes_back_as_it_was(capsys, tmp_path):
    table = write_table(tmp_path)
    frame = pl.DataFrame({"exporter": HOSTILE, "value": [-float(n) for n in range(10)]})
    frame.write_parquet(table.with_suffix(".parquet"))
    document(capsys, "data", "add", table.with_suffix(".parquet"))
    added = Store().dataset("mine")
    for option, cells in (((), None), (("--keep-formulas",), HOSTILE)):
        out = tmp_path / f"out{len(option)}.csv"
        document(capsys, "data", "export", "mine", "--world", "starter+mine", "--out", out, *option)
        written = pl.read_csv(out)
        safe = [f"'{text}" if text != "plain" else text for text in HOSTILE]
        assert written["exporter"].to_list() == (cells or safe)
        assert written["value"].to_list() == frame["value"].to_list()
        words = ("data", "add", out, "--record", table.with_suffix(".toml"), *option)
        assert document(capsys, *words)["added"] == added.reference


def test_refusals_have_their_exit_codes(capsys, tmp_path):
    table = write_table(tmp_path, redistribution="forbidden")
    assert main(["data", "add", str(table)]) == 0
    assert main(["data", "export", "--out", str(tmp_path / "b.zip")]) == 3
    assert "mine@" in capsys.readouterr().err
    assert main(["data", "add", str(table), "--record", str(tmp_path / "none.toml")]) == 3
    table.with_suffix(".toml").write_text("key = 'Bad Key'")
    assert main(["data", "add", str(table)]) == 3
    assert "9. " in capsys.readouterr().err
    assert main(["data", "import", str(tmp_path / "none.zip")]) == 4
    assert main(["data", "export", "a", "b", "--out", str(tmp_path / "x.csv")]) == 3
    assert main(["runs", "show", "nothing"]) == 4
    assert main(["data", "verify", "nothing"]) == 4


def test_a_lens_command_is_a_run_that_can_be_done_again(capsys):
    words = ["dependence", "indicators", "EU27_2020", "--industry", "C26", "--json"]
    assert main(words) == 0
    captured = capsys.readouterr()
    (run,) = document(capsys, "runs", "list")["runs"]
    assert captured.err == f"run {run['run']}\n"
    assert run["status"] == "done"
    shown = document(capsys, "runs", "show", run["run"])
    assert shown["result"] == json.loads(captured.out)
    assert shown["asked"]["parameters"]["thresholds"]["hhi"] == 0.4
    name, *rest = shown["result"]["tables"]
    part = document(capsys, "runs", "show", run["run"], "--table", name, "--top", "1")["result"]
    assert rest
    assert list(part["tables"]) == [name]
    again = document(capsys, "runs", "rerun", run["run"])
    assert again["same"] is True
    assert again["circumstances"] == []
    assert main(["runs", "show", run["run"], "--table", name]) == 0
    assert f"{rest[0]}:" not in capsys.readouterr().out
    assert main(["runs", "list"]) == 0
    capsys.readouterr()
    assert main([*words[:-1], "--hhi", "0.9", "--json"]) == 0
    capsys.readouterr()
    first, second = (r["run"] for r in document(capsys, "runs", "list")["runs"])
    places = [d["where"] for d in document(capsys, "runs", "compare", first, second)["differences"]]
    assert "parameters.thresholds.hhi" in places
    assert document(capsys, "runs", "delete", first)["deleted"] == first
    assert len(document(capsys, "runs", "list")["runs"]) == 1


def test_a_run_with_added_data_names_the_version_and_is_done_again_with_it(capsys, tmp_path):
    first = document(capsys, "data", "add", write_table(tmp_path))["added"]
    words = ["dependence", "DEU", "--on", "TWN", "--industry", "C26", "--world", "starter+mine"]
    assert main(words) == 0
    capsys.readouterr()
    table = write_table(tmp_path)
    for value in (3, 4):  # two newer versions: the run still names the first
        table.write_text(f"exporter,value\nDEU,1.5\nTWN,{value}\n")
        newest = document(capsys, "data", "add", table)["added"]
    (run,) = document(capsys, "runs", "list")["runs"]
    assert first in run["world"]
    again = document(capsys, "runs", "rerun", run["run"])
    assert again["same"] is True
    assert again["circumstances"] == []
    assert len(document(capsys, "data", "gc", "--unused")["waste"]) == 1
    kept = [line["reference"] for line in document(capsys, "data", "list")["stored"]]
    assert kept == [first, newest]


def test_rerun_says_what_differs(capsys, tmp_path):
    assert main(["dependence", "DEU", "--on", "TWN", "--industry", "C26"]) == 0
    (entry,) = Store().runs()
    outputs = entry.folder / "outputs.json"
    raw = json.loads(outputs.read_text())
    part = raw["tables"][0]["files"][0]
    path = entry.folder / part["name"]
    frame = pl.read_parquet(path)
    frame.with_columns(pl.col("share") * 1.0000001).write_parquet(path)
    from isthmus.store.digest import file_digest

    part.update(bytes=path.stat().st_size, sha256=file_digest(path))
    outputs.write_text(json.dumps(raw))
    capsys.readouterr()
    again = document(capsys, "runs", "rerun", entry.id, code=1)
    assert again["same"] is False
    assert "share" in again["content"][0]["where"]


@pytest.mark.slow
def test_ensemble_from_file_to_chart(capsys, tmp_path):
    path = tmp_path / "plan.toml"
    path.write_text(PLAN.format(samples=16))
    done = document(capsys, "ensemble", "run", path, "--seed", 2)
    assert (done["status"], done["batches"]) == ("done", 4)
    name = done["run"]
    assert document(capsys, "ensemble", "status", name)["batches_done"] == 4
    bands, curve = tmp_path / "bands.svg", tmp_path / "curve.json"
    words = ["--of", "totals", "--where", "importer=DEU", "--bands-chart", bands]
    result = document(capsys, "ensemble", "summarise", name, *words)
    assert [c["name"] for c in result["tables"]["bands"]["columns"]][-5:] == [
        "p05", "p25", "p50", "p75", "p95",
    ]  # fmt: skip
    assert bands.read_text().startswith("<svg")
    words = ["--where", "importer=DEU", "--exceedance-chart", curve, "--level", "0.1", "0.9"]
    assert main(["ensemble", "summarise", name, *map(str, words)]) == 0
    assert json.loads(curve.read_text())["mark"]["interpolate"] == "step-after"
    capsys.readouterr()
    assert document(capsys, "ensemble", "resume", name)["status"] == "done"
    again = document(capsys, "runs", "rerun", name, "--workers", 2)
    assert (again["same"], again["circumstances"]) == (True, [])
    assert main(["ensemble", "status", name]) == 0
    for option in (["--out", str(tmp_path / "tables.json")], ["--world", "starter"]):
        assert main(["runs", "resume", name, *option]) == 3
        assert "ensemble summarise --out" in capsys.readouterr().err


def test_ensemble_from_a_study(capsys, tmp_path):
    assert main(["study", "new", "my-study", "--out", str(tmp_path)]) == 0
    path = tmp_path / "my-study.toml"
    path.write_text(path.read_text().replace('partner = "TWN"', 'partner = "KOR"'))
    assert main(["study", "show", str(path)]) == 0
    assert "params.elasticity" in capsys.readouterr().out
    done = document(capsys, "ensemble", "run", path, "--samples", 8, "--batch", 2)
    assert (done["status"], done["batches"]) == ("done", 4)
    name = done["run"]
    asked = document(capsys, "runs", "show", name)["asked"]
    assert (asked["parameters"]["a"], asked["parameters"]["b"]) == ("EU27_2020", "KOR")
    assert document(capsys, "ensemble", "status", name)["batches_done"] == 4
    assert document(capsys, "ensemble", "resume", name)["status"] == "done"
    bands = document(capsys, "ensemble", "summarise", name, "--where", "importer=KOR")
    assert len(bands["tables"]["bands"]["rows"]) == 2
    assert document(capsys, "runs", "rerun", name)["same"]
    turned = document(
        capsys, "ensemble", "run", path, "--samples", 8, "--set", "b=rival", "--seed", 1
    )
    assert document(capsys, "runs", "show", turned["run"])["asked"]["parameters"]["b"] == "CHN"
    path.write_text(path.read_text().replace("params.elasticity", "params.elastcity"))
    assert main(["ensemble", "run", str(path)]) == 3
    assert "did you mean 'elasticity'" in capsys.readouterr().err


def test_ctrl_c_leaves_a_resumable_run_and_exit_code_130(capsys, tmp_path, home):
    path = tmp_path / "plan.toml"
    path.write_text(PLAN.format(samples=4000))
    child = subprocess.Popen(
        [sys.executable, "-m", "isthmus", "ensemble", "run", str(path), "--workers", "2"],
        stderr=subprocess.PIPE,
        text=True,
    )
    deadline = time.monotonic() + 90
    while len(list(home.glob("store/runs/*/done/*"))) < 2 and time.monotonic() < deadline:
        time.sleep(0.02)
    os.kill(child.pid, signal.SIGINT)
    _, err = child.communicate(timeout=60)
    assert child.returncode == 130, err
    assert "resume" in err
    (run,) = document(capsys, "runs", "list")["runs"]
    assert run["status"] == "resumable"
    assert main(["runs", "show", run["run"], "--out", str(tmp_path / "half.json")]) == 3
    assert "is resumable" in capsys.readouterr().err
    assert not (tmp_path / "half.json").exists()
    status = document(capsys, "ensemble", "status", run["run"])
    assert 2 <= status["batches_done"] < status["batches"]
    assert document(capsys, "data", "verify")["faults"] == []


def test_settings_are_toml_values_or_text():
    assert parse_settings(("a=1.5", "b=TWN", 'c=["x", "y"]', "d=true", "e = C26 ")) == {
        "a": 1.5, "b": "TWN", "c": ["x", "y"], "d": True, "e": "C26",
    }  # fmt: skip
    with pytest.raises(BadInput):
        parse_settings(("a",))


OWN_RECORD = """
key = "{key}"
title = "Days"
publisher = "A firm"
edition = "{edition}"
unit = "days"
kind = "assumed"
licence = "own"
attribution = "A firm"
redistribution = "forbidden"
"""


def added(capsys, folder: Path, key: str, edition: str) -> str:
    (folder / "days.csv").write_text("industry,days\nC26,45.5\nC29,8\n", encoding="utf-8")
    record = OWN_RECORD.format(key=key, edition=edition)
    (folder / "days.toml").write_text(record, encoding="utf-8")
    return str(document(capsys, "data", "add", folder / "days.csv")["added"])


def test_sets_that_were_added_are_shown_and_removed(capsys, tmp_path):
    first = added(capsys, tmp_path, "own_days", "2024")
    for name in ("own_days", first):
        assert document(capsys, "data", "show", name)["dataset"]["edition"] == "2024"
    assert main(["data", "show", "own_days"]) == 0
    assert "45.5" in capsys.readouterr().out
    second = added(capsys, tmp_path, "own_days", "2025")
    assert document(capsys, "data", "show", "own_days")["dataset"]["edition"] == "2025"
    assert document(capsys, "data", "show", first)["dataset"]["edition"] == "2024"
    # two versions: which one is meant must be said
    assert main(["data", "remove", "own_days"]) == 3
    said = capsys.readouterr().err
    assert first in said
    assert second in said
    assert document(capsys, "data", "remove", first) == {
        "schema_version": 1,
        "removed": first,
        "used_by": [],
    }
    assert document(capsys, "data", "remove", "own_days")["removed"] == second
    assert document(capsys, "data", "list")["stored"] == []
    assert main(["data", "show", "own_days"]) == 4
    assert main(["data", "remove", "own_days"]) == 4
    # what ships stays
    assert main(["data", "remove", "icio_flows"]) == 4
    capsys.readouterr()


def test_a_set_that_a_run_used_is_removed_with_a_word_on_the_run(capsys, tmp_path):
    name = added(capsys, tmp_path, "own_days", "2024")
    words = ["dependence", "DEU", "--industry", "C26", "--world", "starter+own_days"]
    document(capsys, *words)
    (run,) = document(capsys, "runs", "list")["runs"]
    assert document(capsys, "data", "remove", name)["used_by"] == [run["run"]]
    assert main(["runs", "show", run["run"]]) == 0
    assert main(["runs", "rerun", run["run"]]) != 0
    capsys.readouterr()


def test_runs_are_found_by_the_name_of_their_lens_in_either_spelling(capsys):
    document(capsys, "dependence", "chips", "DEU")
    (run,) = document(capsys, "runs", "list")["runs"]
    assert run["lens"] == "dependence.chip_imports"
    assert run["run"].startswith("dependence.chip-imports-")
    for name in (
        "dependence.chip_imports",
        "dependence.chip-imports",
        run["run"].replace("-", "_"),
    ):
        assert document(capsys, "runs", "show", name)["run"] == run["run"]
