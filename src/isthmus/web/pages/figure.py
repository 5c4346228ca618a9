"""One figure: value, kind, source, definition, licence, how to cite it and how to make it again."""

from __future__ import annotations

from isthmus.errors import NotFound, did_you_mean
from isthmus.evidence import Finding
from isthmus.report.cite import of_figure
from isthmus.study.dossier import Dossier
from isthmus.study.numbers import interval, told
from isthmus.study.subjects import PAGES
from isthmus.web.answers import PageQuestion
from isthmus.web.asking import asked_question
from isthmus.web.pages.study import question_address
from isthmus.web.state import Asked, Explorer
from isthmus.web.view import Block, Code, Facts, Link, View
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
    reference = of_figure(finding, dossier)
    blocks: list[Block] = [
        Facts("", _facts(explorer, question, dossier, finding)),
        Code(explorer.t("figure.cite"), reference.text),
        Code(explorer.t("figure.bibtex"), reference.bibtex),
    ]
    value = told(finding, explorer.catalogue.units)
    return View(
        f"{explorer.t('figure.title')}: {value}",
        tuple(blocks),
        question,
        explorer.records(set(finding.datasets)),
        (figure_way(explorer, question, study, key), study_ways(explorer, question, study)[-1]),
    )


def _facts(
    explorer: Explorer, question: PageQuestion, dossier: Dossier, finding: Finding
) -> tuple[tuple[str, str | Link], ...]:
    t, units = explorer.t, explorer.catalogue.units
    kind = finding.kind.value
    mark = explorer.catalogue.text(f"kind_mark.{kind}")
    named = explorer.catalogue.text(f"kind.{kind}")
    meant = explorer.catalogue.text(f"kind_text.{kind}")
    between = interval(finding, units)
    records = explorer.records(set(finding.datasets))
    rows: list[tuple[str, str | Link]] = [
        (t("figure.value"), told(finding, units)),
        (t("figure.exact"), "" if finding.value is None else repr(finding.value)),
        (t("figure.unit"), finding.unit),
        (t("figure.interval"), f"{between} ({finding.interval})" if finding.interval else between),
        (t("figure.kind"), f"{mark} {named}: {meant}"),
        (t("figure.year"), finding.year),
        (t("figure.definition"), dossier.methods.get(finding.method, finding.method)),
        (t("figure.caveat"), finding.caveat),
        *((t("figure.source"), Link(r.title, f"/data/{r.key}", f"({r.licence})")) for r in records),
        (t("figure.single"), "; ".join(finding.sources)),
        (t("figure.key"), finding.key),
        (t("figure.question"), Link(dossier.study.title, question_address(question))),
    ]
    return tuple(row for row in rows if row[1])
