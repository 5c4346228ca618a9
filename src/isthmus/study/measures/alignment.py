"""Measures of alignment: votes and diplomatic relations."""

from __future__ import annotations

import polars as pl

from isthmus.errors import DataMissing
from isthmus.evidence import Finding, Kind
from isthmus.study.context import Context
from isthmus.study.measures.registry import PARTY, measure

VOTES = "unga_ideal_points"
RECOGNITION = "taiwan_recognition"


def vote_year(context: Context) -> int:
    """Return the last year with ideal points."""
    return int(str(context.world.table(VOTES)["year"].max()))


def ideal_points(context: Context, party: str) -> list[float]:
    """Return the ideal points of a party's members in the last year, sorted by member.

    Raises
    ------
    DataMissing
        When no member voted; Taiwan has had no vote since 1971.
    """
    frame = context.world.ideal_points(vote_year(context))
    rows = frame.filter(pl.col("economy").is_in(context.members(party))).sort("economy")
    if rows.is_empty():
        raise DataMissing(f"no votes of {party} in the General Assembly", where=VOTES)
    return [float(v) for v in rows["value"].to_list()]


def mean_point(context: Context, party: str) -> Finding:
    """Return the mean ideal point of a party, with the range of its members as interval."""
    points = ideal_points(context, party)
    several = len(points) > 1
    return context.finding(
        f"alignment.ideal_point.{party}",
        sum(points) / len(points),
        "index",
        kind=context.kind_of(VOTES),
        year=vote_year(context),
        method="ideal_point",
        datasets=[VOTES],
        low=min(points) if several else None,
        high=max(points) if several else None,
        interval="range_of_members" if several else "",
        caveat="votes_only",
    )


@measure("alignment.gap", party=PARTY, near=PARTY, far=PARTY)
def gap(context: Context, *, party: str, near: str, far: str) -> Finding:
    """Distance of a party's votes to `far` less the distance to `near`; positive: closer to near.

    The interval is the range over the party's members.
    """
    points = ideal_points(context, party)
    ours, theirs = mean_point(context, near).value, mean_point(context, far).value
    if ours is None or theirs is None:
        raise DataMissing("no ideal points to compare with", where=VOTES)
    gaps = [abs(p - theirs) - abs(p - ours) for p in points]
    several = len(points) > 1
    return context.finding(
        f"alignment.gap.{party}.{near}.{far}",
        sum(gaps) / len(gaps),
        "index",
        kind=Kind.weakest([Kind.ESTIMATED, context.kind_of(VOTES)]),
        year=vote_year(context),
        method="alignment_gap",
        datasets=[VOTES],
        low=min(gaps) if several else None,
        high=max(gaps) if several else None,
        interval="range_of_members" if several else "",
        caveat="votes_only",
    )


@measure("alignment.recognition_count", coalition=PARTY)
def recognition_count(context: Context, *, coalition: str) -> Finding:
    """Number of members that have diplomatic relations with Taipei."""
    frame = context.world.table(RECOGNITION)
    inside = frame.filter(
        pl.col("recognises") & pl.col("economy").is_in(context.members(coalition))
    )
    return context.finding(
        f"alignment.recognition_count.{coalition}",
        inside.height,
        "count",
        kind=Kind.MEASURED,
        year="2024",
        method="recognition_count",
        datasets=[RECOGNITION],
    )
