"""Cells of tables as text: shares as percent, no more digits than the kind deserves."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from isthmus.evidence import IN_UNIT, SHARE, Column, Finding, Kind, Table
from isthmus.evidence.digits import (
    DIGITS,
    NOT_KNOWN,
    in_range,
    of_range,
    percent,
    percent_apart,
    percent_of_draws,
    significant,
)
from isthmus.evidence.out.texts import with_name
from isthmus.scenario.hazards import NEVER
from isthmus.study.numbers import CHANCE, MONEY, MONTHS, SHARE_OF_DRAWS, digits_of
from isthmus.study.wording import TextCatalogue

LEAST_PARTS = 3
"""Shares that make a whole together from which they are parts of it."""
WHOLE = 1e-6

Quoted = Mapping[tuple[str, str], Sequence[tuple[frozenset[str], int]]]
"""By unit and value: data sets of the numbers that sentences quote, with their digits."""


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


def quoted(findings: Iterable[Finding]) -> Quoted:
    """Return the digits of every number of findings, for the tables that stand beside them."""
    found: dict[tuple[str, str], list[tuple[frozenset[str], int]]] = {}
    for finding in findings:
        for value in (finding.value, finding.low, finding.high):
            if value is not None:
                digits = frozenset(finding.datasets), digits_of(finding, value)
                found.setdefault(_same(finding.unit, value), []).append(digits)
    return found


def _same(unit: str, value: float) -> tuple[str, str]:
    """Return what two numbers have in common that are one figure."""
    return "1" if unit in {"", "index", "ratio"} else unit, f"{value:.9e}"


def grid(
    table: Table,
    catalogue: TextCatalogue,
    *,
    said: Quoted | None = None,
    series: str = "",
    with_names: bool = False,
    folded: bool = False,
) -> Grid:
    """Return a table as text; a column ``kind`` sets the digits of its row.

    Where rounding would move an end of a range in a row by more than a part of its width, the
    numbers of that unit get more digits, as in sentences. A number that a sentence quotes from the
    same data has no fewer digits than there.

    Parameters
    ----------
    table : Table
        Rows.
    catalogue : TextCatalogue
        Headings and units.
    said : mapping, optional
        Digits of what sentences quote; see `quoted`.
    series : str
        A dimension whose values become columns, where the table has one value per combination.
    with_names : bool
        Write the name of what a code stands for beside it.
    folded : bool
        Write a number and its range, ``x``, ``x_low`` and ``x_high``, into one cell.
    """
    if series:
        table = _pivoted(table, series)
    names = table.frame.columns
    place = names.index("kind") if "kind" in names else None
    headings = tuple(
        (_heading(table, column, catalogue), _unit(column.unit, catalogue), column.role == "value")
        for column in table.columns
    )
    ends = _ends(names)
    own = _own(names, ends)
    rows = []
    for row in table.frame.iter_rows():
        digits = DIGITS[table.kind if place is None else Kind(row[place])]
        units = table.units(row)
        ranges = _ranges(row, units, ends, digits)
        parts = _parts(row, units, ends)
        rows.append(
            tuple(
                Cell(catalogue.written(parts[at]), True)
                if at in parts
                else _cell(
                    value,
                    column if column.unit == unit else replace(column, unit=unit),
                    max(
                        _digits(value, _range(row, units, at, own) or ranges.get(unit), digits),
                        _as_said(value, unit, table, said or {}),
                    ),
                    catalogue,
                    with_names=with_names,
                    signed=column.unit == IN_UNIT,
                )
                for at, (value, column, unit) in enumerate(
                    zip(row, table.columns, units, strict=True)
                )
            )
        )
    whole = Grid(headings, tuple(rows))
    return _folded(whole, names, catalogue) if folded else whole


def _folded(grid: Grid, names: Sequence[str], catalogue: TextCatalogue) -> Grid:
    """Put the ends of a range into the cell of their number."""
    places = {name: at for at, name in enumerate(names)}
    ends = {
        at: (places[f"{name}_low"], places[f"{name}_high"])
        for name, at in places.items()
        if {f"{name}_low", f"{name}_high"} <= set(places)
    }
    at = places.get("low", 0) - 1
    # Ends without a name of their own belong to the number of their unit right before them.
    if at >= 0 and places.get("high") == at + 2 and at not in ends:
        units = [grid.headings[place][1:] for place in (at, at + 1, at + 2)]
        if units[0] == units[1] == units[2] and units[0][1]:
            ends[at] = (at + 1, at + 2)
    gone = {place for pair in ends.values() for place in pair}
    to = catalogue.text("unit.to")

    def cell(row: Sequence[Cell], at: int) -> Cell:
        if at not in ends:
            return row[at]
        value, low, high = (row[place].text for place in (at, *ends[at]))
        # A range that no digit shows is none to a reader.
        if NOT_KNOWN in (low, high) or value == low == high:
            return row[at]
        return replace(row[at], text=f"{value} ({low} {to} {high})")

    kept = [at for at in range(len(names)) if at not in gone]
    return Grid(
        tuple(grid.headings[at] for at in kept),
        tuple(tuple(cell(row, at) for at in kept) for row in grid.rows),
    )


def _pivoted(table: Table, series: str) -> Table:
    """Put the values of `series` side by side; the table itself where that is not possible."""
    values = [c for c in table.columns if c.role == "value"]
    others = [c for c in table.columns if c.role == "dimension" and c.name != series]
    described = [c for c in table.columns if c.role == "attribute"]
    keys = [c.name for c in others]
    if len(values) != 1 or not others or described or table.frame.select(keys).is_unique().all():
        return table
    names = list(dict.fromkeys(table.frame[series].to_list()))
    wide = table.frame.pivot(series, index=keys, values=values[0].name, maintain_order=True)
    columns = (*others, *(replace(values[0], name=str(name), text=str(name)) for name in names))
    return replace(table, frame=wide.select(c.name for c in columns), columns=columns)


def _ends(names: Sequence[str]) -> list[tuple[int, int]]:
    """Return the places of the columns that hold the ends of one range: ``low_80``, ``high_80``."""
    places = {name: at for at, name in enumerate(names)}
    upper = {
        name: "_".join("high" if word == "low" else word for word in name.split("_"))
        for name in names
    }
    return [(places[n], places[u]) for n, u in upper.items() if u != n and u in places]


def _own(names: Sequence[str], ends: Sequence[tuple[int, int]]) -> dict[int, tuple[int, int]]:
    """Return the places of the range to which a number belongs: its own ends, as in a sentence."""
    places = {name: at for at, name in enumerate(names)}
    found: dict[int, tuple[int, int]] = {}
    for low, high in ends:
        base = "_".join(word for word in names[low].split("_") if word != "low")
        # Ends without a name of their own belong to the number right before them.
        number = places.get(base) if base else low - 1
        found |= dict.fromkeys((low, high), (low, high))
        if number is not None:
            found.setdefault(number, (low, high))
    return found


def _range(
    row: Sequence[Any], units: Sequence[str], at: int, own: Mapping[int, tuple[int, int]]
) -> tuple[float, float] | None:
    """Return the range of a number of a row; none where it has none of its unit."""
    if at not in own:
        return None
    low, high = own[at]
    known = isinstance(row[low], float) and isinstance(row[high], float)
    return (row[low], row[high]) if known and units[at] == units[low] else None


def _parts(
    row: Sequence[Any], units: Sequence[str], ends: Sequence[tuple[int, int]]
) -> dict[int, str]:
    """Return the texts of neighbouring shares that make a whole, so that what is printed adds up.

    Tenths of a percent are given out by the largest remainder. An end of a range is no part.
    """
    of_ranges = {place for pair in ends for place in pair}
    shares = [
        unit == SHARE and isinstance(value, float) and place not in of_ranges
        for place, (value, unit) in enumerate(zip(row, units, strict=True))
    ]
    for first in range(len(row)):
        total, last = 0.0, first
        while last < len(row) and shares[last]:
            total += row[last]
            last += 1
            if last - first >= LEAST_PARTS and abs(total - 1.0) < WHOLE:
                return dict(zip(range(first, last), _adding_up(row[first:last]), strict=True))
    return {}


def _adding_up(shares: Sequence[float]) -> list[str]:
    exact = [share * 1000 for share in shares]
    tenths = [math.floor(part) for part in exact]
    order = sorted(range(len(exact)), key=lambda n: (tenths[n] - exact[n], n))
    for n in order[: 1000 - sum(tenths)]:
        tenths[n] += 1
    return [f"{part / 10:.1f}" for part in tenths]


def _ranges(
    row: Sequence[Any], units: Sequence[str], ends: Sequence[tuple[int, int]], digits: int
) -> Mapping[str, tuple[float, float]]:
    """Return the range of a row by unit that needs most digits."""
    found: dict[str, tuple[int, float, float]] = {}
    for low, high in ends:
        if isinstance(row[low], float) and isinstance(row[high], float):
            need = of_range(row[low], row[high], digits)
            if need > found.get(units[low], (0, 0.0, 0.0))[0]:
                found[units[low]] = (need, row[low], row[high])
    return {unit: (low, high) for unit, (_, low, high) in found.items()}


def _digits(value: Any, ends: tuple[float, float] | None, digits: int) -> int:
    return in_range(value, *ends, digits) if ends and isinstance(value, float) else digits


def _as_said(value: Any, unit: str, table: Table, said: Quoted) -> int:
    """Return the digits with which a sentence quotes a number of the data of a table."""
    if not isinstance(value, float):
        return 0
    found = said.get(_same(unit, value), ())
    return max((digits for data, digits in found if data & set(table.datasets)), default=0)


def _heading(table: Table, column: Column, catalogue: TextCatalogue) -> str:
    heading = catalogue.get(catalogue.heading(table.name, column.name))
    # A heading that names a party was filled in where the table was made.
    return column.text if "{" in heading else heading or column.text or column.name


def _unit(unit: str, catalogue: TextCatalogue) -> str:
    return "" if unit in {"", "1", "index", "count"} else catalogue.unit(unit)


def _cell(
    value: Any,
    column: Column,
    digits: int,
    catalogue: TextCatalogue,
    *,
    with_names: bool,
    signed: bool,
) -> Cell:
    """Return a cell; a share is `signed` where the heading of its column cannot bear the sign."""
    if value is None:
        return Cell(NOT_KNOWN, column.role == "value")
    if column.name == "kind":
        text = f"{catalogue.text(f'kind_mark.{value}')} {catalogue.text(f'kind.{value}')}"
        return Cell(text, False, str(value))
    if column.role != "value" or isinstance(value, str):
        text = with_name(column.name, value, catalogue.alone) if with_names else str(value)
        return Cell(catalogue.figure(text), False)
    text = catalogue.written(_number(float(value), column.unit, digits))
    return Cell(f"{text} %" if signed and column.unit == SHARE else text, True)


def _number(value: float, unit: str, digits: int) -> str:
    if unit == SHARE:
        return percent(value, digits)
    if unit == CHANCE:
        return percent_apart(value, NEVER, digits)
    if unit == SHARE_OF_DRAWS:
        return percent_of_draws(value)
    if unit in {"count", MONTHS}:
        return f"{value:,.0f}"
    if unit == MONEY:
        return significant(value, digits) if abs(value) >= 1 else f"{value:.1f}"
    return significant(value, digits)
