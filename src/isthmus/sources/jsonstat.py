"""JSON-stat 2.0, the form in which statistical offices answer, as a table of text."""

from __future__ import annotations

from math import prod
from pathlib import Path
from typing import Any

import polars as pl

from isthmus.errors import BadInput
from isthmus.runtime.reading import read_json
from isthmus.sources.text import TextTable


def read_jsonstat(path: Path) -> TextTable:
    """Return one row for each value of a JSON-stat data set: its codes, ``OBS_VALUE``.

    Raises
    ------
    BadInput
        When the file is no such data set, or its values do not fit its dimensions.
    """
    raw: Any = read_json(path, what="JSON-stat file")
    try:
        names, sizes = [str(n) for n in raw["id"]], [int(n) for n in raw["size"]]
        listed = [_codes(raw["dimension"][name]["category"]) for name in names]
        values = raw["value"]
        if [len(codes) for codes in listed] != sizes:
            raise ValueError("categories and sizes differ")
        if not isinstance(values, dict | list):
            raise ValueError("value is neither a list nor an object")
        pairs = values.items() if isinstance(values, dict) else enumerate(values)
        cells = [(int(at), value) for at, value in pairs if value is not None]
        if cells and max(at for at, _ in cells) >= prod(sizes):
            raise ValueError("more values than cells")
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        hint = "JSON-stat 2.0 holds id, size, dimension and value"
        raise BadInput(f"no data set in JSON-stat: {error}", where=str(path), hint=hint) from None
    columns: dict[str, list[str]] = {name: [] for name in names}
    for at, _ in cells:
        rest = at
        for name, codes in reversed(list(zip(names, listed, strict=True))):
            rest, place = divmod(rest, len(codes))
            columns[name].append(codes[place])
    columns["OBS_VALUE"] = [str(value) for _, value in cells]
    frame = pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String))
    lines = pl.Series("line", [at + 1 for at, _ in cells], dtype=pl.Int64)
    return TextTable(frame, lines, path.name)


def _codes(category: dict[str, Any]) -> list[str]:
    """Return the codes of a dimension in the order of its index."""
    index = category.get("index")
    if isinstance(index, dict):
        return sorted(index, key=lambda code: int(index[code]))
    return [str(code) for code in (index or category["label"])]
