"""Eurostat Comext: bulk files old and new, and the API's SDMX-CSV and JSON-stat."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import polars as pl

from isthmus.errors import InputProblem, raise_all
from isthmus.evidence import DatasetRecord, Kind
from isthmus.sources import flows
from isthmus.sources.flows import Rows
from isthmus.sources.jsonstat import read_jsonstat
from isthmus.sources.published import Peek, Published, Source, Wishes, finished, plain_text
from isthmus.sources.text import TextTable, capped

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
    "quantity": ("quantity_kg", "quantity_in_kg"),
}
_OPTIONAL = ("regime", "quantity")
INDICATORS = {
    "VALUE_IN_EUROS": ("value", 1.0),
    "VALUE_EUR": ("value", 1.0),
    "QUANTITY_IN_100KG": ("quantity", 100.0),
    "QUANTITY_IN_KG": ("quantity", 1.0),
    "QUANTITY_KG": ("quantity", 1.0),
}
"""Column and factor (to euros and kilograms) of an indicator of the API."""
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
        With every cell that is wrong; with months that do not fill a year; when the years lie in
        several editions of the HS; when no rate turns euros into USD.
    """
    table = _table(path, wishes)
    by_name = {c.casefold(): c for c in table.frame.columns}
    columns = {
        name: by_name[found]
        for name, known in ALSO.items()
        if (found := next((k for k in known if k in by_name), None))
    }
    if missing := [n for n in ALSO if n not in columns and n not in _OPTIONAL]:
        wanted = ", ".join(ALSO[n][0] for n in missing)
        raise_all("Comext", [InputProblem(f"no column {wanted}", path.name)])
    amounts: list[str] = [name for name in ("value", "quantity") if name in columns]
    values = {name: columns.pop(name) for name in amounts}
    rows = flows.text_rows(table, columns)
    flows.numbers(rows, table, values, wishes.reading)
    flows.whole_years(rows, _period)
    _regimes(rows)
    _flows(rows, columns["flow"])
    _levels(rows)
    edition = _edition(rows)
    flows.amounts(rows, values)
    places = {"reporter": columns["reporter"], "partner": columns["partner"]}
    flows.economies(rows, places, "eurostat")
    if edition:
        flows.products(rows, columns["product"], edition)
    flows.in_million_usd(rows, "EUR", wishes.rates, 1.0)
    raise_all(f"Comext {path.name}", capped(rows.problems))
    flows.one_record(rows)
    if "quantity" in values:
        rows.frame = rows.frame.with_columns(pl.col("quantity") / 1000)
    frame = flows.summed(rows, ("record",))
    record = finished(_record(path, edition, frame, rows.notes), wishes)
    return Published(record, frame, (f"Comext of Eurostat, {edition}",), tuple(rows.notes))


def _table(path: Path, wishes: Wishes) -> TextTable:
    """Return bulk rows as they stand, and rows of the API with one column per indicator."""
    if path.suffix.lower() == ".json":
        table = read_jsonstat(path)
    else:
        table = plain_text(path, wishes.reading, ("PRODUCT_NC", "PERIOD", "FLOW", "TIME_PERIOD"))
    by_name = {c.casefold(): c for c in table.frame.columns}
    if "indicators" not in by_name or "obs_value" not in by_name:
        return table
    return _wide(table, by_name)


def _wide(table: TextTable, by_name: Mapping[str, str]) -> TextTable:
    """Give each indicator of the API a column of its own; quantities in kilograms."""
    name, value = by_name["indicators"], by_name["obs_value"]
    unknown = sorted(set(table.frame[name].drop_nulls()) - set(INDICATORS))
    said = [f"indicators {', '.join(unknown)} left out"] if unknown else []
    time = next((by_name[k] for k in ("time_period", "time") if k in by_name), "")
    keys = [by_name[k] for k in ("reporter", "partner", "product", "flow") if k in by_name]
    keys += [time] if time else []
    parts = []
    for indicator in table.frame[name].unique(maintain_order=True).drop_nulls():
        if indicator not in INDICATORS:
            continue
        column, factor = INDICATORS[indicator]
        rows = table.frame.with_columns(table.lines.alias("line")).filter(
            (pl.col(name) == indicator) & pl.col(value).is_not_null()
        )
        number = pl.col(value).cast(pl.Float64, strict=False)
        scaled = pl.when(number.is_null()).then(value).otherwise((number * factor).cast(pl.String))
        label = {"value": "VALUE_EUR", "quantity": "QUANTITY_KG"}[column]
        parts.append(rows.select(*keys, "line", scaled.alias(label)))
    raise_all("Comext", [] if parts else [InputProblem("no values in euros", table.name)])
    whole = parts[0]
    for more in parts[1:]:
        whole = whole.join(more.drop("line"), on=keys, how="full", coalesce=True)
    whole = whole.sort("line", nulls_last=True)
    lines = whole["line"].fill_null(0)
    return TextTable(whole.drop("line"), lines, table.name, notes=(*table.notes, *said))


