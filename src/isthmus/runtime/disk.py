"""The few operating-system calls that change a disk, in one place so that tests can break each."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import io
import os
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

if sys.platform != "win32":
    import fcntl

Watcher = Callable[[str, str], None]

CHUNK = 1 << 20
"""Largest number of bytes handed to one ``write`` call."""

_AT_ONCE = 8
"""Files flushed at a time."""

_watchers: list[Watcher] = []
_NOT_SUPPORTED = {errno.EINVAL, errno.ENOTSUP, errno.ENOSYS, errno.EOPNOTSUPP}
_NO_LINKS = {*_NOT_SUPPORTED, errno.EPERM, errno.EMLINK, errno.EXDEV}
_TAKEN = {errno.ENOTEMPTY, errno.EEXIST, errno.ENOTDIR}
_NO_REPLACE = 1  # RENAME_NOREPLACE of Linux
_SWAP = 2  # RENAME_EXCHANGE of Linux, RENAME_SWAP of macOS
_EXCLUSIVE = 4  # RENAME_EXCL of macOS
_JUNCTION = 0xA0000003  # IO_REPARSE_TAG_MOUNT_POINT of Windows


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


def lock(descriptor: int) -> None:
    """Lock an open file or folder until it is closed, where the system and file system can."""
    if sys.platform != "win32":
        with contextlib.suppress(OSError):
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


def is_locked(path: Path) -> bool:
    """Return whether anyone holds the lock on a file or folder; where there are no locks, no."""
    if sys.platform == "win32":
        return False
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        return error.errno in {errno.EACCES, errno.EAGAIN}
    finally:
        os.close(descriptor)
    return False


class DiskFile(io.RawIOBase):
    """A new file opened for writing; every chunk that is written is one step.

    It has no ``fileno``, so that no library writes around it. `failure` keeps the error of a
    failed write, for when a library in between turns it into one of its own.

    Raises
    ------
    FileExistsError
        When the file exists.
    """

    def __init__(self, path: Path, *, locked: bool = False) -> None:
        super().__init__()
        self.path = path
        self.failure: OSError | None = None
        _step("create", path)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
        self._descriptor = os.open(path, flags, 0o666)
        if locked:
            lock(self._descriptor)

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
    """Flush every file and folder below `folder`, and `folder` itself.

    Several files at once: a disk flushes them together, and one after another each is waited for.
    """
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for root, _, names in os.walk(folder, topdown=False):
            list(pool.map(sync_file, [Path(root, name) for name in sorted(names)]))
            sync_folder(Path(root))


def remove_tree(folder: Path) -> None:
    """Remove a folder with all it holds, links unfollowed; a missing one is no error."""
    if is_link(folder) or not folder.is_dir():
        if folder.exists() or folder.is_symlink():
            unlink(folder)
        return
    for entry in sorted(folder.iterdir()):
        remove_tree(entry)
    remove_folder(folder)


def remove_folder(folder: Path) -> None:
    """Remove an empty folder; one that holds anything is left, with the system's error."""
    _step("rmdir", folder)
    folder.rmdir()


def is_link(path: Path) -> bool:
    """Return whether `path` leads elsewhere: a symbolic link, or a junction on Windows."""
    with contextlib.suppress(OSError):
        return path.is_symlink() or getattr(os.lstat(path), "st_reparse_tag", 0) == _JUNCTION
    return False


def exchange(one: Path, other: Path) -> bool:
    """Swap two folders in one step; return False where the platform or file system cannot."""
    _step("rename", other)
    return _native_rename(one, other, linux=_SWAP, darwin=_SWAP)


def rename_new(source: Path, target: Path) -> None:
    """Rename a file or folder; what has the name `target` already is never touched.

    Linux has ``renameat2(RENAME_NOREPLACE)``, macOS ``renamex_np(RENAME_EXCL)``, and on Windows
    `os.rename` is ``MoveFileExW`` without ``MOVEFILE_REPLACE_EXISTING``. Where the system or the
    file system offers none of them, a file gets its name by a hard link, which fails when the name
    is taken, and a folder by an empty folder made exclusively, onto which POSIX renames only while
    it is empty. Where there are no hard links either (FAT), an empty file made exclusively holds
    the name until the rename replaces it.

    Raises
    ------
    FileExistsError
        When the name is taken.
    """
    _step("rename", target)
    if sys.platform == "win32":
        source.rename(target)
    elif _native_rename(source, target, linux=_NO_REPLACE, darwin=_EXCLUSIVE):
        return
    elif source.is_dir() and not is_link(source):
        _rename_folder_by_claim(source, target)
    else:
        _rename_file_by_link(source, target)


def _rename_folder_by_claim(source: Path, target: Path) -> None:
    target.mkdir()
    try:
        source.rename(target)
    except OSError as error:
        with contextlib.suppress(OSError):
            target.rmdir()
        if error.errno in _TAKEN:
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(target)) from error
        raise


def _rename_file_by_link(source: Path, target: Path) -> None:
    try:
        os.link(source, target, follow_symlinks=False)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666))
        os.replace(source, target)
        return
    source.unlink()


def _native_rename(source: Path, target: Path, *, linux: int, darwin: int) -> bool:
    """Call the system's rename with flags; return False where it has none or cannot do it here."""
    try:
        library = ctypes.CDLL(None, use_errno=True)
        if sys.platform.startswith("linux"):
            here = -100  # AT_FDCWD
            code = library.renameat2(here, os.fsencode(source), here, os.fsencode(target), linux)
        elif sys.platform == "darwin":
            code = library.renamex_np(os.fsencode(source), os.fsencode(target), darwin)
        else:
            return False
    except (OSError, AttributeError, TypeError):
        return False
    if code == 0:
        return True
    number = ctypes.get_errno()
    if number in _NOT_SUPPORTED:
        return False
    raise OSError(number, os.strerror(number), str(target))
