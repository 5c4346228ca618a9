"""The four kinds of number, from the strongest to the weakest."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum


class Kind(StrEnum):
    """How a number came about; ordered from strong to weak.

    A number takes the weakest kind of its method and its inputs.
    """

    MEASURED = "measured"
    ESTIMATED = "estimated"
    MODELLED = "modelled"
    ASSUMED = "assumed"

    @property
    def rank(self) -> int:
        """Position from strong (0) to weak (3)."""
        return _ORDER.index(self)

    @staticmethod
    def weakest(kinds: Iterable[Kind | str]) -> Kind:
        """Return the weakest of `kinds`.

        Raises
        ------
        ValueError
            When `kinds` is empty or holds an unknown kind.
        """
        return max((Kind(k) for k in kinds), key=lambda k: k.rank)


_ORDER = [Kind.MEASURED, Kind.ESTIMATED, Kind.MODELLED, Kind.ASSUMED]
