"""Commands that hold the disruption engine to past episodes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from isthmus.cli.root import main
from isthmus.disruption.episodes import episode_names

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def _own_store(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("ISTHMUS_HOME", str(tmp_path / "home"))


def told(capsys):
    return json.loads(capsys.readouterr().out)


def test_episodes_are_listed_with_what_was_observed(capsys) -> None:
    assert main(["disruption", "episodes", "--json"]) == 0
    rows = told(capsys)
    assert tuple(row["name"] for row in rows) == episode_names()
    assert all(row["observables"] and len(row["identity"]) == 64 for row in rows)


@pytest.fixture
def calibrated(tmp_path, capsys):
    """A calibration that is far too small to mean anything, and its folder."""
    mine = str(tmp_path / "mine")
    words = ["--episode", "null-strike", "--particles", "4", "--draws", "12", "--batch", "4"]
    assert main(["disruption", "calibrate", *words, "--save", mine, "--json"]) == 0
    return told(capsys), mine


def test_a_calibration_is_a_run_and_its_draws_are_saved(calibrated, capsys) -> None:
    document, mine = calibrated
    assert {"draws", "weights", "parameters", "fit"} <= set(document["tables"])
    assert document["provenance"]["lens"] == "calibration.calibrate"
    assert main(["runs", "list", "--json"]) == 0
    runs = [(run["lens"], run["status"]) for run in told(capsys)["runs"]]
    assert runs == [("calibration.calibrate", "done")]
    assert main(["disruption", "posterior", "show", mine, "--json"]) == 0
    shown = told(capsys)
    assert set(shown["about"]["episodes"]) == {"null-strike"}
    assert {row["number"] for row in shown["rows"]} >= {"psi", "order_share"}


def test_a_saved_posterior_predicts(calibrated, capsys) -> None:
    _, mine = calibrated
    words = ["--posterior", mine, "--draws", "3"]
    assert main(["disruption", "backtest", "--episode", "null-strike", *words, "--json"]) == 0
    table = told(capsys)["tables"]["backtest"]
    assert len(table["rows"]) == 2
    asked = ["disruption", "predict", "strike-german-cars", "--until", "8", *words, "--json"]
    assert main(asked) == 0
    document = told(capsys)
    rows = document["tables"]["predicted"]["rows"]
    names = [c["name"] for c in document["tables"]["predicted"]["columns"]]
    germany = next(r for r in rows if r[0] == "DEU")
    found = dict(zip(names, germany, strict=True))
    assert 0 < found["low_95"] <= found["median"] <= found["high_95"] < 0.2
    eu = dict(zip(names, next(r for r in rows if r[0] == "EU27_2020"), strict=True))
    assert 0 < eu["median"] < found["median"]
    assert len({row[0] for row in document["tables"]["extremes"]["rows"]}) == 2
    record = Path(mine) / "posterior.json"
    record.write_text(record.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert main(["runs", "rerun", "calibration.predict"]) == 3
    assert "posterior.json: has changed" in capsys.readouterr().err


def rows_of(table):
    names = [c["name"] for c in table["columns"]]
    return [dict(zip(names, row, strict=True)) for row in table["rows"]]


def test_a_simulation_over_a_posterior_is_its_prediction(capsys) -> None:
    asked = ["--posterior", "default", "--draws", "2", "--until", "6", "--json"]
    assert main(["disruption", "strike-german-cars", *asked]) == 0
    simulated = told(capsys)
    assert simulated["provenance"]["lens"] == "calibration.predict"
    assert main(["disruption", "predict", "strike-german-cars", *asked]) == 0
    assert told(capsys)["tables"] == simulated["tables"]
    columns = {c["name"] for c in simulated["tables"]["predicted"]["columns"]}
    assert {"median", "low_80", "high_95", "misfit_share"} <= columns
    assert len({row[0] for row in simulated["tables"]["extremes"]["rows"]}) == 2


def test_several_scenarios_meet_the_same_draws(capsys) -> None:
    names = ["taiwan-chips-7-full", "taiwan-chips-7-partial"]
    asked = ["--posterior", "default", "--draws", "3", "--until", "9", "--json"]
    assert main(["disruption", "compare", *names, *asked, "--base", names[0]]) == 0
    tables = told(capsys)["tables"]
    by_scenario = rows_of(tables["predicted"])
    alone = {}
    for name in names:
        assert main(["disruption", "predict", name, *asked]) == 0
        for row in rows_of(told(capsys)["tables"]["predicted"]):
            alone[name, row["economy"], row["horizon"]] = row
    found = {(r["scenario"], r["economy"], r["horizon"]): r["median"] for r in by_scenario}
    # Single precision: how many scenarios run side by side moves the last digits.
    assert found == pytest.approx(
        {place: r["median"] for place, r in alone.items()}, rel=1e-4, abs=1e-7
    )
    gaps = rows_of(tables["predicted_difference"])
    assert {row["scenario"] for row in gaps} == {names[1]}
    eu = [row for row in gaps if row["economy"] == "EU27_2020" and row["median"] != 0]
    assert eu
    for row in eu:
        whole = alone[names[0], row["economy"], row["horizon"]]
        assert -whole["high_95"] <= row["low_95"] <= row["median"] <= row["high_95"] < 0
        assert row["lower"] == 1.0
        assert row["low_80_misfit"] < row["low_80"]


def test_differences_need_a_base_that_is_there_and_names_that_differ(capsys) -> None:
    words = ["--posterior", "default", "--draws", "2", "--until", "3"]
    one = "taiwan-chips-7-full"
    assert main(["disruption", "compare", one, *words, "--base", "taiwan-chips-7-ful"]) == 4
    assert one in capsys.readouterr().err
    assert main(["disruption", "predict-many", one, one, *words]) == 3
    assert "names repeat" in capsys.readouterr().err


def test_a_shock_beyond_every_episode_is_said_to_be(capsys) -> None:
    asked = ["--posterior", "default", "--draws", "2", "--until", "3", "--json"]
    assert main(["disruption", "taiwan-chips-180-full", *asked]) == 0
    notes = " ".join(told(capsys)["tables"]["predicted"]["notes"])
    assert "extrapolated beyond any episode: share stopped 1 against" in notes


def test_what_a_posterior_draws_cannot_be_set_beside_it(tmp_path, capsys) -> None:
    chart = str(tmp_path / "paths.svg")
    words = ["--posterior", "default", "--psi", "0.5", "--threads", "2", "--chart", chart]
    assert main(["disruption", "strike-german-cars", *words]) == 3
    said = capsys.readouterr().err
    assert "3 problems" in said
    assert all(option in said for option in ("--psi", "--threads", "--chart"))
    assert main(["disruption", "strike-german-cars", "--draws", "3"]) == 3
    assert "goes with --posterior only" in capsys.readouterr().err


def test_draws_are_not_computed_for_a_folder_that_cannot_be_written(tmp_path, capsys) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes").write_text("mine", encoding="utf-8")
    assert main(["disruption", "calibrate", "--save", str(tmp_path / "mine")]) == 3
    assert "already exists" in capsys.readouterr().err
    assert main(["runs", "list", "--json"]) == 0
    assert told(capsys)["runs"] == []


def test_what_is_not_there_has_its_exit_code(tmp_path, capsys) -> None:
    assert main(["disruption", "calibrate", "--episode", "no-such"]) == 4
    assert main(["disruption", "backtest", "--posterior", str(tmp_path / "none")]) == 4
    assert main(["disruption", "calibrate", "--particles", "1"]) == 3
    (tmp_path / "bad.toml").write_text("name = 3", encoding="utf-8")
    assert main(["disruption", "calibrate", "--own", str(tmp_path / "bad.toml")]) == 3
    assert "observables" in capsys.readouterr().err
