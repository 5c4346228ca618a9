"""Which reader reads which publisher's file; a new publisher adds one line.

Another installed package offers readers as entry points of the group ``isthmus.sources``, each a
`isthmus.sources.published.Source`.
"""

from __future__ import annotations

from pathlib import Path

from isthmus.errors import BadInput
from isthmus.runtime.plugins import load, offered
from isthmus.sources import (
    adb,
    baci,
    comext,
    comtrade,
    exiobase,
    figaro,
    gravity,
    icio,
    ideal_points,
    sipri,
    usgs,
    wiod,
    worldbank,
)
from isthmus.sources.published import Source, peek
from isthmus.sources.pull import Offer

SOURCES: tuple[Source, ...] = (
    baci.SOURCE,
    icio.SOURCE,
    figaro.SOURCE,
    exiobase.SOURCE,
    adb.SOURCE,
    comext.SOURCE,
    comtrade.SOURCE,
    wiod.SOURCE,
    worldbank.SOURCE,
    ideal_points.SOURCE,
    usgs.SOURCE,
    gravity.SOURCE,
    sipri.SOURCE,
)


GROUP = "isthmus.sources"


def sources() -> tuple[Source, ...]:
    """Return the readers of the package, and those of others installed beside it.

    Raises
    ------
    BadInput
        When one of another package cannot be loaded, or is no reader.
    """
    others = {target: load(target) for target in offered(GROUP).values()}
    for target, found in others.items():
        if not isinstance(found, Source):
            raise BadInput("it is no Source", where=f"entry point {target}")
    return (*SOURCES, *others.values())


def source_of(path: Path) -> Source | None:
    """Return the reader of a publisher's file, or None when it is in nobody's layout.

    Raises
    ------
    NotFound
        When there is no such file.
    """
    found = peek(path)
    return next((source for source in sources() if source.reads(found)), None)


def offers() -> tuple[Offer, ...]:
    """Return what can be brought from publishers that allow programs."""
    return tuple(source.offer for source in sources() if source.offer is not None)


def layouts() -> str:
    """Return which files are known, for messages."""
    return "; ".join(f"{source.title} ({source.files})" for source in sources())
