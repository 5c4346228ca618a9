"""Measures of chip capacity and chip exports."""

from __future__ import annotations

import polars as pl

from isthmus.errors import DataMissing
from isthmus.evidence import Finding, Kind
from isthmus.study.context import Context
from isthmus.study.measures import PARTY, TEXT, measure
from isthmus.study.rests import of_data

FACTS = "chip_facts"
EXPORTS = "taiwan_ic_exports"


@measure("chips.capacity_share", node=TEXT, economy=PARTY)
def capacity_share(context: Context, *, node: str, economy: str) -> Finding:
    """Share of an economy in the world's wafer capacity of a node, latest year, no projection."""
    rows = context.world.chip_facts().filter(
        (pl.col("node") == node) & (pl.col("economy") == economy) & ~pl.col("projection")
    )
    if rows.is_empty():
        raise DataMissing(f"no capacity share of {economy} in {node!r}", where=FACTS)
    row = rows.sort("year").tail(1).to_dicts()[0]
    return context.finding(
        f"chips.capacity.{economy}.{node}",
        row["share"],
        "share",
        kind=Kind(row["kind"]),
        year=row["year"],
        method="chips_capacity",
        datasets=[FACTS],
        caveat="chips_secondary",
        sources=[row["source"]],
    )


def exports_of(context: Context) -> pl.DataFrame:
    """Return chip exports of the partner; nothing where no record of it is at hand."""
    return context.world.chip_exports().filter(pl.col("exporter") == context.partner)


def last_full_year(context: Context) -> int:
    """Return the last year with twelve months of the partner's chip exports."""
    frame = exports_of(context).filter(pl.col("coverage") == "full")
    return int(str(frame["year"].max()))


@measure("chips.destination_share", importer=PARTY)
def destination_share(context: Context, *, importer: str) -> Finding:
    """Share of a party as first destination of the partner's chip exports: a lower bound."""
    if exports_of(context).is_empty():
        raise DataMissing(f"no record of chip exports of {context.partner}", where=EXPORTS)
    year = last_full_year(context)
    frame = exports_of(context).filter(pl.col("year") == year)
    inside = frame.filter(pl.col("importer").is_in(context.members(importer)))
    if inside.is_empty():
        raise DataMissing(f"no chip exports to {importer}", where=EXPORTS)
    share = float(inside["value"].to_numpy().sum()) / float(frame["value"].to_numpy().sum())
    return context.finding(
        f"chips.destination_share.{importer}",
        share,
        "share",
        **of_data(context, EXPORTS),
        year=year,
        method="chips_destination",
        low=share,
        interval="lower_bound",
        caveat="first_destination",
    )
