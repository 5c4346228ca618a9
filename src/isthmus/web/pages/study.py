"""A shipped study: its first page, the pages behind it, and its dossier as one document."""

from __future__ import annotations

from collections.abc import Iterator

from isthmus import codes
from isthmus.report.sheet import render_sheet_html
from isthmus.study.dossier import Dossier, Section
from isthmus.study.sheet import check_members, member_sheet
from isthmus.web.answers import PageQuestion
from isthmus.web.state import Asked, Explorer
from isthmus.web.subjects import SUBJECTS, subject_address
from isthmus.web.view import Block, Field, Form, Link, LinkList, Said, Text, View
from isthmus.web.waiting import whole
from isthmus.web.ways import study_ways


def study(asked: Asked) -> View:
    """Return the first page of a study: findings, counter-arguments, what is not covered."""
    explorer = asked.explorer
    question = explorer.answers.question_of(asked.words["study"])
    asked.query.check_own()
    dossier = whole(asked, question)
    asked_study = explorer.spoken(explorer.answers.study(question))
    pages = {choice.page for choice in explorer.answers.study(question).pages}
    subjects = tuple(
        Link(explorer.t(f"subject.{name}"), subject_address(name, question))
        for name, held in SUBJECTS.items()
        if not pages or pages & set(held)
    )
    blocks: list[Block] = [
        Text((asked_study.question,), lead=True),
        Said(_first_page(dossier, explorer), question),
        LinkList(
            explorer.t("study.read"),
            (
                Link(
                    explorer.t("study.dossier"),
                    f"/dossier/{question.study}",
                    explorer.t("study.dossier_note"),
                ),
                Link(explorer.t("study.claims"), f"/claims/{question.study}"),
            ),
        ),
        LinkList(explorer.t("nav.subjects"), subjects),
    ]
    return View(
        asked_study.title,
        tuple(blocks),
        question,
        dossier.sources,
        study_ways(explorer, question, explorer.answers.study(question)),
        "studies",
    )


def sheet(asked: Asked) -> str:
    """Return what a study holds on one member, as a document of one page.

    Raises
    ------
    BadInput
        When it is no member of home.
    """
    explorer = asked.explorer
    question = explorer.answers.question_of(asked.words["study"])
    member = asked.query.text("member")
    if not member:
        asked.query.problem("member", "is missing", "the code of a member, as POL")
    asked.query.check()
    study = explorer.answers.study(question)
    check_members(study, [member])
    language = explorer.catalogue.language
    return explorer.answers.kept(
        ("sheet", question.key, member),
        lambda: render_sheet_html(member_sheet(study, explorer.world, member, language=language)),
    )


def sheet_form(explorer: Explorer, question: PageQuestion) -> Iterator[Form]:
    """Yield the choice of a member whose sheet is shown; nothing where home has no members."""
    members = codes.members(question.roles["home"])
    if not question.study or len(members) < 2:
        return
    choices = sorted(((code, explorer.name(code)) for code in members), key=lambda pair: pair[1])
    field = Field("member", explorer.t("sheet.member"), "select", "", tuple(choices), required=True)
    action = f"/study/{question.study}/sheet"
    yield Form(explorer.t("sheet.title"), action, (field,), explorer.t("choose.submit"))


def _first_page(dossier: Dossier, explorer: Explorer) -> Section:
    """Return the summary as a section: headlines answer, counter-arguments and gaps follow."""
    summary = dossier.summary
    return Section(
        "",
        explorer.catalogue.say("ui.summary"),
        answer=(*(note.sentence for note in summary.headlines), *summary.answer),
        findings=summary.findings,
        notes=tuple(note.sentence for note in summary.counters),
        gaps=summary.gaps,
    )


def question_address(question: PageQuestion) -> str:
    """Return where a question is answered first."""
    if question.study:
        return f"/study/{question.study}"
    return subject_address("pair", question)
