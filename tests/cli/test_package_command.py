"""`isthmus package`: lists, entries, the template, named errors."""

from __future__ import annotations

import json

from isthmus.cli.root import main


def test_list_and_show_are_one_document(capsys):
    assert main(["package", "list", "--json"]) == 0
    tables = json.loads(capsys.readouterr().out)["tables"]
    assert len(tables["actions"]["rows"]) >= 35
    assert main(["package", "show", "M08", "--json"]) == 0
    assert set(json.loads(capsys.readouterr().out)["tables"]) == {"about", "numbers"}
    assert main(["package", "show", "quiet"]) == 0
    assert "chip-early-warning" in capsys.readouterr().out


def test_the_template_is_a_file_that_reads(capsys, tmp_path):
    assert main(["package", "template"]) == 0
    mine = tmp_path / "mine.toml"
    mine.write_text(capsys.readouterr().out, encoding="utf-8")
    assert main(["package", "show", "my-package", "--file", str(mine)]) == 0
    assert "my-stock" in capsys.readouterr().out


def test_errors_are_named(capsys, tmp_path):
    assert main(["package", "show", "quit"]) == 4
    assert "quiet" in capsys.readouterr().err
    assert main(["package", "list", "--catalogue", "nowhere"]) == 4
    mine = tmp_path / "mine.toml"
    text = '[[packages]]\nkey = "p"\ntitle = "P"\nactions = ["plant-aid", "mature-plant"]\n'
    mine.write_text(text, encoding="utf-8")
    assert main(["package", "list", "--file", str(mine)]) == 3
    assert "'plant-aid' (M05) and 'mature-plant' (M04)" in capsys.readouterr().err
