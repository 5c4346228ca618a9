"""The manifest beside the Parquet files: the truth about what a world holds."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
from pydantic import BaseModel, ConfigDict, ValidationError

from isthmus.errors import (
    BadInput,
    DataCorrupted,
    DataMissing,
    NotFound,
    SchemaVersionUnsupported,
)
from isthmus.evidence import DatasetRecord
from isthmus.runtime.brief import Brief
from isthmus.runtime.reading import Unreadable, json_values, read_bytes
from isthmus.runtime.reading.json_values import LARGEST_JSON
from isthmus.runtime.reading.tables import parquet_frame

SCHEMA_VERSION = 1


class Manifest(Brief, BaseModel):
    """Name, edition and records of a world on disk.

    Each record's data lie in ``<key>.parquet`` beside the manifest.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    schema_version: int = SCHEMA_VERSION
    name: str
    edition: str
    datasets: tuple[DatasetRecord, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """A data set of a world: its record and the function that reads its rows.

    Parameters
    ----------
    record : DatasetRecord
        Source, licence, hashes.
    load : callable
        Reads and verifies the rows; called at most once as long as the rows stay cached.
    rows : callable, optional
        Verifies the rows and returns them to be asked; None where they are too few to leave on
        disk, or where they have to be read whole.
    """

    record: DatasetRecord
    load: Callable[[], pl.DataFrame]
    rows: Callable[[], pl.LazyFrame | None] | None = None


def read_manifest(folder: Path) -> Manifest:
    """Read the manifest of a folder.

    Raises
    ------
    DataMissing
        When there is no manifest.
    DataCorrupted
        When it cannot be read as one.
    SchemaVersionUnsupported
        When it was written in a form that this release does not read.
    """
    path = folder / "manifest.json"
    try:
        content = read_bytes(path, what="manifest of a world", limit=LARGEST_JSON)
    except (NotFound, BadInput) as error:
        raise DataMissing(
            "no world here: the manifest cannot be read",
            where=str(path),
            hint="name a folder that holds manifest.json and its Parquet files, or 'starter'",
        ) from error
    try:
        plain: Any = json_values(content, wide=False)
    except Unreadable as error:
        raise DataCorrupted(
            f"the manifest is not readable: {error}", where=str(path), hint=_REINSTALL
        ) from error
    version = plain.get("schema_version") if isinstance(plain, dict) else None
    if version != SCHEMA_VERSION:
        raise SchemaVersionUnsupported(
            f"the manifest has schema version {version!r}; this release reads {SCHEMA_VERSION}",
            where=str(path),
            hint="build the world again, or use the release that wrote it",
        )
    try:
        return Manifest.model_validate(plain)
    except ValidationError as error:
        raise DataCorrupted(
            f"the manifest breaks its schema: {error.errors()[0]['msg']}",
            where=f"{path}: {'.'.join(str(p) for p in error.errors()[0]['loc'])}",
            hint=_REINSTALL,
        ) from error


def folder_entries(folder: Path, manifest: Manifest) -> Mapping[str, Entry]:
    """Return the entries of a world on disk; nothing but the manifest has been read."""
    return {
        record.key: Entry(record, _reader(folder / f"{record.key}.parquet", record))
        for record in manifest.datasets
    }


def read_verified(path: Path, record: DatasetRecord) -> pl.DataFrame:
    """Read a Parquet file after comparing its bytes with the record's hash.

    Raises
    ------
    DataMissing
        When the file is not there.
    DataCorrupted
        When its bytes differ from the record (also when it is cut short); both hashes are named.
    """
    try:
        data = read_bytes(path)
    except (NotFound, BadInput) as error:
        raise DataMissing(
            f"the file of data set {record.key!r} cannot be read", where=str(path), hint=_REINSTALL
        ) from error
    found = hashlib.sha256(data).hexdigest()
    if found != record.sha256:
        raise DataCorrupted(
            f"the file of data set {record.key!r} is damaged: expected SHA-256 {record.sha256}, "
            f"found {found} ({len(data)} bytes)",
            where=str(path),
            hint=_REINSTALL,
        )
    try:
        return parquet_frame(data)
    except Unreadable as error:
        raise DataCorrupted(
            f"the file of data set {record.key!r} is not readable Parquet: {error}", where=str(path)
        ) from error


def _reader(path: Path, record: DatasetRecord) -> Callable[[], pl.DataFrame]:
    return lambda: read_verified(path, record)


_REINSTALL = "reinstall the package, or build the world again"
