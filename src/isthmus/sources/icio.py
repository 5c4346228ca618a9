"""OECD inter-country input-output tables, editions 2016 to 2025: one CSV file a year."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from isthmus.evidence import DatasetRecord, Kind
from isthmus.sources.matrix import Layout, Square, columns_of, printed, read_square
from isthmus.sources.published import Peek, Published, Source, Wishes, finished, plain_text, year_of

LAYOUT = (
    "OECD, Inter-Country Input-Output tables, ReadMe of each edition; rows and columns as read by "
    "pymrio 0.7.0 (parse_oecd: rows TLS, VA, OUT of 2023, TAXSUB, VALU, OUTPUT of 2021, VA+TAXSUB "
    "and final demand HFCE_AUS of 2016; columns OUT and TOTAL) and MARIO 1.3.2 "
    "(parse_oecd: edition 2025 with CN1, CN2, MX1, MX2)"
)
CATEGORIES: Mapping[str, str] = {
    "HFCE": "households",
    "NPISH": "non-profit institutions serving households",
    "GGFC": "government",
    "GFCF": "fixed investment",
    "INVNT": "changes in inventories",
    "DPABR": "direct purchases abroad by residents",
    "NONRES": "direct purchases by non-residents",
    "FD": "final demand",
    "NPS": "non-profit institutions serving households",
    "INV": "changes in inventories",
    "P33": "direct purchases abroad by residents",
    "DIRP": "direct purchases abroad by residents",
    "CONS_ABR": "direct purchases abroad by residents",
    "DISC": "statistical discrepancy, of unknown destination",
}
BELOW: Mapping[str, str] = {
    "VA": "VALUE_ADDED",
    "VALU": "VALUE_ADDED",
    "VA+TAXSUB": "VALUE_ADDED",
    "TLS": "OTHER_PRIMARY_INPUTS",
    "TAXSUB": "OTHER_PRIMARY_INPUTS",
    "OUT": "OUTPUT",
    "OUTPUT": "OUTPUT",
}
TOTALS = ("OUT", "OUTPUT", "TOTAL")
_NAMED = re.compile(r"ICIO(\d{4})_(\d{4})", re.IGNORECASE)
_YEAR = re.compile(r"(?<!\d)(19|20)\d\d(?!\d)")


def reads(found: Peek) -> bool:
    """Tell whether a file is a table of the ICIO, by the labels of its header."""
    if len(found.header) < 4:
        return False
    named = {part for name in found.header[1:] if "_" in name for part in name.split("_", 1)}
    closed = bool(set(found.header[-3:]) & set(TOTALS))
    return "HFCE" in named and (closed or "GFCF" in named)


def dataset(path: Path, wishes: Wishes) -> Published:
    """Read one year of the ICIO; the split parts of China and Mexico are added up.

    Raises
    ------
    BadInput
        With every label and cell that is wrong, or when nothing says which year it is of.
    """
    table = plain_text(path, wishes.reading)
    layout = Layout("icio", CATEGORIES, BELOW, TOTALS)
    square = read_square(table, layout, wishes.reading, repair=wishes.repair)
    edition = _edition(path, square)
    year = _year(path, wishes)
    record = finished(_record(path, square, edition, year), wishes)
    said = f"OECD ICIO, edition {edition}" if edition else "OECD ICIO"
    notes = (*table.notes, *square.notes)
    return Published(record, printed(square), (said,), notes, repair=True)


def _edition(path: Path, square: Square) -> str:
    """Return the edition that the file's name or its industries tell, or an empty text."""
    if named := _NAMED.search(path.name):
        return named[1]
    industries = set(square.industries)
    if {"C301", "C302T309"} & industries or {"A01", "A02"} <= industries:
        return "2025"
    if "A01_02" in industries:
        return "2023"
    return "2021" if {"01T02", "D01T02"} & industries else ""


def _year(path: Path, wishes: Wishes) -> int:
    named = _NAMED.search(path.name)
    found = [named[2]] if named else [m[0] for m in _YEAR.finditer(path.name)]
    hint = "keep the publisher's name of the file (2022.csv, ICIO2021_2018.csv)"
    return year_of(path, wishes, found[0] if len(found) == 1 else None, hint)


def _record(path: Path, square: Square, edition: str, year: int) -> DatasetRecord:
    return DatasetRecord(
        key=f"mrio_icio{edition}_{year}",
        title=f"OECD inter-country input-output table, {year}",
        publisher="OECD",
        edition=f"ICIO, edition {edition}" if edition else "ICIO, edition not known",
        years=(year,),
        unit="million USD",
        kind=Kind.ESTIMATED,
        licence="CC BY 4.0",
        attribution="OECD, Inter-Country Input-Output tables",
        redistribution="allowed",
        address="https://oe.cd/icio",
        coverage=f"{len(square.economies)} economies x {len(square.industries)} industries, "
        "current prices",
        columns=columns_of(square, CATEGORIES),
        steps=(f"read from {path.name}", *square.notes),
        faults=("balanced: bilateral cells are estimates of the publisher, not customs records",),
    )


SOURCE = Source("OECD ICIO", "2022.csv or ICIO2021_2018.csv", LAYOUT, "mrio_", reads, dataset)
