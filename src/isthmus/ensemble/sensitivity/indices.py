"""First and total Sobol indices of answers, with confidence intervals."""

from __future__ import annotations

import numpy as np

from isthmus.ensemble.plan import EnsemblePlan
from isthmus.ensemble.sensitivity.answers import SampledAnswers
from isthmus.ensemble.sensitivity.effort import Effort
from isthmus.ensemble.sensitivity.tables import MeasuredTable, by_parameter, widest
from isthmus.evidence import SHARE, Column
from isthmus.kernels.sensitivity import sobol_indices
from isthmus.runtime.streams import task_generator

LEAST = 8
_STREAM = 1 << 21
_TEXT = {
    "first": "share of the variance that the parameter explains alone",
    "total": "share of the variance in which the parameter has a part",
}
COLUMNS = {
    f"{index}{end}": Column(f"{index}{end}", "value", SHARE, text + words)
    for index, text in _TEXT.items()
    for end, words in (
        ("", ""),
        ("_low", ", low end of the interval"),
        ("_high", ", high end of the interval"),
    )
}


def indices_table(answers: SampledAnswers, plan: EnsemblePlan, effort: Effort) -> MeasuredTable:
    """Return the table ``indices``; blocks in which an answer is missing are left out of it."""
    d = len(plan.paths)
    confidence, resamples = effort.confidence, effort.resamples
    cells = np.full((len(COLUMNS), len(answers.values), d), np.nan)
    used = []
    for k, values in enumerate(answers.values):
        blocks = values.reshape(-1, d + 2)
        blocks = blocks[np.isfinite(blocks).all(axis=1)]
        used.append(len(blocks))
        if len(blocks) < LEAST:
            continue
        found = sobol_indices(
            blocks[:, 0],
            blocks[:, -1],
            blocks[:, 1:-1],
            confidence=confidence,
            resamples=resamples,
            rng=task_generator(plan.seed, _STREAM, k),
        )
        cells[:, k] = [part for e in found for part in (e.value, e.low, e.high)]
    first, total = cells[:3], cells[3:]
    half = np.concatenate([first[2] - first[1], total[2] - total[1]]) / 2.0
    notes = [f"intervals cover {confidence:.0%}, by resampling of blocks"]
    if min(used) < answers.values.shape[1] // (d + 2):
        notes.append(f"blocks with a missing answer are left out: {min(used)} are the fewest used")
    if np.isnan(total[0]).any():
        notes.append(f"empty where an answer does not vary, or fewer than {LEAST} blocks have it")
    table = by_parameter(
        "indices",
        answers,
        dict(zip(COLUMNS.values(), cells, strict=True)),
        order=total[0],
        text="Sobol indices over independent ranges",
        notes=notes,
    )
    return MeasuredTable(table, widest(half, fewest=min(used), least=LEAST))
