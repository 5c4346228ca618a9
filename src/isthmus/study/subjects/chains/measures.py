"""Measures of dependence through other economies' products."""

from __future__ import annotations

from isthmus.errors import DataMissing
from isthmus.evidence import Finding, Kind
from isthmus.study.ask.lookthrough import demand, input_finding, inputs_of, of_mrio, stakes
from isthmus.study.ask.trade import within_records
from isthmus.study.context import Context
from isthmus.study.measures import COALITION, INDUSTRY, MEMBER, PARTY, measure, tenths
from isthmus.world.shipped import TABLE


@measure("chains.look_through", party=PARTY, on=PARTY, industry=INDUSTRY)
def look_through(context: Context, *, party: str, on: str, industry: str = "ALL") -> Finding:
    """Share of `on` in all inputs of `party`, direct and indirect, all industries or one."""
    return input_finding(context, party, on, "look_through", industry=industry)


@measure("chains.member_spread", coalition=COALITION, on=PARTY)
def member_spread(context: Context, *, coalition: str, on: str) -> Finding:
    """Share of `on` in all inputs of the members, direct and indirect, 90 % over 10 % quantile."""
    frame = inputs_of(context, coalition, by="economy")
    shares = frame.filter(frame["partner"] == on)["look_through"]
    if shares.is_empty():
        raise DataMissing(f"no member of {coalition} has inputs from {on}", where=TABLE)
    low, high = tenths(shares)
    return _ratio(context, f"chains.member_spread.{coalition}.{on}", high, low)


@measure("chains.member_demand_lead", coalition=COALITION, member=MEMBER, on=PARTY)
def member_demand_lead(context: Context, *, coalition: str, member: str, on: str) -> Finding:
    """Share of a member's value added that `on` absorbs over that of all members together."""
    return _ratio(
        context,
        f"chains.member_demand_lead.{coalition}.{member}.{on}",
        demand(context, member, on),
        demand(context, coalition, on),
        apart=True,
    )


@measure("chains.stake_ratio", a=PARTY, b=PARTY)
def stake_ratio(context: Context, *, a: str, b: str) -> Finding:
    """Share of value added that `a` has at stake in its trade with `b` over the share of `b`."""
    found = stakes(context, a, b)
    key = f"chains.stake_ratio.{a}.{b}"
    return _ratio(context, key, found[a][1], found[b][1], kind=Kind.MODELLED)


def _ratio(
    context: Context,
    key: str,
    top: float,
    base: float,
    *,
    kind: Kind = Kind.ESTIMATED,
    apart: bool = False,
) -> Finding:
    """Return a ratio of two shares; `apart` with the range within which records differ."""
    value = top / base if base else None
    about = {"kind": Kind.weakest([kind, context.kind_of(TABLE)])}
    return of_mrio(
        context, key, value, "ratio", **about, **within_records(value if apart else None)
    )
