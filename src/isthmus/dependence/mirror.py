"""One flow in two records: what the exporter and the importer report."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from isthmus.errors import BadInput, InputProblem, raise_all
from isthmus.evidence import Table
from isthmus.evidence.frames import MONEY, attribute, dimension, number
from isthmus.evidence.kinds import Kind
from isthmus.kernels.concentration import mirror_interval

KEYS = ("exporter", "importer", "product", "year")
RECORDS = ("exporter", "importer")


def mirror(records: pl.DataFrame, *, datasets: tuple[str, ...], kind: Kind | str) -> Table:
    """Return each flow with its two records as an interval.

    Parameters
    ----------
    records : polars.DataFrame
        Columns exporter, importer, product, year, ``reported_by`` (``"exporter"`` or
        ``"importer"``) and value (million USD), one row per flow and record.
    datasets : tuple of str
        Keys of the data sets that the records come from.
    kind : Kind
        Weakest kind of the records.

    Returns
    -------
    Table
        ``mirror``: low and high, and ``interval``, which says of which nature they are. A single
        record is labelled: an exporter's record by destination as a lower bound, an importer's
        record by origin as an upper bound.

    Raises
    ------
    BadInput
        For missing columns, unknown reporters, or a record that stands twice.
    """
    _check(records)
    wide = (
        records.select(
            *KEYS,
            # pivoting names columns after the reporters, which would collide with the keys
            (pl.col("reported_by") + "_record").alias("side"),
            pl.col("value").cast(pl.Float64),
        )
        .pivot("side", index=list(KEYS), values="value")
        .sort(KEYS)
    )
    absent = [f"{name}_record" for name in RECORDS if f"{name}_record" not in wide.columns]
    wide = wide.with_columns(pl.lit(None, dtype=pl.Float64).alias(name) for name in absent)
    sides = [wide[f"{name}_record"].fill_null(np.nan).to_numpy() for name in RECORDS]
    low, high, both = mirror_interval(sides[0], sides[1])
    frame = wide.select(*KEYS, "exporter_record", "importer_record").with_columns(
        pl.Series("low", low),
        pl.Series("high", high),
        pl.Series("interval", [_nature(x, b) for x, b in zip(sides[0], both, strict=True)]),
        pl.lit(Kind(kind).value).alias("kind"),
    )
    columns = (
        *(dimension(key) for key in KEYS),
        number("exporter_record", MONEY, "exporter's record by destination; null where none"),
        number("importer_record", MONEY, "importer's record by origin; null where none"),
        number("low", MONEY, "smaller record"),
        number("high", MONEY, "larger record"),
        attribute("interval", "mirror records, lower bound or upper bound"),
        attribute("kind"),
    )
    return Table(
        "mirror",
        frame.select([c.name for c in columns]),
        columns,
        Kind(kind),
        tuple(sorted(datasets)),
        "importers name the origin of goods, exporters their first destination",
    )


def _nature(exporter_record: Any, both: Any) -> str:
    if both:
        return "mirror records"
    return "upper bound" if np.isnan(exporter_record) else "lower bound"


def _check(records: pl.DataFrame) -> None:
    needed = (*KEYS, "reported_by", "value")
    missing = [c for c in needed if c not in records.columns]
    raise_all("mirror records", [InputProblem("column missing", where=c) for c in missing])
    unknown = set(records["reported_by"].unique().to_list()) - set(RECORDS)
    if unknown:
        raise BadInput(
            f"unknown reporters {sorted(map(str, unknown))}",
            where="reported_by",
            hint="'exporter' or 'importer'",
        )
    if records.select(*KEYS, "reported_by").is_duplicated().any():
        raise BadInput("a flow has two records by the same side", where="records")
