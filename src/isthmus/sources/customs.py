"""Files of customs records, which show a flow from both sides, turned into one record of each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from isthmus.errors import InputProblem, raise_all
from isthmus.evidence import DatasetRecord, Kind
from isthmus.evidence.record import ON_ADDING
from isthmus.sources import flows
from isthmus.sources.flows import Rows
from isthmus.sources.published import Published, Wishes, finished
from isthmus.sources.text import TextTable, capped

MILLION = 1e6
MONTHS = 12
SHOWN = 8
"""Sides with fewer months that are named one by one."""

Period = Callable[[str], tuple[int, int] | None]
"""Returns year and month of a text, month 0 for a whole year, None for no period."""


@dataclass(frozen=True, slots=True)
class Office:
    """How the files of one office are read.

    Parameters
    ----------
    name, title : str
        Its files in messages, and in the title of the data set.
    key : str
        Beginning of the key of its data sets.
    columns : mapping of str to tuple of str
        Names of each column in its files, without case, the best first.
    optional : tuple of str
        Columns that may be absent.
    scheme : str
        Whose codes of economies they are, see `isthmus.codes.SCHEMES`.
    currency : str
        Currency of the values.
    period : callable
        Reads a period.
    sift : callable
        Leaves out parts of other rows and reads the flow as import or export.
    edition : callable
        Returns the edition of the HS of the rows; empty where there is none.
    level : callable
        Leaves out sums over products and gives the others codes of six digits.
    terms : mapping of str to object
        What is the same in the record of every file.
    faults : tuple of str
        Faults that every result must name.
    per_tonne : mapping of str to float
        Units of a column of quantities in one tonne, where these are not kilograms.
    own : mapping of str to str
        Codes of economies that its own list explains.
    """

    name: str
    title: str
    key: str
    columns: Mapping[str, tuple[str, ...]]
    optional: tuple[str, ...]
    scheme: str
    currency: str
    period: Period
    sift: Callable[[Rows, TextTable, Mapping[str, str]], None]
    edition: Callable[[Rows], str]
    level: Callable[[Rows], None]
    terms: Mapping[str, Any]
    faults: tuple[str, ...]
    per_tonne: Mapping[str, float] = field(default_factory=dict)
    own: Mapping[str, str] = field(default_factory=dict)


def read_office(office: Office, table: TextTable, path: Path, wishes: Wishes) -> Published:
    """Return the flows of a file, each once: as its importer records it where it can.

    Raises
    ------
    BadInput
        With every cell that is wrong, rows that stand twice, months that do not fill a year,
        editions of the HS that are mixed, and a currency without a rate.
    """
    by_name = {c.casefold(): c for c in table.frame.columns}
    columns = {
        name: by_name[found]
        for name, known in office.columns.items()
        if (found := next((k for k in known if k in by_name), None))
    }
    if missing := [n for n in office.columns if n not in columns and n not in office.optional]:
        wanted = ", ".join(office.columns[n][0] for n in missing)
        raise_all(office.name, [InputProblem(f"no column {wanted}", path.name)])
    amounts: list[str] = [name for name in ("value", "quantity") if name in columns]
    values = {name: columns.pop(name) for name in amounts}
    rows = flows.text_rows(table, columns)
    flows.numbers(rows, table, values, wishes.reading)
    office.sift(rows, table, by_name)
    flows.written_out(rows)
    rows.once(*columns)
    gaps = whole_years(rows, office.period)
    edition = office.edition(rows)
    flows.amounts(rows, values)
    office.level(rows)
    if edition:
        flows.products(rows, columns["product"], edition)
    places = {name: columns[name] for name in ("reporter", "partner")}
    flows.economies(rows, places, office.scheme, office.own)
    in_million_usd(rows, office.currency, wishes.rates)
    if rows.frame.is_empty() and not rows.problems:
        rows.problems.append(InputProblem("no flows are left", rows.name, "; ".join(rows.notes)))
    raise_all(f"{office.name} {path.name}", capped(rows.problems))
    one_record(rows)
    if "quantity" in values:
        per_tonne = office.per_tonne.get(values["quantity"].casefold(), 1000.0)
        rows.frame = rows.frame.with_columns(pl.col("quantity") / per_tonne)
    frame = flows.summed(rows, ("record",))
    notes = (*rows.notes, *gaps)
    made = _record(office, path, edition, frame, notes, (*office.faults, *gaps, *rows.faults))
    return Published(finished(made, wishes), frame, (f"{office.title}, {edition}",), notes)


def _record(
    office: Office,
    path: Path,
    edition: str,
    frame: pl.DataFrame,
    notes: tuple[str, ...],
    faults: tuple[str, ...],
) -> DatasetRecord:
    terms = dict(office.terms)
    steps = (f"read from {path.name}", *terms.pop("steps"), *notes)
    return DatasetRecord(
        key=f"{office.key}_{edition.lower()}",
        title=f"{terms.pop('title')} by product in {edition}",
        edition=f"download {path.name}",
        years=tuple(sorted(int(y) for y in frame["year"].unique())),
        unit="million USD; tonnes",
        kind=Kind.MEASURED,
        columns={c: flows.COLUMN_TEXTS[c] for c in (*flows.COLUMNS, "record")},
        steps=steps,
        faults=(*terms.pop("faults"), *(f"{ON_ADDING}{fault}" for fault in faults)),
        **terms,
    )


def whole_years(rows: Rows, period: Period) -> list[str]:
    """Turn the column ``period`` into ``year``; twelve months add up to one.

    A year of which the file lacks a month is refused. A side of a reporter's trade that lacks one
    is taken, since a month without rows can be one without trade, and said.

    Returns
    -------
    list of str
        A sentence on the sides that lack months, or none.
    """
    texts = rows.frame["period"].unique().drop_nulls().to_list()
    known = {text: found for text in texts if (found := period(text))}
    rows.wrong("is no period", ~pl.col("period").is_in(list(known)).fill_null(False), "period")
    parts = {
        name: pl.col("period").replace_strict(
            {text: found[place] for text, found in known.items()}, default=None, return_dtype=dtype
        )
        for place, (name, dtype) in enumerate((("year", pl.Int16), ("month", pl.Int8)))
    }
    rows.frame = rows.frame.with_columns(**parts)
    side = ["year", "reporter", "flow"]
    total = (pl.col("month") == 0).any().over([*side, "partner", "product"])
    rows.leave_out((pl.col("month") > 0) & total, "months of a year whose total is there")
    monthly = rows.frame.filter(pl.col("month") > 0)
    rows.frame = rows.frame.drop("month")
    months = pl.col("month").n_unique()
    for year, found in monthly.group_by("year").agg(months).sort("year").rows():
        if found < MONTHS:
            what = f"{found} months of {year}: a year needs twelve"
            hint = "leave the year out, or download all of it"
            rows.problems.append(InputProblem(what, rows.name, hint))
    short = monthly.group_by(side).agg(months).filter(pl.col("month") < MONTHS).sort(side)
    if short.is_empty():
        return []
    shown = [
        f"{flow}s of {reporter} in {year} ({found})"
        for year, reporter, flow, found in short.head(SHOWN).rows()
    ]
    more = f" and {short.height - SHOWN:,} more" if short.height > SHOWN else ""
    return [
        "rows of fewer than twelve months, of which the others count as without trade: "
        f"{', '.join(shown)}{more}"
    ]


def one_record(rows: Rows) -> None:
    """Keep one record of every flow: the importer's where it reports, else the exporter's.

    Takes ``reporter``, ``partner`` and ``flow`` (import or export); gives ``exporter``,
    ``importer`` and ``record``.
    """
    importing = pl.col("flow") == "import"
    rows.frame = rows.frame.with_columns(
        exporter=pl.when(importing).then("partner").otherwise("reporter"),
        importer=pl.when(importing).then("reporter").otherwise("partner"),
        record=pl.when(importing).then(pl.lit("importer")).otherwise(pl.lit("exporter")),
    )
    own = rows.frame.filter(importing).select("year", "reporter").unique()
    reporting = pl.struct("year", "importer").is_in(
        own.select(pl.struct(year="year", importer="reporter")).to_series().implode()
    )
    twice = (pl.col("record") == "exporter") & reporting
    rows.leave_out(twice, "exporters' records of flows whose importer reports")


def in_million_usd(rows: Rows, currency: str, rates: Mapping[int, float]) -> None:
    """Turn values into million USD; a currency other than USD needs a rate for every year.

    Parameters
    ----------
    rows : Rows
        The rows.
    currency : str
        Currency of the file.
    rates : mapping of int to float
        USD per unit by year; year 0 stands for every year.
    """
    if currency == "USD":
        rows.frame = rows.frame.with_columns(pl.col("value") / MILLION)
        return
    found = sorted(set(rows.frame["year"].drop_nulls()))
    missing = [y for y in found if y not in rates and 0 not in rates]
    if missing:
        what = f"values are in {currency}, the world counts in million USD"
        hint = f"give USD per {currency}, the mean of the year: " + " ".join(
            f"--rate {y}=RATE" for y in missing
        )
        rows.problems.append(InputProblem(what, rows.name, hint))
        return
    by_year = {y: rates.get(y, rates.get(0, 0.0)) for y in found}
    said = ", ".join(f"{rate:g} ({year})" for year, rate in by_year.items())
    rows.say(f"{currency} turned into USD with {said} USD per {currency}, as given: assumed")
    rate = pl.col("year").replace_strict(by_year, default=None, return_dtype=pl.Float64)
    rows.frame = rows.frame.with_columns(pl.col("value") * rate / MILLION)