def _period(text: str) -> tuple[int, int] | None:
    """Return year and month; month 52 of the bulk files is the year."""
    found = re.fullmatch(r"(\d{4})-?(\d\d)?", text)
    if not found:
        return None
    month = int(found[2] or 0)
    month = 0 if month == 52 else month
    return (int(found[1]), month) if month <= 12 else None


def _regimes(rows: Rows) -> None:
    """Keep the total of all statistical procedures where it is there; else they add up."""
    if "regime" in rows.frame.columns and (rows.frame["regime"] == ALL_REGIMES).any():
        rows.leave_out(
            (pl.col("regime") != ALL_REGIMES).fill_null(False),
            "single statistical procedures, whose total is there",
        )


def _flows(rows: Rows, column: str) -> None:
    known = (
        pl.col("flow")
        .str.to_uppercase()
        .replace_strict(FLOWS, default=None, return_dtype=pl.String)
    )
    rows.wrong("is neither import (1) nor export (2)", known.is_null(), column)
    rows.frame = rows.frame.with_columns(known.alias("flow"))


def _levels(rows: Rows) -> None:
    """Keep codes of eight digits cut to six, or of six where there are none, and no others."""
    secret = pl.col("product").str.contains(r"[A-Za-z]").fill_null(False) & (
        pl.col("product") != "TOTAL"
    )
    rows.leave_out(secret, "codes kept secret or adjusted (with letters)")
    eight = rows.frame.filter(pl.col("product").str.contains(r"^\d{8}$")).height > 0
    kept = pl.col("product").str.contains(r"^\d{8}$" if eight else r"^\d{5,6}$").fill_null(False)
    if rows.frame.filter(kept).is_empty():
        what = "no codes of eight or six digits: data by product need them"
        rows.problems.append(InputProblem(what, rows.name))
        return
    rows.leave_out(~kept, "totals, chapters and headings")
    rows.frame = rows.frame.with_columns(pl.col("product").str.slice(0, 6))


def _edition(rows: Rows) -> str:
    found = sorted(set(rows.frame["year"].drop_nulls()))
    editions = {next((e for first, e in EDITIONS if y >= first), ""): y for y in found}
    if len(editions) > 1:
        what = f"the years lie in several editions of the HS: {', '.join(sorted(editions))}"
        hint = "add the years of each edition apart"
        rows.problems.append(InputProblem(what, rows.name, hint))
    return next(iter(editions), "")


def _record(path: Path, edition: str, frame: pl.DataFrame, notes: list[str]) -> DatasetRecord:
    return DatasetRecord(
        key=f"comext_{edition.lower()}",
        title=f"Comext, trade of the European Union's members by product in {edition}",
        publisher="Eurostat",
        edition=f"download {path.name}",
        years=tuple(sorted(int(y) for y in frame["year"].unique())),
        unit="million USD; tonnes",
        kind=Kind.MEASURED,
        licence="Reuse allowed with credit (Commission Decision 2011/833/EU, CC BY 4.0)",
        attribution="Eurostat, Comext",
        redistribution="allowed",
        address="https://ec.europa.eu/eurostat/databrowser/bulk?selectedTab=fileComext",
        coverage="flows with a member of the European Union on one side, as in the download",
        columns={c: flows.COLUMN_TEXTS[c] for c in (*flows.COLUMNS, "record")},
        steps=(f"read from {path.name}", "codes of eight digits added up to six", *notes),
        faults=(
            "only flows with a member of the European Union on one side: shares in world trade "
            "cannot be taken from them",
            "imports by country of origin with freight (CIF), exports by last known destination "
            "(FOB); the Netherlands and Belgium hold goods in transit",
            "codes kept secret by members are left out",
        ),
    )


SOURCE = Source(
    "Comext of Eurostat",
    "full_v2_202452.dat, or SDMX-CSV of DS-045409",
    LAYOUT,
    "comext_",
    reads,
    dataset,
)
