"""What the tables of the methods share: one row for each answer and parameter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from isthmus.ensemble.sensitivity.answers import SampledAnswers
from isthmus.evidence import Column, Table
from isthmus.evidence.frames import finite
from isthmus.kernels.arrays import Array

PARAMETER = Column("parameter", "dimension", text="what has a range, by its path")
RANK = Column("rank", "attribute", text="1 moves this answer most")


@dataclass(frozen=True, slots=True)
class MeasuredTable:
    """A table, and the half width of its widest confidence interval, in the unit of precision.

    Infinite where an answer has too few blocks for an interval.
    """

    table: Table
    widest: float


def widest(half: Array, *, fewest: int, least: int) -> float:
    """Return the largest half width; what does not vary has none, too few blocks an infinite one.

    Parameters
    ----------
    half : float64[...]
        Half widths; nan where there is none.
    fewest, least : int
        Blocks of the answer that has fewest, and what an interval needs.
    """
    if fewest < least:
        return float("inf")
    return float(np.max(np.nan_to_num(half), initial=0.0))


def by_parameter(
    name: str,
    answers: SampledAnswers,
    numbers: Mapping[Column, Array],
    *,
    order: Array,
    text: str,
    notes: Sequence[str] = (),
) -> Table:
    """Return a table with a row for each answer and parameter, the one that moves most first.

    Parameters
    ----------
    name : str
        Its name.
    answers : SampledAnswers
        What was looked at.
    numbers : mapping of Column to float64[answers, d]
        Columns; nan becomes an empty cell.
    order : float64[answers, d]
        How much each parameter moves each answer.
    text : str
        What the table shows.
    notes : sequence of str
        What a reader must know.
    """
    count, d = order.shape
    place = np.argsort(-np.nan_to_num(order, nan=-1.0), axis=1, kind="stable")
    rows = np.repeat(np.arange(count), d)
    paths = list(answers.drawn)
    frame = answers.rows[rows.tolist()].with_columns(
        pl.Series(PARAMETER.name, [paths[j] for j in place.ravel()]),
        *(
            finite(np.take_along_axis(cells, place, axis=1).ravel()).alias(column.name)
            for column, cells in numbers.items()
        ),
        pl.Series(RANK.name, np.tile(np.arange(1, d + 1), count)),
    )
    columns = (*answers.columns, PARAMETER, *numbers, RANK)
    whole = f"{answers.table}: {text}"
    return Table(name, frame, columns, answers.kind, answers.datasets, whole, tuple(notes))
