"""A tidy table with a declared schema."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import polars as pl

from isthmus.evidence import faces
from isthmus.evidence.kinds import Kind

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

SHARE = "share"
"""Unit of a fraction of a whole."""

IN_UNIT = "as in unit"
"""Unit of a column whose rows name their own in the column ``unit``."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table.

    Parameters
    ----------
    name : str
        Name in the frame.
    role : {"dimension", "value", "attribute"}
        Dimensions identify a row; values are numbers about the world; attributes describe.
    unit : str
        Unit of a value: ``"share"`` for a fraction of a whole, which faces print as percent,
        ``"ratio"`` for one amount over another, ``"1"`` for an index; ``"as in unit"`` where the
        column ``unit`` names it row by row. Empty for text.
    text : str
        What the column holds, in one sentence.
    """

    name: str
    role: Literal["dimension", "value", "attribute"]
    unit: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True, repr=False)
class Table:
    """A named polars frame, its columns, its kind and the data sets it rests on.

    Parameters
    ----------
    name : str
        Key of the table in its result.
    frame : polars.DataFrame
        One row per combination of the dimensions.
    columns : tuple of Column
        Schema, in the order of the frame.
    kind : Kind
        Weakest kind of any number in the table; a column ``kind`` may differ by row.
    datasets : tuple of str
        Keys of the data sets used.
    text : str
        What the table shows and by which definition.
    notes : tuple of str
        What a reader must know beside the numbers; nothing is ever read out of them.
    years : tuple of int
        Years of the data, ascending; those of a column ``year`` where it has one.

    Raises
    ------
    ValueError
        When the frame's columns differ from the schema.
    """

    name: str
    frame: pl.DataFrame
    columns: tuple[Column, ...]
    kind: Kind
    datasets: tuple[str, ...] = ()
    text: str = ""
    notes: tuple[str, ...] = field(default=())
    years: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        if not self.years and self.frame.schema.get("year", pl.String).is_integer():
            found = self.frame["year"].drop_nulls().unique().sort().to_list()
            object.__setattr__(self, "years", tuple(found))
        declared = [c.name for c in self.columns]
        if declared != self.frame.columns:
            raise ValueError(
                f"table {self.name!r}: schema {declared} differs from frame {self.frame.columns}"
            )

    def __repr__(self) -> str:
        return faces.short_table(self)

    def _repr_html_(self) -> str:
        return faces.html_table(self)

    def to_pandas(self) -> pd.DataFrame:
        """Return the rows as a data frame; see `isthmus.evidence.faces.to_pandas`."""
        return faces.to_pandas(self)

    def to_xarray(self) -> xr.Dataset:
        """Return the values over the dimensions; see `isthmus.evidence.faces.to_xarray`."""
        return faces.to_xarray(self)

    def units(self, row: tuple[Any, ...]) -> tuple[str, ...]:
        """Return the unit of each cell of a row."""
        names = self.frame.columns
        own = str(row[names.index("unit")] or "") if "unit" in names else ""
        return tuple(own if c.unit == IN_UNIT else c.unit for c in self.columns)

    @property
    def period(self) -> str:
        """The years as text: one, or the first and the last; empty where they are not known."""
        ends = dict.fromkeys((self.years[0], self.years[-1])) if self.years else ()
        return "-".join(str(year) for year in ends)

    @property
    def dimensions(self) -> tuple[str, ...]:
        """Names of the dimension columns."""
        return tuple(c.name for c in self.columns if c.role == "dimension")

    def to_dict(self) -> dict[str, Any]:
        """Return schema and rows as plain values, ready for JSON."""
        return {
            "name": self.name,
            "text": self.text,
            "kind": self.kind.value,
            "datasets": list(self.datasets),
            "notes": list(self.notes),
            "years": list(self.years),
            "columns": [
                {"name": c.name, "role": c.role, "unit": c.unit, "text": c.text}
                for c in self.columns
            ],
            "rows": self.frame.rows(),
        }
