"""What is said of scenarios that a reader moved: a sentence, a chart side by side, both tables."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from isthmus.charts import ChartSpec
from isthmus.ensemble.losses.between import Between
from isthmus.evidence import Finding, Kind
from isthmus.report.parts import pictures
from isthmus.study.context import Context
from isthmus.study.page import Page
from isthmus.study.schema import ROLES, Study
from isthmus.study.subjects.disruption.tables import spread
from isthmus.web.answers import PageQuestion
from isthmus.web.moved import ALL, OWN, Found, WantedScenario, between_of
from isthmus.web.state import Explorer
from isthmus.web.view import Said
from isthmus.world.shipped import YEAR

HORIZONS = (30, 90, 180, 270, 365)
"""Last days to which recorded runs count losses."""
Scenarios = Sequence[tuple[WantedScenario, Found]]


def page_of(explorer: Explorer, study: Study) -> Page:
    """Return the page on which moved scenarios are written."""
    page = Page(Context(study, explorer.world, explorer.catalogue), "moved")
    mrio = explorer.world.mrio(YEAR, chips=True)
    page.rests_on(*mrio.datasets, kind=Kind.ASSUMED)
    page.fields["year"] = YEAR
    return page


def event_name(page: Page, wanted: WantedScenario) -> str:
    """Return what happens in words, without how hard and how long."""
    return _with_others(page, _first_name(page, wanted), wanted)


def full_name(page: Page, wanted: WantedScenario) -> str:
    """Return what happens in words, with how hard, how long and what is in stock."""
    at = wanted.at
    name = page.word(
        "moved.name_stock" if at.more_days else "moved.name",
        event=_first_name(page, wanted),
        severity=f"{at.severity:.0%}",
        days=str(at.duration),
        stock=f"{at.more_days:g}",
        home=page.fields["home"],
    )
    return _with_others(page, name, wanted)


def _with_others(page: Page, name: str, wanted: WantedScenario) -> str:
    if not wanted.more:
        return name
    others = "; ".join(full_name(page, one) for one in wanted.more)
    return page.word("moved.together", first=name, others=others)


def _first_name(page: Page, wanted: WantedScenario) -> str:
    """Return what the sliders move in words."""
    event = wanted.event
    if not wanted.first.startswith(f"{OWN}."):
        place = page.context.name(event.place) if event.place else ""
        actor = page.context.name(event.actor)
        fields = {"actor": actor, "place": place, "home": page.fields["home"]}
        return event.title or page.context.say(f"moved.event.{event.key}", **fields).text
    _, kind, who, whom, what = wanted.first.split(".")
    far = page.word("moved.everyone") if whom == ALL else page.context.name(whom)
    goods = page.context.catalogue.get(f"moved.what.{what}") or page.context.industry(what)
    return page.word(f"moved.own.{kind}", who=page.context.label(who), whom=far, what=goods)


def said(page: Page, explorer: Explorer, some: Scenarios, until: int) -> Said:
    """Write what home loses in each scenario, with its range and on what it rests.

    Parameters
    ----------
    page : Page
        From `page_of`.
    explorer : Explorer
        Keeps runs that were read, and pictures.
    some : sequence of (WantedScenario, Found)
        The reader's scenario first, then those beside it.
    until : int
        Last day that is counted.
    """
    page.fields["until"] = str(until)
    rows = []
    for number, (wanted, found) in enumerate(some):
        name = full_name(page, wanted)
        if found.answer is None:
            page.gap("not_recorded", name=name)
            continue
        loss = _loss(page, number, found.answer, until)
        ends = spread(found.answer.values, "lost")
        how = page.word("moved.recorded" if found.answer.exact else "moved.between")
        least, most = min(found.answer.medians), max(found.answer.medians)
        rows.append({"scenario": name, **ends, "least": least, "most": most, "how": how})
        if number == 0:
            _say(page, name, loss, found.answer, until)
    if rows:
        _side_by_side(page, rows)
        _parties(page, explorer, some[0][1])
    page.note("day_by_day", "draws")
    section = page.section()
    key = ("moved", page.study.name, tuple(one.text for one, _ in some), until, str(rows))
    drawn = explorer.answers.kept(key, lambda: pictures(section.charts))
    return Said(section, PageQuestion(page.study.parties), drawn)


def _loss(page: Page, number: int, answer: Between, until: int) -> Finding:
    ends = spread(answer.values, "lost")
    return page.finding(
        f"moved.{number}.{until}d",
        ends["lost"],
        "share",
        low=ends["lost_low"],
        high=ends["lost_high"],
        method="disruption_loss" if answer.exact else "disruption_between",
        interval="draws",
        caveat="posterior",
    )


def _say(page: Page, name: str, loss: Finding, answer: Between, until: int) -> None:
    """Say the loss; of one between runs also what those around it give."""
    if answer.exact:
        page.say("answer.recorded", name=name, loss=loss)
        return
    ends = {
        word: page.finding(
            f"moved.{word}.{until}d", value, "share", method="disruption_loss", caveat="posterior"
        )
        for word, value in (
            ("least", min(answer.medians)),
            ("most", max(answer.medians)),
        )
    }
    page.say("answer.between", name=name, loss=loss, **ends)


def _side_by_side(page: Page, rows: list[dict[str, object]]) -> None:
    spec = ChartSpec(
        "dots",
        x="lost",
        y="scenario",
        low="lost_low",
        high="lost_high",
        x_title=page.axis("moved_lost", **page.fields),
        roles={"": "home"},
        share=True,
    )
    units = dict.fromkeys(("lost", "lost_low", "lost_high", "least", "most"), "share")
    about = {"attributes": ["how"], "notes": ["draws", "moved_between"]}
    page.chart("beside", pl.DataFrame(rows), spec, units, about=about)


def _parties(page: Page, explorer: Explorer, found: Found) -> None:
    """List what every party loses, by day."""
    if found.answer is None:
        return
    rows = []
    for code in page.given(*ROLES):
        for days in HORIZONS:
            values = between_of(explorer, found.answer.corners, code, days).values
            rows.append({"party": page.context.label(code), "days": days, **spread(values, "lost")})
    units = dict.fromkeys(("lost", "lost_low", "lost_high"), "share")
    page.table("parties", pl.DataFrame(rows), units, notes=["draws"])
