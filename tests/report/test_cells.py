"""Cells of tables: digits as the kind deserves, more where a range needs them."""

from __future__ import annotations

import polars as pl
import pytest

from isthmus.evidence import IN_UNIT, Finding, Kind, Table
from isthmus.evidence.frames import attribute, dimension, number
from isthmus.report.cells import grid
from isthmus.study.numbers import interval
from isthmus.study.wording import TextCatalogue


def cells(unit: str, row: dict[str, float | None], kind: Kind, **units: str) -> list[str]:
    columns = [dimension("event"), *(number(name, units.get(name, unit)) for name in row)]
    frame = pl.DataFrame({"event": ["x"], **{name: [value] for name, value in row.items()}})
    table = Table("t", frame, tuple(columns), kind)
    return [cell.text for cell in grid(table, TextCatalogue.load()).rows[0][1:]]


@pytest.mark.parametrize(
    ("unit", "row", "kind", "shown"),
    [
        ("days", {"low": 36.0, "value": 38.0, "high": 39.0}, Kind.ASSUMED, ["36", "38", "39"]),
        ("months", {"full_low": 15.0, "full_high": 24.0}, Kind.ASSUMED, ["15", "24"]),
        ("share", {"low_80": 0.0979, "high_80": 0.1177}, Kind.ASSUMED, ["9.8", "11.8"]),
        ("share", {"low": 0.03, "value": 0.061, "high": 0.1}, Kind.ASSUMED, ["3", "6", "10"]),
        ("share", {"low": 0.2168, "high": 0.2174}, Kind.ESTIMATED, ["21.7", "21.7"]),
        ("days", {"low": 40.0, "high": 40.0}, Kind.ASSUMED, ["40", "40"]),
        ("share", {"low": 0.2, "value": 0.3, "high": 0.5}, Kind.ASSUMED, ["20", "30", "50"]),
        ("days", {"low": 36.0, "high": None}, Kind.ASSUMED, ["40", "\u2013"]),
    ],
)
def test_rounding_keeps_a_range(
    unit: str, row: dict[str, float | None], kind: Kind, shown: list[str]
) -> None:
    assert cells(unit, row, kind) == shown


def test_other_units_of_the_row_keep_the_digits_of_its_kind() -> None:
    row = {"days_low": 36.0, "days_high": 39.0, "price": 38.2}
    assert cells("days", row, Kind.ASSUMED, price="million USD") == ["36", "39", "40"]


def test_a_range_has_the_digits_of_its_sentence_whatever_stands_beside_it() -> None:
    row = {"quarter": 0.071, "quarter_low": 0.04, "quarter_high": 0.16}
    assert cells("share", row, Kind.ASSUMED) == ["7", "4", "16"]
    beside = row | {"wide_low": 0.012, "wide_high": 0.53}
    assert cells("share", beside, Kind.ASSUMED) == ["7", "4", "16", "1", "50"]


def test_a_share_bears_its_sign_where_rows_have_units_of_their_own() -> None:
    frame = pl.DataFrame({"event": ["x", "y"], "value": [0.2, 3.0], "unit": ["share", "months"]})
    columns = dimension("event"), number("value", IN_UNIT), attribute("unit")
    rows = grid(Table("t", frame, columns, Kind.ESTIMATED), TextCatalogue.load()).rows
    assert [row[1].text for row in rows] == ["20 %", "3.0"]


def test_a_table_reads_as_the_sentence() -> None:
    catalogue = TextCatalogue.load()
    found = Finding("a.b", 38.0, "days", Kind.ASSUMED, "2027", "way", (), low=36.0, high=39.0)
    low, high = cells("days", {"low": 36.0, "high": 39.0}, Kind.ASSUMED)
    assert interval(found, catalogue.units) == f"{low} days to {high} days"


def test_a_row_has_the_digits_of_its_own_kind() -> None:
    frame = pl.DataFrame(
        {"kind": ["measured", "assumed"], "low": [36.4, 36.4], "high": [49.2, 49.2]}
    )
    columns = (attribute("kind"), number("low", "days"), number("high", "days"))
    rows = grid(Table("t", frame, columns, Kind.ASSUMED), TextCatalogue.load()).rows
    assert [[cell.text for cell in row[1:]] for row in rows] == [["36.4", "49.2"], ["36", "49"]]


def test_parts_of_a_whole_add_up_as_printed() -> None:
    row = {"none": 0.98165, "targeted": 0.007, "broad": 0.001, "listing": 0.0098, "other": 0.00055}
    shown = cells("share", {**row, "loss": 0.02}, Kind.ASSUMED)
    assert shown[:-1] == ["98.2", "0.7", "0.1", "1.0", "0.0"]
    assert sum(round(float(text) * 10) for text in shown[:-1]) == 1000
    assert shown[-1] == "2"
    assert cells("share", {"a": 0.5, "b": 0.5}, Kind.ASSUMED) == ["50", "50"]
