"""Cells of a known column: from what was written to the type of its contract, or a problem."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import polars as pl

from isthmus import codes
from isthmus.errors import few
from isthmus.evidence import Kind
from isthmus.world.contracts.given import Given, Report
from isthmus.world.contracts.model import DTYPES, LIMITS, ContractColumn
from isthmus.world.contracts.names import (
    DROP_HINT,
    economy_code,
    economy_hint,
    economy_note,
    product_code,
    product_hint,
)

_YEAR = r"^(\d{4})(?:[.,]0+)?$"
_ISO_DAY = r"^(\d{4})[-/](?:0?1[-/]0?1|12[-/]31)(?:[T ]00:00(?::00)?)?$"
_OTHER_DAY = r"^(?:0?1[./-]0?1|31[./-]12|12[./-]31)[./-](\d{4})(?: 00:00(?::00)?)?$"
_DATE = r"^\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?$"
YEAR_HINT = "a year as 2022; a table by month or quarter must be added up to years first"
_TRUTH = {"true": True, "false": False, "yes": True, "no": False, "1": True, "0": False}


def typed(column: ContractColumn, given: Given, report: Report, classification: str) -> pl.Series:
    """Return a column in the type of its contract; null where a cell is empty or wrong.

    Parameters
    ----------
    column : ContractColumn
        What the column must be.
    given : Given
        The table; text of number columns has been read as numbers already.
    report : Report
        Takes problems and notes.
    classification : str
        Edition of the products.
    """
    cells = given.frame[column.name]
    known = cells.is_not_null()
    if column.is_number:
        read = _number(column, cells, given, report)
    elif column.type == "truth":
        read = _truth(column, cells, given, report)
    else:
        read = _text(column, cells, given, report, classification)
    return read.set(~known, None).cast(DTYPES[column.type]).alias(column.name)


def year_text(cells: pl.Series, given: Given, report: Report) -> pl.Series:
    """Return the years of text cells, also of decimals and of the first or last day of a year."""
    read = cells.str.extract(_YEAR, 1)
    for pattern in (_ISO_DAY, _OTHER_DAY):
        read = read.fill_null(cells.str.extract(pattern, 1))
    changed = read.is_not_null() & (read != cells)
    if changed.any():
        shown = cells.filter(changed)[0]
        report.notes.append(
            f"column {cells.name}: {int(changed.sum()):,} cells such as {shown!r} read as years"
        )
    return read.fill_null(cells)


def _number(column: ContractColumn, cells: pl.Series, given: Given, report: Report) -> pl.Series:
    if cells.dtype == pl.Null:
        cells = cells.cast(pl.Float64)
    if cells.dtype in (pl.Date, pl.Datetime):
        ends = cells.dt.strftime("%m-%d").is_in(["01-01", "12-31"]) | cells.is_null()
        what = "is no first or last day of a year"
        _refuse(given, report, ~ends, column.name, what, YEAR_HINT)
        cells = cells.dt.year().set(~ends, None)
        report.notes.append(f"column {column.name}: dates read as their years")
    if not cells.dtype.is_numeric():
        hint = f"it must hold numbers, not {cells.dtype}"
        at = pl.Series([True] * cells.len(), dtype=pl.Boolean)
        report.problems.append(given.problem("is no column of numbers", at, column.name, hint))
        return pl.Series(column.name, [None] * cells.len(), dtype=pl.Float64)
    wide = cells.cast(pl.Float64)
    wrong = wide.is_nan() | wide.is_infinite()
    _refuse(given, report, wrong, column.name, "is not finite", "leave a missing number empty")
    low, high = LIMITS.get(column.type, (-float("inf"), float("inf")))
    below, above = (wide < low) & ~wrong, (wide > high) & ~wrong
    negative = low == 0.0
    what = "is negative" if negative else f"is below {low:g}"
    hint = "an amount is zero or more" if high > 1 else "a share lies between 0 and 1"
    if not negative:
        hint = YEAR_HINT if column.type == "year" else ""
    _refuse(given, report, below, column.name, what, hint)
    _refuse(given, report, above, column.name, f"is above {high:g}", hint)
    wrong |= below | above
    if DTYPES[column.type].is_integer():
        broken = (wide != wide.floor()) & ~wrong
        hint = YEAR_HINT if column.type == "year" else "it must be a whole number"
        _refuse(given, report, broken, column.name, "is no whole number", hint)
        wrong |= broken
    return wide.set(wrong.fill_null(False), None)


def _truth(column: ContractColumn, cells: pl.Series, given: Given, report: Report) -> pl.Series:
    if cells.dtype == pl.Boolean:
        return cells
    text = cells.cast(pl.String).str.to_lowercase().str.replace(r"\.0$", "")
    read = text.replace_strict(_TRUTH, default=None, return_dtype=pl.Boolean)
    wrong = cells.is_not_null() & read.is_null()
    _refuse(given, report, wrong, column.name, "is neither true nor false", "write true or false")
    return read


def _text(
    column: ContractColumn, cells: pl.Series, given: Given, report: Report, classification: str
) -> pl.Series:
    text = _as_text(cells)
    reader = _READERS.get(column.type)
    values = text.drop_nulls().unique(maintain_order=True).to_list()
    read: dict[str, str] = {}
    changed: list[str] = []
    noted: list[str] = []
    for value in values:
        if reader:
            found, hint = reader(value.strip(), classification)
        else:
            folded = value.strip().casefold()
            found = next((t for t in column.one_of if t.casefold() == folded), "")
            found, hint = (found, " or ".join(column.one_of)) if column.one_of else (value, "")
        read[value] = found
        if not found:
            noun = _NOUNS.get(column.type, "not known").format(classification=classification)
            what = f"{value!r} is {noun}"
            report.problems.append(given.problem(what, text == value, column.name, hint))
        elif found != value or cells.dtype != pl.String:
            note = economy_note(value) if column.type in ("economy", "area") else ""
            (noted if note else changed).append(f"{value!r} as {found}{note and f' ({note})'}")
    report.dropped += [f"column {column.name}: read {said}" for said in noted]
    if changed and (cells.dtype == pl.String or any(v != read[v] for v in values)):
        report.notes.append(f"column {column.name}: read {few(changed)}")
    if all(value and value == found for value, found in read.items()):
        return text
    return text.replace_strict(read, return_dtype=pl.String).replace("", None)


def _as_text(cells: pl.Series) -> pl.Series:
    """Return cells as text; whole numbers without a decimal point."""
    if cells.dtype.is_float():
        whole = cells.drop_nulls()
        if (whole == whole.floor()).all():
            return cells.cast(pl.Int64, strict=False).cast(pl.String)
    return cells.cast(pl.String)


def _economy(value: str, _: str) -> tuple[str, str]:
    if codes.is_aggregate(value):
        return "", DROP_HINT
    return _area(value, "")


def _area(value: str, _: str) -> tuple[str, str]:
    return (found, "") if (found := economy_code(value)) else ("", economy_hint(value))


def _product(value: str, classification: str) -> tuple[str, str]:
    return _coded(value, classification, (6,))


def _heading(value: str, classification: str) -> tuple[str, str]:
    return _coded(value, classification, (2, 4, 6))


def _coded(value: str, classification: str, levels: tuple[int, ...]) -> tuple[str, str]:
    found = product_code(value, classification, levels)
    return (found, "") if found else ("", product_hint(value, classification, levels))


def _date(value: str, _: str) -> tuple[str, str]:
    found = pl.Series([value]).str.contains(_DATE)[0]
    return (value, "") if found else ("", "write 2022, 2022-05 or 2022-05-31")


def _kind(value: str, _: str) -> tuple[str, str]:
    known = [kind.value for kind in Kind]
    lowered = value.casefold()
    return (lowered, "") if lowered in known else ("", " or ".join(known))


def _refuse(given: Given, report: Report, at: pl.Series, column: str, what: str, hint: str) -> None:
    at = at.fill_null(False)
    if at.any():
        shown = given.frame[column].filter(at)[0]
        report.problems.append(given.problem(f"{shown} {what}", at, column, hint))


_READERS: Mapping[str, Callable[[str, str], tuple[str, str]]] = {
    "economy": _economy,
    "area": _area,
    "product": _product,
    "heading": _heading,
    "date": _date,
    "kind": _kind,
}
_NOUNS = {
    "economy": "no economy",
    "area": "no economy",
    "product": "no product of six digits in {classification}",
    "heading": "no product in {classification}",
    "date": "no date",
    "kind": "no kind",
}
