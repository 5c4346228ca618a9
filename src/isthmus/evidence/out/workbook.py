"""A result as a workbook: a sheet for each table, and one about them all; text stays text."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from isthmus.errors import InputProblem, IsthmusError, raise_all
from isthmus.evidence.out.files import flat
from isthmus.evidence.result import Result
from isthmus.evidence.table import Table

ABOUT = "about"
"""The sheet that says what the others hold; a workbook with it is one of ours."""
COLUMNS = ("sheet", "column", "type", "role", "unit", "text")
MARK = "Isthmus result"
MOST_ROWS, MOST_TEXT, MOST_NAME = 1_048_575, 32_767, 31
EXACT = 2**53
_CREATED = datetime(2000, 1, 1)
"""Written as the date of every workbook, so that one result is one file."""


def check_library() -> None:
    """Raise unless the extra ``excel`` is installed.

    Raises
    ------
    IsthmusError
        When it is not.
    """
    try:
        import xlsxwriter  # noqa: F401
    except ImportError as error:
        hint = "install isthmus[excel], or write CSV, Parquet or JSON"
        raise IsthmusError("xlsxwriter is not installed", hint=hint) from error


class _Exact(float):
    """A number that is written with all its digits; xlsxwriter formats the others to sixteen."""

    def __format__(self, form: str) -> str:
        return repr(float(self))


def workbook(result: Result) -> bytes:
    """Return the bytes of a workbook; no cell is ever a formula or a link.

    Raises
    ------
    BadInput
        With every table that has more rows, and every text that is longer, than a sheet holds.
    """
    import xlsxwriter

    sheets = sheet_names(result.tables)
    _check(result.tables)
    content = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(content, {**options, "strings_to_numbers": False}) as book:
        book.set_properties({"created": _CREATED, "title": MARK})
        head = book.add_format({"bold": True})
        for name, table in result.tables.items():
            _sheet(book.add_worksheet(sheets[name]), table, head)
        _about(book.add_worksheet(ABOUT), result, sheets, head)
    return content.getvalue()


def sheet_names(tables: Iterable[str]) -> dict[str, str]:
    """Return a name of at most 31 characters for the sheet of each table, none twice."""
    taken, named = {ABOUT}, {}
    for table in tables:
        plain = re.sub(r"[\[\]:*?/\\']", "_", table).strip() or "table"
        name, number = plain[:MOST_NAME], 1
        while name.casefold() in taken:
            number += 1
            name = f"{plain[: MOST_NAME - 1 - len(str(number))]}~{number}"
        taken.add(name.casefold())
        named[table] = name
    return named


def _check(tables: Mapping[str, Table]) -> None:
    problems = []
    hint = "write CSV, Parquet or JSON"
    for name, table in tables.items():
        if table.frame.height > MOST_ROWS:
            what = f"{table.frame.height:,} rows; a sheet holds {MOST_ROWS:,}"
            problems.append(InputProblem(what, f"table {name}", hint))
        for column in flat(table.frame).iter_columns():
            if not column.dtype.is_numeric():
                longest = column.cast(str).str.len_chars().max()
                if isinstance(longest, int) and longest > MOST_TEXT:
                    what = f"a text of {longest:,} characters; a cell holds {MOST_TEXT:,}"
                    problems.append(InputProblem(what, f"table {name}, column {column.name}", hint))
    raise_all("the result does not fit into a workbook", problems)


def _sheet(sheet: Any, table: Table, head: Any) -> None:
    frame = flat(table.frame)
    for at, column in enumerate(frame.iter_columns()):
        sheet.write_string(0, at, column.name, head)
        for row, value in enumerate(column, 1):
            _write(sheet, row, at, value)
    sheet.freeze_panes(1, 0)
    sheet.autofit(300)


def _write(sheet: Any, row: int, at: int, value: object) -> None:
    if value is None:
        return
    if isinstance(value, bool):
        sheet.write_boolean(row, at, value)
    elif isinstance(value, int | float) and abs(value) <= EXACT:
        sheet.write_number(row, at, _Exact(value) if isinstance(value, float) else value)
    else:
        sheet.write_string(row, at, str(value))


def _about(sheet: Any, result: Result, sheets: Mapping[str, str], head: Any) -> None:
    """Write what the sheets hold: titles, notes and columns, then how the result was made."""
    lines: list[tuple[tuple[str, ...], bool]] = [((MARK,), True), ((), False)]
    lines.append((("sheet", "what", "value"), True))
    for name, table in result.tables.items():
        told = {
            "table": name,
            "text": table.text,
            "kind": table.kind.value,
            "data": ", ".join(table.datasets),
            "years": table.period,
        }
        lines += [((sheets[name], key, value), False) for key, value in told.items() if value]
        lines += [((sheets[name], "note", note), False) for note in table.notes]
    lines += [((), False), (COLUMNS, True)]
    for name, table in result.tables.items():
        types = flat(table.frame).schema
        lines += [
            ((sheets[name], c.name, str(types[c.name]), c.role, c.unit, c.text), False)
            for c in table.columns
        ]
    lines += [((), False), (("how the result was made",), True)]
    made = _told("", result.provenance.to_dict())
    lines += [(pair, False) for pair in made]
    lines += [(("method", citation), False) for citation in result.citations]
    for row, (cells, bold) in enumerate(lines):
        for at, cell in enumerate(cells):
            sheet.write_string(row, at, cell[:MOST_TEXT], *((head,) if bold else ()))
    sheet.set_column(0, 2, 24)


def _told(key: str, value: object) -> list[tuple[str, str]]:
    """Return nested values as pairs of a dotted name and a text."""
    if isinstance(value, Mapping):
        return [p for k, v in value.items() for p in _told(f"{key}.{k}".strip("."), v)]
    if isinstance(value, list | tuple) and any(isinstance(v, Mapping | list) for v in value):
        return [p for n, v in enumerate(value, 1) for p in _told(f"{key}.{n}", v)]
    if isinstance(value, list | tuple):
        return [(key, ", ".join(map(str, value)))]
    return [] if value in (None, "") else [(key, str(value))]
