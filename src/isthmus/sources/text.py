"""Tables as text: read as they stand, what was left out counted and named.

Every cell stays text: a code keeps its zeros. Types come later, from what a data set needs
(`isthmus.sources.numbers` and the contracts of the world).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Literal

import polars as pl

from isthmus.errors import BadInput, InputProblem, raise_all
from isthmus.runtime import reading
from isthmus.runtime.reading.tables import check_width
from isthmus.sources import layout
from isthmus.sources.layout import BLANKS, Record, filled
from isthmus.sources.lines import split_lines

SHOWN = 20
"""Problems named one by one; the rest are counted."""

_CHUNK = 100_000
_NOTE = re.compile(
    r"^\W*(sources?|notes?|footnotes?|remarks?|quelle|anmerkung|fuente|last updated?|updated|"
    r"data extracted|extracted|special values?|available flags|flags?|copyright|legend|"
    r"generated|licen[cs]e)\b|^[#*©†‡(]",
    re.IGNORECASE,
)
_SENTENCE = 4
"""Words from which a line with one filled cell reads as a sentence."""


@dataclass(frozen=True, slots=True)
class TextOptions:
    """How to read a text file; what is empty is recognised.

    Parameters
    ----------
    delimiter : str
        Separator of the cells, one character.
    decimal : {"", ".", ","}
        Decimal mark.
    thousands : str
        Separator of thousands; ``"none"`` says that there is none.
    encoding : str
        Name of the encoding, as Python knows it.
    skip_rows : int, optional
        Lines above the header.
    missing : tuple of str
        Further texts that stand for a missing number.
    dash : {"", "zero", "missing"}
        What a dash in a number column stands for; a dash is refused when this is empty.
    blank : {"missing", "zero"}
        What an empty cell of a number column stands for.
    keep_formulas : bool
        Take text as it is: with tabs and line ends in front, ``="..."``, and the apostrophe that
        exports to CSV put before what a spreadsheet would run.
    """

    delimiter: str = ""
    decimal: Literal["", ".", ","] = ""
    thousands: str = ""
    encoding: str = ""
    skip_rows: int | None = None
    missing: tuple[str, ...] = ()
    dash: Literal["", "zero", "missing"] = ""
    blank: Literal["missing", "zero"] = "missing"
    keep_formulas: bool = False


@dataclass(frozen=True, slots=True)
class TextTable:
    """A table of text.

    Parameters
    ----------
    frame : polars.DataFrame
        Text columns; null where a cell is blank.
    lines : polars.Series
        Line of the file on which each row starts.
    name : str
        Name of the file, for messages.
    delimiter : str
        Separator of its cells.
    read_as : tuple of str
        Encoding and separator in words.
    notes : tuple of str
        What was left out or taken off, with counts and lines.
    noun : str
        What `lines` count, for messages.
    """

    frame: pl.DataFrame
    lines: pl.Series
    name: str
    delimiter: str = ","
    read_as: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    noun: str = "line"

    def place(self, row: int, column: str) -> str:
        """Return where a cell stands, in words."""
        return f"{self.name}, {self.noun} {self.lines[row]}, column {column}"


@dataclass(slots=True)
class _Rows:
    """Rows as they come in, kept as columns of text in blocks."""

    names: list[str]
    blocks: list[pl.DataFrame] = field(default_factory=list)
    cells: list[list[str]] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    odd: list[tuple[int, list[str], bool]] = field(default_factory=list)
    wrong: list[tuple[int, list[str]]] = field(default_factory=list)
    blank: list[int] = field(default_factory=list)
    again: list[int] = field(default_factory=list)

    def keep(self, line: int, cells: list[str]) -> None:
        self.wrong += [(at, row) for at, row, _ in self.odd]
        self.odd.clear()
        self.cells.append(cells)
        self.lines.append(line)
        if len(self.cells) >= _CHUNK:
            self.flush()

    def flush(self) -> None:
        columns = zip(*self.cells, strict=True) if self.cells else [()] * len(self.names)
        data = {f"c{n}": list(column) for n, column in enumerate(columns)}
        lines = pl.Series("line", self.lines, dtype=pl.Int64)
        schema = dict.fromkeys(data, pl.String)
        self.blocks.append(pl.DataFrame(data, schema=schema).with_columns(lines))
        self.cells, self.lines = [], []

    def frame(self) -> tuple[pl.DataFrame, pl.Series]:
        self.flush()
        whole = pl.concat(self.blocks)
        lines = whole["line"]
        frame = whole.drop("line")
        return frame.rename(dict(zip(frame.columns, self.names, strict=True))), lines


def read_text(
    path: Path, options: TextOptions | None = None, *, wanted: Collection[str] = ()
) -> TextTable:
    """Read a text file as a table of text.

    Parameters
    ----------
    path : Path
        File with cells between commas, semicolons, tabs or bars.
    options : TextOptions, optional
        What not to recognise but to take as given.
    wanted : collection of str
        Names that the header may hold; they help to find header and separator.

    Raises
    ------
    NotFound
        When there is no such file.
    BadInput
        With every row that has more or fewer cells than the header, by line.
    """
    options = options or TextOptions()
    raw = reading.read_bytes(path, what="table")
    check_width(raw, path)
    return read_bytes(raw, path.name, options, wanted=wanted)


def read_bytes(
    raw: bytes, name: str, options: TextOptions | None = None, *, wanted: Collection[str] = ()
) -> TextTable:
    """Read the bytes of a text file as a table of text; arguments as in `read_text`."""
    options = options or TextOptions()
    text, encoding = layout.decoded(raw, options.encoding, name)
    if not text.strip(BLANKS):
        raise BadInput("the file is empty", where=name)
    if len(options.delimiter) > 1 or options.delimiter in ('"', "\n", "\r"):
        raise BadInput(
            f"the separator must be one character, not {options.delimiter!r}", where="delimiter"
        )
    found, declared = layout.find_delimiter(text, wanted, name)
    delimiter = options.delimiter or found
    head = layout.first_records(text, delimiter, name)
    start = _start(head, options, wanted, declared=declared)
    header, names = _names(head, start, name)
    rows = _Rows(names)
    fast = split_lines(text, delimiter, head[start][0], header, len(names))
    if fast:
        rows.blocks, rows.blank, rows.again = [fast.cells], fast.blank, fast.again
    below = islice(layout.records(text, delimiter, name), start + 1, None)
    _collect(rows, fast.tail if fast else below, header, len(names))
    notes = _closing_notes(rows)
    raise_all(f"the table {name} cannot be read", _wrong(rows, len(names), name))
    frame, lines = rows.frame()
    if frame.is_empty():
        raise BadInput(
            "no rows below the header",
            where=f"{name}, line {head[start][0]}",
            hint=", ".join(names),
        )
    told = _left_out(head[:start], rows, notes, declared=declared)
    frame, tidied = _tidy(frame, lines, rows.names, keep=options.keep_formulas)
    word = layout.DELIMITERS.get(delimiter, repr(delimiter))
    separator = f"separator {word}" if frame.width > 1 else "one column"
    return TextTable(frame, lines, name, delimiter, (encoding, separator), (*told, *tidied))


def _start(
    head: Sequence[Record], options: TextOptions, wanted: Collection[str], *, declared: bool
) -> int:
    if options.skip_rows is not None:
        after = [n for n, (line, _) in enumerate(head) if line > options.skip_rows]
        if not after:
            raise BadInput(f"nothing stands below {options.skip_rows} lines", where="skip_rows")
        return after[0]
    return layout.find_header(head[declared:], wanted) + declared


def _names(head: Sequence[Record], start: int, name: str) -> tuple[list[str], list[str]]:
    line, header = head[start]
    names = [layout.clean_name(cell) for cell in header]
    while len(names) > 1 and not names[-1]:
        names.pop()
    twice = sorted({n for n in names if names.count(n) > 1})
    problems = [
        InputProblem(
            f"{names.count(n)} columns are named {n!r}" if n else "columns without a name",
            f"{name}, line {line}, columns "
            + ", ".join(str(at + 1) for at, other in enumerate(names) if other == n),
            "give each column a name of its own; --skip-rows says how many lines stand above",
        )
        for n in twice
    ]
    raise_all(f"the header of {name} cannot be used", problems)
    return header, names


def _collect(rows: _Rows, found: Iterable[Record], header: list[str], width: int) -> None:
    after_blank = False
    for line, cells in found:
        count = filled(cells)
        if not count:
            rows.blank.append(line)
            after_blank = True
            continue
        if cells == header:
            rows.again.append(line)
        elif len(cells) < width or filled(cells[width:]) or (count == 1 and width > 2):
            rows.odd.append((line, cells, after_blank or bool(rows.odd and rows.odd[-1][2])))
        else:
            rows.keep(line, cells[:width])
        after_blank = False


def _closing_notes(rows: _Rows) -> list[tuple[int, str]]:
    """Return the lines below the last row that are notes; what is none counts as wrong."""
    notes = []
    for line, cells, apart in rows.odd:
        said = ", ".join(cell.strip(BLANKS) for cell in cells if cell.strip(BLANKS))
        sentence = filled(cells) == 1 and len(said.split()) >= _SENTENCE
        if apart or sentence or _NOTE.search(said):
            notes.append((line, said))
        else:
            rows.wrong.append((line, cells))
    return notes


def _wrong(rows: _Rows, width: int, name: str) -> list[InputProblem]:
    problems = [
        InputProblem(
            f"has {len(cells)} cells where the header has {width}"
            if len(cells) != width
            else "has one filled cell",
            f"{name}, line {line}",
            "quote a cell that holds the separator"
            if len(cells) > width
            else "complete the row, or put notes below a blank line",
        )
        for line, cells in sorted(rows.wrong)
    ]
    return capped(problems)


def capped(problems: list[InputProblem]) -> list[InputProblem]:
    """Return the first problems, with the count of the rest."""
    if len(problems) <= SHOWN:
        return problems
    return [*problems[:SHOWN], InputProblem(f"and {len(problems) - SHOWN} more problems")]


def _left_out(
    above: Sequence[Record], rows: _Rows, notes: Sequence[tuple[int, str]], *, declared: bool
) -> list[str]:
    titles = [
        (line, ", ".join(c.strip(BLANKS) for c in cells if c.strip(BLANKS)))
        for line, cells in above[declared:]
        if filled(cells)
    ]
    told = []
    for what, found in (("above the header", titles), ("below the rows", notes)):
        if found:
            line, said = found[0]
            told.append(f"{_count(len(found), 'line')} {what} left out: line {line} {_short(said)}")
    if rows.again:
        told.append(f"{_count(len(rows.again), 'repeated header')} left out: line {rows.again[0]}")
    if rows.blank:
        told.append(f"{_count(len(rows.blank), 'blank line')} left out")
    return told


def _tidy(
    frame: pl.DataFrame, lines: pl.Series, names: Sequence[str], *, keep: bool
) -> tuple[pl.DataFrame, list[str]]:
    """Take blanks off the ends of cells and spreadsheet quotes off texts; blank cells are null."""
    told: list[str] = []
    columns: dict[str, pl.Series] = {}
    for name in names:
        cells = frame[name]
        plain = cells.str.strip_chars(layout.SPACES if keep else BLANKS)
        bare = plain if keep else plain.str.replace(r'^="(.*)"$', "$1").str.strip_chars(BLANKS)
        for before, after, what in (
            (cells, plain, "blanks at the ends taken off"),
            (plain, bare, 'written ="..." read as the text between the quotation marks'),
        ):
            changed = (before != after) & (after != "")
            if count := int(changed.sum()):
                at = lines[int(changed.arg_true()[0])]
                told.append(f"column {name}: {_count(count, 'cell')} {what}, first on line {at}")
        columns[name] = bare.replace("", None)
    if "" in columns and len(columns) > 1 and _counts(columns[""]):
        del columns[""]
        told.append("a column without a name that counts the rows left out")
    return pl.DataFrame(columns), told


def _counts(cells: pl.Series) -> bool:
    numbers = cells.cast(pl.Int64, strict=False)
    first = numbers[0]
    return first in (0, 1) and numbers.equals(
        pl.Series(range(first, first + cells.len()), dtype=pl.Int64)
    )


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _short(text: str, length: int = 60) -> str:
    return repr(text if len(text) <= length else text[: length - 1] + "…")
