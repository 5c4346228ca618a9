"""Customs figures beside the balanced flows from which pages take shares and losses."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from isthmus.dependence.customs import BALANCED, FIGURES, RATES
from isthmus.study.ask.trade import between, link_finding
from isthmus.study.context import Context
from isthmus.study.page import Fields, Page

SOURCES = (FIGURES, RATES)
"""What a figure of an office rests on."""


def records(context: Context, importer: str, exporter: str) -> pl.DataFrame:
    """Return the records of what one party bought from another; no rows where none is at hand."""
    tables = between(context, importer, exporter).tables
    if "records" not in tables:
        return pl.DataFrame()
    return tables["records"].frame.filter(importer=importer, exporter=exporter)


def note_records(page: Page, *pairs: tuple[str, str]) -> None:
    """Note the span of the records of trade from which a page takes shares and losses."""
    for importer, exporter in pairs:
        found = records(page.context, importer, exporter)
        if found.is_empty():
            continue
        names = names_of(page, importer, exporter)
        value = link_finding(page.context, importer, exporter, "value")
        if value.low is not None:
            page.note("records_span", **names, value=value, traded=value.year)
        else:
            years = found.filter(pl.col("record") != BALANCED)["year"].unique().sort()
            page.note("records_later", **names, years=", ".join(map(str, years)))
    note_alone(page, pairs)


def note_alone(page: Page, pairs: Iterable[tuple[str, str]]) -> None:
    """Note which flows no customs figure stands beside, each two parties once."""
    label = page.context.label
    alone = {
        tuple(sorted(pair)): f"{label(pair[0])} – {label(pair[1])}"
        for pair in pairs
        if records(page.context, *pair).is_empty()
    }
    if alone:
        page.note("records_alone", pairs="; ".join(alone.values()))


def names_of(page: Page, importer: str, exporter: str) -> Fields:
    """Return the names of a buyer and a seller for sentences."""
    name = page.context.name
    return {"buyer": name(importer), "seller": name(exporter)}
