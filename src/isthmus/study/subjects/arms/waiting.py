"""Notified arms that have not come: how much, how old, and what a second source changes."""

from __future__ import annotations

import polars as pl

from isthmus.errors import DataMissing
from isthmus.evidence import Kind, Result
from isthmus.study.numbers import MONTHS
from isthmus.study.page import Page
from isthmus.study.subjects.arms.measures import (
    ARMS,
    ORDERED,
    YEARS,
    queue_of,
    second_source_hhi,
    second_source_wait,
)

MONEY = "million USD"


def add(page: Page) -> None:
    """Say what was notified for the partner and has not come, or that no orders of it are held."""
    try:
        found = queue_of(page.context, page.partner)
    except DataMissing:
        page.gap("arms_orders", party=page.context.name(page.partner))
        return
    page.rests_on(*ORDERED)
    _waits(page, found)
    _tables(page, found)
    if "backlog" in found.tables:
        _backlog(page, found)
        _second(page)
    page.note("arms_orders_values")


def _waits(page: Page, found: Result) -> None:
    (row,) = found["waits"].frame.filter(category="all").to_dicts()
    year = str(max(found["orders"].years))
    count = page.finding(
        f"arms.orders_open.{page.partner}", row["open"], "count", year=year, method="arms_open"
    )
    months = page.finding(
        f"arms.wait.{page.partner}",
        row["median"],
        MONTHS,
        year=year,
        caveat="wait_if_plans_kept",
    )
    dated = found["orders"].frame["months"].count()
    page.say("answer.waits", count=count, orders=row["orders"], months=months, dated=dated)


def _backlog(page: Page, found: Result) -> None:
    last = found["backlog"].frame.rows(named=True)[-1]
    upper = last["status"] == "upper estimate"
    value = page.finding(
        f"arms.backlog.{page.partner}",
        last["value"],
        MONEY,
        year=last["month"],
        kind=Kind.weakest([Kind.ESTIMATED, page.context.kind_of(ORDERED[1])]),
        high=last["value"] if upper else None,
        interval="upper_estimate" if upper else "",
        caveat="backlog_upper" if upper else "",
    )
    ends = sorted(x for x in (last["delivered"], last["planned"]) if x is not None)
    years = page.finding(
        f"arms.backlog_years.{page.partner}",
        None,
        "years",
        low=ends[0] if ends else None,
        high=ends[-1] if ends else None,
        interval="range_of_rates",
        year=last["month"],
        kind=found["backlog"].kind,
    )
    page.say("answer.backlog", value=value, years=years, month=last["month"])
    page.headline(27, "headline_backlog", value=value, years=years, month=last["month"])
    page.driver("backlog", years)
    page.chart(
        "backlog",
        found["backlog"].frame.select("month", "value", "listed", "status").sort("month"),
        page.bars("value", by="month", axis="notified_not_delivered", colour="partner"),
        {"value": MONEY, "listed": MONEY},
        about={"attributes": ["status"], "notes": ["arms_orders_values"]},
        value=value,
        month=last["month"],
    )


def _second(page: Page) -> None:
    wait = second_source_wait(page.context, economy=page.partner)
    try:
        page.say(
            "answer.second",
            wait=wait,
            hhi=second_source_hhi(page.context, economy=page.partner),
        )
    except DataMissing:
        page.say("answer.second_wait", wait=wait)


def _tables(page: Page, found: Result) -> None:
    orders = found["orders"].frame
    page.table(
        "orders",
        orders.select(
            "item",
            "state",
            "notified",
            "planned",
            "quantity",
            "value",
            pl.col("age").alias("waited"),
            "months",
            "kind",
        ),
        {"quantity": "count", "value": MONEY, "waited": "months", "months": MONTHS},
        attributes=["state", "notified", "planned", "kind"],
        notes=["arms_orders_values"],
        kind=found["orders"].kind,
    )
    page.table(
        "waits",
        found["waits"].frame.select("category", "orders", "open", "open_value", "oldest", "median"),
        {
            "orders": "count",
            "open": "count",
            "open_value": MONEY,
            "oldest": "months",
            "median": MONTHS,
        },
        kind=found["waits"].kind,
    )
    if "second" in found.tables:
        columns = ("backlog", "backlog_with", "wait", "wait_with", "hhi", "hhi_with")
        units = dict(zip(columns, (MONEY, MONEY, "years", "years", "1", "1"), strict=True))
        wanted = pl.col("year").is_in([1, 3, 5, YEARS])
        page.table(
            "second",
            found["second"]
            .frame.filter(wanted)
            .select(pl.col("reading").alias("rate"), "year", *columns),
            units,
            kind=Kind.ASSUMED,
            datasets=[*ORDERED, ARMS],
            notes=["second_source_assumed"],
        )
