"""The recorded runs that a study needs: which they are, how long they take, making them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

from isthmus import codes
from isthmus.ensemble.calibration.recorded import RECORDED, recorded_backtest
from isthmus.ensemble.losses import (
    Level,
    Question,
    held_levels,
    missing,
    prepare,
)
from isthmus.ensemble.losses.between import At, held, moved
from isthmus.ensemble.recording import Recorded, run_lens
from isthmus.errors import DataMissing
from isthmus.runtime import CancelToken, Progress
from isthmus.store import Store
from isthmus.study.events import Event, events_of, suppliers_of, templates
from isthmus.study.schema import ROLES, Study
from isthmus.world import World

MORE_DAYS = (30, 60, 90)
"""Days of the stopped inputs held beyond what firms hold, at which losses are computed."""
UNTIL = 365
"""Last day of the runs of a study: half a year after a stop of half a year."""
DRAWS = 50
"""Draws of equal weight for a page; a package of actions may ask for more."""
SUBJECT = "disruption"


@dataclass(frozen=True)
class Needed:
    """A recorded run that a study needs, and for which event."""

    event: Event
    question: Question


def losses_question(event: Event, study: Study) -> Question:
    """Return the question of an event as things are today, for the parties of a study."""
    parties = [study.party(role) for role in ROLES if role in study.roles]
    keep = dict.fromkeys(code for party in parties for code in codes.members(party))
    shown = parties if event.detail else parties[:1]
    return Question(
        event.scenario, parties=tuple(shown), keep=tuple(keep), until=UNTIL, draws=DRAWS
    )


def levels_question(event: Event, study: Study) -> Question:
    """Return the question of more stocks held at home, with what surrounds the reference case."""
    home = study.party("home")
    inputs = event.inputs or ("*",)
    levels = held_levels(inputs, MORE_DAYS, economies=[home])
    return Question(
        event.scenario, levels=levels, keep=(home,), around=True, until=UNTIL, draws=DRAWS
    )


def supplier_question(event: Event, study: Study) -> Question:
    """Return the question of a stop with which a claim compares: what home loses."""
    return Question(
        event.scenario, keep=codes.members(study.party("home")), until=UNTIL, draws=DRAWS
    )


def moved_question(event: Event, study: Study, at: At) -> Question:
    """Return the question of an event at another severity, duration and stock at home."""
    levels = (
        (Level(),) if not at.more_days else (Level(), held(event.inputs, at, study.party("home")))
    )
    return Question(
        moved(event.scenario, at), levels=levels, keep=_parties(study), until=UNTIL, draws=DRAWS
    )


def moved_questions(study: Study, world: World) -> tuple[Question, ...]:
    """Return the questions between whose answers the losses of a study's events are read.

    Every severity and duration that the package names for an event, at every level of stocks.
    """
    out = []
    for event in events_of(study, world):
        template = templates().get(event.key)
        for severity, days in product(*(template.grid if template else ((), ()))):
            asked = moved_question(event, study, At(severity, days))
            more = held_levels(event.inputs, MORE_DAYS, economies=[study.party("home")])
            out.append(replace(asked, levels=(Level(), *more)))
    return tuple(out)


def _parties(study: Study) -> tuple[str, ...]:
    return tuple(dict.fromkeys(study.party(role) for role in ROLES if role in study.roles))


def needed(study: Study, world: World) -> tuple[Needed, ...]:
    """Return the recorded runs that the pages and claims of a study read, in order.

    Every event is run as things are today; the first that is shown in detail also with more stocks
    at home and around the reference case.
    """
    if not _asks(study):
        return ()
    events = events_of(study, world)
    out = [Needed(event, losses_question(event, study)) for event in events]
    first = next((event for event in events if event.detail), None)
    out += [] if first is None else [Needed(first, levels_question(first, study))]
    there = {(event.key, event.actor) for event in events}
    out += [
        Needed(event, supplier_question(event, study))
        for event in suppliers_of(study, world)
        if (event.key, event.actor) not in there
    ]
    return tuple(out)


def _asks(study: Study) -> bool:
    """Say whether a page or a claim of the study is about losses day by day."""
    pages = {choice.page for choice in study.pages}
    asked = any(claim.measure.startswith(f"{SUBJECT}.") for claim in study.claims)
    return asked or not pages or SUBJECT in pages


def lacking(study: Study, world: World, store: Store | None = None) -> tuple[Needed, ...]:
    """Return those of the needed runs that are not recorded."""
    every = needed(study, world)
    absent = missing([one.question for one in every], world, store)
    return tuple(one for one in every if one.question in absent)


def prepare_study(
    some: Sequence[Needed],
    world: World,
    *,
    store: Store | None = None,
    workers: int = 1,
    progress: Progress | None = None,
    cancel: CancelToken | None = None,
) -> tuple[Recorded, ...]:
    """Make runs, one after another; what an earlier call left unfinished is gone on with.

    Raises
    ------
    Cancelled
        When `cancel` was set; what is done is kept.
    """
    how: dict[str, Any] = {"workers": workers, "progress": progress, "cancel": cancel}
    made = [prepare(one.question, world, store=store, **how) for one in some]
    try:
        recorded_backtest(store)
    except DataMissing:
        del how["workers"]
        made.append(
            run_lens("calibration.backtest", world, parameters=RECORDED, controls=how, store=store)
        )
    return tuple(made)
