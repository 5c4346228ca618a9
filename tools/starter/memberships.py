"""Hand-coded public facts: which economy belongs to which coalition from when to when."""

from __future__ import annotations

from pathlib import Path

import polars as pl
from tools.starter.common import OWN, Built

from isthmus.evidence import DatasetRecord, Kind

EDITION = "2026-01-01"
"""Day up to which changes of membership are entered: the edition of the data set."""

COALITIONS = {
    "EU27_2020": ("European Union, 27 members from 2020", True),
    "EU28": ("European Union, 28 members of 2013 to 2020", True),
    "EU27_2007": ("European Union, 27 members of 2007 to 2013", True),
    "EU15": ("European Union, 15 members of 1995 to 2004", True),
    "EU": ("European Union at a date", False),
    "EA": ("Euro area at a date", False),
    "NATO": ("North Atlantic Treaty Organization at a date", False),
    "NATO_EUROPE": ("European members of NATO at a date, without Turkiye", False),
    "PESCO": ("Permanent Structured Cooperation of the EU at a date", False),
    "G7": ("Group of Seven at a date", False),
    "BRICS": ("BRICS at a date", False),
    "ASEAN": ("Association of Southeast Asian Nations at a date", False),
    "CSTO": ("Collective Security Treaty Organization at a date", False),
    "NB8": ("Nordic-Baltic Eight", True),
    "V4": ("Visegrad Group", True),
    "EUROPE": ("Europe: EU27_2020, ISL, NOR, CHE and GBR, as this project groups it", True),
}

ENTRIES = {
    "EU": [
        ("1958-01-01", "BEL DEU FRA ITA LUX NLD"),
        ("1973-01-01", "DNK GBR IRL"),
        ("1981-01-01", "GRC"),
        ("1986-01-01", "ESP PRT"),
        ("1995-01-01", "AUT FIN SWE"),
        ("2004-05-01", "CYP CZE EST HUN LTU LVA MLT POL SVK SVN"),
        ("2007-01-01", "BGR ROU"),
        ("2013-07-01", "HRV"),
    ],
    "EA": [
        ("1999-01-01", "AUT BEL DEU ESP FIN FRA IRL ITA LUX NLD PRT"),
        ("2001-01-01", "GRC"),
        ("2007-01-01", "SVN"),
        ("2008-01-01", "CYP MLT"),
        ("2009-01-01", "SVK"),
        ("2011-01-01", "EST"),
        ("2014-01-01", "LVA"),
        ("2015-01-01", "LTU"),
        ("2023-01-01", "HRV"),
        ("2026-01-01", "BGR"),
    ],
    "NATO": [
        ("1949-08-24", "BEL CAN DNK FRA GBR ISL ITA LUX NLD NOR PRT USA"),
        ("1952-02-18", "GRC TUR"),
        ("1955-05-06", "DEU"),
        ("1982-05-30", "ESP"),
        ("1999-03-12", "CZE HUN POL"),
        ("2004-03-29", "BGR EST LTU LVA ROU SVK SVN"),
        ("2009-04-01", "ALB HRV"),
        ("2017-06-05", "MNE"),
        ("2020-03-27", "MKD"),
        ("2023-04-04", "FIN"),
        ("2024-03-07", "SWE"),
    ],
    "PESCO": [
        (
            "2017-12-11",
            "AUT BEL BGR CYP CZE DEU ESP EST FIN FRA GRC HRV HUN IRL ITA LTU LUX LVA NLD POL PRT "
            "ROU SVK SVN SWE",
        ),
        ("2023-05-23", "DNK"),
    ],
    "G7": [("1975-11-15", "DEU FRA GBR ITA JPN USA"), ("1976-06-27", "CAN")],
    "BRICS": [
        ("2009-06-16", "BRA CHN IND RUS"),
        ("2010-12-24", "ZAF"),
        ("2024-01-01", "ARE EGY ETH IRN"),
        ("2025-01-06", "IDN"),
    ],
    "ASEAN": [
        ("1967-08-08", "IDN MYS PHL SGP THA"),
        ("1984-01-07", "BRN"),
        ("1995-07-28", "VNM"),
        ("1997-07-23", "LAO MMR"),
        ("1999-04-30", "KHM"),
        ("2025-10-26", "TLS"),
    ],
    "CSTO": [("2002-10-07", "ARM BLR KAZ KGZ RUS TJK"), ("2006-08-16", "UZB")],
    "NB8": [("1992-01-01", "DNK EST FIN ISL LTU LVA NOR SWE")],
    "V4": [("1993-01-01", "CZE HUN POL SVK")],
}

