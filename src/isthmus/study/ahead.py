"""Pages of a study that a process beside this one writes, from the last towards the first."""

from __future__ import annotations

import pickle
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

from isthmus.evidence import Finding
from isthmus.kernels.arrays import Array
from isthmus.runtime.companion import Companion
from isthmus.study.context import Context
from isthmus.study.dossier import Section
from isthmus.study.schema import Study
from isthmus.study.subjects import pages_of
from isthmus.study.writing import context_of, written_of
from isthmus.world import World


@dataclass(frozen=True, slots=True)
class Written:
    """The sections of a page, and what the context in which it was written kept of it."""

    sections: list[Section]
    findings: dict[str, Finding]
    used: set[str]
    samples: dict[str, Array]
    memo: dict[Any, Any]
    """What was dear to compute; claims ask for it again."""

    def joined(self, context: Context) -> list[Section]:
        """Keep in a context what writing the page there would have kept; return the sections."""
        for finding in self.findings.values():
            context.keep(finding)
        context.used |= self.used
        context.samples |= self.samples
        for key in self.memo:
            context.memo(key, partial(self.memo.get, key))
        return self.sections


class Ahead:
    """A row of pages from which two processes take: this one in front, the other from the end.

    Which page is written where is chance. What stands on it is not: no page knows of another.

    Parameters
    ----------
    beside : Companion
        The other process, with this module.
    world : str
        What `World.open` is to open there.
    """

    def __init__(self, beside: Companion, world: str) -> None:
        self._beside, self._world = beside, world
        self._here: deque[int] = deque()
        self._there: dict[int, Future[Written | None]] = {}
        self._told: set[int] = set()

    def begin(self, study: Study, world: World, language: str) -> None:
        """Let the other process begin with the last page."""
        self._here.extend(range(len(pages_of(study))))
        self._there = {number: Future() for number in self._here}
        asked = study.model_dump_json(), self._world, world.content_hash, language
        threading.Thread(target=self._take, args=asked, daemon=True).start()

    def _take(self, *asked: str) -> None:
        while (number := _taken(self._here.pop)) is not None:
            answer = None
            try:
                answer = self._beside.ask("written_ahead", *asked, number)
            finally:
                self._there[number].set_result(answer)
            if answer is None:
                return

    def page(self, number: int, each: Callable[[Section], None] | None) -> Written | None:
        """Return a page that was written there, or None where it is to be written here.

        Pages are asked for in their order, counted from nought.

        Parameters
        ----------
        number : int
            Which one.
        each : callable, optional
            Called with each section that has come from there since the last time.
        """
        here = _taken(self._here.popleft) is not None
        there = self._there
        found = None if here else there[number].result()
        for other, page in there.items():
            if each is not None and other not in self._told and page.done():
                self._told.add(other)
                for section in ((written := page.result()) and written.sections) or ():
                    each(section)
        return found


def _taken(take: Callable[[], int]) -> int | None:
    try:
        return take()
    except IndexError:
        return None


def written_ahead(
    study: str, world: str, content_hash: str, language: str, number: int
) -> Written | None:
    """Return one page of a study, or None where this process does not see the same world."""
    context = _context(study, world, language)
    if context.world.content_hash != content_hash:
        return None
    # What a context remembers serves all pages; what it keeps of them is told page by page.
    context.findings.clear()
    context.used.clear()
    context.samples.clear()
    before = context.remembered()
    sections = written_of(context, pages_of(context.study)[number])
    memo = {k: v for k, v in context.remembered().items() if k not in before and _travels(v)}
    kept = dict(context.findings), set(context.used), dict(context.samples), memo
    return Written(sections, *kept)


def _travels(value: Any) -> bool:
    try:
        return bool(pickle.dumps(value))
    except (AttributeError, TypeError, pickle.PicklingError):
        return False


@cache
def _context(study: str, world: str, language: str) -> Context:
    return context_of(Study.model_validate_json(study), World.open(world), language)
