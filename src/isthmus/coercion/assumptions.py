"""What the response model assumes: presets with ranges and reasons, and the user's own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, Literal, Self

import numpy as np
from pydantic import Field, model_validator

from isthmus.errors import BadInput, InputProblem, NotFound, did_you_mean, raise_all
from isthmus.kernels.arrays import Array
from isthmus.runtime.reading import load_toml, read_text
from isthmus.scenario.base import Strict

FOLDER = "isthmus.coercion"
PRESET = "presets/response.toml"
DRAWS = 200
TABLES = ("schema_version", "parameters", "rungs")
"""Tables of a file; parameters and ladder may stand in one file or in two."""

_UNIT_INTERVAL = frozenset(
    {
        "broad_part",
        "targeted_part",
        "listed_part",
        "listed_cut",
        "secondary_part",
        "diversion",
        "relief",
    }
)
_POSITIVE = frozenset({"noise", "state_noise", "worth", "duration"})


class AssumedNumber(Strict):
    """One assumed number with its range and why it is taken.

    Parameters
    ----------
    value, low, high : float
        ``low <= value <= high``; draws are triangular between them.
    unit : str
        Unit in words.
    reason : str
        Why; required, because a number without a reason is not an assumption but a guess.
    """

    value: float
    low: float
    high: float
    unit: str = ""
    reason: str = Field(min_length=1)

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if not self.low <= self.value <= self.high:
            raise ValueError("must have low <= value <= high")
        return self


class Rung(Strict):
    """One step of the ladder of engagement.

    Parameters
    ----------
    key, title : str
        Name in commands and for readers.
    visible, official, military : float
        Degrees in [0, 1]; assumed.
    decides, legal_base : str
        Who decides, on what base.
    rule : {"national", "qualified_majority", "unanimity"}
        How the decision is taken.
    reason : str
        Why these degrees.
    partners : tuple of str
        Economies towards which it is a step at all; empty: any.
    """

    key: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    title: str = Field(min_length=1)
    visible: float = Field(ge=0.0, le=1.0)
    official: float = Field(ge=0.0, le=1.0)
    military: float = Field(ge=0.0, le=1.0)
    decides: str = ""
    legal_base: str = ""
    rule: Literal["national", "qualified_majority", "unanimity"] = "national"
    reason: str = Field(min_length=1)
    partners: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """A step outside the ladder, given by its degrees alone.

    Parameters
    ----------
    visible, official, military : float
        Degrees in [0, 1].
    """

    visible: float = 0.5
    official: float = 0.5
    military: float = 0.5

    def rung(self) -> Rung:
        """Return the step as a rung.

        Raises
        ------
        BadInput
            With every degree outside [0, 1].
        """
        return Rung(
            key="step",
            title="A step of given degrees",
            visible=self.visible,
            official=self.official,
            military=self.military,
            reason="given by the user",
        )


@dataclass(frozen=True, slots=True)
class ResponseAssumptions:
    """All assumed numbers by name.

    Parameters
    ----------
    entries : mapping of str to AssumedNumber
        In the order of the preset.
    changed : tuple of str
        Names that a user's file replaced.
    """

    entries: Mapping[str, AssumedNumber]
    changed: tuple[str, ...] = ()

    def __getitem__(self, name: str) -> float:
        return self.entries[name].value

    def draws(self, count: int, seed: int) -> dict[str, Array]:
        """Return `count` draws of every number, shape (count,), triangular and independent.

        The first draw holds the values themselves. Each name has its own stream, so that changing
        one range leaves the draws of the others as they are.
        """
        out = {}
        for place, (name, entry) in enumerate(self.entries.items()):
            stream = np.random.default_rng([seed, place])
            drawn = np.full(count, entry.value)
            if entry.high > entry.low:
                drawn[1:] = stream.triangular(entry.low, entry.value, entry.high, count - 1)
            out[name] = drawn
        return out

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        return {name: entry.model_dump(mode="json") for name, entry in self.entries.items()}


@cache
def preset() -> ResponseAssumptions:
    """Return the assumptions that ship with the package."""
    raw = load_toml(_packaged(), what="assumptions", where=PRESET)
    return ResponseAssumptions({k: AssumedNumber(**v) for k, v in raw["parameters"].items()})


@cache
def preset_ladder() -> tuple[Rung, ...]:
    """Return the ladder of engagement that ships with the package, in its order."""
    return parse_ladder(_packaged(), where="ladder")


def read_assumptions(path: str | Path) -> ResponseAssumptions:
    """Return the preset with the tables of a user's file in place of its own.

    Raises
    ------
    NotFound
        When there is no such file.
    BadInput
        With every problem of the file.
    """
    return parse_assumptions(read_text(path, what="file of assumptions"), where=str(path))


def parse_assumptions(text: str, *, where: str = "text") -> ResponseAssumptions:
    """Return the preset with the tables of a TOML text in place of its own.

    Raises
    ------
    BadInput
        For unknown names, missing reasons, values out of their range; all at once.
    """
    raw = load_toml(text, what="assumptions", where=where)
    base = preset().entries
    problems = _top_level(raw)
    given = raw.get("parameters", {})
    if not isinstance(given, dict):
        problems.append(InputProblem("must be tables [parameters.<name>]", "parameters"))
        given = {}
    entries = dict(base)
    for name, fields in given.items():
        entry = _entry(name, fields, base, problems)
        if entry is not None:
            entries[name] = entry
    raise_all("assumptions", problems, where=where)
    return ResponseAssumptions(entries, tuple(n for n in base if n in given))


def read_ladder(path: str | Path) -> tuple[Rung, ...]:
    """Return the ladder of a user's file, which replaces the preset as a whole.

    Raises
    ------
    NotFound
        When there is no such file.
    BadInput
        With every problem of the file.
    """
    return parse_ladder(read_text(path, what="ladder file"), where=str(path))


def parse_ladder(text: str, *, where: str = "text") -> tuple[Rung, ...]:
    """Return the rungs of a TOML text.

    Raises
    ------
    BadInput
        For unknown or missing fields, degrees outside [0, 1], keys used twice; all at once.
    """
    raw = load_toml(text, what="ladder", where=where)
    problems = _top_level(raw)
    found: list[Rung] = []
    listed = raw.get("rungs", [])
    if not isinstance(listed, list) or not listed:
        problems.append(InputProblem("no [[rungs]] are given", "rungs"))
        listed = []
    for place, fields in enumerate(listed):
        if not isinstance(fields, dict):
            problems.append(InputProblem("must be a table", f"rungs.{place}"))
            continue
        try:
            found.append(Rung(**fields))
        except BadInput as error:
            problems += _placed(error, f"rungs.{place}")
    for key in sorted(k for k, count in Counter(r.key for r in found).items() if count > 1):
        problems.append(InputProblem(f"the key '{key}' is used twice", "rungs"))
    raise_all("ladder", problems, where=where)
    return tuple(found)


def find_rung(key: str, ladder: tuple[Rung, ...]) -> Rung:
    """Return the rung of that key.

    Raises
    ------
    NotFound
        With the nearest keys.
    """
    known = {r.key: r for r in ladder}
    if key not in known:
        raise NotFound(
            f"no rung is called '{key}'",
            where="rung",
            hint=did_you_mean(key, known) or f"known: {', '.join(known)}",
        )
    return known[key]


def _entry(
    name: str, fields: Any, base: Mapping[str, AssumedNumber], problems: list[InputProblem]
) -> AssumedNumber | None:
    place = f"parameters.{name}"
    if name not in base:
        hint = did_you_mean(name, base) or "see isthmus coercion ladder --json"
        problems.append(InputProblem(f"unknown parameter '{name}'", place, hint))
        return None
    if not isinstance(fields, dict):
        problems.append(InputProblem("must be a table with value, low, high and reason", place))
        return None
    try:
        entry = AssumedNumber(**{"unit": base[name].unit, **fields})
    except BadInput as error:
        problems += _placed(error, place)
        return None
    problem = _outside(name, entry)
    if problem:
        problems.append(InputProblem(problem, place))
    return entry


def _outside(name: str, entry: AssumedNumber) -> str:
    if name in _UNIT_INTERVAL and not (entry.low >= 0 and entry.high <= 1):
        return "must lie in [0, 1] with its whole range"
    if name in _POSITIVE and not entry.low > 0:
        return "must be above 0 with its whole range"
    if name == "elasticity" and not entry.low > 1:
        return "must be above 1 with its whole range"
    return "" if entry.low >= 0 else "must not be negative"


def _top_level(raw: Mapping[str, Any]) -> list[InputProblem]:
    out = [
        InputProblem(f"unknown table '{key}'", key, did_you_mean(key, TABLES))
        for key in raw
        if key not in TABLES
    ]
    if raw.get("schema_version", 1) != 1:
        out.append(InputProblem("only version 1 is known", "schema_version"))
    return out


def _placed(error: BadInput, place: str) -> list[InputProblem]:
    return [
        InputProblem(p.what, f"{place}.{p.where}" if p.where else place, p.hint)
        for p in error.problems
    ]


def _packaged() -> str:
    return (resources.files(FOLDER) / PRESET).read_text(encoding="utf-8")
