"""Several results with a scenario dimension and the interface of one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from isthmus.evidence.kinds import Kind
from isthmus.evidence.result import Result
from isthmus.evidence.table import Column, Table

_SCENARIO = Column("scenario", "dimension", text="name of the scenario")


@dataclass(frozen=True, slots=True)
class Collection:
    """Results by scenario name; tables are stacked on demand.

    Parameters
    ----------
    results : mapping of str to Result
        Results of one lens by scenario name; all hold the same tables.
    """

    results: Mapping[str, Result]

    @property
    def tables(self) -> dict[str, Table]:
        """All tables with a leading ``scenario`` column."""
        names = sorted(set.intersection(*(set(r.tables) for r in self.results.values())))
        return {name: self[name] for name in names}

    def __getitem__(self, name: str) -> Table:
        parts = [(key, result[name]) for key, result in self.results.items()]
        first = parts[0][1]
        frame = pl.concat(
            [t.frame.select(pl.lit(key).alias("scenario"), pl.all()) for key, t in parts]
        )
        return replace(
            first,
            frame=frame,
            columns=(_SCENARIO, *first.columns),
            kind=Kind.weakest(t.kind for _, t in parts),
            datasets=tuple(sorted({d for _, t in parts for d in t.datasets})),
        )

    def to_dict(self) -> dict[str, Any]:
        """Return every result as plain values, by scenario."""
        return {name: result.to_dict() for name, result in self.results.items()}
