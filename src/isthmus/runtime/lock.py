"""A lock file held by the operating system, so that a killed holder leaves no stale lock."""

from __future__ import annotations

import contextlib
import errno
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from isthmus.errors import StorageBusy
from isthmus.runtime.atomic import named_storage_error

_BUSY = {errno.EACCES, errno.EAGAIN, errno.EDEADLK}
_PAUSE = 0.02


@contextlib.contextmanager
def file_lock(path: Path, *, wait: float = 30.0) -> Iterator[None]:
    """Hold the exclusive lock on `path` in the block; the file itself stays, empty.

    Parameters
    ----------
    path : Path
        The lock file; created where missing.
    wait : float
        Seconds to wait for another holder.

    Raises
    ------
    StorageBusy
        When another process or thread still holds the lock after `wait` seconds.
    StorageReadOnly, StorageFull
        When the lock file cannot be made.
    """
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    except OSError as error:
        raise named_storage_error(error, path) from error
    try:
        _acquire(descriptor, path, wait)
        try:
            yield
        finally:
            _release(descriptor)
    finally:
        os.close(descriptor)


def _acquire(descriptor: int, path: Path, wait: float) -> None:
    deadline = time.monotonic() + wait
    while not _try_lock(descriptor):
        if time.monotonic() >= deadline:
            raise StorageBusy(
                "another process is writing here",
                where=str(path),
                hint="wait until it has finished; a killed process holds no lock",
            )
        time.sleep(_PAUSE)


def _try_lock(descriptor: int) -> bool:
    try:
        _lock_now(descriptor)
    except OSError as error:
        if error.errno in _BUSY:
            return False
        raise
    return True


if sys.platform == "win32":
    import msvcrt

    def _lock_now(descriptor: int) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)

    def _release(descriptor: int) -> None:
        os.lseek(descriptor, 0, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _lock_now(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _release(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_UN)
