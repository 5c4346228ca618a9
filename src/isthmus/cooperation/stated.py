"""Yearly probabilities of hazards that a reader states in a table of his own."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import polars as pl

from isthmus.errors import InputProblem, did_you_mean, raise_all
from isthmus.evidence import Kind, Table
from isthmus.scenario.packages import Catalogue

PROBABILITIES = "probabilities"
"""Key of the table; `isthmus data template probabilities` writes one."""
AT = ("effect", "first", "knowing", "balances", "transfers")
"""Tables that are made at given probabilities."""
ENDS = ("low", "probability", "high")


def stated(world: Any, catalogue: Catalogue) -> dict[str, tuple[float, ...]]:
    """Return the probabilities of each hazard that the world's table names, ascending.

    None where the world holds no such table. They are an assumption of who wrote them: nothing
    here estimates how likely a hazard is.

    Raises
    ------
    BadInput
        With every row that names an unknown hazard or gives ends out of order, and when the
        record calls the numbers more than assumed.
    """
    if PROBABILITIES not in world:
        return {}
    problems, found = [], {}
    kind = world.record(PROBABILITIES).kind
    if kind is not Kind.ASSUMED:
        hint = 'write kind = "assumed" into its record and add it anew'
        what = f"are called {kind.value}; probabilities of hazards are assumed"
        problems.append(InputProblem(what, f"record of {PROBABILITIES}", hint))
    keys = [hazard.key for hazard in catalogue.hazards]
    rows = world.table(PROBABILITIES).select("hazard", *(pl.col(end) for end in ENDS))
    for hazard, *ends in rows.iter_rows():
        where = f"{PROBABILITIES}, hazard {hazard}"
        if hazard not in keys:
            hint = did_you_mean(hazard, keys) or f"known: {', '.join(keys)}"
            problems.append(InputProblem("is no hazard of the catalogue", where, hint))
        given = [end for end in ends if end is not None]
        if given != sorted(given):
            problems.append(InputProblem("low, probability and high are not in order", where))
        if not all(0.0 < end <= 1.0 for end in given):
            hint = "a share of one: 0.01 for one in a hundred years"
            problems.append(InputProblem("must be above 0 and at most 1", where, hint))
        found[hazard] = tuple(dict.fromkeys(given))
    raise_all("probabilities of hazards", problems)
    return found


def central(world: Any, hazard: str) -> float | None:
    """Return the probability that the reader states between his ends; None where he states none."""
    if PROBABILITIES not in world:
        return None
    rows = world.table(PROBABILITIES).filter(pl.col("hazard").cast(pl.String) == hazard)
    return float(rows["probability"][0]) if rows.height else None


def named(tables: Iterable[Table], hazards: Iterable[str], hazard: str = "") -> list[Table]:
    """Return tables with the reader's table named where they were made at his probabilities.

    Parameters
    ----------
    tables : iterable of Table
        Of one answer.
    hazards : iterable of str
        Those whose probabilities he states.
    hazard : str
        The one hazard that the tables without a column of hazards are about.
    """
    known, out = set(hazards), []
    for table in tables:
        about = {hazard, *table.frame.get_column("hazard", default=[])}
        if table.name in AT and (said := sorted(about & known)):
            note = (
                f"{', '.join(said)}: at the probabilities of {PROBABILITIES}, assumed by its author"
            )
            datasets = (*table.datasets, PROBABILITIES)
            table = replace(table, notes=(*table.notes, note), datasets=datasets)
        out.append(table)
    return out


def written(chance: float) -> str:
    """Return a probability as tables name it: one decimal, more where it needs them."""
    plain = f"{chance:.1%}"
    return plain if abs(float(plain[:-1]) - 100.0 * chance) < 1e-9 else f"{100.0 * chance:.6g}%"
