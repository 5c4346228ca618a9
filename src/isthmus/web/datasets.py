"""Data sets as tables: their rows with the texts, kind and faults of their record."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

import polars as pl

from isthmus import codes
from isthmus.evidence import Column, Table
from isthmus.world import World


def table_of(world: World, key: str) -> Table:
    """Return a data set of a world as a table.

    Columns of fractions are values; whole numbers (years, codes) and texts identify rows. Units
    stand in the texts of the columns, as the record gives them.

    Raises
    ------
    DataMissing
        When the world does not hold it.
    """
    record, frame = world.record(key), world.table(key)
    texts = [
        pl.col(name).cast(pl.String)
        for name, kind in frame.schema.items()
        if kind.is_temporal() or kind.is_nested()
    ]
    frame = frame.with_columns(texts)
    columns = tuple(
        Column(name, "value" if kind.is_float() else "attribute", "", record.columns.get(name, ""))
        for name, kind in frame.schema.items()
    )
    return Table(key, frame, columns, record.kind, (key,), record.title, (), record.years)


def rows_of(world: World, key: str, named: Mapping[str, Collection[str]] | None = None) -> Table:
    """Return the rows of a data set that are about some parties.

    Parameters
    ----------
    world : World
        The data.
    key : str
        Key of the data set.
    named : mapping of str to collection of str
        Parties that each of these columns must be one of; a coalition stands for its members too.
    """
    whole = table_of(world, key)
    tests = [
        pl.col(column).is_in(sorted({c for p in parties for c in (p, *codes.members(p))}))
        for column, parties in (named or {}).items()
    ]
    return replace(whole, frame=whole.frame.filter(*tests)) if tests else whole
