"""Data sets in a store: one folder per version, its manifest and its Parquet file."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import polars as pl
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from isthmus.errors import (
    BadInput,
    DataCorrupted,
    InputProblem,
    IsthmusError,
    NotFound,
    raise_all,
)
from isthmus.evidence import DatasetRecord
from isthmus.evidence.content import beyond_64_bits, content_hash
from isthmus.runtime import canonical_hash, reading
from isthmus.runtime.atomic import atomic_write_bytes
from isthmus.runtime.brief import Brief
from isthmus.runtime.reading import Unreadable
from isthmus.runtime.reading.tables import parquet_frame, parquet_rows
from isthmus.store.digest import file_digest
from isthmus.store.layout import MANIFEST, Migration, manifest_bytes, migrate, read_json, write_new

SCHEMA_VERSION: Literal[1] = 1
DATA_FILE = "data.parquet"
MIGRATIONS: dict[int, Migration] = {}
VERSION_LENGTH = 16
_OTHER_TYPES = (pl.String, pl.Boolean, pl.Date)


class FileEntry(Brief, BaseModel):
    """A file of a manifest: its name, size and hash."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*(/[A-Za-z0-9][A-Za-z0-9_.-]*)*$")
    bytes: int = Field(ge=0)
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")


class DatasetManifest(Brief, BaseModel):
    """The truth about one version of a data set.

    `version` is the start of the hash of record and rows, so equal data have equal versions
    everywhere. `sequence` counts the versions of a key in this store; the highest is the newest.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    schema_version: Literal[1] = SCHEMA_VERSION
    what: Literal["dataset"] = "dataset"
    key: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    version: str = Field(pattern=rf"^[0-9a-f]{{{VERSION_LENGTH}}}$")
    sequence: int = Field(ge=1)
    record: DatasetRecord
    files: tuple[FileEntry, ...]
    columns: dict[str, str]
    written_by: str

    @property
    def reference(self) -> str:
        """``key@version``, the name by which runs remember it."""
        return f"{self.key}@{self.version}"

    def to_bytes(self) -> bytes:
        """Return the manifest as it stands on disk."""
        return manifest_bytes(self.model_dump(mode="json"))


class DatasetEntry(Brief, BaseModel):
    """A version of a data set as the store lists it; `fault` says what keeps it from being read."""

    model_config = ConfigDict(frozen=True)

    key: str
    version: str
    folder: Path
    manifest: DatasetManifest | None = None
    fault: str = ""

    @property
    def reference(self) -> str:
        """``key@version``."""
        return f"{self.key}@{self.version}"


def version_of(record: DatasetRecord) -> str:
    """Return the version of a data set whose record names the digest of its rows."""
    meaning = record.model_dump(mode="json", exclude={"sha256"})
    return canonical_hash(meaning)[:VERSION_LENGTH]


def describe(record: DatasetRecord, frame: pl.DataFrame) -> DatasetRecord:
    """Return `record` with the number of rows and their digest.

    Raises
    ------
    BadInput
        With every rule of the canonical layout that the frame breaks.
    """
    raise_all(f"data set '{record.key}'", _problems(record, frame))
    digest = content_hash(frame)
    return record.model_copy(
        update={"rows": frame.height, "content_sha256": digest, "sha256": ""},
    )


def _problems(record: DatasetRecord, frame: pl.DataFrame) -> list[InputProblem]:
    problems = []
    if not frame.width or not frame.height:
        problems.append(InputProblem("the table is empty", "rows", "add rows"))
    for name, dtype in frame.schema.items():
        if not (dtype.is_integer() or dtype.is_float() or dtype in _OTHER_TYPES):
            hint = "use numbers, text, booleans or dates"
            problems.append(InputProblem(f"holds {dtype}", f"column {name}", hint))
        elif dtype.is_float() and not frame[name].drop_nulls().is_finite().all():
            hint = "leave a cell empty where there is no number"
            problems.append(InputProblem("holds NaN or infinity", f"column {name}", hint))
        elif dtype.is_integer() and beyond_64_bits(frame[name]):
            hint = "write codes as text, or amounts as fractions"
            what = "holds whole numbers beyond 64 bits"
            problems.append(InputProblem(what, f"column {name}", hint))
    declared = set(record.columns)
    if declared:
        problems += [
            InputProblem("is declared but missing", f"column {name}")
            for name in sorted(declared - set(frame.columns))
        ]
        for name in sorted(set(frame.columns) - declared):
            hint = "describe it under 'columns' in the record"
            problems.append(InputProblem("is not declared in the record", f"column {name}", hint))
    return problems


def parquet_bytes(frame: pl.DataFrame) -> memoryview:
    """Return a frame as a Parquet file in memory, so that the disk's errors keep their names."""
    buffer = io.BytesIO()
    frame.write_parquet(buffer, compression="zstd")
    return buffer.getbuffer()


def stage(
    folder: Path, record: DatasetRecord, frame: pl.DataFrame, *, sequence: int, written_by: str
) -> DatasetManifest:
    """Write a described data set and its manifest into a staged folder.

    Parameters
    ----------
    folder : Path
        A fresh folder in the staging area.
    record : DatasetRecord
        From `describe`.
    frame : polars.DataFrame
        The rows.
    sequence : int
        Place among the versions of its key.
    written_by : str
        Version of the package.
    """
    path = folder / DATA_FILE
    write_new(path, parquet_bytes(frame))
    entry = FileEntry(name=DATA_FILE, bytes=path.stat().st_size, sha256=file_digest(path))
    manifest = DatasetManifest(
        key=record.key,
        version=version_of(record),
        sequence=sequence,
        record=record.model_copy(update={"sha256": entry.sha256}),
        files=(entry,),
        columns={name: str(dtype) for name, dtype in frame.schema.items()},
        written_by=written_by,
    )
    write_new(folder / MANIFEST, manifest.to_bytes())
    return manifest


