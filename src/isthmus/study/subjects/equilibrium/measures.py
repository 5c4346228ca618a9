"""Measures of what is lost or gained once prices and suppliers have adjusted."""

from __future__ import annotations

from isthmus.evidence import Finding
from isthmus.study.ask.trade import within_records
from isthmus.study.context import Context
from isthmus.study.measures import COALITION, MEMBER, NUMBER, PARTY, measure
from isthmus.study.subjects.equilibrium.answers import (
    broken,
    change,
    closer,
    loss_finding,
    of_model,
)

LONG_RUN = 10.0


@measure("equilibrium.loss", party=PARTY, a=PARTY, b=PARTY, horizon=NUMBER)
def loss(context: Context, *, party: str, a: str, b: str, horizon: float = LONG_RUN) -> Finding:
    """Share of real income that `party` loses when all trade between `a` and `b` ends for good."""
    found = broken(context, a, b, float(horizon))
    key = f"loss.{a}.{b}.{float(horizon):g}y"
    return loss_finding(context, key, found, party, "equilibrium_break")


@measure(
    "equilibrium.member_loss_lead", coalition=COALITION, member=MEMBER, on=PARTY, horizon=NUMBER
)
def member_loss_lead(
    context: Context, *, coalition: str, member: str, on: str, horizon: float = LONG_RUN
) -> Finding:
    """Loss of a member over that of all members when all trade with `on` ends for good."""
    found = broken(context, coalition, on, float(horizon))
    name = f"member_loss_lead.{coalition}.{member}.{on}.{float(horizon):g}y"
    one, all_members = change(found, member)[0], change(found, coalition)[0]
    return _ratio(context, name, one, all_members, apart=True)


@measure("equilibrium.half_break_ratio", a=PARTY, b=PARTY, horizon=NUMBER)
def half_break_ratio(context: Context, *, a: str, b: str, horizon: float = LONG_RUN) -> Finding:
    """Loss of `a` when half of its trade with `b` ends over its loss when all of it ends."""
    half = change(broken(context, a, b, float(horizon), severity=0.5), a)[0]
    whole = change(broken(context, a, b, float(horizon)), a)[0]
    name = f"half_break_ratio.{a}.{b}.{float(horizon):g}y"
    return _ratio(context, name, half, whole)


@measure("equilibrium.smaller_gain", a=PARTY, b=PARTY, horizon=NUMBER)
def smaller_gain(context: Context, *, a: str, b: str, horizon: float = LONG_RUN) -> Finding:
    """Smaller of the gains of two parties in real income when trade costs between them fall."""
    found = closer(context, a, b, float(horizon))
    gains = [change(found, party)[0] for party in (a, b)]
    known = [gain for gain in gains if gain is not None]
    value = min(known) if len(known) == len(gains) else None
    return of_model(context, f"smaller_gain.{a}.{b}.{float(horizon):g}y", value, "share")


def _ratio(
    context: Context, name: str, top: float | None, base: float | None, *, apart: bool = False
) -> Finding:
    """Return a ratio; `apart` with the range within which records of the flows differ."""
    value = top / base if top is not None and base else None
    return of_model(context, name, value, "ratio", **within_records(value if apart else None))
