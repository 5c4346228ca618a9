"""CEPII BACI: yearly files of balanced trade by product, with their country and product files."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import polars as pl

from isthmus import codes
from isthmus.errors import BadInput, InputProblem, raise_all
from isthmus.evidence import DatasetRecord, Kind
from isthmus.evidence.record import ON_ADDING
from isthmus.sources import flows
from isthmus.sources.flows import Rows
from isthmus.sources.published import Peek, Published, Source, Wishes, finished, plain_text
from isthmus.sources.pull import Offer, WantedData, edition_in
from isthmus.sources.text import TextOptions, capped

LAYOUT = (
    "CEPII, BACI, description of the data set: columns t (year), i (exporter), j (importer), "
    "k (product), v (thousand USD), q (tonnes); the same in github.com/ksreyes/baci, README.md, "
    "and github.com/Seafood-Globalization-Lab/artis-model, R/load_baci.R"
)
HEADER = ("t", "i", "j", "k", "v", "q")
NAME = re.compile(r"BACI_HS(\d\d)_Y(\d{4})_V(\w+)\.csv", re.IGNORECASE)
FOLDER = re.compile(r"BACI_HS(\d\d)_V(\w+)", re.IGNORECASE)
EDITIONS = {name[-2:]: name for name in codes.PRODUCT_CLASSIFICATIONS}
DEFAULT = "HS17_V202601"
_KEY = re.compile(r"_hs(\d{4})$")


def reads(found: Peek) -> bool:
    """Tell whether a file, or a folder, holds yearly files of BACI."""
    if found.path.is_dir():
        return any(NAME.fullmatch(f.name) for f in found.path.iterdir())
    return tuple(c.casefold() for c in found.header) == HEADER


def dataset(path: Path, wishes: Wishes) -> Published:
    """Read one yearly file, or all of a folder that are of one edition of the HS.

    Files ``country_codes_V*.csv`` and ``product_codes_HS*_V*.csv`` beside them explain the codes.

    Raises
    ------
    BadInput
        With every cell that is wrong, or when nothing says which edition of the HS it is.
    """
    files = _files(path)
    edition, release = _edition(files, wishes.record)
    countries, products = _lists(files[0].parent, edition)
    parts = [_year(file, edition, countries, products, wishes.reading) for file in files]
    raise_all(f"BACI {path.name}", capped([p for rows, _ in parts for p in rows.problems]))
    frame = pl.concat([frame for _, frame in parts])  # in order: a file holds its year alone
    notes = [note for rows, _ in parts for note in rows.notes]
    faults = [fault for rows, _ in parts for fault in rows.faults]
    years = tuple(sorted(int(y) for y in frame["year"].unique()))
    record = finished(_record(edition, release, years, files, notes, faults), wishes)
    return Published(record, frame, (f"BACI of CEPII, {edition}",), tuple(notes))


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    files = sorted(f for f in path.iterdir() if NAME.fullmatch(f.name))
    editions = {m[1] for f in files if (m := NAME.fullmatch(f.name))}
    if len(editions) > 1:
        raise BadInput(
            f"the folder holds files of {len(editions)} editions of the HS: "
            f"{', '.join(f'HS{e}' for e in sorted(editions))}",
            where=str(path),
            hint="keep each edition in a folder of its own",
        )
    return files


def _edition(files: list[Path], own: DatasetRecord | None) -> tuple[str, str]:
    """Return the edition of the HS and the release, from the file's name or the record's key."""
    named = NAME.fullmatch(files[0].name) or FOLDER.search(str(files[0].parent.name))
    said = EDITIONS.get(named[1]) if named else None
    release = named.groups()[-1] if named else (own.edition if own else "")
    key = _KEY.search(own.key) if own else None
    wanted = f"HS{key[1]}" if key else said
    if said and wanted != said:
        raise BadInput(
            f"the file is of {said}, the key {own.key if own else ''} says {wanted}",
            where=str(files[0]),
            hint=f"take the key baci_{said.lower()}",
        )
    if wanted not in codes.PRODUCT_CLASSIFICATIONS:
        raise BadInput(
            "nothing says which edition of the HS the codes are of",
            where=str(files[0]),
            hint="keep the publisher's name of the file (BACI_HS17_Y2022_V202601.csv), or give a "
            "record whose key says it, such as baci_hs2017",
        )
    return str(wanted), release


def _lists(folder: Path, edition: str) -> tuple[dict[str, str], frozenset[str]]:
    """Return economies by number and codes of products from the publisher's lists, where there."""
    countries: dict[str, str] = {}
    for file in sorted(folder.glob("country_codes*.csv")):
        table = plain_text(file, TextOptions()).frame
        if {"country_code", "country_iso3"} <= set(table.columns):
            pairs = table.select("country_code", "country_iso3").drop_nulls().iter_rows()
            countries |= {number: code for number, code in pairs if code in codes.economies()}
    products: set[str] = set()
    for file in sorted(folder.glob(f"product_codes_HS{edition[-2:]}*.csv")):
        table = plain_text(file, TextOptions()).frame
        if "code" in table.columns:
            products |= {c.zfill(6) for c in table["code"].drop_nulls() if c.isdigit()}
    return countries, frozenset(products)