def renew(folder: Path, sequence: int) -> bool:
    """Make the version in `folder` the newest of its key; tell whether it was not.

    Parameters
    ----------
    folder : Path
        Of a version that stands in the store.
    sequence : int
        Place behind all versions of its key.
    """
    try:
        manifest = read_manifest(folder)
    except IsthmusError:
        return False
    if manifest.sequence + 1 == sequence:
        return False
    with atomic_write_bytes(folder / MANIFEST) as handle:
        handle.write(manifest.model_copy(update={"sequence": sequence}).to_bytes())
    return True


def parse_manifest(raw: dict[str, Any], *, where: str) -> DatasetManifest:
    """Validate a manifest, migrating an older one.

    Raises
    ------
    SchemaVersionUnsupported
        When its schema version is not known.
    DataCorrupted
        When it breaks its schema, or its version is not that of its record.
    """
    raw = migrate(raw, current=SCHEMA_VERSION, steps=MIGRATIONS, where=where)
    try:
        manifest = DatasetManifest.model_validate(raw)
    except ValidationError as error:
        raise DataCorrupted(f"not a manifest of a data set: {error}", where=where) from None
    if manifest.version != version_of(manifest.record) or manifest.key != manifest.record.key:
        raise DataCorrupted("the manifest names another version than its record", where=where)
    return manifest


def read_manifest(folder: Path) -> DatasetManifest:
    """Read the manifest of the version that lies in `folder`.

    Raises
    ------
    DataCorrupted, SchemaVersionUnsupported
        As `parse_manifest`, or when it stands in the wrong folder.
    """
    path = folder / MANIFEST
    manifest = parse_manifest(read_json(path), where=str(path))
    if (folder.parent.name, folder.name) != (manifest.key, manifest.version):
        raise DataCorrupted(f"the manifest is that of {manifest.reference}", where=str(path))
    return manifest


def read_table(folder: Path, manifest: DatasetManifest) -> pl.DataFrame:
    """Read the rows of a version after checking the file's hash.

    Raises
    ------
    DataCorrupted
        When the file is missing or differs from its manifest.
    """
    _check_files(folder, manifest)
    return stored_frame(folder / DATA_FILE)


def read_rows(folder: Path, manifest: DatasetManifest) -> pl.LazyFrame:
    """Return the rows of a version to be asked, after checking the file's hash; as `read_table`."""
    _check_files(folder, manifest)
    try:
        return parquet_rows(folder / DATA_FILE)
    except (Unreadable, BadInput, NotFound) as error:
        where = manifest.reference
        raise DataCorrupted("not a readable table", where=where, hint=str(error)) from error


def _check_files(folder: Path, manifest: DatasetManifest) -> None:
    for problem in file_problems(folder, manifest.files):
        raise DataCorrupted(
            problem, where=manifest.reference, hint="isthmus data verify lists all faults"
        )


def stored_frame(path: Path, columns: Sequence[str] | None = None) -> pl.DataFrame:
    """Read a Parquet file of the store whose hash has been compared.

    Raises
    ------
    DataCorrupted
        When it is not readable all the same.
    """
    try:
        return parquet_frame(path, columns=columns)
    except (Unreadable, BadInput, NotFound) as error:
        raise DataCorrupted("not a readable table", where=str(path), hint=str(error)) from error


def file_problems(folder: Path, files: tuple[FileEntry, ...]) -> list[str]:
    """Return what is wrong with the files of a manifest, in words."""
    problems = []
    for entry in files:
        path = folder / entry.name
        if not path.is_file() or path.is_symlink():
            problems.append(f"{entry.name} is missing")
        elif path.stat().st_size != entry.bytes or file_digest(path) != entry.sha256:
            problems.append(f"{entry.name} does not have the content that its manifest names")
    return problems


def read_document(path: Path) -> dict[str, Any]:
    """Read a TOML or JSON file, with or without a byte order mark.

    Raises
    ------
    NotFound
        When there is no such file.
    BadInput
        When it is neither.
    """
    read = reading.read_json if path.suffix.lower() == ".json" else reading.read_toml
    found = read(path, what="record of the data set")
    if not isinstance(found, dict):
        raise BadInput("the record holds no names", where=str(path))
    return found


def record_of(document: dict[str, Any], *, where: str) -> DatasetRecord:
    """Return the record that a document holds.

    Raises
    ------
    BadInput
        With every field that is missing, unknown or wrong.
    """
    try:
        return DatasetRecord.model_validate(document)
    except ValidationError as error:
        problems = [
            InputProblem(item["msg"], ".".join(str(p) for p in item["loc"]))
            for item in error.errors()
        ]
        raise_all("record of the data set", problems, where=where)
        raise


def read_record(path: Path) -> DatasetRecord:
    """Read the record of a data set from a TOML or JSON file.

    Raises
    ------
    BadInput
        With every field that is missing, unknown or wrong.
    """
    return record_of(read_document(path), where=str(path))
