"""One self-contained page: no script, no request to anywhere, a strict policy that says so."""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from html import escape
from typing import Any

from markupsafe import Markup

from isthmus.charts import render_svgs, theme
from isthmus.evidence import DatasetRecord, Finding
from isthmus.report.cells import grid
from isthmus.runtime.visible import visible
from isthmus.study.claims import threshold_text
from isthmus.study.dossier import SCHEMA_VERSION, Chart, Dossier
from isthmus.study.numbers import interval, number
from isthmus.study.wording import Catalogue

_ADDRESS = re.compile(r"https?://")


def render_html(dossier: Dossier) -> str:
    """Return the dossier as one HTML page."""
    catalogue = dossier.catalogue
    charts = [c for s in dossier.sections for c in s.charts]
    pictures = render_svgs((c.key, c.spec, c.table, c.outlines) for c in charts)
    style = style_sheet()
    digest = base64.b64encode(hashlib.sha256(style.encode("utf-8")).digest()).decode("ascii")
    findings = dossier.findings()
    # Plain text instead of links: nothing in the page names a place outside it as a target.
    page = (
        _environment()
        .get_template("dossier.html.j2")
        .render(
            dossier=dossier,
            study=dossier.study,
            schema_version=SCHEMA_VERSION,
            t=catalogue.text,
            language=catalogue.language,
            name=lambda key: catalogue.get(key, key),
            style=Markup(style),  # noqa: S704 (our own style sheet)
            digest=digest,
            picture=lambda chart: _picture(chart, pictures[chart.key]),
            grid=lambda table, series="": grid(table, catalogue, series=series),
            shown=lambda finding: _shown(finding, catalogue),
            value=lambda f: number(f.value, f.unit, f.kind, catalogue.units),
            interval=lambda f: interval(f, catalogue.units),
            threshold=lambda claim, finding: threshold_text(
                catalogue, finding.unit, claim.rule.threshold
            ),
            moves=lambda assessed: moves(assessed, catalogue),
            anchor=anchor,
            findings=list(findings.values()),
            plain=plain_address,
            source_line=lambda keys: source_line(keys, dossier.sources),
        )
    )
    return str(page)


def anchor(key: str) -> str:
    """Return a key as an id: letters, digits and hyphens."""
    return re.sub(r"[^A-Za-z0-9]+", "-", key).strip("-").lower()


def plain_address(text: str) -> str:
    """Return an address without its scheme, so that it reads as text and is no link."""
    return _ADDRESS.sub("", text)


def source_line(keys: tuple[str, ...], records: tuple[DatasetRecord, ...]) -> str:
    """Return publisher, title and edition of each data set."""
    known = {r.key: r for r in records}
    parts = [f"{r.publisher}, {r.title}, {r.edition}" for k in keys if (r := known.get(k))]
    return "; ".join(parts)


def moves(assessed: Any, catalogue: Catalogue) -> str:
    """Return, in words, for which thresholds the verdict is which."""
    finding, rule = assessed.finding, assessed.claim.rule
    if finding is None or finding.value is None or rule is None:
        return ""
    shown = number(finding.value, finding.unit, finding.kind, catalogue.units)
    way = {">=": "up", ">": "above", "<=": "down", "<": "below"}[rule.comparison]
    return catalogue.text(f"verdict.moves_{way}", value=shown)


@cache
def style_sheet() -> str:
    """Return the page's style sheet with the palette, light and dark, for text and charts."""
    from importlib import resources

    text = (resources.files("isthmus.report") / "templates" / "style.css").read_text("utf-8")
    swap = "\n".join(
        f'svg.chart [fill="{light}"]{{fill:{dark}}}svg.chart [stroke="{light}"]{{stroke:{dark}}}'
        for light, dark in theme.dark_map().items()
    )
    return text.replace("/*DARK-CHARTS*/", swap)


def _picture(chart: Chart, svg: str) -> Markup:
    label = escape(visible(f"{chart.title.text}. {chart.alt.text}"), quote=True)
    drawn = svg.replace("<svg ", f'<svg class="chart" role="img" aria-label="{label}" ', 1)
    return Markup(drawn)  # noqa: S704 (made here from escaped text)


def _shown(finding: Finding, catalogue: Catalogue) -> str:
    from isthmus.study.numbers import show

    return show(finding, catalogue.units)


def _without_hidden(value: Any) -> Any:
    """Take characters that hide or reorder text out of what is not made here."""
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


@cache
def _environment() -> Any:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    return Environment(
        loader=PackageLoader("isthmus.report", "templates"),
        autoescape=True,
        finalize=_without_hidden,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
