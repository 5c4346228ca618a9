"""The settings of a run, checked, and the elasticities that they choose."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from isthmus.codes.nodes import whole_of
from isthmus.equilibrium.base import Base
from isthmus.equilibrium.elasticities import COMPOSITE, Level, at_horizon, source_theta
from isthmus.equilibrium.horizon import ElasticityPath, Reading
from isthmus.equilibrium.ranges import Choice
from isthmus.errors import InputProblem, did_you_mean, raise_all
from isthmus.kernels.arrays import Array
from isthmus.kernels.equilibrium_solve import TOLERANCE
from isthmus.scenario import Scenario

Deficits = Literal["fixed", "world_share", "removed"]
Elasticities = str | Mapping[str, float]


@dataclass(frozen=True, slots=True)
class EquilibriumSettings:
    """Everything that a run needs beside table and scenario; see `solve`."""

    horizon: float
    elasticities: Elasticities = COMPOSITE
    path: ElasticityPath = field(default_factory=ElasticityPath)
    level: Level = "path"
    reading: Reading = "share"
    deficits: Deficits = "fixed"
    tolerance: float = TOLERANCE


def with_params(given: dict[str, Any], scenario: Scenario) -> dict[str, Any]:
    """Return `given` with what the scenario fixes.

    Raises
    ------
    BadInput
        When the scenario names a parameter that the lens does not know, or a value is none of
        those allowed.
    """
    unknown = [
        InputProblem(
            "the equilibrium lens knows no such parameter",
            f"params.{name}",
            did_you_mean(name, given),
        )
        for name in scenario.params
        if name not in given
    ]
    raise_all(f"scenario '{scenario.name}'", unknown)
    chosen = given | dict(scenario.params)
    allowed = {
        "level": ("path", "source"),
        "reading": ("share", "tariff_exclusive"),
        "deficits": ("fixed", "world_share", "removed"),
    }
    raise_all(
        "equilibrium settings",
        [
            InputProblem(f"{chosen[name]!r} is none of {', '.join(values)}", name)
            for name, values in allowed.items()
            if chosen[name] not in values
        ],
    )
    return chosen


def chosen_theta(base: Base, settings: EquilibriumSettings, choice: Choice) -> Array:
    """Return the elasticities of a choice at the horizon of `settings`, shape (J,).

    Raises
    ------
    BadInput, NotFound
        When elasticities are missing, unknown or not positive.
    """
    given = settings.elasticities if choice.source is None else choice.source
    if isinstance(given, str):
        values = source_theta(given, base.industries)
    else:
        values = _own_theta(given, base.industries)
    return at_horizon(
        values,
        base.imports,
        settings.horizon,
        path=choice.path,
        level=choice.level,
        reading=choice.reading,
    )


def _own_theta(given: Mapping[str, float], industries: Sequence[str]) -> Array:
    key = {code: code if code in given else whole_of(code) for code in industries}
    problems = [
        InputProblem("no elasticity", code, "give one per industry")
        for code in industries
        if key[code] not in given
    ]
    problems += [
        InputProblem("unknown industry", code, did_you_mean(code, industries))
        for code in given
        if code not in industries and code not in key.values()
    ]
    problems += [
        InputProblem(f"must be positive, got {value:g}", code)
        for code, value in given.items()
        if not value > 0
    ]
    raise_all("elasticities", problems)
    return np.array([float(given[key[code]]) for code in industries])
