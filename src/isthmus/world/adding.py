"""Adding tables of one's own: read as text, held against the contract of their key, stored."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
from pydantic import TypeAdapter, ValidationError

from isthmus.errors import BadInput, InputProblem, did_you_mean, raise_all
from isthmus.evidence import DatasetRecord
from isthmus.evidence.formulas import unguarded
from isthmus.runtime.reading import is_file
from isthmus.runtime.reading.tables import read_parquet
from isthmus.runtime.reading.workbooks import ENDINGS as WORKBOOKS
from isthmus.sources.published import Source, Wishes
from isthmus.sources.registry import layouts, source_of
from isthmus.sources.text import TextOptions, read_text
from isthmus.sources.workbook import read_sheet
from isthmus.store.datasets import read_document, record_of
from isthmus.world.added import check_stored
from isthmus.world.contracts import (
    ConformChoices,
    Given,
    conform,
    contract_of,
    from_frame,
    from_text,
)

if TYPE_CHECKING:
    from isthmus.store import Store
    from isthmus.store.datasets import DatasetEntry

TEXT_ENDINGS = (".csv", ".tsv", ".txt", ".tab")
READING = "reading"
"""Table of a record's file that says how to read the rows; the fields of `ConformChoices`."""
RATE = "rate"


@dataclass(frozen=True, slots=True)
class Added:
    """A data set that was added, and how its file was read.

    Parameters
    ----------
    entry : DatasetEntry
        The version in the store.
    read_as : tuple of str
        Encoding and separator of a text file.
    notes : tuple of str
        What was read, changed and left out.
    """

    entry: DatasetEntry
    read_as: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def add_file(
    path: Path,
    record: Path | None = None,
    *,
    store: Store | None = None,
    **given: Any,
) -> Added:
    """Add a table of one's own (text, workbook, Parquet), or a publisher's file as it is.

    Parameters
    ----------
    path : Path
        The table, or a folder of a publisher's yearly files. The layouts of
        `isthmus.sources.registry.SOURCES` are recognised and need no record.
    record : Path, optional
        TOML or JSON file with its record; by default the file of the same name with ``.toml``. Its
        table ``[reading]`` may hold any of `given`.
    store : Store, optional
        Where to; the user's store by default.
    **given
        ``delimiter``, ``decimal``, ``thousands``, ``encoding``, ``skip_rows``, ``missing``,
        ``dash``, ``blank``, ``sheet``, ``text``, ``drop_aggregates``, ``sum_duplicates``,
        ``repair``, ``keep_formulas``: see `isthmus.sources.text.TextOptions` and
        `isthmus.world.contracts.ConformChoices`; ``rate``: USD per unit of a publisher's currency,
        ``"1.053"`` or by year ``"2022=1.053"``.

    Raises
    ------
    BadInput
        With every problem of the record or the rows, by row and column.
    """
    source = source_of(path)
    if source is None:
        check_ending(path)
    about, choices, rates = _said(path, record, given, needed=source is None)
    if source is not None and (about is None or re.match(source.keys, about.key)):
        return _add_published(source, path, about, choices, rates, store)
    if about is None:
        raise AssertionError
    choices = replace(choices, rates=rates)
    table, read_as, notes = read_table(path, about.key, choices)
    return add_given(about, table, choices, store=store, read_as=read_as, notes=notes)


def _said(
    path: Path, record: Path | None, given: dict[str, Any], *, needed: bool
) -> tuple[DatasetRecord | None, ConformChoices, dict[int, float]]:
    """Return the record beside a table, how it is to be read, and the rates of its currency."""
    beside = record or path.parent / f"{path.stem}.toml"
    if not is_file(beside):
        if needed or record is not None:
            hint = "write one (licence, unit, kind, source) and name it with --record"
            if needed:
                hint += f"; read without a record: {layouts()}"
            raise BadInput("the data set has no record", where=str(beside), hint=hint)
        own = dict(given)
        rates = rates_of(own.pop(RATE, ()))
        return None, choices_of({}, own), rates
    document = read_document(beside)
    reading, own = document.pop(READING, {}), dict(given)
    if not isinstance(reading, dict):
        raise BadInput("[reading] must be a table", where=str(beside))
    kept = reading.pop(RATE, ())
    rates = rates_of(own.pop(RATE, ()) or kept)
    choices = choices_of(reading, own, where=str(beside))
    return record_of(document, where=str(beside)), choices, rates


