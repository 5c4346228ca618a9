"""ABC-SMC: draws of parameters whose summaries lie close to what was observed.

A population moves through falling tolerances (Beaumont, Cornuet, Marin, Robert 2009). Simulators
answer whole batches, in stages: a draw that one stage puts too far is not asked the next, and
stages that turn down much for little are asked first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from isthmus.ensemble.problem import Problem, SearchEffort
from isthmus.ensemble.targets import target_arrays
from isthmus.errors import DidNotConverge
from isthmus.kernels import population as kernel
from isthmus.kernels.arrays import Array
from isthmus.runtime import (
    Batch,
    CancelToken,
    Checkpoints,
    Executor,
    Progress,
    run_batches,
    silent,
)
from isthmus.runtime.streams import task_generator

KEPT = 1 / 3
"""Share of a population from which one that the budget cut short is kept."""


@dataclass(frozen=True)
class Generation:
    """One population.

    Parameters
    ----------
    number : int
        From 0, the draws from the prior.
    tolerance : float
        Distance that was accepted; infinite for the prior.
    simulated : int
        Draws simulated for it.
    accepted : int
        Draws accepted among them, those beyond the wanted number included.
    order : tuple of int
        Positions of the stages in the order in which they were asked.
    left : tuple of int
        Draws still in play after each of them.
    u : float64[n, d]
        Accepted draws in the unit cube of their priors.
    weight : float64[n]
        Importance weights, which sum to 1.
    summaries, distances : float64[n, m]
        Summaries and their distances in tolerances.
    """

    number: int
    tolerance: float
    simulated: int
    accepted: int
    order: tuple[int, ...]
    left: tuple[int, ...]
    u: Array
    weight: Array
    summaries: Array
    distances: Array

    @property
    def effective(self) -> float:
        """Effective sample size."""
        return kernel.effective_size(self.weight)

    @property
    def acceptance(self) -> float:
        """Share of the simulated draws that were accepted."""
        return self.accepted / self.simulated


@dataclass(frozen=True)
class Sampled:
    """What ABC-SMC gives: all whole generations, and why it stopped.

    `ended` is ``"goal"`` or ``"draws"``. Of a generation that the budget cut short the draws are
    kept when they are a third of a population or more; else `unfinished` counts what it took.
    """

    problem: Problem
    effort: SearchEffort
    generations: tuple[Generation, ...]
    ended: str
    unfinished: int = 0

    @property
    def last(self) -> Generation:
        """The population with the smallest tolerance."""
        return self.generations[-1]

    @property
    def simulated(self) -> int:
        """Draws simulated in all."""
        return sum(g.simulated for g in self.generations) + self.unfinished

    @property
    def values(self) -> Array:
        """Parameters of the last population, float64[n, d]."""
        return self.problem.values(self.last.u)


def sample(
    problem: Problem,
    effort: SearchEffort,
    *,
    folder: Path | None = None,
    executor: Executor | None = None,
    cancel: CancelToken | None = None,
    progress: Progress = silent,
) -> Sampled:
    """Sample the parameters of a problem by ABC-SMC.

    Parameters
    ----------
    problem : Problem
        Priors, simulators, targets.
    effort : SearchEffort
        Population, budget, seed.
    folder : Path, optional
        Where finished batches are kept; the same call with the same folder goes on there and gives
        the same answer to the last bit.
    executor : Executor, optional
        Serial by default; the answer does not depend on it.
    cancel, progress : optional
        Token checked before each batch; callback.

    Returns
    -------
    Sampled

    Raises
    ------
    Cancelled
        When `cancel` was set; with `folder` what is done is kept.
    DidNotConverge
        When the budget ends before the prior has given one population with answers.

    References
    ----------
    Beaumont, Cornuet, Marin, Robert (2009), Adaptive approximate Bayesian computation,
    Biometrika 96(4), 983-990.
    """
    done: list[Generation] = []
    left = effort.draws
    run = _Run(problem, effort, folder, executor, cancel, progress)
    while True:
        before = done[-1] if done else None
        tolerance = _next_tolerance(before, effort)
        order = tuple(range(len(problem.stages)))
        if done:
            order = problem.order(done[0].distances, tolerance)
        whole, simulated = run.generation(len(done), tolerance, before, left, order)
        left -= simulated
        if whole is None:
            if before is None:
                hint = "more draws, or simulators that answer more of the prior"
                what = f"{simulated} draws from the prior gave too few answers"
                raise DidNotConverge(what, where="ABC-SMC", hint=hint)
            return Sampled(problem, effort, tuple(done), "draws", simulated)
        done.append(whole)
        if tolerance <= effort.goal:
            return Sampled(problem, effort, tuple(done), "goal")
        if len(whole.u) < effort.particles:
            return Sampled(problem, effort, tuple(done), "draws")


@dataclass(frozen=True)
class PriorDraws:
    """Draws of the prior, none turned down.

    Parameters
    ----------
    u : float64[n, d]
        Draws in the unit cube of their priors.
    summaries, distances : float64[n, m]
        As in `Generation`.
    """

    u: Array
    summaries: Array
    distances: Array


def prior_draws(
    problem: Problem,
    effort: SearchEffort,
    draws: int,
    *,
    folder: Path | None = None,
    executor: Executor | None = None,
    cancel: CancelToken | None = None,
    progress: Progress = silent,
) -> PriorDraws:
    """Simulate all stages of draws of the prior; the first are those of generation 0.

    Parameters
    ----------
    problem, effort, folder, executor, cancel, progress
        As in `sample`.
    draws : int
        Draws to simulate, rounded up to whole batches; those without an answer are left away.
    """
    run = _Run(problem, effort, folder, executor, cancel, progress)
    order = tuple(range(len(problem.stages)))
    count = -(-draws // effort.batch)
    batches = _round(0, 0, count * effort.batch, replace(effort, batches=count))
    return PriorDraws(
        *_gathered(run.simulated(_Work(problem, effort.seed, 0, np.inf, order), batches))
    )


def _gathered(outcomes: Sequence[dict[str, Any]]) -> tuple[Array, Array, Array]:
    """Return u, summaries and distances of all batches, in the order of the draws."""
    u, summaries, far = (
        np.array([row for o in outcomes for row in o[key]], dtype=np.float64)
        for key in ("u", "summaries", "distances")
    )
    return u, summaries, far


def _next_tolerance(before: Generation | None, effort: SearchEffort) -> float:
    if before is None:
        return np.inf
    far = kernel.largest(before.distances)
    asked = float(kernel.weighted_quantile(far, before.weight, effort.shrink))
    return max(effort.goal, min(asked, float(np.nextafter(before.tolerance, 0.0))))


@dataclass
class _Run:
    problem: Problem
    effort: SearchEffort
    folder: Path | None
    executor: Executor | None
    cancel: CancelToken | None
    progress: Progress

    def generation(
        self,
        number: int,
        tolerance: float,
        before: Generation | None,
        budget: int,
        order: tuple[int, ...],
    ) -> tuple[Generation | None, int]:
        """Return the population at a tolerance, None where the budget ends first, and its cost."""
        effort = self.effort
        work = _Work(self.problem, effort.seed, number, tolerance, order, _ancestors(before))
        outcomes: list[dict[str, Any]] = []
        found = start = 0
        while found < effort.particles:
            batches = _round(len(outcomes), start, budget, effort)
            if not batches:
                enough = found >= max(2, KEPT * effort.particles)
                return self._made(work, outcomes, start) if enough else None, start
            outcomes += self.simulated(work, batches)
            start = batches[-1].stop
            found = sum(len(o["u"]) for o in outcomes)
        return self._made(work, outcomes, start), start

    def simulated(self, work: _Work, batches: tuple[Batch, ...]) -> list[dict[str, Any]]:
        """Return what batches of a generation give, those that are kept already as they are."""
        kept = None
        if self.folder is not None:
            kept = Checkpoints(self.folder / f"generation-{work.number:03d}")
        return list(
            run_batches(
                partial(_simulate, work),
                batches,
                label=f"generation {work.number}",
                executor=self.executor,
                checkpoints=kept,
                cancel=self.cancel,
                progress=self.progress,
            )
        )

    def _made(
        self,
        work: _Work,
        outcomes: Sequence[dict[str, Any]],
        simulated: int,
    ) -> Generation:
        n = self.effort.particles
        u, summaries, far = _gathered(outcomes)
        u, weight = u[:n], np.full(n, 1.0 / n)
        if (old := work.ancestors) is not None:
            weight = kernel.importance_weights(u, old.u, old.weight, old.scale)
        left = np.sum([o["left"] for o in outcomes], axis=0)
        return Generation(
            work.number,
            work.tolerance,
            simulated,
            len(far),
            work.order,
            tuple(int(v) for v in left),
            u,
            weight,
            summaries[:n],
            far[:n],
        )


def _round(first: int, start: int, budget: int, effort: SearchEffort) -> tuple[Batch, ...]:
    """Return the next batches, whole ones only: the same whatever the workers and the budget."""
    last = min(start + effort.batch * effort.batches, budget)
    edges = range(start, last - effort.batch + 1, effort.batch)
    return tuple(Batch(first + k, at, at + effort.batch) for k, at in enumerate(edges))


@dataclass(frozen=True)
class _Ancestors:
    u: Array
    weight: Array
    scale: Array


def _ancestors(before: Generation | None) -> _Ancestors | None:
    if before is None:
        return None
    return _Ancestors(before.u, before.weight, kernel.kernel_scale(before.u, before.weight))


@dataclass(frozen=True)
class _Work:
    """All that a worker needs to simulate draws of one generation."""

    problem: Problem
    seed: int
    number: int
    tolerance: float
    order: tuple[int, ...]
    ancestors: _Ancestors | None = field(default=None)


def _simulate(work: _Work, batch: Batch) -> dict[str, Any]:
    """Draw, simulate stage by stage and return what is accepted, as plain values."""
    rngs = [task_generator(work.seed, work.number, n) for n in range(batch.start, batch.stop)]
    u = np.array([_proposal(work, rng) for rng in rngs])
    theta = work.problem.values(u)
    count = len(work.problem.targets)
    summaries = np.full((len(u), count), np.nan)
    far = np.full((len(u), count), np.inf)
    alive = np.arange(len(u))
    left = []
    for k in work.order:
        stage, columns = work.problem.stages[k], work.problem.columns(k)
        if alive.size:
            answer = stage.simulate(theta[alive], [rngs[i] for i in alive])
            summaries[alive, columns] = answer
            d = kernel.distances(np.asarray(answer), *target_arrays(stage.targets))
            far[alive, columns] = d
            near = kernel.largest(d)
            alive = alive[np.isfinite(near) & (near <= work.tolerance)]
        left.append(len(alive))
    return {
        "u": u[alive].tolist(),
        "summaries": summaries[alive].tolist(),
        "distances": far[alive].tolist(),
        "left": left,
    }


def _proposal(work: _Work, rng: np.random.Generator) -> Array:
    d = len(work.problem.priors)
    if (a := work.ancestors) is None:
        return rng.random(d)
    return kernel.moved(rng.random(1 + d), a.u, a.weight, a.scale)
