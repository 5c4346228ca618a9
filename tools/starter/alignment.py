"""Arms supply, votes, alliances and recognition."""

from __future__ import annotations

from pathlib import Path

import polars as pl
from tools.starter.common import OWN, OWN_CREDIT, Built, csv
from tools.starter.memberships import membership_rows

from isthmus.evidence import DatasetRecord, Kind

_PACTS = [
    ("US-JPN", "USA JPN", "1960-06-23", "", "Treaty of Mutual Cooperation and Security"),
    ("US-KOR", "USA KOR", "1954-11-17", "", "Mutual Defense Treaty"),
    ("US-PHL", "USA PHL", "1952-08-27", "", "Mutual Defense Treaty"),
    ("US-THA", "USA THA", "1955-02-19", "", "Southeast Asia Collective Defense Treaty"),
    ("ANZUS", "USA AUS", "1952-04-29", "", "ANZUS Treaty"),
    ("CHN-PRK", "CHN PRK", "1961-09-10", "", "Treaty of Friendship, Co-operation and Assistance"),
    ("RUS-PRK", "RUS PRK", "2024-12-04", "", "Comprehensive Strategic Partnership Treaty"),
]
"""Bilateral obligations to assist in defence that are in force; public facts, coded by hand."""

_ONE_WAY = {"US-JPN"}
"""The first party assists the second, not the reverse outside the second's territory."""

_COLLECTIVE = {
    "NATO": "North Atlantic Treaty, article 5",
    "EU": "Treaty on European Union, article 42(7), from 2009-12-01",
    "CSTO": "Collective Security Treaty, article 4",
}
_EU_CLAUSE = "2009-12-01"


def build(shared: Path) -> Built:
    """Return arms concentration, ideal points, defence treaties and recognition."""
    folder = shared / "strategic"
    return [*_arms(folder), _ideal_points(folder), _alliances(), _recognition(folder)]


_SUPPLIERS = {
    "share_usa": "USA",
    "share_europe": "EUR",
    "share_china": "CHN",
    "share_israel": "ISR",
    "share_south_korea": "KOR",
}


def _arms(folder: Path) -> Built:
    numbers = dict.fromkeys(("import_tiv", "hhi", "top_share", *_SUPPLIERS), pl.Float64)
    listed = csv(folder / "sipri_import_concentration.csv", n_suppliers=pl.Int16, **numbers)
    frame = listed.select(
        pl.col("recipient_iso3").alias("economy"),
        "period",
        "hhi",
        pl.col("n_suppliers").alias("suppliers"),
        "top_supplier",
        "top_share",
        (pl.col("import_tiv") / pl.col("import_tiv").sum().over("period")).round(4).alias("weight"),
    ).sort("economy", "period")
    suppliers = (
        listed.rename({"recipient_iso3": "economy"})
        .unpivot(
            list(_SUPPLIERS),
            index=["economy", "period"],
            variable_name="supplier",
            value_name="share",
        )
        .with_columns(pl.col("supplier").replace_strict(_SUPPLIERS))
        .sort("economy", "period", "supplier")
    )
    record = DatasetRecord(
        key="arms_concentration",
        title="Concentration of arms imports by supplier",
        publisher="The Isthmus developers",
        edition="own calculation from the trade register of 12 Feb 2026",
        years=(2005, 2024),
        unit="fraction of import volume (trend-indicator value)",
        kind=Kind.ESTIMATED,
        licence="Own calculation; the register's rows are under copyright and not passed on",
        attribution="Calculated by the Isthmus developers from the SIPRI Arms Transfers Database",
        redistribution="allowed",
        address="https://www.sipri.org/databases/armstransfers",
        coverage="38 European states and 11 others, four five-year windows from 2005 to 2024",
        columns={
            "economy": "recipient",
            "period": "five-year window",
            "hhi": "sum of squared supplier shares",
            "suppliers": "number of suppliers",
            "top_supplier": "name of the largest supplier as in the register",
            "top_share": "share of the largest supplier",
            "weight": "share of the recipient in the volume of all that are listed in the window",
        },
        steps=(
            "deal-years added up by supplier and window; import volumes themselves left out",
            "weights rounded to four digits: they weigh the shares of several recipients",
        ),
        faults=(
            "trend-indicator values measure volume, not money",
            "deliveries, not orders; no deliveries of 2025",
            "single large deliveries move the shares of small importers",
            "derived figures: not to be attributed to SIPRI",
        ),
    )
    columns = {
        "economy": "recipient",
        "period": "five-year window",
        "supplier": "supplier; EUR European suppliers together",
        "share": "fraction of the import volume",
    }
    more = record.model_copy(
        update={
            "key": "arms_suppliers",
            "title": "Shares of five suppliers in arms imports",
            "coverage": f"{record.coverage}; five suppliers",
            "columns": columns,
        }
    )
    return [(record, frame), (more, suppliers)]


