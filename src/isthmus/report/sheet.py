"""The member sheet as HTML, Markdown and JSON, and the sheet on a firm's suppliers as HTML."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from isthmus.report.html import digest_of, templates
from isthmus.report.markdown import Writer
from isthmus.report.parts import anchor, parts, style_sheet
from isthmus.runtime import canonical_json
from isthmus.runtime.markdown import front_matter, heading, inline
from isthmus.study.sheet import Sheet
from isthmus.study.sheet.made import SCHEMA_VERSION

if TYPE_CHECKING:
    from isthmus.study.board import Board


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
    return _page("sheet.html.j2", sheet, "sheet.css", schema_version=SCHEMA_VERSION)


def render_board(sheet: Board) -> str:
    """Return the sheet on a firm's suppliers as one self-contained HTML page that prints on A4."""
    return _page("board.html.j2", sheet, "sheet.css", "board.css", tables=True)


def _page(template: str, sheet: Any, *styles: str, tables: bool = False, **words: Any) -> str:
    """Return a sheet as one self-contained HTML page.

    Parameters
    ----------
    template : str
        Name of its template.
    sheet : object
        What the template writes, with ``catalogue`` and ``sources``.
    *styles : str
        Names of its style sheets, beside that of every page.
    tables : bool
        Whether figures lead to the tables they are from, which then write names beside codes; a
        figure's key is the name of its table and a word of its own.
    **words
        Further words of the template.
    """
    style = style_sheet(*styles)
    called = parts(
        sheet.catalogue,
        sheet.sources,
        findings=(found for section in sheet.sections for found in section.findings),
        figure_link=lambda finding: (
            f"#t-{anchor(finding.key.rpartition('.')[0])}"
            if tables
            else f"#f-{anchor(finding.key)}"
        ),
        source_link=lambda key: f"#s-{anchor(key)}",
        names=tables,
    )
    page = templates().get_template(template)
    marked = Markup(style)  # noqa: S704 (our own style sheets)
    return str(page.render(called, sheet=sheet, style=marked, digest=digest_of(style), **words))
