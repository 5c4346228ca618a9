"""The state of one long calculation, kept beside the work: arrays in one file, replaced whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from isthmus.errors import IsthmusError
from isthmus.runtime import disk
from isthmus.runtime.atomic import atomic_write_bytes, storage_errors
from isthmus.runtime.canonical import canonical_json
from isthmus.runtime.checkpoints import check_version
from isthmus.runtime.reading.arrays import ArrayArchive
from isthmus.runtime.reading.json_values import json_values
from isthmus.runtime.reading.values import Unreadable

SCHEMA_VERSION = 1
_ABOUT = "about"

Arrays = Mapping[str, NDArray[Any]]


class ArrayCheckpoint:
    """Arrays and a few plain values in one NPZ file; nothing in it is ever unpickled.

    An array comes back with the order of axes in memory that it had: libraries of matrix products
    may sum in another order for another layout, and a resumed run must not differ by a bit.

    Parameters
    ----------
    folder : Path
        Where the file lies; created with the first `save`.
    run : str
        Id of the run that it belongs to, for records that name it.
    """

    def __init__(self, folder: Path, *, run: str = "") -> None:
        self.folder = folder
        self.run = run

    @property
    def path(self) -> Path:
        """The file."""
        return self.folder / "state.npz"

    def save(self, about: Mapping[str, Any], arrays: Arrays) -> None:
        """Put `arrays` of numbers and the plain values `about` in the place of what was kept.

        Raises
        ------
        StorageFull, StorageReadOnly
            When the file cannot be written; what was kept before stays.
        """
        with storage_errors(self.folder):
            disk.make_folder(self.folder)
        if any(array.dtype.kind not in "fiub" for array in arrays.values()):
            raise TypeError("only arrays of numbers can be kept without pickles")
        layout = {name: _axes(array) for name, array in arrays.items()}
        entry = {"schema_version": SCHEMA_VERSION, "layout": layout, "about": dict(about)}
        words = np.frombuffer(canonical_json(entry).encode(), dtype=np.uint8)
        plain: dict[str, Any] = {_ABOUT: words}
        plain |= {f"x_{name}": array.transpose(layout[name]) for name, array in arrays.items()}
        with atomic_write_bytes(self.path) as handle:
            np.savez(handle, **plain)

    def load(self) -> tuple[dict[str, Any], dict[str, NDArray[Any]]] | None:
        """Return what was kept; None when there is nothing or it is damaged.

        Raises
        ------
        SchemaVersionUnsupported
            When it was written by a release with another layout.
        """
        try:
            with ArrayArchive(self.path, what="checkpoint") as kept:
                entry = json_values(kept.read(_ABOUT).tobytes())
                arrays = {name[2:]: kept.read(name) for name in kept.forms if name != _ABOUT}
        except (IsthmusError, Unreadable):
            return None
        if not isinstance(entry, dict):
            return None
        check_version(entry, SCHEMA_VERSION, self.path)
        try:
            back = {name: _restored(a, entry["layout"][name]) for name, a in arrays.items()}
            return dict(entry["about"]), back
        except (KeyError, TypeError, ValueError):
            return None

    def clear(self) -> None:
        """Remove the folder with all that lies in it."""
        disk.remove_tree(self.folder)


def _axes(array: NDArray[Any]) -> list[int]:
    """Return the axes from the slowest to the fastest in memory."""
    strides = [-abs(step) for step in array.strides]
    return [int(axis) for axis in np.argsort(strides, kind="stable")]


def _restored(array: NDArray[Any], axes: Sequence[int]) -> NDArray[Any]:
    """Undo the order of `_axes`."""
    if sorted(axes) != list(range(array.ndim)):
        raise ValueError("no order of the axes")
    return array.transpose(np.argsort(axes))
