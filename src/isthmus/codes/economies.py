"""Economies by ISO 3166-1 alpha-3 code, and the rest-of-world codes of the data sets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from isthmus.codes import lookup
from isthmus.codes._files import rows
from isthmus.errors import InputProblem, raise_all


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


def economy(code: str, *, where: str = "") -> Economy:
    """Return the economy with exactly this code.

    Raises
    ------
    CodeUnknown
        When the code is unknown; a name is not accepted but answered with its code.
    """
    try:
        return economies()[code]
    except (KeyError, TypeError):
        raise lookup.unknown(code, economy_names(), noun="economy", where=where) from None


def check_economies(
    codes: Iterable[str], *, known: Iterable[str] | None = None, what: str = "economies"
) -> tuple[str, ...]:
    """Return `codes` as a tuple once all are known; report every unknown one at once.

    Parameters
    ----------
    codes : iterable of str
        Codes to check.
    known : iterable of str, optional
        Codes that a data set holds; all economies by default.
    what : str
        What was being read, for the message.

    Raises
    ------
    BadInput
        With one problem per unknown code.
    """
    listed = tuple(codes)
    allowed = set(economies() if known is None else known)
    names = {c: n for c, n in economy_names().items() if c in allowed}
    names |= {c: c for c in allowed - set(names)}
    problems = [
        InputProblem(f"unknown economy code {code!r}", hint=_hint(code, names))
        for code in listed
        if code not in allowed
    ]
    raise_all(what, problems)
    return listed


def _hint(code: str, names: Mapping[str, str]) -> str:
    return lookup.unknown(code, names, noun="economy").hint or ""
