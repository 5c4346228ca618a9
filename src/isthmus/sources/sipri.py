"""SIPRI arms transfers: the trade register as the database exports it, one row a deal."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import polars as pl

from isthmus import codes
from isthmus.errors import InputProblem, few, raise_all
from isthmus.evidence import DatasetRecord, Kind
from isthmus.evidence.record import ON_ADDING
from isthmus.runtime import reading
from isthmus.sources import layout
from isthmus.sources.flows import Rows, numbers
from isthmus.sources.published import Peek, Published, Source, Wishes, finished
from isthmus.sources.text import TextTable, capped, read_bytes

LAYOUT = (
    "SIPRI Arms Transfers Database, export of the trade register: lines on what was asked for, "
    "then Recipient, Supplier, Year of order, Number ordered, Weapon designation, Weapon "
    "description, Number delivered, Year(s) of delivery, status, Comments, SIPRI TIV per unit, "
    "SIPRI TIV for total order, SIPRI TIV of delivered weapons; a column without a name behind a "
    "number holds ? where it is uncertain"
)
TEXTS = {
    "recipient_name": "recipient",
    "supplier_name": "supplier",
    "designation": "weapon designation",
    "description": "weapon description",
    "deliveries": "year(s) of delivery",
    "status": "status",
    "comments": "comments",
}
NUMBERS = {
    "ordered": "number ordered",
    "delivered": "number delivered",
    "tiv_unit": "sipri tiv per unit",
    "tiv_order": "sipri tiv for total order",
    "tiv_delivered": "sipri tiv of delivered weapons",
}
YEAR = "year of order"
MARK = "?"
_HEADER = re.compile(r"^[^\w\n]*Recipient[^\w\n]+Supplier\W", re.IGNORECASE | re.MULTILINE)
_YEARS = re.compile(r"(?:\d{4}(?:; ?)?)*")


def reads(found: Peek) -> bool:
    """Tell whether a file is a trade register; its header stands below lines on the question."""
    names = {"recipient", "supplier", YEAR, "sipri tiv of delivered weapons"}
    return found.names >= names or bool(
        _HEADER.search(found.start)
        and "SIPRI TIV" in found.start
        and "Year of order" in found.start
    )


def dataset(path: Path, wishes: Wishes) -> Published:
    """Read the deals; parties that are no economy keep their name, and have no code.

    Raises
    ------
    BadInput
        With every cell that is wrong.
    """
    table = _table(path, wishes)
    names = {c.casefold(): c for c in table.frame.columns}
    needed = [*TEXTS.values(), *NUMBERS.values(), YEAR]
    if missing := [name for name in needed if name not in names]:
        found = ", ".join(table.frame.columns[:16])
        what = f"no column {', '.join(missing)}"
        raise_all("SIPRI", [InputProblem(what, path.name, f"found: {found}")])
    frame = table.frame.select(pl.col(names[text]).alias(key) for key, text in TEXTS.items())
    rows = Rows(frame.with_columns(table.lines.alias("line")), path.name, list(table.notes))
    rows.frame = rows.frame.with_columns(_uncertain(table, names).alias("uncertain"))
    columns = {key: names[text] for key, text in NUMBERS.items()} | {"year": names[YEAR]}
    numbers(rows, table, columns, wishes.reading)
    for side in ("recipient", "supplier"):
        _party(rows, side, names[side])
    year = pl.col("year")
    whole = year.is_null() | ((year == year.floor()) & year.is_between(1900, 2100))
    rows.wrong("is no year", ~whole, names[YEAR])
    for name in NUMBERS:
        rows.wrong("is negative", pl.col(name) < 0, columns[name])
    listed = pl.col("deliveries").fill_null("").str.contains(f"^{_YEARS.pattern}$")
    rows.wrong("is no list of years", ~listed, names[TEXTS["deliveries"]])
    raise_all(f"SIPRI {path.name}", capped(rows.problems))
    made = rows.frame.with_columns(year.cast(pl.Int16)).select(list(_COLUMNS))
    said = "trade register of SIPRI"
    return Published(finished(_record(path, made, rows), wishes), made, (said,), tuple(rows.notes))


_COLUMNS = {
    "recipient": "ISO3; empty where the recipient is no one economy",
    "recipient_name": "as SIPRI writes it",
    "supplier": "ISO3; empty where the supplier is no one economy",
    "supplier_name": "as SIPRI writes it",
    "year": "year of the order",
    "ordered": "number ordered; empty where not known",
    "designation": "weapon",
    "description": "sort of weapon",
    "delivered": "number delivered in the years asked for",
    "deliveries": "years of delivery, with semicolons",
    "status": "new, second hand, and their like",
    "comments": "of SIPRI",
    "tiv_unit": "trend-indicator value of one, millions",
    "tiv_order": "trend-indicator value of the order, millions",
    "tiv_delivered": "trend-indicator value of what was delivered, millions",
    "uncertain": "which numbers SIPRI marks as uncertain",
}


def _table(path: Path, wishes: Wishes) -> TextTable:
    """Return the register; columns without a name get that of the number before them."""
    text, _ = layout.decoded(
        reading.read_bytes(path, what="table"), wishes.reading.encoding, path.name
    )
    found = _HEADER.search(text)
    if found is None:
        raise_all("SIPRI", [InputProblem("no header: Recipient, Supplier, ...", path.name)])
        raise AssertionError
    start = found.start()
    end = text.find("\n", start)
    header = text[start : end if end >= 0 else len(text)].rstrip("\r")
    delimiter = max(layout.DELIMITERS, key=header.count)
    cells = [cell.strip(' "\ufeff') for cell in header.split(delimiter)]
    named = [cell or f"{cells[n - 1]} {MARK}" for n, cell in enumerate(cells)]
    body = delimiter.join(named) + text[start + len(header) :]
    above = text.count("\n", 0, start)
    options = replace(wishes.reading, encoding="utf-8", delimiter=delimiter, skip_rows=0)
    table = read_bytes(body.encode(), path.name, options, wanted=("Recipient", "Supplier"))
    said = (f"{above:,} lines above the header left out",) if above else ()
    return TextTable(table.frame, table.lines + above, path.name, notes=(*said, *table.notes))


def _uncertain(table: TextTable, names: dict[str, str]) -> pl.Series:
    """Return which numbers bear a mark of uncertainty, in words."""
    marked = {
        key: names[f"{text} {MARK}"]
        for key, text in {**NUMBERS, "year": YEAR}.items()
        if f"{text} {MARK}" in names
    }
    parts = [
        pl.when(pl.col(column).str.strip_chars() == MARK).then(pl.lit(key))
        for key, column in marked.items()
    ]
    if not parts:
        return pl.Series("uncertain", [""] * table.frame.height)
    joined = pl.concat_str(parts, separator=", ", ignore_nulls=True).fill_null("")
    return table.frame.select(joined.alias("uncertain")).to_series()


def _party(rows: Rows, side: str, column: str) -> None:
    """Give a party its code; groups, unions and states that ended have none."""
    known = codes.economies()
    given = rows.frame[f"{side}_name"].drop_nulls().unique().sort()
    rows.wrong("is empty", pl.col(f"{side}_name").is_null(), column)
    meant = {t: codes.economy_of(t.rstrip("*").strip()) for t in given if "(" not in t}
    meant = {t: c for t, c in meant.items() if c and known[c].kind != "aggregate"}
    if other := sorted(set(given) - set(meant)):
        count = rows.frame[f"{side}_name"].is_in(other).sum()
        rows.say(f"{count:,} rows of a {side} that is no one economy have no code: {few(other)}")
    code = pl.col(f"{side}_name").replace_strict(meant, default=None, return_dtype=pl.String)
    rows.frame = rows.frame.with_columns(code.alias(side))


def _record(path: Path, frame: pl.DataFrame, rows: Rows) -> DatasetRecord:
    return DatasetRecord(
        key="sipri_register",
        title="Arms transfers, trade register",
        publisher="Stockholm International Peace Research Institute (SIPRI)",
        edition=f"download {path.name}",
        years=tuple(sorted(int(y) for y in frame["year"].drop_nulls().unique())),
        unit="SIPRI trend-indicator value, millions: a measure of volume, not of money",
        kind=Kind.ESTIMATED,
        licence="SIPRI terms: non-commercial use, less than 10 % of the data set with credit",
        attribution="SIPRI Arms Transfers Database",
        redistribution="derived_only",
        address="https://armstransfers.sipri.org",
        coverage="deals of the download",
        columns=_COLUMNS,
        steps=(f"read from {path.name}", *rows.notes),
        faults=(
            "a value of 0 for what was delivered stands for less than half a million; an empty one "
            "for no delivery that is known",
            "major conventional weapons alone",
            *(f"{ON_ADDING}{fault}" for fault in rows.faults),
        ),
    )


SOURCE = Source(
    "SIPRI trade register", "trade-register.csv", LAYOUT, "sipri_register", reads, dataset
)
