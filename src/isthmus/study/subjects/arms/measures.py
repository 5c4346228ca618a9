"""Measures of arms supply."""

from __future__ import annotations

import polars as pl

from isthmus.errors import DataMissing
from isthmus.evidence import Finding, Kind
from isthmus.study.context import Context
from isthmus.study.measures import PARTY, measure

ARMS, SUPPLIERS = "arms_concentration", "arms_suppliers"


def arms_row(context: Context, economy: str, period: str = "") -> dict[str, object]:
    """Return the row of an economy for a period; the latest when none is named.

    Raises
    ------
    DataMissing
        When the economy imported nothing that the source lists.
    """
    frame = context.world.arms().filter(pl.col("economy") == economy).sort("period")
    if period:
        frame = frame.filter(pl.col("period") == period)
    if frame.is_empty():
        raise DataMissing(
            f"no arms imports of {economy} are listed", where=ARMS, hint="see the data set's faults"
        )
    return frame.tail(1).to_dicts()[0]


@measure("arms.supplier_share", economy=PARTY, supplier=PARTY)
def supplier_share(context: Context, *, economy: str, supplier: str) -> Finding:
    """Share of a supplier in the volume of an economy's arms imports, latest period."""
    row = arms_row(context, economy)
    rows = shares_of(context, supplier).filter(economy=economy, period=row["period"])
    if rows.is_empty():
        raise DataMissing(f"the share of {supplier} is not in the derived table", where=SUPPLIERS)
    return _finding(context, f"arms.share.{supplier}.{economy}", rows.to_dicts()[0], "share")


@measure("arms.hhi", economy=PARTY)
def concentration(context: Context, *, economy: str) -> Finding:
    """Concentration (HHI) of an economy's arms imports over suppliers, latest period."""
    row = arms_row(context, economy)
    return _finding(context, f"arms.hhi.{economy}", row, "hhi")


def shares_of(context: Context, supplier: str) -> pl.DataFrame:
    """Return the supplier's shares: economy, period, share; empty for one that is not listed."""
    found = context.world.arms_suppliers().filter(pl.col("supplier") == supplier)
    return found.select("economy", "period", "share")


def _finding(context: Context, key: str, row: dict[str, object], column: str) -> Finding:
    used = SUPPLIERS if column == "share" else ARMS
    return context.finding(
        key,
        float(str(row[column])),
        "share" if column == "share" else "1",
        kind=Kind.weakest([Kind.ESTIMATED, context.kind_of(used)]),
        year=str(row["period"]),
        method=f"arms_{column}",
        datasets=[used],
        caveat="arms_volume",
    )
