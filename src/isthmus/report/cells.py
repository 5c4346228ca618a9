"""Cells of tables as text: shares as percent, no more digits than the kind deserves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from isthmus.evidence import Column, Kind, Table
from isthmus.study.numbers import DIGITS, MONEY, NOT_KNOWN, percent, significant
from isthmus.study.wording import Catalogue


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: its text, whether it is a number, and the kind of its row if it has one."""

    text: str
    number: bool
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Grid:
    """A table as text.

    Parameters
    ----------
    headings : tuple of (str, str, bool)
        Name, unit and whether the column holds numbers.
    rows : tuple of tuple of Cell
        Cells in the order of the headings.
    """

    headings: tuple[tuple[str, str, bool], ...]
    rows: tuple[tuple[Cell, ...], ...]


def grid(table: Table, catalogue: Catalogue) -> Grid:
    """Return a table as text; a column ``kind`` sets the digits of its row."""
    names = table.frame.columns
    place = names.index("kind") if "kind" in names else None
    headings = tuple(
        (_heading(column, catalogue), _unit(column.unit, catalogue), column.role == "value")
        for column in table.columns
    )
    rows = []
    for row in table.frame.iter_rows():
        kind = table.kind if place is None else Kind(row[place])
        rows.append(
            tuple(
                _cell(value, column, kind, catalogue)
                for value, column in zip(row, table.columns, strict=True)
            )
        )
    return Grid(headings, tuple(rows))


def _heading(column: Column, catalogue: Catalogue) -> str:
    return catalogue.get(f"column.{column.name}") or column.text or column.name


def _unit(unit: str, catalogue: Catalogue) -> str:
    return "" if unit in {"", "1", "index", "count"} else catalogue.units.get(unit, unit)


def _cell(value: Any, column: Column, kind: Kind, catalogue: Catalogue) -> Cell:
    if value is None:
        return Cell(NOT_KNOWN, column.role == "value")
    if column.name == "kind":
        text = f"{catalogue.text(f'kind_mark.{value}')} {catalogue.text(f'kind.{value}')}"
        return Cell(text, False, str(value))
    if column.role != "value" or isinstance(value, str):
        return Cell(str(value), False)
    return Cell(_number(float(value), column.unit, kind), True)


def _number(value: float, unit: str, kind: Kind) -> str:
    digits = DIGITS[kind]
    if unit == "share":
        return percent(value, digits)
    if unit == "count":
        return f"{value:,.0f}"
    if unit == MONEY:
        return significant(value, digits) if abs(value) >= 1 else f"{value:.1f}"
    return significant(value, digits)
