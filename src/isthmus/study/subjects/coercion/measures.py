"""Measures from the coded episodes of economic coercion."""

from __future__ import annotations

from isthmus.evidence import Finding
from isthmus.study.ask.coercion import coded_count, episodes
from isthmus.study.context import Context
from isthmus.study.measures import NUMBER, PARTY, measure


@measure("coercion.count", sender=PARTY, target=PARTY, since=NUMBER)
def count(context: Context, *, sender: str, target: str, since: int = 1990) -> Finding:
    """Number of coded measures of `sender` against a party and its members: a lower bound."""
    found = episodes(context, sender, target, since)
    return coded_count(context, f"coercion.count.{sender}.{target}.{since}", found, since)
