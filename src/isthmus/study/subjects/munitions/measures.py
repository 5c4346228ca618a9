"""Measures of defence production, of complementary industries and of second sources."""

from __future__ import annotations

from typing import Any

import polars as pl

from isthmus.codes import members
from isthmus.errors import DataMissing
from isthmus.evidence import Finding, Kind
from isthmus.production import load_bill
from isthmus.study.ask.trade import FLOWS, link
from isthmus.study.context import Context
from isthmus.study.measures import NUMBER, PARTY, TEXT, measure
from isthmus.study.rests import between, drawn, figure, of_data
from isthmus.study.subjects.munitions.runs import FAMILIES, OUTPUT, SURGE, bought, origin, surged

CUSTOMS = "customs_figures"
SPECIALISED, LINKS, HIGH_TECH = "specialisation_hs4", "firm_links", "high_tech_imports"
ONE_SIDED, KRUGMAN = "one-sided headings", "Krugman distance"


def _family(context: Context, family: str) -> str:
    """Return a family with quantities, in a world that can say what its makers state."""
    if family not in FAMILIES:
        raise DataMissing(f"no line of {family!r} with quantities is held", where="family")
    if context.missing(OUTPUT):
        raise DataMissing("no statements on output are at hand beside the lines", where=OUTPUT)
    return family


@measure("munitions.held_by_inputs", family=TEXT, surge=NUMBER)
def held_by_inputs(context: Context, *, family: str, surge: float = SURGE) -> Finding:
    """Share of weeks in two years in which an input holds a line under a surge down.

    The lines hold their last stage to have room, so that it is no rival to the inputs.
    """
    rows = surged(context, _family(context, family), surge)["limits"].frame
    (row,) = rows.filter(product=family, limit="inputs").to_dicts()
    return of_line(context, family, f"held.{family}.{surge:g}", row["median"], drawn(row))


@measure("munitions.delivered_with_all", family=TEXT, surge=NUMBER)
def delivered_with_all(context: Context, *, family: str, surge: float = SURGE) -> Finding:
    """Share of what is wanted that comes in two years with every listed remedy bought at once."""
    return delivered(context, _family(context, family), surge, remedied=True)


def delivered(context: Context, family: str, surge: float, *, remedied: bool) -> Finding:
    """Return the share of the wanted units of a family that is delivered in two years."""
    found = bought(context, family, surge) if remedied else surged(context, family, surge)
    rows = found["deliveries"].frame.filter(item=family).sort("wanted", descending=True)
    row = rows.to_dicts()[0]
    key = f"delivered.{family}.{surge:g}{'.remedies' if remedied else ''}"
    return of_line(context, family, key, row["share_median"], drawn(row, "share_"))


def of_line(
    context: Context,
    family: str,
    key: str,
    value: float | None,
    ends: dict[str, Any],
    unit: str = "share",
    **about: Any,
) -> Finding:
    """Return a figure of a family's line: assumed, with its origin and the range of draws."""
    rests = {
        "kind": Kind.ASSUMED,
        "year": load_bill(family).head.start.year,
        "datasets": [],
        "sources": [origin(family)],
        "caveat": "lines_assumed",
    }
    return figure(context, f"munitions.{key}", value, unit, **(rests | ends | about))


