"""From a dossier to HTML, JSON and Markdown."""

from isthmus.report.brief import render_brief_html, render_brief_markdown
from isthmus.report.html import render_html
from isthmus.report.markdown import render_markdown
from isthmus.report.sheet import render_sheet_html, render_sheet_json, render_sheet_markdown
from isthmus.report.write import check_dossier_target, render_json, write_dossier

__all__ = [
    "check_dossier_target",
    "render_brief_html",
    "render_brief_markdown",
    "render_html",
    "render_json",
    "render_markdown",
    "render_sheet_html",
    "render_sheet_json",
    "render_sheet_markdown",
    "write_dossier",
]
