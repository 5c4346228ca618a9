"""Results as files: every ending, folders, and what is refused before and after."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest
from tests.evidence.out.result_helpers import FLOWS, made_result, made_table

from isthmus.errors import BadInput, IsthmusError, TargetExists, TargetRefused
from isthmus.evidence import Result
from isthmus.evidence.out import check_target, write_result

LISTED = pl.DataFrame({"case": ["=1+1"], "who": [["DEU", "FRA"]], "value": [1.0]})


@pytest.fixture
def result() -> Result:
    return made_result(made_table(FLOWS), made_table(LISTED, "cases"))


def test_a_folder_holds_a_file_for_each_table_and_what_they_do_not(
    tmp_path: Path, result: Result
) -> None:
    out = tmp_path / "answer"
    assert write_result(result, out) == ["flows.csv", "cases.csv"]
    assert sorted(p.name for p in out.iterdir()) == ["cases.csv", "flows.csv", "tables.json"]
    assert pl.read_csv(out / "flows.csv").equals(FLOWS)
    assert (out / "cases.csv").read_text() == 'case,who,value\n\'=1+1,"DEU, FRA",1.0\n'
    about = json.loads((out / "tables.json").read_text())
    assert about["provenance"]["lens"] == "test.lens"
    assert about["tables"]["flows"]["columns"][3]["unit"] == "million USD"
    assert about["tables"]["flows"]["notes"] == ["mind this"]
    write_result(result, out, replace=True, form="parquet")
    assert sorted(p.name for p in out.iterdir()) == [
        "cases.parquet",
        "flows.parquet",
        "tables.json",
    ]
    assert pl.read_parquet(out / "cases.parquet").equals(LISTED)


def test_a_folder_with_anything_else_is_never_replaced(tmp_path: Path, result: Result) -> None:
    out = tmp_path / "answer"
    write_result(result, out)
    with pytest.raises(TargetExists):
        write_result(result, out)
    (out / "notes.csv").write_text("mine")
    with pytest.raises(TargetRefused, match=r"notes\.csv"):
        write_result(result, out, replace=True)
    assert (out / "notes.csv").read_text() == "mine"
    foreign = tmp_path / "foreign"
    foreign.mkdir()
    (foreign / "thesis.txt").write_text("mine")
    with pytest.raises(TargetRefused):
        check_target(foreign, replace=True)


@pytest.mark.parametrize("name", ["a.txt", "a.xls", "a.CSV", "a.json5"])
def test_an_unknown_ending_is_refused_at_once(tmp_path: Path, name: str) -> None:
    with pytest.raises(BadInput, match="unknown file ending") as caught:
        check_target(tmp_path / name)
    assert ".xlsx, or no ending for a folder" in (caught.value.hint or "")


@pytest.mark.parametrize("ending", [".csv", ".parquet"])
def test_several_tables_do_not_fit_into_one_file(
    tmp_path: Path, result: Result, ending: str
) -> None:
    with pytest.raises(BadInput, match="several tables") as caught:
        write_result(result, tmp_path / f"a{ending}")
    assert "--table NAME" in (caught.value.hint or "")
    assert list(tmp_path.iterdir()) == []


def test_a_workbook_needs_its_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "xlsxwriter", None)
    with pytest.raises(IsthmusError, match="xlsxwriter is not installed") as caught:
        check_target(tmp_path / "a.xlsx")
    assert "isthmus[excel]" in (caught.value.hint or "")


def test_one_result_is_one_file_byte_for_byte(tmp_path: Path, result: Result) -> None:
    for name in ("a.xlsx", "b.xlsx"):
        write_result(result, tmp_path / name)
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()
