"""Types of the columns of a table that nothing in the house knows: numbers where all cells are."""

from __future__ import annotations

import re
from collections.abc import Collection

import polars as pl

from isthmus.sources.numbers import DASHES, MISSING, parse_numbers
from isthmus.sources.text import TextOptions
from isthmus.world.contracts.given import Given, Report, listed

_CODE = re.compile(
    r"(^|_)(code|codes|id|ids|hs\d*|cn\d*|isic|nace|cpc|sitc|naics|product|commodity|industry|"
    r"sector|zip|postcode|phone|account|number|no|nr)(_|\d|$)"
)
_LOOKS = r"^[-+−–]?[\d.,'’ \u00a0\u2009\u202f]*\d([eE][+-]?\d+)?( [a-z]{1,3})?$"
_EXACT = 15
"""Digits that a number in double precision holds exactly."""


def inferred(
    given: Given, report: Report, options: TextOptions, *, text: Collection[str] = ()
) -> pl.DataFrame:
    """Return a table with its columns of numbers read as numbers.

    A column is one of numbers when at least half of its cells look like numbers, none has a zero
    in front or more digits than a number holds, and it is named neither like a code nor in `text`.
    What is no number in such a column is a problem, by row.

    Parameters
    ----------
    given : Given
        The table.
    report : Report
        Takes problems and notes.
    options : TextOptions
        Marks and missing values that are given.
    text : collection of str
        Columns that stay text.
    """
    frame = given.frame
    texts = [c for c, t in frame.schema.items() if t == pl.String]
    numbers = [c for c in texts if c not in text and _is_number(frame[c], c, options)]
    read = parse_numbers(given.text(), numbers, options)
    report.problems += read.problems
    report.notes += read.notes
    if str(read.marks):
        report.notes.append(f"numbers read with {read.marks}")
    if numbers:
        report.notes.append(f"columns of numbers: {listed(numbers)}")
    truths = [c for c in texts if c not in numbers and c not in text and _is_truth(frame[c])]
    whole = [c for c in numbers if _is_whole(frame[c], read.frame[c])]
    return frame.with_columns(
        *(read.frame[c] for c in numbers if c not in whole),
        *(read.frame[c].cast(pl.Int64) for c in whole),
        *(frame[c].str.to_lowercase() == "true" for c in truths),
    )


def _is_number(cells: pl.Series, name: str, options: TextOptions) -> bool:
    if _CODE.search(name.casefold()):
        return False
    marks = {*MISSING, *DASHES, *(m.casefold() for m in options.missing)}
    told = cells.drop_nulls()
    told = told.filter(~told.str.to_lowercase().is_in(list(marks)))
    if told.is_empty():
        return False
    looks = told.str.contains(_LOOKS)
    zeros = told.str.contains(r"^-?0\d").any()
    digits = told.str.count_matches(r"\d").max()
    long = isinstance(digits, int) and digits > _EXACT and not told.str.contains(r"[.,eE]").any()
    return not zeros and not long and 2 * int(looks.sum()) >= told.len()


def _is_truth(cells: pl.Series) -> bool:
    told = cells.drop_nulls().str.to_lowercase()
    return not told.is_empty() and bool(told.is_in(["true", "false"]).all())


def _is_whole(cells: pl.Series, numbers: pl.Series) -> bool:
    plain = cells.drop_nulls().str.contains(r"[.,eE]").any()
    told = numbers.drop_nulls()
    return not plain and bool((told == told.floor()).all()) and not told.is_empty()
