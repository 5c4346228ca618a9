"""A part of a table as an address asks for it: rows by value, order, columns, a stretch of rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import polars as pl

from isthmus.errors import did_you_mean
from isthmus.evidence import Table
from isthmus.web.query import Query
from isthmus.web.view import Field

SHOWN = 100
"""Rows of a table on a page unless the address says otherwise."""
CHOICES = 300
"""Values of a column that a list offers; where there are more a text is asked for."""
MOST = 100_000
"""Rows of one answer; more are taken as files of the data set."""


@dataclass(frozen=True, slots=True)
class Cut:
    """Which rows and columns of a table, in which order.

    Parameters
    ----------
    where : mapping of str to tuple of str
        Values that a column may have, as text.
    has : mapping of str to str
        Text that a column must hold, whatever its case.
    low, high : mapping of str to float
        Bounds of a column of numbers, themselves included.
    sort : str
        Column to sort by; empty for the table's own order.
    down : bool
        Largest first.
    columns : tuple of str
        Columns to keep; all when empty.
    start, rows : int
        First row, counted from 0, and number of rows.
    """

    where: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    has: Mapping[str, str] = field(default_factory=dict)
    low: Mapping[str, float] = field(default_factory=dict)
    high: Mapping[str, float] = field(default_factory=dict)
    sort: str = ""
    down: bool = False
    columns: tuple[str, ...] = ()
    start: int = 0
    rows: int = SHOWN

    @property
    def before(self) -> str:
        """First row of the stretch before this one, as a parameter."""
        return str(max(self.start - self.rows, 0) or "")

    @property
    def after(self) -> str:
        """First row of the stretch behind this one, as a parameter."""
        return str(self.start + self.rows)


def read_cut(query: Query, table: Table, *, rows: int = SHOWN) -> Cut:
    """Return the cut of a table that an address asks for; see `cut_of`."""
    numbers = [name for name, kind in table.frame.schema.items() if kind.is_numeric()]
    return cut_of(query, table.frame.columns, numbers, rows=rows)


def cut_of(query: Query, known: list[str], numbers: list[str], *, rows: int = SHOWN) -> Cut:
    """Return the cut that an address asks for; what is wrong is noted in `query`.

    Parameters
    ----------
    query : Query
        ``where.COLUMN``, ``has.COLUMN``, ``min.COLUMN``, ``max.COLUMN``, ``sort`` (with a minus
        for the largest first), ``columns``, ``start`` and ``rows``.
    known, numbers : list of str
        Columns of the table that is cut, and those of them that hold numbers.
    rows : int
        Rows where the address does not say.
    """
    where = _named(query, "where.", known)
    has = _named(query, "has.", known)
    sort = query.text("sort")
    name = sort.removeprefix("-")
    return Cut(
        {key: tuple(v.strip() for v in text.split(",")) for key, text in where.items()},
        has,
        _bounds(query, "min.", numbers),
        _bounds(query, "max.", numbers),
        query.choice("sort", ["", *known, *(f"-{c}" for c in known)], "") and name,
        sort.startswith("-"),
        tuple(name for name in query.words("columns") if _is_column(query, "columns", name, known)),
        query.whole("start", 0, least=0, most=10**9),
        query.whole("rows", rows, least=1, most=MOST),
    )


def matching(table: Table, cut: Cut) -> Table:
    """Return the rows of a table that a cut asks for, in its order, with its columns."""
    frame = table.frame
    tests = [pl.col(c).cast(pl.String).is_in(list(values)) for c, values in cut.where.items()]
    tests += [
        pl.col(c).cast(pl.String).str.to_lowercase().str.contains(text.lower(), literal=True)
        for c, text in cut.has.items()
    ]
    tests += [pl.col(c) >= value for c, value in cut.low.items()]
    tests += [pl.col(c) <= value for c, value in cut.high.items()]
    if tests:
        frame = frame.filter(*tests)
    if cut.sort:
        frame = frame.sort(cut.sort, descending=cut.down, nulls_last=True, maintain_order=True)
    columns = table.columns
    if cut.columns:
        columns = tuple(c for c in columns if c.name in cut.columns)
        frame = frame.select(c.name for c in columns)
    return replace(table, frame=frame, columns=columns)


def stretch(table: Table, cut: Cut) -> Table:
    """Return the stretch of rows that a cut asks for."""
    return replace(table, frame=table.frame.slice(cut.start, cut.rows))


def program(cut: Cut) -> str:
    """Return the lines of a program that cut a frame called ``rows`` in the same way."""
    text = "pl.col({!r}).cast(pl.String)".format
    tests = [f"{text(c)}.is_in({list(values)!r})" for c, values in cut.where.items()]
    held = "{}.str.to_lowercase().str.contains({!r}, literal=True)".format
    tests += [held(text(c), word.lower()) for c, word in cut.has.items()]
    tests += [f"pl.col({c!r}) >= {value!r}" for c, value in cut.low.items()]
    tests += [f"pl.col({c!r}) <= {value!r}" for c, value in cut.high.items()]
    lines = [f"rows = rows.filter({test})\n" for test in tests]
    if cut.sort:
        how = f"descending={cut.down}, nulls_last=True, maintain_order=True"
        lines.append(f"rows = rows.sort({cut.sort!r}, {how})\n")
    if cut.columns:
        lines.append(f"rows = rows.select(c for c in rows.columns if c in {cut.columns!r})\n")
    if cut.start or cut.rows != MOST:
        lines.append(f"rows = rows.slice({cut.start}, {cut.rows})\n")
    return "".join(lines)


def _named(query: Query, prefix: str, known: list[str]) -> dict[str, str]:
    given = query.prefixed(prefix)
    return {n: text for n, text in given.items() if _is_column(query, f"{prefix}{n}", n, known)}


def _bounds(query: Query, prefix: str, known: list[str]) -> dict[str, float]:
    found = {name: query.number(f"{prefix}{name}") for name in _named(query, prefix, known)}
    return {name: value for name, value in found.items() if value is not None}


def _is_column(query: Query, parameter: str, name: str, known: list[str]) -> bool:
    if name in known:
        return True
    hint = did_you_mean(name, known) or f"one of {', '.join(known)}"
    query.problem(parameter, f"there is no column {name!r} to ask for here", hint)
    return False


def filters(table: Table) -> tuple[Field, ...]:
    """Return controls for the columns of a table: what a column may have, hold, or lie between."""
    found: list[Field] = []
    for column in table.frame.iter_columns():
        name = column.name
        if column.dtype.is_numeric():
            found.append(Field(f"min.{name}", f"{name} \u2265", "number"))
            found.append(Field(f"max.{name}", f"{name} \u2264", "number"))
            continue
        distinct = column.unique().drop_nulls().cast(pl.String)
        values = distinct.sort().head(CHOICES + 1).to_list()
        if len(values) <= CHOICES and not any("," in value or not value for value in values):
            choices = (("", "\u2013"), *((value, value) for value in values))
            found.append(Field(f"where.{name}", name, "select", choices=choices))
        else:
            found.append(Field(f"has.{name}", name, "search"))
    return tuple(found)
