"""Which column of a file holds what: guessed by its name, then by its cells."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import resources

import polars as pl

from isthmus import codes
from isthmus.runtime.reading import toml_values
from isthmus.suppliers.firm import SUPPLIERS
from isthmus.world.contracts.given import folded
from isthmus.world.templates import template_of

LOOKED_AT = 200
MOSTLY = 0.8
"""Share of the cells that must be economies for a column to be theirs."""


@cache
def names() -> Mapping[str, tuple[str, ...]]:
    """Return other names of the columns of a list of suppliers, without case and marks."""
    text = (resources.files("isthmus.web") / "columns.toml").read_text(encoding="utf-8")
    return {
        name: tuple(folded(word) for word in words) for name, words in toml_values(text).items()
    }


def guessed(frame: pl.DataFrame) -> dict[str, str]:
    """Return the column of a file for every column of the template; empty where none is seen.

    A column's own name goes before other names, whole names before parts of them, and cells that
    are economies before nothing.
    """
    wanted = list(template_of(SUPPLIERS).columns)
    found = dict.fromkeys(wanted, "")
    free = {folded(column): column for column in reversed(frame.columns)}
    for test in (_same, _known, _part):
        for name in wanted:
            if not found[name]:
                hit = next((word for word in free if test(name, word)), "")
                found[name] = free.pop(hit, "") if hit else ""
    if not found["economy"]:
        left = [column for column in free.values() if _holds_economies(frame[column])]
        found["economy"] = left[0] if left else ""
    return found


def _same(name: str, word: str) -> bool:
    return folded(name) == word


def _known(name: str, word: str) -> bool:
    return word in names().get(name, ())


def _part(name: str, word: str) -> bool:
    return any(len(known) > 3 and known in word for known in names().get(name, ()))


def _holds_economies(column: pl.Series) -> bool:
    cells = column.drop_nulls().head(LOOKED_AT).to_list()
    known = sum(bool(codes.economy_of(cell)) for cell in cells)
    return bool(cells) and known >= MOSTLY * len(cells)


def economies_read(column: pl.Series) -> list[tuple[str, str]]:
    """Return every text of a column with the economy that it is read as; empty where none is."""
    texts = column.drop_nulls().unique().sort().to_list()
    return [(text, codes.economy_of(text) or "") for text in texts]
