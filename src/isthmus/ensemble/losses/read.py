"""Recorded losses: found by what they answer, read as arrays, made where they are missing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import polars as pl

from isthmus import codes
from isthmus.ensemble.losses.levels import Level
from isthmus.ensemble.losses.question import LENS, Question, covers, key_of, table_content
from isthmus.ensemble.recording import Recorded, run_lens
from isthmus.errors import CodeUnknown, DataMissing, IsthmusError
from isthmus.evidence import Result
from isthmus.kernels.arrays import Array
from isthmus.runtime import CancelToken, Progress
from isthmus.runtime.brief import Brief
from isthmus.scenario import Scenario
from isthmus.store import RunEntry, RunManifest, Store

PREPARE = "isthmus study prepare STUDY"
_PREFIX = LENS.replace("_", "-") + "-"


@dataclass(frozen=True, repr=False)
class Losses(Brief):
    """Losses of one event over common draws.

    Parameters
    ----------
    lost : float64[draws, levels, economies, windows]
        Share of the value added of the window that is lost.
    levels : tuple of str
        Names of the levels.
    economies : tuple of str
        Codes of the economies, and of coalitions that were kept as one.
    days : tuple of int
        Last days of the windows, counted from the start of the event.
    base : float64[economies]
        Value added without the event, million USD a day at prices of the table's year.
    result : Result
        All tables of the run.
    run : str
        Id of the run.
    """

    lost: Array
    levels: tuple[str, ...]
    economies: tuple[str, ...]
    days: tuple[int, ...]
    base: Array
    result: Result
    run: str

    @property
    def lengths(self) -> Array:
        """Days of each window, float64[windows]."""
        return np.diff((0, *self.days)).astype(np.float64)

    @property
    def misfit(self) -> float:
        """Misfit of the posterior seen out of sample, in logarithms."""
        from isthmus.disruption.posterior import SHIPPED, load_posterior

        where = self.result.provenance.parameters["posterior"]
        return float(load_posterior(None if where == SHIPPED else where).about.get("misfit") or 0.0)

    def places(self, party: str) -> list[int]:
        """Return the position of a party, or the positions of its members.

        Raises
        ------
        CodeUnknown
            When the losses of one of them were not kept.
        """
        order = {code: i for i, code in enumerate(self.economies)}
        if party in order:
            return [order[party]]
        wanted = codes.members(party)
        if absent := sorted(set(wanted) - set(order)):
            raise CodeUnknown(f"no losses were kept of {', '.join(absent)}", where=party)
        return [order[code] for code in wanted]

    def money(self, party: str) -> Array:
        """Return value added lost by a party, float64[draws, levels, windows], million USD."""
        place = self.places(party)
        money = self.lost[:, :, place] * self.base[place][None, None, :, None]
        return np.asarray(money.sum(axis=2) * self.lengths)

    def share(self, party: str, until: int) -> Array:
        """Return the share of value added that a party loses, float64[draws, levels].

        Parameters
        ----------
        until : int
            Last day, one of `days`.

        Raises
        ------
        DataMissing
            When no window ends on that day.
        """
        if until not in self.days:
            ends = ", ".join(map(str, self.days))
            raise DataMissing(f"losses are counted to days {ends}, not to {until}", where=self.run)
        last = self.days.index(until) + 1
        whole = float(self.base[self.places(party)].sum()) * until
        return np.asarray(self.money(party)[:, :, :last].sum(axis=2) / whole)

    def table(self, name: str, **where: Any) -> pl.DataFrame:
        """Return the rows of a table of the run with these values.

        Raises
        ------
        DataMissing
            When the run holds no such table.
        """
        if name not in self.result.tables:
            raise DataMissing(f"the run holds no table {name!r}", where=self.run)
        frame = self.result[name].frame
        return frame.filter(**where) if where else frame


def losses_of(result: Result, run: str = "", levels: Mapping[str, str] | None = None) -> Losses:
    """Return the arrays of a result of `conditional`.

    Parameters
    ----------
    result : Result
        What the lens returned, or what a run kept.
    run : str
        Id of the run.
    levels : mapping of str to str, optional
        New names of levels by those of the run; the others are left out.
    """
    frame, base = result["losses"].frame, result["base"].frame
    names = frame["level"].unique(maintain_order=True).to_list()
    economies = base["economy"].to_list()
    days = sorted(frame["day"].unique().to_list())
    # The rows run by level, economy, window and draw.
    shape = (len(names), len(economies), len(days), -1)
    lost = frame["lost"].to_numpy().reshape(shape).transpose(3, 0, 1, 2).astype(np.float64)
    kept = {name: name for name in names} if levels is None else dict(levels)
    return Losses(
        lost[:, [names.index(name) for name in kept]],
        tuple(kept.values()),
        tuple(economies),
        tuple(days),
        base["value_added"].to_numpy(),
        result,
        run,
    )


Found = tuple[Store, str, RunManifest]
"""Store, id and manifest of a run."""


def find(question: Question, world: Any, store: Store | None = None) -> Found:
    """Return store, id and manifest of the finished run that answers a question.

    The package's own runs come before those of the user's store.

    Raises
    ------
    DataMissing
        When there is none; says which command makes it.
    """
    found = find_all({"": question}, world, store)
    if not found:
        raise DataMissing(
            f"there is no recorded run of {question.scenario.name} for this table and posterior",
            where="runs",
            hint=PREPARE,
        )
    return found[""]


def find_all(
    questions: Mapping[str, Question], world: Any, store: Store | None = None
) -> dict[str, Found]:
    """Return the runs of the questions that have one, in their order; stores are looked at once."""
    left, found = {}, {}
    for key, question in questions.items():
        try:
            datasets = table_content(world, question.year)
        except DataMissing:  # Nothing was recorded of a table that is not there.
            continue
        wanted = key_of(question.scenario, question.parameters, datasets)
        left[key] = question, tuple(datasets), wanted
    for place, name, manifest in finished(store, frozenset()):
        for key, (question, names, wanted) in [*left.items()]:
            said = {*question.parameters} <= {*manifest.parameters}
            same = said and _key_of(manifest, names) == wanted
            if same and covers(manifest.parameters, question):
                found[key] = place, name, manifest
                del left[key]
        if not left:
            break
    return {key: found[key] for key in questions if key in found}


_KEYS: dict[tuple[str, tuple[str, ...]], str] = {}
"""Keys of runs by id, which is the hash of what they were asked, and data sets of the table."""


def _key_of(manifest: RunManifest, datasets: tuple[str, ...]) -> str:
    """Return what a run answers, computed once per run."""
    place = (manifest.id, datasets)
    if place not in _KEYS:
        known = {name: manifest.world.datasets.get(name, "") for name in datasets}
        scenario = Scenario.from_dict(manifest.scenario or {})
        _KEYS[place] = key_of(scenario, manifest.parameters, known)
    return _KEYS[place]


def finished(store: Store | None, asked: Set[str]) -> Iterator[tuple[Store, str, RunManifest]]:
    """Yield store, id and manifest of the finished runs that say all of some parameters."""
    for place, entry in _candidates(store):
        manifest = entry.manifest
        if manifest is None or not entry.done or manifest.scenario is None:
            continue
        if asked <= {*manifest.parameters}:
            yield place, entry.id, manifest


def _candidates(store: Store | None) -> Iterator[tuple[Store, RunEntry]]:
    """Yield runs of this lens; those of a store that cannot be read are passed over."""
    for place in (Store.shipped(), store or Store()):
        try:
            entries = place.runs(prefix=_PREFIX)
        except IsthmusError:
            continue
        yield from ((place, entry) for entry in entries)


def load(question: Question, world: Any, store: Store | None = None) -> Losses:
    """Return the recorded losses that answer a question.

    Parameters
    ----------
    question : Question
        What is asked.
    world : World
        Whose table the run must be of.
    store : Store, optional
        Beside the runs of the package; the user's store by default.

    Raises
    ------
    DataMissing
        When there is no such run; says which command makes it.
    DataCorrupted
        When its files differ from what was written.
    """
    return _loaded(question, *find(question, world, store))


def load_all(
    questions: Mapping[str, Question], world: Any, store: Store | None = None
) -> dict[str, Losses]:
    """Return the recorded losses of the questions that have a run, in their order."""
    found = find_all(questions, world, store)
    return {key: _loaded(questions[key], *place) for key, place in found.items()}


def _loaded(question: Question, place: Store, name: str, manifest: RunManifest) -> Losses:
    held = [Level(**raw) for raw in manifest.parameters["levels"]]
    names = {
        next(own.name for own in held if own.content() == level.content()): level.name
        for level in question.levels
    }
    return losses_of(place.result(name), name, names)


def prepare(
    question: Question,
    world: Any,
    *,
    store: Store | None = None,
    workers: int = 1,
    progress: Progress | None = None,
    cancel: CancelToken | None = None,
) -> Recorded:
    """Make the recorded run that answers a question; what was begun goes on.

    Raises
    ------
    Cancelled
        When `cancel` was set; what is done is kept.
    """
    controls: dict[str, Any] = {"progress": progress, "cancel": cancel, "workers": workers}
    return run_lens(
        LENS,
        world,
        question.scenario,
        parameters=question.parameters,
        controls=controls,
        store=store,
    )


def missing(
    questions: Sequence[Question], world: Any, store: Store | None = None
) -> tuple[Question, ...]:
    """Return the questions that no recorded run answers."""
    numbered = {str(place): question for place, question in enumerate(questions)}
    found = find_all(numbered, world, store)
    return tuple(question for place, question in numbered.items() if place not in found)


def joined(questions: Sequence[Question]) -> Question:
    """Return one question that answers several of the same scenario: all levels and parties."""
    levels: list[Level] = []
    for question in questions:
        known = [level.content() for level in levels]
        levels += [level for level in question.levels if level.content() not in known]
    parties = dict.fromkeys(code for question in questions for code in question.parties)
    keep = dict.fromkeys(code for question in questions for code in question.keep)
    every = any(not question.keep for question in questions)
    return replace(
        questions[0],
        levels=tuple(levels),
        parties=tuple(parties),
        keep=() if every else tuple(keep),
        around=any(question.around for question in questions),
    )
