"""Small results for the tests of what goes out."""

from __future__ import annotations

import polars as pl

from isthmus.evidence import Column, Kind, Result, Table
from isthmus.evidence.origin import Provenance

FLOWS = pl.DataFrame(
    {
        "importer": ["DEU"] * 4,
        "exporter": ["CHN", "TWN", "USA", "CHN"],
        "industry": ["C26", "C26", "C20", "C20"],
        "value": [90.0, 10.5, -200.0, None],
    }
)


def made_table(frame: pl.DataFrame, name: str = "flows", unit: str = "million USD") -> Table:
    """Return a table: text and whole numbers are dimensions, other numbers values."""
    columns = tuple(
        Column(c, "value", unit, "how much") if t.is_float() else Column(c, "dimension")
        for c, t in frame.schema.items()
    )
    return Table(name, frame, columns, Kind.ESTIMATED, ("mine",), "what it shows", ("mind this",))


def made_result(*tables: Table) -> Result:
    """Return a result of tables."""
    made = Provenance("test.lens", {"a": [1, 2], "b": {"c": "x"}}, "starter", "0" * 64)
    return Result({t.name: t for t in tables}, made, ("An author (2020).",))
