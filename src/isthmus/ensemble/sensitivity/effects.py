"""Elementary effects of Morris on answers."""

from __future__ import annotations

import numpy as np

from isthmus.ensemble.blocks import HIGHEST, LOWEST, path_points
from isthmus.ensemble.plan import EnsemblePlan
from isthmus.ensemble.sensitivity.answers import SampledAnswers
from isthmus.ensemble.sensitivity.effort import Effort
from isthmus.ensemble.sensitivity.tables import MeasuredTable, by_parameter, widest
from isthmus.evidence import Column
from isthmus.evidence.table import IN_UNIT
from isthmus.kernels.sensitivity import elementary_effects, morris_measures
from isthmus.runtime.streams import task_generator

LEAST = 2
_STREAM = 1 << 21
COLUMNS = tuple(
    Column(name, "value", IN_UNIT, text)
    for name, text in (
        ("mu_star", "mean size of the effects: how much the parameter moves the answer"),
        ("mu_star_low", "low end of its interval"),
        ("mu_star_high", "high end of its interval"),
        ("mu", "mean effect with its sign"),
        ("sigma", "scatter of the effects: bends and dependence on other parameters"),
    )
)


def effects_table(answers: SampledAnswers, plan: EnsemblePlan, effort: Effort) -> MeasuredTable:
    """Return the table ``effects``; paths in which an answer is missing are left out of it."""
    d = len(plan.paths)
    confidence, resamples = effort.confidence, effort.resamples
    points = path_points(answers.values.shape[1] // (d + 1), d, plan.seed, 0)
    cells = np.full((len(COLUMNS), len(answers.values), d), np.nan)
    used = []
    for k, values in enumerate(answers.values):
        paths = values.reshape(-1, d + 1)
        whole = np.isfinite(paths).all(axis=1)
        used.append(int(whole.sum()))
        if used[-1] < LEAST:
            continue
        found = morris_measures(
            elementary_effects(paths[whole], points[whole]),
            confidence=confidence,
            resamples=resamples,
            rng=task_generator(plan.seed, _STREAM, k),
        )
        star = found.mu_star
        cells[:, k] = [star.value, star.low, star.high, found.mu, found.sigma]
    largest = np.max(np.nan_to_num(cells[0]), axis=1, keepdims=True)
    half = (cells[2] - cells[1]) / 2.0 / np.where(largest > 0.0, largest, np.nan)
    notes = [
        f"effect of the way from quantile {LOWEST:g} to {HIGHEST:g} of a range; intervals cover "
        f"{confidence:.0%}, by resampling of paths"
    ]
    if min(used) < len(points):
        notes.append(f"paths with a missing answer are left out: {min(used)} are the fewest used")
    table = by_parameter(
        "effects",
        answers,
        dict(zip(COLUMNS, cells, strict=True)),
        order=cells[0],
        text="elementary effects",
        notes=notes,
    )
    return MeasuredTable(table, widest(half, fewest=min(used), least=LEAST))
