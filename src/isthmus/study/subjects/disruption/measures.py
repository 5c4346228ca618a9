"""Measures of what is lost day by day: one value per draw of the posterior."""

from __future__ import annotations

import numpy as np
import polars as pl

from isthmus.errors import DataMissing
from isthmus.evidence import Finding
from isthmus.study.context import Context
from isthmus.study.measures import NUMBER, PARTY, TEXT, measure
from isthmus.study.subjects.disruption.runs import (
    QUARTER,
    datasets,
    draws_finding,
    event_of,
    first_stops,
    loss_finding,
    others,
    ratio,
    shares,
)

ELECTRONICS = "C26"


@measure("disruption.loss", event=TEXT, actor=PARTY, economy=PARTY, days=NUMBER)
def loss(context: Context, *, event: str, actor: str, economy: str, days: int = QUARTER) -> Finding:
    """Share of value added that a party loses within some days of an event, by draw."""
    return loss_finding(context, event_of(context, event, actor), economy, days)


@measure("disruption.loss_ratio", event=TEXT, actor=PARTY, a=PARTY, b=PARTY, days=NUMBER)
def loss_ratio(
    context: Context, *, event: str, actor: str, a: str, b: str, days: int = QUARTER
) -> Finding:
    """Share lost by one party over the share lost by another, within each draw."""
    found = event_of(context, event, actor)
    values = ratio(shares(context, found, a, days), shares(context, found, b, days))
    key = f"ratio.{event}.{actor}.{a}.{b}.{days}d"
    used = datasets(context, found)
    return draws_finding(context, key, values, "ratio", used)


@measure("disruption.supplier_lead", event=TEXT, actor=PARTY, economy=PARTY, days=NUMBER)
def supplier_lead(
    context: Context, *, event: str, actor: str, economy: str, days: int = QUARTER
) -> Finding:
    """Loss of a party from one supplier's stop over the largest from another's, by draw."""
    found = event_of(context, event, actor)
    # All of them: the largest of those that happen to have runs would not be the largest.
    rivals = [shares(context, other, economy, days) for other in others(context, found)]
    if not rivals:
        raise DataMissing(f"no other supplier is compared for {event}", where="events")
    values = ratio(shares(context, found, economy, days), np.max(rivals, axis=0))
    key = f"lead.{event}.{actor}.{economy}.{days}d"
    used = datasets(context, found)
    return draws_finding(context, key, values, "ratio", used)


@measure("disruption.industries_stopped", event=TEXT, actor=PARTY, home=PARTY, days=NUMBER)
def industries_stopped(
    context: Context, *, event: str, actor: str, home: str, days: int = QUARTER
) -> Finding:
    """Number of industries outside electronics that fall below half of their output, by draw."""
    found = event_of(context, event, actor)
    stopped = (pl.col("day") < days).fill_null(value=False)
    outside = ~pl.col("industry").str.starts_with(ELECTRONICS)
    counts = (
        first_stops(context, found, home)
        .filter(outside)
        .group_by("draw", maintain_order=True)
        .agg(stopped.sum().alias("count"))
        .sort("draw")
    )
    values = counts["count"].to_numpy().astype(np.float64)
    key = f"stopped.{event}.{actor}.{home}.{days}d"
    used = datasets(context, found)
    return draws_finding(context, key, values, "count", used, method="disruption_industries")
