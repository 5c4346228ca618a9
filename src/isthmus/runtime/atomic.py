"""Files of our own that are either whole or not there: temporary name, fsync, rename.

Output beside the user's files goes through `isthmus.runtime.publish` instead.
"""

from __future__ import annotations

import contextlib
import errno
import io
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from isthmus.errors import IsthmusError, StorageFull, StorageReadOnly, SystemRefused
from isthmus.errors.system import printable
from isthmus.runtime import disk
from isthmus.runtime.disk import sync_folder

__all__ = [
    "as_text",
    "atomic_write",
    "atomic_write_bytes",
    "named_storage_error",
    "storage_errors",
    "sync_folder",
    "write_bytes",
    "write_whole",
]

_READ_ONLY = {errno.EROFS, errno.EACCES, errno.EPERM}
_FULL = {errno.ENOSPC, errno.EDQUOT}
_HINTS = {
    errno.EFBIG: "raise the limit on the size of files (ulimit -f)",
    errno.ENOTDIR: "a file stands where a folder is needed",
    errno.ENAMETOOLONG: "choose a shorter name",
}


def named_storage_error(error: OSError, place: Path) -> IsthmusError:
    """Translate an `OSError` from writing into an error that names the cause and the place."""
    if error.errno in _FULL:
        return StorageFull(
            "no space left to write",
            where=str(place),
            hint="free some space or choose another folder; nothing half-written was kept",
        )
    if error.errno in _READ_ONLY:
        return StorageReadOnly(
            "the folder cannot be written to",
            where=str(place),
            hint="choose another folder, or change its permissions",
        )
    return SystemRefused(
        f"writing failed: {error.strerror or error}",
        where=printable(place),
        hint=_HINTS.get(error.errno or 0),
    )


@contextlib.contextmanager
def storage_errors(place: Path) -> Iterator[None]:
    """Raise what the block cannot write as a named error.

    Raises
    ------
    StorageFull, StorageReadOnly
        For a full disk, a read-only file system or missing permissions.
    SystemRefused
        For anything else that the system refuses: a file where a folder should be, a name that is
        too long, a limit on the size of files.
    """
    try:
        yield
    except OSError as error:
        raise named_storage_error(error, place) from error


@contextlib.contextmanager
def atomic_write(path: Path) -> Iterator[IO[str]]:
    """Open a temporary UTF-8 text file beside `path`; rename it into place when all went well.

    On any failure, an interrupt included, the temporary file is removed and `path` is as before.

    Raises
    ------
    StorageFull, StorageReadOnly, IsthmusError
        When the file cannot be written.
    """
    with atomic_write_bytes(path) as binary, as_text(binary) as text:
        yield text


@contextlib.contextmanager
def atomic_write_bytes(path: Path) -> Iterator[IO[bytes]]:
    """Do as `atomic_write`, for bytes.

    Raises
    ------
    StorageFull, StorageReadOnly, IsthmusError
        When the file cannot be written.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}.tmp")
    try:
        with write_whole(temporary) as handle:
            yield handle
        disk.rename(temporary, path)
        sync_folder(path.parent)
    except OSError as error:
        raise named_storage_error(error, path) from error
    finally:
        if temporary.exists():
            with contextlib.suppress(OSError):
                disk.unlink(temporary)


@contextlib.contextmanager
def as_text(binary: IO[bytes]) -> Iterator[IO[str]]:
    """Write UTF-8 text with plain newlines into an open file, which stays open."""
    text = io.TextIOWrapper(binary, encoding="utf-8", newline="\n", write_through=True)
    try:
        yield text
        text.flush()
    finally:
        with contextlib.suppress(OSError, ValueError):
            text.detach()


@contextlib.contextmanager
def write_whole(temporary: Path, *, locked: bool = False) -> Iterator[IO[bytes]]:
    """Open a new file for writing and flush it to the disk when the block succeeds.

    Parameters
    ----------
    temporary : Path
        The file; must not exist.
    locked : bool
        Hold the system's lock on it while it is open.

    Raises
    ------
    OSError
        What kept it from being written, also where a library in between named something else.
    """
    with disk.DiskFile(temporary, locked=locked) as raw:
        handle = io.BufferedWriter(raw, buffer_size=disk.CHUNK)
        try:
            yield handle
            handle.flush()
            raw.sync()
        except Exception as error:
            if raw.failure is not None and error is not raw.failure:
                raise raw.failure from error
            raise
        finally:
            _close_quietly(handle)


def _close_quietly(handle: IO[bytes]) -> None:
    """Close without a second error from flushing what could not be written."""
    with contextlib.suppress(OSError, ValueError):
        handle.close()


def write_bytes(path: Path, content: bytes | memoryview) -> None:
    """Write a whole file atomically.

    Raises
    ------
    StorageFull, StorageReadOnly, IsthmusError
        When the file cannot be written.
    """
    with atomic_write_bytes(path) as handle:
        handle.write(content)
