"""Events whose loss a study looks at: from the file's choices to scenarios and recorded runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from importlib import resources
from typing import Any

import numpy as np

from isthmus import codes
from isthmus.errors import DataMissing
from isthmus.runtime.reading import toml_values
from isthmus.scenario import Scenario, load
from isthmus.study.schema import EventChoice, Study
from isthmus.world import World

LEADS = "disruption.supplier_lead"
"""Measure that compares the stops of several suppliers."""


@dataclass(frozen=True)
class EventTemplate:
    """An event of the package, as `events.toml` has it."""

    scenario: str
    role: str = "home"
    inputs: tuple[str, ...] = ()
    values: Mapping[str, str] = field(default_factory=dict)
    needs: tuple[str, ...] = ()
    suppliers: tuple[str, ...] = ()
    severities: tuple[float, ...] = ()
    durations: tuple[int, ...] = ()
    detail: bool = False
    ordinary: bool = False

    @property
    def grid(self) -> tuple[tuple[float, ...], tuple[int, ...]]:
        """Severities and durations of the first shock that are recorded for the flagship."""
        return self.severities, self.durations


@dataclass(frozen=True)
class Event:
    """An event of a study.

    Parameters
    ----------
    key : str
        Name in the study file.
    actor : str
        Code of the party by whom or in whose trade it happens.
    scenario : Scenario
        What happens.
    inputs : tuple of str
        Inputs whose stocks are varied.
    place : str
        Economy that is hit where that is neither actor nor home; else empty.
    title : str
        Title of one's own; empty for an event of the package.
    detail, ordinary : bool
        Whether it is shown in detail; whether it is an ordinary event to hold others against.
    """

    key: str
    actor: str
    scenario: Scenario
    inputs: tuple[str, ...] = ()
    place: str = ""
    title: str = ""
    detail: bool = False
    ordinary: bool = False


@cache
def templates() -> Mapping[str, EventTemplate]:
    """Return the events of the package by name, in order."""
    text = (resources.files(__package__) / "events.toml").read_text(encoding="utf-8")
    raw: dict[str, dict[str, Any]] = toml_values(text)
    return {
        key: EventTemplate(**{k: _frozen(v) for k, v in one.items()}) for key, one in raw.items()
    }


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def events_of(study: Study, world: World) -> tuple[Event, ...]:
    """Return the events of a study in order: those it names, or all that its roles allow.

    The first is shown in detail where none of them is said to be.
    """
    chosen = study.events or tuple(
        EventChoice(event=key, actor=one.role, detail=one.detail)
        for key, one in templates().items()
    )
    found = [e for choice in chosen if (e := _event(choice, study, world)) is not None]
    if found and not any(event.detail for event in found):
        found[0] = replace(found[0], detail=True)
    return tuple(found)


def suppliers_of(study: Study, world: World) -> tuple[Event, ...]:
    """Return the same stops by the other suppliers with which a claim compares."""
    out = []
    for claim in study.claims:
        key, actor = claim.args.get("event"), str(claim.args.get("actor", ""))
        if claim.measure == LEADS and isinstance(key, str) and key in templates():
            out += list(others(key, study.party(actor), study, world))
    return tuple({(event.key, event.actor): event for event in out}.values())


def others(key: str, actor: str, study: Study, world: World) -> Iterator[Event]:
    """Yield the event `key` by every other supplier that the package compares."""
    for code in templates()[key].suppliers:
        if code != actor and not set(codes.members(code)) & set(codes.members(study.party("home"))):
            yield made(key, code, study, world)


def _event(choice: EventChoice, study: Study, world: World) -> Event | None:
    """Return the event of a choice; None where its role or its places are not the study's."""
    if choice.actor not in study.roles:
        return None
    actor, template = study.party(choice.actor), templates().get(choice.event)
    if choice.scenario:
        scenario = load(choice.scenario)
        return Event(choice.event, actor, scenario, choice.inputs, "", choice.title, choice.detail)
    if template is None or not set(template.needs) <= set(codes.members(study.party("home"))):
        return None
    return made(choice.event, actor, study, world, detail=choice.detail)


def made(key: str, actor: str, study: Study, world: World, *, detail: bool = False) -> Event:
    """Return an event of the package by an actor."""
    template = templates()[key]
    home = study.party("home")
    values: dict[str, Any] = {}
    place = ""
    for path, what in template.values.items():
        code = {"actor": actor, "home": home}.get(what)
        if code is None:
            code = place = _largest(home, what.rpartition(".")[2], world)
        values[path] = [code.partition("@")[0]]
    name = f"{key}-{actor.partition('@')[0]}".lower().replace("_", "-")
    scenario = load(template.scenario).with_values(values)
    scenario = scenario.model_copy(
        update={"name": name, "params": {}, "ranges": (), "correlations": ()}
    )
    return Event(key, actor, scenario, template.inputs, place, "", detail, template.ordinary)


def _largest(home: str, industry: str, world: World) -> str:
    """Return the member of home that makes most of an industry."""
    table = world.mrio(2022, chips=True)
    output = np.asarray(table.x).reshape(len(table.economies), -1)
    column = table.industries.index(industry)
    place = [table.economies.index(m) for m in codes.members(home) if m in table.economies]
    if not place:
        raise DataMissing(f"the table of 2022 does not list {home}", where="mrio_2022")
    return table.economies[place[int(np.argmax(output[place, column]))]]
