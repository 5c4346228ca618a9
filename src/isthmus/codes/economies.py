"""Economies by ISO 3166-1 alpha-3 code, and the rest-of-world codes of the data sets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from isthmus.codes._files import rows


@dataclass(frozen=True, slots=True)
class Economy:
    """An economy as the statistical sources list it; no statement on its status.

    Parameters
    ----------
    code : str
        ISO 3166-1 alpha-3 code, or a data set's own code (``"ROW"``).
    name : str
        Short English name.
    iso2, numeric : str
        ISO 3166-1 alpha-2 and numeric code; empty for codes that are not in ISO 3166.
    region, subregion : str
        UN M49 region names; empty where none is given.
    kind : {"economy", "aggregate"}
        Aggregates (``ROW``, ``WLD``, ``EUR``) belong to data sets and are never members.
    """

    code: str
    name: str
    iso2: str = ""
    numeric: str = ""
    region: str = ""
    subregion: str = ""
    kind: str = "economy"


@cache
def economies() -> Mapping[str, Economy]:
    """Return every known economy by code, sorted by code."""
    listed = (Economy(**row) for row in rows("economies.csv"))
    return MappingProxyType({e.code: e for e in sorted(listed, key=lambda e: e.code)})


@cache
def economy_names() -> Mapping[str, str]:
    """Return the name of every economy by code."""
    return MappingProxyType({code: e.name for code, e in economies().items()})
