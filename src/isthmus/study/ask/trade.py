"""Questions about trade that several sections and measures ask, answered once per dossier."""

from __future__ import annotations

from typing import Any

import polars as pl

from isthmus import dependence
from isthmus.dependence.customs import FIGURES, RATES
from isthmus.errors import DataMissing
from isthmus.evidence import Finding, Kind, Result
from isthmus.evidence.digits import DIGITS
from isthmus.study.context import Context

FLOWS = "icio_flows"
GOODS = "goods"
APART = 1.2
"""By what factor records of one flow differ at least: within it a ratio of two shares is no
order. Assumed; the records that stand side by side differ by more in most pairs."""


def year_of(context: Context) -> int:
    """Return the year of profiles: the study's, or the last one of the flows."""
    return context.study.options.year or max(context.world.flows().years)


def years_of(context: Context) -> tuple[int, ...]:
    """Return the years of time series."""
    since = context.study.options.since or 0
    return tuple(y for y in context.world.flows().years if y >= since)


def between(context: Context, a: str, b: str) -> Result:
    """Return the trade of two parties with each other, all years (`dependence.mutual`)."""
    first, second = sorted((a, b))
    return context.memo(
        ("mutual", first, second),
        lambda: dependence.mutual(context.world, first, second, years=years_of(context)),
    )


def member_trade(context: Context, coalition: str, on: str) -> Result:
    """Return each member's trade with one party, last year (`dependence.members`)."""
    return context.memo(
        ("members", coalition, on),
        lambda: dependence.members(context.world, coalition, on=on, years=[year_of(context)]),
    )


def link(
    context: Context, importer: str, exporter: str, *, item: str = GOODS, year: int | None = None
) -> dict[str, Any]:
    """Return one row of `between`: value and shares of what `importer` buys from `exporter`.

    Parameters
    ----------
    item : str
        ``"goods"``, ``"all"`` (with services) or an industry.

    Raises
    ------
    DataMissing
        When the world holds no such row.
    """
    result = between(context, importer, exporter)
    scoped = item in {GOODS, "all"}
    table, column = (result["totals"], "scope") if scoped else (result["flows"], "industry")
    rows = table.frame.filter(
        (pl.col("importer") == importer)
        & (pl.col("exporter") == exporter)
        & (pl.col(column) == item)
        & (pl.col("year") == (year or year_of(context)))
    ).to_dicts()
    if not rows:
        raise DataMissing(f"no trade of {importer} with {exporter} in {item}", where=FLOWS)
    return rows[0]


def span(
    context: Context, importer: str, exporter: str, what: str, year: int
) -> tuple[float | None, float | None]:
    """Return the least and the largest that any record holds of goods between two parties.

    Parameters
    ----------
    what : {"value", "share_of_imports", "share_of_exports"}
        Column of the records.

    Returns
    -------
    tuple of (float or None, float or None)
        Nones where no customs figure is at hand.
    """
    tables = between(context, importer, exporter).tables
    if "records" not in tables or what not in tables["records"].frame.columns:
        return None, None
    held = tables["records"].frame.filter(importer=importer, exporter=exporter, year=year)
    found = held.drop_nulls(what)
    if found["record"].n_unique() < 2:
        return None, None
    return float(found[what].min()), float(found[what].max())  # type: ignore[arg-type]


def link_finding(
    context: Context,
    importer: str,
    exporter: str,
    what: str,
    *,
    item: str = GOODS,
    year: int | None = None,
) -> Finding:
    """Return one number of `link` as a finding, with the span of the records at hand.

    Parameters
    ----------
    what : {"value", "share_of_imports", "share_of_exports", "share_of_use"}
        Column of the row.
    """
    row = link(context, importer, exporter, item=item, year=year)
    low, high = (
        span(context, importer, exporter, what, row["year"]) if item == GOODS else (None, None)
    )
    beside = () if low is None else (FIGURES, RATES) if what == "value" else (FIGURES,)
    return context.finding(
        f"trade.{what}.{exporter}.{importer}.{item}.{row['year']}",
        row[what],
        "million USD" if what == "value" else "share",
        kind=context.kind_of(FLOWS),
        year=row["year"],
        method=f"trade_{what}",
        datasets=[FLOWS, *beside],
        low=low,
        high=high,
        interval="" if low is None else "records",
        # Shares that offices state stand beside it with the digits of what is measured.
        digits=0 if low is None or what == "value" else DIGITS[Kind.MEASURED],
        caveat="goods_only" if item == GOODS else "industry_broad" if item != "all" else "",
    )


def within_records(value: float | None) -> dict[str, Any]:
    """Return the range of a ratio of shares that rest on balanced flows, for a finding."""
    if value is None:
        return {}
    return {"low": value / APART, "high": value * APART, "interval": "records_apart"}
