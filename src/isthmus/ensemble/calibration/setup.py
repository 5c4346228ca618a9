"""From a world, episodes and priors to a problem that the sampler can solve."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from isthmus.codes.nodes import MATERIALS, families_of
from isthmus.disruption.episodes.answer import Answer, nuisance_name
from isthmus.disruption.episodes.coarse import Coarse, coarse_of
from isthmus.disruption.episodes.model import Episode, Observable
from isthmus.disruption.prepare import Engine, compiles
from isthmus.disruption.settings import Precision
from isthmus.disruption.table import Daily, daily_table
from isthmus.ensemble.calibration.engine import engine_hash
from isthmus.ensemble.problem import Problem, SearchStage
from isthmus.ensemble.targets import Target
from isthmus.errors import BadInput, InputProblem
from isthmus.runtime import canonical_hash
from isthmus.scenario import Range
from isthmus.world.mrio import MRIO


@dataclass(frozen=True)
class Ground:
    """A table on which episodes are held: coarse, or full with `coarse` None."""

    daily: Daily
    coarse: Coarse | None

    def of(self, episode: Episode) -> Episode:
        """Return an episode in the terms of the table."""
        return episode if self.coarse is None else self.coarse.episode(episode)

    @property
    def identity(self) -> str:
        """Hash of the grouping, and the shape of the table."""
        mrio = self.daily.source
        return canonical_hash(
            {
                "economies": list(mrio.economies),
                "industries": list(mrio.industries),
                "output": [float(v) for v in mrio.x],
                "groups": None
                if self.coarse is None
                else [dict(self.coarse.economies.of), dict(self.coarse.industries.of)],
            }
        )


def ground_of(mrio: MRIO, episodes: Sequence[Episode], *, full: bool = False) -> Ground:
    """Return the table for episodes: the coarsest that holds them, or the full one."""
    if full:
        return Ground(daily_table(mrio), None)
    coarse = coarse_of(episodes, mrio.economies, mrio.industries)
    return Ground(daily_table(coarse.table(mrio)), coarse)


def held(
    episodes: Iterable[Episode], mrio: MRIO
) -> tuple[tuple[Episode, ...], tuple[tuple[str, str], ...]]:
    """Return the episodes that a table can hold, and for each other why not."""
    whole, left = [], []
    for episode in episodes:
        missing = [code for code in episode.needs if code not in mrio.industries]
        if missing:
            left.append((episode.name, f"the table does not tell {', '.join(missing)} apart"))
        elif episode.table_year != mrio.year:
            left.append((episode.name, f"the table is of {mrio.year}, not {episode.table_year}"))
        else:
            whole.append(episode)
    return tuple(whole), tuple(left)


def grounds_of(
    world: Any, year: int, episodes: Sequence[Episode], *, full: bool = False
) -> tuple[tuple[tuple[Episode, Ground], ...], tuple[tuple[str, str], ...]]:
    """Return the episodes that a world can hold, each with its table, and the others with why not.

    Episodes that need material nodes are held on a table of their own, so that the answers to all
    others do not depend on them.
    """
    found: dict[str, tuple[Episode, Ground]] = {}
    left: list[tuple[str, str]] = []
    for materials in (False, True):
        part = [e for e in episodes if (MATERIALS in families_of(e.needs)) == materials]
        if part:
            mrio = world.mrio(year, chips=True, materials=materials)
            using, others = held(part, mrio)
            ground = ground_of(mrio, using, full=full)
            found |= {episode.name: (episode, ground) for episode in using}
            left += others
    return tuple(found[e.name] for e in episodes if e.name in found), tuple(left)


def target_of(episode: Episode, observable: Observable) -> Target:
    """Return what a summary is held to."""
    name = f"{episode.name}/{observable.key}"
    return Target(name, observable.value, observable.tolerance, observable.side)


def nuisances(episodes: Iterable[Episode]) -> tuple[Range, ...]:
    """Return the ranges of imposed paths, named by episode."""
    return tuple(
        r.model_copy(update={"path": nuisance_name(episode, r.path)})
        for episode in episodes
        for r in episode.nuisance
    )


def problem_of(
    ground: Ground,
    episodes: Sequence[Episode],
    priors: Sequence[Range],
    *,
    precision: Precision = "float32",
    engine: Engine = "auto",
) -> Problem:
    """Return the problem: priors with nuisances, and a stage per episode, the shortest first.

    Raises
    ------
    BadInput
        When no episode has an observable that may be used.
    """
    using = sorted((e for e in episodes if e.used), key=lambda e: (e.scenario.horizon, e.name))
    if not using:
        problem = InputProblem("none has an observable with the role 'used'", where="episodes")
        raise BadInput("calibration", [problem])
    everything = (*priors, *nuisances(using))
    names = tuple(prior.path for prior in everything)
    engine = engine_of(engine)
    stages = []
    for episode in using:
        there = ground.of(episode)
        answer = Answer(there, there.used, names, ground.daily, precision, engine)
        targets = tuple(target_of(episode, o) for o in episode.used)
        stages.append(SearchStage(episode.name, answer, targets, float(episode.scenario.horizon)))
    return Problem(everything, tuple(stages))


def engine_of(engine: Engine) -> Engine:
    """Return the engine for many draws: the compiled one in place of "auto" where it is there."""
    return "compiled" if engine == "auto" and compiles() else engine


def hashes(world: Any, ground: Ground, episodes: Sequence[Episode]) -> dict[str, Any]:
    """Return what a posterior remembers of the things it was held to."""
    return {
        "engine": engine_hash(),
        "world": f"{world.name} {world.edition}",
        "world_hash": world.content_hash,
        "table": ground.identity,
        "episodes": {episode.name: episode.identity for episode in episodes},
    }
