"""The partner's fuel, power and ways: what a closure does in days, and what one did."""

from __future__ import annotations

from typing import Any

import polars as pl

from isthmus.charts import ChartSpec
from isthmus.errors import DataMissing
from isthmus.evidence import Kind, Table
from isthmus.production import passages
from isthmus.production.closure import Closed
from isthmus.production.closure_checks import closure_rows
from isthmus.production.results import spread
from isthmus.study.page import Page
from isthmus.study.rests import drawn, of_data, of_table
from isthmus.study.subjects.island.measures import DRAWS, USED, closed, days_until, facts

HORMUZ, MODES, PASSAGES, STOCKS = (
    "hormuz_2026",
    "transport_modes",
    "sea_passages",
    "fuel_stocks",
)
WAYS: tuple[tuple[Closed, ...], ...] = (("sea",), ("air",), ("air", "sea"), ("hormuz",))
SHARED, FIRST = "shared", "served first"
OUTPUT = "chip output"
HORMUZ_SHOCK = "passage-hormuz"
ASSUMED = ("chip_power", "essential", "input_days", "spared", "sea_days", "bought", "under_way")
"""Numbers of a closure that stand beside the figures of the world."""


def write(page: Page) -> None:
    """Answer what a closed sea, airspace or strait does to the partner, in days."""
    try:
        closed(page.context, page.partner, "sea")
    except DataMissing:
        page.gap("no_fuel", party=page.context.name(page.partner))
        return
    page.rests_on(*USED, kind=Kind.ASSUMED)
    _fuel(page)
    _chips(page)
    _strait(page)
    _modes(page)
    page.attempt(_passages)
    _tables(page)
    page.note("closure_readings", "not_an_island_test", "three_stocks")


def _fuel(page: Page) -> None:
    gas, coal = (
        days_until(page.context, page.partner, ["sea"], f"{fuel} used up")
        for fuel in ("LNG", "coal")
    )
    page.say("answer.fuel", gas=gas, coal=coal)
    page.headline(24, "headline_fuel", gas=gas, coal=coal)
    page.drawn_driver("gas", gas, *_strongest(page, "LNG used up"))
    page.drawn_driver("coal", coal, *_strongest(page, "coal used up"))
    page.fields |= {"gas": gas}


def _strongest(page: Page, event: str) -> tuple[str, float | None]:
    """Return the number that the days until an event go with most, and how closely."""
    found = closed(page.context, page.partner, "sea")["drivers"].frame.filter(event=event)
    if found.is_empty():
        return "", None
    name = "-".join(found["number"][0].lower().replace(":", "").split())
    return page.word(f"island.number.{name}"), found["value"][0]


def _chips(page: Page) -> None:
    """Say when chip output falls, in both readings, and that aircraft are another matter."""
    below = {
        reading: days_until(page.context, page.partner, ["sea"], f"{OUTPUT} below 90 %", reading)
        for reading in (SHARED, FIRST)
    }
    half = days_until(page.context, page.partner, ["sea"], f"{OUTPUT} below 50 %", FIRST)
    page.say("answer.chips", shared=below[SHARED], first=below[FIRST], half=half)
    page.say("answer.air")
    path = closed(page.context, page.partner, "sea")["path"].frame
    rows = path.filter((pl.col("what") == OUTPUT) & (pl.col("day") % 2 == 0))
    names = {r: page.word(f"island.reading.{k}") for r, k in ((SHARED, "shared"), (FIRST, "first"))}
    page.chart(
        "chips",
        rows.select(
            pl.col("reading").replace_strict(names).alias("assumption"),
            pl.col("day").cast(pl.Int64),
            "median",
            "low",
            "high",
        ),
        ChartSpec(
            "paths",
            x="day",
            y="median",
            y_title=page.axis("chip_output"),
            series="assumption",
            low="low",
            high="high",
            roles=dict(zip(names.values(), ("partner", "accent"), strict=True)),
            share=True,
        ),
        dict.fromkeys(("median", "low", "high"), "share"),
        about={"notes": ["closure_readings"]},
        shared=below[SHARED],
        first=below[FIRST],
    )


def _strait(page: Page) -> None:
    """Set the closed strait beside what was published of it; other islands have no such record."""
    if facts(page.context, HORMUZ, page.partner).is_empty():
        return
    checks = [
        (name, status, value, unit, *spread(found), source)
        for name, status, value, unit, found, source in closure_rows(page.world, DRAWS, 0)
    ]
    names = ("check", "status", "published", "unit", "median", "low", "high", "source")
    frame = pl.DataFrame(checks, schema=names, orient="row")
    units = dict.fromkeys(("published", "median", "low", "high"), "in unit")
    page.table("checks", frame, units, attributes=["status", "unit", "source"])
    cut = frame.row(0, named=True)
    lost = page.finding(
        f"island.cut_at_once.{page.partner}",
        cut["median"],
        "share",
        year="2026",
        **drawn(cut),
    )
    page.say("answer.strait", lost=lost)
    page.counter(24, "counter_strait", lost=lost)
    page.table(
        "hormuz",
        facts(page.context, HORMUZ, page.partner).select(
            "as_of", "fact", "figure", "unit", "source"
        ),
        {},
        **of_data(page.context, HORMUZ),
        attributes=["figure", "unit", "source"],
    )


