"""A figure as readers cite it: one sentence, and BibTeX."""

from __future__ import annotations

import re

from isthmus.evidence import Finding
from isthmus.report.parts import source_line
from isthmus.study.dossier import Dossier
from isthmus.study.numbers import show

AUTHOR = "The Isthmus developers"
_SPECIAL = re.compile(r"[\\{}&%$#_^~]")
_ESCAPES = {"\\": r"\textbackslash{}", "^": r"\^{}", "~": r"\~{}"}


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


def bibtex(finding: Finding, dossier: Dossier) -> str:
    """Return a BibTeX entry for the program that made a figure, with the figure in its note."""
    about = dossier.provenance
    key = re.sub(r"[^A-Za-z0-9]+", "-", f"isthmus-{finding.key}").strip("-")
    fields = {
        "author": f"{{{AUTHOR}}}",
        "title": f"{{{_plain(dossier.catalogue.text('cite.work'))}}}",
        "version": _plain(about["isthmus"]),
        "note": _plain(cited(finding, dossier)),
    }
    lines = "".join(f"  {name} = {{{text}}},\n" for name, text in fields.items())
    return f"@software{{{key},\n{lines}}}\n"


def _plain(text: str) -> str:
    """Return text in which nothing is a command of TeX."""
    return _SPECIAL.sub(lambda found: _ESCAPES.get(found[0], f"\\{found[0]}"), text)
