"""How results are printed: tables for people on stdout, one JSON document for programs."""

from __future__ import annotations

import contextlib
import shutil
import sys
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, Any

from isthmus.cli.destination import CHARTS, SCREEN, Output, check_ending
from isthmus.runtime import canonical_json, publish_file
from isthmus.runtime.visible import one_line, visible, visible_json

SCHEMA_VERSION = 1
FRAME = 3
"""Characters between two columns of a table of plain rows."""

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from rich.console import Console

    from isthmus.evidence import Result, Table


def emit_json(value: Any) -> None:
    """Write canonical JSON to stdout."""
    emit_document(canonical_json(value, indent=2) + "\n")


def emit_versioned(**fields: Any) -> None:
    """Write fields to stdout as one JSON document."""
    emit_json(versioned(**fields))


def versioned(**fields: Any) -> dict[str, Any]:
    """Return fields as a document that says by which version of the format it is written."""
    return {"schema_version": SCHEMA_VERSION, **fields}


def columned(rows: Sequence[Mapping[str, Any]]) -> tuple[tuple[str, ...], list[tuple[Any, ...]]]:
    """Return rows by name as a list for `emit_found`, with the names of the first as columns."""
    return tuple(rows[0]) if rows else (), [tuple(row.values()) for row in rows]


def emit_text(text: str) -> None:
    """Write a text to stdout without characters that a terminal would obey."""
    sys.stdout.write(visible(text))


def emit_document(text: str) -> None:
    """Write a JSON text to stdout; characters that a terminal would obey become escapes."""
    sys.stdout.write(visible_json(text))


def emit_result(result: Result, output: Output = SCREEN, *, as_given: bool = False) -> None:
    """Print a result, or write it: the part that is wanted, and all of it where nothing is said.

    On a terminal the tables stand with the largest numbers first, cut after some rows, with units,
    kinds and notes.

    Parameters
    ----------
    result : Result
        What a lens returned.
    output : Output
        What is wanted, and where it goes.
    as_given : bool
        Keep rows and their order on a terminal.

    Raises
    ------
    BadInput
        When there is no such table, column or economy in it, or the file cannot hold it.
    TargetExists, TargetRefused
        When the file was made in the meantime.
    """
    from isthmus.evidence.out import chosen, write_result

    part = chosen(result, output.shown)
    if output.out is not None:
        files = write_result(part, output.out, replace=output.force, form=output.format)
        say(f"wrote {output.out}" + (f" with {', '.join(files)}" if files else ""))
    elif output.json:
        emit_json(part.to_dict())
    else:
        emit_tables(part.tables.values(), as_given=as_given or bool(output.sort or output.top))
        for citation in result.citations:
            say(f"method: {citation}")


def emit_listing(
    name: str, tables: Sequence[Table], source: str, output: Output, **parameters: Any
) -> None:
    """Print or write tables of what ships or stands in a file, in their order, as a result.

    Parameters
    ----------
    name : str
        What they are, in place of the name of a lens.
    tables : sequence of Table
        The tables.
    source : str
        What they were read from.
    output : Output
        What is wanted, and where it goes.
    **parameters
        What was asked for, for the provenance.

    Raises
    ------
    BadInput, TargetExists, TargetRefused
        As `emit_result`.
    """
    from isthmus.evidence import Provenance, Result
    from isthmus.runtime import canonical_hash

    held = {table.name: table for table in tables}
    content = canonical_hash({key: table.to_dict() for key, table in held.items()})
    result = Result(held, Provenance(name, parameters, source, content))
    emit_result(result, output, as_given=True)


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
    from isthmus.charts import chart_file

    content = chart_file(chart, out.suffix)
    with publish_file(out, replace=replace) as handle:
        handle.write(content)
    say(f"wrote {out}")


def emit_tables(tables: Iterable[Table], *, as_given: bool = False) -> None:
    """Print tables to stdout, shares as percent, with unit and kind; what all share, once.

    Parameters
    ----------
    tables : iterable of Table
        The tables.
    as_given : bool
        Keep rows and their order; by default the largest come first, and some rows are shown.
    """
    from isthmus.evidence.out.terminal import ROWS, shortened, table_lines

    console = stdout_console()
    shown = [table if as_given else shortened(table) for table in tables]
    shared = _shared([_about(table) for table in shown])
    for table in shown:
        about = [line for line in _about(table) if line not in shared]
        lines = table_lines(table, console.width, limit=None if as_given else ROWS)
        for line in (*lines, *map(one_line, about)):
            console.print(line, soft_wrap=True)
        console.print()
    if shared:
        console.print("\n".join(("all tables:", *(f"  {one_line(line)}" for line in shared))))


