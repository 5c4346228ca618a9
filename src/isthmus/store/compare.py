"""What differs between two runs: what was asked, and what came out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from isthmus.evidence import Result, Table
from isthmus.evidence.content import content_hash
from isthmus.store.tables import plain

if TYPE_CHECKING:
    from isthmus.store.store import Store


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference: its place (dotted), and what the first and the second side say."""

    where: str
    first: str
    second: str


def compare_runs(store: Store, first: str, second: str) -> list[Difference]:
    """Return every difference in what was asked and in the tables of two finished runs.

    Raises
    ------
    NotFound, DataCorrupted
        When a run is missing, unfinished or damaged.
    """
    asked = [plain(m) for name in (first, second) if (m := store.run(name).manifest) is not None]
    differences = []
    if len(asked) == 2:
        for manifest in asked:
            manifest.pop("id")
        differences += list(differing_values("", *asked))
    return differences + differing_tables(store.result(first), store.result(second))


def differing_values(where: str, first: Any, second: Any) -> Iterator[Difference]:
    """Yield the leaves in which two plain values differ."""
    if isinstance(first, Mapping) and isinstance(second, Mapping):
        for key in sorted({*first, *second}):
            place = f"{where}.{key}" if where else str(key)
            yield from differing_values(place, first.get(key), second.get(key))
    elif _tables(first) and _tables(second) and len(first) == len(second):
        for number, (one, two) in enumerate(zip(first, second, strict=True)):
            yield from differing_values(f"{where}[{number}]", one, two)
    elif first != second:
        yield Difference(where, _shown(first), _shown(second))


def differing_tables(first: Result, second: Result) -> list[Difference]:
    """Return how the tables of two results differ: missing ones, rows, and the largest gaps."""
    out = []
    for name in sorted({*first.tables, *second.tables}):
        place = f"tables.{name}"
        one, two = first.tables.get(name), second.tables.get(name)
        if one is None or two is None:
            out.append(Difference(place, _there(one), _there(two)))
        elif content_hash(one.frame, keep_order=True) != content_hash(two.frame, keep_order=True):
            out += differing_frames(place, one.frame, two.frame, list(one.dimensions))
    return out


def differing_frames(
    place: str, one: pl.DataFrame, two: pl.DataFrame, keys: list[str]
) -> list[Difference]:
    """Return how two frames of unequal content differ, row by row of `keys` where these fit."""
    if one.schema != two.schema:
        return [Difference(f"{place}.columns", str(one.columns), str(two.columns))]
    if keys and not (_unique(one, keys) and _unique(two, keys)):
        keys = []
    if not keys and one.height != two.height:
        return [Difference(f"{place}.rows", str(one.height), str(two.height))]
    if not keys:
        left, right = one.with_row_index("row"), two.with_row_index("row")
        keys = ["row"]
    else:
        left, right = one, two
    out = []
    for side, other, words in (
        (left, right, ("there", "missing")),
        (right, left, ("missing", "there")),
    ):
        alone = side.join(other, on=keys, how="anti", nulls_equal=True).height
        if alone:
            out.append(Difference(f"{place}: {alone} rows", *words))
    joined = left.join(right, on=keys, how="inner", suffix="\x00", nulls_equal=True)
    for name in (c for c in left.columns if c not in keys):
        out += _column_gap(f"{place}.{name}", joined[name], joined[f"{name}\x00"])
    return out or [Difference(f"{place}.order", "rows in one order", "the same rows in another")]


def _column_gap(place: str, one: pl.Series, two: pl.Series) -> list[Difference]:
    unequal = one.ne_missing(two)
    if not unequal.any():
        return []
    at = int(unequal.arg_max() or 0)
    if one.dtype.is_numeric():
        gap = np.abs(one.cast(pl.Float64).to_numpy() - two.cast(pl.Float64).to_numpy())
        if np.isfinite(gap).any():
            at = int(np.nanargmax(gap))
    count = int(unequal.sum())
    label = f"{place}: {count} cells differ, most in row {at}"
    return [Difference(label, _shown(one[at]), _shown(two[at]))]


def _unique(frame: pl.DataFrame, keys: list[str]) -> bool:
    return not frame.select(keys).is_duplicated().any()


def _there(table: Table | None) -> str:
    return "missing" if table is None else f"{table.frame.height} rows"


def _tables(value: Any) -> bool:
    return isinstance(value, list | tuple) and all(isinstance(v, Mapping) for v in value)


def _shown(value: Any) -> str:
    if _tables(value) and value:
        return f"{len(value)} entries"
    return "nothing" if value is None else repr(value) if isinstance(value, float) else str(value)