def _modes(page: Page) -> None:
    """Say how trade goes by value, and that no share of chips was found."""
    rows = facts(page.context, MODES, page.partner)
    rows = rows.filter(mode="air", basis="value") if rows.height else rows
    if rows.is_empty():
        page.gap("no_modes", party=page.context.name(page.partner))
        return
    row = rows.sort("year").to_dicts()[-1]
    share = page.finding(
        f"island.air.{page.partner}",
        row["share"],
        "share",
        year=row["year"],
        **of_data(page.context, MODES),
        caveat="no_chips_by_air",
    )
    page.say("answer.modes", share=share, year=row["year"])


def _tables(page: Page) -> None:
    rows = [
        closed(page.context, page.partner, *way)["days"].frame.with_columns(
            pl.lit(", ".join(way)).alias("closed")
        )
        for way in WAYS
    ]
    page.table(
        "days",
        pl.concat(rows)
        .filter(pl.col("median").is_not_null())
        .select("closed", "event", pl.col("reading").alias("assumption"), "median", "low", "high"),
        dict.fromkeys(("median", "low", "high"), "days"),
        notes=["closure_readings"],
    )
    stocks = facts(page.context, STOCKS, page.partner)
    page.table(
        "stocks",
        stocks.select("fuel", "basis", "words", "as_of", "value", "low", "high", "status"),
        dict.fromkeys(("value", "low", "high"), "days"),
        **of_data(page.context, STOCKS),
        attributes=["status"],
        notes=["three_stocks"],
    )
    numbers = closed(page.context, page.partner, "sea")["numbers"].frame
    assumed = {name: page.word(f"island.number.{name}") for name in ASSUMED}
    page.table(
        "numbers",
        numbers.select(
            pl.col("name").replace(assumed).alias("item"), "value", "low", "high", "unit", "kind"
        ),
        dict.fromkeys(("value", "low", "high"), "in unit"),
        attributes=["unit", "kind"],
    )


def _passages(page: Page) -> None:
    """Say which shares of sea passages are imposed as shocks, and whose trade these touch."""
    if page.context.missing(PASSAGES):
        return
    sides = [party.partition("@")[0] for party in (page.home, page.partner)]
    found = page.context.memo(("passages", *sides), lambda: passages(page.world, of=sides))
    touched, shares = found["touched"], found["shares"]
    _say_touched(page, touched)
    page.table(
        "passages_touched",
        touched.frame.select(
            "scenario",
            page.labels("party"),
            pl.col("direction").replace_strict(
                {way: page.word(f"island.way.{way}") for way in ("imports", "exports")}
            ),
            "days",
            "share",
        ),
        {"days": "days", "share": "share"},
        **of_table(touched),
        notes=["passages_touched"],
    )
    hows = {how: page.word(f"island.how.{how}") for how in shares.frame["how"].unique()}
    page.table(
        "passages",
        shares.frame.select(
            "passage",
            "flow",
            "period",
            pl.col("value").alias("share"),
            "basis",
            "scenario",
            pl.col("how").replace_strict(hows).alias("treated"),
        ),
        {"share": "share"},
        **of_data(page.context, PASSAGES),
        attributes=["scenario", "treated"],
        notes=["passages_overlap"],
    )


def _say_touched(page: Page, touched: Table) -> None:
    """Say which closed passage touches most of what home buys, and that it is late, not lost."""
    home = touched.frame.filter(party=touched.frame["party"][0], direction="imports")
    row = (
        home.filter(pl.col("scenario") != HORMUZ_SHOCK)
        .sort("share", "scenario")
        .row(-1, named=True)
    )
    of: dict[str, Any] = {"year": max(touched.years), "kind": touched.kind}
    of["datasets"] = touched.datasets
    share = page.finding(
        f"island.touched.{row['scenario']}.{page.home}",
        row["share"],
        "share",
        caveat="passages_touched",
        **of,
    )
    passage = page.word(f"island.passage.{row['scenario'].removeprefix('passage-')}")
    days = page.finding(f"island.round.{row['scenario']}", row["days"], "days", **of)
    page.say("answer.passages", share=share, days=days, passage=passage)
