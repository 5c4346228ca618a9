"""Queues for arms: what is notified and has not come, how long it takes, what a second source does.

The world's `arms_orders` and `arms_backlog` hold notified orders and published totals; nothing is
said of a buyer without rows.
"""

from __future__ import annotations

import math
from typing import Any

import polars as pl

from isthmus.codes import members
from isthmus.errors import DataMissing, InputProblem, raise_all
from isthmus.evidence import Kind, Result, Table, provenance
from isthmus.evidence.frames import (
    MONEY,
    attribute,
    dimension,
    finite,
    number,
    of_years,
    table,
    years_in,
)
from isthmus.evidence.lens import lens
from isthmus.kernels.queues import Waiting, concentration, queue, waiting

ORDERS, TOTALS, ARMS = "arms_orders", "arms_backlog", "arms_concentration"
SINCE = 2010 * 12
"""First month of the sum of notifications in `arms_backlog`, counted from year 0."""

ALL = "all"
NOTES = (
    "values are those of notifications: ceilings of contracts",
    "an order counts as open until it is complete; what came in part stands in the status",
    "not every order was found: published totals stand beside the sum of those listed",
)
KAPLAN_MEIER = (
    "Kaplan, E. L., Meier, P. (1958). Nonparametric estimation from incomplete observations. "
    "Journal of the American Statistical Association 53, 457-481."
)


@lens("production.queues", {"buyer": "TWN"})
def queues(
    world: Any,
    *,
    buyer: str = "TWN",
    second_share: float = 0.25,
    second_months: float = 36.0,
    years: int = 10,
) -> Result:
    """Say what a buyer ordered and did not receive, for how long, and what a second source does.

    Parameters
    ----------
    world : World
        With `arms_orders` and `arms_backlog`.
    buyer : str
        Who ordered; a coalition stands for its members.
    second_share : float
        Share of new orders that would go to a second source: assumed.
    second_months : float
        Months from an order there to its delivery: assumed.
    years : int
        Years ahead.

    Returns
    -------
    Result
        Tables ``orders`` (each with its age and what is known of its wait), ``waits`` (by category:
        orders and value open, median months from the notification) and, where totals are held,
        ``backlog`` (in money and in years of deliveries, by month) and ``second`` (backlog, waiting
        time and concentration by year, without and with a second source).

    Raises
    ------
    BadInput
        For numbers that make no sense, every one at once.
    DataMissing
        When the world holds no orders of the buyer.

    References
    ----------
    Kaplan, Meier (1958).
    """
    _check(second_share, second_months, years)
    inside = pl.col("buyer").is_in(members(buyer))
    rows = world.table(ORDERS).filter(inside) if ORDERS in world else pl.DataFrame()
    if rows.is_empty():
        hint = "add a table of this form with `isthmus data add`"
        raise DataMissing(f"no arms orders of {buyer} are at hand", where=ORDERS, hint=hint)
    listed, used = _aged(rows), [ORDERS]
    tables = [_orders(listed), _waits(listed)]
    totals = world.table(TOTALS).filter(inside) if TOTALS in world else pl.DataFrame()
    if not totals.is_empty():
        rates = rates_of(listed, totals)
        before = _concentration(world, buyer)
        used += [TOTALS] if before is None else [TOTALS, ARMS]
        tables.append(_backlog(listed, totals, rates))
        tables.append(_second(totals, rates, before, second_share, second_months, years))
    words = {
        "buyer": buyer,
        "second_share": second_share,
        "second_months": second_months,
        "years": years,
    }
    about = provenance(world, "production.queues", used, words)
    held = years_in(rows["notified"], rows["as_of"])
    return Result(of_years(tables, held), about, (KAPLAN_MEIER,))


def _check(share: float, months: float, years: int) -> None:
    rules = (
        ("second_share", share, 0.0 <= share <= 1.0, "must be from 0 to 1"),
        ("second_months", months, 0.0 <= months < math.inf, "must not be negative"),
        ("years", years, 1 <= years <= 50, "must be from 1 to 50"),
    )
    problems = [
        InputProblem(f"{why}, got {value!r}", name) for name, value, fine, why in rules if not fine
    ]
    raise_all("queues for arms", problems)


def _months(column: str) -> pl.Expr:
    """Return months since year 0 of ``2025-07``; a year alone is its last month."""
    year = pl.col(column).str.slice(0, 4).cast(pl.Int32)
    month = pl.col(column).str.slice(5, 2).replace("", "12").cast(pl.Int32)
    return 12 * year + month - 1


