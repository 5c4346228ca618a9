"""Which reader reads which publisher's file; a new publisher adds one line."""

from __future__ import annotations

from pathlib import Path

from isthmus.sources import baci, comext, comtrade, figaro, icio, wiod
from isthmus.sources.published import Source, peek

SOURCES: tuple[Source, ...] = (
    baci.SOURCE,
    icio.SOURCE,
    figaro.SOURCE,
    comext.SOURCE,
    comtrade.SOURCE,
    wiod.SOURCE,
)


def source_of(path: Path) -> Source | None:
    """Return the reader of a publisher's file, or None when it is in nobody's layout.

    Raises
    ------
    NotFound
        When there is no such file.
    """
    found = peek(path)
    return next((source for source in SOURCES if source.reads(found)), None)


def layouts() -> str:
    """Return which files are known, for messages."""
    return "; ".join(f"{source.title} ({source.files})" for source in SOURCES)
