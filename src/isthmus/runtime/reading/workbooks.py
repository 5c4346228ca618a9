"""Workbooks of spreadsheet programs as rows of text, one sheet at a time."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from isthmus.errors import BadInput, InputProblem, IsthmusError
from isthmus.runtime.reading.archives import ARCHIVE_FAULTS, open_archive
from isthmus.runtime.reading.files import read_bytes
from isthmus.runtime.reading.tables import MOST_COLUMNS, parsing
from isthmus.runtime.reading.values import Unreadable

ENDINGS = (".xlsx", ".xls", ".ods")
LARGEST = 1 << 30
"""Bytes of a workbook with its parts unpacked."""

Row = tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class Workbook:
    """An open workbook.

    Parameters
    ----------
    path : Path
        The file.
    sheets : tuple of str
        Names of its sheets, in their order.
    """

    path: Path
    sheets: tuple[str, ...]
    _reader: Any

    def rows(self, sheet: str) -> list[Row]:
        """Return the cells of a sheet as text, from its first row on; None where one is empty.

        Raises
        ------
        BadInput
            When the sheet cannot be read, or is wider than any table.
        """
        texts = self._loaded(sheet, "string")
        if texts.width >= MOST_COLUMNS:
            problem = InputProblem(f"more than {MOST_COLUMNS:,} columns", f"sheet {sheet}")
            raise BadInput("the table cannot be read", [problem], where=str(self.path))
        numbers = self._loaded(sheet, "float")
        rows: list[Row] = texts.with_columns(
            _exact(texts[c], numbers[c]) for c in texts.columns if c in numbers.columns
        ).rows()
        return rows

    def _loaded(self, sheet: str, dtype: str) -> pl.DataFrame:
        with _named(self.path), parsing("a workbook", _faults()):
            loaded = self._reader.load_sheet(sheet, header_row=None, skip_rows=0, dtypes=dtype)
            frame: pl.DataFrame = loaded.to_polars()
        return frame


def _exact(text: pl.Series, number: pl.Series) -> pl.Series:
    """Return text with all digits of its numbers, which are written with nine decimals at most."""
    shown = text.cast(pl.Float64, strict=False)
    short = (number.is_finite() & shown.is_not_null() & (shown != number)).fill_null(False)
    at = short.arg_true()
    return text.scatter(at, [repr(value) for value in number.gather(at)]) if at.len() else text


def open_workbook(path: Path) -> Workbook:
    """Open a workbook for reading.

    Raises
    ------
    IsthmusError
        When the extra ``excel`` is not installed.
    NotFound, BadInput
        When there is no such file, or it is damaged, or far larger than it looks.
    """
    try:
        import fastexcel
    except ImportError as error:
        hint = "install isthmus[excel], or save the sheet as CSV"
        raise IsthmusError("fastexcel is not installed", hint=hint) from error
    with _named(path):
        _check_size(path)
        content = read_bytes(path, what="workbook", limit=LARGEST)
        with parsing("a workbook", _faults()):
            reader = fastexcel.read_excel(content)
            return Workbook(path, tuple(reader.sheet_names), reader)


def _check_size(path: Path) -> None:
    if path.suffix.lower() == ".xls":
        return
    try:
        with open_archive(path, what="workbook") as archive:
            size = sum(part.file_size for part in archive.infolist())
            broken = archive.testzip() if size <= LARGEST else None
    except (*ARCHIVE_FAULTS, OSError, ValueError) as error:
        raise Unreadable(InputProblem(f"damaged archive: {error}")) from error
    if size > LARGEST:
        raise Unreadable(InputProblem(f"{size >> 20:,} MiB unpacked", "", "save it as CSV"))
    if broken:
        raise Unreadable(InputProblem("damaged archive", broken))


def _faults() -> tuple[type[Exception], ...]:
    import fastexcel

    return (fastexcel.FastExcelError,)


@contextlib.contextmanager
def _named(path: Path) -> Iterator[None]:
    try:
        yield
    except Unreadable as error:
        raise BadInput("the workbook cannot be read", error.problems, where=str(path)) from error
