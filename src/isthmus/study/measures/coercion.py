"""Measures from the coded episodes of economic coercion."""

from __future__ import annotations

import polars as pl

from isthmus.evidence import Finding, Kind
from isthmus.study.context import Context
from isthmus.study.measures.registry import NUMBER, PARTY, measure

EPISODES = "coercion_measures"


def episodes(context: Context, sender: str, target: str = "", since: int = 0) -> pl.DataFrame:
    """Return the coded measures of a sender, against a party and its members, by start."""
    frame = context.world.coercion().measures.filter(pl.col("sender") == sender)
    if target:
        frame = frame.filter(pl.col("target").is_in([target, *context.members(target)]))
    if since:
        frame = frame.filter(pl.col("start").str.slice(0, 4).cast(pl.Int32) >= since)
    return frame.sort("start", "case", "target", "instrument", "products")


def coded(context: Context) -> bool:
    """Tell whether the world holds episodes with the rival as sender."""
    return not context.missing(EPISODES) and not episodes(context, context.rival).is_empty()


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


def last_year(context: Context) -> int:
    """Return the last year in which a coded measure starts."""
    starts = context.world.coercion().measures["start"].str.slice(0, 4).cast(pl.Int32)
    return int(str(starts.max()))
