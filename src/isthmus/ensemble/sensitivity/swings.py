"""Tornado: each parameter in turn at both ends, all others at their medians."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl

from isthmus.ensemble.blocks import ENDS
from isthmus.ensemble.plan import EnsemblePlan
from isthmus.ensemble.sensitivity.answers import SampledAnswers
from isthmus.ensemble.sensitivity.effort import Effort
from isthmus.ensemble.sensitivity.tables import MeasuredTable, by_parameter
from isthmus.evidence import Column
from isthmus.evidence.table import IN_UNIT

COLUMNS = tuple(
    Column(name, "value", IN_UNIT, text)
    for name, text in (
        ("swing", "distance between the answers at both ends"),
        ("at_low", "answer with the parameter at its tenth percentile"),
        ("at_high", "answer with the parameter at its ninetieth percentile"),
        ("middle", "answer with all parameters at their medians"),
    )
)
LOW = Column("low", "attribute", text="the parameter at its tenth percentile")
HIGH = Column("high", "attribute", text="the parameter at its ninetieth percentile")


def swings_table(answers: SampledAnswers, plan: EnsemblePlan, effort: Effort) -> MeasuredTable:
    """Return the table ``swings``, with the drawn values at both ends as text."""
    values, drawn = answers.values, enumerate(answers.drawn.items())
    middle, low, high = values[:, :1], values[:, 1::2], values[:, 2::2]
    size = np.abs(high - low)
    table = by_parameter(
        "swings",
        answers,
        dict(
            zip(COLUMNS, (size, low, high, np.broadcast_to(middle, size.shape)), strict=True),
        ),
        order=size,
        text=f"answers with one parameter at quantile {ENDS[0]:g} or {ENDS[1]:g} of its range",
        notes=("parameters that act together only do not show here",),
    )
    at = {path: (_text(d[1 + 2 * j]), _text(d[2 + 2 * j])) for j, (path, d) in drawn}
    paths = table.frame["parameter"].to_list()
    frame = table.frame.with_columns(
        pl.Series(LOW.name, [at[path][0] for path in paths]),
        pl.Series(HIGH.name, [at[path][1] for path in paths]),
    )
    return MeasuredTable(replace(table, frame=frame, columns=(*table.columns, LOW, HIGH)), 0.0)


def _text(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
