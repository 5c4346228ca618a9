"""The chains commands."""

from __future__ import annotations

import json
import re

import pytest

from isthmus.cli.root import main


def document(capsys, *words: str):
    assert main(["chains", *words, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_lookthrough_gives_one_row_per_partner(capsys) -> None:
    found = document(capsys, "lookthrough", "EU27_2020", "--on", "CHN", "TWN", "--industry", "C26")
    rows = found["tables"]["lookthrough"]["rows"]
    assert [row[2] for row in rows] == ["CHN", "TWN"]
    assert found["provenance"]["parameters"]["industries"] == ["C26"]
    assert "mrio_2022" in found["provenance"]["datasets"]


def test_decompose_parts_add_up(capsys) -> None:
    row = document(capsys, "decompose", "TWN")["tables"]["decomposition"]["rows"][0]
    assert sum(row[3:7]) == pytest.approx(row[2], rel=1e-9)


def test_extract_takes_links_or_a_scenario(capsys, tmp_path) -> None:
    links = document(
        capsys, "extract", "--exporter", "TWN", "--importer", "EU27_2020", "--both-ways"
    )
    path = tmp_path / "own.toml"
    path.write_text(
        'name = "own"\n[[shocks]]\nkind = "embargo"\n'
        'economies = ["TWN"]\npartners = ["EU27_2020"]\n',
        encoding="utf-8",
    )
    scenario = document(capsys, "extract", str(path))
    assert links["tables"]["stakes"]["rows"] == scenario["tables"]["stakes"]["rows"]


def test_demand_takes_chip_detail(capsys) -> None:
    found = document(capsys, "demand", "TWN", "--on", "DEU", "--by-industry", "--chips")
    assert "C26_LEAD" in {row[1] for row in found["tables"]["foreign_demand"]["rows"]}


@pytest.mark.source
def test_a_published_table_is_added_and_asked(capsys, monkeypatch, tmp_path, shared_data) -> None:
    monkeypatch.setenv("ISTHMUS_HOME", str(tmp_path))
    mrio = shared_data / "mrio"
    assert main(["data", "add", str(mrio / "wiod13" / "wiod13_2011.npz"), "--json"]) == 0
    reference = json.loads(capsys.readouterr().out)["added"]
    assert main(["data", "verify"]) == 0
    assert main(["data", "list", "--json"]) == 0
    stored = json.loads(capsys.readouterr().out)["stored"]
    assert [(e["reference"], e["redistribution"]) for e in stored] == [(reference, "allowed")]
    world = f"starter+{reference}"
    found = document(
        capsys, "lookthrough", "DEU", "--on", "CHN", "--world", world, "--year", "2011"
    )
    assert found["provenance"]["world"].endswith(reference)
    face, total = found["tables"]["lookthrough"]["rows"][0][3:5]
    assert 0.01 < face < total < 0.1
    assert main(["data", "show", "mrio_wiod13_2011", "--world", world]) == 0
    shown = re.search(r"first (\d+) of 44 columns", capsys.readouterr().out)
    assert shown is not None
    assert 5 <= int(shown[1]) < 44
    assert main(["data", "add", str(mrio / "icio25_bilateral_2011_2022.npz")]) == 3
    assert "Z: array is missing" in capsys.readouterr().err


def test_demand_and_upstreamness_print_tables(capsys) -> None:
    assert main(["chains", "demand", "TWN", "--on", "EU27_2020"]) == 0
    assert "%" in capsys.readouterr().out
    assert main(["chains", "upstreamness", "TWN"]) == 0
    assert "C26" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["lookthrough", "NOWHERE"], 4, "NOWHERE"),
        (["lookthrough", "DEU", "--industry", "C99"], 4, "C99"),
        (["extract"], 3, "no links"),
        (["extract", "--exporter", "TWN", "--severity", "2"], 3, "severity"),
        (["decompose", "DEU", "--year", "1987"], 4, "no inter-economy table of 1987"),
    ],
)
def test_what_is_wrong_is_said(capsys, words, code, said) -> None:
    assert main(["chains", *words]) == code
    assert said in capsys.readouterr().err
