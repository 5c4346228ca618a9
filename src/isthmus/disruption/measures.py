"""What is done beforehand: stocks held by some, deliveries that go on, needs that are smaller."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import MISSING, asdict, dataclass, fields, replace
from typing import Any, TypeVar

import numpy as np

from isthmus.codes import members
from isthmus.disruption.shocks import Places
from isthmus.errors import InputProblem, did_you_mean, raise_all
from isthmus.kernels.disruption_drivers import Drivers, ReserveStock, Stop
from isthmus.scenario import expand, industry_groups

ALL = "*"
CODES = ("inputs", "users", "economies")
SHARES = ("fits", "delivered", "less")


@dataclass(frozen=True, slots=True)
class Reserve:
    """Days of use of some inputs that some holders have at the start, above what they want.

    It is used before the wanted stock is, and not filled up again.

    Parameters
    ----------
    inputs : tuple of str
        Industries or groups (``CHIPS``) whose products are held.
    days : float
        Days of use at base output.
    users : tuple of str
        Industries or groups that hold them.
    economies : tuple of str
        Economies or coalitions in which they do.
    fits : float
        Share of the units that fits any one user: of 90 days of which a third fits, 30 count.
    """

    inputs: tuple[str, ...]
    days: float
    users: tuple[str, ...] = (ALL,)
    economies: tuple[str, ...] = (ALL,)
    fits: float = 1.0


@dataclass(frozen=True, slots=True)
class Relief:
    """What some economies get all the same of inputs that are stopped.

    Parameters
    ----------
    inputs : tuple of str
        Industries or groups whose deliveries are stopped.
    economies : tuple of str
        Economies or coalitions that get them.
    delivered : float
        Share of what is stopped that arrives all the same, as if it still came from where it did.
    after : int
        First day on which it does.
    turns : int, optional
        First day from which buyers there turn to other origins for the rest.
    """

    inputs: tuple[str, ...]
    economies: tuple[str, ...] = (ALL,)
    delivered: float = 0.0
    after: int = 0
    turns: int | None = None


@dataclass(frozen=True, slots=True)
class Easing:
    """Needs that are smaller: a product that can be made without an input, or with another.

    Parameters
    ----------
    inputs, users : tuple of str
        Industries or groups.
    less : float
        Share of the need that is gone.
    """

    inputs: tuple[str, ...]
    less: float
    users: tuple[str, ...] = (ALL,)


Measure = TypeVar("Measure", Reserve, Relief, Easing)


def made(kind: type[Measure], given: Measure | Mapping[str, Any]) -> Measure:
    """Return a measure given as such, or as plain values.

    Raises
    ------
    BadInput
        When a name is unknown or missing.
    """
    if isinstance(given, kind):
        return given
    known = {field.name: field.default for field in fields(kind)}
    words = dict(given) if isinstance(given, Mapping) else {}
    problems = [
        InputProblem(f"unknown field '{name}'", name, did_you_mean(name, known))
        for name in words
        if name not in known
    ]
    problems += [
        InputProblem("is missing", name)
        for name, default in known.items()
        if default is MISSING and name not in words
    ]
    raise_all(kind.__name__.lower(), problems)
    built: dict[str, Any] = {
        name: _codes(value) if name in CODES else value for name, value in words.items()
    }
    return kind(**built)


def _codes(value: Any) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


def plain(measure: Reserve | Relief | Easing) -> dict[str, Any]:
    """Return plain values, ready for JSON."""
    return {name: list(v) if isinstance(v, tuple) else v for name, v in asdict(measure).items()}


def measure_problems(
    name: str, given: Sequence[Reserve | Relief | Easing], industries: Sequence[str]
) -> list[InputProblem]:
    """Return everything that is wrong with measures for a table with these industries."""
    known = (*industries, *industry_groups(industries), ALL)
    out = []
    for number, one in enumerate(given):
        for field in fields(one):
            value, place = getattr(one, field.name), f"{name}.{number}.{field.name}"
            if field.name in ("inputs", "users"):
                out += [
                    InputProblem(f"no industry '{c}'", place, did_you_mean(c, industries))
                    for c in value
                    if c not in known
                ]
            elif field.name != "economies" and value is not None:
                out += _number_problems(place, value, share=field.name in SHARES)
    return out


def _number_problems(place: str, value: Any, *, share: bool) -> list[InputProblem]:
    rule = "between 0 and 1" if share else "0 or more"
    number = isinstance(value, int | float) and not isinstance(value, bool) and np.isfinite(value)
    if number and value >= 0 and (value <= 1 or not share):
        return []
    return [InputProblem(f"must be {rule}, got {value!r}", place)]


def held_of(given: Sequence[Sequence[Reserve]], places: Places) -> tuple[ReserveStock, ...]:
    """Return what the holders of each scenario of a batch hold, by input.

    Raises
    ------
    CodeUnknown
        For a code that the table does not hold.
    """
    s, n = len(places.industries), len(places.economies)
    whole: dict[int, np.ndarray[Any, Any]] = {}
    for b, reserves in enumerate(given):
        for one in reserves:
            economies = _economies(one.economies, places)
            users = places.industry(one.users)
            nodes = (economies[:, None] * s + users[None, :]).reshape(-1)
            for p in places.industry(one.inputs).tolist():
                days = whole.setdefault(p, np.zeros((n * s, len(given))))
                days[nodes, b] += one.days * one.fits
    out = []
    for p, days in sorted(whole.items()):
        nodes = np.flatnonzero(days.any(axis=1))
        if nodes.size:
            out.append(ReserveStock(p, nodes, days[nodes]))
    return tuple(out)


def _economies(given: Sequence[str], places: Places) -> Any:
    """Return the positions of economies and of members of coalitions."""
    groups = {code: members(code) for code in given if code not in (ALL, *places.economies)}
    return expand(given, places.economies, groups=groups)


def relieved(drivers: Drivers, given: Sequence[Sequence[Relief]], places: Places) -> Drivers:
    """Return the drivers of a batch with what arrives all the same, and who turns elsewhere.

    Raises
    ------
    CodeUnknown
        For a code that the table does not hold.
    """
    if not any(given):
        return drivers
    named = [
        [
            (one, set(places.industry(one.inputs)), _economies(one.economies, places))
            for one in reliefs
        ]
        for reliefs in given
    ]
    stops: list[Stop] = []
    for stop in drivers.stops:
        groups: dict[tuple[tuple[int, ...], ...], list[int]] = {}
        for importer in stop.importers.tolist():
            key = tuple(
                tuple(
                    i
                    for i, (_, inputs, there) in enumerate(reliefs)
                    if stop.sector in inputs and importer in there
                )
                for reliefs in named
            )
            groups.setdefault(key, []).append(importer)
        for key, importers in groups.items():
            acting = [[named[b][i][0] for i in which] for b, which in enumerate(key)]
            stops.append(
                _eased(replace(stop, importers=np.array(importers, dtype=np.intp)), acting)
            )
    return replace(drivers, stops=tuple(stops))


def _eased(stop: Stop, acting: Sequence[Sequence[Relief]]) -> Stop:
    """Return a stop of which the reliefs of each scenario take away a part."""
    path = stop.path.copy()
    turned = np.broadcast_to(np.asarray(stop.redirect, dtype=np.float64), path.shape).copy()
    days = np.arange(len(path))
    for b, reliefs in enumerate(acting):
        for one in reliefs:
            path[:, b] *= 1.0 - one.delivered * (days >= one.after)
            if one.turns is not None:
                turned[:, b] = np.maximum(turned[:, b], days >= one.turns)
    return replace(stop, path=path, redirect=turned)


def eased_need(need: Any, easings: Sequence[Easing], places: Places) -> Any:
    """Return needs by input and using industry, (S, S), less what is gone of them."""
    out = np.array(need, dtype=np.float64)
    for one in easings:
        cells = np.ix_(places.industry(one.inputs), places.industry(one.users))
        out[cells] *= 1.0 - one.less
    return out
