"""Named measures that claims can be bound to.

A measure is a function ``run(context, **args) -> Finding``. It is registered under a dotted name
with the kind of each argument, so that a study file is checked before data are read::

    @measure("arms.top_supplier_share", economy=PARTY)
    def top_supplier_share(context: Context, *, economy: str) -> Finding: ...

A finding without a value (None, with a caveat) makes a claim *not measurable*; so does a
`DataMissing` raised by the world. A lens adds a module to this folder and its name to `MODULES`.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from isthmus.study.measures.registry import (
    BASKET,
    INDUSTRY,
    NUMBER,
    PARTY,
    PRODUCT,
    TEXT,
    YEAR,
    Measure,
    measure,
    registered,
)

MODULES = (
    "alignment",
    "arms",
    "cascade",
    "chains",
    "chips",
    "coercion",
    "disruption",
    "equilibrium",
    "ladder",
    "leverage",
    "materials",
    "trade",
)
"""Modules of this folder that register measures."""


@cache
def measures() -> Mapping[str, Measure]:
    """Return every measure by name, sorted by name."""
    for name in MODULES:
        importlib.import_module(f"{__name__}.{name}")
    return MappingProxyType(dict(sorted(registered().items())))


__all__ = [
    "BASKET",
    "INDUSTRY",
    "MODULES",
    "NUMBER",
    "PARTY",
    "PRODUCT",
    "TEXT",
    "YEAR",
    "Measure",
    "measure",
    "measures",
]
