"""`isthmus coercion coverage` and `events` by product: tables, one JSON document, named errors."""

from __future__ import annotations

import json

from isthmus.cli.root import main


def test_coverage_gives_a_reason_for_every_measure(capsys):
    assert main(["coercion", "coverage", "--json"]) == 0
    table = json.loads(capsys.readouterr().out)
    assert len(table["tables"]["coverage"]["rows"]) == 54
    assert main(["coercion", "coverage"]) == 0
    assert "PLW-2017" in capsys.readouterr().out


def test_events_by_product_print_intervals_and_recovery(capsys):
    words = ["coercion", "events", "AUS-2020", "--product", "270112", "--full", "0"]
    assert main([*words, "--json"]) == 0
    tables = json.loads(capsys.readouterr().out)["tables"]
    assert set(tables) == {"effects", "recovery", "trade", "diversion", "placebos"}
    assert "recovered by half" in json.dumps(tables["recovery"])


def test_products_that_do_not_fit_are_named(capsys):
    assert main(["coercion", "events", "AUS-2020", "--product", "270113"]) == 4
    assert "270112" in capsys.readouterr().err
