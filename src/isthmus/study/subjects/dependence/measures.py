"""Measures of direct trade between parties."""

from __future__ import annotations

from typing import Any

import polars as pl

from isthmus.errors import DataMissing
from isthmus.evidence import Finding
from isthmus.study.ask.trade import (
    FLOWS,
    GOODS,
    link_finding,
    member_trade,
    within_records,
    year_of,
)
from isthmus.study.context import Context
from isthmus.study.measures import COALITION, INDUSTRY, MEMBER, PARTY, measure, tenths
from isthmus.study.rests import figure, of_data


@measure("trade.import_share", importer=PARTY, exporter=PARTY, industry=INDUSTRY)
def import_share(
    context: Context, *, importer: str, exporter: str, industry: str = GOODS
) -> Finding:
    """Share of `exporter` in what `importer` buys from outside, goods or one industry."""
    return link_finding(context, importer, exporter, "share_of_imports", item=industry)


@measure("trade.export_share", exporter=PARTY, importer=PARTY, industry=INDUSTRY)
def export_share(
    context: Context, *, exporter: str, importer: str, industry: str = GOODS
) -> Finding:
    """Share of `importer` in what `exporter` sells to outside, goods or one industry."""
    return link_finding(context, importer, exporter, "share_of_exports", item=industry)


@measure("trade.export_share_ratio", a=PARTY, b=PARTY, industry=INDUSTRY)
def export_share_ratio(context: Context, *, a: str, b: str, industry: str = GOODS) -> Finding:
    """Weight of `b` as a market of `a` over the weight of `a` as a market of `b`."""
    return _ratio(
        context,
        f"trade.export_share_ratio.{a}.{b}.{industry}",
        link_finding(context, b, a, "share_of_exports", item=industry),
        link_finding(context, a, b, "share_of_exports", item=industry),
    )


@measure("trade.import_value_ratio", importer=PARTY, exporter=PARTY, over=PARTY, industry=INDUSTRY)
def import_value_ratio(
    context: Context, *, importer: str, exporter: str, over: str, industry: str = GOODS
) -> Finding:
    """Purchases of `importer` from `exporter` over those from another party."""
    return _ratio(
        context,
        f"trade.import_value_ratio.{importer}.{exporter}.{over}.{industry}",
        link_finding(context, importer, exporter, "value", item=industry),
        link_finding(context, importer, over, "value", item=industry),
    )


def _ratio(context: Context, key: str, top: Finding, base: Finding) -> Finding:
    """Return one number over another; where records differ, with the span of their ratios."""
    apart = top.low is not None or base.low is not None
    return figure(
        context,
        key,
        _over(top.value, base.value),
        "ratio",
        kind=context.kind_of(FLOWS),
        year=top.year,
        datasets=[*top.datasets, *base.datasets],
        low=_over(_end(top.low, top), _end(base.high, base)) if apart else None,
        high=_over(_end(top.high, top), _end(base.low, base)) if apart else None,
        interval="records" if apart else "",
    )


def _end(end: float | None, finding: Finding) -> float | None:
    return finding.value if end is None else end


def _over(top: float | None, base: float | None) -> float | None:
    return top / base if top is not None and base else None


@measure("trade.member_spread", coalition=COALITION, on=PARTY)
def member_spread(context: Context, *, coalition: str, on: str) -> Finding:
    """Share of `on` in the goods imports of the members, 90 % over 10 % quantile."""
    low, high = tenths(_members(context, coalition, on)["share_of_imports"])
    value = high / low if low else None
    return _of_members(context, f"trade.member_spread.{coalition}.{on}", value)


@measure("trade.member_export_lead", coalition=COALITION, member=MEMBER, on=PARTY)
def member_export_lead(context: Context, *, coalition: str, member: str, on: str) -> Finding:
    """Share of `on` in a member's goods exports over its share in those of all members."""
    frame = _members(context, coalition, on)
    row = frame.filter(pl.col("economy") == member)
    if row.is_empty():
        raise DataMissing(f"{member} is no member of {coalition} with data", where=FLOWS)
    whole = float(frame["exports"].sum()) / float(
        (frame["exports"] / frame["share_of_exports"]).sum()
    )
    lead = float(row["share_of_exports"].item()) / whole if whole else None
    key = f"trade.member_export_lead.{coalition}.{member}.{on}"
    return _of_members(context, key, lead, **within_records(lead))


def _of_members(context: Context, key: str, value: float | None, **ends: Any) -> Finding:
    rests = {**of_data(context, FLOWS), "year": year_of(context), "caveat": "goods_only"}
    return figure(context, key, value, "ratio", **rests, **ends)


def _members(context: Context, coalition: str, on: str) -> pl.DataFrame:
    frame = member_trade(context, coalition, on)["members"].frame
    frame = frame.filter(pl.col("scope") == GOODS)
    if frame.is_empty():
        raise DataMissing(f"no member of {coalition} has data on {on}", where=FLOWS)
    return frame
