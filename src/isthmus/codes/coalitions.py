"""Coalitions as dated sets of members."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from isthmus.codes import labels, lookup
from isthmus.codes._files import rows
from isthmus.codes.economies import economies, economy_names
from isthmus.codes.resolve import economy
from isthmus.errors import BadInput, CodeUnknown
from isthmus.runtime.reading.values import natural

Date = dt.date | str | int


@dataclass(frozen=True, slots=True)
class Membership:
    """One economy's stay in a coalition; `until` is the first day outside.

    Parameters
    ----------
    economy : str
        Code of the member.
    since : datetime.date
        First day of membership.
    until : datetime.date or None
        First day after membership; None while it lasts.
    """

    economy: str
    since: dt.date
    until: dt.date | None = None

    def holds(self, day: dt.date) -> bool:
        """Tell whether the economy is a member on `day`."""
        return self.since <= day and (self.until is None or day < self.until)


@dataclass(frozen=True, slots=True)
class Coalition:
    """A named set of economies, on one day or as a fixed composition.

    Parameters
    ----------
    code : str
        Code (``"EU27_2020"``, ``"NATO"``).
    name : str
        Name in words.
    members : tuple of str
        Codes of the members, sorted.
    on : datetime.date or None
        Day for which the members hold; None for a composition that is fixed by its definition.
    """

    code: str
    name: str
    members: tuple[str, ...]
    on: dt.date | None = None

    def __contains__(self, code: object) -> bool:
        return code in self.members

    def __len__(self) -> int:
        return len(self.members)


@cache
def coalition_names() -> Mapping[str, str]:
    """Return the name of every coalition by code."""
    return MappingProxyType({row["coalition"]: row["name"] for row in rows("coalitions.csv")})


@cache
def memberships(code: str) -> tuple[Membership, ...]:
    """Return every membership of a coalition over time, sorted by first day and code.

    Raises
    ------
    CodeUnknown
        When there is no coalition of this code.
    """
    if code not in coalition_names():
        raise lookup.unknown(code, coalition_names(), noun="coalition")
    listed = [
        Membership(
            economy=row["economy"],
            since=dt.date.fromisoformat(row["since"]),
            until=dt.date.fromisoformat(row["until"]) if row["until"] else None,
        )
        for row in rows("memberships.csv")
        if row["coalition"] == code
    ]
    return tuple(sorted(listed, key=lambda m: (m.since, m.economy)))


def is_fixed(code: str) -> bool:
    """Tell whether a coalition's members are part of its definition (``EU27_2020``)."""
    row = next((r for r in rows("coalitions.csv") if r["coalition"] == code), None)
    if row is None:
        raise lookup.unknown(code, coalition_names(), noun="coalition")
    return row["fixed"] == "1"


def coalition(code: str, *, on: Date | None = None) -> Coalition:
    """Return a coalition with its members.

    Parameters
    ----------
    code : str
        Code of the coalition.
    on : datetime.date, str or int, optional
        Day (or ISO text, or year: its last day) on which the members are taken. Needed for
        coalitions that change (``NATO``, ``EU``); a fixed composition does not accept it.

    Returns
    -------
    Coalition
        With members sorted by code.

    Raises
    ------
    CodeUnknown
        When the code is unknown, or no date is given for a coalition that changes.
    BadInput
        When a date is given for a fixed composition, or is no date.
    """
    stays = memberships(code)
    name = coalition_names()[code]
    if is_fixed(code):
        if on is not None:
            raise BadInput(
                f"{code} is a fixed composition and takes no date",
                hint="take 'EU' at a date for the members of that day" if "EU" in code else None,
            )
        return Coalition(code, name, tuple(sorted({s.economy for s in stays})))
    if on is None:
        raise CodeUnknown(
            f"the members of {code!r} change over time and no date was given",
            where=code,
            hint=f'name a day, as in coalition("{code}", on="2025-01-01"), or "{code}@2025-01-01"',
        )
    day = as_date(on)
    return Coalition(code, name, tuple(sorted({s.economy for s in stays if s.holds(day)})), on=day)


def coalitions() -> tuple[str, ...]:
    """Return the codes of all coalitions."""
    return tuple(coalition_names())


def members(code: str, *, on: Date | None = None) -> tuple[str, ...]:
    """Return the members of a coalition, or the one economy itself.

    Raises
    ------
    CodeUnknown
        When the code is neither an economy nor a coalition.
    """
    return parse_parties(code, on=on)[1]


def parse_parties(
    parties: str | Coalition | Iterable[str], *, on: Date | None = None
) -> tuple[str, tuple[str, ...]]:
    """Return a label and the member economies of what a user wrote.

    Parameters
    ----------
    parties : str, Coalition or iterable of str
        ``"DEU"``, ``"EU27_2020"``, ``"NATO@2024-12-31"``, ``"DEU,FRA"`` or a list of these.
    on : date, optional
        Day for coalitions that change and carry no date of their own.

    Returns
    -------
    tuple of (str, tuple of str)
        The label as given (several joined by ``+``) and the members, each once; the order of a
        list is kept, members of a coalition are sorted.

    Raises
    ------
    CodeUnknown
        When a code is neither an economy nor a coalition, or nothing was given.
    """
    if isinstance(parties, Coalition):
        return parties.code, parties.members
    listed = parties.split(",") if isinstance(parties, str) else list(parties)
    tokens = [str(token).strip() for token in listed if str(token).strip()]
    if not tokens:
        raise CodeUnknown("no economy was named", hint="write a code such as 'DEU' or 'EU27_2020'")
    found: dict[str, None] = {}
    for token in tokens:
        found.update(dict.fromkeys(_members_of(token, on)))
    return "+".join(tokens), tuple(found)


def as_date(on: Date) -> dt.date:
    """Return a day from a date, ISO text or a year (its last day).

    Raises
    ------
    BadInput
        When the text is no date.
    """
    if isinstance(on, dt.date):
        return on
    text = str(on).strip()
    year = natural(text) if len(text) == 4 else None
    try:
        return dt.date.fromisoformat(text) if year is None else dt.date(year, 12, 31)
    except ValueError:
        raise BadInput(
            f"{text!r} is no date", hint="write a day as 2024-12-31, or a year"
        ) from None


def _members_of(token: str, on: Date | None) -> tuple[str, ...]:
    if token in economies():
        return (economy(token).code,)
    code, _, day = token.partition("@")
    if code in coalition_names():
        return coalition(code, on=day or (None if is_fixed(code) else on)).members
    begun = [c for c in coalition_names() if len(token) > 1 and c.startswith(token.upper())]
    said = lookup.spell(begun, coalition_names()) or labels.hint(token)
    known = {**coalition_names(), **economy_names()}
    raise lookup.unknown(token, known, noun="economy", hint=said)
