"""Files that are either whole or not there: temporary file, fsync, rename."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from isthmus.errors import IsthmusError, StorageFull, StorageReadOnly, TargetExists

_READ_ONLY = {errno.EROFS, errno.EACCES, errno.EPERM}
_FULL = {errno.ENOSPC, errno.EDQUOT}


def named_storage_error(error: OSError, place: Path) -> IsthmusError:
    """Translate an `OSError` from writing into an error that names the cause and the place."""
    if error.errno in _FULL:
        return StorageFull(
            "no space left to write",
            where=str(place),
            hint="free some space or choose another folder with --out; nothing was kept",
        )
    if error.errno in _READ_ONLY:
        return StorageReadOnly(
            "the folder cannot be written to",
            where=str(place),
            hint="choose another folder with --out, or change its permissions",
        )
    return IsthmusError(f"writing failed: {error.strerror or error}", where=str(place))


@contextlib.contextmanager
def atomic_write(path: Path) -> Iterator[IO[str]]:
    """Open a temporary UTF-8 text file beside `path`; rename it into place when all went well.

    On any failure, an interrupt included, the temporary file is removed and `path` is as before.

    Raises
    ------
    StorageFull, StorageReadOnly, IsthmusError
        When the file cannot be written.
    """
    with (
        _renamed_into_place(path) as temporary,
        open(temporary, "x", encoding="utf-8", newline="\n") as handle,
    ):
        yield handle
        handle.flush()
        os.fsync(handle.fileno())


@contextlib.contextmanager
def atomic_write_bytes(path: Path) -> Iterator[IO[bytes]]:
    """Do as `atomic_write`, for bytes.

    Raises
    ------
    StorageFull, StorageReadOnly, IsthmusError
        When the file cannot be written.
    """
    with _renamed_into_place(path) as temporary, open(temporary, "xb") as handle:
        yield handle
        handle.flush()
        os.fsync(handle.fileno())


@contextlib.contextmanager
def _renamed_into_place(path: Path) -> Iterator[Path]:
    temporary = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}.tmp")
    try:
        yield temporary
        os.replace(temporary, path)
        sync_folder(path.parent)
    except OSError as error:
        raise named_storage_error(error, path) from error
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


def sync_folder(folder: Path) -> None:
    """Flush a folder's entries to disk where the platform can."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:  # some file systems refuse fsync on folders
        if error.errno not in {errno.EINVAL, errno.ENOTSUP}:
            raise
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def publish_folder(target: Path, *, replace: bool = False) -> Iterator[Path]:
    """Yield a temporary folder beside `target` that becomes `target` when the block succeeds.

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
    if target.exists() and not replace and (not target.is_dir() or any(target.iterdir())):
        raise TargetExists(
            "the output already exists",
            where=str(target),
            hint="choose another folder with --out, or pass --force to replace it",
        )
    token = f"{os.getpid()}.{secrets.token_hex(4)}"
    staging = target.with_name(f".{target.name}.{token}.tmp")
    old = target.with_name(f".{target.name}.{token}.old")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        staging.mkdir()
        yield staging
        if target.exists():
            os.replace(target, old)
            try:
                os.replace(staging, target)
            except BaseException:
                os.replace(old, target)
                raise
        else:
            os.replace(staging, target)
        sync_folder(target.parent)
    except OSError as error:
        raise named_storage_error(error, target) from error
    finally:
        shutil.rmtree(staging, ignore_errors=True)
        if target.exists():
            shutil.rmtree(old, ignore_errors=True)
