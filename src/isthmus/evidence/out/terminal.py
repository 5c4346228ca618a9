"""A table as lines of text: what all rows share in the title, headers whole at any width."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest
from textwrap import wrap

from rich.cells import cell_len, chop_cells

from isthmus.evidence.out.shown import APART, answer_first, first
from isthmus.evidence.out.texts import format_cell, with_name
from isthmus.evidence.table import IN_UNIT, Column, Table
from isthmus.runtime.visible import one_line

ROWS = 60
"""Rows of a table that are shown where nothing else is asked for."""
NARROW, CODE, WIDE = 14, 26, 48
"""Cells of the terminal that a column of text takes: fewest, fewest of a code, and most."""
GAP = "  "
NO_UNIT = frozenset({"", "1", "share", IN_UNIT})


@dataclass(slots=True)
class _Column:
    """A column as text."""

    header: str
    unit: str
    cells: list[str]
    number: bool
    key: bool
    width: int = 0

    @property
    def least(self) -> int:
        pieces = (*_pieces(self.header), *self.unit.split())
        longest = max(map(cell_len, pieces), default=1)
        cells = max(map(cell_len, self.cells), default=1)
        return max(longest, cells if self.number else min(cells, CODE if self.key else NARROW))

    @property
    def full(self) -> int:
        cells = max(map(cell_len, self.cells), default=1)
        return max(cell_len(self.header), cell_len(self.unit), min(cells, WIDE), self.least)


def table_lines(table: Table, width: int, *, limit: int | None = ROWS) -> list[str]:
    """Return a table as lines no wider than `width`, its notes not among them.

    Parameters
    ----------
    table : Table
        The table, with its rows in the order that is wanted.
    width : int
        Cells of the terminal.
    limit : int, optional
        Rows shown; None for all.
    """
    shown = table.frame if limit is None else table.frame.head(limit)
    shared, columns = _columns(table, shown.rows())
    lines = _wrapped(one_line(f"{table.name}: {table.text} [{table.kind.value}]"), width)
    lines += _wrapped(shared, width) if shared else []
    for block in _blocks(columns, width):
        lines += ["", *_block(block, width)]
    rest = table.frame.height - shown.height
    return [*lines, f"{rest:,} more rows: --top, --json or --out FILE"] if rest > 0 else lines


def shortened(table: Table, rows: int = ROWS) -> Table:
    """Return a table as a terminal shows it unasked: its largest items, a fair part of each kind.

    Parameters
    ----------
    table : Table
        The whole table.
    rows : int
        Rows that a reader is shown unasked.
    """
    ordered = answer_first(table)
    if ordered.frame.height <= rows:
        return ordered
    apart = [c for c in ordered.frame.columns if c in APART]
    kinds = ordered.frame.select(apart).n_unique() if apart else 1
    return first(ordered, max(3, rows // kinds)) if kinds > 1 else ordered


def _columns(table: Table, rows: Sequence[tuple[object, ...]]) -> tuple[str, list[_Column]]:
    """Return what all rows share as text, and the columns that differ."""
    shared: list[str] = []
    columns = []
    units = [table.units(row) for row in rows]
    for at, column in enumerate(table.columns):
        values = [row[at] for row in rows]
        cells = [_cell(column, v, u[at]) for v, u in zip(values, units, strict=True)]
        constant = (
            column.role != "value"
            and len(set(cells)) == 1
            and table.frame.height
            == (table.frame[column.name].eq_missing(table.frame[column.name][0]).sum())
        )
        if constant and len(rows) and not _only(table, column):
            if column.name == "kind" and cells[0] == table.kind.value:
                continue
            if values[0] not in (None, ""):
                shared.append(f"{one_line(column.name)} {cells[0]}")
            continue
        unit = "" if column.unit in NO_UNIT else one_line(column.unit)
        columns.append(
            _Column(
                one_line(column.name),
                unit,
                cells,
                column.role == "value",
                column.role == "dimension",
            )
        )
    return ", ".join(shared), columns


def _only(table: Table, column: Column) -> bool:
    """Tell whether nothing of a table would be left without a column."""
    return len(table.columns) == 1 or (
        table.frame.height == 1
        and not any(c.role == "value" for c in table.columns)
        and column is table.columns[0]
    )


def _cell(column: Column, value: object, unit: str) -> str:
    if column.role == "value":
        return one_line(format_cell(value, unit))
    return with_name(column.name, value)


def _pieces(header: str) -> list[str]:
    """Return the parts of a header that are never broken: ``share_``, ``of_``, ``imports``."""
    return [p for word in header.split() for p in word.replace("_", "_ ").split()]


def _blocks(columns: list[_Column], width: int) -> list[list[_Column]]:
    """Return columns in blocks that fit side by side; each begins with what tells rows apart."""
    keys = [c for c in columns if c.key]
    while len(keys) > 1 and sum(c.least + len(GAP) for c in keys) > width // 2:
        keys.pop()
    others = [c for c in columns if c not in keys]
    blocks: list[list[_Column]] = []
    room = width - sum(c.least + len(GAP) for c in keys)
    block: list[_Column] = []
    for column in others:
        if block and sum(c.least + len(GAP) for c in block) + column.least > room:
            blocks.append([*keys, *block])
            block = []
        block.append(column)
    if block or not blocks:
        blocks.append([*keys, *block])
    return blocks


def _block(columns: list[_Column], width: int) -> list[str]:
    room = width - len(GAP) * (len(columns) - 1)
    for column in columns:
        column.width = min(column.least, width)
    while sum(c.width for c in columns) > room and max(c.width for c in columns) > 1:
        max(columns, key=lambda c: c.width).width -= 1
    spare = room - sum(c.width for c in columns)
    for column in sorted(columns, key=lambda c: c.full - c.width):
        more = max(0, min(column.full - column.width, spare))
        column.width += more
        spare -= more
    heads = [[*_header(c), *_wrapped(c.unit, c.width)] if c.unit else _header(c) for c in columns]
    height = max(map(len, heads), default=0)
    lines = [_line(columns, [h[at] if at < len(h) else "" for h in heads]) for at in range(height)]
    lines.append(GAP.join("-" * c.width for c in columns))
    for row in zip(*(c.cells for c in columns), strict=True):
        parts = [_wrapped(cell, c.width) for cell, c in zip(row, columns, strict=True)]
        lines += [_line(columns, part) for part in zip_longest(*parts, fillvalue="")]
    return lines


def _header(column: _Column) -> list[str]:
    """Return a header on as few lines as its column allows, broken behind underscores only."""
    lines = [""]
    for piece in _pieces(column.header):
        if lines[-1] and cell_len(lines[-1] + piece) > column.width:
            lines.append("")
        lines[-1] += piece
    return lines


def _line(columns: Sequence[_Column], parts: Sequence[str]) -> str:
    cells = []
    for column, part in zip(columns, parts, strict=True):
        fill = " " * max(0, column.width - cell_len(part))
        cells.append(fill + part if column.number else part + fill)
    return GAP.join(cells).rstrip()


def _wrapped(text: str, width: int) -> list[str]:
    """Return text on lines of at most `width` cells, broken between words where it can be."""
    if cell_len(text) <= width:
        return [text]
    lines = wrap(text, width, break_long_words=False, break_on_hyphens=False) or [""]
    return [part for line in lines for part in (chop_cells(line, width) or [""])]
