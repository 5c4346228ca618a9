"""A figure as readers cite it: one sentence, and BibTeX."""

from __future__ import annotations

import re

from isthmus.evidence import Finding
from isthmus.report.parts import source_line
from isthmus.report.references import AUTHOR, Reference
from isthmus.study.dossier import Dossier
from isthmus.study.numbers import show


def cited(finding: Finding, dossier: Dossier) -> str:
    """Return a figure with its kind, definition, sources and how it was made, as one text."""
    about = dossier.provenance
    value = show(finding, dossier.catalogue.units)
    kind = dossier.catalogue.text(f"kind.{finding.kind.value}")
    said = dossier.methods.get(finding.method, finding.method).rstrip(".")
    return (
        f"{value} ({kind}, {finding.year}; {said}). {AUTHOR}, Isthmus {about['isthmus']}, "
        f"figure {finding.key} of the study {dossier.study.name}, world {about['world']} "
        f"({about['world_hash'][:12]}). Data: {source_line(finding.datasets, dossier.sources)}."
    )


def of_figure(finding: Finding, dossier: Dossier) -> Reference:
    """Return the reference of the program that made a figure, with the figure in its note."""
    key = re.sub(r"[^A-Za-z0-9]+", "-", f"isthmus-{finding.key}").strip("-")
    text = cited(finding, dossier)
    fields = {
        "author": f"{{{AUTHOR}}}",
        "title": f"{{{dossier.catalogue.text('cite.work')}}}",
        "version": str(dossier.provenance["isthmus"]),
        "note": text,
    }
    return Reference(key, "software", text, fields)
