"""A table and its record held against the contract of its key: typed rows, or every problem."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import polars as pl

from isthmus._version import __version__
from isthmus.errors import BadInput, InputProblem, raise_all
from isthmus.evidence import DatasetRecord
from isthmus.evidence.record import ON_ADDING
from isthmus.runtime import canonical_hash
from isthmus.runtime.reading import tables
from isthmus.sources.numbers import parse_numbers
from isthmus.sources.text import TextOptions, capped
from isthmus.world.contracts import rows
from isthmus.world.contracts.cells import YEAR_HINT, typed, year_text
from isthmus.world.contracts.given import Given, Report, folded, from_frame, listed
from isthmus.world.contracts.infer import inferred
from isthmus.world.contracts.model import ALSO, DTYPES, Contract, contract_of
from isthmus.world.contracts.tables import is_table_key, table_rows


@dataclass(frozen=True, slots=True)
class ConformChoices:
    """What to do where a table leaves it open.

    Parameters
    ----------
    reading : TextOptions
        How text and numbers are written.
    sheet : str
        Sheet of a workbook; may be empty where only one holds something.
    text : tuple of str
        Columns that stay text though they look like numbers.
    drop_aggregates : bool
        Leave out the rows of the world, unions and areas not specified.
    sum_duplicates : bool
        Add up rows that stand for one and the same flow.
    repair : bool
        Mend imbalances and negative value added of an inter-economy table and note them.
    rates : mapping of int to float
        USD per unit of the currency of the record by year, 0 for every year.
    """

    reading: TextOptions = field(default_factory=TextOptions)
    sheet: str = ""
    text: tuple[str, ...] = ()
    drop_aggregates: bool = False
    sum_duplicates: bool = False
    repair: bool = False
    rates: Mapping[int, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Conformed:
    """A table that follows its contract.

    Parameters
    ----------
    record : DatasetRecord
        With years, unit and columns as they are now, and what was left out among its faults.
    frame : polars.DataFrame
        Typed rows.
    notes : tuple of str
        What was read, changed and left out.
    """

    record: DatasetRecord
    frame: pl.DataFrame
    notes: tuple[str, ...] = ()


def conform(
    record: DatasetRecord, given: Given, choices: ConformChoices | None = None
) -> Conformed:
    """Return a table in the types of its contract.

    Parameters
    ----------
    record : DatasetRecord
        Its key chooses the contract.
    given : Given
        The table, from `from_text` or `from_frame`.
    choices : ConformChoices, optional
        What to do where the table leaves it open.

    Raises
    ------
    BadInput
        With every problem by row and column, the first twenty spelt out.
    """
    choices = choices or ConformChoices()
    report = Report()
    contract = contract_of(record.key)
    if given.frame.is_empty():
        raise BadInput(f"data set '{record.key}': the table has no rows", where=given.name)
    if is_table_key(record.key, given.frame.columns):
        record, frame = table_rows(
            record, given, report, choices.reading, choices.rates, repair=choices.repair
        )
    elif contract is None:
        frame = inferred(given, report, choices.reading, text=choices.text)
        report.problems += [rows.NOTHING_TO_TURN] if choices.rates else []
    else:
        record, frame = _known(record, contract, given, report, choices)
    raise_all(f"data set '{record.key}'", capped(report.problems), where=given.name)
    said = (f"{ON_ADDING}{text}" for text in report.dropped)
    faults = tuple(dict.fromkeys((*record.faults, *said)))
    record = record.model_copy(update={"faults": faults})
    return Conformed(record, frame, (*report.notes, *report.dropped))


def conform_frame(
    record: DatasetRecord, frame: pl.DataFrame, choices: ConformChoices | None = None
) -> Conformed:
    """Return a typed frame in the types of its contract; arguments and errors as in `conform`."""
    return conform(record, from_frame(frame, record.key), choices)


def checked(record: DatasetRecord, frame: pl.DataFrame) -> pl.DataFrame:
    """Return the rows of a stored data set once they follow the contract of its key.

    Inter-economy tables are checked when they are made of their rows
    (`isthmus.world.mrio_stored.table_of`).

    Raises
    ------
    BadInput
        With every problem, or with what reading the table anew would change.
    """
    if contract_of(record.key) is None or is_table_key(record.key, frame.columns):
        return frame
    found = conform_frame(record, frame)
    same = found.frame.columns[: frame.width] == frame.columns and all(
        found.frame[c].equals(frame[c].cast(found.frame[c].dtype)) for c in frame.columns
    )
    if not same:
        problems = [InputProblem(note) for note in found.notes]
        raise BadInput(
            f"data set '{record.key}' does not follow its contract",
            problems,
            hint="add it anew with `isthmus data add`, which reads it so",
        )
    return found.frame


def rules_of(record: DatasetRecord) -> str:
    """Return a hash of all that decides whether stored rows follow the contract of their key."""
    contract = contract_of(record.key)
    about = record.model_dump(mode="json", exclude={"sha256"})
    return canonical_hash({"release": __version__, "contract": repr(contract), "record": about})


def checked_by_year(record: DatasetRecord, rows: pl.LazyFrame) -> bool:
    """Check stored rows as `checked` does, a year at a time; tell whether they can stay as stored.

    They cannot where the contract looks across years, or fills or types a column anew.

    Raises
    ------
    BadInput
        As `checked`, of the first year that has problems; its rows are counted within the year.
    """
    contract, schema = contract_of(record.key), rows.collect_schema()
    if contract is None or contract.complete or "year" not in contract.unique:
        return False
    if not schema.get("year", pl.String).is_integer():
        return False
    for year in tables.asked(rows.select(pl.col("year").unique().sort())).to_series():
        part = tables.asked(rows.filter(pl.col("year").eq_missing(year)))
        try:
            found = checked(record, part)
        except BadInput as error:
            where = f"the rows of {year}, counted among themselves"
            raise BadInput(error.what, error.problems, where=where, hint=error.hint) from error
        if found.schema != schema:
            return False
    return True


def _known(
    record: DatasetRecord, contract: Contract, given: Given, report: Report, choices: ConformChoices
) -> tuple[DatasetRecord, pl.DataFrame]:
    if contract.closed:
        what = "is computed together with the world and cannot be replaced by a table of one's own"
        report.problems.append(InputProblem(what, f"key {record.key}", "choose another key"))
        return record, given.frame
    record, given = _named(record, contract, given, report)
    if report.problems:
        return record, given.frame
    asked = given
    given = _numbers(contract, given, report, choices.reading)
    given = rows.without_aggregates(given, contract, report, drop=choices.drop_aggregates)
    columns = [
        typed(column, given, report, contract.classification)
        for column in contract.columns.values()
    ]
    extra = [c for c in given.frame.columns if c not in contract.columns]
    whole = given.with_frame(pl.DataFrame([*columns, *given.frame.select(extra)]))
    kept = rows.without_missing(whole, contract, report, given)
    kept = rows.without_own(kept, contract, report)
    kept, unit = rows.in_unit(kept, contract, record, report, choices.rates)
    if not report.problems:
        kept = rows.without_repeats(kept, contract, report, add_up=choices.sum_duplicates)
    elif not (choices.sum_duplicates or choices.drop_aggregates):
        rows.say_repeats(asked, contract, report)
    if not report.problems:
        rows.check_complete(kept, contract, report)
        rows.say_zeros(kept, contract, report)
    if kept.frame.is_empty() and not report.problems:
        report.problems.append(
            InputProblem("no rows are left", kept.name, "; ".join(report.dropped))
        )
    named = (*choices.text, *contract.columns)
    frame = inferred(kept, report, choices.reading, text=named) if extra else kept.frame
    record = record.model_copy(update={"unit": unit})
    return _dated(record, frame, report), frame


def _named(
    record: DatasetRecord, contract: Contract, given: Given, report: Report
) -> tuple[DatasetRecord, Given]:
    """Give the columns the names of the contract; those that may be absent are filled."""
    frame = given.frame
    taken = set(frame.columns) & set(contract.columns)
    renamed: dict[str, str] = {}
    by_name = {folded(c): c for c in frame.columns if c not in taken}
    for name in contract.columns:
        if name in taken:
            continue
        found = next((by_name[a] for a in (folded(name), *ALSO.get(name, ())) if a in by_name), "")
        if found:
            renamed[found] = name
            del by_name[folded(found)]
    if renamed:
        pairs = ", ".join(f"'{old}' as {new}" for old, new in renamed.items())
        report.notes.append(f"columns read: {pairs}")
    frame = frame.rename(renamed)
    described = {renamed.get(c, c): text for c, text in record.columns.items()}
    for name, fill in contract.absent.items():
        if name not in frame.columns:
            dtype = DTYPES[contract.columns[name].type] if not fill else pl.String()
            frame = frame.with_columns(pl.lit(fill or None, dtype=dtype).alias(name))
            said = f"no column {name}: taken as '{fill}'" if fill else f"no column {name}"
            (report.dropped if fill else report.notes).append(said)
            described |= {name: said} if described else {}
    missing = [c for c in contract.columns if c not in frame.columns]
    if missing:
        hint = f"found: {listed(given.frame.columns[:20])}"
        wanted = f"{', '.join(contract.columns)}"
        what = f"no column {', '.join(missing)} (this data set needs {wanted})"
        report.problems.append(InputProblem(what, given.name, hint))
    return record.model_copy(update={"columns": described}), given.with_frame(frame)


def _numbers(contract: Contract, given: Given, report: Report, options: TextOptions) -> Given:
    """Read the columns of numbers that hold text."""
    frame = given.frame
    for name, column in contract.columns.items():
        if column.type == "year" and frame[name].dtype == pl.String:
            frame = frame.with_columns(year_text(frame[name], given, report))
    given = given.with_frame(frame)
    names = [n for n, c in contract.columns.items() if c.is_number and frame[n].dtype == pl.String]
    read = parse_numbers(given.text(), names, options)
    years = tuple(f"column {n}" for n in names if contract.columns[n].type == "year")
    report.problems += [
        replace(p, hint=YEAR_HINT)
        if years and p.where.endswith(years) and "can be" not in p.what
        else p
        for p in read.problems
    ]
    report.notes += read.notes
    if str(read.marks):
        report.notes.append(f"numbers read with {read.marks}")
    filled = [
        read.frame[n].set(read.wrong[n], 2000.0 if contract.columns[n].type == "year" else 0.0)
        for n in names
    ]
    return given.with_frame(frame.with_columns(filled))


def _dated(record: DatasetRecord, frame: pl.DataFrame, report: Report) -> DatasetRecord:
    """Return the record with the years of the rows."""
    if not frame.schema.get("year", pl.String).is_integer() or report.problems:
        return record
    years = tuple(sorted(int(y) for y in frame["year"].unique()))
    if record.years and set(record.years) != set(years):
        told = f"{years[0]} to {years[-1]}" if len(years) > 1 else str(years[0])
        report.notes.append(f"the record's years are those of the rows now: {told}")
    return record.model_copy(update={"years": years})
