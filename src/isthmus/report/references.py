"""What to cite for a run or a dossier: the program, the data, the methods; as text and BibTeX."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from isthmus._version import __version__
from isthmus.evidence import DatasetRecord, Result
from isthmus.runtime.visible import one_line
from isthmus.study.wording import TextCatalogue

AUTHOR = "The Isthmus developers"
_SPECIAL = re.compile(r"[\\{}&%$#_^~]")
_ESCAPES = {"\\": r"\textbackslash{}", "^": r"\^{}", "~": r"\~{}"}
_PUBLISHED = re.compile(r"\((\d{4})[a-z]?\)")


@dataclass(frozen=True, slots=True)
class Reference:
    """One work to cite.

    Parameters
    ----------
    key : str
        Key of the entry.
    kind : {"software", "dataset", "misc"}
        Its type in BibTeX.
    fields : mapping of str to str
        Fields of the entry as plain text; empty ones are left out.
    text : str
        The reference as a sentence.
    """

    key: str
    kind: str
    text: str
    fields: Mapping[str, str] = field(default_factory=dict)

    @property
    def bibtex(self) -> str:
        """The entry; nothing in it is a command of TeX."""
        held = {name: text for name, text in self.fields.items() if text}
        lines = "".join(f"  {name} = {{{_field(name, text)}}},\n" for name, text in held.items())
        return f"@{self.kind}{{{self.key},\n{lines}}}\n"


def software(catalogue: TextCatalogue, note: str = "") -> Reference:
    """Return the program, with what was made by it in the note."""
    work = catalogue.text("cite.work")
    fields = {"author": f"{{{AUTHOR}}}", "title": f"{{{work}}}", "version": __version__}
    text = " ".join(filter(None, (f"{AUTHOR}. {work}, {__version__}.", note)))
    return Reference("isthmus", "software", text, {**fields, "note": note})


def of_data(catalogue: TextCatalogue, records: Iterable[DatasetRecord]) -> list[Reference]:
    """Return the data sets with publisher, edition, licence and where they are found."""
    licence = catalogue.text("record.licence")
    return [
        Reference(
            f"data-{_key(r.key)}",
            "misc",
            _sentence(
                r.citation or f"{r.publisher}. {r.title}, {r.edition}",
                f"{licence}: {r.licence}",
                r.attribution if r.attribution not in r.citation else "",
                r.address,
            ),
            {
                "author": f"{{{r.publisher}}}",
                "title": f"{{{r.title}}}",
                "edition": r.edition,
                "url": r.address,
                "note": _sentence(f"{licence}: {r.licence}", r.attribution, r.citation),
            },
        )
        for r in records
    ]


def of_methods(citations: Sequence[str]) -> list[Reference]:
    """Return the works whose methods were used, as they are named with the result."""
    out = []
    for citation in dict.fromkeys(citations):
        found = _PUBLISHED.search(citation)
        year = found[1] if found else ""
        author = citation[: found.start()].strip(" ,") if found else ""
        name = re.split(r"[,\s]", author or citation)[0]
        fields = {"author": f"{{{author}}}" if author else "", "year": year, "note": citation}
        out.append(Reference(_key(f"{name}-{year}"), "misc", citation, fields))
    return _apart(out)


def of_result(
    catalogue: TextCatalogue, run: str, result: Result, records: Iterable[DatasetRecord]
) -> list[Reference]:
    """Return what to cite for a run: the program with the run, its data, its methods."""
    made = result.provenance
    about = {"lens": made.lens, "world": made.world, "hash": made.world_hash[:12]}
    note = catalogue.text("cite.run", run=run, **about)
    return [
        software(catalogue, note),
        *of_data(catalogue, records),
        *of_methods(result.citations),
    ]


def of_dossier(
    catalogue: TextCatalogue,
    study: str,
    provenance: Mapping[str, str],
    records: Iterable[DatasetRecord],
) -> list[Reference]:
    """Return what to cite for a dossier: the program with study and world, and its data."""
    note = catalogue.text(
        "cite.dossier",
        study=study,
        study_hash=provenance["study_hash"][:12],
        world=provenance["world"],
        hash=provenance["world_hash"][:12],
    )
    return [software(catalogue, note), *of_data(catalogue, records)]


def plain_tex(text: str) -> str:
    """Return text in which nothing is a command of TeX."""
    return _SPECIAL.sub(lambda found: _ESCAPES.get(found[0], f"\\{found[0]}"), one_line(text))


def _field(name: str, text: str) -> str:
    # A name or title in braces of its own keeps its letters as they are.
    if text.startswith("{") and text.endswith("}"):
        return f"{{{plain_tex(text[1:-1])}}}"
    if name != "url":
        return plain_tex(text)
    return one_line(text).replace("{", "").replace("}", "").replace("\\", "%5C")


def _apart(references: list[Reference]) -> list[Reference]:
    """Give works of one author and year keys of their own."""
    seen: dict[str, int] = {}
    out = []
    for one in references:
        number = seen[one.key] = seen.get(one.key, 0) + 1
        key = one.key if number == 1 else f"{one.key}-{number}"
        out.append(Reference(key, one.kind, one.text, one.fields))
    return out


def _sentence(*parts: str) -> str:
    return " ".join(f"{one_line(part).rstrip('.')}." for part in parts if part.strip(" ."))


def _key(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9]+", "-", text).strip("-").lower() or "work"
