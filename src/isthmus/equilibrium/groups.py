"""Members of the groups that a scenario or a report names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from isthmus.codes import coalition, coalition_names
from isthmus.codes.coalitions import is_fixed
from isthmus.equilibrium.elasticities import goods_of
from isthmus.scenario import Scenario

MEMBERSHIP_DAY = "2026-01-01"
"""Day for which members of dated coalitions hold where no day is given."""


def industry_groups(industries: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Return the groups ``GOODS`` and ``SERVICES`` where the table tells them apart."""
    goods = goods_of(tuple(industries))
    if not goods:
        return {}
    rest = tuple(code for code in industries if code not in goods)
    return {"GOODS": goods, "SERVICES": rest} if rest else {"GOODS": goods}


def whole_coalitions(
    names: Sequence[str] | Mapping[str, Sequence[str]], economies: Sequence[str]
) -> tuple[dict[str, tuple[str, ...]], tuple[str, ...]]:
    """Return members by coalition, and the coalitions with members outside `economies`."""
    known = set(economies)
    if isinstance(names, Mapping):
        groups = {name: tuple(members) for name, members in names.items()}
    else:
        groups = {name: _members(name) for name in names}
    whole = {name: members for name, members in groups.items() if set(members) <= known}
    return whole, tuple(name for name in names if name not in whole)


def economy_groups(scenario: Scenario, economies: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Members of the coalitions that the scenario names."""
    named = {
        code
        for shock in scenario.shocks
        for field in shock.code_fields
        if field != "industries"
        for code in getattr(shock, field)
    }
    return {
        code: _members(code)
        for code in named
        if code not in economies and code.partition("@")[0] in coalition_names()
    }


def _members(code: str) -> tuple[str, ...]:
    dated = "@" in code or is_fixed(code)
    return tuple(coalition(code, on=None if dated else MEMBERSHIP_DAY).members)
