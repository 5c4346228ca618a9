"""Labels of several economies at once: the world, unions, and areas that are not specified."""

from __future__ import annotations

from functools import cache

from isthmus.codes.coalitions import coalition, coalition_names
from isthmus.codes.economies import economies
from isthmus.codes.labels import SIDES, economy_of, meanings
from isthmus.errors import IsthmusError

TOGETHER = "together"
"""Last word of the note on a label of several economies that no aggregate's code stands for."""
TOTAL = "a total"
"""First words of the note on a label of all economies."""
WORLD = "WLD"
UNION = "EU27_2020"
AREAS = frozenset({"ZZZ", "OTH", "ROW"})
"""Aggregates that stand beside single economies, of which they hold none."""


@cache
def is_aggregate(text: str) -> bool:
    """Return whether a text stands for several economies at once."""
    if code := economy_of(text):
        return economies()[code].kind == "aggregate"
    return text.strip().casefold() in _coalitions() or any(
        not m.economy and m.note.endswith(TOGETHER) for m in meanings(text)
    )


@cache
def is_total(text: str) -> bool:
    """Return whether a text stands for all economies: the world, or a total."""
    said = any(not m.economy and m.note.startswith(TOTAL) for m in meanings(text))
    return economy_of(text) == WORLD or said


@cache
def holds_others(text: str) -> bool:
    """Return whether a text stands for economies that can stand beside it: the world, a union."""
    return is_total(text) or (is_aggregate(text) and economy_of(text) not in AREAS)


@cache
def members_of(text: str) -> tuple[str, ...]:
    """Return the members of the union that a text names, those of today; none for other texts."""
    union = UNION if economy_of(text) == "EUU" and text not in coalition_names() else text
    try:
        return coalition(union).members
    except IsthmusError:
        return ()


@cache
def side_of(text: str) -> tuple[tuple[str, ...], bool] | None:
    """Return whose partners a label adds up, and whether those inside (``EU27_2020_EXTRA``).

    Returns
    -------
    tuple of (tuple of str, bool) or None
        Members of the union, and true for partners inside it; None for other labels, and for
        unions whose members depend on the day.
    """
    found = SIDES.fullmatch(text.strip().upper())
    if found is None:
        return None
    try:
        union = coalition(found[1] or found[4])
    except IsthmusError:
        return None
    return (union.members, "INT" in (found[2] or found[3])) if union.on is None else None


@cache
def _coalitions() -> frozenset[str]:
    """Return codes and names of the coalitions, without case."""
    return frozenset(t.casefold() for pair in coalition_names().items() for t in pair)
