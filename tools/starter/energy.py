"""Fuel stocks, power by source, fuel imports, modes of transport, sea passages, Hormuz 2026."""

from __future__ import annotations

from pathlib import Path

import polars as pl
from tools.starter.common import Built, csv, own

from isthmus.evidence import DatasetRecord

_MEASURES = {
    "statutory minimum stock": "law",
    "statutory minimum stock, next step": "law, next step",
    "endurance in blockade games": "endurance in games",
    "endurance in another game": "endurance in games",
    "reaction time between Gulf loading and arrival": "way from the Gulf",
}
"""Measures of days in few words; every other one is a stock in hand."""


def build(shared: Path) -> Built:
    """Return the tables on energy and routes."""
    folder = shared / "energy_and_routes"
    return [
        _stocks(folder),
        _power(folder),
        _imports(folder),
        _modes(folder),
        _passages(folder),
        _hormuz(folder),
    ]


def _ends(column: str) -> list[pl.Expr]:
    """Return value, low and high of a text: a number, a range, or a bound."""
    text = pl.col(column)
    first = text.str.extract(r"(\d+(?:\.\d+)?)").cast(pl.Float64)
    last = text.str.extract(r"-(\d+(?:\.\d+)?)$").cast(pl.Float64)
    above, below = text.str.starts_with("above"), text.str.starts_with("below")
    return [
        ((first + last.fill_null(first)) / 2.0).alias("value"),
        pl.when(below).then(None).otherwise(first).alias("low"),
        pl.when(above).then(None).otherwise(last.fill_null(first)).alias("high"),
    ]


def _stocks(folder: Path) -> tuple[DatasetRecord, pl.DataFrame]:
    frame = (
        csv(folder / "stock_days.csv")
        .select(
            pl.lit("TWN").alias("economy"),
            "fuel",
            pl.col("measure").replace_strict(_MEASURES, default="in hand").alias("basis"),
            *_ends("value"),
            pl.col("date").alias("as_of"),
            pl.col("measure").alias("words"),
            pl.col("kind").alias("status"),
            "source",
        )
        .sort("fuel", "basis", "as_of", "words", "source")
    )
    record = own(
        key="fuel_stocks",
        title="Days of fuel held, required or thought to last",
        years=(2022, 2027),
        unit="days of normal use",
        coverage="Taiwan: LNG, coal and oil",
        columns={
            "economy": "ISO3",
            "fuel": "LNG, coal, oil, crude oil, or all",
            "basis": "in hand, law, law (next step), endurance in games, or way from the Gulf",
            "value": "days; the middle of a range, the end of a bound",
            "low": "lower end; null: none stated",
            "high": "upper end; null: none stated",
            "as_of": "month or year",
            "words": "what was counted, in the words of the source",
            "status": "official, law, plan, press, minister or think tank",
            "source": "publication",
        },
        faults=(
            "what the law asks, what is in hand and what is thought to last are three numbers",
            "seen as excerpts of pages; days of normal use",
        ),
    )
    return record, frame


_ON_CALL = pl.DataFrame(
    {
        "economy": ["TWN"],
        "period": ["2026-03"],
        "power": ["coal on call"],
        "value": [0.0646],
        "low": [0.0],
        "high": [0.0646],
        "status": ["own division: 2.1 GW over a mean load of 32.5 GW; not all may run"],
        "source": [
            "finance.ettoday.net 3125407; ftnn.com.tw 526859; load: 89.2 TWh of gas at 47 % in 243 "
            "days, udn.com 9110216"
        ],
    }
)
"""Coal units held in reserve, as a share of mean load."""


def _power(folder: Path) -> tuple[DatasetRecord, pl.DataFrame]:
    listed = csv(folder / "generation_shares.csv")
    frame = listed.filter(pl.col("source_of_power") != "energy supply from imports").select(
        pl.lit("TWN").alias("economy"),
        "period",
        pl.col("source_of_power").alias("power"),
        *((e / 100.0).round(4) for e in _ends("share_percent")),
        pl.col("kind").alias("status"),
        "source",
    )
    frame = pl.concat([frame, _ON_CALL]).sort("period", "power", "source")
    record = own(
        key="power_generation",
        title="Shares of sources of power in generation",
        years=(2023, 2026),
        unit="fraction of generation",
        coverage="Taiwan, 2023, September 2024 to August 2025, parts of 2025; coal on call 2026",
        columns={
            "economy": "ISO3",
            "period": "year, months",
            "power": "gas, coal, oil, nuclear, hydro, solar, wind, renewables, all fossil, or "
            "coal on call: idle plants over mean load",
            "value": "fraction; the end of a bound",
            "low": "lower end; null: none stated",
            "high": "upper end; null: none stated",
            "status": "official, compiled from official data, or a think tank",
            "source": "publication",
        },
        faults=("no shares for the whole of 2025 were found", "seen as excerpts of pages"),
    )
    return record, frame


