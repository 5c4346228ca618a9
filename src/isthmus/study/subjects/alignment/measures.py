"""Measures of alignment: votes and diplomatic relations."""

from __future__ import annotations

import polars as pl

from isthmus.errors import DataMissing
from isthmus.evidence import Finding, Kind
from isthmus.study.context import Context
from isthmus.study.measures import COALITION, PARTY, measure
from isthmus.study.rests import between, of_data

VOTES = "unga_ideal_points"
RECOGNITION = "taiwan_recognition"
WINDOW = 3


def vote_year(context: Context) -> int:
    """Return the last year with ideal points."""
    return int(str(context.world.table(VOTES)["year"].max()))


def ideal_points(context: Context, party: str, year: int | None = None) -> list[float]:
    """Return the ideal points of a party's members in a year (the last), sorted by member.

    Raises
    ------
    DataMissing
        When no member voted; Taiwan has had no vote since 1971.
    """
    return [float(v) for v in _rows(context, party, year)["value"].to_list()]


def _rows(context: Context, party: str, year: int | None = None) -> pl.DataFrame:
    frame = context.world.ideal_points(year or vote_year(context))
    rows = frame.filter(pl.col("economy").is_in(context.members(party))).sort("economy")
    if rows.is_empty():
        raise DataMissing(f"no votes of {party} in the General Assembly", where=VOTES)
    return rows


def mean_point(context: Context, party: str) -> Finding:
    """Return the mean ideal point of a party, with the range of its members or its own interval."""
    rows = _rows(context, party)
    points = rows["value"].to_list()
    several = len(points) > 1
    return context.finding(
        f"alignment.ideal_point.{party}",
        sum(points) / len(points),
        "index",
        **of_data(context, VOTES),
        year=vote_year(context),
        method="ideal_point",
        low=min(points) if several else rows["low"][0],
        high=max(points) if several else rows["high"][0],
        interval="range_of_members" if several else "posterior",
        caveat="votes_only",
    )


@measure("alignment.gap", party=PARTY, near=PARTY, far=PARTY)
def gap(context: Context, *, party: str, near: str, far: str) -> Finding:
    """Distance of a party's votes to `far` less that to `near`, mean of three years.

    Positive: closer to near. The interval is the range over the years, because one year can be
    an outlier of one power.
    """
    last = vote_year(context)
    years = range(last - WINDOW + 1, last + 1)
    gaps = [_gap(context, party, near, far, year) for year in years]
    return context.finding(
        f"alignment.gap.{party}.{near}.{far}",
        sum(gaps) / len(gaps),
        "index",
        **of_data(context, VOTES, kind=Kind.ESTIMATED),
        year=f"{years[0]}-{last}",
        method="alignment_gap",
        **between(gaps, "range_of_years"),
        caveat="votes_only",
    )


def _gap(context: Context, party: str, near: str, far: str, year: int) -> float:
    def mean(values: list[float]) -> float:
        return sum(values) / len(values)

    ours, theirs = (mean(ideal_points(context, p, year)) for p in (near, far))
    points = ideal_points(context, party, year)
    return mean([abs(p - theirs) - abs(p - ours) for p in points])


@measure("alignment.recognition_count", coalition=COALITION)
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
