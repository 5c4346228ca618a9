"""Measures of what trade could be used for, between whom, and how well that told what was hit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from isthmus.coercion import Assumptions, backtest, held_out, leverage_map
from isthmus.coercion.assumptions import preset
from isthmus.coercion.heldout import READINGS
from isthmus.coercion.instruments import ECONOMIC, instrument_mix
from isthmus.coercion.pairs import PURCHASE_BAN, SUPPLY_STOP
from isthmus.coercion.stakes import FLOWS, read_stakes
from isthmus.errors import DataMissing
from isthmus.evidence import Finding, Kind, Result
from isthmus.study.ask.coercion import EPISODES, weakest_of
from isthmus.study.ask.trade import within_records
from isthmus.study.context import Context
from isthmus.study.measures import COALITION, MEMBER, PARTY, TEXT, measure, tenths
from isthmus.study.rests import between, drawn, figure
from isthmus.world.shipped import TABLE, YEAR

TRADE = (FLOWS, TABLE)
TOP = 5
DRAWS = 100
LISTING = ECONOMIC[2]
ESTIMATED = {"kind": Kind.ESTIMATED, "caveat": "table_estimated"}
INTENTIONS = {"kind": Kind.ASSUMED, "caveat": "intentions"}


def map_of(context: Context, sender: str, target: str) -> Result:
    """Return the leverage of one party over another, and back, computed once for both ways."""
    ends = (target, sender) if target == context.rival else (sender, target)
    return context.memo(
        ("leverage", *ends),
        lambda: leverage_map(context.world, ends[0], over=[ends[1]], products=False),
    )


def backtest_of(context: Context) -> Result:
    """Return the rankings of industries against what was hit, computed once."""
    return context.memo("leverage.backtest", lambda: backtest(context.world, top=TOP))


def pair(
    context: Context, sender: str, target: str, channel: str, *, horizon: float = 1.0
) -> dict[str, float]:
    """Return the row of a pair, one channel at one horizon."""

    def rows() -> dict[tuple[str, str, float], dict[str, float]]:
        frame = map_of(context, sender, target)["targets"].frame
        keys = ("sender", "channel", "horizon")
        return {tuple(row[k] for k in keys): row for row in frame.iter_rows(named=True)}

    found = context.memo(("leverage.rows", *sorted((sender, target))), rows)
    if (sender, channel, horizon) not in found:
        raise DataMissing(f"no goods trade of {target} with {sender} by a {channel}", where=FLOWS)
    return found[sender, channel, horizon]


@measure("leverage.loss_share", sender=PARTY, target=PARTY, channel=TEXT)
def loss_share(context: Context, *, sender: str, target: str, channel: str) -> Finding:
    """Loss of the target in the first year of a stop of supplies or of purchases, over its GDP."""
    return _pair_finding(context, sender, target, channel, "loss_share", "share")


@measure("leverage.cost_share", sender=PARTY, target=PARTY, channel=TEXT)
def cost_share(context: Context, *, sender: str, target: str, channel: str) -> Finding:
    """Cost to the sender in the first year of that, over its own GDP."""
    return _pair_finding(context, sender, target, channel, "cost_share", "share")


@measure("leverage.loss_ratio", sender=PARTY, target=PARTY, channel=TEXT)
def loss_ratio(context: Context, *, sender: str, target: str, channel: str) -> Finding:
    """Loss of the target over the cost to the sender, each as a share of its own GDP."""
    return _pair_finding(context, sender, target, channel, "loss_ratio", "ratio")


def _figure(context: Context, key: str, value: float | None, unit: str, **about: Any) -> Finding:
    """Return a figure of what trade could be used for: modelled, unless `about` says else."""
    rests = {"kind": Kind.MODELLED, "year": YEAR, "datasets": TRADE, "caveat": "could_not_would"}
    return figure(context, f"leverage.{key}", value, unit, **(rests | about))


def _pair_finding(
    context: Context, sender: str, target: str, channel: str, what: str, unit: str
) -> Finding:
    row = pair(context, sender, target, channel)
    value = row["loss_share"] / row["cost_share"] if what == "loss_ratio" else row[what]
    # lost income is in proportion to what is not sold elsewhere; a loss of supplies is not
    income = (channel == PURCHASE_BAN) == (what != "cost_share")
    rests = income or what == "loss_ratio"
    factors = [(1.0 - d) / (1.0 - Assumptions().diversion) for d in _diversions()]
    ends = [value * f if income else value / f for f in factors] if rests else []
    kind = Kind.ASSUMED if rests else Kind.MODELLED
    key = f"{what}.{sender}.{target}.{channel.replace(' ', '_')}"
    return _figure(context, key, value, unit, kind=kind, **between(ends, "diversion"))


def _diversions() -> tuple[float, float]:
    entry = preset().entries["diversion"]
    return entry.low, entry.high


@dataclass(frozen=True, slots=True)
class Touched:
    """What answers of a party could touch at one member (million USD a year).

    Parameters
    ----------
    sold : float
        Domestic value added in goods sold to the party: import bans.
    bought : float
        Purchases of listed industries' products from it: export controls and listings.
    fellows : float
        Domestic value added in goods sold to other members: secondary pressure.
    gdp : float
        Value added of the member.
    """

    sold: float
    bought: float
    fellows: float
    gdp: float


def exposures(context: Context, coalition: str, on: str) -> dict[str, Touched]:
    """Return by member what answers of a party could touch: exposures, not losses."""

    def make() -> dict[str, Touched]:
        listed = set(context.world.flows().economies)
        members = [m for m in context.members(coalition) if m in listed]
        found = read_stakes(context.world, on, members, members)
        columns = (found.value_added, found.from_sender.sum(axis=1), found.third_value_added)
        rows = np.stack([*columns, found.gdp], axis=1)
        return {m: Touched(*map(float, row)) for m, row in zip(members, rows, strict=True)}

    return context.memo(("leverage.exposures", coalition, on), make)


@measure("leverage.exposure_spread", coalition=COALITION, on=PARTY)
def exposure_spread(context: Context, *, coalition: str, on: str) -> Finding:
    """Share of value added in goods that a member sells to a party, 90 % over 10 % quantile."""
    low, high = tenths(t.sold / t.gdp for t in exposures(context, coalition, on).values())
    return _figure(context, f"exposure_spread.{coalition}.{on}", high / low, "ratio", **ESTIMATED)


@measure("leverage.member_exposure_lead", coalition=COALITION, member=MEMBER, on=PARTY)
def member_exposure_lead(context: Context, *, coalition: str, member: str, on: str) -> Finding:
    """Share of a member's value added in goods sold to a party over that of all members."""
    found = exposures(context, coalition, on)
    if member not in found:
        raise DataMissing(f"{member} is not among the members of {coalition}", where=FLOWS)
    whole = sum(t.sold for t in found.values()) / sum(t.gdp for t in found.values())
    lead = found[member].sold / found[member].gdp / whole
    key = f"member_exposure_lead.{coalition}.{member}.{on}"
    return _figure(context, key, lead, "ratio", **ESTIMATED, **within_records(lead))


