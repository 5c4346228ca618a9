"""Whom a request is about: parties from its path and query, and controls to choose others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from isthmus import codes
from isthmus.errors import BadInput, CodeUnknown
from isthmus.study.schema import ROLES
from isthmus.web.answers import PageQuestion
from isthmus.web.query import Query
from isthmus.web.state import Asked, Explorer
from isthmus.web.view import Field, Form

if TYPE_CHECKING:
    from isthmus.world import World

FLOWS = "icio_flows"
NEEDED = ROLES[:2]
CHOSEN = ROLES[2:]


def question_of(asked: Asked) -> PageQuestion:
    """Return the question that a path and its query name.

    Raises
    ------
    NotFound
        When a study or party of the path does not exist.
    BadInput
        With what is wrong in the query.
    """
    if "study" in asked.words:
        return asked.explorer.answers.question_of(asked.words["study"])
    roles = {role: _party(asked.words[role], role) for role in NEEDED}
    return PageQuestion(roles | parties_of(asked.query, CHOSEN))


def asked_question(query: Query, explorer: Explorer) -> PageQuestion:
    """Return the question that a query alone names: a study, or parties by role.

    Raises
    ------
    NotFound
        When there is no such study.
    BadInput
        With what is wrong.
    """
    study = query.text("study")
    roles = parties_of(query, ROLES)
    query.check_own()
    if study:
        return explorer.answers.question_of(study)
    for role in NEEDED:
        if role not in roles:
            query.problem(role, "is missing", "name a study, or home and partner")
    query.check_own()
    return PageQuestion(roles)


def parties_of(query: Query, roles: tuple[str, ...]) -> dict[str, str]:
    """Return the parties that a query names for roles; what is none is noted in the query."""
    found = {}
    for role in roles:
        code = query.text(role)
        if not code:
            continue
        try:
            found[role] = _party(code, role)
        except (CodeUnknown, BadInput) as error:
            query.problem(role, error.what, error.hint or "")
    return found


def _party(code: str, where: str) -> str:
    if "," in code or "+" in code:
        hint = "economies side by side have a page of their own: /economy/DEU,FRA"
        raise CodeUnknown(f"{code!r} is not one economy or coalition", where=where, hint=hint)
    try:
        codes.resolve(code, where=where)
    except BadInput as error:
        raise CodeUnknown(
            str(error.problems[0] if error.problems else error.what), where=where, hint=error.hint
        ) from None
    return code


def choose_parties(explorer: Explorer, subject: str, roles: Mapping[str, str]) -> Form:
    """Return the form in which a reader chooses parties for a subject."""
    fields = (Field("subject", "", "hidden", subject), *party_fields(explorer, roles))
    return Form(explorer.t("choose.title"), "/go", fields, explorer.t("choose.submit"))


def party_fields(explorer: Explorer, roles: Mapping[str, str]) -> Iterator[Field]:
    """Yield a control for each role; what is needed and chosen cannot be left out."""
    known, none = parties(explorer), ("", explorer.t("choose.none"))
    for role in ROLES:
        value, needed = roles.get(role, ""), role in NEEDED
        choices = known if needed and value else (none, *known)
        text, helped = explorer.t(f"role.{role}"), explorer.t(f"role_text.{role}")
        yield Field(role, text, "select", value, choices, helped, required=needed)


def parties(explorer: Explorer) -> tuple[tuple[str, str], ...]:
    """Return code and name of what can be chosen: coalitions, then the economies of the flows."""
    names = codes.coalition_names()
    listed = [(code, explorer.name(code)) for code in names]
    economies = [
        (code, explorer.name(code))
        for code in _traders(explorer.world)
        if code in codes.economy_names()
    ]
    return (*listed, *sorted(economies, key=lambda pair: pair[1].casefold()))


def _traders(world: World) -> Sequence[str]:
    """Return the economies of the flows: from the table made of them where it lists them, which
    spares reading all flows for the first page.
    """
    made = f"mrio_{max(world.table_years, default=0)}_economies"
    own = any(added.partition("@")[0] == FLOWS for added in world.added)
    if made in world and not own:
        return world.table(made)["economy"].to_list()
    return world.flows().economies
