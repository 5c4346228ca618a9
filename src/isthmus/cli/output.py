"""How results are printed: tables for people on stdout, one JSON document for programs."""

from __future__ import annotations

import contextlib
import math
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from isthmus.cli.destination import CHARTS, DOCUMENT, SCREEN, TABLES, Output, check_ending
from isthmus.errors import BadInput
from isthmus.runtime import canonical_json, publish_file, publish_text
from isthmus.runtime.visible import one_line, visible, visible_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from rich.console import Console

    from isthmus.evidence import Column, Result, Table

ROW_LIMIT = 40


def emit_json(value: Any) -> None:
    """Write canonical JSON to stdout."""
    emit_document(canonical_json(value, indent=2) + "\n")


def emit_text(text: str) -> None:
    """Write a text to stdout without characters that a terminal would obey."""
    sys.stdout.write(visible(text))


def emit_document(text: str) -> None:
    """Write a JSON text to stdout; characters that a terminal would obey become escapes."""
    sys.stdout.write(visible_json(text))


def emit_result(result: Result, output: Output = SCREEN, *, limit: int = ROW_LIMIT) -> None:
    """Print a result: JSON when asked for, else its tables with units, kinds and notes.

    Parameters
    ----------
    result : Result
        What a lens returned.
    output : Output
        One JSON document instead of tables, or a file: ``.json`` the document, ``.csv`` or
        ``.parquet`` the table (only for results with one table).
    limit : int
        Rows shown per table on the terminal; the document always holds all.

    Raises
    ------
    BadInput
        When the file cannot hold the result.
    TargetExists, TargetRefused
        When the file was made in the meantime.
    """
    if output.out is not None:
        write_result(result, output.out, replace=output.force)
        return
    if output.json:
        emit_json(result.to_dict())
        return
    emit_tables(result.tables.values(), limit=limit)
    for citation in result.citations:
        say(f"method: {citation}")


def one_table(result: Result) -> Table:
    """Return the only table of a result.

    Raises
    ------
    BadInput
        When there are several.
    """
    if len(result.tables) != 1:
        names = ", ".join(result.tables)
        raise BadInput(
            f"the result has several tables ({names})",
            hint="write them to a .json file, or use the Python API to pick one",
        )
    return next(iter(result.tables.values()))


def write_result(result: Result, out: Path, *, replace: bool = False) -> None:
    """Write a result by the ending of `out`: the document, or its only table as CSV or Parquet.

    Text cells of CSV that a spreadsheet would run as formulas get an apostrophe in front.

    Raises
    ------
    BadInput
        When the ending is none of these, or there are several tables.
    TargetExists, TargetRefused
        As `isthmus.runtime.publish_file`.
    """
    from isthmus.evidence.formulas import guarded

    check_ending(out, (DOCUMENT, *TABLES))
    if out.suffix == DOCUMENT:
        with publish_text(out, replace=replace) as text:
            text.write(canonical_json(result.to_dict(), indent=2) + "\n")
    else:
        frame = one_table(result).frame
        with publish_file(out, replace=replace) as handle:
            if out.suffix == ".csv":
                guarded(frame).write_csv(handle)
            else:
                frame.write_parquet(handle)
    say(f"wrote {out}")


def write_chart(chart: dict[str, Any], out: Path, *, replace: bool = False) -> None:
    """Write a chart: ``.svg`` the picture, ``.json`` its Vega-Lite specification.

    Raises
    ------
    BadInput
        When the ending is neither.
    TargetExists, TargetRefused
        As `isthmus.runtime.publish_file`.
    """
    check_ending(out, CHARTS, what="a chart")
    if out.suffix == ".svg":
        import vl_convert

        from isthmus.charts import theme

        # A file of its own has no page behind it whose colour it could take.
        text = vl_convert.vegalite_to_svg({**chart, "background": theme.PAPER})
    else:
        text = canonical_json(chart, indent=2) + "\n"
    with publish_text(out, replace=replace) as handle:
        handle.write(text)
    say(f"wrote {out}")


