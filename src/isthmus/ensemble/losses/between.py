"""Losses between recorded runs: linear in severity, duration and days held, and said to be so."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import numpy as np

from isthmus.disruption.measures import Reserve
from isthmus.ensemble.losses.levels import Level
from isthmus.ensemble.losses.question import Question, covers, family_of, table_content
from isthmus.ensemble.losses.read import Losses, finished, losses_of
from isthmus.kernels.arrays import Array
from isthmus.scenario import Scenario
from isthmus.store import RunManifest, Store


@dataclass(frozen=True, slots=True, order=True)
class At:
    """Where a loss is asked for.

    Parameters
    ----------
    severity : float
        Severity of the first shock, a share.
    duration : int
        Its duration, days.
    more_days : float
        Days of the stopped inputs held at home beyond what firms hold.
    """

    severity: float
    duration: int
    more_days: float = 0.0


@dataclass(frozen=True, slots=True)
class RecordedPoint:
    """A recorded run, and the level of it that holds a point."""

    store: Store
    run: str
    level: str


@dataclass(frozen=True, slots=True)
class Corner:
    """A recorded point and its weight in an answer."""

    at: At
    place: RecordedPoint
    weight: float


@dataclass(frozen=True, slots=True)
class Between:
    """A loss at a point, from recorded runs.

    Parameters
    ----------
    values : float64[draws]
        Share of value added that is lost, by draw.
    corners : tuple of Corner
        The runs that it is made of; one where the point itself was recorded.
    medians : tuple of float
        Median loss of each corner.
    """

    values: Array
    corners: tuple[Corner, ...]
    medians: tuple[float, ...]

    @property
    def exact(self) -> bool:
        """Whether the point itself was recorded."""
        return len(self.corners) == 1


def at_of(scenario: Scenario, more_days: float = 0.0) -> At | None:
    """Return where a scenario stands; None where its first shock has no severity or no end."""
    first = scenario.shocks[0] if scenario.shocks else None
    severity = getattr(first, "severity", None)
    if first is None or severity is None or first.duration is None:
        return None
    return At(float(severity), int(first.duration), float(more_days))


def moved(scenario: Scenario, at: At) -> Scenario:
    """Return a scenario with the severity and duration of its first shock moved.

    Raises
    ------
    BadInput
        When a value breaks a rule of the shock.
    """
    values = {"shocks.0.severity": at.severity, "shocks.0.duration": at.duration}
    return scenario.with_values(values)


def held(inputs: Sequence[str], at: At, home: str) -> Level:
    """Return the level of a point: more stocks at home, or as today."""
    if not at.more_days:
        return Level()
    stock = Reserve(tuple(inputs), at.more_days, economies=(home,))
    return Level(f"{at.more_days:g} more days in {home}", reserves=(stock,))


def recorded(
    question: Question,
    inputs: Sequence[str],
    home: str,
    world: Any,
    store: Store | None = None,
) -> Mapping[At, RecordedPoint]:
    """Return the points at which the loss of a party is recorded.

    Parameters
    ----------
    question : Question
        Its scenario with any severity and duration, the parties to keep, draws and days.
    inputs : sequence of str
        Inputs whose stocks at home may be larger.
    home : str
        Where they may be.
    world : World
        Whose table the runs must be of.
    store : Store, optional
        Beside the runs of the package; the user's store by default.
    """
    datasets = table_content(world, question.year)
    asked = replace(question, levels=())
    family = family_of(question.scenario, asked.parameters, datasets)
    found: dict[At, RecordedPoint] = {}
    for place, name, manifest in finished(store, {*asked.parameters}):
        scenario = Scenario.from_dict(manifest.scenario or {})
        if not scenario.shocks or _family(scenario, manifest, tuple(datasets)) != family:
            continue
        if not covers(manifest.parameters, asked):
            continue
        for level in _levels(manifest):
            more = _more_days(level, inputs, home)
            at = None if more is None else at_of(scenario, more)
            if at is not None:
                found.setdefault(at, RecordedPoint(place, name, level.name))
    return dict(sorted(found.items()))


_FAMILIES: dict[tuple[str, tuple[str, ...]], str] = {}
"""Families of runs by id, which is the hash of what they were asked, and data sets of the table."""


def _family(scenario: Scenario, manifest: RunManifest, datasets: tuple[str, ...]) -> str:
    key = (manifest.id, datasets)
    if key not in _FAMILIES:
        known = {name: manifest.world.datasets.get(name, "") for name in datasets}
        _FAMILIES[key] = family_of(scenario, manifest.parameters, known)
    return _FAMILIES[key]


def _levels(manifest: RunManifest) -> Iterator[Level]:
    yield from (Level(**raw) for raw in manifest.parameters["levels"])


def _more_days(level: Level, inputs: Sequence[str], home: str) -> float | None:
    """Return the days that a level adds to stocks at home; None where it does something else."""
    if not level.content():
        return 0.0
    if level.reliefs or level.easings or len(level.reserves) != 1:
        return None
    days = float(level.reserves[0].days)
    same = Reserve(tuple(inputs), days, economies=(home,)) == level.reserves[0]
    return days if same else None


def corners(points: Mapping[At, RecordedPoint], at: At) -> tuple[Corner, ...]:
    """Return the recorded points between which a point lies, with their weights.

    The narrowest box of recorded points around it is taken, all of whose corners are recorded;
    weights are linear in each direction and add up to one. Nothing is extrapolated: there are none
    where no box is.
    """
    if at in points:
        return (Corner(at, points[at], 1.0),)
    pairs = [
        list(_around(sorted({getattr(point, name) for point in points}), getattr(at, name)))
        for name in ("severity", "duration", "more_days")
    ]
    for box in sorted(product(*pairs), key=_width(pairs)):
        sides = product(*(sorted({*pair}) for pair in box))
        found = [At(severity, int(days), more) for severity, days, more in sides]
        if all(one in points for one in found):
            return tuple(Corner(one, points[one], _weight(one, box, at)) for one in found)
    return ()


def _around(known: Sequence[float], value: float) -> Iterator[tuple[float, float]]:
    """Yield pairs of recorded values that hold a value, itself twice where it is recorded."""
    if value in known:
        yield value, value
    below, above = [v for v in known if v < value], [v for v in known if v > value]
    yield from product(below, above)


def _width(pairs: Sequence[Iterable[tuple[float, float]]]) -> Any:
    """Return the size of a box, each side as a part of the widest on offer."""
    widest = [max((high - low for low, high in some), default=0.0) or 1.0 for some in pairs]
    return lambda box: sum((h - lo) / w for (lo, h), w in zip(box, widest, strict=True))


def _weight(corner: At, box: Sequence[tuple[float, float]], at: At) -> float:
    weight = 1.0
    for name, (low, high) in zip(("severity", "duration", "more_days"), box, strict=True):
        if high > low:
            part = (getattr(at, name) - low) / (high - low)
            weight *= part if getattr(corner, name) == high else 1.0 - part
    return weight


def between(
    some: Sequence[Corner],
    party: str,
    until: int,
    *,
    read: Callable[[RecordedPoint], Losses] | None = None,
) -> Between:
    """Return the share of value added that a party loses, between recorded points.

    Each draw is interpolated on its own; all runs of a family share their draws.

    Parameters
    ----------
    some : sequence of Corner
        From `corners`; at least one.
    party : str
        Economy or coalition.
    until : int
        Last day that is counted.
    read : callable, optional
        Reads the losses of a point; for callers that keep them.

    Raises
    ------
    CodeUnknown, DataMissing
        When a run did not keep the party, or counts no window to that day.
    DataCorrupted
        When files of a run differ from what was written.
    """
    reader = read or losses_at
    parts = [reader(corner.place).share(party, until)[:, 0] for corner in some]
    weights = [corner.weight for corner in some]
    values = np.asarray(sum(w * part for w, part in zip(weights, parts, strict=True)))
    return Between(values, tuple(some), tuple(float(np.median(part)) for part in parts))


def losses_at(place: RecordedPoint) -> Losses:
    """Return the losses of one level of a run."""
    return losses_of(place.store.result(place.run), place.run, {place.level: place.level})
