"""Measures of answers to steps: what is coded, what could be touched, what is assumed."""

from __future__ import annotations

import polars as pl

from isthmus.coercion.instruments import ECONOMIC, instrument
from isthmus.coercion.stakes import FLOWS
from isthmus.evidence import Finding, Kind
from isthmus.study.ask.coercion import coded_count, episodes, ladder_finding, ladder_of
from isthmus.study.context import Context
from isthmus.study.measures import NUMBER, PARTY, measure
from isthmus.study.rests import figure
from isthmus.world.shipped import TABLE, YEAR

LISTING = ECONOMIC[2]


@measure("coercion.listings", sender=PARTY, target=PARTY, since=NUMBER)
def listings(context: Context, *, sender: str, target: str, since: int = 2025) -> Finding:
    """Number of coded export controls and listings of firms by `sender` against a party."""
    found = episodes(context, sender, target, since).filter(
        pl.struct("direction", "hs_hint", "instrument").map_elements(
            lambda r: instrument(r["direction"], r["hs_hint"] or "", r["instrument"]) == LISTING,
            return_dtype=pl.Boolean,
        )
    )
    return coded_count(context, f"coercion.listings.{sender}.{target}.{since}", found, since)


def exposure(context: Context, member: str) -> Finding:
    """Return the value added in goods that a member sells to the rival, over its GDP."""
    frame = ladder_of(context)["exposure"].frame
    row = frame.filter((pl.col("economy") == member) & (pl.col("channel") == "purchases"))
    return figure(
        context,
        f"ladder.exposure.{context.rival}.{member}",
        row["share_of_gdp"][0],
        "share",
        kind=Kind.ESTIMATED,
        year=YEAR,
        datasets=[FLOWS, TABLE],
        caveat="table_estimated",
    )


def break_even(context: Context, rung: str, economy: str, support: str) -> Finding:
    """Return the yearly probability of an economic answer at which a rung breaks even."""
    name = "break_even"
    return ladder_finding(context, name, name, "share", rung, economy, support)


def below_cap(finding: Finding) -> float | None:
    """Return a break-even probability; None where the step pays even if an answer is certain."""
    return None if finding.value is None or finding.value >= 1.0 else finding.value
