"""Inter-economy tables at the add: numbers, labels, balance, and repairs where asked for."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import polars as pl

from isthmus.codes import AREAS, economy_of, is_total, members_of, scheme_of
from isthmus.errors import BadInput, IdentityViolated, InputProblem, few
from isthmus.evidence import DatasetRecord
from isthmus.sources.numbers import parse_numbers
from isthmus.sources.text import TextOptions
from isthmus.world.contracts.given import SHOWN, Given, Report, folded, listed
from isthmus.world.contracts.model import ALSO, LIMITS
from isthmus.world.contracts.rows import NOTHING_TO_TURN, rates_used
from isthmus.world.money import money
from isthmus.world.mrio_checks import nodes_in
from isthmus.world.mrio_stored import (
    BELOW,
    PLACE_TEXTS,
    PLACES,
    PREFIX,
    columns_of,
    layout_problems,
    rows_of,
    table_of,
)

_EXACT = 1e-9
_ENOUGH = 3
"""Rows in which a column has to be the sum of others before it is taken for one."""


def is_table_key(key: str, columns: list[str]) -> bool:
    """Return whether a key is that of an inter-economy table in the layout of `mrio_stored`.

    ``mrio_2022`` and its parts are names of the starter world, unless the columns are a table's.
    """
    if not key.startswith(PREFIX):
        return False
    own = key.removeprefix(PREFIX).split("_")
    starter = len(own[0]) == 4 and own[0].isdigit() and own[1:] in ([], ["economies"], ["services"])
    return not starter or set(PLACES) <= {folded(c) for c in columns}


def table_rows(
    record: DatasetRecord,
    given: Given,
    report: Report,
    options: TextOptions,
    rates: Mapping[int, float],
    *,
    repair: bool,
) -> tuple[DatasetRecord, pl.DataFrame]:
    """Return the rows of a table as they are stored, and its record; problems go to `report`."""
    names = {folded(c): c for c in given.frame.columns}
    missing = [c for c in PLACES if c not in names]
    if missing:
        what = f"no column {', '.join(missing)}: an inter-economy table needs {', '.join(PLACES)} "
        what += "and a column for every using industry and category of final demand"
        hint = f"found: {listed(given.frame.columns[:8])}"
        report.problems.append(InputProblem(what, given.name, hint))
    if len(record.years) != 1:
        what = f"the record names {len(record.years)} years: a table belongs to one year"
        hint = "name it under 'years' in the record; add a table of another year under its own key"
        report.problems.append(InputProblem(what, "record, years", hint))
    low, high = LIMITS["year"]
    if any(not low <= year <= high for year in record.years):
        what = f"the record names the years {', '.join(map(str, record.years))}"
        report.problems.append(InputProblem(what, "record, years", "write a year as 2022"))
    report.problems += _key_problems(record)
    if missing:
        return record, given.frame
    given = given.with_frame(given.frame.rename({names[c]: c for c in PLACES}))
    named = next((names[n] for n in ("year", *ALSO["year"]) if n in names), "")
    given = _without_year(given, record.years, named, report)
    given = _numbers(given, report, options)
    if report.problems:
        report.problems += layout_problems(given.frame, given.places)
        return record, given.frame
    report.problems += [*_totals(given), *_negative(given)]
    given = _economies(given, report)
    record, given = _in_millions(record, given, report, rates)
    if report.problems:
        return record, given.frame
    record = _described(record, given.frame)
    try:
        table = table_of(given.frame, record, repair=repair, placed=given.places)
    except (BadInput, IdentityViolated) as error:
        inner = error.problems or (InputProblem(error.what, error.where or ""),)
        report.problems += [_placed(problem, given) for problem in inner]
        return record, given.frame
    new = [note for note in table.notes if note not in record.faults]
    report.dropped += new
    if not repair:
        return record, given.frame
    mended = rows_of(table)
    columns = {c: record.columns.get(c, text) for c, text in columns_of(table).items()}
    return record.model_copy(update={"columns": columns}), mended


def _placed(problem: InputProblem, given: Given) -> InputProblem:
    """Return a problem of nodes with the lines and columns where the first of them stand."""
    below = given.frame["exporter"].is_null()
    product, importer = given.frame["product"], given.frame["importer"]
    places = []
    for economy, industry in nodes_in(problem.what)[:SHOWN]:
        if problem.where == "rows":
            at, column = (given.frame["exporter"] == economy) & (product == industry), ""
        else:
            row = "VALUE_ADDED" if problem.where == "v" else "OUTPUT"
            at, column = below & (product == row) & (importer == economy), industry
        if at.any():
            places.append(given.places(at, column))
    return InputProblem(problem.what, "; ".join(places) or problem.where, problem.hint)


def _without_year(given: Given, years: tuple[int, ...], name: str, report: Report) -> Given:
    """Return the table without a column of its one year, which is no category of demand."""
    if not name or len(years) != 1:
        return given
    cells = given.frame[name].cast(pl.String).str.replace(r"[.,]0$", "")
    other = (cells != str(years[0])).fill_null(False)
    if other.any():
        hint = "add each year under a key of its own"
        what = f"is not {years[0]}, the year of the record"
        report.problems.append(given.problem(what, other, name, hint))
    report.notes.append(f"column {name} taken as the year of the table")
    return given.with_frame(given.frame.drop(name))


def _numbers(given: Given, report: Report, options: TextOptions) -> Given:
    frame = given.frame.with_columns(pl.col(PLACES).cast(pl.String))
    numbers = [c for c in frame.columns if c not in PLACES]
    texts = [c for c in numbers if frame[c].dtype == pl.String]
    read = parse_numbers(given.text(), texts, options)
    report.problems += read.problems
    report.notes += read.notes
    if str(read.marks):
        report.notes.append(f"numbers read with {read.marks}")
    frame = frame.with_columns(read.frame[c].set(read.wrong[c], 0.0) for c in texts)
    products = set(frame["product"].drop_nulls())
    below = frame["product"].is_in(list(BELOW)) & frame["exporter"].is_null()
    for name in numbers:
        if not frame[name].dtype.is_numeric():
            what = f"holds {frame[name].dtype}, not numbers"
            report.problems.append(InputProblem(what, f"{given.name}, column {name}"))
            continue
        cells = frame[name].cast(pl.Float64)
        empty = cells.is_null() if name in products else cells.is_null() & ~below
        if empty.any():
            hint = "missing is not zero: write 0 where nothing is sold, or --blank zero says so"
            report.problems.append(given.problem("is empty", empty, name, hint))
        if (endless := cells.is_nan() | cells.is_infinite()).any():
            report.problems.append(given.problem("is not finite", endless, name))
        frame = frame.with_columns(cells.fill_null(0.0))
    for name in ("product", "importer"):
        if (empty := frame[name].is_null()).any():
            report.problems.append(given.problem("is empty", empty, name))
    return given.with_frame(frame)


def _totals(given: Given) -> list[InputProblem]:
    """Return the columns that are the sum of others: counted as demand, they would count twice."""
    sales = given.frame.filter(pl.col("exporter").is_not_null())
    products = set(sales["product"])
    numbers = [c for c in sales.columns if c not in PLACES]
    users = [c for c in numbers if c in products]
    demand = [c for c in numbers if c not in products]
    problems = []
    for name in demand:
        others = [c for c in demand if c != name]
        for parts, said in ((users, "industries"), (others, "categories"), (users + others, "")):
            if len(parts) < 2 or int((sales[name] != 0).sum()) < _ENOUGH:
                continue
            total = sales.select(pl.sum_horizontal(parts)).to_series()
            if ((sales[name] - total).abs() <= _EXACT * total.abs()).all():
                what = f"is the sum of the other columns{said and f' of {said}'}"
                place = f"{given.name}, column {name}"
                problems.append(InputProblem(what, place, "leave totals out: they count twice"))
                break
    return problems


def _economies(given: Given, report: Report) -> Given:
    """Write the economies with the codes of the house, where each label stands for one."""
    frame = given.frame
    labels = pl.concat([frame["exporter"], frame["importer"]]).drop_nulls().unique().to_list()
    scheme = scheme_of(labels)
    codes = {label: economy_of(label, scheme) or "" for label in labels}
    regions = [label for label, code in codes.items() if code in AREAS]
    codes |= {label: label for label in regions if len(regions) > 1}
    report.problems += _label_problems(given, codes)
    if report.problems or not all(codes.values()):
        return given
    changed = sorted(f"'{label}' as {code}" for label, code in codes.items() if label != code)
    if not changed:
        return given
    report.notes.append(f"economies: read {few(changed)}")
    written = pl.col("exporter", "importer").replace_strict(codes, return_dtype=pl.String)
    return given.with_frame(frame.with_columns(written))


def _label_problems(given: Given, codes: Mapping[str, str]) -> list[InputProblem]:
    """Return labels of one economy, and labels that hold others, which then count twice."""
    own = {code: [label for label in codes if codes[label] == code] for code in codes.values()}
    problems = []

    def wrong(what: str, labels: Sequence[str], hint: str) -> None:
        at = given.frame["exporter"].is_in(labels) | given.frame["importer"].is_in(labels)
        problems.append(given.problem(f"{listed(labels)} {what}", at, hint=hint))

    for code, labels in own.items():
        if code and len(labels) > 1:
            hint = "add them up, or give the parts names that no source has for it"
            wrong(f"stand for one economy, {code}", sorted(labels), hint)
    for label in codes:
        inside = set(members_of(label)) & set(own)
        if is_total(label):
            wrong("is the world: it counts twice", [label], "the rest of the world is ROW")
        elif inside:
            hint = "leave it out, or name the rest of it by a name of its own"
            wrong(f"stands beside its members {few(sorted(inside))}", [label], hint)
    return problems


def _key_problems(record: DatasetRecord) -> list[InputProblem]:
    """Return the problem of a key that ends in another year than the record names."""
    named = re.search(r"_(\d{4})$", record.key)
    if not named or int(named[1]) in record.years:
        return []
    what = f"the key '{record.key}' names another year than the record"
    return [InputProblem(what, "record, years", f"years = [{named[1]}], or another key")]


def _negative(given: Given) -> list[InputProblem]:
    """Return the cells of using industries that hold less than nothing."""
    sales = given.frame["exporter"].is_not_null()
    users = set(given.frame["product"].filter(sales)) & set(given.frame.columns)
    hint = "an industry buys nothing or more: corrections go where they belong, or to final demand"
    return [
        given.problem("is negative", at, name, hint)
        for name in given.frame.columns
        if name in users and (at := sales & (given.frame[name] < 0)).any()
    ]


def _in_millions(
    record: DatasetRecord, given: Given, report: Report, rates: Mapping[int, float]
) -> tuple[DatasetRecord, Given]:
    """Return the table in millions of USD, or of its currency where no rate is given."""
    power, currency, _ = money(record.unit) or (0.0, "", "")
    if not currency:
        what = f"the unit {record.unit!r} is no unit of money"
        hint = "write for example 'million USD' or 'thousand EUR'"
        report.problems.append(InputProblem(what, "record, unit", hint))
        return record, given
    if rates and currency == "USD":
        report.problems.append(NOTHING_TO_TURN)
    elif rates and (used := rates_used(currency, record.years, report, rates)):
        power, currency = power * next(iter(used.values())), "USD"
    unit = f"million {currency}"
    if currency != "USD":
        report.dropped.append(
            f"amounts are in {unit}, and so are those of results that rest on this table alone; "
            f"beside data in million USD shares and days can be compared, amounts cannot"
        )
    if power == 1.0:
        return record, given
    report.notes.append(f"{record.unit} converted to {unit}")
    numbers = [c for c in given.frame.columns if c not in PLACES]
    divided = given.frame.with_columns(pl.col(numbers) / (1.0 / power))
    return record.model_copy(update={"unit": unit}), given.with_frame(divided)


def _described(record: DatasetRecord, frame: pl.DataFrame) -> DatasetRecord:
    """Return the record with a word on every column, by which the table is found again."""
    products = set(frame["product"])
    said = {
        c: f"used by {c}" if c in products else f"final demand: {c}"
        for c in frame.columns
        if c not in PLACES
    }
    told = {**PLACE_TEXTS, **said}
    columns = {c: record.columns.get(c, told[c]) for c in frame.columns}
    undeclared = {c: text for c, text in record.columns.items() if folded(c) not in PLACES}
    return record.model_copy(update={"columns": {**undeclared, **columns}})
