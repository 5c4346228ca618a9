"""Results as files: JSON, CSV, Parquet, a workbook, or a folder with a file for each table."""

from __future__ import annotations

from pathlib import Path
from typing import IO, Literal

import polars as pl

from isthmus.errors import BadInput
from isthmus.evidence.formulas import guarded
from isthmus.evidence.result import SCHEMA_VERSION, Result
from isthmus.evidence.table import Table
from isthmus.runtime import canonical_json, check_files, publish_file, publish_folder, publish_text
from isthmus.runtime.contents import RESULT
from isthmus.runtime.targets import check_folder

DOCUMENT = ".json"
TABLES = (".csv", ".parquet")
WORKBOOK = ".xlsx"
Form = Literal["csv", "parquet"]


def check_target(out: Path, *, replace: bool = False) -> None:
    """Raise unless a result can be written to `out`: by its ending, and by what stands there.

    Without an ending it is a folder.

    Raises
    ------
    BadInput
        When the ending is unknown.
    IsthmusError
        When a workbook is asked for and the extra ``excel`` is not installed.
    TargetExists, TargetRefused, NotFound, StorageReadOnly
        As `isthmus.runtime.check_files` and `isthmus.runtime.targets.check_folder`.
    """
    if not out.suffix:
        check_folder(out, contents=RESULT, replace=replace)
        return
    if out.suffix not in (DOCUMENT, *TABLES, WORKBOOK):
        raise BadInput(
            f"unknown file ending '{out.suffix}' for a result",
            where=str(out),
            hint=f"use {', '.join((DOCUMENT, *TABLES))} or {WORKBOOK}, or no ending for a folder",
        )
    if out.suffix == WORKBOOK:
        from isthmus.evidence.out.workbook import check_library

        check_library()
    check_files([out], replace=replace)


def one_table(result: Result) -> Table:
    """Return the only table of a result.

    Raises
    ------
    BadInput
        When there are several.
    """
    if len(result.tables) != 1:
        names = ", ".join(result.tables)
        raise BadInput(
            f"the result has several tables ({names})",
            hint="pick one with --table NAME, or write all: to a .xlsx or .json file, or a folder",
        )
    return next(iter(result.tables.values()))


def write_result(
    result: Result, out: Path, *, replace: bool = False, form: Form = "csv"
) -> list[str]:
    """Write a result by the ending of `out`.

    ``.json`` the document, ``.csv`` or ``.parquet`` its only table, ``.xlsx`` a sheet for each
    table and one about them all; without an ending a folder with a file for each table, and
    ``tables.json`` with what the files do not hold. Text cells of CSV that a spreadsheet would run
    as formulas get an apostrophe in front.

    Parameters
    ----------
    result : Result
        What to write.
    out : Path
        Where to.
    replace : bool
        Replace a file, or a folder that holds such a result and nothing else.
    form : {"csv", "parquet"}
        Files of a folder.

    Returns
    -------
    list of str
        Names of the files of a folder.

    Raises
    ------
    BadInput
        When the ending is unknown, there are several tables for one file, or a table does not fit
        into a workbook.
    TargetExists, TargetRefused
        As `isthmus.runtime.publish_file` and `isthmus.runtime.publish_folder`.
    """
    check_target(out, replace=replace)
    if not out.suffix:
        return _folder(result, out, form, replace=replace)
    if out.suffix == DOCUMENT:
        with publish_text(out, replace=replace) as text:
            text.write(canonical_json(result.to_dict(), indent=2) + "\n")
    elif out.suffix == WORKBOOK:
        from isthmus.evidence.out.workbook import workbook

        content = workbook(result)
        with publish_file(out, replace=replace) as handle:
            handle.write(content)
    else:
        frame = one_table(result).frame
        with publish_file(out, replace=replace) as handle:
            write_rows(frame, handle, out.suffix)
    return []


def _folder(result: Result, out: Path, form: Form, *, replace: bool) -> list[str]:
    names = [f"{name}.{form}" for name in result.tables]
    about = {
        "schema_version": SCHEMA_VERSION,
        "what": "result",
        **{k: v for k, v in result.to_dict().items() if k in ("provenance", "citations")},
        "tables": {name: _described(table) for name, table in result.tables.items()},
        "files": names,
    }
    with publish_folder(out, contents=RESULT, replace=replace) as staging:
        for name, table in zip(names, result.tables.values(), strict=True):
            with open(staging / name, "wb") as handle:
                write_rows(table.frame, handle, f".{form}")
        (staging / RESULT.mark).write_text(canonical_json(about, indent=2) + "\n", "utf-8")
    return names


def _described(table: Table) -> dict[str, object]:
    return {key: value for key, value in table.to_dict().items() if key != "rows"}


def write_rows(frame: pl.DataFrame, handle: IO[bytes], ending: str) -> None:
    """Write rows as ``.csv``, lists as texts and formulas guarded, or as ``.parquet``."""
    if ending == ".csv":
        guarded(flat(frame)).write_csv(handle)
    else:
        frame.write_parquet(handle)


def flat(frame: pl.DataFrame) -> pl.DataFrame:
    """Return a frame whose lists are texts, for files that hold no lists."""
    lists = [c for c, t in frame.schema.items() if isinstance(t, pl.List)]
    return frame.with_columns(pl.col(lists).cast(pl.List(pl.String)).list.join(", "))
