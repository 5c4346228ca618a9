"""Coalitions as dated sets of members."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from isthmus.codes import lookup
from isthmus.codes._files import edition, records
from isthmus.errors import BadInput
from isthmus.runtime.reading.values import natural

Date = dt.date | str | int

MEMBERS = "coalition_members"
"""Key of the data set of members."""


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
    return MappingProxyType({row["coalition"]: row["name"] for row in records(MEMBERS)})


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
        for row in records(MEMBERS)
        if row["coalition"] == code
    ]
    return tuple(sorted(listed, key=lambda m: (m.since, m.economy)))


def is_fixed(code: str) -> bool:
    """Tell whether a coalition's members are part of its definition (``EU27_2020``)."""
    row = next((r for r in records(MEMBERS) if r["coalition"] == code), None)
    if row is None:
        raise lookup.unknown(code, coalition_names(), noun="coalition")
    return bool(row["fixed"])


def members_day() -> dt.date:
    """Return the day on which members are taken where none is given.

    It is the edition of the data set of members: the last day whose changes are in it.
    """
    return dt.date.fromisoformat(edition(MEMBERS))


def coalition(code: str, *, on: Date | None = None) -> Coalition:
    """Return a coalition with its members.

    Parameters
    ----------
    code : str
        Code of the coalition.
    on : datetime.date, str or int, optional
        Day (or ISO text, or year: its last day) on which the members of coalitions that change
        (``NATO``, ``EU``) are taken; `members_day` when None. A fixed composition takes none.

    Returns
    -------
    Coalition
        With members sorted by code.

    Raises
    ------
    CodeUnknown
        When there is no coalition of this code.
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
    day = members_day() if on is None else as_date(on)
    return Coalition(code, name, tuple(sorted({s.economy for s in stays if s.holds(day)})), on=day)


def coalitions() -> tuple[str, ...]:
    """Return the codes of all coalitions."""
    return tuple(coalition_names())


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
