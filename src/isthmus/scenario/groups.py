"""Groups of economies and industries that the shocks of a scenario may name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType

from isthmus.codes import INDUSTRY_CLASSIFICATIONS, concordance, members
from isthmus.codes import (
    industries as listed_industries,
)
from isthmus.codes.nodes import FAMILIES, families_of, is_rest, whole_of
from isthmus.codes.parties import is_coalition_code
from isthmus.scenario.model import Scenario

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


def industry_groups(industries: Sequence[str]) -> Mapping[str, tuple[str, ...]]:
    """Return the groups that a shock may name, of an industry list.

    ``GOODS`` and ``SERVICES`` by section letter or by a known classification, neither where the
    list does not tell them apart; ``MANUFACTURING`` by section letter; where an industry is split
    into nodes, its code for all parts; ``CHIPS`` and ``MATERIALS`` for the nodes of each kind.
    """
    return _groups(tuple(industries))


@lru_cache(maxsize=16)
def _groups(industries: tuple[str, ...]) -> Mapping[str, tuple[str, ...]]:
    goods = _goods(industries)
    rest = tuple(i for i in industries if i not in goods) if goods else ()
    made = tuple(i for i in industries if i[0] == "C" and i[1:2].isdigit())
    groups = {"GOODS": goods, "SERVICES": rest, MANUFACTURING: made}
    groups |= {
        family: tuple(i for i in industries if i in nodes) for family, nodes in FAMILIES.items()
    }
    split = dict.fromkeys(whole_of(i) for i in industries if is_rest(i))
    groups |= {whole: tuple(i for i in industries if whole_of(i) == whole) for whole in split}
    return MappingProxyType({name: codes for name, codes in groups.items() if codes})


def _goods(industries: tuple[str, ...]) -> tuple[str, ...]:
    lettered = tuple(i for i in industries if i[0] in GOODS_SECTIONS and i[1:2].isdigit())
    if lettered:
        return lettered
    for classification in INDUSTRY_CLASSIFICATIONS:
        if set(industries) <= set(listed_industries(classification)):
            to = concordance(classification, "ICIO2025")
            return tuple(i for i in industries if {link.target for link in to.of(i)} - {SERVICES})
    return ()


def detail_of(scenario: Scenario) -> frozenset[str]:
    """Return the families of nodes that shocks name, so that a table has to tell them apart."""
    return families_of(
        code
        for shock in scenario.shocks
        if "industries" in shock.code_fields
        for code in shock.model_dump()["industries"]
    )
