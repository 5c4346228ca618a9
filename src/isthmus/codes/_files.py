"""Reading of the small files that the codes rest on."""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files
from pathlib import Path


def data_path(name: str) -> Path:
    """Return the path of a file shipped with the codes."""
    return Path(str(files("isthmus.codes"))) / "data" / name


@cache
def rows(name: str) -> tuple[dict[str, str], ...]:
    """Return the rows of a shipped CSV file in the order of the file."""
    with open(data_path(name), encoding="utf-8", newline="") as handle:
        return tuple(csv.DictReader(handle))
