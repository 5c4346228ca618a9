"""From a dossier to HTML, JSON and Markdown."""

from isthmus.report.html import render_html
from isthmus.report.markdown import render_markdown
from isthmus.report.write import check_dossier_target, render_json, write_dossier

__all__ = ["check_dossier_target", "render_html", "render_json", "render_markdown", "write_dossier"]
