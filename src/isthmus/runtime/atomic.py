"""Files and folders that are either whole or not there: temporary name, fsync, rename."""

from __future__ import annotations

import contextlib
import errno
import io
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from isthmus.errors import IsthmusError, StorageFull, StorageReadOnly, TargetExists
from isthmus.runtime import disk
from isthmus.runtime.disk import sync_folder

__all__ = [
    "atomic_write",
    "atomic_write_bytes",
    "named_storage_error",
    "publish_folder",
    "recover_folder",
    "storage_errors",
    "sync_folder",
    "write_bytes",
]

_READ_ONLY = {errno.EROFS, errno.EACCES, errno.EPERM}
_FULL = {errno.ENOSPC, errno.EDQUOT}


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
    return IsthmusError(f"writing failed: {error.strerror or error}", where=str(place))


@contextlib.contextmanager
def storage_errors(place: Path) -> Iterator[None]:
    """Raise what the block cannot write as a named error; other failures pass unchanged.

    Raises
    ------
    StorageFull, StorageReadOnly
        For a full disk, a read-only file system or missing permissions.
    """
    try:
        yield
    except OSError as error:
        if error.errno not in _FULL | _READ_ONLY:
            raise
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
    with atomic_write_bytes(path) as binary:
        text = io.TextIOWrapper(binary, encoding="utf-8", newline="\n", write_through=True)
        try:
            yield text
            text.flush()
        finally:
            with contextlib.suppress(OSError, ValueError):
                text.detach()


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
        with disk.DiskFile(temporary) as raw:
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
        disk.rename(temporary, path)
        sync_folder(path.parent)
    except OSError as error:
        raise named_storage_error(error, path) from error
    finally:
        if temporary.exists():
            with contextlib.suppress(OSError):
                disk.unlink(temporary)


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


def recover_folder(target: Path) -> None:
    """Put back the old folder that a process killed in the middle of a swap left under a side name.

    Only where the file system cannot exchange two folders in one step is there such a moment.
    """
    if target.exists():
        return
    old = sorted(target.parent.glob(f".{target.name}.*.old")) if target.parent.is_dir() else []
    if old:
        disk.rename(old[-1], target)
        sync_folder(target.parent)


@contextlib.contextmanager
def publish_folder(target: Path, *, replace: bool = False) -> Iterator[Path]:
    """Yield a temporary folder beside `target` that becomes `target` when the block succeeds.

    The staged files are flushed to the disk before the folder takes its name. An existing folder
    is exchanged with the new one in one step where the system can (Linux, macOS); elsewhere it is
    set aside under ``.<name>.<token>.old`` for a moment, from where `recover_folder`, which every
    later publication calls first, restores it after a kill.

    Parameters
    ----------
    target : Path
        The folder to make; its parents are created.
    replace : bool
        Put the new folder in the place of an existing one; the old one is removed last.

    Raises
    ------
    TargetExists
        When `target` exists, is not empty and `replace` is False.
    StorageFull, StorageReadOnly
        When the folder cannot be written; nothing half-written is left.
    """
    with storage_errors(target):
        recover_folder(target)
    if target.exists() and not replace and (not target.is_dir() or any(target.iterdir())):
        raise TargetExists(
            "the output already exists",
            where=str(target),
            hint="choose another folder with --out, or pass --force to replace it",
        )
    token = f"{os.getpid()}.{secrets.token_hex(4)}"
    staging = target.with_name(f".{target.name}.{token}.tmp")
    try:
        with storage_errors(target):
            disk.make_folder(target.parent)
            disk.make_folder(staging)
            yield staging
            disk.sync_tree(staging)
            _swap_in(staging, target, target.with_name(f".{target.name}.{token}.old"))
            sync_folder(target.parent)
    finally:
        with contextlib.suppress(OSError):
            disk.remove_tree(staging)


def _swap_in(staging: Path, target: Path, old: Path) -> None:
    """Give `staging` the name `target`; what had that name ends under `staging`, or is removed."""
    if not target.exists():
        disk.rename(staging, target)
        return
    if target.is_dir() and disk.exchange(staging, target):
        return
    disk.rename(target, old)
    try:
        disk.rename(staging, target)
    except BaseException:
        disk.rename(old, target)
        raise
    with contextlib.suppress(OSError):
        disk.remove_tree(old)
