"""Temporary files beside a user's output: their names, whether their writer lives, their end."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import secrets
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from isthmus.runtime import disk
from isthmus.runtime.contents import REPLACEABLE, Contents

WHOLE = "tmp"
"""Ending of what is being written: all in it is the product's own."""
SWAPPED = "old"
"""Ending of a folder in the middle of a replacement: it may hold what stood there before."""

_NAME = re.compile(
    r"\.(?P<of>(?!\.\.?\.isthmus).+)\.isthmus-(?P<pid>\d+)-[0-9a-f]{16}\.(?P<end>tmp|old)",
    re.DOTALL | re.ASCII,
)
_LONGEST = 200
_STILL_ACTIVE = 259
_active: set[str] = set()


class Litter(NamedTuple):
    """What a killed writer left: its path, its bytes, and why it is there."""

    path: Path
    bytes: int
    why: str


def temporary_name(target: Path, ending: str = WHOLE) -> Path:
    """Return a hidden name beside `target` that says who writes there."""
    of = os.fsencode(target.name)[:_LONGEST].decode(errors="ignore")
    return target.with_name(f".{of}.isthmus-{os.getpid()}-{secrets.token_hex(8)}.{ending}")


@contextlib.contextmanager
def held(path: Path) -> Iterator[None]:
    """Show in the block that the temporary `path` has a living writer in this process."""
    _active.add(path.name)
    try:
        yield
    finally:
        _active.discard(path.name)


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the system's lock on a folder in the block, for processes that see other numbers."""
    if sys.platform == "win32":
        yield
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        disk.lock(descriptor)
        yield
    finally:
        os.close(descriptor)


def litter(folder: Path) -> list[Litter]:
    """Return what killed writers left in `folder` itself, sorted by name.

    Only names that this module makes count, and only when their writer is gone.
    """
    try:
        names = sorted(entry.name for entry in os.scandir(folder) if _NAME.fullmatch(entry.name))
    except (OSError, ValueError):
        return []
    return [
        Litter(path, _size(path), "left by a killed writer")
        for path in (folder / name for name in names)
        if not _has_writer(path)
    ]


def sweep(folder: Path) -> list[Litter]:
    """Remove what killed writers left in `folder`, and return it.

    A folder that was being replaced may hold what stood there before: it goes back when its place
    is empty; otherwise the product's own files in it are removed, and what is not is kept under a
    name in sight.
    """
    cleared = []
    for item in litter(folder):
        with contextlib.suppress(OSError):
            _clear(item.path)
            cleared.append(item)
    return cleared


def _clear(path: Path) -> None:
    match = _NAME.fullmatch(path.name)
    if match is None:
        return
    if match["end"] == WHOLE:
        disk.remove_tree(path)
        return
    with contextlib.suppress(FileExistsError):
        disk.rename_new(path, path.with_name(match["of"]))
        return
    discard(path, path.with_name(match["of"]), REPLACEABLE)


def discard(old: Path, of: Path, kinds: tuple[Contents, ...]) -> Path | None:
    """Remove the product's own files in `old` by their names, and `old` if nothing else is in it.

    Returns
    -------
    Path or None
        Where the rest stands now, when there was something else: beside `of`, in sight.
    """
    own = next((names for kind in kinds if (names := kind.own(old))), [])
    mark = {kind.mark for kind in kinds}
    for name in sorted(own, key=lambda n: n in mark):
        with contextlib.suppress(OSError):
            if (old / name).is_dir():
                disk.remove_folder(old / name)
            else:
                disk.unlink(old / name)
    try:
        disk.remove_folder(old)
    except OSError as error:
        if error.errno not in {errno.ENOTEMPTY, errno.EEXIST}:
            raise
        return bring_in_sight(old, of)
    return None


def bring_in_sight(old: Path, of: Path) -> Path:
    """Give a hidden folder with files of others a name beside `of` that is seen; return it."""
    kept = of.with_name(f"{of.name}.kept-{secrets.token_hex(4)}")
    disk.rename_new(old, kept)
    return kept


def _size(path: Path) -> int:
    try:
        files = [path, *path.rglob("*")] if path.is_dir() else [path]
        return sum(p.lstat().st_size for p in files if not p.is_dir())
    except OSError:
        return 0


def _has_writer(path: Path) -> bool:
    match = _NAME.fullmatch(path.name)
    number = int(match["pid"]) if match else 0
    if number == os.getpid():
        return path.name in _active
    return process_lives(number) or disk.is_locked(path)


def process_lives(number: int) -> bool:
    """Return whether there is a process of this number; when the system will not say, yes."""
    if sys.platform == "win32":
        return _process_lives_on_windows(number)
    try:
        os.kill(number, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except OSError:
        return True
    return True


def _process_lives_on_windows(number: int) -> bool:
    import ctypes

    kernel: object = getattr(ctypes, "windll").kernel32  # noqa: B009 - there only on Windows
    call = kernel.OpenProcess  # type: ignore[attr-defined]
    handle = call(0x1000, False, number)  # PROCESS_QUERY_LIMITED_INFORMATION
    if not handle:
        return bool(kernel.GetLastError() == 5)  # type: ignore[attr-defined]  # ERROR_ACCESS_DENIED
    code = ctypes.c_ulong()
    known = kernel.GetExitCodeProcess(handle, ctypes.byref(code))  # type: ignore[attr-defined]
    kernel.CloseHandle(handle)  # type: ignore[attr-defined]
    return not known or code.value == _STILL_ACTIVE