def _aged(rows: pl.DataFrame) -> pl.DataFrame:
    """Return orders with months: notified, seen last, planned, waited so far, open."""
    return rows.with_columns(
        _months("notified").alias("start"),
        _months("as_of").alias("seen"),
        _months("planned").alias("end"),
        (_months("as_of") - _months("notified")).cast(pl.Float64).alias("age"),
        (pl.col("state") != "delivered").alias("open"),
    )


def _orders(listed: pl.DataFrame) -> Table:
    columns = (
        dimension("item", "what was ordered"),
        attribute("category", "how the source sorts it"),
        attribute("state", "delivered, delivered in part, open, or not notified"),
        attribute("notified", "month of the notification"),
        number("quantity", "piece", "main pieces; n/a: none stated"),
        number("value", MONEY, "notified value"),
        number("age", "months", "from the notification to the month in which it was last seen"),
        attribute("planned", "when all is to be delivered, where stated"),
        number("months", "months", "from the notification to then"),
        attribute("status", "in the words of the source"),
        attribute("source", "publication"),
        attribute("kind"),
    )
    return table(
        "orders",
        listed.sort("notified", "item", nulls_last=True),
        columns,
        kind=Kind.weakest(listed["kind"]),
        datasets=[ORDERS],
        text="orders and what is known of their delivery",
        notes=NOTES,
    )


def waits_of(listed: pl.DataFrame, *, planned: bool) -> Waiting | None:
    """Return how long notified orders wait; with plans held to be kept, or as seen so far."""
    known = listed.filter(pl.col("start").is_not_null())
    done = pl.col("months").is_not_null() & ((~pl.col("open")) | planned)
    rows = known.select(
        done.alias("done"), pl.when(done).then("months").otherwise("age").alias("t")
    )
    if rows.is_empty():
        return None
    return waiting(rows["t"].to_numpy(), rows["done"].to_numpy())


def _waits(listed: pl.DataFrame) -> Table:
    rows = []
    for name in (ALL, *sorted(listed["category"].unique())):
        part = listed if name == ALL else listed.filter(category=name)
        notified = part.filter(pl.col("start").is_not_null())
        still = notified.filter("open")
        seen, plan = (waits_of(part, planned=p) for p in (False, True))
        rows.append(
            (
                name,
                notified.height,
                still.height,
                float(still["value"].sum()),
                still["age"].max(),
                None if plan is None else plan.median,
                None if seen is None else seen.at_least,
                part.height - notified.height,
                float(part.filter(pl.col("start").is_null())["value"].sum()),
            )
        )
    columns = (
        dimension("category", "how the source sorts orders"),
        number("orders", "count", "notified orders that are listed"),
        number("open", "count", "of them not complete"),
        number("open_value", MONEY, "their notified value"),
        number("oldest", "months", "age of the oldest open one when last seen"),
        number("median", "months", "median wait if plans are kept; n/a: more than half unknown"),
        number("longest", "months", "longest wait that was seen, done or not"),
        number("not_notified", "count", "announced, not notified"),
        number("not_notified_value", MONEY, "their value"),
    )
    frame = pl.DataFrame(rows, schema=[c.name for c in columns], orient="row")
    frame = frame.with_columns(finite(frame["median"].cast(pl.Float64).to_numpy()).alias("median"))
    text = "orders open and how long they wait, by category"
    kind = Kind.weakest([Kind.ESTIMATED, *listed["kind"]])
    return table("waits", frame, columns, kind=kind, datasets=[ORDERS], text=text, notes=NOTES)


def rates_of(listed: pl.DataFrame, totals: pl.DataFrame) -> dict[str, float | None]:
    """Return million USD a year: notified, delivered so far, and delivered if plans are kept.

    Delivered so far is what was notified since 2010 less what was open then, over those years: a
    lower reading, because what was open before 2010 came too and the last total is an upper one.
    """
    aged = totals.with_columns(_months("month").alias("at"))
    open_ = aged.filter(measure="backlog").sort("at")
    sums = aged.filter(pl.col("measure").str.starts_with("notified")).sort("at").tail(1)
    found: dict[str, float | None] = dict.fromkeys(("notified", "as delivered", "as planned"))
    for row in sums.iter_rows(named=True):
        years = (row["at"] + 1 - SINCE) / 12
        left = open_.filter(pl.col("at") <= row["at"])["value"]
        found["notified"] = row["value"] / years
        if len(left) and row["value"] > left[-1]:
            found["as delivered"] = (row["value"] - left[-1]) / years
    firm = open_.filter(status="total")["at"]
    due = listed.filter(pl.col("open") & (pl.col("end") > (firm[-1] if len(firm) else 0)))
    if len(firm) and not due.is_empty():
        found["as planned"] = (
            12 * float(due["value"].sum()) / (int(due["end"].to_numpy().max()) - firm[-1])
        )
    return found


