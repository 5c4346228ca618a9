"""What knowing a number exactly would narrow, from samples that are there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from isthmus.ensemble.sensitivity.answers import SampledAnswers, Wanted, read_answers
from isthmus.ensemble.sensitivity.tables import by_parameter
from isthmus.errors import BadInput
from isthmus.evidence import SHARE, Column, Result, Table
from isthmus.evidence.table import IN_UNIT
from isthmus.kernels.arrays import Array
from isthmus.kernels.sensitivity import (
    explained,
    in_classes,
    narrowing,
    rank_correlation,
    spread,
)
from isthmus.runtime.streams import task_generator
from isthmus.store import Store

ENDS = (0.05, 0.95)
IN_CLASS = 32
"""Samples that a class holds at least."""

CLASSES = 20
SHUFFLES = 100
_STREAM = 1 << 22

CITATIONS = (
    "Strong, M., Oakley, J. E. (2013), Medical Decision Making 33.",
    "Plischke, E., Borgonovo, E., Smith, C. L. (2013), European Journal of Operational Research "
    "226.",
)
COLUMNS = (
    Column("spread", "value", IN_UNIT, "distance between the 5 and 95 % quantiles of the answer"),
    Column("expected", "value", IN_UNIT, "what it is expected to be once the number is known"),
    Column("narrows", "value", SHARE, "share by which the range is expected to shrink"),
    Column("variance", "value", SHARE, "share by which the variance is expected to shrink"),
    Column("by_chance", "value", SHARE, "shrinking that a number without influence exceeds in 5 %"),
    Column("correlation", "value", "1", "rank correlation of number and answer (Spearman)"),
)
_TEXT = "what knowing one number exactly would narrow"


def information(store: Store, name: str, *, wanted: Wanted | None = None) -> Result:
    """Return what knowing each parameter would narrow, from a finished ensemble.

    No further call of the lens: the samples are put into classes of the parameter with equally
    many in each, and the width of the answer within classes is compared with its width within
    random classes of the same sizes. Correlated ranges are fine: a number that another one goes
    along with is worth as much.

    Parameters
    ----------
    store : Store
        Where the run is.
    name : str
        Its id.
    wanted : Wanted, optional
        Which answers.

    Returns
    -------
    Result
        ``information``: expected range (5 to 95 %) and shrinking of range and variance for each
        answer and parameter, with what chance alone gives, and the rank correlation.

    Raises
    ------
    NotFound, BadInput, DataCorrupted
        When there is no such finished ensemble or answer, its samples do not fill the ranges, or
        there are fewer than 64.

    References
    ----------
    Strong, Oakley (2013), Medical Decision Making 33; Plischke, Borgonovo, Smith (2013), European
    Journal of Operational Research 226.
    """
    entry = store.run(name)
    design = entry.manifest.plan.get("design", "") if entry.manifest is not None else ""
    if design in ("morris", "one_at_a_time"):
        raise BadInput("the samples do not fill the ranges", where=entry.id)
    answers = read_answers(store, [entry], wanted or Wanted())
    pairs = len(answers.drawn) if design == "saltelli" else None
    table = information_table(answers, pairs=pairs)
    return Result({table.name: table}, answers.provenance, (*CITATIONS, *answers.citations))


def information_table(answers: SampledAnswers, *, pairs: int | None = None) -> Table:
    """Return the table ``information``.

    Parameters
    ----------
    answers : SampledAnswers
        Samples that fill the ranges.
    pairs : int, optional
        Number of parameters of a ``saltelli`` design, of whose blocks the first and the last
        sample are independent.
    """
    samples = answers.values.shape[1]
    kept = np.arange(samples)
    if pairs is not None:
        blocks = kept.reshape(-1, pairs + 2)
        kept = np.sort(np.concatenate([blocks[:, 0], blocks[:, -1]]))
    if len(kept) < 2 * IN_CLASS:
        hint = f"run {2 * IN_CLASS} or more"
        raise BadInput(f"{len(kept)} samples are too few for classes of them", hint=hint)
    numbers = [_codes([drawn[i] for i in kept.tolist()]) for drawn in answers.drawn.values()]
    cells = np.full((len(COLUMNS), len(answers.values), len(numbers)), np.nan)
    for k, values in enumerate(answers.values[:, kept]):
        there = np.isfinite(values)
        for j, x in enumerate(numbers):
            if there.sum() >= 2 * IN_CLASS:
                rng = task_generator(0, _STREAM, k, j)
                cells[:, k, j] = _narrowed(x[there], values[there], rng)
    return by_parameter(
        "information",
        answers,
        dict(zip(COLUMNS, cells, strict=True)),
        order=cells[2],
        text=_TEXT,
        notes=(
            f"{len(kept)} samples in classes of {IN_CLASS} or more, at most {CLASSES}; what is "
            "not above chance cannot be told from nothing",
        ),
    )


def _narrowed(x: Array, y: Array, rng: np.random.Generator) -> tuple[float, ...]:
    place = in_classes(x, min(CLASSES, len(y) // IN_CLASS))
    whole = spread(y, ENDS)
    share, chance = narrowing(place, y, ENDS, shuffles=SHUFFLES, rng=rng)
    correlation = rank_correlation(x, y)
    return whole, whole * (1.0 - share), share, explained(place, y), chance, correlation


def _codes(values: Sequence[Any]) -> Array:
    """Return numbers as they are, alternatives in words by their order."""
    if all(isinstance(v, int | float) for v in values):
        return np.array(values, dtype=np.float64)
    order = {value: k for k, value in enumerate(sorted(set(map(str, values))))}
    return np.array([order[str(v)] for v in values], dtype=np.float64)