@measure("munitions.complementary", scope=TEXT, a=PARTY, b=PARTY)
def complementary(context: Context, *, scope: str, a: str, b: str) -> Finding:
    """Complementarity of two sides' exports over that of the mean pair of large exporters."""
    rows = context.world.table(SPECIALISED).filter(pl.col("scope") == scope)
    sides = pl.concat_list("first", "second").list.sort()
    pair = sorted(x.partition("@")[0] for x in (a, b))
    rows = rows.filter((sides == pl.lit(pair)) & pl.col("mean_of_pairs").is_not_null())
    if rows.is_empty():
        what = f"no specialisation of {a} and {b} is held for {scope!r}"
        raise DataMissing(what, where=SPECIALISED)
    ratios = {r["measure"]: r["value"] / r["mean_of_pairs"] for r in rows.to_dicts()}
    several = len(ratios) > 1
    return figure(
        context,
        f"munitions.complementary.{scope.replace(' ', '_')}.{a}.{b}",
        ratios.get(ONE_SIDED, ratios.get(KRUGMAN)),
        "ratio",
        **of_data(context, SPECIALISED),
        year=int(rows["year"][0]),
        low=min(ratios.values()) if several else None,
        high=max(ratios.values()) if several else None,
        interval="two_measures" if several else "",
        caveat="exports_only",
    )


@measure("munitions.second_sources", home=PARTY)
def second_sources(context: Context, *, home: str) -> Finding:
    """Share of the listed supply links of a party's firms for which a second source is named."""
    area = set(context.members(home))
    if len(area) > 1 and area <= set(members("EUROPE")):
        area.add("EUR")
    rows = context.world.table(LINKS).filter(
        pl.col("supplier_economy").is_in(area) | pl.col("customer_economy").is_in(area)
    )
    if rows.is_empty():
        raise DataMissing(f"no supply links of firms in {home} are at hand", where=LINKS)
    shares = [
        float((part["second"] == "named").sum()) / part.height
        for part in (rows, rows.filter(kind="estimated"))
        if part.height
    ]
    return figure(
        context,
        f"munitions.second_sources.{home}",
        shares[0],
        "share",
        **of_data(context, LINKS),
        year=max(context.world.record(LINKS).years),
        **between(shares, "all_or_seen"),
        caveat="links_found",
    )


@measure("munitions.high_tech_lead", importer=PARTY, exporter=PARTY)
def high_tech_lead(context: Context, *, importer: str, exporter: str) -> Finding:
    """Exporter's share in a party's high-technology imports over its share in all goods."""
    code = importer.partition("@")[0]
    rows = context.world.table(HIGH_TECH).filter(importer=code, exporter=exporter).sort("year")
    if rows.is_empty():
        what = f"no high-technology imports of {importer} from {exporter} are at hand"
        raise DataMissing(what, where=HIGH_TECH)
    tech = (rows["value"] / rows["total"]).to_list()
    balanced = float(link(context, importer, exporter)["share_of_imports"])
    goods = [share for share in (balanced, _customs_share(context, code, exporter)) if share]
    ratios = [one / all_ for one in tech for all_ in goods]
    return figure(
        context,
        f"munitions.high_tech_lead.{importer}.{exporter}",
        tech[-1] / balanced if balanced else None,
        "ratio",
        **of_data(context, HIGH_TECH, FLOWS, CUSTOMS, kind=Kind.ESTIMATED),
        year=int(rows["year"][-1]),
        **between(ratios, "years_and_records"),
        caveat="high_tech_proxy",
    )


def _customs_share(context: Context, importer: str, exporter: str) -> float | None:
    """Return the exporter's share in goods imports as customs recorded it, in the latest year.

    The whole is a partner's value over its published percentage of the whole.
    """
    rows = context.world.table(CUSTOMS).filter(reporter=importer, flow="import", product="goods")
    scale = pl.col("unit").replace_strict({"million": 1e-3, "billion": 1.0}, default=None)
    values = rows.filter(currency="EUR", months=12).select(
        "partner", "period", (pl.col("value") * scale).alias("amount")
    )
    percent = rows.filter(pl.col("unit").str.starts_with("percent of extra-EU goods imports"))
    wholes = percent.join(values, on=["partner", "period"]).select(
        "period", (100 * pl.col("amount") / pl.col("value")).alias("whole")
    )
    found = values.filter(partner=exporter).join(wholes, on="period").sort("period", "amount")
    return float(found["amount"][-1] / found["whole"][-1]) if found.height else None
