"""`isthmus coercion ladder` and `respond`: tables, one JSON document, named errors."""

from __future__ import annotations

import json

from isthmus.cli.root import main


def test_ladder_lists_every_rung(capsys):
    assert main(["coercion", "ladder", "--json"]) == 0
    table = json.loads(capsys.readouterr().out)["tables"]["rungs"]
    assert len(table["rows"]) == 12
    assert main(["coercion", "ladder"]) == 0
    assert "arms-sales" in capsys.readouterr().out


def test_respond_prints_break_even_first_and_marks_everything(capsys):
    words = ["coercion", "respond", "LTU", "--rung", "arms-sales", "--draws", "20"]
    assert main([*words, "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["tables"]["prices"]["kind"] == "assumed"
    assert main(words) == 0
    told = capsys.readouterr().out
    assert told.index("break_even") < told.index("prices")
    assert "[assumed]" in told


def test_errors_are_named(capsys, tmp_path):
    assert main(["coercion", "respond", "LTU", "--rung", "arms-sale"]) == 4
    assert "arms-sales" in capsys.readouterr().err
    mine = tmp_path / "mine.toml"
    mine.write_text("[parameters.reliev]\nvalue = 1\n")
    assert main(["coercion", "respond", "LTU", "--assumptions", str(mine)]) == 3
    assert "relief" in capsys.readouterr().err
