"""CEPII Gravity: distances and common borders of pairs of economies, of the newest year."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from isthmus import codes
from isthmus.errors import InputProblem, raise_all
from isthmus.evidence import DatasetRecord, Kind
from isthmus.evidence.record import ON_ADDING
from isthmus.runtime.reading import open_regular
from isthmus.sources.flows import Rows, numbers
from isthmus.sources.published import Peek, Published, Source, Wishes, finished, plain_text
from isthmus.sources.pull import Offer, WantedData, edition_in
from isthmus.sources.text import TextOptions, TextTable, capped, read_bytes

LAYOUT = (
    "CEPII, Gravity database, documentation of version 202211 (Conte, Cotterlaz, Mayer 2022): "
    "year, country_id_o, country_id_d, iso3_o, iso3_d, country_exists_o, country_exists_d, "
    "distw_harmonic, distcap, contig, in Gravity_V202211.csv"
)
NEEDED = ("year", "iso3_o", "iso3_d", "distw_harmonic", "distcap", "contig")
EXIST = ("country_exists_o", "country_exists_d")
VERSION = "202211"
ADDRESS = "https://www.cepii.fr/CEPII/en/bdd_modele/bdd_modele_item.asp?id=8"
LICENCE = "Etalab Open Licence 2.0"


def reads(found: Peek) -> bool:
    """Tell whether a file is the table of Gravity."""
    return found.names >= set(NEEDED)


def dataset(path: Path, wishes: Wishes) -> Published:
    """Read distances and borders of the newest year in the file; each pair once.

    Raises
    ------
    BadInput
        With every cell that is wrong.
    """
    table, year = _newest(path, wishes.reading)
    names = {c.casefold(): c for c in table.frame.columns}
    frame = table.frame.select(
        pl.col(names["iso3_o"]).alias("economy"), pl.col(names["iso3_d"]).alias("partner")
    ).with_columns(table.lines.alias("line"))
    rows = Rows(frame, path.name, list(table.notes))
    columns = {name: names[name] for name in NEEDED[3:]}
    columns |= {name: names[name] for name in EXIST if name in names}
    numbers(rows, table, columns, wishes.reading)
    if set(EXIST) <= set(columns):
        gone = (pl.col(EXIST[0]) != 1) | (pl.col(EXIST[1]) != 1)
        rows.leave_out(gone, f"states that do not exist in {year}")
    known = [code for code, e in codes.economies().items() if e.kind != "aggregate"]
    strange = ~pl.col("economy").is_in(known) | ~pl.col("partner").is_in(known)
    rows.leave_out(strange.fill_null(True), "codes that are no economy")
    rows.leave_out(pl.col("economy") == pl.col("partner"), "distances within an economy")
    rows.once("economy", "partner")
    rows.leave_out(pl.col("distcap").is_null(), "pairs without a distance")
    rows.wrong("is neither 0 nor 1", ~pl.col("contig").is_in([0.0, 1.0]), names["contig"])
    for name in ("distw_harmonic", "distcap"):
        rows.wrong("is negative", pl.col(name) < 0, names[name])
    raise_all(f"CEPII Gravity {path.name}", capped(rows.problems))
    made = _pairs(rows)
    record = _record(path, year, rows)
    said = f"CEPII Gravity, year {year}"
    return Published(finished(record, wishes), made, (said,), tuple(rows.notes))


def _newest(path: Path, options: TextOptions) -> tuple[TextTable, int]:
    """Return the rows of the newest year; the others, of a gigabyte, are not kept."""
    with open_regular(path, what="table") as handle:
        header = handle.readline()
        place = [
            c.strip(' "\r\n').lower() for c in header.decode("utf-8-sig", "replace").split(",")
        ]
        if "year" not in place:
            return _filtered(plain_text(path, options, NEEDED))
        at = place.index("year")
        newest, kept, lines = -1, [header], [1]
        for number, line in enumerate(handle, 2):
            cells = line.split(b",", at + 1)
            text = cells[at].strip(b' "') if len(cells) > at else b""
            year = int(text) if text.isdigit() and len(text) == 4 else -1
            if year > newest:
                newest, kept, lines = year, [header], [1]
            if year == newest:
                kept.append(line)
                lines.append(number)
    table = read_bytes(b"".join(kept), path.name, options, wanted=NEEDED)
    shifted = pl.Series("line", [lines[n - 1] for n in table.lines], dtype=pl.Int64)
    return TextTable(table.frame, shifted, table.name, notes=table.notes), newest


def _filtered(table: TextTable) -> tuple[TextTable, int]:
    """Return the rows of the newest year of a file that a spreadsheet saved again."""
    column = next(c for c in table.frame.columns if c.casefold() == "year")
    years = table.frame[column].cast(pl.Int32, strict=False)
    newest = years.max()
    if not isinstance(newest, int):
        raise_all("CEPII Gravity", [InputProblem("no year in it", f"{table.name}, column year")])
        raise AssertionError
    at = (years == newest).fill_null(False)
    kept = TextTable(
        table.frame.filter(at), table.lines.filter(at), table.name, delimiter=table.delimiter
    )
    return kept, newest


def _pairs(rows: Rows) -> pl.DataFrame:
    """Return each pair once, in whole kilometres."""
    whole = pl.col("distw_harmonic").round().cast(pl.Int32)
    capital = pl.col("distcap").round().cast(pl.Int32)
    pair = ["economy", "partner"]
    frame = rows.frame.sort(pair).select(
        pl.min_horizontal(pair).alias("economy"),
        pl.max_horizontal(pair).alias("partner"),
        whole.alias("distance"),
        capital.alias("capital_distance"),
        (pl.col("contig") == 1).alias("contiguous"),
    )
    first = frame.unique(pair, keep="first", maintain_order=True)
    if other := frame.unique().height - first.height:
        rows.notes.append(f"{other:,} pairs differ by direction: the first in order is kept")
    return first.sort(pair)


def _record(path: Path, year: int, rows: Rows) -> DatasetRecord:
    return DatasetRecord(
        key="distances",
        title="Distances between economies",
        publisher="CEPII",
        edition=f"Gravity, {path.name}, year {year}",
        unit="kilometres",
        kind=Kind.MEASURED,
        licence=LICENCE,
        attribution="CEPII, Gravity database",
        redistribution="allowed",
        address=ADDRESS,
        citation="Conte, Cotterlaz, Mayer (2022), The CEPII Gravity Database, CEPII Working Paper "
        "2022-05",
        coverage=f"economies that exist in {year}; each pair once",
        columns={
            "economy": "economy",
            "partner": "partner",
            "distance": "weighted by the population of cities (harmonic mean)",
            "capital_distance": "between capitals",
            "contiguous": "whether they have a common border",
        },
        steps=(f"read from {path.name}, rounded to kilometres", *rows.notes),
        faults=(
            "great-circle distances, not routes",
            *(f"{ON_ADDING}{fault}" for fault in rows.faults),
        ),
    )


def _files(wanted: WantedData) -> list[tuple[str, str]]:
    version = wanted.edition or VERSION
    edition_in(version, r"\d{6}[a-z]?", "a version such as 202211")
    folder = "https://www.cepii.fr/DATA_DOWNLOAD/gravity/data"
    return [(f"Gravity_csv_V{version}.zip", f"{folder}/Gravity_csv_V{version}.zip")]


OFFER = Offer(
    name="gravity",
    licence=LICENCE,
    terms=ADDRESS,
    files=_files,
    unpacked=(r"Gravity_V\d+\w*\.csv",),
    dated=False,
)
SOURCE = Source("CEPII Gravity", "Gravity_V202211.csv", LAYOUT, "distances$", reads, dataset, OFFER)
