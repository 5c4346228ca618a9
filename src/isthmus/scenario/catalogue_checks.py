"""What must hold between the actions, packages and hazards of a catalogue."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from isthmus.errors import InputProblem, did_you_mean
from isthmus.scenario.actions import Action
from isthmus.scenario.hazards import Hazard

if TYPE_CHECKING:
    from isthmus.scenario.packages import Package

PARTS = ("actions", "packages", "hazards", "lines")


def contradictions(actions: Iterable[Action]) -> Iterator[str]:
    """Tell, by name, which of some actions cannot stand together."""
    there = {a.key: a for a in actions}
    told = set()
    for key in sorted(there):
        for other, why in sorted(there[key].excludes.items()):
            pair = frozenset((key, other))
            if other in there and pair not in told:
                told.add(pair)
                yield f"{_called(there[key])} and {_called(there[other])} exclude each other: {why}"


def between(
    actions: Sequence[Action],
    packages: Sequence[Package],
    hazards: Sequence[Hazard],
    written: Mapping[str, Sequence[str]],
) -> Iterator[InputProblem]:
    """Tell what is wrong between the parts of a catalogue.

    Parameters
    ----------
    actions, packages, hazards : sequence
        Those that could be read.
    written : mapping of str to sequence of str
        Keys by part as they are written; an entry with problems of its own is no unknown one.
    """
    for part in PARTS:
        yield from _twice(written[part], "key", part)
    yield from _twice([a.label for a in actions if a.label], "label", "actions")
    known = {h.key: h for h in hazards}
    for action in actions:
        yield from _links(action, written["actions"])
        yield from _touched(action, known, written["hazards"])
    if sum(p.alone for p in packages) > 1:
        yield InputProblem("more than one package is marked alone", "packages")
    by_key = {a.key: a for a in actions}
    for package in packages:
        yield from _held(package, by_key, written["actions"])
    yield from _partition(hazards)


def _twice(names: Sequence[str], what: str, where: str) -> Iterator[InputProblem]:
    for name, count in sorted(Counter(names).items()):
        if count > 1:
            yield InputProblem(f"the {what} '{name}' is used {count} times", where)


def _links(action: Action, keys: Sequence[str]) -> Iterator[InputProblem]:
    where = f"action '{action.key}'"
    for field, named in (("enables", action.enables), ("excludes", tuple(action.excludes))):
        for key in named:
            if key == action.key:
                yield InputProblem(f"{field} names the action itself", where)
            elif key not in keys:
                what = f"{field}: no action is called '{key}'"
                yield InputProblem(what, where, did_you_mean(key, keys))


def _touched(
    action: Action, known: Mapping[str, Hazard], keys: Sequence[str]
) -> Iterator[InputProblem]:
    where = f"action '{action.key}'"
    for effect in action.effects:
        for key in effect.hazards:
            if key not in keys:
                what = f"{effect.channel}: no hazard is called '{key}'"
                yield InputProblem(what, where, did_you_mean(key, keys))
            elif key in known and known[key].null:
                yield InputProblem(f"{effect.channel}: nothing can be saved from '{key}'", where)


def _held(
    package: Package, known: Mapping[str, Action], keys: Sequence[str]
) -> Iterator[InputProblem]:
    where = f"package '{package.key}'"
    for key, count in sorted(Counter(package.actions).items()):
        if key not in keys:
            yield InputProblem(f"no action is called '{key}'", where, did_you_mean(key, keys))
        elif count > 1:
            yield InputProblem(f"the action '{key}' stands in it {count} times", where)
    held = [known[key] for key in dict.fromkeys(package.actions) if key in known]
    for what in contradictions(held):
        yield InputProblem(what, where)


def _partition(hazards: Sequence[Hazard]) -> Iterator[InputProblem]:
    """Two hazards of one event must not share a duration: it would count twice."""
    listed = [h for h in hazards if h.engine == "disruption" and (h.scenario or h.shocks)]
    for n, one in enumerate(listed):
        for other in listed[n + 1 :]:
            if _event(one) == _event(other) and _overlap(one, other):
                hint = "one event has one class; make one hazard with a wider range of duration"
                yield InputProblem(f"'{one.key}' and '{other.key}' are one event", "hazards", hint)


def _event(hazard: Hazard) -> Any:
    return hazard.scenario, hazard.shocks


def _overlap(one: Hazard, other: Hazard) -> bool:
    if one.duration_days is None or other.duration_days is None:
        return True
    start = max(one.duration_days.low, other.duration_days.low)
    return start < min(one.duration_days.high, other.duration_days.high)


def _called(action: Action) -> str:
    return f"'{action.key}'" + (f" ({action.label})" if action.label else "")