def rates_of(said: Sequence[str] | str) -> dict[int, float]:
    """Return rates by year from ``2022=1.053``; year 0 stands for every year.

    Raises
    ------
    BadInput
        With every text that is no rate above zero.
    """
    rates, problems = {}, []
    listed = said if isinstance(said, list | tuple) else [said]
    for text in listed:
        year, _, rate = str(text).rpartition("=")
        try:
            number = float(rate)
            if not 0.0 < number < float("inf"):
                raise ValueError
            rates[int(year) if year else 0] = number
        except ValueError:
            problems.append(InputProblem(f"{text!r} is no rate", RATE, "write 2022=1.053"))
    raise_all("rates of currencies", problems)
    return rates


def _add_published(
    source: Source,
    path: Path,
    own: DatasetRecord | None,
    choices: ConformChoices,
    rates: dict[int, float],
    store: Store | None,
) -> Added:
    found = source.dataset(path, Wishes(own, rates, choices.reading, choices.repair))
    table = from_frame(found.frame, path.name)
    texts = (name for name, dtype in found.frame.schema.items() if dtype == pl.String)
    chosen = replace(choices, repair=choices.repair or found.repair, text=(*choices.text, *texts))
    return add_given(
        found.record, table, chosen, store=store, read_as=found.read_as, notes=found.notes
    )


def add_given(
    record: DatasetRecord,
    table: Given,
    choices: ConformChoices | None = None,
    *,
    store: Store | None = None,
    read_as: tuple[str, ...] = (),
    notes: tuple[str, ...] = (),
) -> Added:
    """Add a table that was read already, with what its reading left to say."""
    from isthmus.store import Store

    found = conform(record, table, choices)
    guarded = table.from_text and not (choices and choices.reading.keep_formulas)
    frame = unguarded(found.frame) if guarded else found.frame
    place = store or Store()
    entry = place.add(found.record, frame)
    said = (*notes, *found.notes)
    del table, found, frame
    check_stored(place, entry)
    return Added(entry, read_as, said)


def add_frame(
    record: DatasetRecord,
    frame: pl.DataFrame,
    choices: ConformChoices | None = None,
    *,
    store: Store | None = None,
) -> Added:
    """Add a frame of one's own; it is held against the contract of its key as a file is.

    Raises
    ------
    BadInput
        With every problem by row and column.
    """
    return add_given(record, from_frame(frame, record.key), choices, store=store)


def read_table(
    path: Path, key: str, choices: ConformChoices
) -> tuple[Given, tuple[str, ...], tuple[str, ...]]:
    """Return the rows of a file as they stand, how they were read, and what was left out.

    Raises
    ------
    BadInput, NotFound
        When the file is no table of text, no Parquet file and no workbook.
    """
    check_ending(path)
    if path.suffix.lower() == ".parquet":
        return from_frame(read_parquet(path), path.name), (), ()
    contract = contract_of(key)
    wanted = tuple(contract.columns) if contract else ()
    if path.suffix.lower() in WORKBOOKS:
        table = read_sheet(path, choices.sheet, choices.reading, wanted=wanted)
        if isinstance(table, tuple):
            name, frame = table
            return from_frame(frame, name), ("a workbook of isthmus",), ()
    else:
        table = read_text(path, choices.reading, wanted=wanted)
    return from_text(table), table.read_as, table.notes


def check_ending(path: Path) -> None:
    """Refuse a file whose ending names neither text nor Parquet nor a workbook.

    Raises
    ------
    BadInput
        With what to do instead.
    """
    if path.suffix.lower() in (*TEXT_ENDINGS, ".parquet", *WORKBOOKS):
        return
    hint = "read are text (.csv, .tsv, .txt), .parquet, workbooks (.xlsx, .xls, .ods) and files as "
    hint += f"published: {layouts()}"
    raise BadInput(f"unknown file ending '{path.suffix}'", where=str(path), hint=hint)


def choices_of(
    read: dict[str, Any], given: dict[str, Any] | None = None, *, where: str = "reading"
) -> ConformChoices:
    """Return choices from a record's ``[reading]`` and what was given beside it, which goes first.

    Raises
    ------
    BadInput
        With every unknown or wrong field.
    """
    said = {
        name: value
        for name, value in (given or {}).items()
        if value not in (None, "", ()) and value is not False
    }
    flat = {**read, **said}
    fields = ({*ConformChoices.__slots__} | {*TextOptions.__slots__}) - {READING, "rates"}
    unknown = [
        InputProblem(f"unknown field '{name}'", READING, did_you_mean(name, fields))
        for name in sorted(set(flat) - fields)
    ]
    raise_all("how to read the table", unknown, where=where)
    own = {k: flat.pop(k) for k in tuple(flat) if k in ConformChoices.__slots__ and k != READING}
    try:
        return TypeAdapter(ConformChoices).validate_python({**own, READING: flat})
    except ValidationError as error:
        problems = [
            InputProblem(item["msg"], ".".join(str(p) for p in item["loc"]))
            for item in error.errors()
        ]
        raise_all("how to read the table", problems, where=where)
        raise
