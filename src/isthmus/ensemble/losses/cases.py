"""The runs that one question needs: every draw at every level, and what is asked around them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from isthmus.disruption.family import settings_of_draw
from isthmus.disruption.posterior import Posterior
from isthmus.disruption.settings import Precision, Settings
from isthmus.disruption.shocks import Places
from isthmus.ensemble.calibration.ends import ENDS, MIDDLE_DRAWS, at_end, middle_of
from isthmus.ensemble.distributions import quantile
from isthmus.ensemble.losses.levels import AS_TODAY, Level
from isthmus.kernels.arrays import Array, Ints
from isthmus.runtime.streams import task_generator
from isthmus.scenario import Scenario

TAILS = {"low": 0.1, "high": 0.9}
"""Points of the posterior to which one number at a time is moved from the reference case."""
REFERENCE = "reference case"


@dataclass(frozen=True)
class SharedDraws:
    """Draws that all levels share.

    Parameters
    ----------
    names : tuple of str
        Numbers of the family.
    values : float64[n, d]
        Each different draw once.
    shocks : tuple of mapping
        Of each, the values drawn for the scenario, by path.
    of : int64[draws]
        Which of the n each of the equally weighted draws is.
    """

    names: tuple[str, ...]
    values: Array
    shocks: tuple[Mapping[str, Any], ...]
    of: Ints


def drawn_of(
    posterior: Posterior, scenario: Scenario, draws: int, seed: int, *, vary: bool
) -> SharedDraws:
    """Return draws of equal weight; with `vary` also of the scenario's ranges on its shocks.

    The same draw has the same numbers in every question with as many draws and the same seed. Each
    range is drawn once in every nth part of its distribution, in an order of its own.
    """
    rows = posterior.draws(draws, seed=seed)
    family = [posterior.names.index(name) for name in posterior.family]
    rows = rows[:, family]
    open_ranges = [r for r in scenario.ranges if r.path.startswith("shocks.")] if vary else []
    columns: dict[str, list[Any]] = {}
    for number, spec in enumerate(open_ranges):
        rng = task_generator(seed, 1, number)
        u = (rng.permutation(draws) + rng.random(draws)) / draws
        columns[spec.path] = _whole(spec.path, quantile(spec, u))
    shocks = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
    if not shocks:
        values, of = np.unique(rows, axis=0, return_inverse=True)
        return SharedDraws(posterior.family, values, ({},) * len(values), of.reshape(-1))
    return SharedDraws(posterior.family, rows, tuple(shocks), np.arange(draws))


def _whole(path: str, values: list[Any]) -> list[Any]:
    days = path.endswith((".duration", ".start"))
    return [round(v) if days and isinstance(v, float) else v for v in values]


@dataclass(frozen=True)
class Case:
    """One run: what it is, the engine's parameters, what is drawn for the scenario."""

    name: str
    settings: Settings
    shocks: Mapping[str, Any]


@dataclass(frozen=True)
class Cases:
    """All runs of a question, by number.

    The draws come level by level, then, with `around`, the reference case, the two ends of the
    family and one number at a time moved to either tail of the posterior.
    """

    drawn: SharedDraws
    levels: tuple[Level, ...]
    around: tuple[tuple[str, Mapping[str, float]], ...]
    places: Places
    precision: Precision

    def __len__(self) -> int:
        return len(self.levels) * len(self.drawn.values) + len(self.around)

    @property
    def of_draws(self) -> int:
        """Number of runs that are draws."""
        return len(self.levels) * len(self.drawn.values)

    def case(self, number: int) -> Case:
        """Return one run."""
        count = len(self.drawn.values)
        if number >= self.of_draws:
            name, values = self.around[number - self.of_draws]
            plain = settings_of_draw(values, self.places.industries, precision=self.precision)
            return Case(name, at_end(name, plain), {})
        level, row = self.levels[number // count], number % count
        values = dict(zip(self.drawn.names, self.drawn.values[row].tolist(), strict=True))
        settings = level.settings(values, self.places, self.precision)
        return Case(level.name, settings, self.drawn.shocks[row])


def around_of(posterior: Posterior) -> tuple[tuple[str, Mapping[str, float]], ...]:
    """Return the reference case, the ends of the family and the moves of a tornado.

    In the reference case every number has its median; a choice has its most frequent value.
    """
    rows = dict(zip(posterior.names, posterior.draws(MIDDLE_DRAWS).T, strict=True))
    middle = middle_of(posterior)
    moves = []
    for name in posterior.family:
        for end, at in TAILS.items():
            moved = float(np.quantile(rows[name], at, method="nearest"))
            moves.append((f"{name} {end}", {**middle, name: moved}))
    return ((REFERENCE, middle), *((end, middle) for end in ENDS), *moves)


def scenario_of(case: Case, scenario: Scenario, number: int) -> Scenario:
    """Return the scenario of a case, with what is drawn for it."""
    named = scenario.model_copy(
        update={"name": f"case-{number}", "params": {}, "ranges": (), "correlations": ()}
    )
    return named.with_values(dict(case.shocks)) if case.shocks else named


def levels_of(given: Sequence[Level | Mapping[str, Any]]) -> tuple[Level, ...]:
    """Return levels given as such, or as plain values; as today when there are none."""
    made = tuple(one if isinstance(one, Level) else Level(**one) for one in given)
    return made or (Level(AS_TODAY),)
