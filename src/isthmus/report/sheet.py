"""The member sheet as one page: HTML that prints on one side of A4, Markdown and JSON."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Any

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
    return sheet_page("sheet.html.j2", sheet, "sheet.css", schema_version=SCHEMA_VERSION)


def sheet_page(
    template: str, sheet: Any, *styles: str, figure: str = "f", names: bool = False, **words: Any
) -> str:
    """Return a sheet as one self-contained HTML page.

    Parameters
    ----------
    template : str
        Name of its template.
    sheet : object
        What the template writes, with ``catalogue`` and ``sources``.
    *styles : str
        Names of its style sheets, beside that of every page.
    figure : str
        First letter of the anchors to which figures lead.
    names : bool
        Whether tables write names beside codes.
    **words
        Further words of the template.
    """
    style = _style(styles)
    called = parts(
        sheet.catalogue,
        sheet.sources,
        figure_link=lambda finding: f"#{figure}-{anchor(finding.key)}",
        source_link=lambda key: f"#s-{anchor(key)}",
        names=names,
    )
    page = templates().get_template(template)
    marked = Markup(style)  # noqa: S704 (our own style sheets)
    return str(page.render(called, sheet=sheet, style=marked, digest=digest_of(style), **words))


@cache
def _style(names: tuple[str, ...]) -> str:
    folder = resources.files(TEMPLATES) / "templates"
    return "\n".join((style_sheet(), *((folder / name).read_text("utf-8") for name in names)))
