"""The member sheet as one page: HTML that prints on one side of A4, Markdown and JSON."""

from __future__ import annotations

from functools import cache
from importlib import resources

from markupsafe import Markup

from isthmus.report.html import digest_of, templates
from isthmus.report.markdown import Writer
from isthmus.report.parts import TEMPLATES, anchor, parts, style_sheet
from isthmus.runtime import canonical_json
from isthmus.runtime.markdown import front_matter, heading, inline
from isthmus.study.sheet import Sheet
from isthmus.study.sheet.made import SCHEMA_VERSION


def render_sheet_json(sheet: Sheet) -> str:
    """Return a member sheet as JSON; the same for the same study, world and version."""
    return canonical_json(sheet.to_dict(), indent=1) + "\n"


def render_sheet_markdown(sheet: Sheet) -> str:
    """Return a member sheet as Markdown with its schema version in the front matter."""
    writer = Writer(sheet)
    lines = [
        "---",
        f"schema_version: {SCHEMA_VERSION}",
        f"isthmus: {front_matter(str(sheet.provenance['isthmus']))}",
        f"study: {front_matter(sheet.study.name)}",
        f"world: {front_matter(str(sheet.provenance['world']))}",
        "---",
        "",
        f"# {heading(sheet.title.text)}",
        "",
        writer.say(sheet.party),
        "",
        *(line for section in sheet.sections for line in writer.section(section)),
        *writer.numbers(sheet.quoted().values()),
        f"### {writer.t('sheet.methods')}",
        "",
        *(f"- {inline(text)}" for text in sheet.methods.values()),
        "",
        *writer.sources(),
    ]
    return "\n".join(lines).rstrip("\n") + "\n"


def render_sheet_html(sheet: Sheet) -> str:
    """Return a member sheet as one self-contained HTML page that prints on one side of A4."""
    style = _style()
    page = (
        templates()
        .get_template("sheet.html.j2")
        .render(
            parts(
                sheet.catalogue,
                sheet.sources,
                figure_link=lambda finding: f"#f-{anchor(finding.key)}",
                source_link=lambda key: f"#s-{anchor(key)}",
            ),
            sheet=sheet,
            schema_version=SCHEMA_VERSION,
            style=Markup(style),  # noqa: S704 (our own style sheet)
            digest=digest_of(style),
        )
    )
    return str(page)


@cache
def _style() -> str:
    own = (resources.files(TEMPLATES) / "templates" / "sheet.css").read_text("utf-8")
    return f"{style_sheet()}\n{own}"
