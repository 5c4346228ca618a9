"""The CSV lists that the codes rest on: economies, industries and their links."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import polars as pl
from tools.starter.common import csv as read_csv

SHORT_NAMES = {
    "BIH": "Bosnia and Herzegovina",
    "CIV": "Côte d'Ivoire",
    "COD": "Congo, Democratic Republic",
    "COG": "Congo, Republic",
    "GBR": "United Kingdom",
    "UMI": "United States Outlying Islands",
    "USA": "United States",
    "VIR": "United States Virgin Islands",
}

EXTRA = [
    ("ANT", "Netherlands Antilles (until 2010)", "economy"),
    ("XKX", "Kosovo", "economy"),
    ("ROW", "Rest of the world, as each data set defines it", "aggregate"),
    ("WLD", "World", "aggregate"),
    ("EUR", "Europe as one, as the source defines it", "aggregate"),
    ("EUU", "European Union as one, as the source defines it", "aggregate"),
    ("OTH", "Economies not listed in the same table", "aggregate"),
    ("ZZZ", "Not specified", "aggregate"),
]
"""Codes outside ISO 3166 that data sets use: user-assigned codes and aggregates."""

GROUPS = {
    "AGR": "Agriculture, forestry and fishing",
    "MIN": "Mining and quarrying",
    "FOOD": "Food, beverages, tobacco",
    "TEX": "Textiles, apparel, leather",
    "WOODPAPER": "Wood, paper, printing",
    "PETRO": "Coke and refined petroleum",
    "CHEM": "Chemicals and pharmaceuticals",
    "RUBNMM": "Rubber, plastics, other non-metallic minerals",
    "METALS": "Basic metals and metal products",
    "ELECTRON": "Electronic, optical and electrical equipment",
    "MACH": "Machinery n.e.c.",
    "TRANSP": "Transport equipment",
    "OTHMFG": "Other manufacturing",
    "SERV": "Services, utilities and construction",
}

WIOD2013_TO_ICIO = {
    "AtB": "A01 A02 A03",
    "C": "B05 B06 B07 B08 B09",
    "15t16": "C10T12",
    "17t18": "C13T15",
    "19": "C13T15",
    "20": "C16",
    "21t22": "C17_18 SERV",
    "23": "C19",
    "24": "C20 C21",
    "25": "C22",
    "26": "C23",
    "27t28": "C24A C24B C25",
    "29": "C27 C28",
    "30t33": "C26 C27 C31T33",
    "34t35": "C29 C301 C302T309",
    "36t37": "C31T33 SERV",
}
"""ISIC Rev. 3 against Rev. 4: publishing and recycling moved to services, household appliances
to electrical equipment, medical instruments to other manufacturing."""

WIOD2016_TO_ICIO = {
    "A01": "A01",
    "A02": "A02",
    "A03": "A03",
    "B": "B05 B06 B07 B08 B09",
    "C10-C12": "C10T12",
    "C13-C15": "C13T15",
    "C16": "C16",
    "C17": "C17_18",
    "C18": "C17_18",
    "C19": "C19",
    "C20": "C20",
    "C21": "C21",
    "C22": "C22",
    "C23": "C23",
    "C24": "C24A C24B",
    "C25": "C25",
    "C26": "C26",
    "C27": "C27",
    "C28+C33": "C28 C31T33",
    "C29": "C29",
    "C30": "C301 C302T309",
    "C31_C32": "C31T33",
}


def write_lists(shared: Path) -> dict[str, bytes]:
    """Return the content of every list by file name."""
    industries = _industries(shared)
    return {
        "economies.csv": _csv(_economies(shared)),
        "industries.csv": _csv(industries),
        "industry_links.csv": _csv(_links(shared, industries)),
    }


def _csv(rows: list[dict[str, str]]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, fieldnames=list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def _economies(shared: Path) -> list[dict[str, str]]:
    countries = read_csv(shared / "strategic" / "countries.csv")
    rows = [
        {
            "code": row["iso3"],
            "name": SHORT_NAMES.get(row["iso3"], row["name"].replace("&", "and")),
            "iso2": row["iso2"] or "",
            "numeric": row["iso_num"].zfill(3),
            "region": row["region"] or "",
            "subregion": row["subregion"] or "",
            "kind": "economy",
        }
        for row in countries.iter_rows(named=True)
    ]
    blank = {"iso2": "", "numeric": "", "region": "", "subregion": ""}
    rows += [{"code": code, "name": name, **blank, "kind": kind} for code, name, kind in EXTRA]
    return sorted(rows, key=lambda row: row["code"])


def industry_frame(shared: Path) -> pl.DataFrame:
    """Return every industry with classification, code, name and common group."""
    return pl.DataFrame(_industries(shared))


def _industries(shared: Path) -> list[dict[str, str]]:
    labels = shared / "mrio" / "labels"
    rows = []
    files = {
        "ICIO2025": "industries_icio25_28.csv",
        "WIOD2013": "industries_wiod13_35.csv",
        "WIOD2016_50": "industries_wiod16_50.csv",
    }
    for classification, name in files.items():
        listed = read_csv(labels / name).select("code", "name", pl.col("common14").alias("group"))
        rows += [{"classification": classification, **row} for row in listed.iter_rows(named=True)]
    group = {r["code"]: r["group"] for r in rows if r["classification"] == "WIOD2016_50"}
    rows += [
        {
            "classification": "WIOD2016",
            "code": row["code"],
            "name": row["name"],
            "group": group[row["code50"]],
        }
        for row in read_csv(labels / "industries_wiod16_56.csv").iter_rows(named=True)
    ]
    rows += [
        {"classification": "COMMON14", "code": code, "name": name, "group": code}
        for code, name in GROUPS.items()
    ]
    return rows


def _links(shared: Path, industries: list[dict[str, str]]) -> list[dict[str, str]]:
    rows = []

    def link(source: str, target: str, code: str, goals: str) -> None:
        rows.extend(
            {"source": source, "target": target, "source_code": code, "target_code": goal}
            for goal in goals.split()
        )

    for row in industries:
        name, code = row["classification"], row["code"]
        if name != "COMMON14":
            link(name, "COMMON14", code, row["group"])
        if name == "WIOD2013":
            link(name, "ICIO2025", code, WIOD2013_TO_ICIO.get(code, "SERV"))
        if name == "WIOD2016_50":
            link(name, "ICIO2025", code, WIOD2016_TO_ICIO.get(code, "SERV"))
    merged = read_csv(shared / "mrio" / "labels" / "industries_wiod16_56.csv")
    for row in merged.iter_rows(named=True):
        link("WIOD2016", "WIOD2016_50", row["code"], row["code50"])
    return rows
