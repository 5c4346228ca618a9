"""Where a command's answer goes: the options that every command shares, checked before it runs."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from cyclopts import Parameter

from isthmus.cli.options import Force, Json
from isthmus.errors import BadInput
from isthmus.runtime import check_files

DOCUMENT = ".json"
TABLES = (".csv", ".parquet")
CHARTS = (".svg", ".json")


@Parameter(name="*")
@dataclass(frozen=True, slots=True)
class Output:
    """Where the answer goes; a file is checked as soon as the command line is read.

    Parameters
    ----------
    out
        Write to this file: .json, or .csv and .parquet for results with one table.
    """

    json: Json = False
    out: Path | None = None
    force: Force = False

    def __post_init__(self) -> None:
        if self.out is not None:
            check_ending(self.out, (DOCUMENT, *TABLES))
            check_files([self.out], replace=self.force)

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
        files = wanted if self.out is None else [self.out, *wanted]
        check_files(files, replace=self.force)


SCREEN = Output()
"""Print for a person."""


def check_ending(path: Path, known: Collection[str], *, what: str = "a result") -> None:
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