def emit_tables(tables: Iterable[Table], *, limit: int = ROW_LIMIT) -> None:
    """Print tables to stdout, shares as percent, with unit and kind; what all share, once."""
    console = stdout_console()
    shown = list(tables)
    shared = _shared([_about(table) for table in shown])
    for table in shown:
        _print_table(console, table, limit, shared)
    if shared:
        console.print("\n".join(("all tables:", *(f"  {one_line(line)}" for line in shared))))


def emit_rows(title: str, columns: Iterable[str], rows: Iterable[Iterable[Any]]) -> None:
    """Print plain rows as a table to stdout."""
    from rich.table import Table as Grid

    grid = Grid(title=one_line(title), title_justify="left")
    for position, name in enumerate(columns):
        grid.add_column(one_line(name), no_wrap=position == 0, overflow="fold")
    for row in rows:
        grid.add_row(*(format_cell(cell) for cell in row))
    stdout_console().print(grid)


def emit_mapping(title: str, values: Mapping[str, Any]) -> None:
    """Print names and values, one a line, to stdout."""
    from rich.table import Table as Grid

    grid = Grid(
        title=one_line(title),
        title_justify="left",
        show_header=False,
        box=None,
        padding=(0, 2, 0, 0),
    )
    grid.add_column(style="bold", no_wrap=True)
    grid.add_column(overflow="fold")
    for name, value in values.items():
        grid.add_row(one_line(name), format_cell(value))
    stdout_console().print(grid)


def say(text: str) -> None:
    """Talk to the person at the terminal, on stderr; nobody there is no reason to fail."""
    with contextlib.suppress(OSError, ValueError):
        print(visible(text), file=sys.stderr)  # noqa: T201


def stdout_console() -> Console:
    """Return a rich console on stdout that guesses neither markup nor emoji codes from data."""
    from rich.console import Console

    width = None if sys.stdout.isatty() else shutil.get_terminal_size((160, 40)).columns
    return Console(markup=False, emoji=False, highlight=False, width=width, soft_wrap=False)


def format_cell(value: Any, unit: str = "") -> str:
    """Return a cell as visible text: four significant digits, unit "share" as percent."""
    if value is None:
        return "n/a"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        if not math.isfinite(value):
            return "n/a"
        if unit == "share":
            from isthmus.evidence.digits import percent

            return f"{percent(value, 3)} %"
        return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"
    if isinstance(value, list | tuple):
        return ", ".join(format_cell(v) for v in value)
    return visible(str(value))


def _print_table(console: Console, table: Table, limit: int, shared: Sequence[str]) -> None:
    from rich.table import Table as Grid

    frame = table.frame.head(limit)
    grid = Grid()
    for column in table.columns:
        right = column.role == "value"
        keep = column.role == "dimension"
        grid.add_column(
            _header(column), justify="right" if right else "left", no_wrap=keep, overflow="fold"
        )
    for row in frame.iter_rows():
        grid.add_row(*(format_cell(*cell) for cell in zip(row, table.units(row), strict=True)))
    # The words stand outside the grid, which would wrap them to the width of its columns.
    about = one_line(f"{table.name}: {table.text} [{table.kind.value}]")
    console.print(about, style="italic")
    console.print(grid)
    for line in (*_more(table, limit), *(line for line in _about(table) if line not in shared)):
        console.print(one_line(line), style="dim")
    console.print()


def _header(column: Column) -> str:
    shown = {"": "", "1": "", "share": ""}.get(column.unit, f" [{column.unit}]")
    return one_line(f"{column.name}{shown}")


def _more(table: Table, limit: int) -> list[str]:
    rest = table.frame.height - limit
    return [f"{rest} more rows: use --json or --out"] if rest > 0 else []


def _about(table: Table) -> list[str]:
    sources = [f"data: {', '.join(table.datasets)}"] if table.datasets else []
    return [*sources, *table.notes]


def _shared(lines: Sequence[Sequence[str]]) -> list[str]:
    """Return what stands under every one of several tables, in order."""
    if len(lines) < 2:
        return []
    return [line for line in lines[0] if all(line in other for other in lines[1:])]
