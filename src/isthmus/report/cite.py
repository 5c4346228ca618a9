"""A figure as readers cite it: one sentence, and BibTeX."""

from __future__ import annotations

import re
from collections.abc import Sequence

from isthmus.evidence import DatasetRecord, Finding, Provenance
from isthmus.report.parts import source_line
from isthmus.report.references import AUTHOR, Reference
from isthmus.study.dossier import Dossier
from isthmus.study.numbers import show
from isthmus.study.wording import TextCatalogue


def of_dossiers_figure(finding: Finding, dossier: Dossier) -> Reference:
    """Return the reference of a figure of a dossier."""
    method = dossier.methods.get(finding.method, finding.method)
    within = f"the study {dossier.study.name}"
    about = dossier.provenance
    made = Provenance("study", {}, about["world"], about["world_hash"], version=about["isthmus"])
    return of_figure(finding, dossier.catalogue, made, dossier.sources, within, method)


def of_figure(
    finding: Finding,
    catalogue: TextCatalogue,
    made: Provenance,
    sources: Sequence[DatasetRecord],
    within: str,
    method: str,
) -> Reference:
    """Return the reference of the program that made a figure, with the figure in its note.

    Parameters
    ----------
    finding : Finding
        The figure.
    catalogue : Catalogue
        Words of kinds and units.
    made : Provenance
        Version of the program, and world.
    sources : sequence of DatasetRecord
        Data sets, those of the figure among them.
    within : str
        Where it is quoted (``"the study taiwan-europe"``).
    method : str
        Its definition.
    """
    value, kind = show(finding, catalogue.units), catalogue.text(f"kind.{finding.kind.value}")
    data = f" Data: {source_line(finding.datasets, sources)}." if finding.datasets else ""
    text = (
        f"{value} ({kind}, {finding.year}; {method.rstrip('.')}). {AUTHOR}, Isthmus "
        f"{made.version}, figure {finding.key} of {within}, world {made.world} "
        f"({made.world_hash[:12]}).{data}"
    )
    key = re.sub(r"[^A-Za-z0-9]+", "-", f"isthmus-{finding.key}").strip("-")
    fields = {
        "author": f"{{{AUTHOR}}}",
        "title": f"{{{catalogue.text('cite.work')}}}",
        "version": made.version,
        "note": text,
    }
    return Reference(key, "software", text, fields)
