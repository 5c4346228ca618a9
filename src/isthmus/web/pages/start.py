"""The start page: search, parties to choose, and what the shipped studies answer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from isthmus import codes
from isthmus.study.dossier import Section
from isthmus.study.new import FLAGSHIP
from isthmus.study.schema import ROLES
from isthmus.study.shipped import shipped_studies
from isthmus.study.subjects import PAGES
from isthmus.study.wording import Sentence, plain
from isthmus.web.answers import PageQuestion
from isthmus.web.asking import choose_parties, parties, parties_of
from isthmus.web.atlas import POINTS, SHAPES, Atlas, Pick, outlines, places
from isthmus.web.query import address
from isthmus.web.state import Asked, Explorer
from isthmus.web.subjects import SUBJECTS, TOOL, subject_address
from isthmus.web.view import Code, Drawn, LaterPart, Link, LinkList, Live, Plain, Said, Text, View

ANSWERS, MAP, PICKED = "answers", "exposure-map", "map"
ANSWERED = 3
"""Findings of a study that the start page repeats."""


def start(asked: Asked) -> View:
    """Return the start page."""
    explorer = asked.explorer
    roles = parties_of(asked.query, ROLES) or dict(_usual(explorer))
    pick = asked.query.choice("pick", ROLES, "")
    asked.query.check_own()
    pages = ("tables", "data", "runs")
    more = tuple(Link(explorer.t(f"nav.{n}"), f"/{n}", explorer.t(f"about.{n}")) for n in pages)
    return View(
        explorer.t("start.title"),
        (
            Text((explorer.t("start.lead"),), lead=True),
            choose_parties(explorer, "pair", roles),
            *_atlas(explorer, roles, pick or ROLES[1]),
            LinkList(explorer.t("start.do"), _tools(explorer)),
            _map(explorer),
            LaterPart(ANSWERS, "/answers", explorer.t("start.answers")),
            LinkList(explorer.t("start.more"), more),
        ),
        ways=(Code(explorer.t("ways.command"), "isthmus --help"),),
        here="start",
    )


def answers(asked: Asked) -> View:
    """Return what the shipped studies answer, each in its first sentences."""
    explorer = asked.explorer
    blocks: list[Plain] = []
    for name in shipped_studies():
        question = explorer.answers.question_of(name)
        study = explorer.spoken(explorer.answers.shipped(name))
        section, told = _first_figures(explorer, question)
        first = replace(
            section,
            key=f"{ANSWERS}-{name}",
            question=plain(study.title),
            answer=told or (plain(study.question),),
            findings=(),
            tables=(),
            charts=(),
            notes=(),
            gaps=(),
        )
        blocks.append(Said(first, question, page=section.key))
        blocks.append(LinkList("", (Link(explorer.t("start.read"), f"/study/{name}"),)))
    return View(
        explorer.t("start.answers"),
        (Live(ANSWERS, tuple(blocks)),),
        ways=(Code(explorer.t("ways.command"), "isthmus study list"),),
        here="start",
    )


def _first_figures(
    explorer: Explorer, question: PageQuestion
) -> tuple[Section, tuple[Sentence, ...]]:
    """Return the first sentences of a study that hold a figure, and the section they are from."""
    chosen = [choice.page for choice in explorer.answers.study(question).pages]
    pages = ["answer", *(chosen or (page for page in PAGES if not question.lacks(page)))]
    for page in pages:
        for section in explorer.answers.page(question, page).sections:
            told = tuple(sentence for sentence in section.answer if sentence.findings)
            if told:
                return section, told[:ANSWERED]
    return explorer.answers.page(question, pages[0]).sections[0], ()


def _atlas(explorer: Explorer, roles: dict[str, str], pick: str) -> Iterator[Atlas]:
    """Yield the map on which a party is chosen for a role; none where a world has no outlines."""
    if not {SHAPES, POINTS} <= set(explorer.world.keys()):
        return

    def to(**words: str) -> str:
        return f"{address('/', {**roles, **words})}#{PICKED}"

    t, none = explorer.t, explorer.t("choose.none")
    known = {code: name for code, name in parties(explorer) if code in codes.economies()}
    drawn = explorer.answers.kept((SHAPES,), lambda: outlines(explorer.world))
    held = {role: codes.members(code) for role, code in roles.items()}
    who = {role: explorer.name(roles[role]) if role in roles else none for role in ROLES}
    picks = tuple(
        Pick(role, f"{t(f'role.{role}')}: {name}", to(pick=role), role == pick)
        for role, name in who.items()
    )
    yield Atlas(
        t("atlas.title"),
        t("atlas.lead", role=t(f"role.{pick}"), text=t(f"role_text.{pick}")),
        t("atlas.past"),
        t("atlas.note"),
        picks,
        places(drawn, known, lambda code: to(**{pick: code, "pick": pick}), held),
    )


def _tools(explorer: Explorer) -> tuple[Link, ...]:
    """Return where a reader asks something of their own."""
    moved = subject_address(TOOL, explorer.answers.question_of(FLAGSHIP))
    places = (("whatif", moved), ("suppliers", "/suppliers"), ("package", "/package"))
    more = (*places, *((n, f"/{n}") for n in ("wizard", "production", "backtest")))
    return tuple(Link(explorer.t(f"do.{n}"), to, explorer.t(f"do_text.{n}")) for n, to in more)


def _map(explorer: Explorer) -> Drawn:
    """Return the map of the flagship's members, which leads to their table."""
    question = explorer.answers.question_of(FLAGSHIP)
    page = subject_address("members", question)
    named = {role: explorer.name(question.roles[role]) for role in ("home", "rival")}
    return Drawn(MAP, page, explorer.t("start.map", **named))


def studies(asked: Asked) -> View:
    """Return the list of the shipped studies."""
    explorer = asked.explorer
    return View(
        explorer.t("studies.title"),
        (
            studies_listed(explorer),
            LinkList(explorer.t("studies.more"), (Link(explorer.t("do.wizard"), "/wizard"),)),
            Text((explorer.t("studies.own"),)),
        ),
        ways=(Code(explorer.t("ways.command"), "isthmus study list"),),
        here="studies",
    )


def studies_listed(explorer: Explorer) -> LinkList:
    """Return the shipped studies with their questions."""
    items = []
    for name in shipped_studies():
        study = explorer.spoken(explorer.answers.shipped(name))
        items.append(Link(study.title, f"/study/{name}", _answer(explorer, name) or study.question))
    return LinkList(explorer.t("start.studies"), tuple(items))


def _answer(explorer: Explorer, name: str) -> str:
    """Return the first findings of a study that was answered before; no page waits for one."""
    question = explorer.answers.question_of(name)
    if not explorer.answers.ready(question):
        return ""
    headlines = explorer.answers.whole(question).summary.headlines
    return " ".join(note.sentence.text for note in headlines[:ANSWERED])


def go(asked: Asked) -> str:
    """Return the address of the parties and the subject that a form names.

    Raises
    ------
    BadInput
        With every party that is none.
    """
    query = asked.query
    subject = query.choice("subject", tuple(SUBJECTS), "pair")
    roles = parties_of(query, ROLES)
    for role in ROLES[:2]:
        if role not in roles and not query.text(role):
            query.problem(role, "is missing", asked.explorer.t(f"role_text.{role}"))
    query.check()
    return subject_address(subject, PageQuestion(roles))


def _usual(explorer: Explorer) -> dict[str, str]:
    """The parties of the flagship, as a start."""
    return explorer.answers.shipped(FLAGSHIP).parties
