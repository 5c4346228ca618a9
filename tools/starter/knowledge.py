"""What is known of industries, stages and transit hubs beside any table, as lists with records."""

from __future__ import annotations

from pathlib import Path

import polars as pl
from tools.starter.common import OWN, OWN_CREDIT, Built

from isthmus.evidence import DatasetRecord, Kind

EDITION = "own list 2026"

_ARMS = "holds arms by hs_to_industry"
_LISTINGS = "among the lines of the firms that coded export listings named"
_CHIPS = "large buyer of electronics whose lines the cascade follows"
ROLES = (
    ("electronics", "C26", "the industry that makes chips"),
    ("chip_users", "C27", _CHIPS),
    ("chip_users", "C28", _CHIPS),
    ("chip_users", "C29", _CHIPS),
    ("chip_users", "C302T309", _CHIPS),
    ("listed", "C24B", _LISTINGS),
    ("listed", "C26", _LISTINGS),
    ("listed", "C27", _LISTINGS),
    ("listed", "C28", _LISTINGS),
    ("listed", "C302T309", _LISTINGS),
    ("defence", "O", "public administration and defence: the buyer, as near as the table comes"),
    ("arms", "C25", f"{_ARMS}: weapons and ammunition (HS 93)"),
    ("arms", "C26", f"{_ARMS}: radar and navigation (8526, 9014)"),
    ("arms", "C301", f"{_ARMS}: warships (890610)"),
    ("arms", "C302T309", f"{_ARMS}: tanks (8710), aircraft and spacecraft (8802)"),
)

STAGES = (
    ("leading", "leading-edge logic (<10 nm)"),
    ("advanced", "advanced logic 10-22 nm"),
    ("mature", "mature logic 28-45 nm"),
    ("older", "mature logic >45 nm"),
    ("memory", "memory (DRAM and NAND together)"),
    ("discrete", "discrete-analog-optoelectronics (DAO)"),
    ("packaging", "assembly-test-packaging (ATP)"),
)

HUBS = (("CHN", "HKG", "a customs territory of its own through which goods of CHN pass"),)

DISTANCES = (
    (
        "TWN",
        0.1,
        "does not vote in the General Assembly; placed near the members of the coalition it seeks "
        "to cooperate with",
    ),
    ("HKG", 0.5, "does not vote in the General Assembly; midpoint of the scale"),
    ("ROW", 0.5, "many economies together; midpoint of the scale"),
)


def build_codes(shared: Path) -> Built:
    """Return the roles of industries, the stages of split industries and the transit hubs."""
    roles = pl.DataFrame(
        [("ICIO2025", *row) for row in ROLES],
        schema=["classification", "role", "industry", "reason"],
        orient="row",
    )
    stages = pl.DataFrame(
        [("chips", "C26", n, *row) for n, row in enumerate(STAGES, 1)],
        schema={
            "split": pl.String,
            "industry": pl.String,
            "order": pl.Int16,
            "stage": pl.String,
            "name": pl.String,
        },
        orient="row",
    )
    hubs = pl.DataFrame(list(HUBS), schema=["economy", "hub", "reason"], orient="row")
    return [
        (
            _record(
                "industry_roles",
                "Industries by what a study asks of them",
                Kind.ASSUMED,
                "five roles, in the codes of the ICIO's 2025 edition",
                {
                    "classification": "classification of the code",
                    "role": "electronics, chip_users, listed, defence or arms",
                    "industry": "code",
                    "reason": "why the industry is in the list",
                },
                "a whole industry stands for the part of it that is meant: the share for defence, "
                "or of listed firms, is in no data at hand",
            ),
            roles,
        ),
        (
            _record(
                "industry_stages",
                "Stages into which an industry is split, in the order of their names in the facts",
                Kind.MEASURED,
                "chips, split from electronics: seven stages",
                {
                    "split": "name of the split",
                    "industry": "industry that is split (ICIO2025)",
                    "order": "order in which stages are listed",
                    "stage": "short name",
                    "name": "name in chip_facts",
                },
                "equipment and materials for chips are no stage here",
            ),
            stages,
        ),
        (
            _record(
                "hubs",
                "Transit hubs that stand beside an economy's own trade",
                Kind.MEASURED,
                "hubs that a page shows beside the economy they serve",
                {
                    "economy": "economy whose goods pass through",
                    "hub": "customs territory that records them",
                    "reason": "why they are shown together",
                },
                "not a list of all re-exporting economies",
            ),
            hubs,
        ),
    ]


def build_distances(shared: Path) -> Built:
    """Return geopolitical distances of economies that do not vote."""
    record = _record(
        "assumed_distances",
        "Geopolitical distances of economies without votes in the General Assembly",
        Kind.ASSUMED,
        "economies of the flows without an ideal point",
        {
            "economy": "economy or aggregate",
            "value": "distance g from any importer, 0 near to 1 far",
            "reason": "why this value",
        },
        "a judgement; the indicator without distances stands beside it",
        unit="fraction of the year's range of ideal points",
    )
    frame = pl.DataFrame(list(DISTANCES), schema=["economy", "value", "reason"], orient="row")
    return [(record, frame.sort("economy"))]


def _record(
    key: str,
    title: str,
    kind: Kind,
    coverage: str,
    columns: dict[str, str],
    *faults: str,
    unit: str = "list",
) -> DatasetRecord:
    return DatasetRecord(
        key=key,
        title=title,
        publisher="The Isthmus developers",
        edition=EDITION,
        unit=unit,
        kind=kind,
        licence=OWN,
        attribution=OWN_CREDIT,
        redistribution="allowed",
        coverage=coverage,
        columns=columns,
        steps=("compiled by hand",),
        faults=faults,
    )
