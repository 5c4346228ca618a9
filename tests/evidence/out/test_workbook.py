"""Workbooks: text is text, every table comes back as it was, limits have names."""

from __future__ import annotations

import zipfile
from io import BytesIO
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.evidence.out.result_helpers import FLOWS, made_result, made_table

from isthmus.errors import BadInput
from isthmus.evidence.out.workbook import MOST_TEXT, sheet_names, workbook
from isthmus.sources.text import TextTable
from isthmus.sources.workbook import read_sheet

FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("x")', "http://x.y", "\t=1", "{=1}", "007"]
cells = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=12)


def back(content: bytes, folder: Path, sheet: str = "") -> pl.DataFrame:
    path = folder / "back.xlsx"
    path.write_bytes(content)
    found = read_sheet(path, sheet)
    assert not isinstance(found, TextTable)
    return found[1]


def test_no_cell_is_a_formula_or_a_link(tmp_path: Path) -> None:
    frame = pl.DataFrame({"=name": FORMULAS, "value": [float(n) for n in range(len(FORMULAS))]})
    content = workbook(made_result(made_table(frame)))
    with zipfile.ZipFile(BytesIO(content)) as archive:
        sheets = [n for n in archive.namelist() if n.startswith("xl/worksheets/sheet")]
        assert len(sheets) == 2
        for name in sheets:
            assert b"<f>" not in archive.read(name)
        assert not [n for n in archive.namelist() if n.endswith(".rels") and "sheet" in n]
    assert back(content, tmp_path).equals(frame)


@settings(max_examples=40)
@given(
    st.lists(
        st.tuples(
            cells.map(lambda t: t or None),
            st.one_of(st.none(), st.floats(allow_nan=False, allow_infinity=False)),
            st.one_of(st.none(), st.integers(-(2**62), 2**62)),
            st.one_of(st.none(), st.booleans()),
        ),
        min_size=1,
        max_size=12,
    )
)
def test_every_table_comes_back_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[object, ...]]
) -> None:
    schema = {"text": pl.String, "value": pl.Float64, "count": pl.Int64, "truth": pl.Boolean}
    frame = pl.DataFrame(rows, schema=schema, orient="row").with_columns(key=pl.lit("k"))
    content = workbook(made_result(made_table(frame)))
    found = back(content, tmp_path_factory.mktemp("book"))
    assert found.equals(frame)


def test_the_sheet_about_them_says_what_they_hold(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(workbook(made_result(made_table(FLOWS), made_table(FLOWS, "about"))))
    assert back(path.read_bytes(), tmp_path, "about~2").equals(FLOWS)
    from isthmus.runtime.reading.workbooks import open_workbook

    told = [" | ".join(c or "" for c in row) for row in open_workbook(path).rows("about")]
    for line in (
        "Isthmus result",
        "flows | kind | estimated",
        "flows | note | mind this",
        "flows | value | Float64 | value | million USD | how much",
        "parameters.b.c | x",
        "method | An author (2020).",
    ):
        assert any(line in row for row in told), line


def test_names_of_sheets_are_short_plain_and_never_twice() -> None:
    names = sheet_names(["x" * 40, "X" * 40, "a/b[c]", "about", "a:b[c]"])
    assert list(names.values()) == ["x" * 31, "X" * 29 + "~2", "a_b_c_", "about~2", "a_b_c_~2"]
    assert len({n.casefold() for n in names.values()}) == 5


def test_what_no_sheet_holds_is_named() -> None:
    frame = pl.DataFrame({"text": ["x" * (MOST_TEXT + 1)], "value": [1.0]})
    with pytest.raises(BadInput, match="table flows, column text: a text of 32,768 characters"):
        workbook(made_result(made_table(frame)))
    tall = pl.DataFrame({"value": pl.zeros(1_048_576, eager=True)})
    with pytest.raises(BadInput, match="1,048,576 rows"):
        workbook(made_result(made_table(tall)))
