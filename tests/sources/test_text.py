"""Text files as people save them: recognised, left out and said, or refused by line."""

from __future__ import annotations

from pathlib import Path

import pytest

from isthmus.errors import BadInput, NotFound
from isthmus.sources.text import TextOptions, TextTable, read_bytes, read_text

ROWS = [("CHN", "010121", "1"), ("DEU", "850511", "2")]


def read(text: str | bytes, **options: object) -> TextTable:
    raw = text if isinstance(text, bytes) else text.encode()
    return read_bytes(raw, "t.csv", TextOptions(**options))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_every_separator_encoding_and_line_end_gives_the_same_table(
    encoding: str, separator: str, ends: str
) -> None:
    lines = [separator.join(row) for row in [("economy", "product", "größe"), *ROWS]]
    table = read(ends.join(lines).encode(encoding))
    assert table.frame.columns == ["economy", "product", "größe"]
    assert table.frame.rows() == ROWS
    assert table.lines.to_list() == [2, 3]
    assert table.delimiter == separator


@pytest.mark.once_broken("the mark of old programs at the end was refused as a line of one cell")
def test_a_mark_of_the_end_is_no_line() -> None:
    assert read("a,b\r\n1,2\r\n\x1a").frame.rows() == read("a,b\r\n1,2\r\n").frame.rows()


def test_codes_keep_their_zeros_and_the_reading_is_reported() -> None:
    table = read("a;b\n01;1,5\n")
    assert table.frame.rows() == [("01", "1,5")]
    assert table.read_as == ("UTF-8", "separator semicolon")


def test_titles_notes_blank_lines_and_repeated_headers_are_left_out_and_counted() -> None:
    text = "Table 1;;\nmillion USD;;\n\na;b;c\n1;2;3\n;;\na;b;c\n4;5;6\n\nSource: us, them; 2024\n"
    table = read(text)
    assert table.frame.rows() == [("1", "2", "3"), ("4", "5", "6")]
    assert table.lines.to_list() == [5, 8]
    assert table.notes == (
        "2 lines above the header left out: line 1 'Table 1'",
        "1 line below the rows left out: line 10 'Source: us, them, 2024'",
        "1 repeated header left out: line 7",
        "2 blank lines left out",
    )


@pytest.mark.parametrize("last", ["4,5", "4", "CH", "Hong Kong,2"])
def test_a_row_that_was_cut_off_is_no_note(last: str) -> None:
    with pytest.raises(BadInput) as caught:
        read(f"a,b,c\n1,2,3\n{last}")
    assert "line 3" in str(caught.value)


def test_every_ragged_row_is_named_at_once_and_the_list_is_capped() -> None:
    with pytest.raises(BadInput) as caught:
        read("a,b,c\n" + "1,2\n" * 30 + "1,2,3\n1,2,3,4\n")
    problems = caught.value.problems
    assert len(problems) == 21
    assert problems[0].where == "t.csv, line 2"
    assert problems[-1].what == "and 11 more problems"


def test_line_breaks_in_quoted_cells_count_as_lines() -> None:
    table = read('a,b\n"x\ny",2\nz,3\n')
    assert table.frame.rows() == [("x\ny", "2"), ("z", "3")]
    assert table.lines.to_list() == [2, 4]


def test_blanks_and_spreadsheet_quotes_are_taken_off_with_a_notice() -> None:
    table = read('a,b\n" DEU\u00a0","=""010121"""\nFRA,2\n')
    assert table.frame.rows() == [("DEU", "010121"), ("FRA", "2")]
    assert len(table.notes) == 2
    assert "column a: 1 cell blanks" in table.notes[0]


def test_a_trailing_separator_is_no_column() -> None:
    assert read("a,b,\n1,2,\n").frame.columns == ["a", "b"]
    assert read("a,b\n1,2,\n").frame.rows() == [("1", "2")]


def test_a_declared_separator_and_wanted_names_decide() -> None:
    assert read("sep=;\na;b\n1;2\n").frame.rows() == [("1", "2")]
    raw = b"All trade, by year\nby us, 2024\nyear,value\n2022,5\n"
    table = read_bytes(raw, "t.csv", wanted=("year", "value"))
    assert table.frame.rows() == [("2022", "5")]


def test_options_go_before_what_is_recognised() -> None:
    assert read("a;b,c\n1;2,3\n", delimiter=",").frame.columns == ["a;b", "c"]
    assert read("x,y\na,b\n1,2\n", skip_rows=1).frame.columns == ["a", "b"]
    assert read("a,b\nŁ,1\n".encode("cp1250"), encoding="cp1250").frame.rows() == [("Ł", "1")]


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"", "empty"),
        (b"\n \n", "empty"),
        (b"a,b\n", "no rows"),
        (b"a,a\n1,2\n", "columns are named 'a'"),
        (b"a,,,b\n1,2,3,4\n", "without a name"),
        (b'a,b\n"1,2\n', "quotation marks"),
        (b"PK\x03\x04abc", "spreadsheet"),
        (b"PAR1abc", "Parquet"),
        (b"a,b\n1,\x81\n", "line 2"),
        (b"a,b\n\x00\x00\x00,1\n\x01", "not"),
    ],
)
def test_what_is_no_table_is_refused_in_words(raw: bytes, words: str) -> None:
    with pytest.raises(BadInput) as caught:
        read(raw)
    assert words in str(caught.value)


def test_wrong_options_are_refused() -> None:
    for options in ({"delimiter": ";;"}, {"encoding": "klingon"}, {"skip_rows": 9}):
        with pytest.raises(BadInput):
            read("a,b\n1,2\n", **options)


def test_a_missing_file_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        read_text(tmp_path / "no.csv")
