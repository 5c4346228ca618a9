"""What a reader of a publisher's file takes and gives: a look, then a table and its record."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from isthmus.errors import BadInput
from isthmus.evidence import DatasetRecord
from isthmus.runtime import reading
from isthmus.runtime.reading import Unreadable, is_folder, open_regular
from isthmus.runtime.reading.tables import check_width, unquoted_frame
from isthmus.sources import layout
from isthmus.sources.pull import Offer
from isthmus.sources.text import TextOptions, TextTable, read_bytes

PEEK = 1 << 20
"""Bytes of a file that are looked at to tell its layout; a table's header may fill many."""
TITLES, COLUMNS = 12, 3
"""Lines among which the header stands, and its fewest filled cells: fewer make a title."""


UNNAMED = 2
"""Columns of a publisher's table without a name: those of labels, and behind a last comma."""


@dataclass(frozen=True, slots=True)
class Peek:
    """The beginning of a file.

    Parameters
    ----------
    path : Path
        The file, or a folder of a publisher's files.
    header : tuple of str
        Cells of its first line that is no title, empty where the file is no text.
    start : str
        First characters of the text.
    """

    path: Path
    header: tuple[str, ...] = ()
    start: str = ""

    @property
    def names(self) -> frozenset[str]:
        """The header without case."""
        return frozenset(name.casefold() for name in self.header)


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a user says beside the file.

    Parameters
    ----------
    record : DatasetRecord, optional
        The user's own record; its key, years and terms go before those of the publisher.
    rates : mapping of int to float
        USD per unit of the file's currency by year; year 0 stands for every year.
    reading : TextOptions
        How the text is written.
    repair : bool
        Mend an inter-economy table, however far it is from balance.
    """

    record: DatasetRecord | None = None
    rates: Mapping[int, float] = field(default_factory=dict)
    reading: TextOptions = field(default_factory=TextOptions)
    repair: bool = False


@dataclass(frozen=True, slots=True)
class Published:
    """A publisher's file as a plain table under a known key.

    Parameters
    ----------
    record : DatasetRecord
        Source, licence, unit and columns.
    frame : polars.DataFrame
        The rows in the layout of the key.
    read_as : tuple of str
        The publisher's layout, in words.
    notes : tuple of str
        What was changed and left out, with counts.
    repair : bool
        The publisher's table is known not to balance to the last unit.
    """

    record: DatasetRecord
    frame: pl.DataFrame
    read_as: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    repair: bool = False


@dataclass(frozen=True, slots=True)
class Source:
    """A reader of one publisher's layout.

    Parameters
    ----------
    title : str
        Publisher and data set.
    files : str
        Which files it reads, as a pattern a user recognises.
    layout : str
        The public documentation or code that the layout is taken from.
    keys : str
        Pattern of the keys under which its tables are known.
    reads : callable
        Tells from a `Peek` whether a file is in this layout.
    dataset : callable
        Reads the file; raises BadInput with every problem by row and column.
    offer : Offer, optional
        What of it can be brought by ``isthmus data pull``, where the publisher allows programs.
    """

    title: str
    files: str
    layout: str
    keys: str
    reads: Callable[[Peek], bool]
    dataset: Callable[[Path, Wishes], Published]
    offer: Offer | None = None


def peek(path: Path) -> Peek:
    """Return the beginning of a file; a folder and a file that is no text have no header.

    Raises
    ------
    NotFound
        When there is no such file.
    """
    if is_folder(path):
        return Peek(path)
    with open_regular(path, what="table") as handle:
        raw = handle.read(PEEK)
    try:
        text, _ = layout.decoded(_whole_characters(raw), "", path.name)
    except BadInput:
        return Peek(path)
    lines = [line for line in text.splitlines()[:TITLES] if line.strip(layout.BLANKS)]
    heads = [_cells(line) for line in lines] or [()]
    cells = next((c for c in heads if sum(map(bool, c)) >= COLUMNS), heads[0])
    return Peek(path, cells, text[:4096])


def _cells(line: str) -> tuple[str, ...]:
    delimiter = max(layout.DELIMITERS, key=line.count)
    return tuple(cell.strip(layout.BLANKS + '"') for cell in line.split(delimiter))


def _whole_characters(raw: bytes) -> bytes:
    """Cut a beginning that may end inside a character at its last line."""
    return raw if len(raw) < PEEK else raw[: raw.rfind(b"\n") + 1 or len(raw)]


def plain_text(
    path: Path, options: TextOptions, wanted: tuple[str, ...] = (), *, name: str = ""
) -> TextTable:
    """Return a publisher's table as text: fast where the file is written as published.

    A file in UTF-8 with commas, without quotation marks and with equally many cells on every line
    needs no recognition. Any other, such as one saved again by a spreadsheet, is read by
    `isthmus.sources.text`.
    """
    raw = reading.read_bytes(path, what="table")
    check_width(raw, path)
    name = name or path.name
    if options == TextOptions() and (frame := _fast(raw)) is not None:
        lines = pl.Series("line", range(2, frame.height + 2), dtype=pl.Int64)
        return TextTable(frame, lines, name)
    return read_bytes(raw, name, options, wanted=wanted)


def _fast(raw: bytes) -> pl.DataFrame | None:
    if b'"' in raw or b"\x00" in raw[:4096] or raw.startswith(b"\xff\xfe"):
        return None
    first = raw[: raw.find(b"\n")].rstrip(b"\r")
    width = first.count(b",") + 1
    height = raw.count(b"\n") + (not raw.endswith(b"\n"))
    if first.split(b",").count(b"") > UNNAMED:
        return None
    if width < 2 or height < 2 or raw.count(b",") != (width - 1) * height:
        return None
    try:
        frame = unquoted_frame(raw)
    except Unreadable:
        return None
    if frame.height != height - 1 or len(set(frame.columns)) != width:
        return None
    frame = frame.rename({c: layout.clean_name(c) for c in frame.columns})
    for name in frame.columns:  # one after the other: a table of millions of rows is not held twice
        bare = frame[name].str.strip_chars(layout.BLANKS)
        frame = frame.with_columns(bare.set(bare == "", None))
    return frame


def year_of(path: Path, wishes: Wishes, named: str | None, hint: str) -> int:
    """Return the year of a table: that of the user's record, or the one that a file says.

    Raises
    ------
    BadInput
        When neither says one.
    """
    own = wishes.record
    if own and len(own.years) == 1:
        return own.years[0]
    if not named:
        what, more = "nothing says which year the table is of", "or give a record with its year"
        raise BadInput(what, where=str(path), hint=f"{hint}, {more}")
    return int(named)


def finished(made: DatasetRecord, wishes: Wishes) -> DatasetRecord:
    """Return the publisher's record under the key and terms of the user's own, where there is one.

    What the reader knows of the rows stays: unit, columns, steps and faults.
    """
    own = wishes.record
    if own is None:
        return made
    kept = {
        "unit": made.unit,
        "columns": {**made.columns, **{c: t for c, t in own.columns.items() if c in made.columns}},
        "steps": (*own.steps, *made.steps),
        "faults": tuple(dict.fromkeys((*own.faults, *made.faults))),
        "years": made.years or own.years,
        "coverage": own.coverage or made.coverage,
    }
    return own.model_copy(update=kept)
