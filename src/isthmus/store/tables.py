"""Results on disk: one Parquet file per table, its schema beside it."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import polars as pl
from pydantic import BaseModel, ConfigDict

from isthmus.errors import DataCorrupted
from isthmus.evidence import Column, Kind, Table
from isthmus.evidence.content import content_hash
from isthmus.runtime import disk
from isthmus.runtime.brief import Brief
from isthmus.store.datasets import FileEntry, file_problems, parquet_bytes, stored_frame
from isthmus.store.digest import file_digest
from isthmus.store.layout import write_new

TABLES = "tables"


class ColumnEntry(Brief, BaseModel):
    """Schema of one column, as `isthmus.evidence.Column`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    role: Literal["dimension", "value", "attribute"]
    unit: str = ""
    text: str = ""


class TableEntry(Brief, BaseModel):
    """A stored table: its schema, its file and the digest of its rows in their order."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    text: str
    kind: Kind
    datasets: tuple[str, ...]
    notes: tuple[str, ...]
    years: tuple[int, ...] = ()
    columns: tuple[ColumnEntry, ...]
    rows: int
    content_sha256: str
    files: tuple[FileEntry, ...]


def table_entry(
    table: Table, *, rows: int, content_sha256: str, files: tuple[FileEntry, ...]
) -> TableEntry:
    """Return the stored form of a table's schema."""
    columns = tuple(
        ColumnEntry(name=c.name, role=c.role, unit=c.unit, text=c.text) for c in table.columns
    )
    return TableEntry(
        name=table.name,
        text=table.text,
        kind=table.kind,
        datasets=table.datasets,
        notes=table.notes,
        years=table.years,
        columns=columns,
        rows=rows,
        content_sha256=content_sha256,
        files=files,
    )


def stage_table(folder: Path, table: Table) -> TableEntry:
    """Write `table` below a staged run folder and return its entry."""
    disk.make_folder(folder / TABLES)
    name = f"{TABLES}/{table.name}.parquet"
    write_new(folder / name, parquet_bytes(table.frame))
    entry = file_entry(folder, name)
    digest = content_hash(table.frame, keep_order=True)
    return table_entry(table, rows=table.frame.height, content_sha256=digest, files=(entry,))


def file_entry(folder: Path, name: str) -> FileEntry:
    """Return size and hash of the file `name` below `folder`."""
    path = folder / name
    return FileEntry(name=name, bytes=path.stat().st_size, sha256=file_digest(path))


def load_table(folder: Path, entry: TableEntry) -> Table:
    """Read a stored table after checking its files.

    Raises
    ------
    DataCorrupted
        When a file is missing or differs from its entry.
    """
    if not entry.files:
        raise DataCorrupted(f"the table '{entry.name}' has no file", where=str(folder))
    for problem in file_problems(folder, entry.files):
        raise DataCorrupted(problem, where=str(folder))
    frame = pl.concat([stored_frame(folder / file.name) for file in entry.files])
    if [column.name for column in entry.columns] != frame.columns:
        what = f"the table '{entry.name}' has other columns than its file"
        raise DataCorrupted(what, where=str(folder))
    return Table(
        name=entry.name,
        frame=frame,
        columns=tuple(Column(c.name, c.role, c.unit, c.text) for c in entry.columns),
        kind=entry.kind,
        datasets=entry.datasets,
        text=entry.text,
        notes=entry.notes,
        years=entry.years,
    )


def plain(value: BaseModel) -> dict[str, Any]:
    """Return a model as plain JSON values."""
    return value.model_dump(mode="json")
