"""Numbers written by people: decimal marks, thousands, missing values, each read as one or refused.

One file has one decimal mark. What can be read in two ways (``1,234``) is refused by row unless
another cell of the file, or an option, settles it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl

from isthmus.errors import InputProblem
from isthmus.sources.text import TextOptions, TextTable

MISSING = ("", ":", "..", "...", ".", "n/a", "n.a.", "na", "#n/a", "nan", "null", "none", "c", "x")
"""Texts that stand for a missing number in the files of statistical offices and spreadsheets."""

DASHES = ("-", "–", "—", "--", "−")
"""Zero in one source and missing in another."""

_SPACES = "[ \u00a0\u2007\u2009\u202f]"
_OTHER = {",": ".", ".": ","}
_FLAG = r" (?:[bcdefinprsuz]{1,3})$"
"""Flags of Eurostat behind a number, also several; other letters are units or powers of ten."""

_SCALE = r" bn$"
_UNITED = re.compile(r"[€$£¥]|^[A-Z]{3}\s*[\d.,]*\d$|\d\s+[A-Za-z]+$")
_PLAIN = r"^-?\d+(\.\d+)?([eE][+-]?\d+)?$"


@dataclass(frozen=True, slots=True)
class Marks:
    """The decimal mark and the separator of thousands of a file; empty when it shows none."""

    decimal: str = ""
    thousands: str = ""

    def __str__(self) -> str:
        parts = [f"decimal mark '{self.decimal}'"] if self.decimal else []
        word = {" ": "a blank"}.get(self.thousands, f"'{self.thousands}'")
        parts += [f"thousands separated by {word}"] if self.thousands else []
        return ", ".join(parts)


@dataclass(frozen=True, slots=True)
class Numbers:
    """Number columns of a table.

    Parameters
    ----------
    frame : polars.DataFrame
        64-bit fractions; null where a number is missing or wrong.
    wrong : polars.DataFrame
        Where a cell is neither a number nor a sign of a missing one.
    marks : Marks
        How they are written.
    notes : tuple of str
        Markers of missing values and flags, with counts.
    problems : tuple of InputProblem
        Every cell that is no number, by line and column.
    """

    frame: pl.DataFrame
    wrong: pl.DataFrame
    marks: Marks
    notes: tuple[str, ...]
    problems: tuple[InputProblem, ...]


def parse_numbers(
    table: TextTable, columns: Iterable[str], options: TextOptions | None = None
) -> Numbers:
    """Return columns of text as numbers.

    Parameters
    ----------
    table : TextTable
        Text as it stands.
    columns : iterable of str
        The columns that hold numbers.
    options : TextOptions, optional
        Marks and missing values that are given.
    """
    options = options or TextOptions()
    names = tuple(columns)
    notes: list[str] = []
    told = {name: _unmarked(table, name, options, notes) for name in names}
    bodies = {name: _body(table, name, cells, notes) for name, cells in told.items()}
    marks, problems = _marks(table, bodies, options)
    unsettled = bool(problems)
    read: dict[str, pl.Series] = {}
    odd: dict[str, pl.Series] = {}
    for name, cells in bodies.items():
        read[name] = _parsed(cells, marks).alias(name)
        odd[name] = wrong = cells.is_not_null() & read[name].is_null()
        if unsettled:
            wrong &= ~cells.str.contains(r"^-?[\d.,]+$").fill_null(False)
        problems += _wrong(table, name, wrong, marks)
    return Numbers(pl.DataFrame(read), pl.DataFrame(odd), marks, tuple(notes), tuple(problems))


def _unmarked(table: TextTable, name: str, options: TextOptions, notes: list[str]) -> pl.Series:
    """Return a column without its markers of missing values."""
    cells = table.frame[name]
    if options.blank == "zero" and (count := cells.null_count()):
        noun = "cell" if count == 1 else "cells"
        notes.append(f"column {name}: {count:,} empty {noun} read as zero")
        cells = cells.fill_null("0")
    odd = cells.is_not_null() & ~cells.str.contains(r"\d").fill_null(False)
    if not odd.any():
        return cells
    known = {m.casefold() for m in (*MISSING, *options.missing)}
    known |= set(DASHES) if options.dash == "missing" else set()
    zero = set(DASHES) - known if options.dash == "zero" else set()
    texts = cells.filter(odd).unique().to_list()
    missing = [text for text in texts if text.casefold() in known]
    dashes = [text for text in texts if text in zero]
    for found, what in ((missing, "read as missing"), (dashes, "read as zero")):
        at = cells.is_in(found) & odd
        if count := int(at.sum()):
            shown = ", ".join(repr(text) for text in sorted(found))
            noun = "cell" if count == 1 else "cells"
            first = table.lines[int(at.arg_true()[0])]
            notes.append(
                f"column {name}: {count:,} {noun} {shown} {what}, first on {table.noun} {first}"
            )
    gone = dict.fromkeys(missing, None) | dict.fromkeys(dashes, "0")
    return cells.replace(list(gone), list(gone.values())) if gone else cells


def _body(table: TextTable, name: str, cells: pl.Series, notes: list[str]) -> pl.Series:
    """Return numbers without the flags that statistical offices put behind them (``12.5 p``)."""
    plain = cells.str.replace(r"^[−–](\d)", "-$1").str.replace(r"^\+(\d)", "$1")
    flagged = plain.str.contains(r"^-?[\d.,]*\d" + _FLAG) & ~plain.str.contains(_SCALE)
    flagged = flagged.fill_null(False)
    if not flagged.any():
        return plain
    count = int(flagged.sum())
    line = table.lines[int(flagged.arg_true()[0])]
    noun = "flag" if count == 1 else "flags"
    notes.append(
        f"column {name}: {count:,} {noun} behind numbers taken off, first on {table.noun} {line}"
    )
    bare = plain.str.replace(_FLAG, "")
    return pl.select(pl.when(flagged).then(bare).otherwise(plain).alias(name)).to_series()


def _marks(
    table: TextTable, bodies: dict[str, pl.Series], options: TextOptions
) -> tuple[Marks, list[InputProblem]]:
    """Decide the marks of a file from all its number columns."""
    given = options.thousands.replace("none", "")
    shown = _evidence(bodies)
    groups = [given] if given else [m for m in " ',." if m in shown["group"]]
    if options.thousands == "none":
        groups = []
    decimals = [options.decimal] if options.decimal else [m for m in ".," if m in shown["decimal"]]
    decimals = [mark for mark in decimals if mark != given]
    if len(decimals) > 1 or set(decimals) & set(groups):
        return Marks(), [_mixed(table, bodies)]
    decimal = decimals[0] if decimals else _OTHER.get(groups[-1], "") if groups else ""
    thousands = groups[0] if groups else ""
    if decimal and not groups and options.thousands != "none":
        thousands = _OTHER[decimal] if _OTHER[decimal] in shown["either"] else ""
    if not decimal and shown["either"]:
        return _settle(table, bodies, thousands, shown["either"], options)
    return Marks(decimal, thousands), []


def _evidence(bodies: dict[str, pl.Series]) -> dict[str, dict[str, str]]:
    """Return which marks stand as decimal mark, as separator of thousands, or as either."""
    shown: dict[str, dict[str, str]] = {"decimal": {}, "group": {}, "either": {}}
    head = r"^-?[1-9]\d{0,2}"
    for name, cells in bodies.items():
        odd = cells.filter(~cells.str.contains(r"^-?\d+$").fill_null(True)).unique()
        if odd.is_empty():
            continue
        for mark, other in ((".", ","), (",", ".")):
            m, o = f"\\{mark}", f"\\{other}"
            tail = rf"(([{o}']|{_SPACES})\d{{3}})+{m}\d+$"
            single = rf"^-?\d*{m}\d+([eE][+-]?\d+)?$"
            either = rf"{head}{m}\d{{3}}$"
            grouped = rf"{head}({m}\d{{3}}){{2,}}$|{head}({m}\d{{3}})+{o}\d+$"
            alone = odd.str.contains(single) & ~odd.str.contains(either)
            if (alone | odd.str.contains(head + tail)).any():
                shown["decimal"].setdefault(mark, name)
            if odd.str.contains(grouped).any():
                shown["group"].setdefault(mark, name)
            if odd.str.contains(either).any():
                shown["either"].setdefault(mark, name)
        for mark, pattern in ((" ", _SPACES), ("'", "['’]")):
            if odd.str.contains(rf"{head}({pattern}\d{{3}})+([.,]\d+)?$").any():
                shown["group"].setdefault(mark, name)
    return shown


def _settle(
    table: TextTable,
    bodies: dict[str, pl.Series],
    thousands: str,
    either: dict[str, str],
    options: TextOptions,
) -> tuple[Marks, list[InputProblem]]:
    """Settle numbers that all can be read in two ways, or refuse them.

    A dot in a file of commas is a decimal mark: a decimal comma would have cut the cell.
    """
    if list(either) == ["."] and (table.delimiter == "," or options.thousands == "none"):
        return Marks(".", thousands), []
    if options.thousands == "none" and len(either) == 1:
        return Marks(next(iter(either)), ""), []
    problems = []
    for mark, name in either.items():
        at = bodies[name].str.contains(rf"^-?[1-9]\d{{0,2}}\{mark}\d{{3}}$").fill_null(False)
        place = int(at.arg_true()[0])
        text = bodies[name][place]
        problems.append(
            InputProblem(
                f"{text!r} can be {text.replace(mark, '')} or {text.replace(mark, '.')}, and no "
                "other number of the file settles it",
                table.place(place, name),
                f"--decimal '{mark}' or --thousands '{mark}' says which",
            )
        )
    return Marks(), problems


def _mixed(table: TextTable, bodies: dict[str, pl.Series]) -> InputProblem:
    places = []
    for mark in ".,":
        for name, cells in bodies.items():
            at = cells.str.contains(rf"\{mark}\d+([eE][+-]?\d+)?$").fill_null(False)
            if at.any():
                place = int(at.arg_true()[0])
                places.append(
                    f"{cells[place]!r} on {table.noun} {table.lines[place]}, column {name}"
                )
                break
    return InputProblem(
        "numbers are written with different decimal marks: " + " and ".join(places),
        table.name,
        "write all numbers alike, or give --decimal and --thousands",
    )


def _parsed(cells: pl.Series, marks: Marks) -> pl.Series:
    """Return the numbers of a column; null where a cell does not follow the marks."""
    text = cells
    if marks.thousands:
        group = {" ": _SPACES, "'": "['’]"}.get(marks.thousands, f"\\{marks.thousands}")
        point = f"\\{marks.decimal or '.'}"
        grouped = text.str.contains(rf"^-?[1-9]\d{{0,2}}({group}\d{{3}})+({point}\d+)?$")
        text = pl.select(
            pl.when(grouped).then(text.str.replace_all(group, "")).otherwise(text)
        ).to_series()
    if marks.decimal == ",":
        dotted = text.str.contains(r"\.")
        text = pl.select(
            pl.when(dotted).then(None).otherwise(text.str.replace(",", "."))
        ).to_series()
    text = text.str.replace(r"^(-?)\.", "${1}0.")
    proper = text.str.contains(_PLAIN).fill_null(False)
    numbers = text.set(~proper, None).cast(pl.Float64, strict=False)
    return numbers.set(~numbers.is_finite().fill_null(False), None)


def _wrong(table: TextTable, name: str, at: pl.Series, marks: Marks) -> list[InputProblem]:
    return [
        InputProblem(
            f"{table.frame[name][place]!r} is not a number",
            table.place(place, name),
            _hint(str(table.frame[name][place]), marks),
        )
        for place in at.arg_true().to_list()
    ]


def _hint(text: str, marks: Marks) -> str:
    if text in DASHES:
        return "a dash is zero in one source and missing in another: --dash zero or --dash missing"
    if not any(c.isdigit() for c in text):
        return f"if it stands for a missing number, --missing {text!r} says so"
    if text.endswith("%"):
        return "write a fraction without the percent sign"
    if _UNITED.search(text):
        return "the unit belongs into the record, as 'thousand USD' or 'million EUR'"
    read = f"numbers of this file are read with {marks}" if str(marks) else ""
    return read or "write digits with one decimal mark"
