"""What findings and tables rest on, and how far they reach, as arguments of `Page.finding`."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from isthmus.evidence import Finding, Kind, Table
from isthmus.study.context import Context


def figure(context: Context, key: str, value: float | None, unit: str, **about: Any) -> Finding:
    """Return a finding whose method has the name of its key; see `Context.finding`."""
    return context.finding(key, value, unit, **{"method": method_of(key), **about})


def method_of(key: str) -> str:
    """Return the first two parts of a key, the name of its method unless that is another's."""
    return "_".join(key.split(".")[:2])


def of_table(table: Table) -> dict[str, Any]:
    """Return kind and data sets of a table, for what is taken from it."""
    return {"kind": table.kind, "datasets": table.datasets}


def of_data(context: Context, *keys: str, kind: Kind = Kind.MEASURED) -> dict[str, Any]:
    """Return data sets and their weakest kind, or `kind` where it is weaker."""
    return {"kind": Kind.weakest([kind, context.kind_of(*keys)]), "datasets": keys}


def drawn(row: Mapping[str, Any], of: str = "", interval: str = "draws_80") -> dict[str, Any]:
    """Return the range of a row's number, from its columns ``low`` and ``high``."""
    return {"low": row[f"{of}low"], "high": row[f"{of}high"], "interval": interval}


def between(readings: Collection[float], interval: str) -> dict[str, Any]:
    """Return the range of several readings of a number; none where there are none."""
    if not readings:
        return {}
    return {"low": min(readings), "high": max(readings), "interval": interval}
