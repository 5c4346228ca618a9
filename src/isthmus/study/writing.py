"""The pages of a study, each as sections."""

from __future__ import annotations

from typing import Any

from isthmus.study.context import UNANSWERED, Context
from isthmus.study.dossier import Section
from isthmus.study.page import Page
from isthmus.study.schema import PageChoice, Study
from isthmus.study.spoken import spoken
from isthmus.study.subjects import times, writer
from isthmus.study.wording import TextCatalogue
from isthmus.world import World


def context_of(study: Study, world: World, language: str) -> Context:
    """Return what the pages of a study are written with.

    Raises
    ------
    NotFound
        When there are no texts in the language.
    """
    catalogue = TextCatalogue.load(language)
    return Context(spoken(study, catalogue), world, catalogue)


def written_of(context: Context, choice: PageChoice) -> list[Section]:
    """Return the sections of a page: several where it is written for each of something."""
    every = [choice.parameters] if choice.parameters else times(choice.page, context)
    return [written(context, choice.page, **one) for one in every]


def written(context: Context, name: str, **chosen: Any) -> Section:
    """Return a page as a section, or one that says what the world lacks to answer it."""
    page = Page(context, name)
    try:
        writer(name)(page, **chosen)
    except UNANSWERED as error:
        asked, part = page.question, page.part
        page = Page(context, name)
        page.question, page.part = asked, part
        page.gap("unanswered", what=context.reason(error))
    return page.section()
