"""Several results with a scenario dimension and the interface of one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import polars as pl

from isthmus.errors import NotFound, did_you_mean
from isthmus.evidence import faces
from isthmus.evidence.kinds import Kind
from isthmus.evidence.result import Result
from isthmus.evidence.table import Column, Table

if TYPE_CHECKING:
    import pandas as pd

_SCENARIO = Column("scenario", "dimension", text="name of the scenario")


@dataclass(frozen=True, slots=True, repr=False)
class Collection:
    """Results by scenario name; tables are stacked on demand.

    Parameters
    ----------
    results : mapping of str to Result
        Results of one lens by scenario name; all hold the same tables.
    """

    results: Mapping[str, Result]

    @classmethod
    def of(cls, result: Result) -> Collection:
        """Return the scenarios of one result whose tables have a ``scenario`` dimension.

        Raises
        ------
        ValueError
            When a table has none.
        """
        apart = [t.name for t in result.tables.values() if "scenario" not in t.dimensions]
        if apart:
            raise ValueError(f"no scenario dimension in: {', '.join(sorted(apart))}")
        held = {
            key: table.frame.partition_by("scenario", include_key=False, as_dict=True)
            for key, table in result.tables.items()
        }
        names = dict.fromkeys(name for found in held.values() for (name,) in found)
        parts = {
            name: replace(
                result, tables={k: _only(t, held[k].get((name,))) for k, t in result.tables.items()}
            )
            for name in names
        }
        return cls(parts)

    def difference(self, name: str, base: str) -> Table:
        """Return a table of the other scenarios less the same table of the scenario `base`.

        Rows are matched by the table's dimensions; a row that one side lacks is left out, as are
        attributes. Numbers of either side that are missing stay missing.

        Parameters
        ----------
        name : str
            Name of the table.
        base : str
            Name of the scenario to subtract.

        Raises
        ------
        NotFound
            When there is no such scenario or table.
        """
        _known(base, self.results, "scenario")
        _known(name, self.results[base].tables, "table")
        first = self.results[base][name]
        on = list(first.dimensions)
        values = [c.name for c in first.columns if c.role == "value"]
        kept = tuple(c for c in first.columns if c.role != "attribute")
        parts = []
        for key, result in self.results.items():
            if key == base:
                continue
            both = result[name].frame.join(
                first.frame.select(*on, *values), on=on, suffix="_base", maintain_order="left"
            )
            less = [(pl.col(v) - pl.col(f"{v}_base")).alias(v) for v in values]
            parts.append(both.select(pl.lit(key).alias("scenario"), *on, *less))
        order = ["scenario", *(c.name for c in kept)]
        empty = first.frame.clear().select(pl.lit("").alias("scenario"), *on, *values)
        return Table(
            f"{name}_difference",
            pl.concat(parts or [empty]).select(order),
            (_SCENARIO, *kept),
            Kind.weakest(r[name].kind for r in self.results.values()),
            tuple(sorted({d for r in self.results.values() for d in r[name].datasets})),
            f"less the scenario '{base}': {first.text}",
            first.notes,
            tuple(sorted({year for r in self.results.values() for year in r[name].years})),
        )

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
            years=tuple(sorted({year for _, t in parts for year in t.years})),
        )

    def __repr__(self) -> str:
        return faces.short_tables("Collection", self.tables, self._about)

    def _repr_html_(self) -> str:
        return faces.html_tables(self.tables, self._about)

    @property
    def _about(self) -> str:
        return f"{len(self.results):,} scenarios: {faces.listed(self.results)}"

    def to_pandas(self) -> dict[str, pd.DataFrame]:
        """Return every table of all scenarios; see `isthmus.evidence.faces.to_pandas`."""
        return {name: table.to_pandas() for name, table in self.tables.items()}

    def to_dict(self) -> dict[str, Any]:
        """Return every result as plain values, by scenario."""
        return {name: result.to_dict() for name, result in self.results.items()}


def _only(table: Table, frame: pl.DataFrame | None) -> Table:
    """Return a table with the rows of one scenario, none where it has none."""
    frame = table.frame.clear().drop("scenario") if frame is None else frame
    columns = tuple(c for c in table.columns if c.name != "scenario")
    return replace(table, frame=frame, columns=columns)


def _known(name: str, names: Mapping[str, Any], what: str) -> None:
    if name not in names:
        hint = did_you_mean(name, names) or f"known: {', '.join(names)}"
        raise NotFound(f"there is no {what} '{name}'", hint=hint)
