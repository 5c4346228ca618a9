"""A hash of rows that does not depend on file format, compression or, unless asked, their order."""

from __future__ import annotations

import hashlib

import numpy as np
import polars as pl

_VERSION = b"isthmus-content-1"

_ROWS = 1 << 20
"""Texts that are put together at once."""


def content_hash(frame: pl.DataFrame, *, keep_order: bool = False) -> str:
    """Return the SHA-256 of a frame's rows in canonical order.

    Columns are taken by name, rows are sorted by all columns in that order. Whole numbers count
    as 64-bit integers and fractions by the exact bytes of their 64-bit form (a 32-bit value and
    its 64-bit copy are the same content); minus zero is zero. Missing values are told apart from
    every value.

    Parameters
    ----------
    frame : polars.DataFrame
        Columns of whole numbers, fractions, text, categories, dates or truth values.
    keep_order : bool
        Take the rows as they stand: for results, whose order is part of what they say.

    Returns
    -------
    str
        64 hexadecimal digits.

    Raises
    ------
    TypeError
        When a column has another type.
    ValueError
        When a fraction is NaN (a missing value is null), or a whole number is beyond 64 bits.
    """
    plain = frame.select(_plain(frame[name]) for name in sorted(frame.columns))
    if plain.width and not keep_order:
        plain = plain.sort(plain.columns, nulls_last=True)
    digest = hashlib.sha256(_VERSION)
    digest.update(f"{plain.height}".encode())
    for series in plain.get_columns():
        _feed(digest, series)
    return digest.hexdigest()


def beyond_64_bits(series: pl.Series) -> bool:
    """Say whether whole numbers hold one that 64 bits with a sign cannot."""
    return series.cast(pl.Int64, strict=False).null_count() > series.null_count()


def _plain(series: pl.Series) -> pl.Series:
    kind = series.dtype
    if kind.is_integer() and beyond_64_bits(series):
        raise ValueError(f"column {series.name!r} holds whole numbers beyond 64 bits")
    if kind.is_integer() or kind in (pl.Boolean, pl.Date):
        return series.cast(pl.Int64 if kind.is_integer() or kind == pl.Boolean else pl.Int32).cast(
            pl.Int64
        )
    if kind.is_float():
        wide = series.cast(pl.Float64)
        if wide.is_nan().any():
            raise ValueError(f"column {series.name!r} holds NaN; a missing value must be null")
        frame = wide.to_frame()
        zero = pl.when(pl.first() == 0.0).then(0.0).otherwise(pl.first())
        return frame.select(zero.alias(series.name)).to_series()
    if kind in (pl.String, pl.Categorical, pl.Enum):
        return series.cast(pl.String)
    raise TypeError(f"column {series.name!r} of type {kind} has no canonical form")


def _feed(digest: hashlib._Hash, series: pl.Series) -> None:
    digest.update(f"\x00{series.name}\x00{series.dtype}\x00".encode())
    digest.update(np.packbits(series.is_null().to_numpy()).tobytes())
    if series.dtype == pl.String:
        filled = series.fill_null("")
        digest.update(filled.str.len_bytes().cast(pl.Int64).to_numpy().astype("<i8").tobytes())
        for first in range(0, len(filled), _ROWS):
            digest.update(filled.slice(first, _ROWS).str.join("").item().encode())
        return
    code = "<f8" if series.dtype == pl.Float64 else "<i8"
    digest.update(np.ascontiguousarray(series.fill_null(0).to_numpy(), dtype=code).tobytes())
