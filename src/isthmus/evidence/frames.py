"""Tidy frames from labelled arrays, and declared columns."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from isthmus.evidence.kinds import Kind
from isthmus.evidence.table import Column, Table
from isthmus.kernels.arrays import Array

MONEY = "million USD"

TEXTS = {
    "importer": "who buys; a coalition buys as one",
    "exporter": "who sells",
    "economy": "economy or coalition",
    "industry": "supplying industry",
    "product": "HS product",
    "year": "year of the data",
    "indicator": "key of the indicator",
    "criterion": "key of the criterion",
    "method": "published method that sets the criteria",
    "kind": "measured, estimated, modelled or assumed",
    "rank": "1 is the largest value among the items of this importer and year",
    "note": "what the value does not say",
}


def dimension(name: str, text: str = "") -> Column:
    """Return a column that identifies rows."""
    return Column(name, "dimension", text=text or TEXTS.get(name, ""))


def dimensions(*names: str) -> tuple[Column, ...]:
    """Return columns that identify rows, each with the text of its name."""
    return tuple(map(dimension, names))


def number(name: str, unit: str, text: str = "") -> Column:
    """Return a column of numbers about the world."""
    return Column(name, "value", unit, text or TEXTS.get(name, ""))


def attribute(name: str, text: str = "") -> Column:
    """Return a column that describes rows."""
    return Column(name, "attribute", text=text or TEXTS.get(name, ""))


def ranged(
    name: str,
    unit: str,
    text: str,
    low: str = "5 % quantile",
    high: str = "95 % quantile",
) -> tuple[Column, Column, Column]:
    """Return the columns of a number and of the ends of its range, with their texts.

    The ends of ``value`` are ``low`` and ``high``; those of any other ``x`` are ``x_low`` and
    ``x_high``.
    """
    start = "" if name == "value" else f"{name}_"
    ends = number(f"{start}low", unit, low), number(f"{start}high", unit, high)
    return number(name, unit, text), *ends


def grid(axes: Mapping[str, Sequence[Any]], values: Mapping[str, NDArray[Any]]) -> pl.DataFrame:
    """Return one row per combination of labels, in the order of the axes.

    Parameters
    ----------
    axes : mapping of str to sequence
        Labels by column; their lengths are the shape of every array.
    values : mapping of str to array
        Columns of numbers, each of that shape.

    Returns
    -------
    polars.DataFrame
        Labels first, then values; infinite values become null.
    """
    shape = tuple(len(labels) for labels in axes.values())
    columns: dict[str, Any] = {}
    for place, (name, labels) in enumerate(axes.items()):
        view = [1] * len(shape)
        view[place] = shape[place]
        codes = np.broadcast_to(np.arange(shape[place]).reshape(view), shape).ravel()
        columns[name] = pl.Series(list(labels)).gather(codes)
    for name, array in values.items():
        flat = np.broadcast_to(array, shape).ravel()
        columns[name] = finite(flat) if flat.dtype.kind == "f" else pl.Series(flat)
    return pl.DataFrame(columns)


def finite(values: Array) -> pl.Series:
    """Return numbers with null where one is unbounded; a table never holds NaN or infinity."""
    series = pl.Series(values, nan_to_null=True)
    return pl.select(pl.when(series.is_finite()).then(series)).to_series()


def table(
    name: str,
    frame: pl.DataFrame,
    columns: Sequence[Column],
    *,
    kind: Kind,
    datasets: Sequence[str],
    text: str,
    notes: Sequence[str] = (),
    alike: Mapping[str, str] = MappingProxyType({}),
) -> Table:
    """Return a table; the frame is cut and ordered to its declared columns.

    A declared column that the frame lacks holds one text in all rows: the table's kind, or what
    `alike` says of it.
    """
    lacking = {c.name for c in columns}.difference(frame.columns)
    same = {"kind": kind.value, **alike}
    whole = frame.with_columns(pl.lit(same[n]).alias(n) for n in sorted(lacking & same.keys()))
    return Table(
        name,
        whole.select([c.name for c in columns]),
        tuple(columns),
        kind,
        tuple(sorted(set(datasets))),
        text,
        tuple(notes),
    )


def framed(
    rows: Sequence[tuple[Any, ...]], columns: Sequence[Column], *, whole: Collection[str] = ()
) -> pl.DataFrame:
    """Return rows as a frame: values are numbers, those named `whole` without a fraction; all else
    is text.
    """
    kinds = {c.name: pl.Float64 if c.role == "value" else pl.String for c in columns}
    schema: dict[str, Any] = {**kinds, **dict.fromkeys(whole, pl.Int64)}
    return pl.DataFrame(list(rows), schema=schema, orient="row")


def of_rows(
    name: str,
    rows: Sequence[tuple[Any, ...]],
    columns: Sequence[Column],
    text: str,
    *,
    kind: Kind = Kind.ASSUMED,
    datasets: Sequence[str] = (),
    notes: Sequence[str] = (),
) -> Table:
    """Return a table from rows: values are numbers, null where unbounded; all else is text."""
    held = framed(rows, columns).with_columns(
        pl.when(pl.col(c.name).is_finite()).then(pl.col(c.name))
        for c in columns
        if c.role == "value"
    )
    return table(name, held, columns, kind=kind, datasets=datasets, text=text, notes=notes)


def listing(title: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> Table:
    """Return a list of what is known as a table: columns of numbers are values, others text.

    Parameters
    ----------
    title : str
        What it lists; letters and digits of it name the table.
    columns : sequence of str
        Headers.
    rows : sequence of sequences
        Cells; None where there is nothing.
    """
    made, held = [], {}
    for place, name in enumerate(columns):
        cells = [row[place] for row in rows]
        kinds = {type(cell) for cell in cells if cell is not None}
        key = _key(name) if _key(name) not in held else f"{_key(name)}_{place + 1}"
        if kinds == {int}:
            made.append(number(key, "count", name))
            held[key] = pl.Series(key, cells, dtype=pl.Int64)
        elif kinds and kinds <= {int, float}:
            made.append(number(key, "1", name))
            held[key] = pl.Series(key, cells, dtype=pl.Float64)
        else:
            made.append(dimension(key, name))
            texts = [None if cell is None else str(cell) for cell in cells]
            held[key] = pl.Series(key, texts, dtype=pl.String)
    frame = pl.DataFrame(held)
    return table(_key(title), frame, made, kind=Kind.MEASURED, datasets=(), text=title)


def _key(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_") or "found"


def of_years(
    tables: Iterable[Table], years: Iterable[int], *, unit: str = MONEY
) -> dict[str, Table]:
    """Return tables by name, each with the years and the currency of the data that they rest on.

    Parameters
    ----------
    tables : iterable of Table
        Tables with amounts declared in million USD.
    years : iterable of int
        Years of the data; 0 is unknown.
    unit : str
        Unit of the amounts in fact: an inter-economy table of one's own may be in another currency.
    """
    held = tuple(sorted({year for year in years if year}))
    return {made.name: replace(_in_unit(made, unit), years=held) for made in tables}


def _in_unit(made: Table, unit: str) -> Table:
    """Return a table whose amounts are declared in another unit than million USD."""
    if unit == MONEY or not unit:
        return made
    columns = tuple(replace(c, unit=c.unit.replace(MONEY, unit)) for c in made.columns)
    frame = made.frame
    if "unit" in frame.columns and frame.schema["unit"] == pl.String:
        frame = frame.with_columns(pl.col("unit").str.replace(MONEY, unit, literal=True))
    return replace(made, frame=frame, columns=columns, text=made.text.replace(MONEY, unit))


def years_in(*dates: pl.Series) -> set[int]:
    """Return the years with which periods in words begin; what begins with none is left out."""
    found = (d.str.extract(r"^(\d{4})").drop_nulls().cast(pl.Int32) for d in dates)
    return {year for series in found for year in series.to_list()}