def emit_found(
    name: str,
    found: Mapping[str, Mapping[str, Any] | tuple[Sequence[str], Sequence[Sequence[Any]]]],
    output: Output,
    document: Any,
) -> None:
    """Print lists of what is known, or write them as a result is written.

    Parameters
    ----------
    name : str
        What they are, in place of the name of a lens.
    found : mapping of str to (columns, rows) or to mapping
        Lists, and values by name, by title.
    output : Output
        What is wanted, and where it goes.
    document : Any
        What ``--json`` prints of all of them.

    Raises
    ------
    BadInput, TargetExists, TargetRefused
        As `emit_result`.
    """
    if output.plain and output.json:
        emit_json(document)
        return
    if output.plain:
        for title, held in found.items():
            if isinstance(held, tuple):
                emit_rows(title, *held)
            else:
                emit_mapping(title, held)
        return
    from isthmus.evidence.frames import listing

    lists = {
        title: held if isinstance(held, tuple) else (("what", "value"), list(held.items()))
        for title, held in found.items()
    }
    tables = [listing(title, columns, rows) for title, (columns, rows) in lists.items() if rows]
    emit_listing(name, tables, "what ships and what stands in the store", output)


def emit_rows(title: str, columns: Iterable[str], rows: Iterable[Iterable[Any]]) -> None:
    """Print plain rows as a table to stdout; headers stay whole where the terminal has room."""
    from rich.table import Table as Grid

    from isthmus.evidence.out.texts import format_cell

    console = stdout_console()
    heads = [one_line(name) for name in columns]
    cells = [[format_cell(cell) for cell in row] for row in rows]
    widths = _widths(heads, cells, console.width - FRAME * len(heads) - 1)
    grid = Grid(title=one_line(title), title_justify="left")
    for position, head in enumerate(heads):
        whole = position == 0 and not widths
        grid.add_column(
            head, no_wrap=whole, overflow="fold", width=widths[position] if widths else None
        )
    for row in cells:
        grid.add_row(*row)
    console.print(grid)


def fitting(names: Sequence[str]) -> Sequence[str]:
    """Return as many of the first names as fit beside each other as headers, one at least."""
    ends = list(accumulate(len(one_line(name)) + FRAME for name in names))
    room = stdout_console().width - 1
    return names[: max(1, sum(end <= room for end in ends))]


def _widths(heads: Sequence[str], cells: Sequence[Sequence[str]], room: int) -> list[int]:
    """Return widths of columns that fit, none below its header; none where all fits as it is.

    The first column, which names the row, gets what it needs as long as the headers stay whole.
    """
    least = [len(head) for head in heads]
    need = [
        max([least[n], *(len(line) for row in cells for line in row[n].splitlines())])
        for n in range(len(heads))
    ]
    if sum(need) <= room or sum(least) > room:
        return []
    widths = list(least)
    widths[0] = min(need[0], room - sum(least[1:]))
    while (left := room - sum(widths)) > 0 and (open_ := _short(widths, need)):
        for n in open_[:left]:
            widths[n] += 1
    return widths


def _short(widths: Sequence[int], need: Sequence[int]) -> list[int]:
    """Return the columns that need more, the narrowest first."""
    return sorted((n for n in range(len(need)) if widths[n] < need[n]), key=lambda n: widths[n])


def emit_mapping(title: str, values: Mapping[str, Any]) -> None:
    """Print names and values, one a line, to stdout."""
    from rich.table import Table as Grid

    from isthmus.evidence.out.texts import format_cell

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


def _about(table: Table) -> list[str]:
    sources = [f"data: {', '.join(table.datasets)}"] if table.datasets else []
    return [*sources, *table.notes]


def _shared(lines: Sequence[Sequence[str]]) -> list[str]:
    """Return what stands under every one of several tables, in order."""
    if len(lines) < 2:
        return []
    return [line for line in lines[0] if all(line in other for other in lines[1:])]
