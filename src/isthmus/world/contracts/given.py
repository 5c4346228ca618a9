"""A table as it was given: text or typed columns, with the place of each row for messages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import polars as pl

from isthmus.errors import InputProblem
from isthmus.sources.text import TextTable

SHOWN = 3
"""Rows with one and the same fault that are named one by one."""


@dataclass(frozen=True, slots=True)
class Given:
    """A table that has not yet been held against a contract.

    Parameters
    ----------
    frame : polars.DataFrame
        Its columns, as text or as typed values.
    lines : polars.Series
        Line of the file, or number of the row, of each row.
    name : str
        Name of the file or data set.
    noun : str
        What `lines` count: ``line`` or ``sheet row`` of text, ``row`` of typed values.
    delimiter : str
        Separator of a text file.
    """

    frame: pl.DataFrame
    lines: pl.Series
    name: str
    noun: str = "line"
    delimiter: str = ","

    @property
    def from_text(self) -> bool:
        """Whether the table was read as text."""
        return self.noun != "row"

    def places(self, at: pl.Series, column: str = "") -> str:
        """Return where a fault stands: the first rows of a mask, and how many more."""
        hits = at.fill_null(False).arg_true()
        listed = [str(line) for line in self.lines.gather(hits[:SHOWN]).to_list()]
        more = f" and {len(hits) - SHOWN:,} more" if len(hits) > SHOWN else ""
        noun = self.noun if len(hits) == 1 else f"{self.noun}s"
        where = f"{self.name}, {noun} {', '.join(listed)}{more}"
        return f"{where}, column {column}" if column else where

    def problem(self, what: str, at: pl.Series, column: str = "", hint: str = "") -> InputProblem:
        """Return the problem of the rows of a mask."""
        return InputProblem(what, self.places(at, column), hint)

    def text(self) -> TextTable:
        """Return the table as text for the reading of numbers."""
        return TextTable(self.frame, self.lines, self.name, self.delimiter, noun=self.noun)

    def with_frame(self, frame: pl.DataFrame) -> Given:
        """Return the table with other columns."""
        return replace(self, frame=frame)

    def filter(self, keep: pl.Series) -> Given:
        """Return the rows of a mask."""
        return replace(self, frame=self.frame.filter(keep), lines=self.lines.filter(keep))


@dataclass(slots=True)
class Report:
    """What was found while a table was held against a contract.

    Parameters
    ----------
    problems : list of InputProblem
        What keeps it from being taken.
    notes : list of str
        What was changed or read in one of several ways.
    dropped : list of str
        What was left out; goes into the known faults of the record.
    """

    problems: list[InputProblem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)


def from_text(table: TextTable) -> Given:
    """Return a table of text as it was given."""
    return Given(table.frame, table.lines, table.name, table.noun, table.delimiter)


def from_frame(frame: pl.DataFrame, name: str) -> Given:
    """Return a typed frame as it was given; categories are text, blank texts empty."""
    texts = [c for c, t in frame.schema.items() if t in (pl.Categorical, pl.Enum, pl.String)]
    plain = frame.with_columns(pl.col(texts).cast(pl.String))
    for name in texts:
        held = plain[name].unique()
        if len(blank := held.filter(held.str.strip_chars() == "")):
            plain = plain.with_columns(pl.col(name).replace(blank, None))
    lines = pl.Series("row", range(1, frame.height + 1), dtype=pl.Int64)
    return Given(plain, lines, name, "row")


def folded(name: str) -> str:
    """Return a column's name without case, blanks and marks, to tell names alike."""
    return "".join(c for c in name.casefold() if c.isalnum())


def listed(names: Sequence[str]) -> str:
    """Return names in quotation marks."""
    return ", ".join(f"'{name}'" for name in names)
