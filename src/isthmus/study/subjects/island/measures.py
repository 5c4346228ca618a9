"""Measures of closures: days until something happens."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from isthmus.errors import BadInput, DataMissing
from isthmus.evidence import Finding, Kind, Result
from isthmus.production import closure
from isthmus.production.closure import IMPORTS, POWER, STOCKS, Closed
from isthmus.production.closure_lens import CLOSED
from isthmus.study.context import Context
from isthmus.study.measures import PARTY, TEXT, measure

USED = (STOCKS, POWER, IMPORTS)
DRAWS = 400


def closed(context: Context, party: str, *what: Closed) -> Result:
    """Return a closure of a party's supply, run once.

    Raises
    ------
    DataMissing
        When the world holds no fuel and power of the party.
    """
    ways = tuple(sorted(what))
    key = ("closure", party, ways)
    return context.memo(
        key, lambda: closure(context.world, economy=party, closed=ways, draws=DRAWS)
    )


@measure("island.days", economy=PARTY, closed=TEXT, event=TEXT, reading=TEXT)
def days(
    context: Context, *, economy: str, event: str, closed: str = "sea", reading: str = ""
) -> Finding:
    """Days from a closure until something happens, with the range of draws."""
    ways = closed.split("+")
    if unknown := [way for way in ways if way not in CLOSED]:
        raise BadInput(f"'{unknown[0]}' cannot be closed", hint=f"known: {', '.join(CLOSED)}")
    return days_until(context, economy, [w for w in CLOSED if w in ways], event, reading)


def days_until(
    context: Context, party: str, ways: Sequence[Closed], event: str, reading: str = ""
) -> Finding:
    """Return the days until an event as a finding; without a value where it never happens."""
    found = closed(context, party, *ways)["days"]
    rows = found.frame.filter(event=event, reading=reading).to_dicts()
    if not rows:
        known = ", ".join(found.frame["event"].unique().sort())
        raise DataMissing(f"no event {event!r} ({reading or 'no reading'})", hint=f"known: {known}")
    row = rows[0]
    return context.finding(
        f"island.{'.'.join(sorted(ways))}.{party}.{event}.{reading}".rstrip("."),
        row["median"],
        "days",
        kind=Kind.ASSUMED,
        year=str(max(found.years)),
        method="island_days",
        datasets=USED,
        low=row["low"],
        high=row["high"] if row["median"] is not None else None,
        interval="draws_80" if row["median"] is not None else "",
        caveat="closure_assumed" if row["median"] is not None else "not_in_half_a_year",
    )


def facts(context: Context, key: str, party: str) -> pl.DataFrame:
    """Return the rows of a table about a party; empty where the world holds none."""
    if context.missing(key):
        return pl.DataFrame()
    return context.world.table(key).filter(economy=party.partition("@")[0])
