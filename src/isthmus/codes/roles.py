"""Industries by what is asked of them, stages of split industries, transit hubs: lists as data."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from isthmus.codes import lookup
from isthmus.codes._files import records

ROLES, STAGES, HUBS = "industry_roles", "industry_stages", "hubs"


@cache
def industries_in(role: str, classification: str = "ICIO2025") -> tuple[str, ...]:
    """Return the industries that stand for a role, in the order of their list.

    Parameters
    ----------
    role : str
        ``"arms"``, ``"defence"``, ``"listed"``, ``"electronics"`` or ``"chip_users"``.
    classification : str
        Classification of the codes.

    Raises
    ------
    CodeUnknown
        When no industry of this classification has the role.
    """
    listed = [row for row in records(ROLES) if row["classification"] == classification]
    found = tuple(row["industry"] for row in listed if row["role"] == role)
    if not found:
        names = {row["role"]: row["role"] for row in listed}
        raise lookup.unknown(role, names, noun="role of industries", where=classification)
    return found


@cache
def stages(split: str) -> Mapping[str, str]:
    """Return the stages of a split industry: name in the facts by short name, in order.

    Parameters
    ----------
    split : str
        Name of the split (``"chips"``).

    Raises
    ------
    CodeUnknown
        When no industry is split under this name.
    """
    rows = [row for row in records(STAGES) if row["split"] == split]
    if not rows:
        names = {row["split"]: row["industry"] for row in records(STAGES)}
        raise lookup.unknown(split, names, noun="split of an industry", where=STAGES)
    ordered = sorted(rows, key=lambda row: int(row["order"]))
    return MappingProxyType({row["stage"]: row["name"] for row in ordered})


@cache
def hubs_of(economy: str) -> tuple[str, ...]:
    """Return the transit hubs that stand beside an economy's own trade; none is usual."""
    return tuple(row["hub"] for row in records(HUBS) if row["economy"] == economy)
