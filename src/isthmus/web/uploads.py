"""Lists of suppliers that a browser sent, with the columns that a reader maps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import polars as pl

from isthmus.errors import BadInput
from isthmus.evidence import DatasetRecord, Kind
from isthmus.store.datasets import describe
from isthmus.suppliers.firm import SUPPLIERS
from isthmus.web.child import TextCells
from isthmus.web.columns import guessed
from isthmus.world import World
from isthmus.world.contracts import ConformChoices, Given, conform
from isthmus.world.manifest import Entry
from isthmus.world.templates import template_of

UNITS = ("million USD", "thousand USD", "USD")


@dataclass(frozen=True)
class Upload:
    """A list of suppliers as it was sent.

    Parameters
    ----------
    id : str
        Its name in addresses.
    name : str
        What its owner calls it.
    cells : TextCells
        Its rows as text.
    """

    id: str
    name: str
    cells: TextCells

    @cached_property
    def frame(self) -> pl.DataFrame:
        """The rows as text."""
        schema = dict.fromkeys(self.cells.columns, pl.String)
        return pl.DataFrame(list(self.cells.rows), schema=schema, orient="row")

    @cached_property
    def guesses(self) -> Mapping[str, str]:
        """Column of the file by what it seems to hold."""
        return guessed(self.frame)


@dataclass(frozen=True)
class Mapped:
    """A list whose columns were named, as a data set.

    Parameters
    ----------
    record : DatasetRecord
        What is said of it; private.
    frame : polars.DataFrame
        Typed rows.
    notes : tuple of str
        What was read, changed and left out.
    """

    record: DatasetRecord
    frame: pl.DataFrame
    notes: tuple[str, ...]

    def world(self, world: World) -> World:
        """Return a world with the list in it, in memory alone."""
        return world.with_entries({SUPPLIERS: Entry(self.record, lambda: self.frame)})


def mapped(upload: Upload, columns: Mapping[str, str], unit: str) -> Mapped:
    """Return a list as a data set, its columns named by a reader.

    Parameters
    ----------
    upload : Upload
        The rows.
    columns : mapping of str to str
        Column of the file by name of the template.
    unit : str
        Unit of the spend.

    Raises
    ------
    BadInput
        With every problem by row and column.
    """
    chosen = [column for column in columns.values() if column]
    if twice := sorted({column for column in chosen if chosen.count(column) > 1}):
        raise BadInput(f"taken twice: {', '.join(twice)}", where=upload.name)
    frame = upload.frame.select(pl.col(own).alias(name) for name, own in columns.items() if own)
    lines = pl.Series("line", upload.cells.lines, dtype=pl.Int64)
    given = Given(frame, lines, upload.name, upload.cells.noun)
    template = template_of(SUPPLIERS)
    record = DatasetRecord(
        key=SUPPLIERS,
        title=template.title,
        publisher=upload.name,
        edition="1",
        unit=unit,
        kind=Kind.MEASURED,
        licence="private",
        attribution="none",
        redistribution="forbidden",
    )
    found = conform(record, given, ConformChoices())
    rows = found.frame.rechunk()
    return Mapped(describe(found.record, rows), rows, found.notes)
