"""What pages ask again and again: studies, their dossiers page by page, and pictures."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from isthmus.report.parts import pictures
from isthmus.study.assessment import Progress, assess
from isthmus.study.load import formed_study
from isthmus.study.new import draft_study
from isthmus.study.schema import PageChoice, Study
from isthmus.study.shipped import study_text
from isthmus.study.subjects import PAGES
from isthmus.web.memo import Memo

if TYPE_CHECKING:
    from markupsafe import Markup

    from isthmus.study.dossier import Dossier
    from isthmus.world import World

T = TypeVar("T")

MOST, MOST_BYTES = 96, 96 * 2**20
"""Answers that are kept (dossiers, tables, pictures), and the bytes that they may take together."""


@dataclass(frozen=True)
class PageQuestion:
    """Whom a page is about: the parties of a shipped study, or parties that a reader chose.

    Parameters
    ----------
    roles : mapping of str to str
        Code of the party by role.
    study : str
        Name of the shipped study; empty where a reader chose the parties.
    """

    roles: Mapping[str, str]
    study: str = ""

    @property
    def words(self) -> dict[str, str]:
        """The question as parameters of an address."""
        return {"study": self.study} if self.study else dict(self.roles)

    @property
    def key(self) -> tuple[tuple[str, str], ...]:
        """The question as something to look up."""
        return tuple(self.words.items())

    def lacks(self, page: str) -> tuple[str, ...]:
        """Return the roles that a page needs and the question does not name."""
        return tuple(role for role in PAGES[page] if role not in self.roles)


def name_of(roles: Mapping[str, str]) -> str:
    """Return the name of a study about some parties."""
    name = re.sub(r"[^a-z0-9]+", "-", "-".join(roles.values()).lower()).strip("-")
    return name[:60] or "own"


class Answers:
    """Studies answered with a world, each page once.

    Parameters
    ----------
    world : World
        The data.
    language : str
        Language of the texts.
    """

    def __init__(self, world: World, language: str) -> None:
        self.world = world
        self.language = language
        self._memo = Memo(MOST, MOST_BYTES)

    def shipped(self, name: str) -> Study:
        """Return a study that ships with the package; tests hold its text to be one.

        Raises
        ------
        NotFound
            When there is none of this name.
        """
        return self._memo.get(("study", name), lambda: formed_study(study_text(name)))

    def question_of(self, name: str) -> PageQuestion:
        """Return the question of a shipped study."""
        return PageQuestion(self.shipped(name).parties, name)

    def study(self, question: PageQuestion) -> Study:
        """Return the study of a question.

        Raises
        ------
        BadInput
            With every party that cannot be one.
        """
        if question.study:
            return self.shipped(question.study)
        key = ("draft", question.key)
        name = name_of(question.roles)
        return self._memo.get(key, lambda: draft_study(name, self.world, question.roles).study)

    def page_study(self, question: PageQuestion, page: str) -> Study:
        """Return the study of a question with one page and without claims."""
        study = self.study(question)
        chosen = [choice for choice in study.pages if choice.page == page]
        one = tuple(chosen) or (PageChoice(page=page),)
        return study.model_copy(update={"pages": one, "claims": ()})

    def page(self, question: PageQuestion, page: str) -> Dossier:
        """Return a dossier of one page, without claims."""
        return self._assessed((question.key, page), lambda: self.page_study(question, page))

    def whole(self, question: PageQuestion, progress: Progress | None = None) -> Dossier:
        """Return the dossier of a question with all its pages and claims."""
        return self._assessed((question.key, ""), lambda: self.study(question), progress)

    def kept(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return what was made for a key, or make it."""
        return self._memo.get(key, make)

    def has(self, key: Hashable) -> bool:
        """Tell whether what a key stands for is there already."""
        return self._memo.has(key)

    def document(self, question: PageQuestion, render: Callable[[Dossier], str]) -> str:
        """Return the dossier of a question as one document."""
        return self._memo.get(("document", question.key), lambda: render(self.whole(question)))

    def ready(self, question: PageQuestion) -> bool:
        """Tell whether the whole dossier is there already."""
        return self.has(("dossier", (question.key, "")))

    def pictures(self, question: PageQuestion, page: str) -> Mapping[str, Markup]:
        """Return the charts of a page as inline SVG, by key."""
        charts = [chart for s in self.page(question, page).sections for chart in s.charts]
        return self._memo.get(
            ("pictures", question.key, page),
            lambda: pictures(charts),
        )

    def _assessed(
        self, key: Hashable, study: Callable[[], Study], progress: Progress | None = None
    ) -> Dossier:
        def make() -> Dossier:
            return assess(study(), self.world, language=self.language, progress=progress)

        return self._memo.get(("dossier", key), make)
