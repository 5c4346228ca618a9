"""Rows by one whole number each: sorted and told apart in a fraction of the time of texts."""

from __future__ import annotations

import math
from collections.abc import Mapping

import polars as pl

MOST = 2**62
"""Combinations of keys that a whole number of 64 bits tells apart."""

PLACE = "place"


def places_of(keys: pl.DataFrame) -> tuple[pl.Series, dict[str, pl.Series]]:
    """Return a whole number for each row, in the order of its keys, and the values of each key.

    Parameters
    ----------
    keys : polars.DataFrame
        Columns that together name a row, missing values included.

    Raises
    ------
    OverflowError
        When the keys have more combinations than `MOST`.
    """
    known = {name: keys[name].unique().sort() for name in keys.columns}
    if math.prod(len(values) for values in known.values()) > MOST:
        raise OverflowError(f"too many combinations of {', '.join(known)}")
    place = pl.repeat(0, keys.height, dtype=pl.Int64, eager=True)
    if keys.is_empty():
        return place.alias(PLACE), known
    for name, values in known.items():
        place = place * len(values) + _positions(keys[name], values)
    return place.alias(PLACE), known


def _positions(column: pl.Series, values: pl.Series) -> pl.Series:
    """Return the place of every cell among the sorted values, a missing one first."""
    if column.dtype != pl.String:
        numbers = pl.int_range(len(values), dtype=pl.Int64, eager=True)
        return column.replace_strict(values, numbers)
    places = column.cast(pl.Enum(values.drop_nulls())).to_physical().cast(pl.Int64)
    return (places + 1).fill_null(0) if values.null_count() else places


def keys_at(place: pl.Series, known: Mapping[str, pl.Series]) -> pl.DataFrame:
    """Return the keys of numbers that `places_of` gave."""
    found = []
    for values in reversed(list(known.values())):
        size = max(len(values), 1)
        found.append(values.gather(place % size))
        place = place // size
    return pl.DataFrame(found[::-1])


def duplicated(keys: pl.DataFrame) -> pl.Series:
    """Return which rows stand more than once."""
    try:
        place, _ = places_of(keys)
    except OverflowError:
        return keys.select(pl.struct(pl.all()).is_duplicated()).to_series()
    if not (place.sort().diff() == 0).any():  # far quicker than telling rows apart one by one
        return pl.repeat(False, len(place), dtype=pl.Boolean, eager=True)
    return place.is_duplicated()
