"""Eurostat Comext: bulk files old and new, and the API's SDMX-CSV and JSON-stat."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import polars as pl

from isthmus.errors import InputProblem, raise_all
from isthmus.sources.customs import Office, read_office
from isthmus.sources.flows import Rows
from isthmus.sources.jsonstat import read_jsonstat
from isthmus.sources.levels import finest
from isthmus.sources.published import Peek, Published, Source, Wishes, plain_text
from isthmus.sources.text import TextTable

LAYOUT = (
    "Eurostat, Comext bulk download, files full<YYYYMM>.dat (DECLARANT, PARTNER, PRODUCT_NC, FLOW, "
    "STAT_REGIME, PERIOD, VALUE_IN_EUROS, QUANTITY_IN_KG) and full_v2_<YYYYMM>.dat (REPORTER, "
    "PARTNER, PRODUCT_NC, FLOW, STAT_PROCEDURE, PERIOD, VALUE_EUR, QUANTITY_KG); API data sets "
    "DS-045409 and DS-059341 in SDMX-CSV (freq, reporter, partner, product, flow, indicators, "
    "TIME_PERIOD, OBS_VALUE) and JSON-stat 2.0"
)
ALSO: Mapping[str, tuple[str, ...]] = {
    "period": ("period", "time_period", "time"),
    "reporter": ("reporter", "declarant_iso"),
    "partner": ("partner_iso", "partner"),
    "flow": ("flow",),
    "product": ("product_nc", "product"),
    "regime": ("stat_procedure", "stat_regime"),
    "value": ("value_eur", "value_in_euros"),
    "quantity": ("quantity_kg", "quantity_in_kg", "quantity_in_100kg"),
}
INDICATORS = (*ALSO["value"], *ALSO["quantity"])
"""Indicators of the API that are read, without case."""
FLOWS = {"1": "import", "2": "export", "IMPORT": "import", "EXPORT": "export"}
EDITIONS = (
    (2022, "HS2022"),
    (2017, "HS2017"),
    (2012, "HS2012"),
    (2007, "HS2007"),
    (2002, "HS2002"),
    (1996, "HS1996"),
    (1988, "HS1992"),
)
"""First year in which the Combined Nomenclature follows an edition of the HS."""
ALL_REGIMES = "4"
PARTS = {"XI": "GBR", "XU": "GBR"}
"""Northern Ireland and the rest of the United Kingdom, from 2021 on, and whom they add up to."""
_SIDES = ("reporter", "partner", "product", "flow")


def reads(found: Peek) -> bool:
    """Tell whether a file is of Comext, in bulk or from the API."""
    if found.path.suffix.lower() == ".json":
        start = found.start
        return '"class"' in start and '"dataset"' in start and bool(re.search(r"DS-0\d{5}", start))
    bulk = found.names & {"value_eur", "value_in_euros"} and "product_nc" in found.names
    api = {"indicators", "obs_value", "reporter", "partner", "flow"} <= found.names
    return bool(bulk or api)


def dataset(path: Path, wishes: Wishes) -> Published:
    """Read trade of the Union's members by product; every flow once, by its importer where it can.

    Codes of eight digits are added up to six. Rows of groups, of totals and of secret codes are
    left out, counted and said.

    Raises
    ------
    BadInput
        As `isthmus.sources.customs.read_office`; when the years lie in several editions of the HS.
    """
    return read_office(_OFFICE, _table(path, wishes), path, wishes)


def _table(path: Path, wishes: Wishes) -> TextTable:
    """Return bulk rows as they stand, and rows of the API with one column per indicator."""
    if path.suffix.lower() == ".json":
        table = read_jsonstat(path)
    else:
        table = plain_text(path, wishes.reading, ("PRODUCT_NC", "PERIOD", "FLOW", "TIME_PERIOD"))
    by_name = {c.casefold(): c for c in table.frame.columns}
    if "indicators" not in by_name or "obs_value" not in by_name:
        return table
    return _wide(_bare(table), by_name)


def _bare(table: TextTable) -> TextTable:
    """Take off the labels of the API behind its codes: ``DE:Germany``."""
    labelled = [
        c
        for c in table.frame.columns
        if c.casefold() in (*_SIDES, "freq", "indicators")
        and table.frame[c].str.contains(r"^[\w.]+: ?\S").all()
    ]
    if not labelled:
        return table
    frame = table.frame.with_columns(pl.col(labelled).str.extract(r"^([\w.]+):", 1))
    notes = (*table.notes, f"labels behind codes left out in {', '.join(labelled)}")
    return replace(table, frame=frame, notes=notes)


def _wide(table: TextTable, by_name: Mapping[str, str]) -> TextTable:
    """Give each indicator of the API a column of its own."""
    name, value = by_name["indicators"], by_name["obs_value"]
    found = table.frame[name].unique(maintain_order=True).drop_nulls().to_list()
    unknown = sorted(i for i in found if i.casefold() not in INDICATORS)
    said = [f"indicators {', '.join(unknown)} left out"] if unknown else []
    keys = [by_name[k] for k in (*ALSO["period"], *_SIDES) if k in by_name]
    empty = table.frame[value].null_count()
    said += [f"{empty:,} cells without a value left out, as not observed"] if empty else []
    rows = table.frame.with_columns(table.lines.alias("line")).filter(pl.col(value).is_not_null())
    parts = [
        rows.filter(pl.col(name) == i).select(*keys, "line", pl.col(value).alias(i))
        for i in found
        if i not in unknown
    ]
    raise_all("Comext", [] if parts else [InputProblem("no values in euros", table.name)])
    whole = parts[0]
    for more in parts[1:]:
        whole = whole.join(more, on=keys, how="full", coalesce=True, suffix=" more")
        first = pl.coalesce("line", "line more").alias("line")
        whole = whole.with_columns(first).drop("line more")
    whole = whole.sort("line")
    notes = (*table.notes, *said)
    return replace(table, frame=whole.drop("line"), lines=whole["line"], notes=notes)


def _period(text: str) -> tuple[int, int] | None:
    """Return year and month; month 52 of the bulk files is the year."""
    found = re.fullmatch(r"(\d{4})-?(\d\d)?", text)
    if not found:
        return None
    month = int(found[2] or 0)
    month = 0 if month == 52 else month
    return (int(found[1]), month) if month <= 12 else None


def _sift(rows: Rows, table: TextTable, by_name: Mapping[str, str]) -> None:
    """Keep the total of all statistical procedures where it is there; else they add up."""
    flow = ["period", *_SIDES]
    if "regime" in rows.frame.columns:
        total = (pl.col("regime") == ALL_REGIMES).fill_null(False).any().over(flow)
        rows.leave_out(
            total & (pl.col("regime") != ALL_REGIMES).fill_null(False),
            "single statistical procedures, whose total is there",
        )
    whole = pl.col("partner").is_in(["GB", "UK"]).any().over([c for c in flow if c != "partner"])
    rows.leave_out(
        whole & pl.col("partner").is_in(list(PARTS)).fill_null(False),
        "parts of the United Kingdom, which stands beside them",
    )
    known = (
        pl.col("flow")
        .str.to_uppercase()
        .replace_strict(FLOWS, default=None, return_dtype=pl.String)
    )
    rows.wrong("is neither import (1) nor export (2)", known.is_null(), "flow")
    rows.frame = rows.frame.with_columns(known.alias("flow"))


def _level(rows: Rows) -> None:
    """Keep codes of eight digits cut to six, and those of six without one of eight under them."""
    finest(
        rows,
        (8, 6),
        "codes kept secret or adjusted (with letters)",
        "download codes of the Combined Nomenclature",
    )
    rows.frame = rows.frame.with_columns(pl.col("product").str.slice(0, 6))


def _edition(rows: Rows) -> str:
    found = sorted(set(rows.frame["year"].drop_nulls()))
    editions = {next((e for first, e in EDITIONS if y >= first), ""): y for y in found}
    if len(editions) > 1:
        what = f"the years lie in several editions of the HS: {', '.join(sorted(editions))}"
        hint = "add the years of each edition apart"
        rows.problems.append(InputProblem(what, rows.name, hint))
    return next(iter(editions), "")


_OFFICE = Office(
    name="Comext",
    title="Comext of Eurostat",
    key="comext",
    columns=ALSO,
    optional=("regime", "quantity"),
    scheme="eurostat",
    currency="EUR",
    period=_period,
    sift=_sift,
    edition=_edition,
    level=_level,
    terms={
        "title": "Comext, trade of the European Union's members",
        "publisher": "Eurostat",
        "licence": "Reuse allowed with credit (Commission Decision 2011/833/EU, CC BY 4.0)",
        "attribution": "Eurostat, Comext",
        "redistribution": "allowed",
        "address": "https://ec.europa.eu/eurostat/databrowser/bulk?selectedTab=fileComext",
        "coverage": "flows with a member of the European Union on one side, as in the download",
        "steps": ("codes of eight digits added up to six",),
        "faults": (
            "imports by country of origin with freight (CIF), exports by last known destination "
            "(FOB); the Netherlands and Belgium hold goods in transit",
            "codes kept secret by members are left out",
        ),
    },
    faults=(
        "only flows with a member of the European Union on one side: shares in world trade "
        "cannot be taken from them",
    ),
    per_tonne={"quantity_in_100kg": 10.0},
    own=PARTS | {"AN": "ANT"},
)
SOURCE = Source(
    "Comext of Eurostat",
    "full_v2_202452.dat, or SDMX-CSV of DS-045409",
    LAYOUT,
    "comext_",
    reads,
    dataset,
)