def _year(
    file: Path,
    edition: str,
    countries: Mapping[str, str],
    listed: frozenset[str],
    options: TextOptions,
) -> tuple[Rows, pl.DataFrame]:
    table = plain_text(file, options, HEADER)
    by_name = {c.casefold(): c for c in table.frame.columns}
    if missing := [c for c in HEADER if c not in by_name]:
        found = ", ".join(table.frame.columns[:8])
        problem = InputProblem(f"no column {', '.join(missing)}", file.name, f"found: {found}")
        raise_all("BACI", [problem])
    given = {
        "year": by_name["t"],
        "exporter": by_name["i"],
        "importer": by_name["j"],
        "product": by_name["k"],
    }
    values = {"value": by_name["v"], "quantity": by_name["q"]}
    rows = flows.text_rows(table, given)
    flows.written_out(rows)
    flows.numbers(rows, table, values, options)
    del table  # the cells of a year take a gigabyte
    rows.once(*given)
    flows.years(rows)
    if said := NAME.fullmatch(file.name):
        other = pl.col("year") != int(said[2])
        rows.wrong(f"is not {said[2]}, the year in the file's name", other, "t")
    flows.amounts(rows, values)
    places = {name: given[name] for name in ("exporter", "importer")}
    flows.economies(rows, places, "comtrade", countries)
    flows.products(rows, given["product"], edition, listed)
    if rows.problems:
        return rows, pl.DataFrame()
    rows.frame = rows.frame.with_columns(pl.col("value") / 1000)
    return rows, flows.summed(rows)


def _record(
    edition: str,
    release: str,
    years: tuple[int, ...],
    files: list[Path],
    notes: list[str],
    faults: list[str],
) -> DatasetRecord:
    span = f"{years[0]}-{years[-1]}" if len(years) > 1 else "".join(map(str, years))
    return DatasetRecord(
        key=f"baci_{edition.lower()}",
        title=f"BACI, trade by product in {edition}, {span}",
        publisher="CEPII",
        edition=f"BACI, {edition}, edition {release}" if release else f"BACI, {edition}",
        years=years,
        unit="million USD, FOB; tonnes",
        kind=Kind.MEASURED,
        licence="Etalab Open Licence 2.0",
        attribution="CEPII, BACI",
        redistribution="allowed",
        address="https://www.cepii.fr/CEPII/en/bdd_modele/bdd_modele_item.asp?id=37",
        citation="Gaulier, Zignago (2010), BACI: International Trade Database at the "
        "Product-Level, CEPII Working Paper 2010-23",
        coverage=f"all products of {edition}, all flows",
        columns={c: flows.COLUMN_TEXTS[c] for c in flows.COLUMNS}
        | {"value": "million USD, reconciled from both records by the publisher"},
        steps=(
            f"read from {', '.join(f.name for f in files)}",
            "thousand USD divided by 1000",
            *notes,
        ),
        faults=(
            "number 490 (Other Asia, not elsewhere specified) is read as Taiwan and may hold "
            "other flows",
            "the newest year of an edition is provisional",
            "transit can show as origin",
            *(f"{ON_ADDING}{fault}" for fault in faults),
        ),
    )


def _offered(wanted: WantedData) -> list[tuple[str, str]]:
    """Return the archive of an edition of the HS: all years of a release."""
    named, _, release = (wanted.edition or DEFAULT).upper().partition("_V")
    release = release or DEFAULT.partition("_V")[2]
    edition_in(f"{named}_V{release}", r"HS\d\d_V\d{6}[A-Z]?", "one such as HS17 or HS17_V202601")
    name = f"BACI_{named}_V{release.lower()}.zip"
    return [(name, f"https://www.cepii.fr/DATA_DOWNLOAD/baci/data/{name}")]


OFFER = Offer(
    name="baci",
    licence="Etalab Open Licence 2.0",
    terms="https://www.cepii.fr/CEPII/en/bdd_modele/bdd_modele_item.asp?id=37",
    files=_offered,
    unpacked=(
        r"BACI_HS\d\d_YYEAR_V\w+\.csv",
        r"country_codes_V\w+\.csv",
        r"product_codes_HS\d\d_V\w+\.csv",
    ),
)
SOURCE = Source(
    "BACI of CEPII", "BACI_HS17_Y2022_V202601.csv", LAYOUT, "baci_", reads, dataset, OFFER
)
