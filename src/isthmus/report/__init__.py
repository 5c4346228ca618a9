"""From a dossier to HTML, JSON and Markdown.

Each writer is imported when it is asked for: a face that shows pages needs no sheet and no brief.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from isthmus.report.brief import render_brief_html, render_brief_markdown
    from isthmus.report.html import render_html
    from isthmus.report.markdown import render_markdown
    from isthmus.report.sheet import render_sheet_html, render_sheet_json, render_sheet_markdown
    from isthmus.report.write import check_dossier_target, render_json, write_dossier

_WRITERS = {
    "brief": ("render_brief_html", "render_brief_markdown"),
    "html": ("render_html",),
    "markdown": ("render_markdown",),
    "sheet": ("render_sheet_html", "render_sheet_json", "render_sheet_markdown"),
    "write": ("check_dossier_target", "render_json", "write_dossier"),
}

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


def __getattr__(name: str) -> Any:
    for module, names in _WRITERS.items():
        if name in names:
            return getattr(importlib.import_module(f"{__name__}.{module}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
