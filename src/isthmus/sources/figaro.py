"""Eurostat FIGARO: inter-country tables industry by industry, one CSV file a year."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from isthmus.evidence import DatasetRecord, Kind
from isthmus.sources.matrix import Layout, Square, columns_of, printed, read_square
from isthmus.sources.published import Peek, Published, Source, Wishes, finished, plain_text, year_of

LAYOUT = (
    "Eurostat, FIGARO tables, files matrix_eu-ic-io_ind-by-ind_<edition>_<year>.csv: first cell "
    "rowLabels, rows DE_A01, W2_D1; as read by the R packages iotables 0.1.0 (Figaro) and "
    "exvatools (extract_figaro)"
)
CATEGORIES: Mapping[str, str] = {
    "P3_S13": "government",
    "P3_S14": "households",
    "P3_S15": "non-profit institutions serving households",
    "P51G": "fixed investment",
    "P5M": "changes in inventories and acquisitions less disposals of valuables",
}
_BELOW = {
    "D1": "VALUE_ADDED",
    "D29X39": "VALUE_ADDED",
    "B2A3G": "VALUE_ADDED",
    "D21X31": "OTHER_PRIMARY_INPUTS",
    "OP_RES": "OTHER_PRIMARY_INPUTS",
    "OP_NRES": "OTHER_PRIMARY_INPUTS",
}
BELOW: Mapping[str, str] = _BELOW | {f"W2_{name}": kind for name, kind in _BELOW.items()}
NAME = re.compile(r"ind-by-ind_(\d\d)ed_(\d{4})", re.IGNORECASE)


def reads(found: Peek) -> bool:
    """Tell whether a file is a table of FIGARO in the square layout."""
    behind = {name.partition("_")[2] for name in found.header[1:]}
    return len(found.header) > 3 and {"P3_S14", "P51G"} <= behind


def dataset(path: Path, wishes: Wishes) -> Published:
    """Read one year of FIGARO; values stay in million EUR.

    Raises
    ------
    BadInput
        With every label and cell that is wrong, or when nothing says which year it is of.
    """
    named = NAME.search(path.name)
    hint = "keep the publisher's name (matrix_eu-ic-io_ind-by-ind_25ed_2022.csv)"
    year = year_of(path, wishes, named and named[2], hint)
    table = plain_text(path, wishes.reading)
    layout = Layout("figaro", CATEGORIES, BELOW)
    square = read_square(table, layout, wishes.reading, repair=wishes.repair)
    edition = f"20{named[1]}" if named else ""
    record = finished(_record(path, square, edition, year), wishes)
    said = f"FIGARO, edition {edition}, industry by industry" if edition else "FIGARO"
    notes = (*table.notes, *square.notes)
    return Published(record, printed(square), (said,), notes, repair=True)


def _record(path: Path, square: Square, edition: str, year: int) -> DatasetRecord:
    return DatasetRecord(
        key=f"mrio_figaro{edition}_{year}",
        title=f"FIGARO inter-country input-output table, industry by industry, {year}",
        publisher="Eurostat and the Joint Research Centre of the European Commission",
        edition=f"FIGARO, edition {edition}" if edition else "FIGARO, edition not known",
        years=(year,),
        unit="million EUR",
        kind=Kind.ESTIMATED,
        licence="Reuse allowed with credit (Commission Decision 2011/833/EU, CC BY 4.0)",
        attribution="Eurostat, FIGARO",
        redistribution="allowed",
        address="https://ec.europa.eu/eurostat/web/esa-supply-use-input-tables/database",
        coverage=f"{len(square.economies)} economies x {len(square.industries)} industries, "
        "current prices",
        columns=columns_of(square, CATEGORIES),
        steps=(
            f"read from {path.name}",
            "value added: D1, D29X39 and B2A3G; other inputs: D21X31, OP_RES and OP_NRES",
            *square.notes,
        ),
        faults=(
            "balanced: bilateral cells are estimates of the publisher, not customs records",
            "output is the sum of sales: the file holds none",
        ),
    )


SOURCE = Source(
    "FIGARO of Eurostat",
    "matrix_eu-ic-io_ind-by-ind_25ed_2022.csv",
    LAYOUT,
    "mrio_",
    reads,
    dataset,
)
