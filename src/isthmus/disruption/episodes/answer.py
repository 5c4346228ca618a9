"""Draws of the family through an episode: parameters in, summaries out, a batch at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from isthmus.disruption.episodes.model import Episode, Observable
from isthmus.disruption.episodes.observe import Watch
from isthmus.disruption.family import PARAMETERS, settings_of_draw
from isthmus.disruption.prepare import Engine, prepare
from isthmus.disruption.settings import Precision
from isthmus.disruption.shocks import Places
from isthmus.disruption.table import Daily

Floats = NDArray[np.float64]


def nuisance_name(episode: Episode, path: str) -> str:
    """Return the name under which a nuisance of an episode is drawn."""
    return f"{episode.name.replace('-', '_')}.{path}"


@dataclass(frozen=True)
class Answer:
    """What the engine answers for one episode; a stage of `isthmus.ensemble.smc`.

    Parameters
    ----------
    episode : Episode
        In the terms of the table.
    observables : tuple of Observable
        Of the episode; the summaries, in this order.
    names : tuple of str
        Names of the columns of the draws: numbers of the family, and nuisances by
        `nuisance_name`; those of other episodes are left alone.
    daily : Daily
        The table.
    precision : {"float64", "float32"}
        Type of all numbers.
    engine : {"auto", "numpy", "compiled"}
        As in `isthmus.disruption.prepare`.
    """

    episode: Episode
    observables: tuple[Observable, ...]
    names: tuple[str, ...]
    daily: Daily
    precision: Precision = "float64"
    engine: Engine = "auto"

    def __call__(self, draws: Floats, rngs: Sequence[np.random.Generator] = ()) -> Floats:
        """Return summaries float64[n, m] of draws float64[n, d]; the engine draws nothing."""
        paths = {nuisance_name(self.episode, r.path): r.path for r in self.episode.nuisance}
        industries = self.daily.source.industries
        scenarios, settings = [], []
        for number, row in enumerate(draws.tolist()):
            given = dict(zip(self.names, row, strict=True))
            unknown = {paths[name]: value for name, value in given.items() if name in paths}
            named = self.episode.scenario.model_copy(
                update={"name": f"draw-{number}", "ranges": ()}
            )
            scenarios.append(_with(named, unknown))
            family = {name: value for name, value in given.items() if name in PARAMETERS}
            settings.append(settings_of_draw(family, industries, precision=self.precision))
        days = self.episode.scenario.horizon
        run = prepare(scenarios, self.daily, settings, days, engine=self.engine)
        places = Places(self.daily.source.economies, industries)
        watch = Watch(self.observables, places, self.daily.table, days, len(scenarios))
        for t, day in enumerate(run.days()):
            watch.add(t, day)
        return watch.summaries()


def _with(scenario: Any, values: dict[str, float]) -> Any:
    """Return a scenario with values at `shocks.<index>.<field>`, without checking it anew."""
    shocks = list(scenario.shocks)
    for path, value in values.items():
        _, index, field = path.split(".")
        shocks[int(index)] = shocks[int(index)].model_copy(update={field: value})
    return scenario.model_copy(update={"shocks": tuple(shocks)})
