"""JSON-stat 2.0, the form in which statistical offices answer, as a table of text."""

from __future__ import annotations

from math import prod
from pathlib import Path
from typing import Any

import polars as pl

from isthmus.errors import BadInput
from isthmus.runtime.reading import read_json
from isthmus.sources.text import TextTable

_VALUE = "OBS_VALUE"


def read_jsonstat(path: Path) -> TextTable:
    """Return one row for each value of a JSON-stat data set: its codes, ``OBS_VALUE``.

    Raises
    ------
    BadInput
        When the file is no such data set, or its values do not fit its dimensions.
    """
    raw: Any = read_json(path, what="JSON-stat file")
    try:
        listed, cells = _parts(raw)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        hint = "JSON-stat 2.0 holds id, size, dimension and value"
        raise BadInput(f"no data set in JSON-stat: {error}", where=str(path), hint=hint) from None
    columns: dict[str, list[str]] = {name: [] for name in listed}
    for at, _ in cells:
        rest = at
        for name, codes in reversed(listed.items()):
            rest, place = divmod(rest, len(codes))
            columns[name].append(codes[place])
    columns[_VALUE] = [str(value) for _, value in cells]
    frame = pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String))
    lines = pl.Series("line", [at + 1 for at, _ in cells], dtype=pl.Int64)
    return TextTable(frame, lines, path.name)


def _parts(raw: Any) -> tuple[dict[str, list[str]], list[tuple[int, Any]]]:
    """Return the codes of each dimension, and the place and value of each cell that has one."""
    names = [str(name) for name in raw["id"]]
    if len({*names, _VALUE}) != len(names) + 1:
        raise ValueError(f"a dimension stands twice in id, or is called {_VALUE}")
    listed = {name: _codes(raw["dimension"][name]["category"]) for name in names}
    if [len(codes) for codes in listed.values()] != raw["size"]:
        raise ValueError("categories and sizes differ")
    values = raw["value"]
    if not isinstance(values, dict | list):
        raise ValueError("value is neither a list nor an object")
    pairs = values.items() if isinstance(values, dict) else enumerate(values)
    cells = [(int(at), value) for at, value in pairs if value is not None]
    if any(not 0 <= at < prod(raw["size"]) for at, _ in cells):
        raise ValueError("more values than cells")
    return listed, cells


def _codes(category: dict[str, Any]) -> list[str]:
    """Return the codes of a dimension in the order of its index."""
    index = category.get("index")
    if isinstance(index, dict):
        codes = sorted(index, key=lambda code: int(index[code]))
        if [index[code] for code in codes] != list(range(len(codes))):
            raise ValueError("an index does not number its categories from 0")
        return codes
    return [str(code) for code in (index or category["label"])]
