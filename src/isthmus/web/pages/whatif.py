"""What if: an event harder, longer, with more in stock; answered between recorded runs, or run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from isthmus.ensemble.losses import prepare
from isthmus.ensemble.losses.question import LENS
from isthmus.ensemble.recording import Recorded
from isthmus.study.page import Page
from isthmus.web.answers import PageQuestion
from isthmus.web.asking import CHOSEN, choose_parties, parties, question_of
from isthmus.web.moved import (
    ALL,
    LONGEST,
    LONGEST_STOCK,
    MOST,
    SIDES,
    Found,
    WantedScenario,
    asking,
    beside_of,
    choices_of_industries,
    events,
    found_for,
    wanted_of,
)
from isthmus.web.movedsaid import HORIZONS, Scenarios, event_name, full_name, page_of, said
from isthmus.web.query import address
from isthmus.web.state import Asked, Explorer
from isthmus.web.subjects import TOOL, subject_address
from isthmus.web.view import Block, Facts, Field, Form, Link, LinkList, Live, Plain, Text, View
from isthmus.web.ways import losses_ways

USUAL = 90
STEP = "0.05"
RESTS, LIVE = "rests", "live"
"""Ids of what an answer rests on, and of what follows a slider."""


def whatif(asked: Asked) -> View:
    """Return the page on which a reader moves an event, or builds a shock."""
    explorer = asked.explorer
    question = question_of(asked)
    if not events(explorer, question):
        title = explorer.t("whatif.title", home=explorer.inside(question.roles["home"]))
        return View(title, (Text((explorer.t("whatif.none"),)),), question, here=TOOL)
    wanted, others, until = _read(asked, question)
    asked.query.check_own()
    study = explorer.answers.study(question)
    some = [(one, found_for(explorer, study, one, until)) for one in (wanted, *others)]
    page = page_of(explorer, study)
    shown = said(page, explorer, some, until)
    here = subject_address(TOOL, question).partition("?")[0]
    words = _words(question, wanted, others, until)
    answer = some[0][1].answer
    live: list[Plain] = [shown, _beside(explorer, page, here, words, some)]
    if answer is None or not answer.exact:
        live.append(_exact(explorer, here, words))
    live.append(_rests(explorer, page, some[0]))
    blocks: list[Block] = [
        Text((explorer.t("whatif.lead"),), lead=True),
        _choice(explorer, question, page, here, words, wanted),
        *([Text((explorer.t("whatif.first"),))] if wanted.more else []),
        _sliders(explorer, page, here, words, some[0]),
        Live(LIVE, tuple(live)),
        _builder(explorer, here, words, wanted),
    ]
    if not question.study:
        blocks.append(choose_parties(explorer, TOOL, question.roles))
    used = {key for table in shown.section.tables for key in table.datasets}
    return View(
        explorer.t("whatif.title", home=page.fields["home"]),
        tuple(blocks),
        question,
        explorer.records(used | set(page.datasets)),
        losses_ways(explorer, asking(study, wanted), study.party("home"), until),
        TOOL,
        own=True,
    )


def run(asked: Asked) -> str:
    """Start the run that answers a scenario exactly, and return the address of its job."""
    explorer = asked.explorer
    question = question_of(asked)
    wanted, others, until = _read(asked, question)
    asked.query.check()
    exact = asking(explorer.answers.study(question), wanted)

    def work(controls: Mapping[str, Any]) -> Recorded:
        return prepare(exact, explorer.world, **controls)

    here = subject_address(TOOL, question).partition("?")[0]
    back = address(here, _words(question, wanted, others, until))
    told = {"scenario": wanted.scenario.to_dict(), **exact.parameters}
    return f"/job/{explorer.jobs.start(LENS, told, work, back).id}"


def _read(
    asked: Asked, question: PageQuestion
) -> tuple[WantedScenario, tuple[WantedScenario, ...], int]:
    wanted = wanted_of(asked.explorer, question, asked.query)
    others = beside_of(asked.explorer, question, asked.query)
    until = asked.query.choice("until", tuple(map(str, HORIZONS)), str(USUAL))
    return wanted, others, int(until)


def _words(
    question: PageQuestion, wanted: WantedScenario, others: tuple[WantedScenario, ...], until: int
) -> dict[str, str]:
    """Return the state of the page as parameters of its address."""
    roles = {} if question.study else {r: c for r, c in question.roles.items() if r in CHOSEN}
    return {
        **roles,
        "event": wanted.token,
        "of": wanted.token,
        "severity": f"{wanted.at.severity:g}",
        "duration": str(wanted.at.duration),
        "stock": f"{wanted.at.more_days:g}" if wanted.at.more_days else "",
        "until": str(until),
        "beside": ",".join(one.text for one in others),
    }


def _hidden(words: Mapping[str, str], *left: str) -> tuple[Field, ...]:
    return tuple(
        Field(name, "", "hidden", value)
        for name, value in words.items()
        if name not in left and value
    )


def _choice(
    explorer: Explorer,
    question: PageQuestion,
    page: Page,
    here: str,
    words: Mapping[str, str],
    wanted: WantedScenario,
) -> Form:
    """Return the choice of an event; what was moved counts for the event before."""
    known = events(explorer, question)
    choices = [
        (key, event_name(page, WantedScenario(key, one, wanted.at))) for key, one in known.items()
    ]
    if wanted.token not in known:
        choices.append((wanted.token, event_name(page, wanted)))
    event = Field("event", explorer.t("whatif.event"), "select", wanted.token, tuple(choices))
    fields = (event, *_hidden(words, "event"))
    return Form(explorer.t("whatif.choose"), here, fields, explorer.t("choose.submit"))


def _sliders(
    explorer: Explorer,
    page: Page,
    here: str,
    words: Mapping[str, str],
    first: tuple[WantedScenario, Found],
) -> Form:
    """Return the sliders, with marks where runs are recorded, and the days that are counted."""
    wanted, found = first
    t = explorer.t

    def slider(name: str, of: str, value: str, low: str, high: str, step: str) -> Field:
        ticks = tuple(f"{v:g}" for v in sorted({getattr(at, of) for at in found.points}))
        helped = t("whatif.recorded_at", values=", ".join(ticks)) if ticks else ""
        label = t(f"whatif.{name}", home=page.fields["home"])
        return Field(name, label, "range", value, (), helped, low, high, step, ticks=ticks)

    at = wanted.at
    fields = [
        slider("severity", "severity", f"{at.severity:g}", STEP, "1", _step(at.severity)),
        slider("duration", "duration", str(at.duration), "1", str(LONGEST), "1"),
    ]
    if wanted.event.inputs:
        stock = f"{at.more_days:g}"
        fields.append(slider("stock", "more_days", stock, "0", str(LONGEST_STOCK), "1"))
    horizons = tuple((str(days), t("whatif.days", days=str(days))) for days in HORIZONS)
    fields.append(Field("until", t("whatif.until"), "select", words["until"], horizons))
    names = [field.name for field in fields]
    return Form(
        t("whatif.move"),
        here,
        (*fields, *_hidden(words, *names)),
        t("choose.submit"),
        f"{LIVE} ways",
    )


def _step(severity: float) -> str:
    """Return the step of a slider on which a share stands, so that it shows what was asked."""
    steps = severity / float(STEP)
    return STEP if abs(steps - round(steps)) < 1e-9 else "any"


def _beside(
    explorer: Explorer, page: Page, here: str, words: Mapping[str, str], some: Scenarios
) -> LinkList:
    """Return what stands side by side, with links that put the scenario there or take one away."""
    first, others = some[0][0], [one for one, _ in some[1:]]
    items = []
    if len(some) < MOST and all(one.text != first.text for one in others):
        put = ",".join(one.text for one in (*others, first))
        items.append(Link(explorer.t("whatif.put"), address(here, {**words, "beside": put})))
    for one in others:
        rest = ",".join(other.text for other in others if other is not one)
        text = explorer.t("whatif.take", name=full_name(page, one))
        items.append(Link(text, address(here, {**words, "beside": rest})))
    return LinkList(explorer.t("whatif.beside"), tuple(items))


def _exact(explorer: Explorer, here: str, words: Mapping[str, str]) -> Form:
    title, submit = explorer.t("whatif.exact"), explorer.t("whatif.start")
    return Form(title, f"{here}/run", _hidden(words), submit, post=True)


def _rests(explorer: Explorer, page: Page, first: tuple[WantedScenario, Found]) -> Facts:
    """Return the runs behind an answer, and how they are read."""
    t, text = explorer.t, explorer.catalogue.text
    wanted, found = first
    rows: list[tuple[str, str | Link]] = [(t("whatif.scenario"), full_name(page, wanted))]
    answer = found.answer
    if answer is not None:
        method = "disruption_loss" if answer.exact else "disruption_between"
        rows.append((t("figure.definition"), text(f"method.{method}")))
        for corner in answer.corners:
            at = corner.at
            note = t(
                "whatif.corner",
                severity=f"{at.severity:.0%}",
                days=str(at.duration),
                stock=f"{at.more_days:g}",
                weight=f"{corner.weight:.0%}",
            )
            link = Link(corner.place.run, f"/run/{corner.place.run}", note)
            rows.append((t("whatif.run"), link))
    rows.append((t("figure.caveat"), text("caveat.posterior")))
    return Facts(t("whatif.rests"), tuple(rows), RESTS)


def _builder(
    explorer: Explorer, here: str, words: Mapping[str, str], wanted: WantedScenario
) -> Form:
    """Return the form that builds a shock of the reader's own, alone or with what is there."""
    t = explorer.t
    known = parties(explorer)
    kinds = tuple((kind, t(f"whatif.kind.{kind}")) for kind in SIDES)
    everyone, goods = (ALL, t("whatif.all")), ((ALL, t("whatif.every")), *_goods(explorer))
    who, whom = t("whatif.who_help"), t("whatif.whom_help")
    fields = (
        Field("kind", t("whatif.kind_label"), "select", "", kinds, required=True),
        Field("who", t("whatif.who"), "select", "", known, who, required=True),
        Field("whom", t("whatif.whom"), "select", "", (everyone, *known), whom),
        Field("what", t("whatif.what"), "select", "", goods),
        *([Field("add", t("whatif.add"), "check")] if len(wanted.more) + 1 < MOST else []),
        *_hidden(words, "of", "stock"),
    )
    return Form(t("whatif.build"), here, fields, t("whatif.build_submit"))


def _goods(explorer: Explorer) -> tuple[tuple[str, str], ...]:
    get = explorer.catalogue.get
    return tuple(
        (code, get(f"moved.what.{code}") or get(f"industry.{code}", name))
        for code, name in choices_of_industries()
    )
