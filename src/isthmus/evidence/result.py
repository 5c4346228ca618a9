"""What a lens returns: named tables with provenance and citations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from isthmus.evidence import faces
from isthmus.evidence.origin import Provenance
from isthmus.evidence.table import Table

if TYPE_CHECKING:
    import pandas as pd

SCHEMA_VERSION = 1


@dataclass(frozen=True, slots=True, repr=False)
class Result:
    """Named tidy tables with provenance and citations.

    Parameters
    ----------
    tables : mapping of str to Table
        The tables by name.
    provenance : Provenance
        How the result was made.
    citations : tuple of str
        Works whose method was used.
    """

    tables: Mapping[str, Table]
    provenance: Provenance
    citations: tuple[str, ...] = ()

    def __getitem__(self, name: str) -> Table:
        return self.tables[name]

    def __iter__(self) -> Any:
        return iter(self.tables)

    def __repr__(self) -> str:
        return faces.short_tables("Result", self.tables, self._about)

    def _repr_html_(self) -> str:
        return faces.html_tables(self.tables, self._about)

    @property
    def _about(self) -> str:
        made = self.provenance
        return f"{made.lens} on {made.world}, {len(self.tables)} tables"

    def to_pandas(self) -> dict[str, pd.DataFrame]:
        """Return every table as a data frame; see `isthmus.evidence.faces.to_pandas`."""
        return {name: table.to_pandas() for name, table in self.tables.items()}

    def to_excel(self, out: str | Path, *, replace: bool = False) -> None:
        """Write a workbook with a sheet for each table; see `isthmus.evidence.out.write_result`."""
        faces.save_excel(self, out, replace=replace)

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain values, ready for JSON."""
        return {
            "schema_version": SCHEMA_VERSION,
            "provenance": self.provenance.to_dict(),
            "citations": list(self.citations),
            "tables": {name: table.to_dict() for name, table in self.tables.items()},
        }


def dataset_keys(tables: Iterable[Table]) -> tuple[str, ...]:
    """Return the keys of all data sets used in `tables`, sorted, once each."""
    return tuple(sorted({key for table in tables for key in table.datasets}))
