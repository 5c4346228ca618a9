"""A subject for some parties: the sections of the dossier that answer it, and tables beside."""

from __future__ import annotations

from isthmus.study.context import UNANSWERED
from isthmus.web.answers import PageQuestion
from isthmus.web.asking import choose_parties, question_of
from isthmus.web.chain import chip_chain
from isthmus.web.pages.beside import beside
from isthmus.web.pages.study import sheet_form
from isthmus.web.state import Asked, Explorer
from isthmus.web.subjects import SUBJECTS, subject_address
from isthmus.web.view import Block, Link, LinkList, Said, Text, View
from isthmus.web.ways import rows_way, study_ways


def subject(asked: Asked) -> View:
    """Return the page of a subject."""
    explorer, name = asked.explorer, asked.words["subject"]
    question = question_of(asked)
    asked.query.check_own()
    study = explorer.answers.study(question)
    pages = [page for page in SUBJECTS[name] if not question.lacks(page)]
    lacking = dict.fromkeys(role for page in SUBJECTS[name] for role in question.lacks(page))
    blocks: list[Block] = [said for page in pages for said in _said(explorer, question, page)]
    if name == "chips":
        blocks[:0] = chip_chain(explorer, question)
    used = {
        record.key for page in pages for record in explorer.answers.page(question, page).sources
    }
    try:
        for table in beside(name, explorer, question):
            blocks.append(table)
            used |= set(table.table.datasets)
    except UNANSWERED as error:
        blocks.append(Text((explorer.catalogue.text("gap.unanswered", what=error.what),)))
    if lacking:
        roles = ", ".join(explorer.t(f"role.{role}") for role in lacking)
        blocks.append(Text((explorer.t("subject_lacks", roles=roles),)))
    if name in {"members", "packages"}:
        blocks[:0] = sheet_form(explorer, question)
    if name == "packages":
        own = Link(explorer.t("do.package"), "/package", explorer.t("do_text.package"))
        blocks.append(LinkList("", (own,)))
    if name == "pair":
        blocks.append(_swapped(explorer, question))
    if not question.study:
        blocks.append(choose_parties(explorer, name, question.roles))
    limited = study.model_copy(
        update={
            "pages": tuple(
                choice
                for page in pages
                for choice in explorer.answers.page_study(question, page).pages
            ),
            "claims": (),
        }
    )
    return View(
        _title(explorer, name, question),
        tuple(blocks),
        question,
        explorer.records(used),
        # Without a page of a study, what is shown are rows of data sets.
        study_ways(explorer, question, limited)
        if pages
        else tuple(rows_way(explorer, key) for key in sorted(used)),
        name,
    )


def _said(explorer: Explorer, question: PageQuestion, page: str) -> list[Said]:
    drawn = explorer.answers.pictures(question, page)
    sections = explorer.answers.page(question, page).sections
    return [Said(section, question, drawn) for section in sections]


def _title(explorer: Explorer, name: str, question: PageQuestion) -> str:
    home, partner = (explorer.inside(question.roles[role]) for role in ("home", "partner"))
    text = explorer.t(f"subject_title.{name}", home=home, partner=partner)
    return text[:1].upper() + text[1:]


def _swapped(explorer: Explorer, question: PageQuestion) -> LinkList:
    """Return links to the same pair from the other side, and to each party."""
    roles = dict(question.roles)
    roles["home"], roles["partner"] = roles["partner"], roles["home"]
    named = {
        role: explorer.name(code) for role, code in roles.items() if role in ("home", "partner")
    }
    other = Link(explorer.t("pair.swap", **named), subject_address("pair", PageQuestion(roles)))
    parties = dict.fromkeys(question.roles.values())
    single = [Link(explorer.name(code), f"/economy/{code}") for code in parties]
    return LinkList(explorer.t("pair.more"), (other, *single))
