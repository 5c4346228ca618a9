"""The brief: the answer, thresholds, one chart and one paragraph per question, claims, sources."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from markupsafe import Markup

from isthmus.report.html import digest_of, templates
from isthmus.report.markdown import DossierWriter, first_page
from isthmus.report.parts import anchor, page_style, parts, pictures
from isthmus.runtime.markdown import heading, inline
from isthmus.study.dossier import SCHEMA_VERSION, Dossier, Section

ANNEX = "dossier.html"
THRESHOLDS = "packages"
"""The page on thresholds: it keeps all its charts and stands before the others."""
SENTENCES = 3
"""Sentences of an answer that make a paragraph: the first ones say most."""


def brief_of(dossier: Dossier) -> tuple[Section, ...]:
    """Return the sections behind the summary: thresholds first, then each question with an answer.

    A section keeps the first sentences of its answer and its first chart; the page on thresholds
    all of both.
    """
    held = [s for s in dossier.inner if s.answer]
    ordered = sorted(held, key=lambda s: s.key != THRESHOLDS)
    return tuple(s if s.key == THRESHOLDS else _short(s) for s in ordered)


def _short(section: Section) -> Section:
    return Section(
        section.key,
        section.question,
        answer=section.answer[:SENTENCES],
        charts=section.charts[:1],
    )


def render_brief_html(dossier: Dossier, drawn: Mapping[str, Markup] | None = None) -> str:
    """Return the brief as one self-contained HTML page; numbers link to the whole dossier.

    `drawn` are the pictures of the dossier by key, if they are at hand.
    """
    sections = brief_of(dossier)
    shown = drawn
    if shown is None:
        shown = pictures(chart for section in sections for chart in section.charts)
    style = page_style(dossier.study.title, "brief.css")

    page = (
        templates()
        .get_template("brief.html.j2")
        .render(
            parts(
                dossier.catalogue,
                dossier.sources,
                findings=dossier.findings().values(),
                figure_link=lambda finding: f"{ANNEX}#f-{anchor(finding.key)}",
                source_link=lambda key: f"{ANNEX}#s-{anchor(key)}",
            ),
            dossier=dossier,
            sections=sections,
            annex=ANNEX,
            schema_version=SCHEMA_VERSION,
            style=Markup(style),  # noqa: S704 (our own style sheet)
            digest=digest_of(style),
            picture=lambda chart: shown[chart.key],
        )
    )
    return str(page)


def render_brief_markdown(dossier: Dossier) -> str:
    """Return the brief as Markdown, without pictures."""
    writer = DossierWriter(dossier)
    opening = (replace(s, tables=s.tables[:1], notes=()) for s in dossier.opening)
    lines = [*first_page(dossier, opening)]
    for section in brief_of(dossier):
        paragraph = " ".join(writer.say(sentence) for sentence in section.answer)
        lines += [f"## {heading(section.question.text)}", "", paragraph, "", *writer.used(section)]
    lines += writer.first()
    lines += [f"## {writer.t('ui.sources')}", "", *_sources(dossier)]
    return "\n".join(lines).rstrip("\n") + "\n"


def _sources(dossier: Dossier) -> Sequence[str]:
    return [
        f"- {inline(f'{r.publisher}, {r.title}, {r.edition} ({r.licence})')}"
        for r in dossier.sources
    ]
