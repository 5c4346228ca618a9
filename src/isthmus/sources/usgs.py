"""U.S. Geological Survey: production of minerals by economy, of the yearly data release."""

from __future__ import annotations

import re
from pathlib import Path

import polars as pl

from isthmus import codes
from isthmus.errors import few, raise_all
from isthmus.evidence import DatasetRecord, Kind
from isthmus.evidence.record import ON_ADDING
from isthmus.sources.flows import Rows
from isthmus.sources.published import Peek, Published, Source, Wishes, finished, plain_text
from isthmus.sources.text import capped

LAYOUT = (
    "U.S. Geological Survey, Mineral Commodity Summaries, world data release (2025: doi "
    "10.5066/P13XCP3R, MCS2025_World_Data.csv): SOURCE, COMMODITY, COUNTRY, TYPE, UNIT_MEAS, "
    "PROD_2023, PROD_EST_ 2024, PROD_NOTES, CAP_*, RESERVES_2024, RESERVE_NOTES; readers of it in "
    "github.com/owid/etl, mineral_commodity_summaries.py"
)
HEADER = ("source", "commodity", "country", "type", "unit_meas")
_PRODUCTION = re.compile(r"PROD_(EST_)? ?(\d{4})", re.IGNORECASE)
_RESERVES = re.compile(r"RESERVES_? ?(\d{4})?", re.IGNORECASE)
_COLUMNS = [
    "material",
    "form",
    "year",
    "economy",
    "value",
    "unit",
    "share",
    "flag",
    "reserves",
    "coverage",
    "kind",
]
_WORDS = {"W": "withheld", "NA": "", "N/A": "", "XX": "", "--": "", "LARGE": "text"}
_WORDS |= {"VERY SMALL": "text", 'CATEGORIZED AS "LARGE"': "text"}
_NUMBER = re.compile(r"([<>]?)\s*([\d,]+(?:\.\d+)?)")
MATERIALS = {
    "aluminum": "aluminium",
    "graphite_natural": "graphite",
    "magnesium_metal": "magnesium",
    "platinum_group_metals": "pgm",
}
"""Names that the house writes otherwise; the others only lose capitals and blanks."""
_WORLD = re.compile(r"world total", re.IGNORECASE)
_LESS = re.compile(r"exclud", re.IGNORECASE)
_OTHER = re.compile(r"other\b", re.IGNORECASE)
_SAID_MORE = re.compile(r"\s*(?:\(.*\)|,\s*[a-z].*)$")
"""What some editions write behind a country: ``(crude)``, ``, ulexite``."""
_RUN_TOGETHER = re.compile(r"(?<=[a-z])[\u00ca\u00a0]?(?=[A-Z])")
_AS_WRITTEN = {
    "congo (kinshasa)": "COD",
    "congo (brazzaville)": "COG",
    "korea, north": "PRK",
    "korea, republic of": "KOR",
    "burma": "MMR",
}


def reads(found: Peek) -> bool:
    """Tell whether a file is a table of the world of the data release."""
    return found.names >= set(HEADER) and any(_PRODUCTION.fullmatch(c) for c in found.header)