def _imports(folder: Path) -> tuple[DatasetRecord, pl.DataFrame]:
    origin = pl.col("origin_or_measure")
    shares = csv(folder / "import_sources.csv").filter(~origin.str.starts_with("all, million"))
    frame = shares.select(
        pl.lit("TWN").alias("economy"),
        "fuel",
        "period",
        origin.alias("measure"),
        *((e / 100.0).round(4) for e in _ends("share_percent_or_value")),
        pl.col("route"),
        pl.col("kind").alias("status"),
        "source",
    ).sort("fuel", "period", "measure", "source")
    record = own(
        key="fuel_imports",
        title="Shares of origins, routes and contracts in fuel imports",
        years=(2021, 2026),
        unit="fraction of the fuel's imports",
        coverage="Taiwan: LNG 2021 and 2025, crude oil 2022 and 2025, coal 2021",
        columns={
            "economy": "ISO3",
            "fuel": "LNG, crude oil or coal",
            "period": "year, months or plan",
            "measure": "origin, or what else the share is of: a strait, contracts, use",
            "value": "fraction; the middle of a range",
            "low": "lower end; null: none stated",
            "high": "upper end; null: none stated",
            "route": "way by sea, general knowledge; null where not named",
            "status": "official, company, tracker of ships, or press",
            "source": "publication",
        },
        faults=(
            "coal and crude oil by origin: 2021 and 2022 only",
            "routes are general knowledge: assumed",
        ),
    )
    return record, frame


def _modes(folder: Path) -> tuple[DatasetRecord, pl.DataFrame]:
    listed = csv(folder / "transport_mode.csv", share_percent=pl.Float64)
    places = {"Taiwan": "TWN", "World": "WLD", "EU": "EU27_2020"}
    modes = pl.col("mode_or_group").is_in(["air", "sea"]) & pl.col("share_percent").is_not_null()
    frame = (
        listed.filter(modes)
        .select(
            pl.col("economy").replace_strict(places),
            "flow",
            "year",
            pl.col("mode_or_group").alias("mode"),
            (pl.col("share_percent") / 100.0).round(5).alias("share"),
            pl.col("of").alias("basis"),
            "source",
        )
        .sort("economy", "flow", "year", "mode", "basis", "source")
    )
    record = own(
        key="transport_modes",
        title="Shares of sea and air in trade",
        years=(2021, 2024),
        unit="fraction",
        coverage="Taiwan 2021, the EU 2023 and 2024, the world",
        columns={
            "economy": "ISO3, coalition or WLD",
            "flow": "imports, exports, or both",
            "year": "year, or undated",
            "mode": "air or sea",
            "share": "fraction",
            "basis": "of value or of weight",
            "source": "publication",
        },
        faults=("no page gives the share of chips or of machinery that goes by air",),
    )
    return record, frame


def _passages(folder: Path) -> tuple[DatasetRecord, pl.DataFrame]:
    listed = csv(folder / "sea_passages.csv")
    bound = pl.col("share_percent").str.starts_with("below").fill_null(False)
    number = pl.col("share_percent").str.extract(r"(\d+(?:\.\d+)?)").cast(pl.Float64)
    frame = (
        listed.filter(pl.col("share_percent").is_not_null())
        .select(
            "passage",
            "flow",
            "year",
            (number / 100.0).round(4).alias("share"),
            pl.when(bound).then(pl.lit("below")).otherwise(pl.lit("about")).alias("reading"),
            pl.col("of").alias("basis"),
            "note",
            "source",
        )
        .sort("passage", "flow", "year", "source")
    )
    record = own(
        key="sea_passages",
        title="What goes through the main sea passages",
        years=(2019, 2026),
        unit="fraction of the flow",
        coverage="Taiwan Strait, Malacca, Suez, Panama, Bab el-Mandeb, Cape of Good Hope, Hormuz",
        columns={
            "passage": "strait, canal or cape",
            "flow": "what it is a share of",
            "year": "year, or undated",
            "share": "fraction",
            "reading": "about, or below: an upper bound",
            "basis": "of value or of volume",
            "note": "what the source says beside it",
            "source": "publication",
        },
        faults=(
            "passages overlap: never add them",
            "value, volume and rules of thumb differ by a factor of two",
            "rows without a share left out: ports of Taiwan and the South China Sea by value",
        ),
    )
    return record, frame


def _hormuz(folder: Path) -> tuple[DatasetRecord, pl.DataFrame]:
    frame = csv(folder / "hormuz_2026_test.csv").select(
        pl.lit("TWN").alias("economy"),
        pl.col("date").alias("as_of"),
        "fact",
        pl.col("value").alias("figure"),
        "unit",
        "source",
    )
    record = own(
        key="hormuz_2026",
        title="The closed Strait of Hormuz of 2026 and the supply of gas to Taiwan",
        years=(2026,),
        unit="by row",
        coverage="what was published from the end of February to June 2026",
        columns={
            "economy": "ISO3",
            "as_of": "day or month",
            "fact": "what happened",
            "figure": "number or day in words; null where none",
            "unit": "of the figure",
            "source": "publication",
        },
        faults=(
            "replacement by purchase with open seas: no test of a blockade",
            "the pages on rationing end in March 2026",
        ),
    )
    return record, frame
