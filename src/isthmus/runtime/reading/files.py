"""Regular files read whole, with a name for everything that can go wrong."""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterator
from io import BufferedReader
from pathlib import Path

from isthmus.errors import BadInput, InputProblem
from isthmus.errors.system import named_read_error

LARGEST_TEXT = 8 << 20
"""Bytes of the largest text file that a person is taken to have written."""

_KINDS = {
    stat.S_IFDIR: "a folder",
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


def check_regular(path: Path | str, *, what: str = "file", hint: str = "") -> None:
    """Raise unless `path` is, or leads to, a regular file.

    A pipe may never end and a device has no size: neither is opened.

    Parameters
    ----------
    path : Path or str
        The file.
    what : str
        What it is to be, for messages: "study file".
    hint : str
        How to mend it when there is none.

    Raises
    ------
    NotFound
        When there is no such file.
    BadInput
        When it is something else, or cannot be looked at.
    """
    try:
        mode = Path(path).stat().st_mode
    except (OSError, ValueError) as error:
        raise named_read_error(error, path, what=what, hint=hint) from error
    if not stat.S_ISREG(mode):
        kind = _KINDS.get(stat.S_IFMT(mode), "no regular file")
        raise BadInput(f"the {what} is {kind}", where=str(path), hint="name a regular file")


def is_file(path: Path | str) -> bool:
    """Say whether there is a regular file; a name that no file can have is none."""
    try:
        return Path(path).is_file()
    except (OSError, ValueError):
        return False


def is_folder(path: Path | str) -> bool:
    """Say whether there is a folder; a name that no folder can have is none."""
    try:
        return Path(path).is_dir()
    except (OSError, ValueError):
        return False


@contextlib.contextmanager
def open_regular(
    path: Path | str, *, what: str = "file", hint: str = ""
) -> Iterator[BufferedReader]:
    """Open a regular file for reading; what goes wrong while it is read has a name too.

    Parameters
    ----------
    path, what, hint
        As for `check_regular`.

    Raises
    ------
    NotFound
        When there is no such file.
    BadInput
        When it is not a regular file, or cannot be read.
    """
    check_regular(path, what=what, hint=hint)
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        with open(os.open(path, flags), "rb") as handle:
            yield handle
    except OSError as error:
        raise named_read_error(error, path, what=what, hint=hint) from error


def read_bytes(
    path: Path | str, *, what: str = "file", limit: int | None = None, hint: str = ""
) -> bytes:
    """Return the content of a regular file.

    Parameters
    ----------
    path, what, hint
        As for `check_regular`.
    limit : int, optional
        Largest size in bytes.

    Raises
    ------
    NotFound
        When there is no such file.
    BadInput
        When it is not a regular file, cannot be read, or is larger than `limit`.
    """
    with open_regular(path, what=what, hint=hint) as handle:
        content = handle.read() if limit is None else handle.read(limit + 1)
    if limit is not None and len(content) > limit:
        raise BadInput(
            f"the {what} is larger than {limit / (1 << 20):.0f} MiB",
            where=str(path),
            hint="split it, or check that it is the right file",
        )
    return content


def read_text(path: Path | str, *, what: str = "file", hint: str = "") -> str:
    """Return the UTF-8 text of a regular file of at most `LARGEST_TEXT` bytes, without its mark.

    Raises
    ------
    NotFound, BadInput
        As `read_bytes`; also, with the line, when it is not UTF-8.
    """
    content = read_bytes(path, what=what, limit=LARGEST_TEXT, hint=hint)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        problem = InputProblem("not UTF-8 text", f"line {line}", "save the file as UTF-8")
        raise BadInput(f"{what}: 1 problem", [problem], where=str(path)) from error
