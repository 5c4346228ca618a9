"""Sheets that others made: titles, notes, types of cells, damage."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from io import BytesIO
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from isthmus.errors import BadInput, IsthmusError
from isthmus.sources.text import TextOptions, TextTable
from isthmus.sources.workbook import read_sheet

ROWS: list[list[object]] = [
    ["Trade of last year"],
    [],
    ["code", "value", "share"],
    ["0101", 1.5, "2,5"],
    ["0102", 1234567.25, "3"],
    [],
    ["Source: an office"],
]


def book(path: Path, **sheets: list[list[object]]) -> Path:
    content = BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True}) as made:
        made.set_properties({"created": datetime(2000, 1, 1)})
        for name, rows in sheets.items():
            sheet = made.add_worksheet(name)
            for at, row in enumerate(rows):
                sheet.write_row(at, 0, row)
    path.write_bytes(content.getvalue())
    return path


def text(path: Path, sheet: str = "", options: TextOptions | None = None) -> TextTable:
    found = read_sheet(path, sheet, options)
    assert isinstance(found, TextTable)
    return found


def test_titles_notes_and_rows_are_told_apart_with_the_rows_of_the_sheet(tmp_path: Path) -> None:
    found = text(book(tmp_path / "a.xlsx", data=ROWS, empty=[]))
    assert found.frame["code"].to_list() == ["0101", "0102"]
    assert found.frame["value"].to_list() == ["1.5", "1234567.25"]
    assert found.place(1, "value") == "a.xlsx, sheet data, sheet row 5, column value"
    assert found.read_as == ("sheet 'data'",)
    said = " ".join(found.notes)
    assert "above the header left out: line 1" in said
    assert "below the rows left out: line 7" in said


def test_a_decimal_comma_of_text_cells_holds_for_numbers_too(tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx", data=ROWS)
    assert text(path, options=TextOptions(decimal=",")).frame["value"].to_list() == [
        "1,5",
        "1234567,25",
    ]


def test_several_sheets_are_told_and_one_is_named(tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx", first=ROWS, second=ROWS)
    with pytest.raises(BadInput, match="several sheets") as caught:
        read_sheet(path)
    assert "sheet first: 7 rows" in str(caught.value)
    assert text(path, "second").frame.height == 2
    with pytest.raises(BadInput) as caught:
        read_sheet(path, "secnd")
    assert "did you mean 'second'" in (caught.value.hint or "")


@settings(max_examples=40)
@given(st.data())
def test_a_damaged_workbook_has_a_named_error(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    path = book(tmp_path_factory.mktemp("book") / "a.xlsx", data=ROWS)
    raw = bytearray(path.read_bytes())
    how = data.draw(st.sampled_from(["cut", "flip", "blank"]))
    at = data.draw(st.integers(0, len(raw) - 1))
    if how == "cut":
        del raw[at:]
    elif how == "flip":
        raw[at] ^= data.draw(st.integers(1, 255))
    else:
        raw[at : at + 64] = bytes(len(raw[at : at + 64]))
    path.write_bytes(bytes(raw))
    with suppress(BadInput):
        found = text(path)
        assert found.frame["code"].to_list() == ["0101", "0102"]
        assert found.frame["value"].to_list() == ["1.5", "1234567.25"]


def test_a_workbook_needs_its_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = book(tmp_path / "a.xlsx", data=ROWS)
    monkeypatch.setitem(__import__("sys").modules, "fastexcel", None)
    with pytest.raises(IsthmusError, match="fastexcel is not installed") as caught:
        read_sheet(path)
    assert "isthmus[excel]" in (caught.value.hint or "")
