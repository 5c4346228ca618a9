"""What each record holds of the trade that the page quotes: ranges, definitions, age."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

import polars as pl

from isthmus.dependence.customs import BALANCED
from isthmus.evidence import Finding, Kind
from isthmus.study.ask.records import SOURCES, names_of, note_alone, records
from isthmus.study.ask.trade import FLOWS, link_finding, year_of
from isthmus.study.numbers import digits_of
from isthmus.study.page import Page

MONEY = "million USD"
_UNITS = {"value": MONEY, "share_of_imports": "share", "share_of_exports": "share"}


def say_records(page: Page, pairs: Iterable[tuple[str, str]]) -> None:
    """Say what each record of the pairs' trade holds, and list them with their definitions.

    Parameters
    ----------
    page : Page
        The page.
    pairs : iterable of (str, str)
        Importer and exporter; those without a customs figure are named in a note.
    """
    wanted = list(pairs)
    held = []
    for importer, exporter in wanted:
        found = records(page.context, importer, exporter)
        if not found.is_empty():
            _values(page, importer, exporter, found)
            _shares(page, importer, exporter, found)
            held.append(found)
    note_alone(page, wanted)
    if held:
        _table(page, pl.concat(held))


def say_turn(page: Page, importer: str, exporter: str) -> None:
    """Say the newest share of a buyer in a seller's exports, where the balanced table ends before.

    Parameters
    ----------
    page : Page
        The page.
    importer, exporter : str
        Buyer and seller.
    """
    found = records(page.context, importer, exporter)
    if not found.is_empty():
        _shares(page, importer, exporter, found)


def _figure(page: Page, row: dict[str, object], what: str, digits: int = 0) -> Finding:
    """Return one figure of an office as a finding."""
    inside = ".with_hub" if "+" in str(row["partner"]) else ""
    return page.context.finding(
        f"trade.{what}.{row['exporter']}.{row['importer']}.{row['record']}{inside}.{row['year']}",
        float(str(row[what])),
        _UNITS[what],
        # What an office divides, or what is divided by a total of its own, is no conversion.
        kind=Kind(str(row["kind"])) if what == "value" else Kind.MEASURED,
        year=int(str(row["year"])),
        method="customs_record",
        datasets=SOURCES,
        digits=digits,
    )


def _values(page: Page, importer: str, exporter: str, found: pl.DataFrame) -> None:
    """Say the value of the year by every record that has one."""
    year = year_of(page.context)
    rows = found.filter((pl.col("year") == year) & pl.col("value").is_not_null())
    # Of two figures of one office the larger one is quoted; both stand in the table.
    offices = {r["record"]: r for r in rows.sort("value").to_dicts() if r["record"] != BALANCED}
    if not offices:
        return
    span = link_finding(page.context, importer, exporter, "value")
    digits = max(digits_of(span, end) for end in (span.value, span.low, span.high))
    by = {f"by_{record}": _figure(page, row, "value", digits) for record, row in offices.items()}
    page.say(
        f"answer.records_{'both' if len(offices) == 2 else next(iter(offices))}",
        balanced=_balanced(page, importer, exporter, rows, digits),
        **by,
        **names_of(page, importer, exporter),
    )


def _balanced(page: Page, importer: str, exporter: str, rows: pl.DataFrame, digits: int) -> Finding:
    row = rows.filter(record=BALANCED).row(0, named=True)
    return page.finding(
        f"trade.balanced.{exporter}.{importer}.{row['year']}",
        row["value"],
        MONEY,
        method="trade_value",
        year=row["year"],
        digits=digits,
    )


def _shares(page: Page, importer: str, exporter: str, found: pl.DataFrame) -> None:
    """Say the share in the exporter's exports with and without Hong Kong, and the newest one."""
    year = year_of(page.context)
    rows = found.filter(
        (pl.col("record") != BALANCED) & pl.col("share_of_exports").is_not_null()
    ).sort("year", "share_of_exports")
    names = names_of(page, importer, exporter)
    now = {r["hong_kong"]: r for r in rows.filter(year=year).to_dicts()}
    if {"apart", "inside"} <= set(now):
        page.say(
            "answer.records_hong_kong",
            apart=_figure(page, now["apart"], "share_of_exports"),
            inside=_figure(page, now["inside"], "share_of_exports"),
            **names,
        )
    newest = rows.filter(pl.col("year") > year).tail(1).to_dicts()
    for row in newest:
        with_hub = "_inside" if row["hong_kong"] == "inside" else ""
        page.say(
            f"answer.records_newest{with_hub}",
            newest=_figure(page, row, "share_of_exports"),
            newest_year=row["year"],
            **names,
        )


def _office(page: Page, code: str) -> str:
    """Return a party as an office groups it, with what it counts in."""
    return " + ".join(page.context.label(part) for part in code.split("+")) if code else ""


def _table(page: Page, frame: pl.DataFrame) -> None:
    shown = (pl.col("year") == year_of(page.context)) | (pl.col("age") == 0)
    described = ("reporter", "partner", "age", "valuation", "hong_kong", "kind", "definition")
    rows = (
        frame.filter(shown)
        .with_columns(
            page.labels("importer"),
            page.labels("exporter"),
            *(
                pl.col(c).map_elements(partial(_office, page), return_dtype=pl.String)
                for c in ("reporter", "partner")
            ),
            pl.col("definition").str.replace(f"^{FLOWS}: ", ""),
            pl.col("record").map_elements(
                lambda record: page.word(f"word.record_{record}"), return_dtype=pl.String
            ),
        )
        .select("importer", "exporter", "record", "year", *_UNITS, *described)
    )
    page.table(
        "records",
        rows,
        _UNITS,
        attributes=described,
        datasets=[*page.datasets, *SOURCES],
        notes=["records_differ"],
    )
