"""A scenario: a named, validated set of shocks with a horizon, ranges and an identity."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, ClassVar, Self

from pydantic import Field

from isthmus.errors import BadInput, InputProblem, ShockNotRepresentable, did_you_mean, raise_all
from isthmus.errors.base import SHOWN
from isthmus.runtime import canonical_hash
from isthmus.runtime.reading.values import natural
from isthmus.scenario.base import Strict, build_all
from isthmus.scenario.ranges import Correlation, Range
from isthmus.scenario.shocks import SHOCKS, Shock

SCHEMA_VERSION = 1
_PROSE = {"name", "title", "reason"}


class Scenario(Strict):
    """A named set of shocks with a horizon; TOML in and out.

    Parameters
    ----------
    name : str
        Key in results and files: lower case, digits and hyphens.
    title, reason : str
        What it is and why it is as it is; not part of the identity.
    horizon : int
        Days from the start, 1 to 3,660.
    shocks : tuple of Shock
        The shocks, in order; ranges refer to them by index. None means the base run.
    params : mapping
        Parameters of the lens that this scenario fixes (``psi = 0.9``); the lens refuses names
        that it does not know.
    ranges : tuple of Range
        What is not known, by parameter; read by ensembles, ignored by single runs.
    correlations : tuple of Correlation
        Rank correlations between ranges.

    Notes
    -----
    In a file the ranges are an array of tables::

        [[ranges]]
        path = "shocks.0.severity"
        distribution = "uniform"
        low = 0.5
        high = 1.0
        reason = "partial to full"

    Raises
    ------
    BadInput
        With every problem found.
    """

    PLAIN: ClassVar[str] = "scenario"
    """A text stands for it: the name of a preset, or a file."""

    schema_version: int = Field(default=SCHEMA_VERSION, ge=1, le=SCHEMA_VERSION)
    name: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    title: str = ""
    reason: str = ""
    horizon: int = Field(default=365, ge=1, le=3660)
    shocks: tuple[Shock, ...] = ()
    params: dict[str, bool | int | float | str] = Field(default_factory=dict)
    ranges: tuple[Range, ...] = ()
    correlations: tuple[Correlation, ...] = ()

    def __init__(self, /, **data: Any) -> None:
        problems: list[InputProblem] = []
        written = dict(data)
        for field, build in _PARTS.items():
            if field in data:
                data[field] = build_all(field, data[field], build, problems)
        try:
            super().__init__(**data)
        except BadInput as error:
            problems.extend(error.problems)
        else:
            problems.extend(_late_shocks(self))
        problems.extend(_bad_paths(written, {p.where for p in problems}))
        raise_all(f"scenario '{data.get('name', '?')}'", problems)

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any]) -> Self:
        """Build from plain values, as read from TOML or JSON.

        Raises
        ------
        BadInput
            With every problem found.
        """
        return cls(**dict(raw))

    @classmethod
    def from_plain(cls, given: str | Mapping[str, Any]) -> Scenario:
        """Return the preset of a name, read a file, or build from plain values.

        Raises
        ------
        NotFound, BadInput
            As `isthmus.scenario.load` and `from_dict`.
        """
        from isthmus.scenario.files import load

        return load(given) if isinstance(given, str) else cls.from_dict(given)

    def to_dict(self) -> dict[str, Any]:
        """Return plain values without defaults that were not set, ready for TOML or JSON."""
        parts = {"shocks", "ranges", "correlations"}
        out = self.model_dump(mode="python", exclude_none=True, exclude=parts)
        out["shocks"] = [_shock_dict(s) for s in self.shocks]
        out["ranges"] = [
            r.model_dump(exclude_none=True, exclude_defaults=True) for r in self.ranges
        ]
        out["correlations"] = [c.model_dump() for c in self.correlations]
        return {k: v for k, v in out.items() if v not in ("", [], {}, ())}

    def canonical(self) -> dict[str, Any]:
        """Return the form that identifies the scenario: everything but prose and name."""
        out = {k: v for k, v in self.to_dict().items() if k not in _PROSE}
        out["shocks"] = [
            {**s.model_dump(exclude={"reason"}, exclude_none=True), "kind": s.kind}
            for s in self.shocks
        ]
        for key in ("ranges", "correlations"):
            out[key] = [_without_prose(entry) for entry in out.get(key, [])]
        return out

    @property
    def identity(self) -> str:
        """SHA-256 of the canonical form: equal for scenarios that mean the same."""
        return canonical_hash(self.canonical())

    @property
    def kinds(self) -> tuple[str, ...]:
        """Kinds of shock it holds, sorted, once each."""
        return tuple(sorted({s.kind for s in self.shocks}))

    def require(self, kinds: Iterable[str], *, lens: str) -> None:
        """Raise unless every shock is of one of `kinds`.

        Raises
        ------
        ShockNotRepresentable
            Naming each shock that `lens` cannot hold.
        """
        able = set(kinds)
        bad = [(i, s.kind) for i, s in enumerate(self.shocks) if s.kind not in able]
        if bad:
            raise ShockNotRepresentable(
                f"{lens} cannot represent " + ", ".join(f"shocks.{i} ({kind})" for i, kind in bad),
                where=f"scenario '{self.name}'",
                hint=f"it holds {', '.join(sorted(able))}",
            )

    def with_values(self, values: Mapping[str, Any]) -> Self:
        """Return a copy with the parameters at the given dotted paths replaced.

        Paths are those of `Range`; ``params.<name>`` sets a parameter of the lens.

        Raises
        ------
        BadInput
            When a path leads nowhere or a value breaks a rule.
        """
        raw = self.to_dict()
        problems = []
        for path, value in values.items():
            if why := _path_problem(path, raw):
                problems.append(InputProblem(why[0], where=path, hint=why[1]))
                continue
            _set(raw, path.split("."), value)
        raise_all(f"values for scenario '{self.name}'", problems)
        return type(self).from_dict(raw)


def _make_shock(raw: Any) -> Shock:
    if isinstance(raw, Shock):
        return raw
    kind = raw.get("kind") if isinstance(raw, Mapping) else None
    if not isinstance(kind, str) or kind not in SHOCKS:
        hint = did_you_mean(str(kind), SHOCKS) or f"known: {', '.join(SHOCKS)}"
        problem = InputProblem(f"unknown kind of shock {kind!r}", where="kind", hint=hint)
        raise BadInput("shock", [problem])
    return SHOCKS[kind](**raw)


def _made(model: type[Strict], raw: Any) -> Strict:
    return raw if isinstance(raw, model) else model(**raw)


_PARTS: Mapping[str, Callable[[Any], Strict]] = {
    "shocks": _make_shock,
    "ranges": partial(_made, Range),
    "correlations": partial(_made, Correlation),
}


def _late_shocks(scenario: Scenario) -> list[InputProblem]:
    return [
        InputProblem(
            f"starts on day {shock.start}, at or after the horizon of {scenario.horizon} days",
            where=f"shocks.{index}.start",
        )
        for index, shock in enumerate(scenario.shocks)
        if shock.start >= scenario.horizon
    ]


def _bad_paths(written: Mapping[str, Any], known: Container[str]) -> list[InputProblem]:
    """Return what is wrong with the paths as they are written, apart from problems `known`.

    The values as written keep the places and the paths of entries that break another rule.
    """
    problems = []
    seen: dict[str, int] = {}
    for index, item in enumerate(_tables(written, "ranges")):
        where, path = f"ranges.{index}.path", _of(item, "path")
        if not isinstance(path, str) or where in known:
            continue
        if why := _path_problem(path, written):
            problems.append(InputProblem(why[0], where=where, hint=why[1]))
        if path in seen:
            problems.append(InputProblem(f"'{path}' has two ranges", where=where))
        seen[path] = index
    for index, item in enumerate(_tables(written, "correlations")):
        paths = _of(item, "paths")
        for path in paths if isinstance(paths, list | tuple) else ():
            if isinstance(path, str) and path not in seen:
                where = f"correlations.{index}.paths"
                hint = did_you_mean(path, seen) if len(problems) < SHOWN else ""
                problems.append(InputProblem(f"'{path}' has no range", where=where, hint=hint))
    return problems


def _tables(written: Mapping[str, Any], field: str) -> Sequence[Any]:
    found = written.get(field, ())
    return found if isinstance(found, list | tuple) else ()


def _of(item: Any, key: str) -> Any:
    return item.get(key) if isinstance(item, Mapping) else getattr(item, key, None)


def _path_problem(path: str, data: Mapping[str, Any]) -> tuple[str, str] | None:
    head, *rest = path.split(".")
    if path == "horizon" or (head == "params" and len(rest) == 1):
        return None
    number = natural(rest[0]) if rest else None
    if head != "shocks" or len(rest) < 2 or number is None:
        return f"'{path}' leads nowhere", "paths start with shocks.<index>., params. or horizon"
    shocks = _tables(data, "shocks")
    if number >= len(shocks):
        return f"there is no shock {rest[0]}", f"the scenario has {len(shocks)}"
    kind = _of(shocks[number], "kind")
    if not isinstance(kind, str) or kind not in SHOCKS:
        return None
    fields = SHOCKS[kind].model_fields
    if rest[1] not in fields:
        return f"no field '{rest[1]}'", did_you_mean(rest[1], fields)
    return None


def _set(raw: dict[str, Any], path: list[str], value: Any) -> None:
    here: Any = raw
    for step in path[:-1]:
        here = here[int(step)] if isinstance(here, list) else here.setdefault(step, {})
    here[path[-1]] = value


def _shock_dict(shock: Shock) -> dict[str, Any]:
    fields = shock.model_dump(exclude_none=True, exclude_defaults=True, exclude={"kind"})
    return {"kind": shock.kind, **fields}


def _without_prose(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in entry.items() if k != "reason"}