@measure("leverage.bloc_relief", sender=PARTY, coalition=COALITION)
def bloc_relief(context: Context, *, sender: str, coalition: str) -> Finding:
    """Loss of a coalition as one buyer over its members' losses, when supplies stop for a year."""
    tables = map_of(context, sender, coalition).tables
    if "blocs" not in tables:
        raise DataMissing(f"{coalition} has no members that the flows list", where=FLOWS)
    row = tables["blocs"].frame.filter(channel=SUPPLY_STOP, horizon=1.0)
    return _figure(context, f"bloc_relief.{sender}.{coalition}", row["relief"][0], "ratio")


def hits(context: Context, method: str) -> Finding:
    """Return the industries hit among the first ranks of a method, over all cases."""
    table = backtest_of(context)["methods"]
    row = table.frame.row(by_predicate=pl.col("method") == method, named=True)
    return _figure(context, f"hits.{method}", row["hits"], "count", **_tested(context))


@measure("leverage.backtest_lead", sender=PARTY)
def backtest_lead(context: Context, *, sender: str) -> Finding:
    """Industries hit among the model's first five less those among the five largest exports."""
    coded = context.world.table(EPISODES)["sender"]
    known = sender in coded.to_list()
    value = (hits(context, "model").value or 0.0) - (hits(context, "largest").value or 0.0)
    key = f"backtest_lead.{sender}"
    return _figure(context, key, value if known else None, "count", **_tested(context))


def held_out_of(context: Context) -> Result | None:
    """Return the last test of the response model, computed once; None without listings."""

    def make() -> Result | None:
        try:
            return held_out(context.world, sender=context.rival, draws=DRAWS)
        except DataMissing:
            return None

    return context.memo("leverage.held_out", make)


def listings_share(context: Context) -> Finding | None:
    """Return what the untuned model gives to listings of firms, over the coded listings."""
    found = held_out_of(context)
    if found is None:
        return None
    rows = found["test"].frame.filter(reading=READINGS[1])
    return _figure(
        context,
        f"listings_share.{context.rival}",
        float(np.median(rows["value"].to_numpy())),
        "share",
        datasets=[*TRADE, EPISODES],
        **INTENTIONS,
        **between(rows["value"].to_list(), "range_of_listings"),
    )


def listed_weeks(context: Context) -> Finding | None:
    """Return the weeks for which listed lines miss their inputs."""
    found = held_out_of(context)
    if found is None:
        return None
    row = found["lines"].frame.row(0, named=True)
    return _figure(
        context,
        f"listed_weeks.{context.rival}",
        row["value"],
        "weeks",
        datasets=[EPISODES],
        **INTENTIONS,
        **drawn(row, interval="assumptions"),
    )


@measure("coercion.listing_rank", sender=PARTY, target=PARTY)
def listing_rank(context: Context, *, sender: str, target: str) -> Finding:
    """Rank of export controls and listings among coded instruments before a party's firms were."""
    coded = context.world.table(EPISODES).filter(
        (pl.col("sender") == sender)
        & pl.col("held_out")
        & pl.col("target").is_in([target, *context.members(target)])
    )
    day = None if coded.is_empty() else str(coded["start"].min())
    rank = None
    if day is not None:
        weight = instrument_mix(context.world, sender, before=day).weight
        rank = 1 + int((weight > weight[ECONOMIC.index(LISTING)]).sum())
    return figure(
        context,
        f"coercion.listing_rank.{sender}.{target}",
        rank,
        "count",
        kind=weakest_of(context.world.table(EPISODES)),
        year=f"until {day}" if day else "",
        datasets=[EPISODES],
        caveat="selected_cases",
    )


def _tested(context: Context) -> dict[str, Any]:
    """Return what the hits of a ranking rest on."""
    years = backtest_of(context)["cases"].frame["year"].to_list()
    period = f"{min(years)}-{max(years)}"
    return {"year": period, "datasets": [FLOWS, EPISODES], "caveat": "selected_cases"}
