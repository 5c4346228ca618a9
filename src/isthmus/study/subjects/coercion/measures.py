"""Measures from the coded episodes of economic coercion."""

from __future__ import annotations

from isthmus.evidence import Finding, Kind
from isthmus.study.ask.coercion import EPISODES, episodes, last_year
from isthmus.study.context import Context
from isthmus.study.measures import NUMBER, PARTY, measure


@measure("coercion.count", sender=PARTY, target=PARTY, since=NUMBER)
def count(context: Context, *, sender: str, target: str, since: int = 1990) -> Finding:
    """Number of coded measures of `sender` against a party and its members: a lower bound."""
    found = episodes(context, sender, target, since)
    return context.finding(
        f"coercion.count.{sender}.{target}.{since}",
        found.height,
        "count",
        kind=Kind.weakest(found["kind"].to_list() or [Kind.ASSUMED]),
        year=f"{since}-{last_year(context)}",
        method="coercion_count",
        datasets=[EPISODES],
        low=found.height,
        interval="lower_bound",
        caveat="selected_cases",
        sources=sorted(set(found["source"].to_list())),
    )
