"""What a lens returns: named tables with provenance and citations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from isthmus.evidence.origin import Provenance
from isthmus.evidence.table import Table

SCHEMA_VERSION = 1


@dataclass(frozen=True, slots=True)
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
