"""Measures of what is lost day by day: ranges over the corners of what is assumed."""

from __future__ import annotations

import polars as pl

from isthmus.errors import DataMissing
from isthmus.evidence import Finding
from isthmus.study.context import Context
from isthmus.study.measures import NUMBER, PARTY, TEXT, measure
from isthmus.study.subjects.disruption.runs import (
    CORNER,
    RUNS,
    industries,
    loss_finding,
    losses,
    others,
    paired,
    range_finding,
)

ELECTRONICS = "C26"


@measure("disruption.loss", event=TEXT, actor=PARTY, economy=PARTY, days=NUMBER)
def loss(context: Context, *, event: str, actor: str, economy: str, days: int = 90) -> Finding:
    """Share of value added that a party loses within some days of an event, over all corners."""
    return loss_finding(context, event, actor, economy, days)


@measure("disruption.loss_ratio", event=TEXT, actor=PARTY, a=PARTY, b=PARTY, days=NUMBER)
def loss_ratio(
    context: Context, *, event: str, actor: str, a: str, b: str, days: int = 90
) -> Finding:
    """Share lost by one party over the share lost by another, within each corner."""
    tops, bottoms = (losses(context, event, actor, party, days) for party in (a, b))
    key = f"ratio.{event}.{actor}.{a}.{b}.{days}d"
    return range_finding(context, key, *paired(tops, bottoms), "ratio", "disruption_ratio")


@measure("disruption.supplier_lead", event=TEXT, actor=PARTY, economy=PARTY, days=NUMBER)
def supplier_lead(
    context: Context, *, event: str, actor: str, economy: str, days: int = 90
) -> Finding:
    """Loss of a party from one supplier's stop over the largest from another's, by corner."""
    rivals = [
        losses(context, event, other, economy, days) for other in others(context, event, actor)
    ]
    if not rivals:
        raise DataMissing(f"no other supplier has runs of {event}", where=RUNS)
    worst = pl.concat(rivals).group_by(CORNER).agg(pl.col("share").max())
    pair = paired(losses(context, event, actor, economy, days), worst)
    key = f"lead.{event}.{actor}.{economy}.{days}d"
    return range_finding(context, key, *pair, "ratio", "disruption_lead")


@measure("disruption.industries_stopped", event=TEXT, actor=PARTY, home=PARTY, days=NUMBER)
def industries_stopped(
    context: Context, *, event: str, actor: str, home: str, days: int = 90
) -> Finding:
    """Number of home's industries outside electronics that fall below half of their output."""
    frame = industries(context, event, actor, home).filter(
        pl.col("days") == days,
        pl.col("base") > 0,
        ~pl.col("industry").str.starts_with(ELECTRONICS),
    )
    stopped = (pl.col("first_stop") < days).fill_null(value=False)
    counts = frame.group_by(CORNER).agg(stopped.sum().alias("n"))["n"].to_numpy()
    key = f"stopped.{event}.{actor}.{home}.{days}d"
    ends = float(counts.min()), float(counts.max())
    return range_finding(context, key, *ends, "count", "disruption_industries")
