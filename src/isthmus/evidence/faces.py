"""Results in a notebook: short texts, HTML with units and kinds, pandas, xarray and workbooks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape
from itertools import islice
from typing import TYPE_CHECKING, Any

import polars as pl

from isthmus.errors import BadInput, IsthmusError
from isthmus.evidence.digits import DIGITS, NOT_KNOWN, percent, significant
from isthmus.evidence.kinds import Kind
from isthmus.runtime.visible import one_line, visible

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from isthmus.evidence.result import Result
    from isthmus.evidence.table import Table

ROWS, NAMES, LONG = 10, 8, 40
"""Rows of a table, names of a list, and characters of a text that are shown."""


def missing_package(package: str, extra: str) -> IsthmusError:
    """Return the error of a package that is asked for and not installed."""
    return IsthmusError(f"{package} is not installed", hint=f"install {extra}")


def short_table(table: Table) -> str:
    """Return a table in one line: name, size, columns with units, kind and years."""
    groups = {
        role: listed(c.name + _unit(c.unit) for c in table.columns if c.role == role)
        for role in ("dimension", "value", "attribute")
    }
    columns = "; ".join(names for names in groups.values() if names)
    about = ", ".join(filter(None, (table.kind.value, table.period)))
    return f"<Table {table.name}: {table.frame.height:,} rows; {columns}; {about}>"


def short_tables(what: str, tables: Mapping[str, Table], more: str) -> str:
    """Return what holds tables, a line for each."""
    lines = [f"  {name}: {t.frame.height:,} rows, {t.text}"[:120] for name, t in tables.items()]
    rest = [f"  and {len(lines) - NAMES} more"] if len(lines) > NAMES else []
    return "\n".join([f"<{what}, {more}", *lines[:NAMES], *rest]) + ">"


def html_table(table: Table) -> str:
    """Return the first rows as HTML: units under names, numbers with the digits of their kind."""
    names = table.frame.columns
    place = names.index("kind") if "kind" in names else None
    head = "".join(
        f"<th>{_text(c.name)}<br><small>{_text('%' if c.unit == 'share' else c.unit)}</small></th>"
        for c in table.columns
    )
    rows = []
    for row in table.frame.head(ROWS).iter_rows():
        digits = DIGITS[table.kind if place is None else Kind(row[place])]
        cells = (
            _cell(value, unit, digits, signed=column.unit != "share")
            for value, unit, column in zip(row, table.units(row), table.columns, strict=True)
        )
        rows.append(f"<tr>{''.join(cells)}</tr>")
    left = table.frame.height - ROWS
    notes = [*table.notes, f"{left:,} more rows"] if left > 0 else list(table.notes)
    about = ", ".join(filter(None, (table.kind.value, table.period)))
    return (
        f"<table><caption>{_text(table.text or table.name)} ({_text(about)})</caption>"
        f"<thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
        + "".join(f"<p><small>{_text(note)}</small></p>" for note in notes)
    )


def html_tables(tables: Mapping[str, Table], head: str) -> str:
    """Return what holds tables: a line about it, and each table that can be opened."""
    parts = (
        f"<details><summary>{_text(name)}: {t.frame.height:,} rows, {_text(t.text)}</summary>"
        f"{html_table(t)}</details>"
        for name, t in tables.items()
    )
    return f"<p>{_text(head)}</p>{''.join(parts)}"


def to_pandas(table: Table) -> pd.DataFrame:
    """Return the rows as a data frame of pandas, columns in order, without pyarrow.

    Units, kind and texts stand in ``DataFrame.attrs``.

    Raises
    ------
    IsthmusError
        When pandas is not installed.
    """
    try:
        import pandas as pd
    except ImportError as error:
        raise missing_package("pandas", "isthmus[interop]") from error
    columns = {s.name: _values(s) for s in table.frame.iter_columns()}
    frame = pd.DataFrame(columns, columns=table.frame.columns)
    frame.attrs = {key: value for key, value in table.to_dict().items() if key != "rows"}
    return frame


def to_xarray(table: Table) -> xr.Dataset:
    """Return the values over the dimensions as a data set of xarray; what has no row is missing.

    Attributes of rows are left out.

    Raises
    ------
    IsthmusError
        When xarray is not installed.
    BadInput
        When the table has no dimension, or the dimensions do not tell its rows apart.
    """
    try:
        import pandas as pd
        import xarray as xr
    except ImportError as error:
        raise missing_package("xarray", "isthmus[interop]") from error
    names = list(table.dimensions)
    if not names or table.frame.select(names).is_duplicated().any():
        raise BadInput(
            f"the rows of the table '{table.name}' are not told apart by {', '.join(names)}",
            hint="to_pandas() takes every table",
        )
    rows = to_pandas(table)
    index = rows[names[0]] if len(names) == 1 else pd.MultiIndex.from_frame(rows[names])
    values = [c for c in table.columns if c.role == "value"]
    made: xr.Dataset = xr.Dataset.from_dataframe(rows[[c.name for c in values]].set_index(index))
    for column in values:
        made[column.name].attrs = {"units": column.unit, "long_name": column.text}
    made.attrs = {"title": table.text, "kind": table.kind.value, "period": table.period}
    return made


def save_excel(result: Result, out: Any, *, replace: bool = False) -> None:
    """Write a result as a workbook; see `isthmus.evidence.out.write_result`."""
    from pathlib import Path

    from isthmus.evidence.out import WORKBOOK, write_result

    path = Path(out)
    if path.suffix != WORKBOOK:
        raise BadInput(f"a workbook's name ends in {WORKBOOK}", where=str(path))
    write_result(result, path, replace=replace)


def _values(series: pl.Series) -> Any:
    numeric = series.dtype.is_numeric() or series.dtype == pl.Boolean
    if numeric and not series.null_count():
        return series.to_numpy(allow_copy=True)
    return series.cast(pl.Float64).to_numpy() if series.dtype.is_numeric() else series.to_list()


def _cell(value: Any, unit: str, digits: int, *, signed: bool) -> str:
    """Return a cell; a share bears its sign where the column's heading cannot."""
    if value is None:
        text, number = NOT_KNOWN, True
    elif isinstance(value, float):
        text = percent(value, digits) if unit == "share" else significant(value, digits)
        text += " %" if unit == "share" and signed else ""
        number = True
    elif isinstance(value, int) and not isinstance(value, bool):
        text, number = str(value), True
    else:
        text, number = str(value), False
    side = ' style="text-align:right"' if number else ""
    return f"<td{side}>{_text(text)}</td>"


def _unit(unit: str) -> str:
    return f" [{unit}]" if unit else ""


def listed(names: Iterable[str]) -> str:
    """Return the first names, each shortened, and how many more there are."""
    found = list(names)
    shown = ", ".join(one_line(name)[:LONG] for name in islice(found, NAMES))
    return f"{shown}, and {len(found) - NAMES} more" if len(found) > NAMES else shown


def _text(value: str) -> str:
    return escape(visible(value))
