"""The page of one figure of a study, or of a page about parties."""

from __future__ import annotations

from isthmus.errors import NotFound, did_you_mean
from isthmus.report.cite import of_dossiers_figure
from isthmus.study.subjects import PAGES
from isthmus.web.asking import asked_question
from isthmus.web.figures import told_view
from isthmus.web.pages.study import question_address
from isthmus.web.state import Asked
from isthmus.web.view import Link, View
from isthmus.web.waiting import whole
from isthmus.web.ways import figure_way, study_ways


def figure(asked: Asked) -> View:
    """Return the page of a figure of a study, or of a page about parties.

    Raises
    ------
    NotFound
        When the question has no such figure.
    """
    explorer, key = asked.explorer, asked.words["key"]
    page = asked.query.choice("page", tuple(PAGES), "")
    question = asked_question(asked.query, explorer)
    answers = explorer.answers
    dossier = answers.page(question, page) if page else whole(asked, question)
    found = dossier.findings()
    if key not in found:
        hint = did_you_mean(key, found) or explorer.t("figure.from")
        raise NotFound(f"there is no figure {key!r} here", where=page or "figure", hint=hint)
    study = answers.page_study(question, page) if page else answers.study(question)
    finding = found[key]
    made = figure_way(explorer, question, study, key), study_ways(explorer, question, study)[-1]
    back = Link(dossier.study.title, question_address(question))
    method = dossier.methods.get(finding.method, finding.method)
    reference = of_dossiers_figure(finding, dossier)
    quoted = View("", (), question, dossier.sources, made)
    return told_view(explorer, finding, method, back, reference, quoted)
