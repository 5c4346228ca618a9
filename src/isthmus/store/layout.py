"""Where things lie in a store, and the few moves that change it."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from isthmus.errors import DataCorrupted, IsthmusError, NotFound, SchemaVersionUnsupported
from isthmus.runtime import canonical_json, disk
from isthmus.runtime.atomic import storage_errors
from isthmus.runtime.lock import WAIT, file_lock
from isthmus.runtime.reading import Unreadable, check_regular, json_values, read_bytes

STORE_VERSION = 1
FORMAT_FILE = "store.json"
MANIFEST = "manifest.json"
DATASETS = "datasets"
RUNS = "runs"
STAGING = "tmp"
RUN_LOCKS = "locks"
LOCK = "writer.lock"
INDEX = "index.sqlite"

Migration = Callable[[dict[str, Any]], dict[str, Any]]


def check_format(root: Path) -> None:
    """Check that the folder holds a store of a known layout; a missing one counts as empty.

    Raises
    ------
    SchemaVersionUnsupported
        When another release wrote it with a layout that this one does not read.
    DataCorrupted, BadInput
        When its format file cannot be read, or the folder cannot be looked into.
    """
    path = root / FORMAT_FILE
    try:
        check_regular(path)
    except NotFound:
        return
    found = read_json(path).get("schema_version")
    if found != STORE_VERSION:
        raise SchemaVersionUnsupported(
            f"the store has layout {found!r}, this release reads {STORE_VERSION}",
            where=str(path),
            hint="use the release that wrote it to export its data sets, then import them here",
        )


@contextlib.contextmanager
def writing(root: Path, *, wait: float = WAIT) -> Iterator[None]:
    """Hold the store's writer lock; make the folders where they are missing.

    Raises
    ------
    StorageBusy
        When another process writes for longer than `wait` seconds.
    StorageReadOnly, StorageFull
        When the store cannot be written to.
    """
    with storage_errors(root):
        disk.make_folder(root)
        with file_lock(root / LOCK, wait=wait):
            check_format(root)
            for name in (DATASETS, RUNS, RUN_LOCKS, STAGING):
                disk.make_folder(root / name)
            if not (root / FORMAT_FILE).exists():
                with staged(root) as folder:
                    write_new(folder / FORMAT_FILE, _json({"schema_version": STORE_VERSION}))
                    disk.rename(folder / FORMAT_FILE, root / FORMAT_FILE)
                disk.sync_folder(root)
            yield


@contextlib.contextmanager
def staged(root: Path) -> Iterator[Path]:
    """Yield a fresh folder under the staging area; what is left of it is removed at the end.

    Only the holder of the writer lock stages, so whatever another process left there is waste.
    """
    folder = root / STAGING / f"{os.getpid()}-{secrets.token_hex(4)}"
    disk.make_folder(folder)
    try:
        yield folder
    finally:
        with contextlib.suppress(OSError):
            disk.remove_tree(folder)


def commit(staging: Path, target: Path) -> None:
    """Flush a staged folder and give it its final name; this rename registers it."""
    for folder in [p for p in sorted(staging.rglob("*"), reverse=True) if p.is_dir()]:
        disk.sync_folder(folder)
    disk.sync_folder(staging)
    disk.make_folder(target.parent)
    disk.rename(staging, target)
    disk.sync_folder(target.parent)


def withdraw(root: Path, target: Path) -> None:
    """Take a folder out of the store in one rename, then remove it."""
    with staged(root) as folder:
        disk.rename(target, folder / "withdrawn")
        disk.sync_folder(target.parent)


def write_new(path: Path, content: bytes | memoryview) -> None:
    """Write and flush a file that does not exist yet, in a staged folder."""
    with disk.DiskFile(path) as handle:
        handle.write(content)
        handle.sync()


def manifest_bytes(value: Mapping[str, Any]) -> bytes:
    """Return a manifest as it stands on disk: canonical JSON, indented, one newline at the end."""
    return _json(value)


def _json(value: Any) -> bytes:
    return (canonical_json(value, indent=2) + "\n").encode()


def read_json(path: Path) -> dict[str, Any]:
    """Read a JSON object.

    Raises
    ------
    DataCorrupted
        When the file is missing, unreadable or holds something else.
    """
    try:
        value = json_values(read_bytes(path))
    except (IsthmusError, Unreadable) as error:
        raise DataCorrupted("cannot be read as JSON", where=str(path), hint=str(error)) from error
    if not isinstance(value, dict):
        raise DataCorrupted("does not hold a JSON object", where=str(path))
    return value


def migrate(
    raw: dict[str, Any], *, current: int, steps: Mapping[int, Migration], where: str
) -> dict[str, Any]:
    """Bring a manifest of an older release to the current schema version, step by step.

    Raises
    ------
    SchemaVersionUnsupported
        When its version is newer than this release, or too old for the known steps.
    """
    version = raw.get("schema_version")
    while version != current:
        if not isinstance(version, int) or version not in steps:
            raise SchemaVersionUnsupported(
                f"schema version {version!r} of the manifest is not known; "
                f"this release reads {', '.join(map(str, sorted([*steps, current])))}",
                where=where,
                hint="use the release that wrote it, or add the data again",
            )
        raw = steps[version](raw)
        version = raw.get("schema_version")
    return raw
