"""From a study and a world to a dossier."""

from __future__ import annotations

from collections.abc import Callable

from isthmus._version import __version__
from isthmus.runtime import canonical_hash
from isthmus.study.ahead import Ahead
from isthmus.study.claims import assess_claim
from isthmus.study.dossier import Dossier, Section
from isthmus.study.schema import Study
from isthmus.study.subjects import pages_of
from isthmus.study.summary import build_summary
from isthmus.study.writing import context_of, written_of
from isthmus.world import World

Progress = Callable[[str, int, int], None]


def assess(
    study: Study,
    world: World,
    *,
    language: str = "en",
    progress: Progress | None = None,
    each: Callable[[Section], None] | None = None,
    ahead: Ahead | None = None,
) -> Dossier:
    """Answer a study with a world.

    Parameters
    ----------
    study : Study
        The question, from `load_study`.
    world : World
        The data.
    language : str
        Language of the texts; the sentences of the study file stay as they are.
    progress : callable, optional
        Called with the name of each step, its number and their count.
    each : callable, optional
        Called with each section as soon as it is written.
    ahead : Ahead, optional
        A process beside this one that writes some of the pages; the dossier is the same.

    Returns
    -------
    Dossier
        The same for the same study, world and version; it carries no clock.

    Raises
    ------
    NotFound
        When there are no texts in the language.
    DataCorrupted
        When a file of the world differs from its record.
    """
    context = context_of(study, world, language)
    pages = pages_of(study)
    steps = len(pages) + 1
    sections = []
    if ahead is not None:
        ahead.begin(study, world, language)
    for number, choice in enumerate(pages):
        if progress is not None:
            progress(choice.page, number + 1, steps)
        there = None if ahead is None else ahead.page(number, each)
        if there is not None:
            sections += there.joined(context)
            continue
        for section in written_of(context, choice):
            sections.append(section)
            if each is not None:
                each(section)
    if progress is not None:
        progress("claims", steps, steps)
    claims = tuple(assess_claim(context, claim) for claim in context.study.claims)
    summary = build_summary(context, sections, claims)
    sources = tuple(world.record(key) for key in sorted(context.used))
    methods = sorted({finding.method for finding in context.findings.values()})
    return Dossier(
        study=context.study,
        asked=study,
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
        catalogue=context.catalogue,
    )
