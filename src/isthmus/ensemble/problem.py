"""What ABC-SMC is asked: priors, simulators in stages with their targets, and how hard to look."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from isthmus.ensemble.distributions import quantile
from isthmus.ensemble.targets import Target, check_problem
from isthmus.errors import InputProblem, raise_all
from isthmus.kernels.arrays import Array
from isthmus.scenario import Range

Simulate = Callable[[Array, Sequence[np.random.Generator]], Array]


@dataclass(frozen=True)
class SearchStage:
    """One simulator and what its answers are held to.

    Parameters
    ----------
    name : str
        What it stands for (an episode).
    simulate : callable
        Takes parameters float64[n, d], in the order of the priors (of a choice the position of the
        value), and a random generator per draw; returns summaries float64[n, m], NaN where there
        is no answer. At module level or a picklable object, so that it can travel to workers.
    targets : sequence of Target
        What the m summaries are held to.
    cost : float
        What a draw takes, in any unit that is the same for all stages of a problem.
    """

    name: str
    simulate: Simulate
    targets: tuple[Target, ...]
    cost: float = 1.0


@dataclass(frozen=True)
class Problem:
    """Priors and stages. Names of priors are the `path` of each range, its source the `reason`.

    Raises
    ------
    BadInput
        With every problem found: names that repeat, stages without targets, values that make no
        sense.
    """

    priors: tuple[Range, ...]
    stages: tuple[SearchStage, ...]

    def __post_init__(self) -> None:
        check_problem(self.names, [(stage.name, stage.targets) for stage in self.stages])

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the parameters."""
        return tuple(prior.path for prior in self.priors)

    @property
    def targets(self) -> tuple[Target, ...]:
        """All targets, stage by stage."""
        return tuple(target for stage in self.stages for target in stage.targets)

    def columns(self, stage: int) -> slice:
        """Return the columns of a stage among all targets."""
        start = sum(len(s.targets) for s in self.stages[:stage])
        return slice(start, start + len(self.stages[stage].targets))

    def order(self, distances: Array, tolerance: float) -> tuple[int, ...]:
        """Return the stages in the order in which turning down draws costs least.

        Parameters
        ----------
        distances : float64[n, m]
            Of draws of the prior.
        tolerance : float
            What will be turned down.
        """
        beyond = distances > tolerance
        count = len(self.stages)
        share = [float(beyond[:, self.columns(k)].any(axis=1).mean()) for k in range(count)]
        price = [s.cost / max(w, 1e-9) for s, w in zip(self.stages, share, strict=True)]
        return tuple(sorted(range(count), key=price.__getitem__))

    def values(self, u: Array) -> Array:
        """Return parameters float64[n, d] at places u in the unit cube of their priors."""
        columns = [
            np.array(quantile(_placed(prior), column), dtype=np.float64)
            for prior, column in zip(self.priors, u.T, strict=True)
        ]
        return np.stack(columns, axis=1)


def _placed(prior: Range) -> Range:
    """Return a choice as one of the positions of its values."""
    if prior.distribution != "choice":
        return prior
    return prior.model_copy(update={"values": tuple(range(len(prior.values)))})


@dataclass(frozen=True)
class SearchEffort:
    """How hard to look, and with which seed.

    Parameters
    ----------
    particles : int
        Draws in a population.
    draws : int
        Draws simulated at most, over all generations, in whole batches.
    shrink : float
        The next tolerance is this quantile of the distances of the population.
    goal : float
        Tolerance at which to stop; at 1 every summary lies inside its own tolerance.
    batch : int
        Draws per call of a simulator: the unit of work, of cancelling and of resuming. At most
        `draws`.
    batches : int
        Batches handed out together, whatever the number of workers.
    seed : int
        Seed; draw n of generation g uses the child (g, n) of it.
    """

    particles: int = 500
    draws: int = 20_000
    shrink: float = 0.5
    goal: float = 1.0
    batch: int = 128
    batches: int = 4
    seed: int = 0

    def __post_init__(self) -> None:
        fits = self.batch >= 1 and not self.particles <= self.draws < self.batch
        problems = [
            InputProblem(f"must be {rule}, got {value!r}", where=name)
            for name, value, fine, rule in (
                ("particles", self.particles, self.particles >= 2, "2 or more"),
                ("draws", self.draws, self.draws >= self.particles, "at least the particles"),
                ("shrink", self.shrink, 0.0 < self.shrink < 1.0, "between 0 and 1"),
                ("goal", self.goal, self.goal > 0.0, "above 0"),
                ("batch", self.batch, fits, "1 or more, at most the draws"),
                ("batches", self.batches, self.batches >= 1, "1 or more"),
                ("seed", self.seed, self.seed >= 0, "0 or more"),
            )
            if not fine
        ]
        raise_all("ABC-SMC", problems)


EFFORT = SearchEffort()
