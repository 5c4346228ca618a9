"""What a recorded loss answers, and how it is found again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from isthmus.codes import members
from isthmus.disruption.posterior import load_posterior
from isthmus.disruption.settings import Precision
from isthmus.ensemble.inputs import input_file
from isthmus.ensemble.losses.levels import Level
from isthmus.runtime import canonical_hash
from isthmus.scenario import Scenario
from isthmus.world.shipped import YEAR

LENS = "losses.conditional"
UNTIL = 545
DRAWS = 100
MOVED = ("severity", "duration")
"""Fields of a shock in which the runs of one family differ."""


@dataclass(frozen=True)
class Question:
    """The loss of one scenario at some levels of what is done beforehand.

    Parameters
    ----------
    scenario : Scenario
        What happens.
    levels : tuple of Level
        What is done beforehand; as today alone by default.
    parties : tuple of str
        Economies and coalitions whose course is kept: industries, weeks, when they are back.
    keep : tuple of str
        Economies and coalitions whose losses are kept; every economy of the table when empty.
    draws, seed, vary, posterior, until, year, precision, around
        As in `conditional`.
    """

    scenario: Scenario
    levels: tuple[Level, ...] = (Level(),)
    parties: tuple[str, ...] = ()
    keep: tuple[str, ...] = ()
    draws: int = DRAWS
    seed: int = 0
    vary: bool = False
    posterior: Path | None = None
    until: int = UNTIL
    year: int = YEAR
    precision: Precision = "float32"
    around: bool = False

    @property
    def parameters(self) -> dict[str, Any]:
        """What `conditional` is called with, as plain values."""
        return {
            "levels": [level.to_dict() for level in self.levels],
            "parties": list(self.parties),
            "keep": list(self.keep),
            "draws": self.draws,
            "seed": self.seed,
            "vary": self.vary,
            "posterior": None if self.posterior is None else input_file(self.posterior),
            "posterior_hash": _identity(self.posterior),
            "until": self.until,
            "year": self.year,
            "precision": self.precision,
            "around": self.around,
        }

    def key(self, world: Any) -> str:
        """Return the hash of what decides the answer of one level: see `key_of`."""
        return key_of(self.scenario, self.parameters, table_content(world, self.year))


@cache
def _shipped_identity() -> str:
    return load_posterior().identity


def _identity(posterior: Path | None) -> str:
    return _shipped_identity() if posterior is None else load_posterior(posterior).identity


def table_content(world: Any, year: int) -> dict[str, str]:
    """Return the content hashes of the data sets that the table with chip nodes is made of."""
    return {key: world.record(key).content_sha256 for key in world.mrio(year, chips=True).datasets}


def key_of(scenario: Scenario, parameters: Mapping[str, Any], datasets: Mapping[str, str]) -> str:
    """Return the hash of scenario, posterior, draws and table.

    Levels and parties are left out: a run answers every question whose levels and parties it
    holds.
    """
    asked = scenario if parameters["vary"] else without_ranges(scenario)
    identity = asked.model_copy(update={"params": {}}).identity
    return _hashed(identity, parameters, datasets)


def family_of(
    scenario: Scenario, parameters: Mapping[str, Any], datasets: Mapping[str, str]
) -> str:
    """Return what `key_of` returns, whatever the severity and duration of the first shock are."""
    asked = without_ranges(scenario).model_copy(update={"params": {}}).canonical()
    first, *rest = asked["shocks"]
    plain = {name: value for name, value in first.items() if name not in MOVED}
    identity = canonical_hash({**asked, "shocks": [plain, *rest]})
    return _hashed(identity, parameters, datasets)


def _hashed(identity: str, parameters: Mapping[str, Any], datasets: Mapping[str, str]) -> str:
    told = ("draws", "seed", "vary", "posterior_hash", "until", "year", "precision")
    return canonical_hash(
        {
            "scenario": identity,
            "datasets": dict(sorted(datasets.items())),
            **{name: parameters[name] for name in told},
        }
    )


def without_ranges(scenario: Scenario) -> Scenario:
    """Return a scenario without what is not known of it."""
    return scenario.model_copy(update={"ranges": (), "correlations": ()})


def covers(parameters: Mapping[str, Any], asked: Question) -> bool:
    """Say whether a run with `parameters` holds what is asked for: levels, parties, economies."""
    held = [Level(**raw).content() for raw in parameters["levels"]]
    kept = set(parameters["keep"])
    return (
        all(level.content() in held for level in asked.levels)
        and set(asked.parties) <= set(parameters["parties"])
        and (not kept or (bool(asked.keep) and all(_kept(code, kept) for code in asked.keep)))
        and (bool(parameters["around"]) or not asked.around)
    )


def _kept(code: str, kept: set[str]) -> bool:
    """Say whether a run keeps the losses of a party, or of each of its members."""
    return code in kept or set(members(code)) <= kept
