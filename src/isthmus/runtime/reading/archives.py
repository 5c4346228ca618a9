"""Zip archives from others: whatever is wrong with one has one name."""

from __future__ import annotations

import contextlib
import lzma
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from isthmus.errors import InputProblem
from isthmus.runtime.reading.files import check_regular
from isthmus.runtime.reading.values import Unreadable

ARCHIVE_FAULTS = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    NotImplementedError,  # a compression or a version that is not known
    RuntimeError,  # encrypted
    EOFError,
    UnicodeDecodeError,
    OverflowError,
    IndexError,
)
"""What reading a damaged archive raises, apart from OSError and ValueError."""


@contextlib.contextmanager
def archive_faults() -> Iterator[None]:
    """Raise what a damaged archive makes `zipfile` raise as one error.

    Raises
    ------
    Unreadable
        With the words of the cause.
    """
    try:
        yield
    except ARCHIVE_FAULTS as error:
        raise Unreadable(InputProblem(f"damaged archive: {error}")) from error


def open_archive(path: Path, *, what: str = "archive") -> zipfile.ZipFile:
    """Open a zip file for reading.

    Raises
    ------
    NotFound, BadInput
        When there is no such file, or it is not a regular one.
    Unreadable
        When it is not a zip file, or its directory is damaged.
    """
    check_regular(path, what=what)
    with archive_faults():
        try:
            return zipfile.ZipFile(path)
        except (OSError, ValueError) as error:
            raise Unreadable(InputProblem(f"damaged archive: {error}")) from error
