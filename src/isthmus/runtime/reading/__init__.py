"""Every way in for what others wrote: one reader for each kind of file, each with named errors.

A file is a name, never a pattern; it is regular or it is refused; what a parser may raise, a panic
of compiled code included, comes out as `Unreadable` or as an error that names file and line.
"""

from typing import TYPE_CHECKING, Any

from isthmus.runtime.reading.files import (
    check_regular,
    is_file,
    is_folder,
    open_regular,
    read_bytes,
    read_text,
)
from isthmus.runtime.reading.json_values import json_values, read_json
from isthmus.runtime.reading.toml_lines import LineIndex
from isthmus.runtime.reading.toml_values import load_toml, read_toml, toml_values
from isthmus.runtime.reading.values import Unreadable

if TYPE_CHECKING:
    from isthmus.runtime.reading.arrays import ArrayArchive

__all__ = [
    "ArrayArchive",
    "LineIndex",
    "Unreadable",
    "check_regular",
    "is_file",
    "is_folder",
    "json_values",
    "load_toml",
    "open_regular",
    "read_bytes",
    "read_json",
    "read_text",
    "read_toml",
    "toml_values",
]


def __getattr__(name: str) -> Any:
    """Load what needs NumPy when it is asked for: the list of commands does not."""
    if name == "ArrayArchive":
        from isthmus.runtime.reading.arrays import ArrayArchive

        return ArrayArchive
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
