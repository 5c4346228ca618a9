"""What pages are made of: how the templates of every face write numbers, tables and pictures."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from html import escape
from importlib import resources
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from isthmus.charts import Press, drawable, render_svgs, theme
from isthmus.evidence import DatasetRecord, Finding, Table
from isthmus.report.cells import grid, quoted
from isthmus.runtime.visible import visible
from isthmus.study.claims import threshold_text
from isthmus.study.dossier import Chart, Section
from isthmus.study.numbers import interval, show, told
from isthmus.study.wording import TextCatalogue

if TYPE_CHECKING:
    from jinja2 import Environment

TEMPLATES = "isthmus.report"
PRINTED_ROWS = 18
"""Rows up to which a table with a file of its own is printed; a screen shows all."""
_ADDRESS = re.compile(r"https?://")
_NOT_IN_CSS = re.compile(r"[^A-Za-z0-9 ,.:;-]")


def parts(
    catalogue: TextCatalogue,
    sources: Sequence[DatasetRecord],
    *,
    findings: Iterable[Finding],
    figure_link: Callable[[Finding], str],
    source_link: Callable[[str], str],
    names: bool = False,
    file_of: Callable[[Table], str] = lambda table: "",
) -> dict[str, Any]:
    """Return what the templates call to write a page.

    Parameters
    ----------
    catalogue : TextCatalogue
        Texts, headings and units.
    sources : sequence of DatasetRecord
        Data sets that the page names.
    findings : iterable of Finding
        What sentences of the document quote.
    figure_link : callable
        Where a reader finds all about a finding.
    source_link : callable
        Where a reader finds all about the data set of a key.
    names : bool
        Whether tables write names beside codes.
    file_of : callable
        Name of the file in which the rows of a table lie beside the page, where they do.
    """
    said = quoted(findings)
    return {
        "t": catalogue.text,
        "language": catalogue.language,
        "label": lambda key: catalogue.get(f"nav.{key}", key),
        "use": lambda key: use(catalogue, key),
        "name": lambda key: catalogue.get(key, key),
        "grid": lambda table, series="", folded=False: grid(
            table, catalogue, said=said, series=series, with_names=names, folded=folded
        ),
        "shown": lambda finding: show(finding, catalogue.units),
        "value": lambda f: told(f, catalogue.units),
        "interval": lambda f: interval(f, catalogue.units),
        "threshold": lambda claim, finding: threshold_text(
            catalogue, finding.unit, claim.rule.threshold
        ),
        "moves": lambda assessed: moves(assessed, catalogue),
        "dated": catalogue.dated,
        "anchor": anchor,
        "plain": plain_address,
        "run_on": run_on,
        "source_line": lambda keys: source_line(keys, sources),
        "figure_link": figure_link,
        "source_link": source_link,
        "file_of": file_of,
        "printed_rows": PRINTED_ROWS,
    }


def pictures(charts: Iterable[Chart], press: Press | None = None) -> Mapping[str, Markup]:
    """Return the charts as inline SVG with their text alternatives, by key.

    Where no picture can be drawn the text alternative takes its place; the table stands behind it.
    """
    listed = {c.key: c for c in charts}
    if not drawable():
        return {key: _told(c) for key, c in listed.items()}
    asked = [(c.key, c.spec, c.table, c.outlines) for c in listed.values()]
    drawn = render_svgs(asked) if press is None else {c[0]: press.svg(c) for c in asked}
    return {key: _labelled(c, drawn[key]) for key, c in listed.items()}


def drawn_early(press: Press, section: Section) -> None:
    """Begin to draw the charts of a section while the next one is computed."""
    if drawable():
        press.begin((c.key, c.spec, c.table, c.outlines) for c in section.charts)


def use(catalogue: TextCatalogue, section: str) -> str:
    """Return who can use the numbers of a section for what; a page's parts share its line."""
    return catalogue.get(f"use.{section.partition('-')[0]}")


def anchor(key: str) -> str:
    """Return a key as an id: letters, digits and hyphens."""
    return re.sub(r"[^A-Za-z0-9]+", "-", key).strip("-").lower()


def plain_address(text: str) -> str:
    """Return an address without its scheme, so that it reads as text and is no link."""
    return _ADDRESS.sub("", text)


def run_on(notes: Iterable[str]) -> str:
    """Return notes one after another: sentences as they end, fragments parted by semicolons."""
    return " ".join(n if n.endswith((".", "!", "?")) else f"{n};" for n in notes).removesuffix(";")


def source_line(keys: Sequence[str], records: Sequence[DatasetRecord]) -> str:
    """Return publisher, title and edition of each data set."""
    known = {r.key: r for r in records}
    parts = [f"{r.publisher}, {r.title}, {r.edition}" for k in keys if (r := known.get(k))]
    return "; ".join(parts)


def moves(assessed: Any, catalogue: TextCatalogue) -> str:
    """Return, in words, for which thresholds the verdict is which."""
    finding, rule = assessed.finding, assessed.claim.rule
    if finding is None or finding.value is None or rule is None or assessed.draws:
        return ""
    shown = told(finding, catalogue.units)
    way = {">=": "up", ">": "above", "<=": "down", "<": "below"}[rule.comparison]
    return catalogue.text(f"verdict.moves_{way}", value=shown)


@cache
def style_sheet(*more: str) -> str:
    """Return the style sheet with the palette, light and dark, for text and charts.

    Parameters
    ----------
    *more : str
        Further style sheets among the templates, behind it.
    """
    folder = resources.files(TEMPLATES) / "templates"
    text, *others = ((folder / name).read_text("utf-8") for name in ("style.css", *more))
    swap = "\n".join(
        f'svg.chart [fill="{light}"]{{fill:{dark}}}svg.chart [stroke="{light}"]{{stroke:{dark}}}'
        for light, dark in theme.dark_map().items()
    )
    return "\n".join((text.replace("/*DARK-CHARTS*/", swap), *others))


def page_style(title: str, *more: str) -> str:
    """Return the style sheet of a page that prints its title on top and the number of each page.

    Parameters
    ----------
    title : str
        Title of the study.
    *more : str
        As of `style_sheet`.
    """
    shown = _NOT_IN_CSS.sub(lambda found: f"\\{ord(found.group()):x} ", visible(title))
    boxes = (
        f'@top-left{{content:"{shown}"}}@bottom-right{{content:counter(page) " / " counter(pages)}}'
    )
    font = "font:7.5pt system-ui,sans-serif;color:#444"
    boxes = boxes.replace("}", f";{font}}}")
    return f"{style_sheet(*more)}\n@page{{{boxes}}}\n"


def environment(*packages: str) -> Environment:
    """Return the templates of packages and, behind them, those that all pages share."""
    from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined

    return Environment(
        loader=ChoiceLoader([PackageLoader(name, "templates") for name in (*packages, TEMPLATES)]),
        autoescape=True,
        finalize=_without_hidden,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _labelled(chart: Chart, svg: str) -> Markup:
    label = escape(visible(f"{chart.title.text}. {chart.alt.text}"), quote=True)
    drawn = svg.replace("<svg ", f'<svg class="chart" role="img" aria-label="{label}" ', 1)
    return Markup(drawn)  # noqa: S704 (made here from escaped text)


def _told(chart: Chart) -> Markup:
    return Markup('<p class="chart" role="note">{}</p>').format(visible(chart.alt.text))


def _without_hidden(value: Any) -> Any:
    """Take characters that hide or reorder text out of what is not made here."""
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value
