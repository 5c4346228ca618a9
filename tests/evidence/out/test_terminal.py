"""Tables as lines: headers whole, no line too wide, no cell lost."""

from __future__ import annotations

import polars as pl
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from tests.evidence.out.result_helpers import FLOWS, made_table

from isthmus.evidence.out.terminal import shortened, table_lines

names = st.text("abcdefghij_", min_size=1, max_size=16).filter(lambda n: n.strip("_"))
words = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z", "M")), max_size=30)


def test_what_all_rows_share_stands_in_the_title_and_codes_have_names() -> None:
    lines = table_lines(made_table(FLOWS), 80)
    assert lines[:2] == ["flows: what it shows [estimated]", "importer DEU Germany"]
    text = "\n".join(lines)
    assert "TWN Taiwan" in text
    assert "C26 Computer, electronic and optical products" in text
    assert text.count("million USD") == 1
    assert "n/a" in text


def test_a_single_row_keeps_its_values() -> None:
    assert "90" in "\n".join(table_lines(made_table(FLOWS.head(1)), 80))
    lone = pl.DataFrame({"case": ["only one"]})
    assert "only one" in "\n".join(table_lines(made_table(lone), 80))


def test_what_is_cut_is_counted() -> None:
    frame = pl.DataFrame({"day": list(range(100)), "value": [float(n) for n in range(100)]})
    lines = table_lines(made_table(frame), 80)
    assert lines[-1] == "40 more rows: --top, --json or --out FILE"
    assert len(table_lines(made_table(frame), 80, limit=None)) > 100
    kinds = pl.DataFrame(
        {
            "indicator": ["a"] * 50 + ["b"] * 50,
            "industry": [str(n) for n in range(100)],
            "value": [float(n) for n in range(100)],
        }
    )
    assert shortened(made_table(kinds)).frame["indicator"].value_counts()["count"].to_list() == [
        30,
        30,
    ]


@given(
    st.lists(names, min_size=1, max_size=14, unique=True),
    st.lists(words, min_size=14, max_size=14),
    st.integers(40, 160),
)
def test_headers_are_whole_and_lines_fit(columns: list[str], cells: list[str], width: int) -> None:
    frame = pl.DataFrame({c: [cells[n], f"{cells[n]}x"] for n, c in enumerate(columns)})
    lines = table_lines(made_table(frame), width)
    assert max(map(cell_len, lines)) <= width
    head = "\n".join(lines)
    for column in columns:
        for piece in column.replace("_", "_ ").split():
            assert piece in head


@given(st.lists(st.floats(-1e12, 1e12), min_size=1, max_size=12), st.integers(40, 120))
def test_numbers_are_never_broken(values: list[float], width: int) -> None:
    frame = pl.DataFrame({f"share_of_{n}": [v, v + 1] for n, v in enumerate(values)})
    text = "\n".join(table_lines(made_table(frame, unit="share"), width))
    assert text.count(" %") == 2 * len(values)
