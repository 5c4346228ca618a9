"""One assessed dossier for all tests of the report, each of its charts drawn once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from isthmus.charts import Press, render_svg
from isthmus.charts.press import Drawable
from isthmus.report import render_html
from isthmus.report.parts import pictures
from isthmus.study import Study, open_study
from isthmus.study.dossier import Dossier
from isthmus.world import World


@pytest.fixture(scope="session")
def world() -> World:
    return World.open("starter")


@pytest.fixture(scope="session")
def dossier(assessed: Callable[[Study], Dossier]) -> Dossier:
    return assessed(open_study("taiwan-europe"))


class Once(Press):
    """Draws here, each chart once: drawing a dossier takes as long as assessing it."""

    def __init__(self) -> None:
        super().__init__()
        self._drawn: dict[str, tuple[Drawable | tuple[()], str]] = {}

    def svg(self, chart: Drawable) -> str:
        key, spec, table, outlines = chart
        before, drawn = self._drawn.get(key, ((), ""))
        if [id(part) for part in before[1:]] != [id(part) for part in chart[1:]]:
            drawn = render_svg(spec, table, key=key, outlines=outlines)
            self._drawn[key] = chart, drawn
        return drawn


@pytest.fixture(scope="session")
def press() -> Once:
    return Once()


@pytest.fixture(scope="session")
def page(dossier: Dossier, press: Once) -> str:
    return render_html(dossier, pictures(dossier.charts.values(), press))


@pytest.fixture(scope="session")
def short(dossier: Dossier) -> Dossier:
    """Return a dossier with some of everything, small enough to be rendered many times."""
    with_tables = [s for s in dossier.sections if s.tables and s.charts][:1]
    rest = [s for s in dossier.sections if s.notes and s not in with_tables][:1]
    sections = tuple(
        replace(s, tables=s.tables[:1], charts=s.charts[:1], findings=s.findings[:3])
        for s in (*with_tables, *rest)
    )
    chosen = [next(a for a in dossier.claims if a.claim.kind == k) for k in ("fact", "intent")]
    return replace(dossier, sections=sections, claims=tuple(chosen), sources=dossier.sources[:3])
