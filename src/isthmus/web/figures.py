"""What is told of one figure: value, kind, source, definition, licence, how to cite it."""

from __future__ import annotations

from collections.abc import Sequence

from isthmus.errors import NotFound, did_you_mean
from isthmus.evidence import DatasetRecord, Finding, provenance
from isthmus.report.cite import of_figure
from isthmus.report.references import Reference
from isthmus.study.numbers import interval, told
from isthmus.web.query import address
from isthmus.web.state import Asked, Explorer
from isthmus.web.view import Block, Code, Facts, Link, View

LENS = "web.figure"


def one_figure(asked: Asked, view: View, key: str) -> View:
    """Return the page of one figure that a page quotes.

    Raises
    ------
    NotFound
        When the page quotes no such figure.
    """
    explorer = asked.explorer
    found = {f.key: f for block in view.said() for f in block.findings}
    if key not in found:
        hint = did_you_mean(key, found) or explorer.t("figure.from")
        raise NotFound(f"there is no figure {key!r} here", where=asked.path, hint=hint)
    finding = found[key]
    words = {name: value for name, value in asked.query.kept().items() if name != "figure"}
    back = Link(view.title, address(asked.path, words))
    made = provenance(explorer.world, LENS, (), {})
    method = explorer.catalogue.get(f"method.{finding.method}") or finding.method
    reference = of_figure(
        finding, explorer.catalogue, made, view.sources, f"the page {back.to}", method
    )
    return told_view(explorer, finding, method, back, reference, view)


def told_view(
    explorer: Explorer, finding: Finding, method: str, back: Link, reference: Reference, view: View
) -> View:
    """Return the page of a figure.

    Parameters
    ----------
    explorer : Explorer
        Texts and records.
    finding : Finding
        The figure.
    method : str
        Its definition.
    back : Link
        What quotes it.
    reference : Reference
        How it is cited.
    view : View
        The page, whose question, sources and ways are those of the figure.
    """
    sources = tuple(record for record in view.sources if record.key in finding.datasets)
    blocks: tuple[Block, ...] = (
        Facts("", _facts(explorer, finding, method, back, sources)),
        Code(explorer.t("figure.cite"), reference.text),
        Code(explorer.t("figure.bibtex"), reference.bibtex),
    )
    title = f"{explorer.t('figure.title')}: {told(finding, explorer.catalogue.units)}"
    return View(title, blocks, view.question, sources, view.ways, view.here)


def _facts(
    explorer: Explorer,
    finding: Finding,
    method: str,
    back: Link,
    sources: Sequence[DatasetRecord],
) -> tuple[tuple[str, str | Link], ...]:
    t, units = explorer.t, explorer.catalogue.units
    kind = finding.kind.value
    mark = explorer.catalogue.text(f"kind_mark.{kind}")
    named = explorer.catalogue.text(f"kind.{kind}")
    meant = explorer.catalogue.text(f"kind_text.{kind}")
    between = interval(finding, units)
    held = [(t("figure.source"), _source(explorer, record)) for record in sources]
    rows: list[tuple[str, str | Link]] = [
        (t("figure.value"), told(finding, units)),
        (t("figure.exact"), "" if finding.value is None else repr(finding.value)),
        (t("figure.unit"), finding.unit),
        (t("figure.interval"), f"{between} ({finding.interval})" if finding.interval else between),
        (t("figure.kind"), f"{mark} {named}: {meant}"),
        (t("figure.year"), finding.year),
        (t("figure.definition"), method),
        (t("figure.caveat"), finding.caveat),
        *held,
        (t("figure.single"), "; ".join(finding.sources)),
        (t("figure.key"), finding.key),
        (t("figure.question"), back),
    ]
    return tuple(row for row in rows if row[1])


def _source(explorer: Explorer, record: DatasetRecord) -> str | Link:
    """Return a data set with its licence; a list in memory alone has no page."""
    if record.key not in explorer.world:
        return f"{record.title} ({record.licence})"
    return Link(record.title, f"/data/{record.key}", f"({record.licence})")
