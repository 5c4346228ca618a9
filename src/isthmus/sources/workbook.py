"""Sheets of workbooks as tables of text, and sheets of our own workbooks as they were written."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path

import polars as pl

from isthmus.errors import BadInput, InputProblem, did_you_mean
from isthmus.evidence.out.workbook import ABOUT, COLUMNS, MARK
from isthmus.runtime.reading.workbooks import Row, Workbook, open_workbook
from isthmus.sources.text import TextOptions, TextTable, read_bytes


def read_sheet(
    path: Path,
    sheet: str = "",
    options: TextOptions | None = None,
    *,
    wanted: Collection[str] = (),
) -> TextTable | tuple[str, pl.DataFrame]:
    """Read one sheet of a workbook: as text, or of one of our own in the types that it had.

    Numbers in cells have a decimal point and all their digits; text in cells is read as in a text
    file, titles above the header and notes below the rows are recognised.

    Parameters
    ----------
    path : Path
        The workbook.
    sheet : str
        Name of the sheet; may be empty where only one holds something.
    options : TextOptions, optional
        How text is written.
    wanted : collection of str
        Names that the header may hold.

    Returns
    -------
    TextTable, or tuple of str and polars.DataFrame
        Rows of text; of our own workbooks its name for messages, and typed rows.

    Raises
    ------
    IsthmusError
        When the extra ``excel`` is not installed.
    NotFound, BadInput
        When the workbook is damaged, the sheet is not named or not there, or is no table.
    """
    book = open_workbook(path)
    ours = _ours(book)
    name, rows = _chosen(book, sheet, ours)
    place = f"{path.name}, sheet {name}"
    if ours is not None and name in ours:
        return place, _typed(rows, ours[name], place)
    options = options or TextOptions()
    mark = options.decimal or "."
    marks = replace(options, delimiter=",", encoding="utf-8", decimal=mark)
    content = io.StringIO(newline="")
    writer = csv.writer(content, lineterminator="\n")
    writer.writerows([[_cell(cell, mark) for cell in row] for row in rows])
    text = read_bytes(content.getvalue().encode(), place, marks, wanted=wanted)
    told = (f"sheet '{name}'",)
    return replace(text, read_as=told, noun="sheet row")


def _cell(cell: str | None, mark: str) -> str:
    text = " ".join((cell or "").splitlines())
    if mark == "," and text.count(".") == 1 and _number(text):
        return text.replace(".", ",")
    return text


def _number(text: str) -> bool:
    return text.lstrip("-").replace(".", "", 1).isdecimal()


def _chosen(
    book: Workbook, sheet: str, ours: dict[str, dict[str, str]] | None
) -> tuple[str, list[Row]]:
    if sheet:
        if sheet not in book.sheets:
            hint = did_you_mean(sheet, book.sheets) or f"known: {', '.join(book.sheets)}"
            raise BadInput(f"the workbook has no sheet {sheet!r}", where=str(book.path), hint=hint)
        return sheet, book.rows(sheet)
    names = book.sheets if ours is None else tuple(n for n in book.sheets if n in ours)
    held = {name: rows for name in names if (rows := book.rows(name))}
    if len(held) == 1:
        return next(iter(held.items()))
    what = "the workbook has several sheets" if held else "the workbook is empty"
    listed = [InputProblem(f"{len(rows):,} rows", f"sheet {name}") for name, rows in held.items()]
    raise BadInput(
        what, listed, where=str(book.path), hint="name one: --sheet NAME" if held else ""
    )


def _ours(book: Workbook) -> dict[str, dict[str, str]] | None:
    """Return the types of the columns of each sheet, where the workbook is one of ours."""
    if ABOUT not in book.sheets:
        return None
    rows = book.rows(ABOUT)
    if not rows or rows[0][0] != MARK:
        return None
    types: dict[str, dict[str, str]] = {}
    heads = [at for at, row in enumerate(rows) if row[: len(COLUMNS)] == COLUMNS]
    for row in rows[heads[0] + 1 :] if heads else ():
        sheet, column, dtype = (*row, None, None, None)[:3]
        if not sheet or not column or not dtype:
            break
        types.setdefault(sheet, {})[column] = dtype
    return types


def _typed(rows: Sequence[Row], types: dict[str, str], place: str) -> pl.DataFrame:
    """Return the rows of one of our sheets in the types in which they were written."""
    header = [cell or "" for cell in rows[0]]
    if header != list(types):
        hint = "the sheet 'about' says which; take the sheet into a workbook of its own"
        raise BadInput("the columns are not those that were written", where=place, hint=hint)
    frame = pl.DataFrame(rows[1:], schema=dict.fromkeys(header, pl.String), orient="row")
    problems = []
    for name, told in types.items():
        dtype = getattr(pl, told.partition("(")[0], pl.String)
        if dtype in (pl.String, pl.Categorical, pl.Enum):
            continue
        text = frame[name]
        whole = text == "true" if dtype == pl.Boolean else text.cast(dtype, strict=False)
        known = text.is_in(["true", "false"]) if dtype == pl.Boolean else whole.is_not_null()
        wrong = text.is_not_null() & ~known.fill_null(False)
        if wrong.any():
            at = int(wrong.arg_true()[0])
            where = f"{place}, row {at + 2}, column {name}"
            problems.append(InputProblem(f"{text[at]!r} is no {told}", where))
        frame = frame.with_columns(whole.alias(name))
    if problems:
        raise BadInput("cells were changed to another type", problems, where=place)
    return frame
