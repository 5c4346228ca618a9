"""One self-contained page: no script, no request to anywhere, a strict policy that says so."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from markupsafe import Markup

from isthmus.report.parts import anchor, environment, page_style, parts, pictures
from isthmus.report.tables import table_files
from isthmus.study.dossier import SCHEMA_VERSION, Dossier

_STYLE_SOURCE = re.compile(r"style-src ('sha256-[^']+')")


def render_html(dossier: Dossier, drawn: Mapping[str, Markup] | None = None) -> str:
    """Return the dossier as one HTML page; `drawn` are its pictures by key, if they are at hand."""
    shown = pictures(dossier.charts.values()) if drawn is None else drawn
    style = page_style(dossier.study.title)
    files = {id(table): name for name, table in table_files(dossier)}
    # Plain text instead of links: nothing in the page names a place outside it as a target.
    page = (
        templates()
        .get_template("dossier.html.j2")
        .render(
            parts(
                dossier.catalogue,
                dossier.sources,
                findings=dossier.findings().values(),
                figure_link=lambda finding: f"#f-{anchor(finding.key)}",
                source_link=lambda key: f"#s-{anchor(key)}",
                file_of=lambda table: files.get(id(table), ""),
            ),
            dossier=dossier,
            study=dossier.study,
            schema_version=SCHEMA_VERSION,
            style=Markup(style),  # noqa: S704 (our own style sheet)
            digest=digest_of(style),
            picture=lambda chart: shown[chart.key],
            findings=list(dossier.findings().values()),
        )
    )
    return str(page)


def digest_of(style: str) -> str:
    """Return the hash under which a policy allows a style sheet inside a page."""
    return base64.b64encode(hashlib.sha256(style.encode("utf-8")).digest()).decode("ascii")


def style_source(page: str) -> str:
    """Return the source in the policy of a page under which it allows its own style sheet."""
    found = _STYLE_SOURCE.search(page)
    return found[1] if found else "'none'"


@cache
def templates() -> Any:
    """Return the templates of the package, compiled once."""
    return environment()
