"""Groups of economies and industries that the shocks of a scenario may name."""

from __future__ import annotations

from collections.abc import Sequence

from isthmus.codes import coalition, coalition_names
from isthmus.codes.coalitions import is_fixed
from isthmus.scenario.model import Scenario

MEMBERSHIP_DAY = "2026-01-01"
"""Day for which members of dated coalitions hold where no day is given."""

GOODS_SECTIONS = ("A", "B", "C")
"""First letters of goods: agriculture, mining, manufacturing."""


def economy_groups(scenario: Scenario, economies: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Return the members of every coalition that the scenario names."""
    named = {
        code
        for shock in scenario.shocks
        for field in shock.code_fields
        if field != "industries"
        for code in getattr(shock, field)
    }
    return {
        code: members_of(code)
        for code in sorted(named)
        if code not in economies and code.partition("@")[0] in coalition_names()
    }


def members_of(code: str) -> tuple[str, ...]:
    """Return the members of a coalition, on `MEMBERSHIP_DAY` where none is given."""
    dated = "@" in code or is_fixed(code)
    return tuple(coalition(code, on=None if dated else MEMBERSHIP_DAY).members)


def industry_groups(industries: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Return the groups ``GOODS`` and ``SERVICES`` of an industry list, by section letter."""
    goods = tuple(i for i in industries if i[0] in GOODS_SECTIONS and i[1:2].isdigit())
    rest = tuple(i for i in industries if i not in goods)
    return {name: codes for name, codes in (("GOODS", goods), ("SERVICES", rest)) if codes}
