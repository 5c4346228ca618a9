"""`isthmus production` on the command line."""

from __future__ import annotations

import json

import pytest

from isthmus.cli.root import main
from isthmus.errors.base import EXIT_BAD_INPUT, EXIT_NOT_FOUND
from isthmus.production import family_names, load_bill


@pytest.fixture(autouse=True)
def here(monkeypatch, tmp_path):
    monkeypatch.setenv("ISTHMUS_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_boms_are_listed(capsys):
    assert main(["production", "boms", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)["boms"]
    assert tuple(b["name"] for b in listed) == family_names()
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
