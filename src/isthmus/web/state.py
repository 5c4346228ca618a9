"""What every page of one explorer works with, and what one request asks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib import resources
from typing import TYPE_CHECKING

from isthmus.study.context import Context
from isthmus.study.schema import ROLES, Role, Study
from isthmus.study.spoken import spoken
from isthmus.study.wording import TextCatalogue
from isthmus.web.answers import Answers
from isthmus.web.jobs import Jobs
from isthmus.web.memo import Memo
from isthmus.web.query import Query
from isthmus.web.shelf import Shelf

if TYPE_CHECKING:
    from isthmus.evidence import DatasetRecord
    from isthmus.web.uploads import Upload
    from isthmus.world import World

MOST_SHOWN, SHOWN_BYTES = 64, 32 * 2**20
"""Written pages that are kept, and the bytes that they may take together."""


class Explorer:
    """World, texts and answers of one explorer.

    Parameters
    ----------
    world : World
        The data.
    reference : str
        How the world was named, for commands that a reader copies.
    language : str
        Language of the texts.
    """

    def __init__(self, world: World, *, reference: str = "starter", language: str = "en") -> None:
        self.world = world
        self.reference = reference
        self.catalogue = TextCatalogue.load(language).with_texts(resources.files("isthmus.web"))
        self.answers = Answers(world, language)
        self.jobs = Jobs()
        self.shown = Memo(MOST_SHOWN, SHOWN_BYTES)
        self.uploads: Shelf[Upload] = Shelf("list of suppliers")
        self.packages: Shelf[PackageFile] = Shelf("file of packages")

    def t(self, key: str, **fields: str) -> str:
        """Return a text of the explorer."""
        return self.catalogue.text(f"web.{key}", **fields)

    def name(self, party: str) -> str:
        """Return the name of a party as it stands alone."""
        return self._context.label(party)

    def inside(self, party: str) -> str:
        """Return the name of a party as it stands inside a sentence."""
        return self._context.name(party)

    def spoken(self, study: Study) -> Study:
        """Return a study with the names of its parties, in the reader's language."""
        return spoken(study, self.catalogue)

    def records(self, keys: tuple[str, ...] | set[str]) -> tuple[DatasetRecord, ...]:
        """Return the records of data sets of the world, sorted by key."""
        return tuple(self.world.record(key) for key in sorted(keys) if key in self.world)

    @cached_property
    def _context(self) -> Context:
        nobody = Study.model_construct(roles=dict.fromkeys(ROLES, Role(party="WLD")))
        return Context(nobody, self.world, self.catalogue)


@dataclass(frozen=True)
class PackageFile:
    """A file of actions and packages that a browser sent.

    Parameters
    ----------
    id, name : str
        Its name in addresses, and what its owner calls it.
    text : str
        TOML that was read apart.
    """

    id: str
    name: str
    text: str


@dataclass(frozen=True)
class Asked:
    """One request: the explorer, the words of its path and of its query.

    Parameters
    ----------
    explorer : Explorer
        What answers.
    path : str
        Path without the ending that names a format.
    words : mapping of str to str
        Parameters of the path.
    query : Query
        Parameters after the question mark.
    form : str
        Ending that names a format; empty for the page itself.
    parts : frozenset of str
        Ids of the parts of the page that are asked for while a control moves; all when empty.
    """

    explorer: Explorer
    path: str
    words: Mapping[str, str]
    query: Query
    form: str = ""
    parts: frozenset[str] = frozenset()
