"""World Bank: indicators by economy and year, from the API's JSON and the files of its pages."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import polars as pl

from isthmus import codes
from isthmus.errors import BadInput, InputProblem, few, raise_all
from isthmus.evidence import DatasetRecord, Kind
from isthmus.evidence.record import ON_ADDING
from isthmus.runtime.reading import read_json
from isthmus.sources.flows import Rows, numbers
from isthmus.sources.published import Peek, Published, Source, Wishes, finished, plain_text
from isthmus.sources.pull import Offer, WantedData, edition_in, named
from isthmus.sources.text import TextTable, capped

LAYOUT = (
    "World Bank, Indicators API v2: a list of a head (page, pages, total, lastupdated) and rows "
    "(indicator, country, countryiso3code, date, value); files of an indicator's page and of the "
    "bulk WDI: Country Name, Country Code, Indicator Name, Indicator Code, and a column a year"
)
HEADER = ("country name", "country code", "indicator name", "indicator code")
GDP, POPULATION, STABILITY = "NY.GDP.MKTP.CD", "SP.POP.TOTL", "PV.EST"
MILLION = 1e6
_REFUSED = re.compile(r'\s*\[\s*\{\s*"message"')
_YEAR = re.compile(r"(\d{4})(?: \[YR\d{4}\])?")
_COLUMNS = ("indicator", "name", "economy", "year", "value")
SCHEMES = ("iso3", "worldbank", "iso_former")
"""Whose codes the World Bank uses: CHI is the Channel Islands, not Chile as in sports."""
FAULTS = (
    "Taiwan is not among the economies of the World Bank",
    "the newest years are revised, and missing for some economies",
)


def reads(found: Peek) -> bool:
    """Tell whether a file is an answer or a file of the World Bank."""
    if found.path.suffix.lower() == ".json":
        refused = _REFUSED.match(found.start) is not None
        return refused or ('"lastupdated"' in found.start and '"pages"' in found.start)
    return found.names >= set(HEADER)


def dataset(path: Path, wishes: Wishes) -> Published:
    """Read indicators; groups of economies are left out, a value that is missing stays away.

    Gross domestic product with population becomes ``gdp_population``, political stability
    ``political_stability``; other indicators are kept as they are.

    Raises
    ------
    BadInput
        With every cell that is wrong; when an answer is one page of several.
    """
    json = path.suffix.lower() == ".json"
    table = _json(path) if json else _long(plain_text(path, wishes.reading, HEADER))
    rows = Rows(table.frame.with_columns(table.lines.alias("line")), path.name, list(table.notes))
    texts = TextTable(rows.frame, table.lines, path.name)
    numbers(rows, texts, {"value": "value"}, wishes.reading)
    _economies(rows)
    empty = int(rows.frame["value"].null_count())
    if empty:
        rows.notes.append(f"{empty:,} cells without a value left out: missing is not zero")
    rows.frame = rows.frame.filter(pl.col("value").is_not_null())
    rows.once("indicator", "economy", "year")
    if rows.frame.is_empty() and not rows.problems:
        rows.problems.append(InputProblem("no values are left", rows.name, "; ".join(rows.notes)))
    raise_all(f"World Bank {path.name}", capped(rows.problems))
    record, frame = _shaped(rows, path)
    notes = tuple(rows.notes)
    return Published(finished(record, wishes), frame, ("World Bank, indicators",), notes)


def _json(path: Path) -> TextTable:
    answer: Any = read_json(path, what="answer of the World Bank")
    try:
        if said := answer[0].get("message"):
            text = "; ".join(str(part.get("value") or part) for part in said)
            hint = "bring it anew with other economies or indicators"
            raise BadInput(f"the World Bank refused: {text}", where=str(path), hint=hint)
        head, listed = answer
        pages = int(head["pages"])
        cells = [
            (
                str(row["indicator"]["id"]),
                str(row["indicator"]["value"]),
                str(row["countryiso3code"] or row["country"]["id"]),
                str(row["date"]),
                None if row["value"] is None else str(row["value"]),
            )
            for row in listed or ()
        ]
    except (ValueError, KeyError, IndexError, TypeError, AttributeError) as error:
        hint = "the API answers with [{head}, [rows]] to format=json"
        raise BadInput(
            f"no answer of the World Bank: {error}", where=str(path), hint=hint
        ) from None
    if pages > 1:
        what = f"the answer is page {head.get('page')} of {pages}: economies would be missing"
        raise BadInput(what, where=str(path), hint="ask with per_page=20000")
    frame = pl.DataFrame(cells, schema=dict.fromkeys(_COLUMNS, pl.String), orient="row")
    return TextTable(frame, pl.Series("line", range(1, len(cells) + 1), dtype=pl.Int64), path.name)


def _long(table: TextTable) -> TextTable:
    """Return one row for each cell of a year."""
    names = {c.casefold(): c for c in table.frame.columns}
    years = {c: found[1] for c in table.frame.columns if (found := _YEAR.fullmatch(c.strip()))}
    if not years:
        raise_all("World Bank", [InputProblem("no column of a year", table.name)])
    picked = {"indicator": 3, "name": 2, "economy": 1}
    wide = table.frame.select(
        *(pl.col(names[HEADER[place]]).alias(name) for name, place in picked.items()),
        table.lines.alias("line"),
        *years,
    )
    tall = wide.unpivot(
        list(years), index=[*picked, "line"], variable_name="year", value_name="value"
    ).with_columns(pl.col("year").replace(years))
    return TextTable(tall.select(_COLUMNS), tall["line"], table.name, notes=table.notes)


def _economies(rows: Rows) -> None:
    """Read the economies and years; groups are left out, with a word."""
    rows.wrong("is empty", pl.col("economy").is_null(), "country code")
    given = rows.frame["economy"].drop_nulls().unique().sort().to_list()
    meant = {t: _economy(t) for t in given if not codes.is_aggregate(t)}
    sums = [t for t in given if not meant.get(t)]
    unknown = [t for t in sums if t in meant]
    rows.leave_out(pl.col("economy").is_in(sums), f"groups of economies ({few(sums, 6)})")
    if unknown:
        rows.say(f"codes that are no economy left out: {', '.join(unknown)}")
    year = pl.col("year").str.strip_chars().cast(pl.Int16, strict=False)
    rows.wrong("is no year", year.is_null() | ~year.is_between(1900, 2100), "date")
    rows.frame = rows.frame.with_columns(
        pl.col("economy").replace_strict(meant, default=None, return_dtype=pl.String),
        year.alias("year"),
    )


def _economy(code: str) -> str:
    """Return the economy of a code, where one of the schemes that the World Bank uses has it."""
    found = {m.scheme: m.economy for m in reversed(codes.meanings(code)) if m.scheme in SCHEMES}
    return next((found[scheme] for scheme in SCHEMES if found.get(scheme)), "")


def _shaped(rows: Rows, path: Path) -> tuple[DatasetRecord, pl.DataFrame]:
    """Return the record and the rows under the key that lenses know, or one of their own."""
    names = dict(rows.frame.select("indicator", "name").unique().sort("indicator").iter_rows())
    frame = rows.frame.select("year", "economy", "indicator", "value").sort(
        "indicator", "year", "economy"
    )
    if set(names) == {GDP, POPULATION}:
        wide = frame.pivot("indicator", index=["year", "economy"], values="value")
        whole = wide.filter(pl.col(POPULATION).is_not_null())
        if gone := wide.height - whole.height:
            rows.say(f"{gone:,} rows without a population left out: missing is not zero")
        made = whole.select(
            "year",
            "economy",
            (pl.col(GDP) / MILLION).alias("gdp"),
            pl.col(POPULATION).round().cast(pl.Int64).alias("population"),
        ).sort("year", "economy")
        columns = {
            "gdp": "million USD at market prices; empty where not reported",
            "population": "persons, middle of the year",
        }
        return _record(
            "gdp_population", "million USD; persons", names, made, columns, rows, path
        ), made
    if set(names) == {STABILITY}:
        made = frame.select("year", "economy", "value")
        columns = {"value": "estimate in standard normal units"}
        unit = "standard normal units, about -2.5 to 2.5"
        return _record("political_stability", unit, names, made, columns, rows, path), made
    one = next(iter(names)) if len(names) == 1 else ""
    key = f"worldbank_{re.sub(r'[^a-z0-9]+', '_', one.lower())}" if one else "worldbank_indicators"
    made = frame.drop("indicator") if one else frame
    columns = {"value": names.get(one, "in the unit of the indicator"), "indicator": "its code"}
    unit = names[one] if one else "by indicator, as its name says"
    return _record(key, unit, names, made, columns, rows, path), made


def _record(
    key: str,
    unit: str,
    names: dict[str, str],
    frame: pl.DataFrame,
    columns: dict[str, str],
    rows: Rows,
    path: Path,
) -> DatasetRecord:
    texts = {"year": "calendar year", "economy": "ISO 3166-1 alpha-3", **columns}
    title = "; ".join(names.values()) if len(names) < 4 else f"{len(names)} indicators"
    return DatasetRecord(
        key=key,
        title=title,
        publisher="World Bank",
        edition=f"download {path.name}",
        years=tuple(sorted(int(y) for y in frame["year"].unique())),
        unit=unit,
        kind=Kind.ESTIMATED if STABILITY in names else Kind.MEASURED,
        licence="CC BY 4.0",
        attribution="World Bank",
        redistribution="allowed",
        address="https://data.worldbank.org",
        coverage="economies of the World Bank",
        columns={c: texts[c] for c in frame.columns},
        steps=(f"read from {path.name}", f"indicators {', '.join(names)}", *rows.notes),
        faults=(*FAULTS, *(f"{ON_ADDING}{fault}" for fault in rows.faults)),
    )


def _offered(wanted: WantedData) -> list[tuple[str, str]]:
    """Return the answer of the API on some indicators of a year; source 2 is the WDI."""
    asked = wanted.what or (GDP, POPULATION)
    for code in asked:
        edition_in(code, r"[A-Z0-9]+(\.[A-Z0-9]+)+", "indicators such as NY.GDP.MKTP.CD")
    members = sorted({e for party in wanted.of for e in codes.resolve(party).members})
    of = ";".join(members) or "all"
    base = f"https://api.worldbank.org/v2/country/{of}/indicator/{';'.join(asked)}"
    source = "&source=2" if len(asked) > 1 else ""
    name = f"{named('worldbank', str(wanted.year), *asked, *members)}.json"
    return [(name, f"{base}?format=json&per_page=20000&date={wanted.year}{source}")]


OFFER = Offer(
    name="worldbank",
    licence="CC BY 4.0",
    terms="https://datacatalog.worldbank.org/public-licenses",
    files=_offered,
    sized=False,
)
SOURCE = Source(
    "World Bank indicators",
    "API_NY.GDP.MKTP.CD_DS2_*.csv or the API's .json",
    LAYOUT,
    "worldbank_|gdp_population$|political_stability$",
    reads,
    dataset,
    OFFER,
)
