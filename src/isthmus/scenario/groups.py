"""Groups of economies and industries that the shocks of a scenario may name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from isthmus.codes import INDUSTRY_CLASSIFICATIONS, concordance, members
from isthmus.codes import (
    industries as listed_industries,
)
from isthmus.codes.parties import is_coalition_code
from isthmus.scenario.model import Scenario

CHIPS = "CHIPS"
"""Group of the chip nodes of a table that splits electronics."""

MANUFACTURING = "MANUFACTURING"
"""Group of the manufacturing industries of a table whose codes begin with the section's letter."""

GOODS_SECTIONS = ("A", "B", "C")
"""First letters of goods: agriculture, mining, manufacturing."""

SERVICES = "SERV"
"""Industry of ICIO2025 that stands for all services."""


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
        code: members(code)
        for code in sorted(named)
        if code not in economies and is_coalition_code(code)
    }


def whole_coalitions(
    names: Sequence[str] | Mapping[str, Sequence[str]], economies: Sequence[str]
) -> tuple[dict[str, tuple[str, ...]], tuple[str, ...]]:
    """Return members by coalition, and the coalitions with members outside `economies`."""
    known = set(economies)
    if isinstance(names, Mapping):
        groups = {name: tuple(listed) for name, listed in names.items()}
    else:
        groups = {name: members(name) for name in names}
    whole = {name: listed for name, listed in groups.items() if set(listed) <= known}
    return whole, tuple(name for name in names if name not in whole)


def industry_groups(industries: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Return the groups that a shock may name, of an industry list.

    ``GOODS`` and ``SERVICES`` by section letter or by a known classification, neither where the
    list does not tell them apart; ``MANUFACTURING`` by section letter; where electronics are split
    into chip nodes, ``C26`` for all of them and ``CHIPS`` for all but the rest.
    """
    goods = _goods(tuple(industries))
    rest = tuple(i for i in industries if i not in goods) if goods else ()
    split = tuple(i for i in industries if i.startswith("C26_"))
    chips = tuple(i for i in split if i != "C26_REST")
    made = tuple(i for i in industries if i[0] == "C" and i[1:2].isdigit())
    groups = {"GOODS": goods, "SERVICES": rest, "C26": split, CHIPS: chips, MANUFACTURING: made}
    return {name: codes for name, codes in groups.items() if codes}


def _goods(industries: tuple[str, ...]) -> tuple[str, ...]:
    lettered = tuple(i for i in industries if i[0] in GOODS_SECTIONS and i[1:2].isdigit())
    if lettered:
        return lettered
    for classification in INDUSTRY_CLASSIFICATIONS:
        if set(industries) <= set(listed_industries(classification)):
            to = concordance(classification, "ICIO2025")
            return tuple(i for i in industries if {link.target for link in to.of(i)} - {SERVICES})
    return ()


def names_chips(scenario: Scenario) -> bool:
    """Whether a shock names chip nodes, so that a table has to tell them apart."""
    return any(
        code == CHIPS or code.startswith("C26_")
        for shock in scenario.shocks
        if "industries" in shock.code_fields
        for code in shock.model_dump()["industries"]
    )
