"""Leave one episode out: is what was observed inside the range that the others predict?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from isthmus.ensemble.calibration.misfit import predicted, residuals_of, sigma_of
from isthmus.ensemble.problem import Problem
from isthmus.ensemble.smc import Cloud, Generation, Sampled
from isthmus.ensemble.targets import Target
from isthmus.evidence import Column, Kind, Table
from isthmus.kernels import population as kernel

Floats = NDArray[np.float64]

WIDE = 2.0
"""Tolerance, in goals, of the population around which draws are made to leave episodes out."""
FEWEST = 30
"""Accepted draws below which the tolerance is opened, and said to be."""
LEVELS = (0.1, 0.5, 0.9)


@dataclass(frozen=True)
class _Left:
    """The draws that stay when one episode is left out."""

    rows: NDArray[np.intp]
    weight: Floats
    tolerance: float


def wide_generation(sampled: Sampled) -> Generation:
    """Return the last population whose tolerance is at least `WIDE` goals."""
    wide = [g for g in sampled.generations if g.tolerance >= WIDE * sampled.effort.goal]
    return wide[-1]


def leave_one_out(
    problem: Problem, cloud: Cloud, goal: float, datasets: tuple[str, ...]
) -> tuple[Table, float]:
    """Return what each episode's observables are by the others, and the misfit.

    Parameters
    ----------
    problem : Problem
        The stages are the episodes.
    cloud : Cloud
        Draws with all summaries.
    goal : float
        Tolerance that the other episodes are held to.
    datasets : tuple of str
        Data sets used.

    Returns
    -------
    Table
        ``leave_one_out``.
    float
        Misfit in logarithms over all magnitudes.
    """
    columns = _columns(problem)
    kept = [_without(cloud, own, goal) for own in columns]
    targets = problem.targets
    median = np.array(
        [
            predicted(cloud.summaries[k.rows, j], k.weight, (0.5,))[0]
            for own, k in zip(columns, kept, strict=True)
            for j in own
        ]
    )
    magnitude = np.array([t.side == "both" for t in targets])
    observed = np.array([t.observed for t in targets])
    off = residuals_of(observed, median)
    owner = np.concatenate([np.full(len(own), i) for i, own in enumerate(columns)])
    rows = []
    for j, target in enumerate(targets):
        i = int(owner[j])
        sigma = sigma_of(off[magnitude & (owner != i)])
        rows.append(_row(target, cloud.summaries[kept[i].rows, j], kept[i], sigma))
    return _table(rows, datasets), sigma_of(off[magnitude])


def _columns(problem: Problem) -> list[list[int]]:
    out, at = [], 0
    for stage in problem.stages:
        out.append(list(range(at, at + len(stage.targets))))
        at += len(stage.targets)
    return out


def _without(cloud: Cloud, own: Sequence[int], goal: float) -> _Left:
    others = np.setdiff1d(np.arange(cloud.distances.shape[1]), np.array(own))
    far = kernel.largest(cloud.distances[:, others])
    needed = np.sort(far)[min(FEWEST, len(far)) - 1]
    tolerance = max(goal, float(needed))
    rows = np.flatnonzero(far <= tolerance)
    weight = cloud.weight[rows]
    return _Left(rows, weight / weight.sum(), tolerance)


def _row(target: Target, model: Floats, left: _Left, sigma: float) -> dict[str, object]:
    low, median, high = predicted(model, left.weight, LEVELS)
    wide_low, _, wide_high = predicted(model, left.weight, LEVELS, sigma)
    bound = target.side != "both"
    within = float(left.weight[np.abs(model) <= target.observed].sum()) if bound else None
    episode, observable = target.name.split("/", 1)
    return {
        "episode": episode,
        "observable": observable,
        "side": target.side,
        "observed": target.observed,
        "median": float(median),
        "low_80": float(low),
        "high_80": float(high),
        "low_80_misfit": float(wide_low),
        "high_80_misfit": float(wide_high),
        "covered": None if bound else bool(low <= target.observed <= high),
        "covered_misfit": None if bound else bool(wide_low <= target.observed <= wide_high),
        "within_bound": within,
        "draws": len(left.rows),
        "effective": kernel.effective_size(left.weight),
        "tolerance": left.tolerance,
    }


def coverage(frame: pl.DataFrame) -> tuple[int, int, int]:
    """Return magnitudes covered by the model alone, with its misfit, and in all."""
    magnitudes = frame.filter(pl.col("side") == "both")
    alone, wide = (int(magnitudes[c].sum()) for c in ("covered", "covered_misfit"))
    return alone, wide, magnitudes.height


def _table(rows: list[dict[str, object]], datasets: tuple[str, ...]) -> Table:
    frame = pl.DataFrame(
        rows,
        schema_overrides={
            "covered": pl.Boolean,
            "covered_misfit": pl.Boolean,
            "within_bound": pl.Float64,
        },
    )
    columns = (
        Column("episode", "dimension", text="the episode that was left out"),
        Column("observable", "dimension", text="what was observed"),
        Column("side", "attribute", text="a magnitude, or a bound"),
        Column("observed", "value", text="what was observed, or the bound"),
        Column("median", "value", text="by the draws that the other episodes accept"),
        Column("low_80", "value", text="low end of the 80 % range of the model"),
        Column("high_80", "value", text="high end of it"),
        Column("low_80_misfit", "value", text="low end with the misfit of the other episodes"),
        Column("high_80_misfit", "value", text="high end with it"),
        Column("covered", "attribute", text="whether the range of the model holds it"),
        Column("covered_misfit", "attribute", text="whether the range with misfit holds it"),
        Column("within_bound", "value", "1", "of a bound: weight of the draws within it"),
        Column("draws", "value", "draws", "draws that the other episodes accept"),
        Column("effective", "value", "draws", "their effective sample size"),
        Column("tolerance", "value", "tolerances", "what the other episodes were held to"),
    )
    alone, wide, count = coverage(frame)
    notes = (f"the 80 % range holds {alone} of {count} magnitudes, with misfit {wide} of {count}",)
    text = "each episode predicted from the others"
    return Table("leave_one_out", frame, columns, Kind.ASSUMED, datasets, text, notes)
