"""Parquet and delimited text as frames; a path is one file, never a pattern."""

from __future__ import annotations

import contextlib
import io
import os
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import polars as pl

from isthmus.errors import BadInput, InputProblem
from isthmus.runtime.reading.files import check_regular, open_regular
from isthmus.runtime.reading.values import Unreadable

MOST_COLUMNS = 10_000
_HEAD = 1 << 20
_MARKS = (b",", b";", b"\t", b"|")
_lock = threading.RLock()


def parquet_frame(
    source: Path | str | bytes, *, columns: Sequence[str] | None = None
) -> pl.DataFrame:
    """Read one Parquet file, or its bytes.

    Parameters
    ----------
    source : path or bytes
        The file; no character of its name has a meaning.
    columns : sequence of str, optional
        The columns to read; all when None.

    Raises
    ------
    Unreadable
        When it is not Parquet or damaged, whatever the parser makes of it.
    NotFound, BadInput
        When there is no such file, or it is not a regular one.
    """
    if not isinstance(source, bytes):
        check_regular(source, what="Parquet file")
    place = io.BytesIO(source) if isinstance(source, bytes) else _plain(source)
    wanted = None if columns is None else list(columns)
    with parsing("Parquet"):
        return pl.read_parquet(place, columns=wanted, glob=False, hive_partitioning=False)


def parquet_rows(path: Path | str) -> pl.LazyFrame:
    """Return the rows of one Parquet file, which are read when a question is put to them.

    Raises
    ------
    Unreadable
        When it is not Parquet.
    NotFound, BadInput
        When there is no such file, or it is not a regular one.
    """
    check_regular(path, what="Parquet file")
    with parsing("Parquet"):
        rows = pl.scan_parquet(_plain(path), glob=False, hive_partitioning=False)
        rows.collect_schema()
    return rows


def asked(rows: pl.LazyFrame) -> pl.DataFrame:
    """Return the answer to a question put to rows on disk, in their order.

    Raises
    ------
    polars.exceptions.PolarsError
        When the rows have no such columns, or not of a type that fits: as rows in memory raise it.
    Unreadable
        When the file is damaged, or gone meanwhile.
    """
    rows.collect_schema()
    with parsing("Parquet", quiet=False):
        return rows.collect(engine="streaming")


def read_parquet(path: Path | str, *, what: str = "table") -> pl.DataFrame:
    """Read one Parquet file that somebody else wrote.

    Raises
    ------
    NotFound, BadInput
        When there is no such file, it is not a regular one, or it is not Parquet.
    """
    check_regular(path, what=what)
    with _named(path, what):
        return parquet_frame(path)


def read_text_table(path: Path | str, *, what: str = "table") -> pl.DataFrame:
    """Read one delimited file with a header; every cell stays the text that it is.

    Parameters
    ----------
    path : Path or str
        The file.
    what : str
        What it holds, for messages.

    Raises
    ------
    NotFound, BadInput
        When there is no such file, it is not a regular one, or it is no table.
    """
    with open_regular(path, what=what) as handle:
        check_width(handle.read(_HEAD), path)
    with _named(path, what), parsing("delimited text"):
        return pl.read_csv(_plain(path), glob=False, infer_schema=False)


def unquoted_frame(content: bytes) -> pl.DataFrame:
    """Read the bytes of a table with commas and a header in which no cell stands in quotes.

    Raises
    ------
    Unreadable
        When it is no such table.
    """
    with parsing("delimited text"):
        return pl.read_csv(content, glob=False, infer_schema=False, quote_char=None)


def _plain(path: Path | str) -> str:
    """Return an absolute path, which nobody takes for an address or a home folder."""
    return str(Path(path).absolute())


def check_width(content: bytes, path: Path | str) -> None:
    """Refuse a table with more columns in its first lines than anybody could name.

    Raises
    ------
    BadInput
        With the line.
    """
    for number, line in enumerate(content[:_HEAD].split(b"\n"), 1):
        if len(line) >= MOST_COLUMNS and max(map(line.count, _MARKS)) >= MOST_COLUMNS:
            problem = InputProblem(f"more than {MOST_COLUMNS:,} columns", f"line {number}")
            raise BadInput("the table cannot be read", [problem], where=str(path))


@contextlib.contextmanager
def _named(path: Path | str, what: str) -> Iterator[None]:
    try:
        yield
    except Unreadable as error:
        raise BadInput(f"the {what} cannot be read", error.problems, where=str(path)) from error


@contextlib.contextmanager
def parsing(
    notation: str, faults: tuple[type[Exception], ...] = (), *, quiet: bool = True
) -> Iterator[None]:
    """Name what a parser raises, its panics included, and keep its own words off stderr.

    Parameters
    ----------
    notation : str
        What it parses, for messages.
    faults : tuple of type
        Errors of its own.
    quiet : bool
        Whether nothing else may write to stderr meanwhile; not for what takes long.

    Raises
    ------
    Unreadable
        With the first line of its words.
    """
    try:
        with _quiet() if quiet else contextlib.nullcontext():
            yield
    except Unreadable:
        raise
    except BaseException as error:
        known = isinstance(error, (pl.exceptions.PolarsError, OSError, ValueError, *faults))
        # Each compiled library has a class of its own for panics, which is no Exception.
        if not known and type(error).__name__ != "PanicException":
            raise
        lines = str(error).strip().splitlines() or [type(error).__name__]
        raise Unreadable(InputProblem(f"not readable {notation}: {lines[0]}")) from error


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Point the process's stderr at nothing: compiled code reports its panics there by itself."""
    with _lock:
        try:
            kept = os.dup(2)
        except OSError:
            yield
            return
        try:
            with open(os.devnull, "wb") as nothing:
                os.dup2(nothing.fileno(), 2)
            yield
        finally:
            os.dup2(kept, 2)
            os.close(kept)
