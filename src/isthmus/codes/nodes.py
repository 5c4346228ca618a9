"""Parts of industries that a table may tell apart: an input that the industry hides, and the rest.

A node is named after its industry (``C26_LEAD`` of ``C26``); what is left has the name ``_REST``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache

CHIPS = "CHIPS"
"""Name for all chip nodes together."""

MATERIALS = "MATERIALS"
"""Name for all material nodes together."""

CHIP_NODES: Mapping[str, str] = {
    "C26_LEAD": "Leading-edge logic chips",
    "C26_LOGIC": "Other logic chips",
    "C26_MEM": "Memory chips",
    "C26_DAO": "Discrete, analogue and optical chips",
    "C26_PACK": "Chip assembly, test, packaging",
}
"""Nodes of computers and electronics, and their names."""

MATERIAL_NODES: Mapping[str, str] = {
    "B08_GRAPHITE": "Natural graphite",
    "C24B_GAGE": "Gallium, germanium and metals traded with them",
    "C24B_MAGNESIUM": "Unwrought magnesium",
    "C27_MAGNETS": "Permanent magnets of metal",
}
"""Nodes of quarrying, non-ferrous metals and electrical equipment, and their names."""

REST = "_REST"
REST_NAMES: Mapping[str, str] = {
    "B08": "Other quarrying",
    "C24B": "Other non-ferrous metals",
    "C26": "Other computers and electronics",
    "C27": "Other electrical equipment",
}
"""What is left of each industry with nodes."""

FAMILIES: Mapping[str, Mapping[str, str]] = {CHIPS: CHIP_NODES, MATERIALS: MATERIAL_NODES}
"""Nodes by the name for all of them."""


def whole_of(code: str) -> str:
    """Return the industry that a node or a rest is a part of; any other code itself."""
    return _WHOLE.get(code, code)


def is_rest(code: str) -> bool:
    """Whether a code stands for what nodes leave of an industry."""
    return code.endswith(REST) and whole_of(code) != code


def parts_of(whole: str, family: str) -> tuple[str, ...]:
    """Return the nodes of a family that are parts of an industry, then its rest; or nothing."""
    nodes = tuple(node for node in FAMILIES[family] if whole_of(node) == whole)
    return (*nodes, whole + REST) if nodes else ()


@cache
def wholes(family: str) -> tuple[str, ...]:
    """Return the industries that have nodes of a family."""
    return tuple(dict.fromkeys(whole_of(node) for node in FAMILIES[family]))


def families_of(codes: Iterable[str]) -> frozenset[str]:
    """Return the families whose nodes codes name, by node, by rest or all together."""
    named = set(codes)
    return frozenset(
        family
        for family in FAMILIES
        if family in named or any(named & set(parts_of(w, family)) for w in wholes(family))
    )


_WHOLE = {
    **{node: node.partition("_")[0] for nodes in FAMILIES.values() for node in nodes},
    **{whole + REST: whole for whole in REST_NAMES},
}
