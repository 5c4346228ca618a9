"""From a dossier to HTML, JSON and Markdown."""

from isthmus.report.html import draw_section, render_html
from isthmus.report.markdown import render_markdown
from isthmus.report.write import render_json, write_dossier

__all__ = ["draw_section", "render_html", "render_json", "render_markdown", "write_dossier"]