def _ideal_points(folder: Path) -> tuple[DatasetRecord, pl.DataFrame]:
    frame = (
        pl.read_parquet(folder / "unga_ideal_points_1946_2025.parquet")
        .filter((pl.col("year") >= 1990) & ~pl.col("iso3").is_in(["CSK", "YUG"]))
        .select(
            pl.col("year").cast(pl.Int16),
            pl.col("iso3").alias("economy"),
            pl.col("ideal_point").alias("value"),
            pl.col("q05").alias("low"),
            pl.col("q95").alias("high"),
            pl.col("n_votes").cast(pl.Int16).alias("votes"),
        )
        .sort("year", "economy")
    )
    record = DatasetRecord(
        key="unga_ideal_points",
        title="Ideal points from votes in the United Nations General Assembly",
        publisher="Bailey, Strezhnev and Voeten (Harvard Dataverse)",
        edition="release 1946-2025, final-passage votes",
        years=tuple(range(1990, 2026)),
        unit="position on the first dimension",
        kind=Kind.ESTIMATED,
        licence="CC0 1.0 (as stated beside the public copy)",
        attribution="Bailey, Strezhnev and Voeten",
        redistribution="allowed",
        address="https://doi.org/10.7910/DVN/LEJUQZ",
        citation="Bailey, Strezhnev, Voeten (2017), Estimating Dynamic State Preferences from "
        "United Nations Voting Data, Journal of Conflict Resolution 61(2), 430-456",
        coverage="members that voted, 1990-2025",
        columns={
            "year": "year of the session",
            "economy": "state",
            "value": "ideal point; higher means closer to the United States' side",
            "low": "5 % quantile",
            "high": "95 % quantile",
            "votes": "number of votes",
        },
        steps=(
            "read from a public copy (github.com/s-geffroy/cvs, commit 7858416)",
            "years from 1990",
        ),
        faults=(
            "Taiwan has no votes: no value; any figure for it is an assumption",
            "the United States' own position moves from year to year (2025 is an outlier), and "
            "distances to it move with it",
        ),
    )
    return record, frame


def _alliances() -> tuple[DatasetRecord, pl.DataFrame]:
    rows = []
    for row in membership_rows():
        treaty = _COLLECTIVE.get(row["coalition"])
        if treaty:
            early = row["coalition"] == "EU" and row["since"] < _EU_CLAUSE
            since = _EU_CLAUSE if early else row["since"]
            rows.append((row["coalition"], row["economy"], "", since, row["until"], treaty))
    for name, pair, since, until, treaty in _PACTS:
        a, b = pair.split()
        rows.append((name, a, b, since, until, treaty))
        if name not in _ONE_WAY:
            rows.append((name, b, a, since, until, treaty))
    frame = (
        pl.DataFrame(
            rows,
            schema=["pact", "economy", "partner", "since", "until", "treaty"],
            orient="row",
        )
        .with_columns(pl.col("partner", "until").replace({"": None}))
        .sort("pact", "economy", "partner", "since")
    )
    record = DatasetRecord(
        key="alliances",
        title="Obligations to assist in defence",
        publisher="The Isthmus developers",
        edition="own compilation 2026",
        years=(1949, 2026),
        unit="list",
        kind=Kind.MEASURED,
        licence=OWN,
        attribution="The Isthmus developers",
        redistribution="allowed",
        coverage="NATO, the European Union's assistance clause, CSTO, and bilateral treaties of "
        "the United States in Asia, of China and of Russia that matter for the shipped studies",
        columns={
            "pact": "short name; collective pacts bind all rows of the same name to each other",
            "economy": "party that is bound to assist",
            "partner": "party of a bilateral treaty to be assisted; null for collective pacts",
            "since": "first day",
            "until": "first day after; null while in force",
            "treaty": "legal base",
        },
        steps=(
            "coded by hand from public treaty facts; members as in the list of coalitions",
            "treaties of the United States and NATO members compared with ATOP 5.1 for 2018",
        ),
        faults=(
            "not complete: no treaty here does not mean that there is none",
            "Taiwan has no treaty of this kind; arrangements short of one are not coded",
            "Armenia froze its part in CSTO in 2024 without leaving",
            "no pair with New Zealand: the United States suspended its ANZUS obligation in 1986, "
            "and ATOP lists no defence obligation between Australia and New Zealand",
            "ATOP rows themselves are not shipped: no open licence is known",
        ),
    )
    return record, frame


def _recognition(folder: Path) -> tuple[DatasetRecord, pl.DataFrame]:
    listed = csv(folder / "taiwan_recognition.csv")
    frame = listed.select(
        pl.col("iso3").alias("economy"),
        pl.col("status").str.starts_with("recognises").alias("recognises"),
        "end_date",
        pl.col("verified").alias("how_read"),
        pl.when(pl.col("verified").str.contains("general knowledge"))
        .then(pl.lit("assumed"))
        .otherwise(pl.lit("measured"))
        .alias("kind"),
    ).sort("economy")
    record = DatasetRecord(
        key="taiwan_recognition",
        title="States with diplomatic relations with Taipei",
        publisher="The Isthmus developers",
        edition="own compilation, state of January 2024",
        years=(2016, 2024),
        unit="list",
        kind=Kind.ASSUMED,
        licence=OWN,
        attribution=OWN_CREDIT,
        redistribution="allowed",
        coverage="12 states with relations in January 2024, 10 that ended them from 2016",
        columns={
            "economy": "state",
            "recognises": "true where relations held in January 2024",
            "end_date": "day on which relations ended",
            "how_read": "how the row was read",
            "kind": "assumed where the exact day is general knowledge",
        },
        steps=("facts taken from news fact boxes",),
        faults=("exact days before 2021 are general knowledge", "not brought forward past 2024"),
    )
    return record, frame
