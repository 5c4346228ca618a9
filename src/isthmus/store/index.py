"""The SQLite index: a snapshot that saves reading every manifest, and can always be rebuilt.

It is one file in rollback-journal format that is replaced whole, so no journal or shared-memory
file ever lies beside it: it works where a file system cannot do write-ahead logging, and on
read-only ones. Each row carries the stamp (time and size) of the manifest that it was read from; a
row whose stamp differs is read again, so a stale, missing or damaged index is never believed.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from pydantic import BaseModel

from isthmus.errors import IsthmusError
from isthmus.runtime import canonical_json, write_bytes
from isthmus.store import datasets, runs
from isthmus.store.layout import DATASETS, INDEX, MANIFEST, RUNS
from isthmus.store.tables import plain

SCHEMA_VERSION = 1
_HEADER = b"SQLite format 3\x00"
_SCHEMA = """
PRAGMA journal_mode = MEMORY;
CREATE TABLE entry (
  kind TEXT NOT NULL, name TEXT NOT NULL, version TEXT NOT NULL,
  stamp TEXT NOT NULL, document TEXT NOT NULL, fault TEXT NOT NULL,
  PRIMARY KEY (kind, name, version)
) WITHOUT ROWID;
CREATE TABLE passed (
  sha256 TEXT NOT NULL, rules TEXT NOT NULL, PRIMARY KEY (sha256, rules)
) WITHOUT ROWID;
"""


class Row(NamedTuple):
    """One folder of the store as the index knows it."""

    kind: str
    name: str
    version: str
    stamp: str
    document: str
    fault: str


_SEEN: dict[Path, dict[tuple[str, ...], Row]] = {}
"""Rows that this process read, by store: one that cannot be written to has no index of its own."""

_READERS: Mapping[str, Callable[[Path], BaseModel]] = {
    "dataset": datasets.read_manifest,
    "run": runs.read_run,
}


def current_rows(root: Path) -> tuple[list[Row], bool]:
    """Return a row for every data set version and run on disk, and whether the index was stale."""
    known = {row[:4]: row for row in load(root)}
    seen = _SEEN.get(root, {})
    rows = []
    stale = False
    for kind, name, version, folder in folders(root):
        stamp = _stamp(folder)
        row = known.get((kind, name, version, stamp))
        if row is None or row.fault:
            stale = True
            row = seen.get((kind, name, version, stamp))
        if row is None or row.fault:
            row = Row(kind, name, version, stamp, *_read(kind, folder))
        rows.append(row)
    _SEEN[root] = {row[:4]: row for row in rows}
    return rows, stale or len(known) != len(rows)


def _read(kind: str, folder: Path) -> tuple[str, str]:
    """Return what a manifest says, as JSON, and what is wrong with it: one of them is empty."""
    try:
        return canonical_json(plain(_READERS[kind](folder))), ""
    except IsthmusError as error:
        return "", error.what


def forget(root: Path) -> None:
    """Read every manifest of a store again when it is asked for next."""
    _SEEN.pop(root, None)


def folders(root: Path) -> Iterator[tuple[str, str, str, Path]]:
    """Yield kind, name, version and folder of everything registered, sorted."""
    for key in _subfolders(root / DATASETS):
        for version in _subfolders(key):
            yield "dataset", key.name, version.name, version
    for run in _subfolders(root / RUNS):
        yield "run", run.name, "", run


def _subfolders(folder: Path) -> list[Path]:
    try:
        return sorted(p for p in folder.iterdir() if not p.name.startswith(".") and p.is_dir())
    except OSError:
        return []


def _stamp(folder: Path) -> str:
    stamps = []
    for name in (MANIFEST, "outputs.json"):
        with contextlib.suppress(OSError):
            stat = (folder / name).stat()
            stamps.append(f"{stat.st_mtime_ns}:{stat.st_size}")
    return "+".join(stamps)


def load(root: Path) -> list[Row]:
    """Return the rows of the index; none when it is missing, damaged or of another release."""
    return [Row(*row) for row in _asked(root, f"SELECT {', '.join(Row._fields)} FROM entry")]  # noqa: S608


def passed(root: Path) -> set[tuple[str, str]]:
    """Return which files, by hash, were held against which rules, by hash, and broke none."""
    return {(row[0], row[1]) for row in _asked(root, "SELECT sha256, rules FROM passed")}


def _asked(root: Path, query: str) -> list[tuple[str, ...]]:
    try:
        content = (root / INDEX).read_bytes()
        if not content.startswith(_HEADER):
            return []
        with contextlib.closing(sqlite3.connect(":memory:")) as connection:
            connection.deserialize(content)
            if connection.execute("PRAGMA user_version").fetchone()[0] != SCHEMA_VERSION:
                return []
            return connection.execute(query).fetchall()
    except (OSError, sqlite3.Error, OverflowError):
        return []


def save(root: Path, rows: list[Row], more: tuple[str, str] | None = None) -> None:
    """Write the index as one file that replaces the old one; what passed stays noted.

    Parameters
    ----------
    root : Path
        The store.
    rows : list of Row
        Everything registered.
    more : tuple of str, optional
        Hash of a file and of the rules that it was held against now.

    Raises
    ------
    StorageFull, StorageReadOnly
        When it cannot be written.
    """
    noted = passed(root) | ({more} if more else set())
    with contextlib.closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(_SCHEMA)
        marks = ", ".join("?" * len(Row._fields))
        connection.executemany(f"INSERT INTO entry VALUES ({marks})", rows)  # noqa: S608
        connection.executemany("INSERT INTO passed VALUES (?, ?)", sorted(noted))
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
        connection.commit()
        content = connection.serialize()
    write_bytes(root / INDEX, content)
