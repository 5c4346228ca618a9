"""What answered a step last time, beside what the model and the record give to it."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from isthmus.coercion.engine import StepOutcome
from isthmus.coercion.record import STEPS, UNSELECTED, state_rate, steps_towards
from isthmus.coercion.response_tables import MONEY, Data
from isthmus.errors import DataMissing
from isthmus.evidence import Column, Kind, Table
from isthmus.evidence.frames import of_rows, ranged
from isthmus.world import World

LOW, HIGH = 0.05, 0.95
NO_RECORD = (
    "no step towards {partner} is coded: signals and costs are those of European steps towards "
    "another partner, and no precedent is shown"
)
BESIDE = (
    "the case is among those that set the pooled rate and the calibrated costs; probability and "
    "loss are those of the nearest step of the ladder, without support"
)


def precedents(world: World, data: Data, found: StepOutcome, partner: str) -> Table:
    """Return acts of the state that answered steps of the targets, with model and record beside.

    Parameters
    ----------
    world : World
        Holds the coded steps.
    data, found
        Targets, rungs and what the model gives them.
    partner : str
        Economy towards which the steps were taken.
    """
    columns = (
        Column("case", "dimension", text="act of the state against trade or firms"),
        Column("economy", "dimension", text="target"),
        Column("rung", "dimension", text="kind of step before it"),
        Column("date", "attribute", text="day of the step"),
        Column("told", "attribute", text="what answered it"),
        Column("rate", "value", "share", "pooled rate of the record, unselected steps"),
        *ranged("value", "share", "model: probability of an economic answer"),
        Column("loss", "value", MONEY, "model: loss given an economic answer, median"),
        Column("kind", "attribute", text="measured, estimated, modelled or assumed"),
    )
    text = "what answered a step last time, beside the model"
    rows: list[tuple[Any, ...]] = []
    try:
        listed = steps_towards(world, partner, data.stakes.sender)
    except DataMissing:
        note = NO_RECORD.format(partner=partner)
        return of_rows("precedents", rows, columns, text, datasets=(STEPS,), notes=(note,))
    rate = state_rate(listed, UNSELECTED).quantile(0.5)
    listed = listed.filter(pl.col("state_case").is_not_null()).sort("state_case", "step")
    for row in listed.iter_rows(named=True):
        if row["actor"] not in data.stakes.targets:
            continue
        i = data.stakes.targets.index(row["actor"])
        at = data.keys.index(row["rung"]) if row["rung"] in data.keys else None
        chance: tuple[float | None, ...] = (None,) * 4
        if at is not None:
            drawn = found.economic[:, i, at, 0]
            ends = np.quantile(drawn, [LOW, HIGH]).tolist()
            chance = (float(drawn[0]), *ends, float(np.median(found.given[:, i, at, 0])))
        told = [row[c] for c in ("state_case", "actor", "rung", "date", "told")]
        rows.append((*told, rate, *chance, Kind.ASSUMED.value))
    return of_rows("precedents", rows, columns, text, datasets=(STEPS,), notes=(BESIDE,))
