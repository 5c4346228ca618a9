"""Where a command's answer goes: the options that every command shares, checked before it runs."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from isthmus.cli.options import Force, Json
from isthmus.errors import BadInput
from isthmus.runtime import check_files

if TYPE_CHECKING:
    from isthmus.evidence.out import Shown

Names = Annotated[tuple[str, ...], Parameter(negative="", consume_multiple=False)]

CHARTS = (".svg", ".json")


@Parameter(name="*")
@dataclass(frozen=True, slots=True)
class Output:
    """Which part of the answer, and where it goes; checked as soon as the command line is read.

    Parameters
    ----------
    out
        Write to this file: .json; .xlsx with a sheet for each table; .csv or .parquet for one
        table; without an ending a folder with a file for each table.
    format
        Files of a folder: csv or parquet.
    table
        Only this table; can be given several times.
    economy
        Only rows with this economy, or a member of this coalition; can be given several times.
    sort
        Sort by this column, numbers from the largest; COLUMN:up turns it round.
    top
        Only this many of the largest items of each table, for each indicator.
    """

    json: Json = False
    out: Path | None = None
    format: Literal["csv", "parquet"] = "csv"
    force: Force = False
    table: Names = ()
    economy: Names = ()
    sort: str = ""
    top: int | None = None

    def __post_init__(self) -> None:
        if self.out is not None:
            from isthmus.evidence.out import check_target

            check_target(self.out, replace=self.force)

    @property
    def plain(self) -> bool:
        """Whether all of it is to be printed, as it is."""
        return self.out is None and not (self.table or self.economy or self.sort or self.top)

    @property
    def shown(self) -> Shown:
        """What is wanted of a result."""
        from isthmus.evidence.out import Shown

        return Shown(self.table, self.top, self.sort, self.economy)

    def check_charts(self, *charts: Path | None) -> None:
        """Raise unless every chart asked for can be written, beside `out`.

        Raises
        ------
        BadInput
            When an ending is neither .svg nor .json.
        TargetExists, TargetRefused, NotFound, StorageReadOnly
            As `check_files`.
        """
        wanted = [path for path in charts if path is not None]
        for path in wanted:
            check_ending(path, CHARTS, what="a chart")
        file = self.out is not None and self.out.suffix
        check_files([self.out, *wanted] if self.out and file else wanted, replace=self.force)


SCREEN = Output()
"""Print for a person."""


def check_ending(path: Path, known: Collection[str], *, what: str) -> None:
    """Raise unless the ending of `path` is one of those known.

    Raises
    ------
    BadInput
        When it is not.
    """
    if path.suffix not in known:
        raise BadInput(
            f"unknown file ending '{path.suffix}' for {what}",
            where=str(path),
            hint=f"use {' or '.join(known)}",
        )
