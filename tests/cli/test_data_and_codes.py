"""``isthmus data`` and ``isthmus codes``."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from isthmus.cli.root import main


@pytest.fixture
def small(project: Path) -> str:
    return str(project / "tests" / "data" / "small_world")


def printed(capsys: pytest.CaptureFixture[str], *words: str) -> object:
    assert main(list(words)) == 0
    return json.loads(capsys.readouterr().out)


def test_list_names_every_data_set(capsys: pytest.CaptureFixture[str], small: str) -> None:
    document = printed(capsys, "data", "list", "--world", small, "--json")
    keys = [record["key"] for record in document["datasets"]]
    assert keys == sorted(keys)
    assert {"icio_flows", "hs_texts", "kept_back"} <= set(keys)
    assert main(["data", "list"]) == 0
    assert "icio_flows" in capsys.readouterr().out


def test_show_tells_licence_and_faults(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["data", "show", "taiwan_ic_exports"]) == 0
    out = capsys.readouterr().out
    for word in (
        "Customs Administration",
        "lower bound",
        "Open Government Data License",
        "million",
    ):
        assert word in out
    record = printed(capsys, "data", "show", "chip_facts", "--json")["dataset"]
    assert record["kind"] == "assumed"


@pytest.mark.parametrize("form", ["csv", "parquet", "json"])
def test_export_writes_rows_and_their_licence(
    capsys: pytest.CaptureFixture[str], small: str, tmp_path: Path, form: str
) -> None:
    out = tmp_path / f"flows.{form}"
    words = ["data", "export", "icio_flows", "--out", str(out), "--world", small]
    assert main(words) == 0
    assert capsys.readouterr().out == ""
    record = json.loads((tmp_path / f"flows.{form}.record.json").read_text(encoding="utf-8"))
    assert (record["key"], record["licence"]) == ("icio_flows", "Apache-2.0")
    if form == "json":
        rows = len(json.loads(out.read_text(encoding="utf-8"))["rows"])
    else:
        rows = (pl.read_csv if form == "csv" else pl.read_parquet)(out).height
    assert rows == record["rows"] == 225
    assert main(words) == 3
    assert main([*words, "--force"]) == 0


def test_export_refuses_what_the_licence_forbids(
    capsys: pytest.CaptureFixture[str], small: str, tmp_path: Path
) -> None:
    out = tmp_path / "kept.csv"
    assert main(["data", "export", "kept_back", "--out", str(out), "--world", small]) == 3
    assert "may not be passed on" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_export_of_an_unknown_ending(
    capsys: pytest.CaptureFixture[str], small: str, tmp_path: Path
) -> None:
    out = str(tmp_path / "flows.xls")
    assert main(["data", "export", "icio_flows", "--out", out, "--world", small]) == 3
    assert "csv, parquet, json" in capsys.readouterr().err


def test_unknown_data_sets_and_worlds(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["data", "show", "icio"]) == 4
    assert "icio_flows" in capsys.readouterr().err
    assert main(["data", "list", "--world", str(tmp_path)]) == 4


def test_codes_are_found_and_suggested(capsys: pytest.CaptureFixture[str]) -> None:
    found = printed(capsys, "codes", "economies", "german", "--json")["found"]
    assert [row["code"] for row in found] == ["DEU"]
    assert main(["codes", "economies", "germny"]) == 4
    assert "'DEU' (Germany)" in capsys.readouterr().err
    found = printed(capsys, "codes", "coalitions", "NATO", "--on", "2022", "--json")["found"]
    assert next(row["members"] for row in found if row["code"] == "NATO") == 30
    found = printed(capsys, "codes", "industries", "electronic", "--json")["found"]
    assert "C26" in [row["code"] for row in found]
    found = printed(capsys, "codes", "products", "854231", "--json")["found"]
    assert found[0]["industries"] == "C26"
    assert len(printed(capsys, "codes", "products", "--json")["found"]) == 97
    assert main(["codes", "coalitions", "NATO", "--on", "soon"]) == 3


def test_codes_of_other_sources_are_answered(capsys: pytest.CaptureFixture[str]) -> None:
    for query, code in (("UK", "GBR"), ("EL", "GRC"), ("842", "USA"), ("Turkey", "TUR")):
        found = printed(capsys, "codes", "economies", query, "--json")["found"]
        assert [row["code"] for row in found] == [code]
    assert (
        "Other Asia"
        in printed(capsys, "codes", "economies", "490", "--json")["found"][0]["found as"]
    )
    found = printed(capsys, "codes", "products", "10121", "--json")["found"]
    assert [row["code"] for row in found] == ["010121"]
    assert main(["codes", "economies", "YUG"]) == 4
    assert "several economies follow" in capsys.readouterr().err


def test_links_between_editions_are_shown(capsys: pytest.CaptureFixture[str]) -> None:
    words = ("codes", "concordance", "HS2007", "HS2017")
    rows = printed(capsys, *words, "010110", "010190", "--json")["found"]
    assert {row["relation"] for row in rows} <= {"1:1", "1:n", "n:1", "n:n"}
    assert ("010110", "010121") in [(row["code"], row["becomes"]) for row in rows]
    whole = printed(capsys, *words, "--json")["found"]
    assert {"one_to_many", "many_to_one", "unmapped"} <= {row["what"] for row in whole}
    assert main([*words, "8542"]) == 4


def test_a_product_that_the_world_lacks_is_named_with_the_data_that_hold_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    words = ["dependence", "DEU", "--level", "product", "--product", "090111"]
    assert main(words) == 4
    said = capsys.readouterr().err
    assert "Coffee" in said
    assert "BACI of CEPII in HS2017" in said
    assert "did you mean" not in said


def test_the_small_world_reads_like_the_starter(project: Path) -> None:
    from isthmus.world import World

    world = World.open(project / "tests" / "data" / "small_world")
    values = world.flows().values(2021)
    assert values.shape == (5, 5, 3)
    assert values[3, 1, 0] == pytest.approx(200 + 40 + 2 + 0.1)
    assert values[1, 1, 2] == pytest.approx(10 * (200 + 20 + 2 + 0.3))
