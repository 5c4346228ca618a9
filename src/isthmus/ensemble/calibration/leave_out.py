"""Leave one episode out: is what was observed inside the range that the others predict?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from isthmus.ensemble.calibration.misfit import (
    normal_factors,
    predicted,
    residuals_of,
    sigma_of,
    uniform_factors,
)
from isthmus.ensemble.problem import Problem
from isthmus.ensemble.smc import PriorDraws
from isthmus.ensemble.targets import Target
from isthmus.evidence import Column, Kind, Table
from isthmus.kernels import population as kernel
from isthmus.kernels.arrays import Array

FEWEST = 30
"""Accepted draws below which the tolerance is opened, and said to be."""
LEVELS = (0.1, 0.5, 0.9)


@dataclass(frozen=True)
class LeftOut:
    """One episode as the others predict it.

    Parameters
    ----------
    targets : tuple of Target
        What was observed; m of them.
    summaries : float64[n, m]
        What draws give that the other episodes accept.
    weight : float64[n]
        Their weights.
    tolerance : float
        Largest distance of a draw from the other episodes.
    """

    targets: tuple[Target, ...]
    summaries: Array
    weight: Array
    tolerance: float

    def medians(self) -> list[float]:
        """Return the predicted median of every target."""
        return [float(predicted(m, self.weight, (0.5,))[0]) for m in self.summaries.T]


def left_out_of(problem: Problem, u: PriorDraws, goal: float) -> tuple[LeftOut, ...]:
    """Return every episode as the others predict it, from draws of the prior.

    Parameters
    ----------
    problem : Problem
        The stages are the episodes.
    u : PriorDraws
        Draws of the prior with all summaries.
    goal : float
        Tolerance that the other episodes are held to; opened until `FEWEST` draws are left.
    """
    out = []
    for k, stage in enumerate(problem.stages):
        own = problem.columns(k)
        others = np.delete(u.distances, np.arange(own.start, own.stop), axis=1)
        far = kernel.largest(others)
        tolerance = max(goal, float(np.sort(far)[min(FEWEST, len(far)) - 1]))
        rows = np.flatnonzero(far <= tolerance)
        weight = np.full(len(rows), 1.0 / len(rows))
        out.append(LeftOut(stage.targets, u.summaries[rows, own], weight, tolerance))
    return tuple(out)


def leave_one_out(left: Sequence[LeftOut], datasets: tuple[str, ...]) -> tuple[Table, float]:
    """Return what each episode's observables are by the others, and the misfit.

    Parameters
    ----------
    left : sequence of LeftOut
        From `left_out_of`.
    datasets : tuple of str
        Data sets used.

    Returns
    -------
    Table
        ``leave_one_out``.
    float
        Misfit in logarithms over all magnitudes.
    """
    targets = [target for one in left for target in one.targets]
    owner = np.concatenate([np.full(len(one.targets), i) for i, one in enumerate(left)])
    magnitude = np.array([t.side == "both" for t in targets])
    observed = np.array([t.observed for t in targets])
    off = residuals_of(observed, np.array([m for one in left for m in one.medians()]))
    rows = [
        _row(target, one.summaries[:, j], one, sigma_of(off[magnitude & (owner != i)]))
        for i, one in enumerate(left)
        for j, target in enumerate(one.targets)
    ]
    return _table(rows, datasets), sigma_of(off[magnitude])


def _row(target: Target, model: Array, left: LeftOut, sigma: float) -> dict[str, object]:
    width = max(left.tolerance, 1.0) * float(np.log(target.tolerance))
    ends = {
        "": predicted(model, left.weight, LEVELS),
        "_accepted": predicted(model, left.weight, LEVELS, uniform_factors(width)),
        "_misfit": predicted(model, left.weight, LEVELS, normal_factors(sigma)),
    }
    bound = target.side != "both"
    within = float(left.weight[np.abs(model) <= target.observed].sum()) if bound else None
    episode, observable = target.name.split("/", 1)
    row: dict[str, object] = {
        "episode": episode,
        "observable": observable,
        "side": target.side,
        "observed": target.observed,
        "median": float(ends[""][1]),
    }
    for which, (low, _, high) in ends.items():
        row[f"low_80{which}"], row[f"high_80{which}"] = float(low), float(high)
    for which, (low, _, high) in ends.items():
        row[f"covered{which}"] = None if bound else bool(low <= target.observed <= high)
    return {
        **row,
        "within_bound": within,
        "draws": len(model),
        "effective": kernel.effective_size(left.weight),
        "tolerance": left.tolerance,
    }


COVERED = ("covered", "covered_accepted", "covered_misfit")


def coverage(frame: pl.DataFrame) -> tuple[int, ...]:
    """Return magnitudes covered by the model alone, by all accepted, with misfit, and in all."""
    magnitudes = frame.filter(pl.col("side") == "both")
    return (*(int(magnitudes[c].sum()) for c in COVERED), magnitudes.height)


def _table(rows: list[dict[str, object]], datasets: tuple[str, ...]) -> Table:
    kinds = dict.fromkeys(COVERED, pl.Boolean) | {"within_bound": pl.Float64}
    frame = pl.DataFrame(rows, schema_overrides=kinds)
    what = {
        "": "of the model",
        "_accepted": "of what its draws would have been accepted for",
        "_misfit": "with the misfit of the other episodes",
    }
    columns = (
        Column("episode", "dimension", text="the episode that was left out"),
        Column("observable", "dimension", text="what was observed"),
        Column("side", "attribute", text="a magnitude, or a bound"),
        Column("observed", "value", text="what was observed, or the bound"),
        Column("median", "value", text="by the draws that the other episodes accept"),
        *(
            Column(f"{end}_80{which}", "value", text=f"{end} end of the 80 % range {text}")
            for which, text in what.items()
            for end in ("low", "high")
        ),
        *(
            Column(f"covered{which}", "attribute", text=f"whether the range {text} holds it")
            for which, text in what.items()
        ),
        Column("within_bound", "value", "1", "of a bound: weight of the draws within it"),
        Column("draws", "value", "draws", "draws that the other episodes accept"),
        Column("effective", "value", "draws", "their effective sample size"),
        Column("tolerance", "value", "tolerances", "what the other episodes were held to"),
    )
    alone, accepted, wide, count = coverage(frame)
    notes = (
        f"the 80 % range of the model alone holds {alone} of {count} magnitudes, that of what its "
        f"draws would have been accepted for {accepted}, and with misfit {wide}",
    )
    text = "each episode predicted from the others"
    return Table("leave_one_out", frame, columns, Kind.ASSUMED, datasets, text, notes)
