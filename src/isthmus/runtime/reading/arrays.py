"""Archives of arrays (NPZ): names, types and shapes are checked before anything is loaded."""

from __future__ import annotations

import math
import tokenize
import warnings
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

import numpy as np
from numpy.typing import NDArray

from isthmus.errors import InputProblem
from isthmus.runtime.reading.archives import ARCHIVE_FAULTS, archive_faults, open_archive
from isthmus.runtime.reading.values import Unreadable

LARGEST = 4 << 30
"""Bytes of the largest archive once unpacked."""

_NUMBERS = "fiub"
_TEXT = "U"
_HEADERS = {
    (1, 0): np.lib.format.read_array_header_1_0,
    (2, 0): np.lib.format.read_array_header_2_0,
}
_FAULTS = (*ARCHIVE_FAULTS, ValueError, TypeError, SyntaxError, KeyError, tokenize.TokenError)


@dataclass(frozen=True, slots=True)
class ArrayForm:
    """Shape and type of an array that has not been loaded."""

    shape: tuple[int, ...]
    dtype: np.dtype[Any]

    @property
    def numbers(self) -> bool:
        """Whether it holds real numbers."""
        return self.dtype.kind in _NUMBERS

    @property
    def text(self) -> bool:
        """Whether it holds text."""
        return self.dtype.kind == _TEXT

    @property
    def size(self) -> int:
        """Number of its elements."""
        return math.prod(self.shape)


class ArrayArchive:
    """An archive of arrays, open for reading; nothing in it is ever unpickled.

    Parameters
    ----------
    path : Path
        The file.
    what : str
        What it is to be, for messages.

    Raises
    ------
    NotFound, BadInput
        When there is no such file, or it is not a regular one.
    Unreadable
        When it is not an archive of plain arrays, or too large.
    """

    def __init__(self, path: Path, *, what: str = "archive of arrays") -> None:
        self._archive = open_archive(path, what=what)
        try:
            self.forms: Mapping[str, ArrayForm] = dict(self._forms())
        except BaseException:
            self._archive.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._archive.close()

    def read(self, name: str) -> NDArray[Any]:
        """Return one array.

        Raises
        ------
        Unreadable
            When its content is damaged.
        """
        with archive_faults():
            try:
                with self._archive.open(f"{name}.npy") as handle, warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    array: NDArray[Any] = np.lib.format.read_array(handle, allow_pickle=False)
                    return array
            except _FAULTS as error:
                raise _damaged(name, error) from error

    def _forms(self) -> Iterator[tuple[str, ArrayForm]]:
        left = LARGEST
        for info in self._archive.infolist():
            if info.filename.endswith(".npy"):
                name = info.filename.removesuffix(".npy")
                left -= info.file_size
                if left < 0:
                    what = f"larger than {LARGEST >> 30} GiB once unpacked"
                    raise Unreadable(InputProblem(what, name))
                yield name, self._form(name, info)

    def _form(self, name: str, info: zipfile.ZipInfo) -> ArrayForm:
        try:
            with self._archive.open(info) as handle, warnings.catch_warnings():
                warnings.simplefilter("ignore")
                shape, dtype, header = _header(handle)
        except (*_FAULTS, RecursionError, MemoryError, OSError) as error:
            raise _damaged(name, error) from error
        form = ArrayForm(shape, dtype)
        if dtype.hasobject:
            raise Unreadable(InputProblem("holds Python objects, which are never loaded", name))
        if min(shape, default=0) < 0 or header + form.size * dtype.itemsize != info.file_size:
            raise Unreadable(InputProblem("is not as large as it says", name))
        return form


def _header(handle: IO[bytes]) -> tuple[tuple[int, ...], np.dtype[Any], int]:
    """Return shape, type and length of the header of an array."""
    version = np.lib.format.read_magic(handle)
    if version not in _HEADERS:
        raise ValueError(f"version {version[0]}.{version[1]} of its form is not known")
    shape, _, dtype = _HEADERS[version](handle)
    return shape, dtype, handle.tell()


def _damaged(name: str, error: BaseException) -> Unreadable:
    return Unreadable(InputProblem(f"damaged array: {error}", name))
