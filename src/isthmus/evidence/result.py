"""What a lens returns: named tables with provenance and citations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from isthmus._version import __version__
from isthmus.evidence.table import Table

SCHEMA_VERSION = 1


@dataclass(frozen=True, slots=True)
class Provenance:
    """How a result was made, without clock or machine, so that it can be made again.

    Parameters
    ----------
    lens : str
        Name of the lens function (``"dependence.profile"``).
    parameters : mapping
        All arguments as plain JSON values.
    world : str
        Name and edition of the world.
    world_hash : str
        Content hash of the world.
    datasets : mapping of str to str
        Key and content hash of each data set that was read.
    scenario : str
        Hash of the scenario's canonical form; empty when none was given.
    seed : int or None
        Seed, where random numbers were used.
    """

    lens: str
    parameters: Mapping[str, Any]
    world: str
    world_hash: str
    datasets: Mapping[str, str] = field(default_factory=dict)
    scenario: str = ""
    seed: int | None = None
    version: str = __version__

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        return {
            "lens": self.lens,
            "parameters": dict(self.parameters),
            "world": self.world,
            "world_hash": self.world_hash,
            "datasets": dict(self.datasets),
            "scenario": self.scenario,
            "seed": self.seed,
            "version": self.version,
        }


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
