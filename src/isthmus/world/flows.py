"""Bilateral flows by supplier industry as arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from isthmus.errors import DataMissing, IdentityViolated
from isthmus.kernels.arrays import Array
from isthmus.runtime.brief import Brief


@dataclass(frozen=True, slots=True, repr=False)
class IndustryFlows(Brief):
    """Sales of each supplier industry from economy to economy, by year.

    Parameters
    ----------
    years : tuple of int
        Years, ascending.
    economies : tuple of str
        Codes along the exporter and the importer axis.
    industries : tuple of str
        Codes along the industry axis.
    cube : numpy.ndarray
        Shape (years, exporters, importers, industries), million USD at basic prices, read-only;
        the diagonal exporter = importer holds domestic sales.
    unit : str
        Unit of the values.
    """

    years: tuple[int, ...]
    economies: tuple[str, ...]
    industries: tuple[str, ...]
    cube: NDArray[np.floating]
    unit: str = "million USD"

    def values(self, year: int) -> Array:
        """Return one year's flows, shape (exporter, importer, industry), million USD.

        Raises
        ------
        DataMissing
            When the year is not covered.
        """
        if year not in self.years:
            raise DataMissing(
                f"no flows for {year}",
                where="icio_flows",
                hint=f"years {self.years[0]} to {self.years[-1]} are there",
            )
        out = np.asarray(self.cube[self.years.index(year)], dtype=np.float64)
        out.setflags(write=False)
        return out

    def index(self, codes: Sequence[str]) -> NDArray[np.intp]:
        """Return the positions of economies on the exporter and importer axes.

        Raises
        ------
        DataMissing
            When an economy is not among them; the rest of the world stands under ``ROW``.
        """
        place = {code: n for n, code in enumerate(self.economies)}
        missing = [code for code in codes if code not in place]
        if missing:
            raise DataMissing(
                f"the flows do not list {', '.join(missing)}",
                where="icio_flows",
                hint="economies that are not listed are part of ROW",
            )
        return np.array([place[code] for code in codes], dtype=np.intp)


def flows_from_frame(frame: pl.DataFrame) -> IndustryFlows:
    """Arrange tidy rows as arrays, whatever their order.

    Parameters
    ----------
    frame : polars.DataFrame
        Columns year, exporter, importer, industry, value; one row per cell, none missing.

    Raises
    ------
    IdentityViolated
        When a cell is missing or listed twice.
    """
    years = tuple(sorted(frame["year"].unique().to_list()))
    economies = _labels(frame["importer"])
    industries = _labels(frame["industry"])
    shape = (len(years), len(economies), len(economies), len(industries))
    cells = int(np.prod(shape))
    position = np.searchsorted(np.array(years), frame["year"].to_numpy()).astype(np.int64)
    for name, labels in (
        ("exporter", economies),
        ("importer", economies),
        ("industry", industries),
    ):
        position *= len(labels)
        position += _positions(frame[name], labels)
    values = frame["value"].to_numpy()
    in_order = len(position) == cells and np.array_equal(position, np.arange(cells))
    if not in_order and (
        len(position) != cells or np.bincount(position, minlength=cells).min() < 1
    ):
        raise IdentityViolated(
            f"the flows hold {frame.height} rows where {cells} cells are needed, once each",
            where="icio_flows",
        )
    cube = np.empty(cells, dtype=values.dtype)
    cube[slice(None) if in_order else position] = values
    cube = cube.reshape(shape)
    cube.setflags(write=False)
    return IndustryFlows(years, economies, industries, cube)


def _labels(series: pl.Series) -> tuple[str, ...]:
    if isinstance(series.dtype, pl.Enum):
        return tuple(series.dtype.categories.to_list())
    return tuple(series.unique(maintain_order=True).cast(pl.String).to_list())


def _positions(series: pl.Series, labels: Sequence[str]) -> NDArray[np.integer]:
    wanted = pl.Enum(list(labels))
    codes = series if series.dtype == wanted else series.cast(pl.String).cast(wanted)
    return codes.to_physical().to_numpy()
