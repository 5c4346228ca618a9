"""ADB multiregional input-output tables: the workbook of one year."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import polars as pl

from isthmus.errors import BadInput, InputProblem, raise_all
from isthmus.evidence import DatasetRecord, Kind
from isthmus.runtime.reading.workbooks import ENDINGS, Row, open_workbook
from isthmus.sources.matrix import Layout, Square, columns_of, printed, read_square
from isthmus.sources.published import Peek, Published, Source, Wishes, finished, year_of
from isthmus.sources.text import TextTable, capped

LAYOUT = (
    "Asian Development Bank, Multiregional Input-Output Tables (kidb.adb.org/mrio), workbook "
    "ADB-MRIO-<year>: lines of title, prices and unit; then names, economies and codes (c1 to c35, "
    "F1 to F5) across and down, ToT; rows r60, r99, r61, r62, r63, r64, trs, r69 below; as "
    "github.com/ksreyes/mrio (R/check.R) and MARIO (parse_adb) read them"
)
CATEGORIES: Mapping[str, str] = {
    "F1": "households",
    "F2": "non-profit institutions serving households",
    "F3": "government",
    "F4": "fixed investment",
    "F5": "changes in inventories",
}
BELOW: Mapping[str, str] = {
    "r64": "VALUE_ADDED",
    "r99": "OTHER_PRIMARY_INPUTS",
    "r61": "OTHER_PRIMARY_INPUTS",
    "r62": "OTHER_PRIMARY_INPUTS",
    "r63": "OTHER_PRIMARY_INPUTS",
    "trs": "OTHER_PRIMARY_INPUTS",
    "r69": "OUTPUT",
}
INNER = "r60"
"""Row of all intermediate inputs together."""
TOTAL = "TOT"
ECONOMIES: Mapping[str, str] = {
    "BAN": "BGD",
    "BHU": "BTN",
    "BRU": "BRN",
    "CAM": "KHM",
    "DEN": "DNK",
    "FIJ": "FJI",
    "GER": "DEU",
    "INO": "IDN",
    "IRE": "IRL",
    "KUW": "KWT",
    "MAL": "MYS",
    "MLD": "MDV",
    "MON": "MNG",
    "NEP": "NPL",
    "NET": "NLD",
    "PHI": "PHL",
    "POR": "PRT",
    "PRC": "CHN",
    "ROM": "ROU",
    "SIN": "SGP",
    "SPA": "ESP",
    "SRI": "LKA",
    "SWI": "CHE",
    "TAP": "TWN",
    "UAE": "ARE",
    "UKG": "GBR",
    "VIE": "VNM",
}
"""Codes of the bank that are not those of ISO 3166."""
NAME = re.compile(r"ADB.?MRIO", re.IGNORECASE)
_CODE = re.compile(r"c\d+|F\d+")
_TITLE = re.compile(r"Input.?Output Table\D*((?:19|20)\d\d)", re.IGNORECASE)
_UNIT = re.compile(r"millions? of (?:US ?\$|USD|US dollars)", re.IGNORECASE)


def reads(found: Peek) -> bool:
    """Tell whether a file is a workbook of the bank, by its name."""
    return found.path.suffix.lower() in ENDINGS and bool(NAME.search(found.path.name))


def dataset(path: Path, wishes: Wishes) -> Published:
    """Read the table of a year; value added at basic prices, other inputs and output as printed.

    Raises
    ------
    BadInput
        With every label and cell that is wrong; when no sheet holds a table, or nothing says in
        which year and unit.
    """
    sheet, rows, at = _sheet(path)
    above = " ".join(cell for row in rows[:at] for cell in row if cell)
    if not _UNIT.search(above):
        what = "the lines above the table do not say 'in millions of US$'"
        raise BadInput(what, where=f"{path.name}, sheet {sheet}")
    titled = _TITLE.search(above)
    hint = "keep the publisher's title above the table"
    year = year_of(path, wishes, titled and titled[1], hint)
    table = _labelled(rows, at, f"{path.name}, sheet {sheet}")
    layout = Layout("adb", CATEGORIES, BELOW, (TOTAL,))
    square = read_square(table, layout, wishes.reading, repair=wishes.repair)
    industries = _names(rows, at)
    constant = "constant" in above.lower()
    record = finished(_record(path, square, year, industries, constant=constant), wishes)
    said = "ADB MRIO" + (", at constant prices" if constant else "")
    return Published(record, printed(square), (said,), square.notes, repair=True)


def _sheet(path: Path) -> tuple[str, list[Row], int]:
    """Return the sheet that holds a table, its rows, and the place of the row of codes."""
    book = open_workbook(path)
    for name in book.sheets:
        rows = book.rows(name)
        for at, row in enumerate(rows[:12]):
            codes = [cell for cell in row[4:] if cell and _CODE.fullmatch(cell.strip())]
            if len(codes) > 1 and "F1" in codes and at > 0:
                return name, rows, at
    what = "no sheet holds a row of the codes c1, c2, ..., F1"
    raise BadInput(what, where=str(path), hint=f"its sheets: {', '.join(book.sheets)}")


def _labelled(rows: Sequence[Row], at: int, name: str) -> TextTable:
    """Return the table with one label a row and a column: ``DEU_c1``."""
    economies, codes = rows[at - 1], rows[at]
    across = {
        n: _label(economies[n], codes[n]) for n in range(4, len(codes)) if economies[n] or codes[n]
    }
    down = {n: _label(row[2], row[3]) for n, row in enumerate(rows) if n > at and row[3]}
    kept = {n: label for n, label in down.items() if label != INNER}
    repeated = [label for label, count in Counter(across.values()).items() if count > 1]
    twice = [InputProblem(f"{label} stands twice", f"row {at + 1}") for label in repeated]
    raise_all(f"the table {name}", capped(twice))
    columns: dict[str, list[str | None]] = {"label": list(kept.values())}
    columns |= {label: [rows[r][c] for r in kept] for c, label in across.items()}
    frame = pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String))
    lines = pl.Series("line", [r + 1 for r in kept], dtype=pl.Int64)
    return TextTable(frame, lines, name, noun="sheet row")


def _label(economy: str | None, code: str | None) -> str:
    bare, short = (economy or "").strip(), (code or "").strip()
    if bare.upper() == TOTAL:
        return short or TOTAL
    return f"{ECONOMIES.get(bare, bare)}_{short}"


def _names(rows: Sequence[Row], at: int) -> dict[str, str]:
    """Return the names of the industries by code, from the column beside the codes."""
    named = (row for row in rows[at + 1 :] if row[1] and row[3])
    return {str(row[3]).strip(): " ".join(str(row[1]).split()) for row in named}


def _record(
    path: Path, square: Square, year: int, industries: Mapping[str, str], *, constant: bool
) -> DatasetRecord:
    return DatasetRecord(
        key=f"mrio_adb{'constant' if constant else ''}_{year}",
        title=f"ADB multiregional input-output table, {year}",
        publisher="Asian Development Bank",
        edition=f"workbook {path.name}",
        years=(year,),
        unit="million USD",
        kind=Kind.ESTIMATED,
        licence="terms of use of the Asian Development Bank: with credit, not to be sold",
        attribution="Asian Development Bank, Multiregional Input-Output Tables",
        redistribution="derived_only",
        address="https://kidb.adb.org/mrio",
        coverage=f"{len(square.economies)} economies x {len(square.industries)} industries, "
        f"{'constant' if constant else 'current'} prices",
        columns=columns_of(square, CATEGORIES, industries),
        steps=(
            f"read from {path.name}",
            "value added: r64; other inputs: r99, r61, r62, r63 and trs; output: r69",
            *square.notes,
        ),
        faults=("balanced: bilateral cells are estimates of the publisher, not customs records",),
    )


SOURCE = Source("ADB MRIO", "ADB-MRIO-2024-August 2025.xlsx", LAYOUT, "mrio_", reads, dataset)
