"""Runs beside the main one: what other published elasticities and readings would give."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from isthmus.equilibrium.elasticities import UNIFORM, Level, sources
from isthmus.equilibrium.horizon import LONG_RUN_BAND, YEARS_BAND, ElasticityPath, Reading


@dataclass(frozen=True, slots=True)
class Choice:
    """One choice of elasticities.

    Parameters
    ----------
    name : str
        What differs from the main run.
    source : str or None
        Key of the source by industry; None for the user's own.
    path : ElasticityPath
        Path of the aggregate.
    level : {"path", "source"}
        See `isthmus.equilibrium.elasticities.Level`.
    reading : {"share", "tariff_exclusive"}
        See `ElasticityPath.theta`.
    """

    name: str
    source: str | None
    path: ElasticityPath
    level: Level
    reading: Reading


def alternatives(main: Choice, horizon: float) -> Iterator[Choice]:
    """Yield choices that differ from `main` in one thing each.

    The other sources by industry, the ends of the published bands of the path, the source's own
    level, and the other reading where it gives a positive theta.
    """
    if main.source is not None:
        for key in sources():
            if key != main.source:
                yield replace(main, name=f"source {key}", source=key)
    for value in LONG_RUN_BAND:
        path = replace(main.path, long_run=value)
        yield replace(main, name=f"long run {value:g}", path=path)
    for years in YEARS_BAND:
        yield replace(main, name=f"T {years:g}", path=replace(main.path, years=years))
    other: Level = "source" if main.level == "path" else "path"
    if main.source != UNIFORM:
        yield replace(main, name=f"level {other}", level=other)
    reading: Reading = "tariff_exclusive" if main.reading == "share" else "share"
    if reading == "share" or main.path.elasticity(horizon) < -1.0:
        yield replace(main, name=f"reading {reading}", reading=reading)
