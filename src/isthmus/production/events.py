"""What happens to a line: suppliers or economies that stop, and more demand."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from isthmus.codes import coalitions, members
from isthmus.errors import InputProblem, did_you_mean, raise_all
from isthmus.production.bill import Bill
from isthmus.production.parts import Supplier

_STOP = re.compile(
    r"(?P<who>[A-Za-z0-9_-]+)(=(?P<share>[0-9.]+))?(@(?P<start>[0-9.]+)(\+(?P<days>[0-9.]+))?)?"
)
FORM = "WHO, WHO=SHARE, WHO@DAY or WHO=SHARE@DAY+DAYS"


@dataclass(frozen=True, slots=True)
class Stop:
    """A supplier, or all suppliers of an economy, that deliver less.

    Parameters
    ----------
    who : str
        Name of a supplier, or code of an economy or coalition.
    share : float
        Share of production lost.
    start : float
        First day.
    days : float
        Days in force; to the end when infinite.
    """

    who: str
    share: float = 1.0
    start: float = 0.0
    days: float = np.inf

    def hits(self, supplier: Supplier) -> bool:
        """Return whether a supplier stands where this stop is."""
        if self.who in (supplier.name, supplier.economy):
            return True
        return self.who in coalitions() and supplier.economy in members(self.who)

    def running(self, weeks: int) -> NDArray[np.float64]:
        """Return the share of production left in each week, (T,)."""
        begin, week = self.start / 7.0, np.arange(weeks)
        over = np.minimum(week + 1, begin + self.days / 7.0) - np.maximum(week, begin)
        return np.asarray(1.0 - self.share * np.clip(over, 0.0, 1.0))


def stops_of(bill: Bill, words: Iterable[str]) -> tuple[Stop, ...]:
    """Read stops such as ``CHN``, ``nitro-chem=0.5`` or ``CHN=0.8@28+180``.

    Raises
    ------
    BadInput
        With every one that cannot be read or hits nobody in the bill.
    """
    stops, problems = [], []
    names = {s.name for s in bill.suppliers} | {s.economy for s in bill.suppliers}
    for word in words:
        found = _STOP.fullmatch(word)
        numbers = _numbers(found) if found else None
        if found is None or numbers is None:
            problems.append(InputProblem(f"'{word}' cannot be read", "stops", FORM))
            continue
        stop = Stop(found["who"], *numbers)
        if not any(stop.hits(s) for s in bill.suppliers):
            hint = did_you_mean(stop.who, names) or f"known: {', '.join(sorted(names))}"
            problems.append(
                InputProblem(f"no supplier is or stands in '{stop.who}'", "stops", hint)
            )
        if not 0.0 < stop.share <= 1.0:
            problems.append(
                InputProblem(f"'{word}': the share must be above 0, at most 1", "stops")
            )
        stops.append(stop)
    raise_all("stops", problems)
    return tuple(stops)


def _numbers(found: re.Match[str]) -> tuple[float, float, float] | None:
    try:
        share, start = float(found["share"] or 1.0), float(found["start"] or 0.0)
        return share, start, float(found["days"]) if found["days"] else np.inf
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class Surge:
    """Demand for products that is multiplied from a day on."""

    factor: float = 1.0
    start: float = 0.0

    def path(self, weeks: int) -> NDArray[np.float64]:
        """Return the factor of demand in each week, (T,)."""
        after = np.clip(np.arange(weeks) + 1 - self.start / 7.0, 0.0, 1.0)
        return np.asarray(1.0 + (self.factor - 1.0) * after)


def first_event(stops: Sequence[Stop], surge: Surge) -> float:
    """Return the week of the first stop or of the surge, from which sources are qualified."""
    starts = [s.start for s in stops] + ([surge.start] if surge.factor != 1.0 else [])
    return min(starts, default=0.0) / 7.0
