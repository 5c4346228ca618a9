"""What summaries of a simulator are held to."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from isthmus.errors import InputProblem, raise_all
from isthmus.kernels.arrays import Array, Mask

Side = Literal["both", "at_most", "at_least"]
SIDES: tuple[Side, ...] = get_args(Side)


@dataclass(frozen=True, slots=True)
class Target:
    """One number that was observed, or a bound on it.

    Parameters
    ----------
    name : str
        Which summary.
    observed : float
        Its value, or the bound; above 0.
    tolerance : float
        Factor above 1: a model value within it of `observed` counts as close.
    side : {"both", "at_most", "at_least"}
        A magnitude; or a bound from above on its absolute value ("not visible"), or from below.
    """

    name: str
    observed: float
    tolerance: float
    side: Side = "both"

    def problems(self) -> list[InputProblem]:
        """Return what makes no sense in it."""
        out = []
        if not (math.isfinite(self.observed) and self.observed > 0):
            out.append(InputProblem(f"observed must be above 0, got {self.observed!r}", self.name))
        if not (math.isfinite(self.tolerance) and self.tolerance > 1):
            out.append(
                InputProblem(f"tolerance must be above 1, got {self.tolerance!r}", self.name)
            )
        if self.side not in SIDES:
            out.append(InputProblem(f"side must be one of {SIDES}, got {self.side!r}", self.name))
        return out


def target_arrays(
    targets: Sequence[Target],
) -> tuple[Array, Array, Mask, Mask]:
    """Return observed, tolerance, whether bounds from above, and from below, each of shape (m,)."""
    return (
        np.array([t.observed for t in targets], dtype=np.float64),
        np.array([t.tolerance for t in targets], dtype=np.float64),
        np.array([t.side == "at_most" for t in targets], dtype=np.bool_),
        np.array([t.side == "at_least" for t in targets], dtype=np.bool_),
    )


def check_problem(names: Sequence[str], stages: Sequence[tuple[str, Sequence[Target]]]) -> None:
    """Raise unless priors and stages make a problem.

    Raises
    ------
    BadInput
        With every problem found.
    """
    problems = []
    if not names:
        problems.append(InputProblem("there is no prior", where="priors"))
    if not stages:
        problems.append(InputProblem("there is no stage", where="stages"))
    called = [name for name, _ in stages]
    for what, given in (("prior", names), ("stage", called)):
        twice = sorted({n for n in given if list(given).count(n) > 1})
        problems += [InputProblem("is there twice", where=f"{what} {name}") for name in twice]
    for name, targets in stages:
        if not targets:
            problems.append(InputProblem("has no target", where=f"stage {name}"))
        problems += [problem for target in targets for problem in target.problems()]
    raise_all("ABC-SMC", problems)
