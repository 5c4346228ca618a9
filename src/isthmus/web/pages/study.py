"""A shipped study: its first page, the pages behind it, and its dossier as one document."""

from __future__ import annotations

from isthmus.study.dossier import Dossier, Section
from isthmus.study.spoken import spoken
from isthmus.web.answers import Question
from isthmus.web.state import Asked, Explorer
from isthmus.web.subjects import SUBJECTS, subject_address
from isthmus.web.view import Block, Link, Links, Said, Text, View
from isthmus.web.ways import study_ways


def study(asked: Asked) -> View:
    """Return the first page of a study: findings, counter-arguments, what is not covered."""
    explorer = asked.explorer
    question = explorer.answers.question_of(asked.words["study"])
    asked.query.check_own()
    dossier = explorer.answers.whole(question)
    asked_study = spoken(explorer.answers.study(question), explorer.inside, explorer.catalogue)
    pages = {choice.page for choice in explorer.answers.study(question).pages}
    subjects = tuple(
        Link(explorer.t(f"subject.{name}"), subject_address(name, question))
        for name, held in SUBJECTS.items()
        if not pages or pages & set(held)
    )
    blocks: list[Block] = [
        Text((asked_study.question,), lead=True),
        Said(_first_page(dossier, explorer), question),
        Links(
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
        Links(explorer.t("nav.subjects"), subjects),
    ]
    return View(
        asked_study.title,
        tuple(blocks),
        question,
        dossier.sources,
        study_ways(explorer, question, explorer.answers.study(question)),
        "studies",
    )


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


def question_address(question: Question) -> str:
    """Return where a question is answered first."""
    if question.study:
        return f"/study/{question.study}"
    return subject_address("pair", question)
