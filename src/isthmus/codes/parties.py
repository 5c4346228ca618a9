"""Who a question is about: one economy, or a coalition on a day; the same for every room."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import ClassVar

from isthmus.codes import labels as other_labels
from isthmus.codes import lookup
from isthmus.codes.coalitions import (
    Coalition,
    Date,
    as_date,
    coalition,
    coalition_names,
    is_fixed,
)
from isthmus.codes.economies import economies, economy_names
from isthmus.codes.economy_lookup import held_otherwise
from isthmus.errors import CodeUnknown


@dataclass(frozen=True)
class Party:
    """An economy, or economies that act as one.

    Parameters
    ----------
    code : str
        As it was written (``"TWN"``, ``"EU27_2020"``, ``"NATO"``, ``"DEU+FRA"``).
    members : tuple of str
        Codes of its economies; the code itself for a single economy.
    on : datetime.date or None
        Day on which the members were taken; None where they do not change.
    spec : str
        What `resolve` reads as the same members again, with the day of every coalition that
        changes; the members when empty.
    """

    PLAIN: ClassVar[str] = "party"
    """A text stands for it."""

    code: str
    members: tuple[str, ...]
    on: dt.date | None = None
    spec: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        if not self.spec:
            object.__setattr__(self, "spec", ",".join(self.members))

    def __str__(self) -> str:
        return self.code

    @property
    def is_coalition(self) -> bool:
        """Whether more than one economy acts as one."""
        return len(self.members) > 1

    @cached_property
    def inside(self) -> frozenset[str]:
        """The members as a set."""
        return frozenset(self.members)

    @property
    def day_note(self) -> tuple[str, ...]:
        """What has to be said about the day of the members: one sentence, or nothing."""
        if self.on is not None:
            return (f"{self.code}: members on {self.on.isoformat()}",)
        return (f"{self.code}: members of {self.spec}",) if "@" in self.spec else ()

    def listed(self, known: Iterable[str]) -> tuple[str, ...]:
        """Return the members that are among `known`, in their own order."""
        there = set(known)
        return tuple(member for member in self.members if member in there)

    def absent(self, known: Iterable[str]) -> tuple[str, ...]:
        """Return the members that are not among `known`, in their own order."""
        there = set(known)
        return tuple(member for member in self.members if member not in there)

    def notes(self, known: Iterable[str]) -> tuple[str, ...]:
        """Return what has to be said beside data on `known`: the day, and who has none."""
        gone = ", ".join(self.absent(known))
        return (*self.day_note, *((f"{self.code}: no data of {gone}",) if gone else ()))


PartySpec = str | Party | Coalition | Iterable[str]
"""What may stand for a party: a code, several, or one that was resolved before."""


def resolve(
    party: PartySpec,
    *,
    on: Date | None = None,
    known: Collection[str] | None = None,
    where: str = "economy",
    hint: str = "",
) -> Party:
    """Return the party that was written.

    Parameters
    ----------
    party : str, Party, Coalition or iterable of str
        ``"DEU"``, ``"EU27_2020"``, ``"NATO@2024-12-31"``, ``"DEU,FRA"`` or a list of these. A
        party that was resolved before, or one of the caller's own, is taken as it is.
    on : datetime.date, str or int, optional
        Day (a year means its last one) for coalitions that change and carry no day of their own;
        `isthmus.codes.members_day` when None, whatever year the data are of.
    known : collection of str, optional
        Economies that the data hold: their labels count as economies too, and one member at
        least must be among them.
    where, hint : str
        Parameter or data set to name in an error, and where economies that the data do not list
        are to be found.

    Returns
    -------
    Party
        With all its members, each once, whether the data hold them or not; members of a
        coalition are sorted, the order of a list is kept.

    Raises
    ------
    CodeUnknown
        When a code is neither an economy nor a coalition, nothing was given, or the data hold
        none of the members.
    BadInput
        When a day is none, or is given for a fixed composition.
    """
    labels = frozenset(known or ())
    found = _resolved(party, on, labels)
    if known is not None and not labels & found.inside:
        raise CodeUnknown(
            f"the data hold no {'member of ' if found.is_coalition else ''}{found.code!r}",
            where=where,
            hint=held_otherwise((found.code, *found.members), labels)
            or hint
            or "`isthmus data list` shows which economies each data set covers",
        )
    return found


def dated(party: str, on: Date | None) -> str:
    """Return what was written with a day for every coalition that changes and has none.

    Without `on` it is returned as it is.

    Raises
    ------
    CodeUnknown, BadInput
        As in `resolve`.
    """
    if on is None:
        return party
    day = as_date(on).isoformat()
    return ",".join(
        f"{token}@{day}" if token in coalition_names() and not is_fixed(token) else token
        for token in _tokens(party)
    )


def is_coalition_code(code: str) -> bool:
    """Tell whether a code names a coalition, with or without a day (``"NATO@2024-12-31"``)."""
    return code.partition("@")[0] in coalition_names()


def members(code: PartySpec, *, on: Date | None = None) -> tuple[str, ...]:
    """Return the members of a coalition, or the one economy itself.

    Raises
    ------
    CodeUnknown
        When the code is neither an economy nor a coalition.
    """
    return resolve(code, on=on).members


def parse_parties(party: PartySpec, *, on: Date | None = None) -> tuple[str, tuple[str, ...]]:
    """Return code and members of `resolve`."""
    found = resolve(party, on=on)
    return found.code, found.members


def _resolved(party: PartySpec, on: Date | None, labels: frozenset[str]) -> Party:
    if isinstance(party, Party):
        return party
    if isinstance(party, Coalition):
        return _of(party, party.code)
    tokens = _tokens(party)
    if not tokens:
        raise CodeUnknown("no economy was named", hint="write a code such as 'DEU' or 'EU27_2020'")
    parts = [_one(token, on, labels) for token in tokens]
    if len(parts) == 1:
        return parts[0]
    every = dict.fromkeys(member for part in parts for member in part.members)
    days = {part.on for part in parts if part.on is not None}
    return Party(
        "+".join(tokens),
        tuple(every),
        days.pop() if len(days) == 1 else None,
        ",".join(part.spec for part in parts),
    )


def _tokens(party: str | Iterable[str]) -> list[str]:
    listed = party.split(",") if isinstance(party, str) else list(party)
    return [str(token).strip() for token in listed if str(token).strip()]


def _one(token: str, on: Date | None, labels: frozenset[str]) -> Party:
    if token in labels or token in economies():
        return Party(token, (token,))
    code, _, day = token.partition("@")
    if code in coalition_names():
        found = _of(coalition(code, on=day or (None if is_fixed(code) else on)), token)
        if not found.members:
            raise CodeUnknown(f"{code} had no members on {found.on}", where=token)
        return found
    begun = [c for c in coalition_names() if len(token) > 1 and c.startswith(token.upper())]
    said = lookup.spell(begun, coalition_names()) or other_labels.hint(token)
    known = {**coalition_names(), **economy_names()}
    raise lookup.unknown(token, known, noun="economy", hint=said)


def _of(found: Coalition, written: str) -> Party:
    spec = found.code if found.on is None else f"{found.code}@{found.on.isoformat()}"
    return Party(written, found.members, found.on, spec)