def _backlog(listed: pl.DataFrame, totals: pl.DataFrame, rates: dict[str, float | None]) -> Table:
    rows = totals.filter(measure="backlog").with_columns(_months("month").alias("at")).sort("at")
    there = [
        float(
            listed.filter(
                (pl.col("start") <= at) & (pl.col("open") | (pl.col("end") > at).fill_null(True))
            )["value"].sum()
        )
        for at in rows["at"]
    ]
    delivered, planned = rates["as delivered"], rates["as planned"]
    frame = rows.with_columns(
        pl.Series("listed", there),
        (pl.col("value") / delivered if delivered else pl.lit(None, pl.Float64)).alias("delivered"),
        (pl.col("value") / planned if planned else pl.lit(None, pl.Float64)).alias("planned"),
    )
    columns = (
        dimension("month", "month of the total"),
        attribute("status", "total, or upper estimate"),
        number("cases", "count", "active cases, where stated"),
        number("value", MONEY, "notified and not delivered, as published"),
        number("listed", MONEY, "of the orders that are listed, those open then"),
        number("delivered", "years", "at the rate of deliveries since 2010"),
        number("planned", "years", "at the rate that the plans of open orders would give"),
        attribute("source", "publication"),
    )
    text = "what is notified and not delivered, in money and in years"
    kind = Kind.weakest([Kind.ESTIMATED, *listed["kind"], *rows["kind"]])
    used = [ORDERS, TOTALS]
    return table("backlog", frame, columns, kind=kind, datasets=used, text=text, notes=NOTES)


def _concentration(world: Any, buyer: str) -> float | None:
    """Return the concentration of a single buyer's deliveries in the last window held."""
    if len(members(buyer)) != 1 or ARMS not in world:
        return None
    rows = world.arms().filter(economy=members(buyer)[0]).sort("period")
    return float(rows["hhi"][-1]) if rows.height else None


def _second(
    totals: pl.DataFrame,
    rates: dict[str, float | None],
    before: float | None,
    share: float,
    months: float,
    years: int,
) -> Table:
    last = totals.filter(measure="backlog").sort("month")
    rows = []
    for reading in ("as delivered", "as planned"):
        rate, orders = rates[reading], rates["notified"]
        if rate is None or orders is None or last.is_empty():
            continue
        backlog = float(last["value"][-1])
        alone, both = (queue(backlog, orders, rate, years, s, months / 12) for s in (0.0, share))
        index = [
            None if before is None else concentration(before, q.first, q.second)
            for q in (alone, both)
        ]
        rows += [
            (
                reading,
                year,
                alone.backlog[year],
                both.backlog[year],
                alone.wait[year],
                both.wait[year],
                *(None if one is None else float(one[year - 1]) for one in index),
            )
            for year in range(1, years + 1)
        ]
    columns = (
        dimension("reading", "rate of the first source: as delivered since 2010, or as planned"),
        dimension("year", "years ahead"),
        number("backlog", MONEY, "open at the first source without a second one"),
        number("backlog_with", MONEY, "open at the first source with it"),
        number("wait", "years", "from a new order to its delivery without it, mean"),
        number("wait_with", "years", "with it, mean over both sources"),
        number("hhi", "1", "concentration of deliveries over five years without it"),
        number("hhi_with", "1", "with it"),
    )
    frame = pl.DataFrame(rows, schema=[c.name for c in columns], orient="row")
    text = f"a second source with {share:.0%} of new orders, delivering after {months:g} months"
    notes = (
        "the share and the months of the second source are assumed; it is taken to have room",
        "orders and rates stay as they were: a queue in money, not a forecast",
    )
    used = [ORDERS, TOTALS, *([ARMS] if before is not None else [])]
    return table("second", frame, columns, kind=Kind.ASSUMED, datasets=used, text=text, notes=notes)


__all__ = ["queues", "rates_of", "waits_of"]
