"""`isthmus production` on the command line."""

from __future__ import annotations

import json

import pytest

from isthmus.cli.root import main
from isthmus.errors.base import EXIT_BAD_INPUT, EXIT_NOT_FOUND
from isthmus.production import family_names, load_bill
from isthmus.store import Store


@pytest.fixture(autouse=True)
def here(monkeypatch, tmp_path):
    monkeypatch.setenv("ISTHMUS_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_boms_are_listed(capsys):
    assert main(["production", "boms", "--json"]) == 0
    table = json.loads(capsys.readouterr().out)["tables"]["bills"]
    assert tuple(row[0] for row in table["rows"]) == family_names()
    assert main(["production", "boms"]) == 0
    assert "shell-155" in capsys.readouterr().out


def test_every_number_is_shown_with_its_origin(capsys):
    assert main(["production", "show", "shell-155", "--json"]) == 0
    tables = json.loads(capsys.readouterr().out)["tables"]
    assert all(row[-1] for row in tables["numbers"]["rows"])
    assert {r[1] for r in tables["structure"]["rows"] if r[2] is None} == {"cellulose", "chips"}


def test_a_template_is_a_file_of_ones_own(capsys, here):
    assert main(["production", "template", "small-drone", "--out", "own.toml"]) == 0
    assert load_bill(here / "own.toml").identity == load_bill("small-drone").identity
    assert main(["production", "template", "small-drone", "--out", "own.toml"]) == EXIT_BAD_INPUT
    assert main(["production", "template", "drone"]) == EXIT_NOT_FOUND
    assert "small-drone" in capsys.readouterr().err


def test_a_run_with_files_of_ones_own_comes_out_the_same_again(capsys):
    assert main(["production", "template", "small-drone", "--out", "own.toml"]) == 0
    words = "production own.toml interceptor --stop CHN@28 --days 140 --draws 5 --json"
    assert main(words.split()) == 0
    capsys.readouterr()
    (entry,) = Store().runs()
    assert entry.manifest is not None
    assert entry.manifest.lens == "production.run"
    assert main(["runs", "rerun", entry.id, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["same"] is True
    with open("own.toml", "a", encoding="utf-8") as handle:
        handle.write("# changed\n")
    assert main(["runs", "rerun", entry.id]) == EXIT_BAD_INPUT
    assert "has changed" in capsys.readouterr().err


def test_mistakes_of_a_file_are_told_at_once(capsys, here):
    (here / "bad.toml").write_text('name = "bad"\n[[items]]\nname = "a"\n', encoding="utf-8")
    assert main(["production", "bad.toml"]) == EXIT_BAD_INPUT
    told = capsys.readouterr().err
    assert all(word in told for word in ("title: is missing", "start: is missing", "unit"))


@pytest.mark.parametrize(
    ("lens", "words"),
    [
        ("remedies", "remedies small-drone --days 140 --draws 3 --stop CHN --remedy cell-stock"),
        ("cheapest_set", "cheapest small-drone --target 2000 --days 140 --draws 3 --stop CHN"),
        ("checks", "checks --draws 5"),
        ("queues", "queues --second-share 0.5 --years 3"),
        ("closure", "closure sea air --draws 5 --horizon 40"),
        ("allocation", "allocation small-drone interceptor --days 70 --stop CHN@14"),
    ],
)
def test_remedies_and_allocation_are_runs(capsys, lens, words):
    assert main(["production", *words.split(), "--json"]) == 0
    capsys.readouterr()
    (entry,) = Store().runs()
    assert entry.manifest is not None
    assert entry.manifest.lens == f"production.{lens}"
    assert main(["runs", "rerun", entry.id, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["same"] is True
