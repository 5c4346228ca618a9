"""Numbers as people write them: read in one way or refused by line and column."""

from __future__ import annotations

import pytest

from isthmus.sources.numbers import Numbers, parse_numbers
from isthmus.sources.text import TextOptions, read_bytes


def parse(rows: list[str], separator: str = ";", **options: object) -> Numbers:
    text = f"v{separator}w\n" + "".join(f"{row}\n" for row in rows)
    chosen = TextOptions(**options)
    return parse_numbers(read_bytes(text.encode(), "t.csv", chosen), ("v", "w"), chosen)


@pytest.mark.parametrize(
    ("rows", "values"),
    [
        (["21,5;7,25"], [(21.5, 7.25)]),
        (["1.040,5;3", "1.040;7"], [(1040.5, 3.0), (1040.0, 7.0)]),
        (["1,040.5;3", "1,040;7"], [(1040.5, 3.0), (1040.0, 7.0)]),
        (["1 040,5;-2", "1\u00a0040\u202f000;+3"], [(1040.5, -2.0), (1040000.0, 3.0)]),
        (["1'234'567.5;−2"], [(1234567.5, -2.0)]),
        (["1.234.567;2"], [(1234567.0, 2.0)]),
        (["0,125;2"], [(0.125, 2.0)]),
        (["1.5e3;2E-1"], [(1500.0, 0.2)]),
        ([".5;-.25"], [(0.5, -0.25)]),
    ],
)
def test_marks_are_recognised(rows: list[str], values: list[tuple[float, float]]) -> None:
    found = parse(rows)
    assert not found.problems
    assert found.frame.rows() == values


@pytest.mark.parametrize(("rows", "separator"), [(["1.040;2"], ";"), (['"1,040",2'], ",")])
def test_a_number_with_two_readings_is_refused_until_an_option_settles_it(
    rows: list[str], separator: str
) -> None:
    mark = "." if separator == ";" else ","
    problem = parse(rows, separator).problems
    assert len(problem) == 1
    assert problem[0].where == "t.csv, line 2, column v"
    assert parse(rows, separator, decimal=mark).frame.rows() == [(1.04, 2.0)]
    assert parse(rows, separator, thousands=mark).frame.rows() == [(1040.0, 2.0)]
    assert not parse(rows, separator, thousands=mark).problems


def test_a_dot_between_commas_is_a_decimal_mark() -> None:
    found = parse(["1.040,2"], ",")
    assert found.frame.rows() == [(1.04, 2.0)]
    assert not found.problems


@pytest.mark.parametrize("rows", [["1,5;2.5"], ["1.234.567;2.5"], ["1,5;1,234,567"]])
def test_numbers_written_in_two_ways_are_refused(rows: list[str]) -> None:
    found = parse(rows)
    assert len(found.problems) == 1
    assert "different decimal marks" in found.problems[0].what


@pytest.mark.parametrize("marker", [":", "..", "n/a", "c", "NA", "NaN", "#N/A", "."])
def test_markers_of_missing_values_are_missing_and_counted(marker: str) -> None:
    found = parse([f"1;{marker}", "2;3"])
    assert found.frame.rows() == [(1.0, None), (2.0, 3.0)]
    assert found.notes == (f"column w: 1 cell {marker!r} read as missing, first on line 2",)


@pytest.mark.parametrize("dash", ["-", "–", "—"])
def test_a_dash_is_refused_until_it_is_told(dash: str) -> None:
    problem = parse([f"1;{dash}"]).problems
    assert len(problem) == 1
    assert "--dash" in problem[0].hint
    assert parse([f"1;{dash}"], dash="zero").frame.rows() == [(1.0, 0.0)]
    assert parse([f"1;{dash}"], dash="missing").frame.rows() == [(1.0, None)]


@pytest.mark.parametrize(
    "text", ["abc", "5%", "1e999", "inf", "1,23,456", "(5)", "5-", "0x1", "1_0"]
)
def test_what_is_no_number_is_named_by_line_and_column(text: str) -> None:
    found = parse(["1;2", f"{text};3"])
    assert [p.where for p in found.problems] == ["t.csv, line 3, column v"]
    assert found.frame["v"].to_list() == [1.0, None]


def test_a_text_of_the_user_can_stand_for_missing_and_flags_come_off() -> None:
    assert parse(["1;geheim"], missing=("Geheim",)).frame.rows() == [(1.0, None)]
    found = parse(["12,5 p;1 be"])
    assert found.frame.rows() == [(12.5, 1.0)]
    assert len(found.notes) == 2
