"""From a study, a world and the code of a member to its sheet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from isthmus import codes
from isthmus._version import __version__
from isthmus.errors import (
    InputProblem,
    did_you_mean,
    raise_all,
)
from isthmus.evidence import DatasetRecord, Finding
from isthmus.runtime import canonical_hash
from isthmus.study.context import UNANSWERED, Context
from isthmus.study.dossier import Section
from isthmus.study.page import Page
from isthmus.study.schema import Study
from isthmus.study.sheet import bought, exposure, listed, losses, steps, votes
from isthmus.study.sheet.side import SHEET, Side, side_of
from isthmus.study.spoken import spoken
from isthmus.study.wording import Sentence, TextCatalogue
from isthmus.world import World

SCHEMA_VERSION = 1
PARTS = {
    "exposure": exposure.write,
    "bought": bought.write,
    "losses": losses.write,
    "listed": listed.write,
    "steps": steps.write,
    "votes": votes.write,
}
"""Parts of a sheet in order, each with what writes it."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a study holds on one member of its parties.

    Parameters
    ----------
    study : Study
        The study as read, with names in place of roles.
    member : str
        Code of the economy.
    title, party : Sentence
        Its name, and of which party of the study it is a member.
    sections : tuple of Section
        Exposure, what it buys, losses, firms listed, prices of steps, votes.
    sources : tuple of DatasetRecord
        Records of the data sets that the sheet rests on, sorted by key.
    methods : mapping of str to str
        Definition of each method used, by key.
    provenance : mapping
        What is needed to make the sheet again.
    catalogue : TextCatalogue
        The texts of its language.
    """

    study: Study
    member: str
    title: Sentence
    party: Sentence
    sections: tuple[Section, ...]
    sources: tuple[DatasetRecord, ...]
    methods: Mapping[str, str]
    provenance: Mapping[str, Any]
    catalogue: TextCatalogue

    def findings(self) -> dict[str, Finding]:
        """Return every finding of the sheet by key, in order of appearance."""
        return {f.key: f for section in self.sections for f in section.findings}

    def quoted(self) -> dict[str, Finding]:
        """Return the findings that a sentence quotes, by key, in order of appearance."""
        said = (sentence for s in self.sections for sentence in (*s.answer, *s.notes, *s.gaps))
        return {finding.key: finding for sentence in said for finding in sentence.findings}

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for `canonical_json`."""
        return {
            "schema_version": SCHEMA_VERSION,
            "isthmus": __version__,
            "language": self.catalogue.language,
            "what": "member sheet",
            "study": self.study.name,
            "member": self.member,
            "title": self.title.text,
            "party": self.party.text,
            "sections": [section.to_dict() for section in self.sections],
            "sources": [r.model_dump(mode="json") for r in self.sources],
            "methods": dict(self.methods),
            "provenance": dict(self.provenance),
        }


def member_sheet(study: Study, world: World, member: str, *, language: str = "en") -> Sheet:
    """Return the sheet of one member of a study's parties.

    Nothing is run: exposures are read from the lenses, losses from recorded runs.

    Parameters
    ----------
    study : Study
        The question.
    world : World
        The data.
    member : str
        Code of an economy that is a party of the study or a member of one.
    language : str
        Language of the texts.

    Raises
    ------
    BadInput
        When the economy belongs to no party of the study; the hint names some that do.
    """
    check_members(study, [member])
    context = Context(study, world, TextCatalogue.load(language))
    context.study = spoken(study, context.catalogue)
    return written_sheet(context, study, member)


def check_members(study: Study, members: Iterable[str]) -> None:
    """Raise unless a sheet can be written for each of these codes.

    Raises
    ------
    BadInput
        Names every code that belongs to no party of the study, or stands twice.
    """
    asked = list(members)
    known = sorted({m for code in study.parties.values() for m in codes.members(code)})
    problems = [
        InputProblem(
            f"{code!r} is no member of a party of the study {study.name}",
            hint=did_you_mean(code.upper(), known) or f"one of {', '.join(known)}",
        )
        for code in dict.fromkeys(asked)
        if code not in known
    ]
    raise_all("member sheets", problems)


def written_sheet(context: Context, study: Study, member: str) -> Sheet:
    """Return the sheet of a member, with what a context has worked out already.

    Parameters
    ----------
    context : Context
        The study with names in place of roles, and the world.
    study : Study
        The study as written, for its hash.
    member : str
        Code that `check_members` allows.
    """
    side = side_of(context, member)
    sections = tuple(_part(context, side, key) for key in PARTS)
    used = {key for s in sections for f in s.findings for key in f.datasets}
    used |= {
        k for s in sections for t in (*s.tables, *(c.table for c in s.charts)) for k in t.datasets
    }
    sources = tuple(context.world.record(key) for key in sorted(used))
    methods = sorted({f.method for s in sections for f in s.findings})
    title = context.say("sheet.title", member=context.label(member))
    party = "sheet.party_whole" if member == side.party else "sheet.party"
    return Sheet(
        study=context.study,
        member=member,
        title=title,
        party=context.say(
            party,
            party=context.name(side.party),
            study=context.study.title,
            role=context.catalogue.get(f"sheet.role.{side.role}", side.role),
        ),
        sections=sections,
        sources=sources,
        methods={key: context.catalogue.text(f"method.{key}") for key in methods},
        provenance={
            "isthmus": __version__,
            "study": study.name,
            "study_hash": canonical_hash(study.model_dump(mode="json")),
            "world": f"{context.world.name} {context.world.edition}",
            "world_hash": context.world.content_hash,
            "datasets": {record.key: record.content_sha256 for record in sources},
        },
        catalogue=context.catalogue,
    )


def _part(context: Context, side: Side, key: str) -> Section:
    """Return one part, or what the world lacks to write it."""
    page = _page(context, side, key)
    try:
        PARTS[key](page, side)
    except UNANSWERED as error:
        page = _page(context, side, key)
        page.gap("unanswered", what=context.reason(error))
    return replace(page.section(), key=key)


def _page(context: Context, side: Side, key: str) -> Page:
    page = Page(context, SHEET)
    page.question = f"question.{key}"
    page.fields["member"] = context.name(side.member)
    return page
