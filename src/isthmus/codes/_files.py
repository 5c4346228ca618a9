"""Reading of the small files that the codes rest on."""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from isthmus.runtime.reading.json_values import read_json


def data_path(name: str) -> Path:
    """Return the path of a file shipped with the codes."""
    return Path(str(files("isthmus.codes"))) / "data" / name


@cache
def rows(name: str) -> tuple[dict[str, str], ...]:
    """Return the rows of a shipped CSV file in the order of the file."""
    with open(data_path(name), encoding="utf-8", newline="") as handle:
        return tuple(csv.DictReader(handle))


@cache
def records(key: str) -> tuple[dict[str, Any], ...]:
    """Return the rows of a shipped data set in its order."""
    from isthmus.runtime.reading.tables import read_parquet

    return tuple(read_parquet(data_path(f"{key}.parquet")).to_dicts())


@cache
def edition(key: str) -> str:
    """Return the edition of a shipped data set, as its record states it."""
    manifest = read_json(data_path("manifest.json"))
    return next(str(r["edition"]) for r in manifest["datasets"] if r["key"] == key)
