"""Measures of arms supply, delivered and ordered."""

from __future__ import annotations

import polars as pl

from isthmus.errors import DataMissing
from isthmus.evidence import Finding, Kind, Result
from isthmus.production import queues
from isthmus.study.context import Context
from isthmus.study.measures import NUMBER, PARTY, measure
from isthmus.study.rests import between, of_data

ARMS, SUPPLIERS = "arms_concentration", "arms_suppliers"
ORDERED = ("arms_orders", "arms_backlog")
YEARS = 10
"""Years after which a second source is looked at."""
SHARE = 0.25
"""What a second source delivers of what is ordered."""


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
        raise DataMissing(
            f"no share of {supplier} in these imports of arms is at hand", where=SUPPLIERS
        )
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


def queue_of(context: Context, party: str) -> Result:
    """Return the queue of a party's orders, worked out once.

    Raises
    ------
    DataMissing
        When no orders of the party are held.
    """
    return context.memo(("queues", party), lambda: queues(context.world, buyer=party, years=YEARS))


@measure("arms.second_source_wait", economy=PARTY, share=NUMBER)
def second_source_wait(context: Context, *, economy: str, share: float = SHARE) -> Finding:
    """Mean wait of a new order with a second source over that without one, after ten years."""
    return _with_over_without(context, economy, share, "wait")


@measure("arms.second_source_hhi", economy=PARTY, share=NUMBER)
def second_source_hhi(context: Context, *, economy: str, share: float = SHARE) -> Finding:
    """Concentration of deliveries with a second source over that without one, after ten years."""
    return _with_over_without(context, economy, share, "hhi")


def _with_over_without(context: Context, party: str, share: float, what: str) -> Finding:
    found = context.memo(
        ("queues", party, share),
        lambda: queues(context.world, buyer=party, second_share=share, years=YEARS),
    )
    if "second" not in found.tables:
        raise DataMissing(f"no totals of the orders of {party} are at hand", where=ORDERED[1])
    last = found["second"].frame.filter(year=YEARS).drop_nulls([what, f"{what}_with"])
    ratio = (last[f"{what}_with"] / last[what]).to_list()
    if not ratio:
        raise DataMissing(f"no concentration of the arms imports of {party} is held", where=ARMS)
    return context.finding(
        f"arms.second_{what}.{party}.{share:g}",
        sum(ratio) / len(ratio),
        "ratio",
        kind=Kind.ASSUMED,
        year=_latest(found),
        method=f"arms_second_{what}",
        datasets=[*ORDERED, ARMS] if what == "hhi" else ORDERED,
        **between(ratio, "range_of_rates"),
        caveat="second_source_assumed",
    )


def _latest(found: Result) -> str:
    """Return the month of the last total."""
    return str(found["backlog"].frame["month"][-1])


def _finding(context: Context, key: str, row: dict[str, object], column: str) -> Finding:
    used = SUPPLIERS if column == "share" else ARMS
    return context.finding(
        key,
        float(str(row[column])),
        "share" if column == "share" else "1",
        **of_data(context, used, kind=Kind.ESTIMATED),
        year=str(row["period"]),
        method=f"arms_{column}",
        caveat="arms_volume",
    )
