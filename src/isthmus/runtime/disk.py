"""The few operating-system calls that change a disk, in one place so that tests can break each."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import io
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

Watcher = Callable[[str, str], None]

CHUNK = 1 << 20
"""Largest number of bytes handed to one ``write`` call."""

_watchers: list[Watcher] = []
_NOT_SUPPORTED = {errno.EINVAL, errno.ENOTSUP, errno.ENOSYS, errno.EOPNOTSUPP}


@contextlib.contextmanager
def watched(watcher: Watcher) -> Iterator[None]:
    """Call ``watcher(operation, place)`` before every change of the disk made in the block."""
    _watchers.append(watcher)
    try:
        yield
    finally:
        _watchers.remove(watcher)


def _step(operation: str, place: str | Path) -> None:
    for watcher in _watchers:
        watcher(operation, str(place))


class DiskFile(io.RawIOBase):
    """A new file opened for writing; every chunk that is written is one step.

    It has no ``fileno``, so that no library writes around it. `failure` keeps the error of a
    failed write, for when a library in between turns it into one of its own.

    Raises
    ------
    FileExistsError
        When the file exists.
    """

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = path
        self.failure: OSError | None = None
        _step("create", path)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
        self._descriptor = os.open(path, flags, 0o666)

    def writable(self) -> bool:
        """Say that the file can be written to."""
        return True

    def write(self, data: Any) -> int:
        """Write all of `data`, in chunks."""
        view = memoryview(data).cast("B")
        sent = 0
        try:
            while sent < len(view):
                _step("write", self.path)
                sent += os.write(self._descriptor, view[sent : sent + CHUNK])
        except OSError as error:
            self.failure = error
            raise
        return sent

    def sync(self) -> None:
        """Flush the file to the disk."""
        _step("fsync", self.path)
        os.fsync(self._descriptor)

    def close(self) -> None:
        """Close the file; unsynced content may be lost with the power."""
        if not self.closed:
            super().close()
            os.close(self._descriptor)


def make_folder(path: Path) -> None:
    """Create a folder and its parents where they are missing."""
    if not path.is_dir():
        _step("mkdir", path)
        path.mkdir(parents=True, exist_ok=True)


def rename(source: Path, target: Path) -> None:
    """Rename atomically, replacing a file of the same name."""
    _step("rename", target)
    os.replace(source, target)


def unlink(path: Path) -> None:
    """Remove one file; a missing one is no error."""
    _step("unlink", path)
    path.unlink(missing_ok=True)


def sync_file(path: Path) -> None:
    """Flush a closed file's content to the disk."""
    _step("fsync", path)
    mode = os.O_RDWR if os.name == "nt" else os.O_RDONLY
    descriptor = os.open(path, mode | getattr(os, "O_BINARY", 0))
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_folder(folder: Path) -> None:
    """Flush a folder's entries to the disk where the platform can."""
    if os.name == "nt":
        return
    _step("fsync", folder)
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:  # some file systems refuse fsync on folders
        if error.errno not in _NOT_SUPPORTED:
            raise
    finally:
        os.close(descriptor)


def sync_tree(folder: Path) -> None:
    """Flush every file and folder below `folder`, and `folder` itself."""
    for root, _, names in os.walk(folder, topdown=False):
        for name in sorted(names):
            sync_file(Path(root, name))
        sync_folder(Path(root))


def remove_tree(folder: Path) -> None:
    """Remove a folder with all it holds, links unfollowed; a missing one is no error."""
    if not folder.is_dir() or folder.is_symlink():
        if folder.exists() or folder.is_symlink():
            unlink(folder)
        return
    for entry in sorted(folder.iterdir()):
        remove_tree(entry)
    _step("rmdir", folder)
    folder.rmdir()


def exchange(one: Path, other: Path) -> bool:
    """Swap two folders in one step; return False where the platform or file system cannot."""
    call = _exchange_call()
    if call is None:
        return False
    _step("rename", other)
    if call(os.fsencode(one), os.fsencode(other)) == 0:
        return True
    code = ctypes.get_errno()
    if code in _NOT_SUPPORTED:
        return False
    raise OSError(code, os.strerror(code), str(other))


def _exchange_call() -> Callable[[bytes, bytes], int] | None:
    """Return ``renameat2(RENAME_EXCHANGE)`` or ``renamex_np(RENAME_SWAP)``, where there is one."""
    swap, here = 2, -100  # RENAME_EXCHANGE and RENAME_SWAP are both 2; AT_FDCWD is -100
    try:
        library = ctypes.CDLL(None, use_errno=True)
        if sys.platform.startswith("linux"):
            renameat2 = library.renameat2
            return lambda a, b: int(renameat2(here, a, here, b, swap))
        if sys.platform == "darwin":
            renamex = library.renamex_np
            return lambda a, b: int(renamex(a, b, swap))
    except (OSError, AttributeError, TypeError):
        return None
    return None
