"""A study file for parties of one's own, from a template or from another study."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any, NamedTuple

from isthmus import codes
from isthmus.errors import BadInput, InputProblem, NotFound, did_you_mean, raise_all
from isthmus.study.check import semantic_problems
from isthmus.study.money import OWN
from isthmus.study.schema import PageChoice, Role, Study
from isthmus.study.subjects import PAGES, measures

if TYPE_CHECKING:
    from isthmus.world import World

FLAGSHIP = "taiwan-europe"
OF_MEMBERS = {"exposure"}
"""Pages that compare the members of home: empty for one economy."""


class Drafted(NamedTuple):
    """A study for other parties, and what of its template does not apply to them.

    Parameters
    ----------
    study : Study
        The study.
    left_out : dict of str to str
        What the study lacks for each claim that was left out, by id.
    """

    study: Study
    left_out: dict[str, str]


@cache
def templates() -> Mapping[str, Mapping[str, Any]]:
    """Return title, question and pages by name of a template."""
    from isthmus.study.wording import read_texts

    return read_texts(resources.files("isthmus.study").joinpath("templates.toml"))


def draft_study(
    name: str, world: World, parties: Mapping[str, str], *, template: str = "pair"
) -> Drafted:
    """Return a study for some parties, without the claims that do not apply to them.

    Parameters
    ----------
    name : str
        Name of the new study.
    world : World
        The data, for claims that need a data set.
    template : str
        Name of a template.
    parties : mapping of str to str
        Code of the party by role: ``home``, ``partner`` and, where there are any, ``rival`` and
        ``ally``.

    Raises
    ------
    NotFound
        When there is no such template.
    BadInput
        With every party that cannot be one.
    """
    from isthmus.study.context import Context
    from isthmus.study.needs import unmet
    from isthmus.study.shipped import open_study

    if template not in templates():
        hint = did_you_mean(template, templates()) or f"one of {', '.join(templates())}"
        raise NotFound(f"no template {template!r}", where="template", hint=hint)
    roles = dict(parties)
    wrong = semantic_problems({"roles": roles})
    found = [InputProblem(what, str(path[-1]), hint) for path, what, hint in wrong]
    raise_all("the parties cannot be those of a study", found)
    texts = templates()[template]
    tail = "" if "rival" in roles else "_alone"
    pages = [page for page in texts["pages"] if set(PAGES[page]) <= set(roles)]
    if len(codes.members(roles["home"])) < 2:
        pages = [page for page in pages if page not in OF_MEMBERS]
    source = open_study(FLAGSHIP)
    study = source.model_copy(
        update={
            "name": name,
            "title": texts[f"title{tail}"],
            "question": texts[f"question{tail}"],
            "currency": source.currency
            if set(codes.members(roles["home"])) <= set(codes.members(source.party("home")))
            else OWN,
            "roles": {role: Role(party=code) for role, code in roles.items()},
            "pages": tuple(
                PageChoice(page=page, parameters=texts.get("parameters", {}).get(page, {}))
                for page in pages
            ),
        }
    )
    context = Context(study, world)
    kept, left_out = [], {}
    for claim in source.claims:
        measure = measures().get(claim.measure)
        if measure is None and template != "pair":
            continue
        if measure is not None and measure.subject not in pages:
            continue
        if claim.measure in texts.get("without", ()):
            continue
        lacking = unmet(context, claim, measure)
        if lacking:
            left_out[claim.id] = "; ".join(lacking)
        else:
            kept.append(claim)
    return Drafted(study.model_copy(update={"claims": tuple(kept)}), left_out)


def own_tables(template: str, held: Iterable[str]) -> tuple[str, ...]:
    """Return the keys of tables of one's own that pages of a template read and a store holds."""
    chosen = templates()[template].get("parameters", {}).get("suppliers", {}).values()
    return tuple(key for key in chosen if key in set(held))


def migrated(text: str) -> str:
    """Return the text of a study file of version 1 as one of version 2; comments stay.

    Raises
    ------
    BadInput
        When the text has no ``schema_version = 1``.
    """
    lines = text.split("\n")
    at = next((n for n, s in enumerate(lines) if s.split("#")[0].split() == OLD), None)
    if at is None:
        raise BadInput("the file is no study of version 1", where="schema_version")
    lines[at] = lines[at].replace("1", "2", 1)
    return "\n".join(
        line.replace("[parties]", "[roles]") if line.strip().startswith("[parties]") else line
        for line in lines
    )


OLD = ["schema_version", "=", "1"]
