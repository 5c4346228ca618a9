"""The lens: numbers of the disruption family held to episodes by ABC-SMC."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl

from isthmus.disruption.episodes import Episode, load_episodes
from isthmus.disruption.posterior import Posterior
from isthmus.disruption.prepare import Engine
from isthmus.disruption.settings import Precision
from isthmus.ensemble.calibration import tables
from isthmus.ensemble.calibration.leave_out import leave_one_out, left_out_of
from isthmus.ensemble.calibration.priors import load_priors
from isthmus.ensemble.calibration.setup import Ground, ground_of, hashes, held, problem_of
from isthmus.ensemble.problem import EFFORT, SearchEffort
from isthmus.ensemble.smc import Sampled, prior_draws, sample
from isthmus.evidence import Provenance, Result
from isthmus.evidence.lens import lens
from isthmus.runtime import ArrayCheckpoint, CancelToken, Progress, open_executor, silent
from isthmus.world.shipped import YEAR

CITATIONS = (
    "Beaumont, M. A., Cornuet, J.-M., Marin, J.-M., Robert, C. P. (2009). Adaptive approximate "
    "Bayesian computation. Biometrika 96(4), 983-990.",
)
_PLACES = ("world", "world_hash")


@lens(
    "calibration.calibrate",
    {
        "episodes": ["gm-strike-2019"],
        "particles": 4,
        "draws": 64,
        "batch": 8,
        "batches": 2,
        "leave_out": 2,
    },
)
def calibrate(
    world: Any,
    *,
    episodes: Sequence[str] = (),
    own: Sequence[Path] = (),
    without: Sequence[str] = (),
    priors: Path | None = None,
    particles: int = EFFORT.particles,
    draws: int = EFFORT.draws,
    shrink: float = EFFORT.shrink,
    goal: float = EFFORT.goal,
    batch: int = EFFORT.batch,
    batches: int = EFFORT.batches,
    seed: int = EFFORT.seed,
    leave_out: int = 0,
    full_table: bool = False,
    precision: Precision = "float32",
    engine: Engine = "auto",
    workers: int = 1,
    checkpoint: ArrayCheckpoint | None = None,
    progress: Progress | None = None,
    cancel: CancelToken | None = None,
) -> Result:
    """Return draws of the disruption engine's numbers that come close to past episodes.

    Parameters
    ----------
    world : World
        A world with an inter-economy table that tells chip nodes apart.
    episodes : sequence of str
        Names of episodes of the package; by default all that are to be used.
    own : sequence of path
        Files of your own episodes, used beside them.
    without : sequence of str
        Names to leave out.
    priors : path, optional
        File of priors; those of the package by default.
    particles, draws, shrink, goal, batches, seed
        As in `isthmus.ensemble.problem.SearchEffort`.
    batch : int
        Draws per pass over the table; fewer draws in all are one batch.
    leave_out : int
        Draws of the prior simulated in full, to predict each episode from those that the others
        accept and to measure the misfit; none by default.
    full_table : bool
        Take every economy and industry of the table; by default those that no episode tells apart
        are added up first.
    precision, engine
        As in `isthmus.disruption.simulate`.
    workers : int
        Processes; they do not change a bit of the result.
    checkpoint : ArrayCheckpoint, optional
        Where finished batches are kept; the same call goes on there.
    progress, cancel : optional
        Callback; token checked before each batch.

    Returns
    -------
    Result
        Tables ``draws``, ``weights``, ``summaries``, ``parameters``, ``fit``, ``generations``,
        ``stages``, ``correlations``, ``influence``, ``left_out``, and with `leave_out`
        ``leave_one_out``.

    Raises
    ------
    BadInput, NotFound
        For episodes, priors and numbers that make no sense.
    DidNotConverge
        When the prior gives no answers.
    Cancelled
        When `cancel` was set.

    References
    ----------
    Beaumont, Cornuet, Marin, Robert 2009.
    """
    whole = min(batch, max(draws, 1))  # few draws are one batch
    effort = SearchEffort(particles, draws, shrink, goal, whole, batches, seed)
    mrio = world.mrio(YEAR, chips=True)
    using, left = held(chosen(episodes, own, without), mrio)
    ground = ground_of(mrio, using, full=full_table)
    problem = problem_of(ground, using, load_priors(priors), precision=precision, engine=engine)
    found, misfit = {}, None
    with open_executor(workers) as executor:
        how: dict[str, Any] = {
            "folder": checkpoint.folder if checkpoint is not None else None,
            "executor": executor,
            "cancel": cancel,
            "progress": progress or silent,
        }
        sampled = sample(problem, effort, **how)
        if leave_out:
            wide = prior_draws(problem, effort, leave_out, **how)
            fits = left_out_of(problem, wide, goal)
            crossed, misfit = leave_one_out(fits, mrio.datasets)
            found = {crossed.name: crossed}
    about = about_of(world, ground, using, sampled, precision=precision)
    words = {
        "episodes": list(episodes),
        "own": [str(path) for path in own],
        "without": list(without),
        "priors": None if priors is None else str(priors),
        **{name: getattr(effort, name) for name in effort.__dataclass_fields__},
        "leave_out": leave_out,
        "full_table": full_table,
        "misfit": misfit,
        **{key: value for key, value in about.items() if key not in ("episodes", *_PLACES)},
    }
    provenance = Provenance(
        lens="calibration.calibrate",
        parameters=words,
        world=f"{world.name} {world.edition}",
        world_hash=world.content_hash,
        datasets={f"episode {name}": value for name, value in about["episodes"].items()},
        seed=seed,
    )
    made = tables.all_of(sampled, using, left, mrio.datasets) | found
    return Result(made, provenance, CITATIONS)


def chosen(
    episodes: Sequence[str], own: Sequence[Path | str], without: Sequence[str]
) -> tuple[Episode, ...]:
    """Return the episodes that a calibration uses.

    Raises
    ------
    NotFound, BadInput
        For names and files that make no sense.
    """
    found = load_episodes([*episodes, *own]) if episodes else _with_own(own)
    leave = {episode.name for episode in load_episodes(without)} if without else set()
    return tuple(episode for episode in found if episode.name not in leave)


def _with_own(own: Sequence[Path | str]) -> tuple[Episode, ...]:
    package = [episode.name for episode in load_episodes() if episode.role == "used"]
    return load_episodes([*package, *own])


def about_of(
    world: Any, ground: Ground, using: Sequence[Episode], sampled: Sampled, *, precision: str
) -> dict[str, Any]:
    """Return what a posterior remembers of how it was made."""
    return {
        **hashes(world, ground, using),
        "tolerance": None if sampled.last.number == 0 else sampled.last.tolerance,
        "simulated": sampled.simulated,
        "generations": len(sampled.generations),
        "effective": sampled.last.effective,
        "ended": sampled.ended,
        "seed": sampled.effort.seed,
        "precision": precision,
        "economies": len(ground.daily.source.economies),
        "industries": len(ground.daily.source.industries),
    }


def posterior_of(result: Result) -> Posterior:
    """Return the posterior of a calibration's result."""
    wide = (
        result["draws"]
        .frame.pivot(on="parameter", index="draw", values="value")
        .join(result["weights"].frame, on="draw")
        .sort("draw")
    )
    names = tuple(c for c in wide.columns if c not in ("draw", "weight", "distance"))
    about = {
        **dict(result.provenance.parameters),
        "world": result.provenance.world,
        "world_hash": result.provenance.world_hash,
        "episodes": {
            key.removeprefix("episode "): value for key, value in result.provenance.datasets.items()
        },
        "version": result.provenance.version,
    }
    answers = (
        result["summaries"]
        .frame.with_columns(pl.concat_str("episode", "observable", separator="/").alias("target"))
        .pivot(on="target", index="draw", values="value")
    )
    return Posterior(
        names,
        wide.select(names).to_numpy(),
        wide["weight"].to_numpy(),
        about,
        {c: answers.sort("draw")[c].to_numpy() for c in answers.columns if c != "draw"},
    )
