"""The sections of a dossier, in the order in which they are printed.

**Adding a section.** A lens joins the dossier with one module in this folder and one line in
`SECTIONS`. The module has one public function::

    def build(context: Context) -> Section: ...

and keeps to five rules.

1. It composes and does not compute: numbers come from lenses (``isthmus.dependence`` and its
   siblings) and from ``context.world``. What is dear goes through ``context.memo(key, make)``, so
   that sections and measures share it.
2. Every number that stands in a sentence is a `Finding` made with ``context.finding(...)``; every
   other number is a cell of a `Table` made with ``context.table(...)``, or a table of a lens
   result passed on unchanged.
3. Every sentence comes from ``study/catalogue/en.toml`` through ``context.say(key, **fields)``; a
   field may be text or a `Finding`, which is then printed with its interval, its mark and a link
   to its definition. Parties are named with ``context.name(code)``: a section knows roles (home,
   partner, rival, ally), not countries, and works for any study.
4. The answer comes first. Charts have a finding as their title, a text alternative and their
   table. `ChartSpec.roles` maps each series to the colour role of its party
   (``context.role(code)``).
5. Where the world has no data for the parties, the section says so in ``gaps`` and leaves the
   number out; nothing is interpolated. A data set that is missing altogether is asked for with
   ``context.missing("key")``.

``headlines`` and ``counters`` are candidates for the first page: ``context.note(rank, key, ...)``.
The summary takes the seven headlines and the two counter-arguments with the lowest ranks; ranks
from 10 to 99 leave room on both sides.

**Adding a measure** (a number that claims of a study can be bound to): see
`isthmus.study.measures`.
"""

from __future__ import annotations

from collections.abc import Callable

from isthmus.study.context import Context
from isthmus.study.dossier import Section
from isthmus.study.page import Page
from isthmus.study.sections import (
    alignment,
    arms,
    cascade,
    chains,
    chips,
    coercion,
    concentration,
    dependence,
    disruption,
    equilibrium,
    exposure,
    ladder,
    leverage,
    materials,
)

Write = Callable[[Page], None]
Build = Callable[[Context], Section]


def written(key: str, write: Write) -> Build:
    """Return the builder of a section that is written on a `Page`."""

    def build(context: Context) -> Section:
        page = Page(context, key)
        write(page)
        return page.section()

    return build


SECTIONS: tuple[tuple[str, Build], ...] = (
    ("dependence", written("dependence", dependence.write)),
    ("exposure", written("exposure", exposure.write)),
    ("chains", written("chains", chains.write)),
    ("equilibrium", written("equilibrium", equilibrium.write)),
    ("disruption", written("disruption", disruption.write)),
    ("chips", written("chips", chips.write)),
    ("materials", written("materials", materials.write)),
    ("concentration", written("concentration", concentration.write)),
    ("cascade", written("cascade", cascade.write)),
    ("arms", written("arms", arms.write)),
    ("alignment", written("alignment", alignment.write)),
    ("coercion", written("coercion", coercion.write)),
    ("leverage", written("leverage", leverage.write)),
    ("ladder", written("ladder", ladder.write)),
)
"""Name and builder of each section, in order of appearance."""

__all__ = ["SECTIONS", "Build"]
