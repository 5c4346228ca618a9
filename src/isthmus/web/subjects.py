"""Which pages of a study stand under one address, and the addresses of a question."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from urllib.parse import quote

from isthmus.web.answers import PageQuestion
from isthmus.web.query import address

SUBJECTS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "answer": ("answer",),
        "pair": ("dependence", "chains"),
        "members": ("exposure",),
        "chips": ("chips",),
        "materials": ("materials", "concentration"),
        "disruption": ("disruption",),
        "equilibrium": ("equilibrium",),
        "cascade": ("cascade",),
        "coercion": ("coercion", "leverage", "ladder"),
        "packages": ("packages", "package"),
        "security": ("arms", "munitions", "island", "alignment"),
    }
)
"""Pages of a study by the name of their address, in the order of the navigation."""
ELSEWHERE = frozenset({"suppliers"})
"""Pages that rest on a table of the reader's own, which has an address of its own."""
TOOL = "whatif"
"""Where the events of the subject before it are moved."""
BEHIND = "disruption"


def subject_address(subject: str, question: PageQuestion) -> str:
    """Return where a subject is shown for a question."""
    if question.study:
        return f"/study/{question.study}/{subject}"
    roles = dict(question.roles)
    home, partner = (quote(roles.pop(role), safe="@,+") for role in ("home", "partner"))
    return address(f"/{subject}/{home}/{partner}", roles)


def figure_address(key: str, words: Mapping[str, str]) -> str:
    """Return where a figure stands, by its key and the question that it answers."""
    return address(f"/figure/{quote(key, safe='@.,:')}", words)


def subject_links(question: PageQuestion) -> list[tuple[str, str]]:
    """Return name and address of every subject for a question."""
    named = [n for name in SUBJECTS for n in ((name, TOOL) if name == BEHIND else (name,))]
    return [(name, subject_address(name, question)) for name in named]