def dataset(path: Path, wishes: Wishes) -> Published:
    """Read production by material, form, year and economy; shares are of the world as printed.

    Raises
    ------
    BadInput
        With every cell that is no number, and every country that is none.
    """
    table = plain_text(path, wishes.reading, ("COMMODITY", "COUNTRY", "UNIT_MEAS"))
    names = {c.casefold(): c for c in table.frame.columns}
    reserves = next((c for c in table.frame.columns if _RESERVES.fullmatch(c.strip())), "")
    plain = {"material": "commodity", "form": "type", "country": "country", "unit": "unit_meas"}
    frame = table.frame.select(
        *(pl.col(names[name]).str.strip_chars().alias(key) for key, name in plain.items()),
        (pl.col(reserves) if reserves else pl.lit(None, pl.String)).alias("reserves"),
        table.lines.alias("line"),
    )
    parts = []
    for column in table.frame.columns:
        if found := _PRODUCTION.fullmatch(column.strip()):
            kind = Kind.ESTIMATED if found[1] else Kind.MEASURED
            year = pl.lit(int(found[2]), pl.Int16).alias("year")
            cells = table.frame[column].alias("text")
            parts.append(frame.with_columns(year, cells, pl.lit(kind.value).alias("kind")))
    rows = Rows(pl.concat(parts), path.name, list(table.notes))
    _numbers(rows)
    _economies(rows, names["country"])
    _parts(rows)
    rows.leave_out(pl.col("value").is_null() & (pl.col("flag") == ""), "cells without a figure")
    slug = pl.col("material").str.to_lowercase().str.replace_all(r"[^a-z0-9]+", "_")
    bare = slug.str.strip_chars("_").replace(MATERIALS)
    rows.frame = rows.frame.with_columns(bare, pl.col("form").str.to_lowercase())
    _shares(rows)
    rows.once("material", "form", "year", "economy")
    raise_all(f"USGS {path.name}", capped(rows.problems))
    made = rows.frame.with_columns(pl.lit("full table").alias("coverage")).select(*_COLUMNS)
    made = made.sort("material", "form", "year", "economy")
    return Published(
        finished(_record(path, made, rows), wishes),
        made,
        ("USGS Mineral Commodity Summaries, data release",),
        tuple(rows.notes),
    )


def _numbers(rows: Rows) -> None:
    """Read figures with their marks: ``>`` a lower bound, ``W`` withheld, words for none."""
    texts = rows.frame["text"].unique().drop_nulls()
    read: dict[str, float | None] = {}
    flags: dict[str, str] = {}
    marks = {"<": "lt", ">": "gt"}
    for text in texts:
        bare = re.sub(r"(?<=\d)e$", "", text.strip().replace("\u2014", "--"))
        if bare.upper() in _WORDS:
            read[text], flags[text] = None, _WORDS[bare.upper()]
        elif found := _NUMBER.fullmatch(bare):
            read[text] = float(found[2].replace(",", ""))
            flags[text] = marks.get(found[1], "zero" if read[text] == 0 else "")
        else:
            rows.wrong(f"{text!r} is no figure", pl.col("text") == text, "PROD")
    rows.frame = rows.frame.with_columns(
        pl.col("text").replace_strict(read, default=None, return_dtype=pl.Float64).alias("value"),
        pl.col("text").replace_strict(flags, default="", return_dtype=pl.String).alias("flag"),
    )


def _economies(rows: Rows, column: str) -> None:
    known = codes.economies()
    given = rows.frame["country"].drop_nulls().unique().sort()
    meant = {text: _economy(text) for text in given}
    for text in [t for t, code in meant.items() if code is None]:
        hint = codes.nearest_economy(text, known)
        rows.wrong(f"{text!r} is no economy", pl.col("country") == text, column, hint)
    rows.wrong("is empty", pl.col("country").is_null(), column)
    more = [t for t, c in meant.items() if c in known and _SAID_MORE.search(t)]
    if more := [t for t in more if t.casefold() not in _AS_WRITTEN]:
        rows.notes.append(f"{column}: read {few([f'{t!r} as {meant[t]}' for t in more])}")
    if none := [t for t, code in meant.items() if code == ""]:
        rows.say(f"totals without a producer and groups ({few(none)}) left out")
        rows.frame = rows.frame.filter(~pl.col("country").is_in(none).fill_null(False))
    rows.frame = rows.frame.with_columns(
        pl.col("country")
        .replace_strict(meant, default=None, return_dtype=pl.String)
        .alias("economy")
    )


def _economy(text: str) -> str | None:
    """Return the economy of a label, nothing for a group of several, None for what is none.

    Labels of several editions bear what a row holds (``Chile, ulexite``, ``United States (crude)``)
    and a mark of estimates (``Chinae``); see mineral_commodity_summaries.countries.json of
    github.com/owid/etl.
    """
    if _WORLD.match(text):
        return "" if _LESS.search(text) else "WLD"
    if _OTHER.match(text):
        return "OTH"
    bare = _RUN_TOGETHER.sub(" ", _SAID_MORE.sub("", text))
    for written in (text, bare, bare.removesuffix("e")):
        if code := _AS_WRITTEN.get(written.casefold()) or codes.economy_of(written):
            return code
    several = text.split(" and ")
    return "" if len(several) > 1 and all(codes.economy_of(part) for part in several) else None


