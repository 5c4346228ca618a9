"""Questions about supply chains that section and measures ask, answered once per dossier."""

from __future__ import annotations

from typing import Any

import polars as pl

from isthmus import chains
from isthmus.errors import DataMissing
from isthmus.evidence import Finding, Kind
from isthmus.study.context import Context
from isthmus.study.rests import figure
from isthmus.world.mrio_chips import PARTS, WHOLE
from isthmus.world.shipped import TABLE, YEAR

DATASETS = ("icio_flows", "mrio_2022")
SPLIT, FACTS = "chip_split", "chip_facts"


def inputs_of(context: Context, party: str, *, by: chains.By = "total") -> pl.DataFrame:
    """Return shares of rival and partner in the inputs of a party (`chains.lookthrough`)."""
    partners = sorted({context.rival, context.partner})

    def make() -> pl.DataFrame:
        found = chains.lookthrough(context.world, party, on=partners, by=by, year=YEAR)
        return found["lookthrough"].frame

    return context.memo(("chains.inputs", party, by), make)


def inputs_on(context: Context, party: str, on: str, industry: str = "ALL") -> dict[str, Any]:
    """Return one row of `chains.lookthrough`: a party's inputs from another, one industry or all.

    Raises
    ------
    DataMissing
        When the table has no such industry.
    """
    by: chains.By = "total" if industry == "ALL" else "industry"
    if on in (context.rival, context.partner):
        frame = inputs_of(context, party, by=by)
    else:
        found = chains.lookthrough(context.world, party, on=on, by=by, year=YEAR)
        frame = found["lookthrough"].frame
    rows = frame.filter(pl.col("industry") == industry, pl.col("partner") == on).to_dicts()
    if not rows:
        raise DataMissing(f"the table of {YEAR} has no industry {industry!r}", where=TABLE)
    return rows[0]


def input_finding(
    context: Context, party: str, on: str, column: str, *, industry: str = "ALL"
) -> Finding:
    """Return the face value, the look-through or the value-added share as a finding."""
    return of_mrio(
        context,
        f"chains.{column}.{party}.{on}.{industry}",
        inputs_on(context, party, on, industry)[column],
    )


def output_finding(context: Context, party: str, on: str) -> Finding:
    """Return inputs bought directly from another over the output of a party, all industries."""
    row = inputs_on(context, party, on)
    return of_mrio(
        context,
        f"chains.face_output.{party}.{on}",
        row["face_value"] * row["base"] / output_of(context, party),
    )


def output_of(context: Context, party: str) -> float:
    """Return the output of a party in the table, million USD."""
    table = context.world.mrio(YEAR)
    inside = [m for m in context.members(party) if m in table.economies]
    return float(table.x[table.node_positions(inside)].sum())


def exports_finding(context: Context, party: str, on: str = "") -> Finding:
    """Return value added of all others in the exports of a party, or of one, over the exports."""
    found = context.memo(
        ("chains.exports", party), lambda: chains.decompose(context.world, party, year=YEAR)
    )
    (whole,) = found["decomposition"].frame.to_dicts()
    origins = found["origins"].frame
    part = whole["fva"]
    if on:
        part = float(origins.filter(pl.col("partner").is_in(context.members(on)))["value"].sum())
    return of_mrio(
        context,
        ".".join(("chains.exports_foreign", party, on)).rstrip("."),
        part / whole["exports"] if whole["exports"] else None,
    )


def of_mrio(
    context: Context, key: str, value: float | None, unit: str = "share", **about: Any
) -> Finding:
    """Return a figure of the table: of its kind and year, unless `about` says else."""
    rests = {"year": YEAR, "datasets": DATASETS, "caveat": "table_estimated"}
    return figure(context, key, value, unit, **{"kind": context.kind_of(TABLE), **rests, **about})


def split_shares(context: Context, industry: str) -> tuple[Finding, Finding]:
    """Return the partner's share in the inputs of an industry of home, without and with chip nodes.

    Electronics with the split are its nodes together, so that both shares are of one industry.
    """

    def through(**which: Any) -> pl.DataFrame:
        of = {"on": context.partner, "year": YEAR, "chips": True, **which}
        return chains.lookthrough(context.world, context.home, **of)["lookthrough"].frame

    def nodes() -> float:
        return float(through(industries=PARTS)["look_through"][0])

    if industry == WHOLE:
        value = context.memo(("chains.nodes",), nodes)
    else:
        frame = context.memo(("chains.split",), lambda: through(by="industry"))
        value = float(frame.filter(pl.col("industry") == industry)["look_through"][0])
    split = of_mrio(
        context,
        f"chains.look_through_split.{context.home}.{context.partner}.{industry}",
        value,
        kind=Kind.ASSUMED,
        datasets=(*DATASETS, SPLIT, FACTS),
        caveat="split_assumed",
    )
    whole = input_finding(context, context.home, context.partner, "look_through", industry=industry)
    return whole, split


def demand(context: Context, party: str, on: str) -> float:
    """Return the share of a party's value added absorbed by the final demand of another."""

    def make() -> float:
        found = chains.foreign_demand(context.world, party, on=on, year=YEAR)
        return float(found["foreign_demand"].frame["share"][0])

    return context.memo(("chains.demand", party, on), make)


def stakes(context: Context, a: str, b: str) -> dict[str, tuple[float, float]]:
    """Return value added at stake in the trade of two parties, both directions taken out.

    Returns
    -------
    dict of str to (float, float)
        By party: million USD, and share of its value added.
    """
    first, second = sorted((a, b))

    def make() -> dict[str, tuple[float, float]]:
        links = [chains.Links(first, second), chains.Links(second, first)]
        frame = chains.extract(context.world, links, year=YEAR)["stakes"].frame
        return {party: _total(context, frame, party) for party in (first, second)}

    return context.memo(("chains.stakes", first, second), make)


def _total(context: Context, frame: pl.DataFrame, party: str) -> tuple[float, float]:
    members = context.members(party)
    value = float(frame.filter(pl.col("economy").is_in(members))["value"].sum())
    table = context.world.mrio(YEAR)
    inside = [m for m in members if m in table.economies]
    added = float(table.primary[table.node_positions(inside)].sum())
    return value, value / added if added else 0.0


def stake_findings(context: Context, party: str, other: str) -> tuple[Finding, Finding]:
    """Return what a party has at stake in its trade with another, money and share."""
    value, share = stakes(context, party, other)[party]
    about = {"kind": Kind.weakest([context.kind_of(TABLE), Kind.MODELLED])}

    def one(name: str, number: float, unit: str) -> Finding:
        key = f"chains.{name}.{party}.{other}"
        return of_mrio(context, key, number, unit, caveat="stake_not_loss", **about)

    return one("stake", value, "million USD"), one("stake_share", share, "share")
