"""Text cells of CSV files that a spreadsheet would run as formulas: guarded out, undone in.

A spreadsheet takes a cell that begins with ``= + - @``, a tab or a line end for a formula, whoever
wrote it. An apostrophe in front makes it text again. Text that already looks guarded gets one
more, so that undoing gives back every text exactly. Numbers are never touched.
"""

from __future__ import annotations

import re

import polars as pl

# The wide forms are folded to the narrow ones by East Asian versions of spreadsheets.
_STARTS = "=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20"
_PLAIN = f"^('*[{_STARTS}])"
_GUARDED = f"^'('*[{_STARTS}])"


def guard(text: str) -> str:
    """Return text with an apostrophe in front where a spreadsheet would run it."""
    return f"'{text}" if re.match(_PLAIN, text) else text


def unguard(text: str) -> str:
    """Return what `guard` was given; any other text as it is."""
    return text[1:] if re.match(_GUARDED, text) else text


def guarded(frame: pl.DataFrame) -> pl.DataFrame:
    """Return a frame whose text cells and column names are guarded.

    Parameters
    ----------
    frame : pl.DataFrame
        A table that is to be written as CSV.
    """
    texts = (pl.String, pl.Categorical, pl.Enum)
    columns = [
        column.cast(pl.String).str.replace(_PLAIN, "'$1")
        if isinstance(column.dtype, texts)
        else column
        for column in frame.iter_columns()
    ]
    return pl.DataFrame(columns).rename(guard)


def unguarded(frame: pl.DataFrame) -> pl.DataFrame:
    """Return what `guarded` was given, after the frame was read back.

    Types must be settled before: the text ``'-5`` is the text ``-5`` and no number.

    Parameters
    ----------
    frame : pl.DataFrame
        A table read from CSV.
    """
    names = [unguard(name) for name in frame.columns]
    plain = frame.with_columns(pl.col(pl.String).str.replace(_GUARDED, "$1"))
    if len(set(names)) == len(names):
        plain.columns = names
    return plain
