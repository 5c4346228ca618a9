"""A lock file held by the operating system, so that a killed holder leaves no stale lock."""

from __future__ import annotations

import contextlib
import errno
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from isthmus.errors import StorageBusy
from isthmus.runtime.atomic import named_storage_error

_BUSY = {errno.EACCES, errno.EAGAIN, errno.EDEADLK}
_PAUSE = 0.02
BEAT = 1.0
"""Seconds between two signs of life of a holder that gives them."""
WAIT = 30.0
"""Seconds to wait for another holder."""


@contextlib.contextmanager
def file_lock(
    path: Path,
    *,
    wait: float = WAIT,
    beat: bool = False,
    check: Callable[[], None] | None = None,
) -> Iterator[bool]:
    """Hold the exclusive lock on `path` in the block; the file itself stays, empty.

    Parameters
    ----------
    path : Path
        The lock file; created where missing.
    wait : float
        Seconds to wait for another holder.
    beat : bool
        Give a sign of life every second while holding it (the time of the file), and, while
        waiting, count `wait` anew from each sign of life of the holder: long work is waited for, a
        stopped process is not.
    check : callable, optional
        Called while waiting; may raise to give up.

    Yields
    ------
    bool
        Whether another holder had to be waited for.

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
        waited = _acquire(descriptor, path, wait, beat, check)
        try:
            with _beating(path) if beat else contextlib.nullcontext():
                yield waited
        finally:
            _release(descriptor)
    finally:
        os.close(descriptor)


def _acquire(
    descriptor: int, path: Path, wait: float, beat: bool, check: Callable[[], None] | None
) -> bool:
    """Take the lock; return whether another holder had to be waited for."""
    start, sign, waited = time.monotonic(), 0, False
    while not _try_lock(descriptor):
        if check is not None:
            check()
        if beat and (latest := os.fstat(descriptor).st_mtime_ns) != sign:
            start, sign = time.monotonic(), latest
        if time.monotonic() >= start + wait:
            raise StorageBusy(
                "another process is writing here",
                where=str(path),
                hint="wait until it has finished, or end it if it is stopped; "
                "a killed process holds no lock",
            )
        waited = True
        time.sleep(_PAUSE)
    return waited


@contextlib.contextmanager
def _beating(path: Path) -> Iterator[None]:
    """Give a sign of life at once and every second, from a thread that stops with the process."""
    done = threading.Event()

    def beat() -> None:
        while True:
            with contextlib.suppress(OSError):
                os.utime(path)
            if done.wait(BEAT):
                return

    thread = threading.Thread(target=beat, name="sign of life", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


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
