"""Measures of how far the stop of an economy's chip stages or materials reaches."""

from __future__ import annotations

import polars as pl

from isthmus.cascade import ChipChain, chip_case, material_case
from isthmus.cascade.cases import LATEST
from isthmus.errors import DataMissing
from isthmus.evidence import Finding, Kind, Result
from isthmus.study.context import Context
from isthmus.study.measures import PARTY, measure
from isthmus.study.rests import between, of_table

FACTS, FLOWS = "chip_facts", "icio_flows"
EXPOSED, SECOND_SHARE = 10, 0.75
"""Materials looked at; share of the loss at or below which a second source helps."""


def chips_of(context: Context, user: str, supplier: str) -> Result:
    """Return the chip case of a user, computed once."""
    chain = context.memo("cascade.chain", lambda: ChipChain.of(context.world))
    return context.memo(
        ("cascade.chips", user, supplier),
        lambda: chip_case(context.world, context.members(user), partner=supplier, chain=chain),
    )


def materials_of(context: Context, user: str) -> Result:
    """Return the materials case of a user, computed once."""
    rivals = context.members(context.rival) if "rival" in context.study.roles else ()
    return context.memo(
        ("cascade.materials", user),
        lambda: material_case(context.world, context.members(user), without=rivals),
    )


def chip_year(context: Context) -> str:
    """Return the years of the facts and of the sales, in words."""
    chain = context.memo("cascade.chain", lambda: ChipChain.of(context.world))
    years = sorted({block.year for block in chain.blocks} | {chain.year})
    return f"{years[0]}-{years[-1]}"


@measure("cascade.loss_on_stop", user=PARTY, supplier=PARTY)
def loss_on_stop(
    context: Context, *, user: str, supplier: str, capacity: str = LATEST, partner: str = ""
) -> Finding:
    """Share of the output of a party's chip-using industries that stops with a supplier's chips."""
    frame = chips_of(context, user, partner or supplier)["stops"].frame
    rows = frame.filter((pl.col("economy") == supplier) & (pl.col("capacity") == capacity))
    if rows.is_empty():
        raise DataMissing(f"no chip stages of {supplier} with known shares", where=FACTS)
    row = rows.row(0, named=True)
    return context.finding(
        f"cascade.chips.{capacity}.{supplier}.{user}",
        row["value"],
        "share",
        kind=Kind.ASSUMED,
        year=chip_year(context),
        method="cascade_stop",
        datasets=[FACTS, FLOWS],
        low=row["low"],
        high=row["value"],
        interval="chip_cases",
        caveat="deliveries_assumed",
    )


@measure("cascade.contribution", user=PARTY, supplier=PARTY)
def contribution(context: Context, *, user: str, supplier: str) -> Finding:
    """Rise of the mean loss over single stops if others made a supplier's share of chip stages."""
    frame = chips_of(context, user, supplier)["contribution"].frame
    if frame.is_empty():
        raise DataMissing(f"no chip stages of {supplier} with known shares", where=FACTS)
    by_case = dict(frame.select("case", "value").iter_rows())
    return context.finding(
        f"cascade.contribution.{supplier}.{user}",
        by_case["upper"],
        "share",
        kind=Kind.ASSUMED,
        year=chip_year(context),
        method="cascade_contribution",
        datasets=[FACTS, FLOWS],
        **between(by_case.values(), "chip_cases"),
        caveat="deliveries_assumed",
    )


@measure("cascade.second_sources", user=PARTY)
def second_sources(context: Context, *, user: str) -> Finding:
    """Count of a party's ten most exposed materials for which a second source helps."""
    result = materials_of(context, user)
    second = result["second_source"].frame
    if second.height != EXPOSED:
        raise DataMissing(
            f"only {second.height} materials with a second supplier", where=result["ranking"].name
        )
    helped = second.filter(pl.col("value_with") <= SECOND_SHARE * pl.col("value")).height
    return material_finding(context, user, "second", helped, "count", "cascade_second")


def material_finding(
    context: Context,
    user: str,
    key: str,
    value: float,
    unit: str,
    method: str,
    low: float | None = None,
) -> Finding:
    """Return a finding on the materials that a party buys, from no hubs to all hubs."""
    ranking = materials_of(context, user)["ranking"]
    return context.finding(
        f"cascade.{key}.{user}",
        value,
        unit,
        **of_table(ranking),
        year=ranking.period,
        method=method,
        low=low,
        high=None if low is None else value,
        interval="" if low is None else "direct_or_hubs",
        caveat="own_production_low",
    )
