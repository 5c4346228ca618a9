"""An episode: what happened, as imposed shocks, and what was observed, as data."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from isthmus.errors import BadInput, InputProblem, raise_all
from isthmus.runtime import canonical_hash
from isthmus.scenario import ALL, Codes, Range, Scenario
from isthmus.scenario.base import Strict

SCHEMA_VERSION = 1

Words = Annotated[str, Field(min_length=1)]
Window = tuple[int, int]
Role = Literal["used", "held_out"]
Basis = Literal["observed", "derived", "estimated", "judgement", "unverified"]
_SCENARIO = ("horizon", "shocks", "nuisance")


def _check_window(window: Window) -> Window:
    if not 0 <= window[0] < window[1]:
        raise ValueError("goes from its first day to the day after its last, both from 0")
    return window


def _as_window(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


Days = Annotated[Window, BeforeValidator(_as_window), AfterValidator(_check_window)]


class Observable(Strict):
    """One thing that was observed, and how the engine's answer is read to be held to it.

    Parameters
    ----------
    key : str
        Name within the episode.
    quantity : str
        What was observed, for a reader.
    economies, industries, without : codes
        Nodes that are added up; `without` leaves industries out.
    measure : {"output", "value_added"}
        Gross output, or output less inputs used.
    statistic : {"fall", "rise", "first_day"}
        Share by which the measure falls or rises in `window`, against the table's own level or
        against its level in `base_window`; or the days from the start of `window` to the first
        day on which it is below the share `below` of the table's level.
    window, base_window : tuple of int
        First day and the day after the last, counted from the start of the episode.
    below : float
        For ``first_day``.
    value : float
        What was observed, or the bound: a share, or days.
    side : {"both", "at_most", "at_least"}
        A magnitude; "not visible" beyond `value` in either direction; or a lower bound.
    tolerance : float
        Factor above 1 that counts as agreement, and `tolerance_reason` where it comes from.
    role : {"used", "held_out"}
        Whether a calibration may use it. What is unverified cannot be used.
    main : bool
        Whether it is the magnitude by which the episode is known; one per episode.
    recovery : bool
        Whether it says how output came back.
    basis : {"observed", "derived", "estimated", "judgement", "unverified"}
        In statistics; worked out from such; by a model of the source; set by the project;
        not read.
    source, address, read : str
        Who says so, where, and how it was read.
    """

    key: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    quantity: Words
    economies: Codes
    industries: Codes = (ALL,)
    without: Codes | tuple[()] = ()
    measure: Literal["output", "value_added"] = "output"
    statistic: Literal["fall", "rise", "first_day"] = "fall"
    window: Days
    base_window: Days | None = None
    below: float | None = Field(default=None, gt=0.0, lt=1.0)
    value: float = Field(gt=0.0)
    side: Literal["both", "at_most", "at_least"] = "both"
    tolerance: float = Field(gt=1.0)
    tolerance_reason: Words
    role: Role
    main: bool = False
    recovery: bool = False
    basis: Basis
    source: Words
    address: str = ""
    read: Words

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.role == "used" and self.basis == "unverified":
            raise ValueError("what is unverified cannot be used: hold it out")
        if (self.statistic == "first_day") != (self.below is not None):
            raise ValueError("below belongs to the statistic first_day, and it needs it")
        if self.statistic == "first_day" and self.base_window is not None:
            raise ValueError("first_day has no base_window")
        return self

    @property
    def unit(self) -> str:
        """``"days"`` or ``"share"``."""
        return "days" if self.statistic == "first_day" else "share"


class Episode(Strict):
    """A past event, imposed as shocks, with what was observed.

    Parameters
    ----------
    name, title, reason : str
        Key; for a reader; what can be learned from it and what cannot.
    started : date
        Day 0.
    horizon : int
        Days simulated.
    role : {"used", "held_out"}
        Whether a calibration uses it unless told otherwise.
    table_year : int
        Year of the inter-economy table, and `table_reason` why that one.
    shocks : tuple of Shock
        What is imposed, each with its reason.
    nuisance : tuple of Range
        What is not known of the imposed paths: drawn with the parameters, never reported as one.
        Paths are those of `isthmus.scenario.Range`.
    needs : tuple of str
        Industries or nodes that a table must tell apart.
    observables : tuple of Observable
        At least one.

    Raises
    ------
    BadInput
        With every problem found.
    """

    schema_version: int = Field(default=SCHEMA_VERSION, ge=1, le=SCHEMA_VERSION)
    name: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    title: Words
    reason: Words
    started: date
    role: Role
    table_year: int
    table_reason: Words
    needs: tuple[str, ...] = ()
    scenario: Scenario
    observables: tuple[Observable, ...]

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any]) -> Self:
        """Build from plain values, as read from TOML.

        Raises
        ------
        BadInput
            With every problem found.
        """
        data = {k: v for k, v in raw.items() if k not in (*_SCENARIO, "observables")}
        problems = []
        if "scenario" in raw:
            problems.append(InputProblem("unknown field 'scenario'", where="scenario"))
        data["scenario"] = _scenario(raw, problems)
        data["observables"] = _observables(raw.get("observables"), problems)
        try:
            made = cls(**data)
        except BadInput as error:
            known = {p.where for p in problems}
            problems += [p for p in error.problems if p.where.split(".")[0] not in known]
        else:
            problems += made._problems()
        raise_all(f"episode '{raw.get('name', '?')}'", problems)
        return made

    def _problems(self) -> list[InputProblem]:
        out = [
            InputProblem("an imposed path needs a reason", where=f"shocks.{i}.reason")
            for i, shock in enumerate(self.scenario.shocks)
            if not shock.reason.strip()
        ]
        keys = [o.key for o in self.observables]
        out += [
            InputProblem(f"'{key}' is there twice", where="observables")
            for key in sorted({k for k in keys if keys.count(k) > 1})
        ]
        if sum(o.main for o in self.observables) > 1:
            out.append(InputProblem("only one of them can be main", where="observables"))
        for i, o in enumerate(self.observables):
            for name in ("window", "base_window"):
                window = getattr(o, name)
                if window is not None and window[1] > self.scenario.horizon:
                    what = f"ends after the horizon of {self.scenario.horizon} days"
                    out.append(InputProblem(what, where=f"observables.{i}.{name}"))
        return out

    @property
    def nuisance(self) -> tuple[Range, ...]:
        """What is not known of the imposed paths."""
        return self.scenario.ranges

    @property
    def used(self) -> tuple[Observable, ...]:
        """Observables that a calibration may use."""
        return tuple(o for o in self.observables if o.role == "used")

    @property
    def identity(self) -> str:
        """SHA-256 of what is imposed and what it is held to: equal when they mean the same."""
        prose = {"quantity", "tolerance_reason", "source", "address", "read"}
        return canonical_hash(
            {
                "name": self.name,
                "scenario": self.scenario.canonical(),
                "table_year": self.table_year,
                "observables": [o.model_dump(mode="json", exclude=prose) for o in self.observables],
            }
        )


def _scenario(raw: Mapping[str, Any], problems: list[InputProblem]) -> Any:
    """Build what is imposed; the places of its problems are those of the episode's file."""
    words = {"name": str(raw.get("name", "episode")), "ranges": raw.get("nuisance", ())}
    words |= {key: raw[key] for key in ("horizon", "shocks") if key in raw}
    missing = [key for key in ("horizon", "shocks") if not raw.get(key)]
    problems += [InputProblem("is missing", where=key) for key in missing]
    try:
        return Scenario(**words)
    except BadInput as error:
        problems += [
            InputProblem(p.what, where=p.where.replace("ranges", "nuisance", 1), hint=p.hint)
            for p in error.problems
            if p.where != "name"
        ]
    return Scenario(name="episode")


def _observables(raw: Any, problems: list[InputProblem]) -> tuple[Observable, ...]:
    if not isinstance(raw, list | tuple) or not raw:
        problems.append(InputProblem("name at least one", where="observables"))
        return ()
    out = []
    for i, item in enumerate(raw):
        if isinstance(item, Observable):
            out.append(item)
            continue
        if not isinstance(item, Mapping):
            problems.append(InputProblem("must be a table", where=f"observables.{i}"))
            continue
        try:
            out.append(Observable(**item))
        except BadInput as error:
            problems += [
                InputProblem(p.what, where=f"observables.{i}.{p.where}".rstrip("."), hint=p.hint)
                for p in error.problems
            ]
    return tuple(out)
