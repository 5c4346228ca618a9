"""From a study and a world to a dossier."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from isthmus._version import __version__
from isthmus.errors import BadInput, CodeUnknown, DataMissing, ShockNotRepresentable
from isthmus.runtime import canonical_hash
from isthmus.study.claims import assess_claim
from isthmus.study.context import Context
from isthmus.study.dossier import Dossier, Section
from isthmus.study.schema import ROLES, Study
from isthmus.study.sections import SECTIONS, Build
from isthmus.study.sections.summary import build_summary
from isthmus.study.spoken import spoken
from isthmus.world import World

Progress = Callable[[str, int, int], None]


def assess(study: Study, world: World, *, progress: Progress | None = None) -> Dossier:
    """Answer a study with a world.

    Parameters
    ----------
    study : Study
        The question, from `load_study`.
    world : World
        The data.
    progress : callable, optional
        Called with the name of each step, its number and their count.

    Returns
    -------
    Dossier
        The same for the same study, world and version; it carries no clock.

    Raises
    ------
    DataCorrupted
        When a file of the world differs from its record.
    """
    context = Context(study, world)
    context.study = spoken(study, context.name)
    steps = len(SECTIONS) + 1
    sections = []
    for number, (name, build) in enumerate(SECTIONS, 1):
        if progress is not None:
            progress(name, number, steps)
        sections.append(_with_quoted(_built(context, name, build)))
    if progress is not None:
        progress("claims", steps, steps)
    claims = tuple(assess_claim(context, claim) for claim in context.study.claims)
    summary = build_summary(context, sections, claims)
    sources = tuple(world.record(key) for key in sorted(context.used))
    methods = sorted({finding.method for finding in context.findings.values()})
    return Dossier(
        study=context.study,
        summary=summary,
        sections=tuple(sections),
        claims=claims,
        sources=sources,
        methods={key: context.catalogue.text(f"method.{key}") for key in methods},
        provenance={
            "isthmus": __version__,
            "study": study.name,
            "study_hash": canonical_hash(study.model_dump(mode="json")),
            "world": f"{world.name} {world.edition}",
            "world_hash": world.content_hash,
            "datasets": {record.key: record.content_sha256 for record in sources},
        },
    )


def _built(context: Context, name: str, build: Build) -> Section:
    """Return the section, or one that says what the world lacks to answer it."""
    try:
        return build(context)
    except (BadInput, CodeUnknown, DataMissing, ShockNotRepresentable) as error:
        names = {role: context.name(getattr(context, role)) for role in ROLES}
        gap = context.say("gap.unanswered", what=error.what)
        return Section(name, context.say(f"{name}.question", **names), gaps=(gap,))


def _with_quoted(section: Section) -> Section:
    """Add to a section's findings those that its sentences quote."""
    notes = [n.sentence for n in (*section.headlines, *section.counters)]
    titles = [s for c in section.charts for s in (c.title, c.alt)]
    said = [*section.answer, *notes, *titles, *section.notes, *section.gaps]
    quoted = [f for sentence in said for f in sentence.findings]
    return replace(section, findings=tuple(dict.fromkeys([*section.findings, *quoted])))
