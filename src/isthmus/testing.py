"""For tests of those who build on the package: small tables, and whether results are equal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import polars as pl

from isthmus.evidence import Collection, Result, Table
from isthmus.world.mrio import MRIO
from isthmus.world.mrio_forms import FactoredForm
from isthmus.world.mrio_sample import sample_table

MOST = 10
RTOL = 1e-9
"""Differences that a message names."""


def small_table(
    economies: tuple[str, ...] = ("DEU", "FRA", "TWN"),
    industries: tuple[str, ...] = ("C26", "C29"),
    *,
    year: int = 2022,
    seed: int = 0,
    factored: bool = True,
) -> MRIO:
    """Return a balanced, productive table of random flows; no number in it is about the world.

    Parameters
    ----------
    economies, industries : tuple of str
        Labels; codes that the package knows can be asked for as parties.
    year : int
        Year of the flows.
    seed : int
        The same seed gives the same table.
    factored : bool
        Held as factors, as the table that ships; or dense, as publishers' tables.
    """
    drawn = sample_table(len(economies), len(industries), seed=seed)
    about: dict[str, Any] = {
        "economies": economies,
        "industries": industries,
        "year": year,
        "kind": drawn.kind,
        "notes": drawn.notes,
    }
    if isinstance(drawn.form, FactoredForm) and factored:
        form = drawn.form
        return MRIO.from_factors(form.flow, form.use_dom, form.use_imp, drawn.Y, **about)
    return MRIO.from_dense(drawn.Z, drawn.Y, **about)


def assert_tables_equal(
    left: Table, right: Table, *, rtol: float = RTOL, atol: float = 0.0
) -> None:
    """Raise unless two tables say the same: schema, kind, text, and every cell.

    Parameters
    ----------
    left, right : Table
        Tables of results.
    rtol, atol : float
        Numbers may differ by ``atol + rtol * |right|``; all else is equal to the letter.

    Raises
    ------
    AssertionError
        With what differs, row by row for the first cells.
    """
    _told(f"table {left.name}", _differences(left, right, rtol, atol))


def assert_results_equal(
    left: Result | Collection,
    right: Result | Collection,
    *,
    rtol: float = RTOL,
    atol: float = 0.0,
    provenance: bool = False,
) -> None:
    """Raise unless two results, or two collections of scenarios, hold the same tables.

    Parameters
    ----------
    left, right : Result or Collection
        What lenses returned.
    rtol, atol : float
        As in `assert_tables_equal`.
    provenance : bool
        Compare how they were made as well: lens, parameters, data, versions.

    Raises
    ------
    AssertionError
        With every table that differs, and where.
    """
    found: list[str] = []
    for name, one, other in _pairs(left, right, found):
        missing = {*one.tables} ^ {*other.tables}
        if missing:
            found.append(f"{name}only one side has {', '.join(sorted(missing))}")
        for key in one.tables:
            if key in other.tables:
                parts = _differences(one[key], other[key], rtol, atol)
                found += [f"{name}{key}: {part}" for part in parts]
        if provenance and one.provenance != other.provenance:
            found.append(f"{name}provenance: {one.provenance} and {other.provenance}")
    _told("results", found)


def _pairs(
    left: Result | Collection, right: Result | Collection, found: list[str]
) -> Iterator[tuple[str, Result, Result]]:
    if isinstance(left, Result) and isinstance(right, Result):
        yield "", left, right
    elif isinstance(left, Collection) and isinstance(right, Collection):
        missing = {*left.results} ^ {*right.results}
        if missing:
            found.append(f"only one side has the scenarios {', '.join(sorted(missing))}")
        for name in left.results:
            if name in right.results:
                yield f"{name}: ", left.results[name], right.results[name]
    else:
        found.append(f"{type(left).__name__} and {type(right).__name__}")


def _differences(left: Table, right: Table, rtol: float, atol: float) -> list[str]:
    if left.columns != right.columns:
        return [f"columns {left.frame.columns} and {right.frame.columns}, or their units, differ"]
    found = [
        f"{what} {one!r} and {other!r}"
        for what, one, other in (
            ("kind", left.kind.value, right.kind.value),
            ("years", left.years, right.years),
            ("text", left.text, right.text),
            ("notes", left.notes, right.notes),
        )
        if one != other
    ]
    if left.frame.height != right.frame.height:
        return [*found, f"{left.frame.height} and {right.frame.height} rows"]
    keys = left.frame.select(left.dimensions) if left.dimensions else None
    for column in left.frame.columns:
        one, other = left.frame[column], right.frame[column]
        apart = _apart(one, other, rtol, atol)
        for row in apart[:MOST]:
            where = dict(keys.row(row, named=True)) if keys is not None else row
            found.append(f"{column} at {where}: {one[row]!r} and {other[row]!r}")
        if len(apart) > MOST:
            found.append(f"{column}: {len(apart) - MOST} more rows")
    return found


def _apart(one: pl.Series, other: pl.Series, rtol: float, atol: float) -> list[int]:
    """Return the rows in which two columns differ."""
    if one.dtype != other.dtype:
        return list(range(len(one)))
    same = one.eq_missing(other)
    if one.dtype.is_float():
        near = (one - other).abs() <= atol + rtol * other.abs()
        finite = one.is_finite() & other.is_finite()
        same = same | (near & finite).fill_null(value=False)
    return (~same).arg_true().to_list()


def _told(what: str, found: list[str]) -> None:
    if found:
        raise AssertionError("\n  ".join([f"{what} differ:", *found]))