def _parts(rows: Rows) -> None:
    """Add up rows of one economy under several labels; several totals of the world are none."""
    by = ["material", "form", "year", "economy"]
    apart = (pl.len().over(by) > 1) & (pl.col("country").n_unique().over(by) == pl.len().over(by))
    several = apart & (pl.col("economy") == "WLD")
    rows.leave_out(several, "several totals of the world in one table")
    split = rows.frame.filter(apart & pl.col("economy").is_not_null())
    if split.is_empty():
        return
    whole = pl.col("value").null_count() == 0
    added = split.group_by(by, maintain_order=True).agg(
        pl.exclude("value", "flag", "kind").first(),
        pl.when(whole).then(pl.col("value").sum()).alias("value"),
        pl.col("flag").sort(descending=True).first(),
        pl.col("kind").sort().first(),
    )
    rows.notes.append(f"{split.height:,} rows added up to {added.height:,} of one economy each")
    kept = rows.frame.join(split.select("line", "year"), on=["line", "year"], how="anti")
    rows.frame = pl.concat([kept, added.select(kept.columns)])


def _shares(rows: Rows) -> None:
    """Give each economy its share of the world total as printed, and compare that with the sum."""
    by = ["material", "form", "year"]
    world = pl.col("economy") == "WLD"
    totals = rows.frame.filter(world)
    parts = rows.frame.filter(~world)
    rows.contradicted(totals, parts, by, "world totals", "the world total as printed")
    printed = totals.group_by(by).agg(pl.col("value").max().alias("world"))
    tables = parts.select(by).unique()
    if bare := tables.join(printed.filter(pl.col("world") > 0), on=by, how="anti").height:
        rows.say(f"{bare:,} of {tables.height:,} tables have no world total: no shares")
    rows.frame = rows.frame.join(printed, on=by, how="left").with_columns(
        pl.when(~world & (pl.col("world") > 0) & (pl.col("value") <= pl.col("world")))
        .then(pl.col("value") / pl.col("world"))
        .alias("share")
    )


def _record(path: Path, frame: pl.DataFrame, rows: Rows) -> DatasetRecord:
    return DatasetRecord(
        key="raw_material_production",
        title="Production of minerals by economy",
        publisher="U.S. Geological Survey",
        edition=f"Mineral Commodity Summaries, data release {path.name}",
        years=tuple(sorted(int(y) for y in frame["year"].unique())),
        unit="by row",
        kind=Kind.ESTIMATED,
        licence="public domain (works of the United States government)",
        attribution="U.S. Geological Survey, National Minerals Information Center",
        redistribution="allowed",
        address="https://www.usgs.gov/centers/national-minerals-information-center",
        coverage="economies that the publisher lists, others together (OTH), the world as printed",
        columns={
            "material": "as the publisher names it, in small letters",
            "form": "stage and content",
            "year": "calendar year",
            "economy": "ISO3; OTH others together; WLD the world as printed",
            "value": "production in the unit of the row; empty where withheld",
            "unit": "unit",
            "share": "of the world total as printed",
            "flag": "zero, gt or lt (a bound), withheld, text",
            "reserves": "as printed",
            "coverage": "full table",
            "kind": "measured, or estimated by the publisher",
        },
        steps=(f"read from {path.name}", *rows.notes),
        faults=(
            "world totals are rounded and leave out what is withheld",
            *(f"{ON_ADDING}{fault}" for fault in rows.faults),
        ),
    )


SOURCE = Source(
    "USGS Mineral Commodity Summaries",
    "MCS2025_World_Data.csv",
    LAYOUT,
    "raw_material_production",
    reads,
    dataset,
)
