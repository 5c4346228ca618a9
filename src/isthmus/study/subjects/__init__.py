"""The subjects of a dossier, one folder each: nothing of a subject stands elsewhere.

**Adding a subject.** A folder with

- ``page.py`` with one public function ``write(page: Page) -> None``, and where a page is written
  several times, once for each of something that the study has, ``each(context)`` that returns the
  parameters of every time;
- ``measures.py``, where claims of a study can be bound to numbers of the subject (optional);
- ``en.toml`` with its texts: group ``[<subject>]`` with ``question``, ``answer``, ``chart``,
  ``alt``, and what it needs of ``[method]`` and ``[table]``;

and its name in `PAGES`, with the roles that it needs. What a study can choose of a page are the
keyword arguments of ``write``. A page keeps to five rules.

1. It composes and does not compute: numbers come from lenses and from ``page.world``. What several
   subjects ask stands in `isthmus.study.ask`; subjects do not import each other.
2. Every number in a sentence is a `Finding` (``page.finding``); every other number is a cell of a
   table (``page.table``, ``page.chart``) or a table of a lens passed on unchanged.
3. Every sentence comes from the texts through ``page.say``, ``page.headline`` and their like; a
   field may be text or a `Finding`. A page knows roles (home, partner, rival, ally), not countries.
4. The answer comes first. Charts have a finding as their title, a text alternative and their table;
   ``page.bars``, ``page.dots`` and ``page.lines`` say which of its columns is drawn against which.
   Percent, money and ranges follow from the table. What findings rest on is `isthmus.study.rests`.
5. Where the world has no data for the parties, the page says so (``page.gap``) and leaves the
   number out; nothing is interpolated.

The summary takes the seven headlines and the two counter-arguments with the lowest ranks; ranks
from 10 to 99 leave room on both sides.
"""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable, Mapping
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any

from isthmus.study.measures import Measure, registered
from isthmus.study.schema import PageChoice, Study

Write = Callable[..., None]

PAGES: Mapping[str, tuple[str, ...]] = {
    "answer": (),
    "suppliers": (),
    "dependence": ("partner",),
    "exposure": ("partner", "rival"),
    "chains": ("partner", "rival"),
    "equilibrium": ("partner", "rival"),
    "disruption": ("partner",),
    "chips": ("partner",),
    "materials": (),
    "concentration": (),
    "cascade": ("partner",),
    "arms": ("partner", "ally"),
    "munitions": ("partner",),
    "island": ("partner",),
    "alignment": ("partner", "rival", "ally"),
    "coercion": ("partner", "rival"),
    "leverage": ("rival",),
    "ladder": ("rival",),
    "packages": ("partner",),
    "package": ("partner",),
}
"""Pages in their usual order, with the roles beside home that each needs."""


def writer(name: str) -> Write:
    """Return the function that writes a page."""
    found: Write = importlib.import_module(f"{__name__}.{name}.page").write
    return found


def times(name: str, context: Any) -> tuple[Mapping[str, Any], ...]:
    """Return the parameters of every time that a page is written; once, and none, for most."""
    module = importlib.import_module(f"{__name__}.{name}.page")
    found: tuple[Mapping[str, Any], ...] = (
        module.each(context) if hasattr(module, "each") else ({},)
    )
    return found


def choices(name: str) -> dict[str, Any]:
    """Return what a study can choose of a page: the defaults by name."""
    parameters = list(inspect.signature(writer(name)).parameters.values())[1:]
    return {parameter.name: parameter.default for parameter in parameters}


def pages_of(study: Study) -> tuple[PageChoice, ...]:
    """Return the pages of a study in order: those it chooses, or all that its roles allow."""
    if study.pages:
        return study.pages
    there = set(study.roles)
    return tuple(PageChoice(page=name) for name, needed in PAGES.items() if set(needed) <= there)


@cache
def measures() -> Mapping[str, Measure]:
    """Return every measure by name, sorted by name."""
    for folder in resources.files(__name__).iterdir():
        if folder.joinpath("measures.py").is_file():
            importlib.import_module(f"{__name__}.{folder.name}.measures")
    return MappingProxyType(dict(sorted(registered().items())))


__all__ = ["PAGES", "Write", "choices", "measures", "pages_of", "times", "writer"]
