"""Arrays shared between processes by memory map: written once, read-only, never pickled."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from isthmus.errors import DataCorrupted
from isthmus.runtime import disk
from isthmus.runtime.atomic import atomic_write_bytes


def share_arrays(folder: Path, arrays: Mapping[str, NDArray[np.generic]]) -> Path:
    """Write `arrays` as ``<name>.npy`` files into `folder` and return it.

    A file that is there already is left alone: mapped files are never replaced.

    Raises
    ------
    ValueError
        When an array holds Python objects.
    StorageFull, StorageReadOnly
        When the folder cannot be written.
    """
    disk.make_folder(folder)
    for name, array in sorted(arrays.items()):
        path = folder / f"{name}.npy"
        if not path.exists():
            with atomic_write_bytes(path) as handle:
                np.lib.format.write_array(handle, np.ascontiguousarray(array), allow_pickle=False)
    return folder


def open_arrays(folder: Path) -> dict[str, NDArray[np.generic]]:
    """Map every ``.npy`` file of `folder` read-only; the pages are shared by all processes.

    Raises
    ------
    DataCorrupted
        When a file is not a plain array.
    """
    arrays = {}
    for path in sorted(folder.glob("*.npy")):
        try:
            arrays[path.stem] = np.load(path, mmap_mode="r", allow_pickle=False)
        except (ValueError, EOFError) as error:
            raise DataCorrupted("not a plain array file", where=str(path)) from error
    return arrays
