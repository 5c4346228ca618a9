"""Checks and documented repairs of an inter-economy table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from isthmus.errors import BadInput, InputProblem, raise_all
from isthmus.evidence import Kind
from isthmus.kernels.arrays import Array, Mask
from isthmus.kernels.mrio_dense import reciprocal
from isthmus.world.mrio_labels import Labels

BALANCE_TOLERANCE = 1e-6
"""Largest imbalance of a row or column, relative to the larger of its output and one millionth
of the mean output: the precision to which published tables in single precision are balanced."""

YEARS = (1000, 2200)
"""Least and greatest year of a table, as in the contracts of data sets."""

REPAIR = "repair=True, or --repair when the table is added,"
SHOWN = 8
"""Nodes named one by one in a message; the rest are counted."""


@dataclass(frozen=True, slots=True)
class Identities:
    """How well the accounting identities hold, in million USD and relative to output.

    Parameters
    ----------
    row_max, column_max : float
        Largest absolute imbalance of a row (output less sales) and of a column (output less
        inputs, value added and other primary inputs).
    row_total, column_total : float
        Sum of absolute imbalances over world output.
    worst_row, worst_column : tuple of str
        (economy, industry) where they are largest.
    """

    row_max: float
    column_max: float
    row_total: float
    column_total: float
    worst_row: tuple[str, str]
    worst_column: tuple[str, str]


def identities(labels: Labels, x: Array, row: Array, column: Array) -> Identities:
    """Return the residuals of ``row`` and ``column`` sums against output ``x``, each (N,)."""
    r, c = np.abs(x - row), np.abs(x - column)
    world = max(float(x.sum()), 1e-300)
    return Identities(
        float(r.max()),
        float(c.max()),
        float(r.sum()) / world,
        float(c.sum()) / world,
        labels.nodes[int(r.argmax())],
        labels.nodes[int(c.argmax())],
    )


def known_kind(kind: str) -> Kind:
    """Return a kind by its name.

    Raises
    ------
    BadInput
        When there is none of that name.
    """
    if kind not in set(Kind):
        hint = f"one of {', '.join(Kind)}"
        raise BadInput(f"no kind of numbers is called {kind!r}", where="kind", hint=hint)
    return Kind(kind)


def known_year(year: int) -> int:
    """Return a year as a whole number; 0 stands for a table whose year is not given.

    Raises
    ------
    BadInput
        When it is no year.
    """
    try:
        number = int(year)
        if number == float(year) and (number == 0 or YEARS[0] <= number <= YEARS[1]):
            return number
    except (TypeError, ValueError, OverflowError):
        pass
    raise BadInput(f"{year!r} is no year", where="year", hint="write it as 2022")


def as_numbers(arrays: Mapping[str, Any]) -> list[Array]:
    """Return arrays of real numbers.

    Raises
    ------
    BadInput
        With every array that holds text or complex numbers, or whose rows differ in length.
    """
    found: list[Array] = []
    problems = []
    for name, given in arrays.items():
        try:
            read = np.asarray(given)
            if np.iscomplexobj(read):
                raise ValueError("complex numbers")
            found.append(np.asarray(read, dtype=np.float64))
        except (TypeError, ValueError) as error:
            problems.append(InputProblem(f"is no array of numbers: {error}", name))
    raise_all("inter-economy table", problems)
    return found


def named(labels: Labels, mask: Mask) -> str:
    """Return the names of the nodes in `mask`, the first ones spelt out."""
    hits = np.flatnonzero(mask)
    names = ", ".join(f"{labels.nodes[p][0]}:{labels.nodes[p][1]}" for p in hits[:SHOWN])
    more = f" and {hits.size - SHOWN} more" if hits.size > SHOWN else ""
    return names + more


def nodes_in(text: str) -> list[tuple[str, str]]:
    """Return the (economy, industry) pairs that `named` spelt out at the end of a text."""
    listed = text.rpartition(": ")[2].partition(" and ")[0].split(", ")
    pairs = [tuple(name.split(":")) for name in listed]
    return [(pair[0], pair[1]) for pair in pairs if len(pair) == 2]


def shape_problems(
    labels: Labels, arrays: Sequence[tuple[str, Array, tuple[int, ...]]]
) -> list[InputProblem]:
    """Return label, shape and not-a-number problems of the named arrays."""
    found = labels.problems()
    for name, a, shape in arrays:
        if a.shape != shape:
            found.append(
                InputProblem(
                    f"has shape {a.shape}, but {labels.n} economies, {labels.S} industries and "
                    f"{labels.F} categories need {shape}",
                    name,
                    "a label may be missing, or rows may not be economy-major",
                )
            )
        elif not np.isfinite(a).all():
            at = np.asarray(~np.isfinite(a).reshape(len(a), -1).all(axis=1))
            rows = f" in the rows of {named(labels, at)}" if len(a) == labels.N else ""
            found.append(InputProblem(f"holds values that are not finite{rows}", name))
    return found


def balance_limit(x: Array) -> Array:
    """Return the largest imbalance allowed for each node, million USD."""
    return BALANCE_TOLERANCE * np.maximum(np.abs(x), 1e-6 * float(np.abs(x).mean()))


def value_problems(
    labels: Labels, x: Array, v: Array, row: Array, column: Array, column_inputs: Array
) -> list[InputProblem]:
    """Return what is wrong with output, value added and balances, with the nodes named.

    Parameters
    ----------
    x, v : (N,) array
        Output and value added.
    row : (N,) array
        Intermediate and final sales.
    column : (N,) array
        Inputs, value added and other primary inputs.
    column_inputs : (N,) array
        Intermediate inputs alone.
    """
    limit = balance_limit(x)
    unused = (x == 0) & (np.abs(column_inputs) > limit)
    checks = [
        (x < 0, "negative gross output", "x", ""),
        (v < -limit, "negative value added", "v", f"{REPAIR} books it as other primary input"),
        (
            unused,
            "inputs but no output, so that input coefficients are not defined",
            "Z",
            f"{REPAIR} books the inputs as final demand",
        ),
        (
            np.abs(x - row) > limit,
            "sales do not add up to gross output",
            "rows",
            f"{REPAIR} adds a final-demand category DISCREPANCY",
        ),
        (
            (np.abs(x - column) > limit) & ~unused,
            "inputs and value added do not add up to gross output",
            "columns",
            f"{REPAIR} books the difference as other primary input",
        ),
    ]
    return [
        InputProblem(f"{what}: {named(labels, mask)}", where, hint)
        for mask, what, where, hint in checks
        if mask.any()
    ]


def not_productive(labels: Labels, x: Array, inputs: Array) -> str:
    """Return the names of the nodes whose inputs are at least their output."""
    return named(labels, inputs * reciprocal(x) >= 1.0)
