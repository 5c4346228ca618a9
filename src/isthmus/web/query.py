"""The words of an address after its question mark: read by name and type, problems collected."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from isthmus.errors import InputProblem, did_you_mean, raise_all
from isthmus.runtime.reading.values import natural

if TYPE_CHECKING:
    from collections.abc import Sequence

VIEWER = ("table", "chart", "figure", "sort", "columns", "start", "rows")
"""Parameters that choose a table, chart or figure of a page, and order it."""
FILTERS = ("where", "has", "min", "max")
"""First words of parameters that name a column behind a point."""
MOVED = ("event", "of", "severity", "duration", "stock", "until", "beside", "add")
"""Parameters of events that are moved, beside those of a shock that a form builds."""
LONGEST = 2_000
"""Characters of one value."""


class Query:
    """Parameters of a request, each of which a page must know.

    Parameters
    ----------
    given : iterable of (str, str)
        Names and values in the order of the address; empty values count as not given.
    """

    def __init__(self, given: Iterable[tuple[str, str]]) -> None:
        self._problems: list[InputProblem] = []
        self._given: dict[str, str] = {}
        self._known: list[str] = []
        for name, value in given:
            if len(value) > LONGEST:
                self.problem(name, f"is longer than {LONGEST:,} characters")
            elif name in self._given:
                self.problem(name, "is given twice")
            elif value != "":
                self._given[name] = value

    def text(self, name: str, default: str = "") -> str:
        """Return a text."""
        self._known.append(name)
        return self._given.get(name, default)

    def words(self, name: str) -> tuple[str, ...]:
        """Return texts with commas between them."""
        return tuple(word.strip() for word in self.text(name).split(",") if word.strip())

    def choice(self, name: str, known: Collection[str], default: str) -> str:
        """Return one of `known`."""
        found = self.text(name, default)
        if found not in known and found != default:
            hint = did_you_mean(found, known) or f"one of {', '.join(known)}"
            self.problem(name, f"{found!r} is not allowed", hint)
            return default
        return found

    def whole(self, name: str, default: int, *, least: int, most: int) -> int:
        """Return a whole number within bounds."""
        found = self.text(name)
        if not found:
            return default
        value = natural(found)
        if value is None or not least <= value <= most:
            self.problem(name, f"{found!r} is no whole number from {least:,} to {most:,}")
            return default
        return value

    def number(self, name: str) -> float | None:
        """Return a number, or None where there is none."""
        found = self.text(name)
        if not found:
            return None
        value = real(found)
        if value is None:
            self.problem(name, f"{found!r} is no number")
        return value

    def kept(self) -> dict[str, str]:
        """Return what was given and asked for, to stay at an address."""
        return {name: self._given[name] for name in self._given if name in self._known}

    def prefixed(self, prefix: str) -> dict[str, str]:
        """Return the texts whose name begins with `prefix`, by the rest of their name."""
        found = [name for name in self._given if name.startswith(prefix)]
        self._known += found
        return {name.removeprefix(prefix): self._given[name] for name in found}

    def problem(self, name: str, what: str, hint: str = "") -> None:
        """Note what is wrong with a parameter."""
        self._problems.append(InputProblem(what, name, hint))

    def again(self) -> Query:
        """Return the same parameters, those that were asked for known, without their problems."""
        found = Query(self._given.items())
        found._known = [*self._known]
        return found

    def check_own(self) -> None:
        """Raise as `check`, before a page is made; what its table or chart asks for comes later.

        Raises
        ------
        BadInput
            With one problem per parameter.
        """
        parts = [name for name in self._given if name.partition(".")[0] in (*VIEWER, *FILTERS)]
        self.check(*parts)

    def check(self, *also: str) -> None:
        """Raise when anything was wrong, or a parameter is not one that was asked for.

        Raises
        ------
        BadInput
            With one problem per parameter.
        """
        known = {*self._known, *also}
        strange = [
            InputProblem("is not a parameter of this page", name, _known(name, known))
            for name in self._given
            if name not in known
        ]
        raise_all("the address", [*self._problems, *strange])


def _known(name: str, known: Collection[str]) -> str:
    listed = sorted(known)
    return did_you_mean(name, listed) or (f"known: {', '.join(listed)}" if listed else "")


def real(text: str) -> float | None:
    """Return a text as a finite number, or None where it is none."""
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def place(path: str) -> str:
    """Return a path as it stands in an address; whatever it begins with, it leads to no host."""
    return quote("/" + path.lstrip("/\\"), safe="/@,:+")


def address(path: str, given: Mapping[str, str] | Sequence[tuple[str, str]] = ()) -> str:
    """Return a path with those of its parameters that are not empty."""
    pairs = list(given.items()) if isinstance(given, Mapping) else list(given)
    asked = urlencode([(name, value) for name, value in pairs if value != ""], safe=",@")
    return f"{path}?{asked}" if asked else path