ENDED = {("EU", "GBR"): "2020-02-01", ("CSTO", "UZB"): "2012-06-28"}
"""First day outside, where a membership has ended or been suspended for good."""

FIXED_ON = {
    "EU27_2020": "2020-02-01",
    "EU28": "2013-07-01",
    "EU27_2007": "2007-01-01",
    "EU15": "1995-01-01",
}
"""Compositions of the European Union, fixed by the day on which they came about."""


def membership_rows() -> list[dict[str, str]]:
    """Return coalition, economy, since, until; sorted."""
    rows = [
        {
            "coalition": coalition,
            "economy": code,
            "since": since,
            "until": ENDED.get((coalition, code), ""),
        }
        for coalition, steps in ENTRIES.items()
        for since, codes in steps
        for code in codes.split()
    ]
    union = [row for row in rows if row["coalition"] == "EU"]
    for coalition, day in FIXED_ON.items():
        rows += [
            {"coalition": coalition, "economy": row["economy"], "since": row["since"], "until": ""}
            for row in union
            if row["since"] <= day and (not row["until"] or day < row["until"])
        ]
    rows += [
        {"coalition": "EUROPE", "economy": row["economy"], "since": "2020-02-01", "until": ""}
        for row in rows
        if row["coalition"] == "EU27_2020"
    ]
    rows += [
        {"coalition": "EUROPE", "economy": code, "since": "2020-02-01", "until": ""}
        for code in ("CHE", "GBR", "ISL", "NOR")
    ]
    rows += [
        {**row, "coalition": "NATO_EUROPE"}
        for row in rows
        if row["coalition"] == "NATO" and row["economy"] not in {"USA", "CAN", "TUR"}
    ]
    return sorted(rows, key=lambda row: (row["coalition"], row["since"], row["economy"]))


def build(shared: Path) -> Built:
    """Return the members of every coalition, one row per stay."""
    named = [
        {
            "coalition": row["coalition"],
            "name": COALITIONS[row["coalition"]][0],
            "fixed": COALITIONS[row["coalition"]][1],
            "economy": row["economy"],
            "since": row["since"],
            "until": row["until"] or None,
        }
        for row in membership_rows()
    ]
    order = list(COALITIONS)
    named.sort(key=lambda row: order.index(str(row["coalition"])))
    record = DatasetRecord(
        key="coalition_members",
        title="Members of coalitions, each with the first day inside and the first day outside",
        publisher="The Isthmus developers",
        edition=EDITION,
        unit="membership",
        kind=Kind.MEASURED,
        licence=OWN,
        attribution="The Isthmus developers",
        redistribution="allowed",
        coverage=f"{len(COALITIONS)} coalitions; changes up to the day of the edition",
        columns={
            "coalition": "code",
            "name": "name in words",
            "fixed": "whether the members are part of the definition and take no day",
            "economy": "member",
            "since": "first day of membership",
            "until": "first day outside; empty while it lasts",
        },
        steps=(
            "typed from the public lists of members of each organisation",
            "years of accession to the European Union and NATO and the members of PESCO compared "
            "with a second list",
            "NATO_EUROPE is NATO without Canada, Turkiye and the United States",
            "EUROPE is a grouping of this project for sources that name Europe as one: the 27 "
            "members of the European Union with Iceland, Norway, Switzerland and the United "
            "Kingdom",
        ),
        faults=(
            "what changes after the day of the edition is not known; without a day of their own, "
            "coalitions are taken on that day",
        ),
    )
    schema = {name: pl.Boolean if name == "fixed" else pl.String for name in record.columns}
    return [(record, pl.DataFrame(named, schema=schema))]
