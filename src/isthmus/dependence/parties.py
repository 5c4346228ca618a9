"""Who imports or supplies: one economy, or a coalition that acts as one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from isthmus.codes import held_otherwise, parse_parties
from isthmus.errors import CodeUnknown


@dataclass(frozen=True, slots=True)
class Party:
    """An economy or a coalition with its members.

    Parameters
    ----------
    code : str
        Code of the economy or coalition (``"TWN"``, ``"EU27_2020"``).
    members : tuple of str
        Economy codes; the code itself for a single economy.
    """

    code: str
    members: tuple[str, ...]

    @property
    def is_coalition(self) -> bool:
        """Whether more than one economy acts as one."""
        return len(self.members) > 1


PartySpec = str | Party


def resolve(spec: PartySpec, economies: Sequence[str], *, on: int | None = None) -> Party:
    """Return the party that a code names.

    Parameters
    ----------
    spec : str or Party
        Code of an economy or a coalition (``"EU27_2020"``, ``"NATO@2024-12-31"``,
        ``"DEU,FRA"``), or a party of the caller's own.
    economies : sequence of str
        Economies that the data hold.
    on : int, optional
        Year on whose last day the members of a changing coalition are taken.

    Returns
    -------
    Party
        The party with all its members, whether the data hold them or not.

    Raises
    ------
    CodeUnknown
        When the code is neither an economy nor a coalition, or when the data hold none of its
        members.
    """
    if isinstance(spec, Party):
        party = spec
    elif spec in economies:
        party = Party(spec, (spec,))
    else:
        party = Party(*parse_parties(spec, on=on))
    if not set(party.members) & set(economies):
        raise CodeUnknown(
            f"the data hold no member of {party.code!r}",
            where="economy",
            hint=held_otherwise(party.members, economies)
            or "`isthmus data list` shows which economies each data set covers",
        )
    return party


def missing_members(party: Party, economies: Iterable[str]) -> tuple[str, ...]:
    """Return the members without data of their own, in their own order."""
    known = set(economies)
    return tuple(m for m in party.members if m not in known)


def member_mask(party: Party, economies: Sequence[str]) -> NDArray[np.bool_]:
    """Return which economies belong to the party, shape (n,)."""
    inside = set(party.members)
    return np.array([e in inside for e in economies], dtype=bool)
