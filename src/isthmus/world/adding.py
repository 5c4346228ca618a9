"""Adding tables of one's own: read as text, held against the contract of their key, stored."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
from pydantic import TypeAdapter, ValidationError

from isthmus.errors import BadInput, InputProblem, did_you_mean, raise_all
from isthmus.evidence import DatasetRecord
from isthmus.evidence.formulas import unguarded
from isthmus.sources.text import TextOptions, read_text
from isthmus.store.datasets import read_document, read_parquet, record_of
from isthmus.world.contracts import (
    Choices,
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
"""Table of a record's file that says how to read the rows; the fields of `Choices`."""


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
    """Add a table of one's own from a text or Parquet file.

    Parameters
    ----------
    path : Path
        The table.
    record : Path, optional
        TOML or JSON file with its record; by default the file of the same name with ``.toml``. Its
        table ``[reading]`` may hold any of `given`.
    store : Store, optional
        Where to; the user's store by default.
    **given
        ``delimiter``, ``decimal``, ``thousands``, ``encoding``, ``skip_rows``, ``missing``,
        ``dash``, ``blank``, ``text``, ``drop_aggregates``, ``sum_duplicates``, ``repair``,
        ``keep_formulas``: see
        `isthmus.sources.text.TextOptions` and `isthmus.world.contracts.Choices`.

    Raises
    ------
    BadInput
        With every problem of the record or the rows, by row and column.
    """
    check_ending(path)
    beside = record or path.with_suffix(".toml")
    if not beside.is_file():
        raise BadInput(
            "the data set has no record",
            where=str(beside),
            hint="write one (licence, unit, kind, source) and name it with --record",
        )
    document = read_document(beside)
    choices = choices_of(document.pop(READING, {}), given, where=str(beside))
    about = record_of(document, where=str(beside))
    table, read_as, notes = read_table(path, about.key, choices)
    return add_given(about, table, choices, store=store, read_as=read_as, notes=notes)


def add_given(
    record: DatasetRecord,
    table: Given,
    choices: Choices | None = None,
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
    entry = (store or Store()).add(found.record, frame)
    return Added(entry, read_as, (*notes, *found.notes))


def add_frame(
    record: DatasetRecord,
    frame: pl.DataFrame,
    choices: Choices | None = None,
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
    path: Path, key: str, choices: Choices
) -> tuple[Given, tuple[str, ...], tuple[str, ...]]:
    """Return the rows of a file as they stand, how they were read, and what was left out.

    Raises
    ------
    BadInput, NotFound
        When the file is no table of text and no Parquet file.
    """
    check_ending(path)
    if path.suffix.lower() == ".parquet":
        return from_frame(read_parquet(path), path.name), (), ()
    contract = contract_of(key)
    wanted = tuple(contract.columns) if contract else ()
    table = read_text(path, choices.reading, wanted=wanted)
    return from_text(table), table.read_as, table.notes


def check_ending(path: Path) -> None:
    """Refuse a file whose ending names neither text nor Parquet.

    Raises
    ------
    BadInput
        With what to do instead.
    """
    if path.suffix.lower() in (*TEXT_ENDINGS, ".parquet"):
        return
    hint = "the canonical layout is one Parquet or CSV file with a header"
    if path.suffix.lower() in (".xlsx", ".xls", ".ods"):
        hint = "save the sheet as CSV; any separator and encoding is read"
    raise BadInput(f"unknown file ending '{path.suffix}'", where=str(path), hint=hint)


def choices_of(
    read: dict[str, Any], given: dict[str, Any] | None = None, *, where: str = "reading"
) -> Choices:
    """Return choices from a record's ``[reading]`` and what was given beside it, which goes first.

    Raises
    ------
    BadInput
        With every unknown or wrong field.
    """
    said = {k: v for k, v in (given or {}).items() if v not in (None, "", (), False)}
    flat = {**read, **said}
    fields = ({*Choices.__slots__} | {*TextOptions.__slots__}) - {READING}
    unknown = [
        InputProblem(f"unknown field '{name}'", READING, did_you_mean(name, fields))
        for name in sorted(set(flat) - fields)
    ]
    raise_all("how to read the table", unknown, where=where)
    own = {k: flat.pop(k) for k in tuple(flat) if k in Choices.__slots__ and k != READING}
    try:
        return TypeAdapter(Choices).validate_python({**own, READING: flat})
    except ValidationError as error:
        problems = [
            InputProblem(item["msg"], ".".join(str(p) for p in item["loc"]))
            for item in error.errors()
        ]
        raise_all("how to read the table", problems, where=where)
        raise
