"""What a claim needs of a study before it can be held against data.

A claim applies where the study names the roles that its sentence and its measure follow, where its
coalitions have several members and its members belong to them, and where every entry of ``needs``
holds:

===========================  =========================================================
``rival``                    the study names a party for this role
``coalition:home``           that party has several members
``member:DEU:home``          the economy is that party, or one of its members
``party:TWN:partner``        that party is this economy or coalition
``bloc:home``                that party is inside the bloc of ``[options]``
``data:taiwan_ic_exports``   the world holds this data set
===========================  =========================================================
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from isthmus.study.context import Context
from isthmus.study.measures import COALITION, MEMBER, PARTIES, Measure
from isthmus.study.schema import ROLES, Claim
from isthmus.study.spoken import TEXTS, placeholders

FORMS = {"coalition": 1, "member": 2, "party": 2, "bloc": 1, "data": 1}
"""Forms of an entry and how many words follow each."""


def malformed(entry: str, roles: Sequence[str]) -> str:
    """Return what is wrong with an entry of ``needs``; empty where nothing is.

    Parameters
    ----------
    entry : str
        One entry.
    roles : sequence of str
        Roles that can be named.
    """
    form, *words = entry.split(":")
    if not words:
        return "" if form in roles else f"{entry!r} is no role"
    if FORMS.get(form) != len(words):
        return f"{entry!r} has none of the forms {', '.join(FORMS)}"
    role = "" if form == "data" else words[-1]
    return f"{role!r} is no role" if role and role not in roles else ""


def named_roles(claim: Any) -> set[str]:
    """Return the roles whose placeholders still stand in a claim's texts: those without a party."""
    texts = [getattr(claim, key) for key in TEXTS]
    return {name for text in texts for name in placeholders(text)}


def unmet(context: Context, claim: Claim, measure: Measure | None) -> list[str]:
    """Return, in words, what the study lacks for a claim; empty where the claim applies."""
    roles = context.study.roles
    implied = dict.fromkeys([*sorted(named_roles(claim)), *_argument_needs(claim, measure)])
    found = []
    for entry in (*implied, *claim.needs):
        form, *words = entry.split(":")
        role = words[-1] if words else form
        if form == "data":
            absent = bool(context.missing(words[0]))
        else:
            absent = role not in roles or not _holds(context, form, words)
            entry = entry if role in roles else role
        if absent:
            found.append(_told(context, entry))
    return list(dict.fromkeys(found))


def _argument_needs(claim: Claim, measure: Measure | None) -> Iterator[str]:
    """What the kinds of a measure's arguments ask for, as entries of ``needs``."""
    if measure is None:
        return
    given = {name: str(value) for name, value in claim.args.items()}
    kinds = measure.args
    coalition = next((v for n, v in given.items() if kinds.get(n) == COALITION), "")
    for name, value in given.items():
        if kinds.get(name) in PARTIES and value in ROLES:
            yield value
        if kinds.get(name) == COALITION:
            yield f"coalition:{value}"
        elif kinds.get(name) == MEMBER and coalition:
            yield f"member:{value}:{coalition}"


def _holds(context: Context, form: str, words: Sequence[str]) -> bool:
    party = context.study.party(words[-1]) if words else ""
    if form == "coalition":
        return len(context.members(party)) > 1
    if form == "member":
        return context.study.party(words[0]) in context.members(party)
    if form == "party":
        return party == words[0]
    if form == "bloc":
        bloc = context.members(context.study.options.bloc)
        return set(context.members(party)) <= set(bloc)
    return True


def _told(context: Context, entry: str) -> str:
    """Return one thing that is lacking, in words."""
    form, *words = entry.split(":")
    if not words:
        return context.catalogue.text("needs.role", role=form)
    fields = {"of": words[-1]}
    if form != "data":
        fields["of"] = context.name(context.study.party(words[-1]))
    return context.catalogue.text(f"needs.{form}", **fields)
