"""What happens to a line: suppliers or economies that stop, and more demand."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from isthmus.codes import coalitions, members
from isthmus.errors import InputProblem, did_you_mean, raise_all
from isthmus.kernels.arrays import Array
from isthmus.production.bill import Bill

_STOP = re.compile(
    r"(?P<who>[A-Za-z0-9_-]+)(=(?P<share>[0-9.]+))?(@(?P<start>[0-9.]+)(\+(?P<days>[0-9.]+))?)?"
)
FORM = "WHO, WHO=SHARE, WHO@DAY or WHO=SHARE@DAY+DAYS"


@dataclass(frozen=True, slots=True)
class SupplyStop:
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

    def hits(self, name: str, economy: str) -> bool:
        """Return whether this stop is that of a supplier, or of where it stands."""
        if self.who in (name, economy):
            return True
        return self.who in coalitions() and economy in members(self.who)


def running(stops: Iterable[SupplyStop], name: str, economy: str, weeks: int) -> Array:
    """Return the share of production that no stop takes from a supplier in each week, (T,).

    At every moment the largest of the stops in force counts.
    """
    own = [
        (s.start / 7.0, (s.start + s.days) / 7.0, s.share) for s in stops if s.hits(name, economy)
    ]
    whole = np.arange(weeks + 1.0)
    edges = np.r_[whole, [begin for begin, _, _ in own], [end for _, end, _ in own]]
    bounds = np.unique(np.clip(edges, 0.0, weeks))
    middle = (bounds[1:] + bounds[:-1]) / 2.0
    level = np.ones_like(middle)
    for begin, end, share in own:
        inside = (begin <= middle) & (middle < end)
        level[inside] = np.minimum(level[inside], 1.0 - share)
    first = np.searchsorted(bounds, whole[:-1])
    return np.asarray(np.add.reduceat(level * np.diff(bounds), first))


def stops_of(bill: Bill, words: Iterable[str]) -> tuple[SupplyStop, ...]:
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
        stop = SupplyStop(found["who"], *numbers)
        if not any(stop.hits(s.name, s.economy) for s in bill.suppliers):
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

    def path(self, weeks: int) -> Array:
        """Return the factor of demand in each week, (T,)."""
        after = np.clip(np.arange(weeks) + 1 - self.start / 7.0, 0.0, 1.0)
        return np.asarray(1.0 + (self.factor - 1.0) * after)


def first_event(stops: Sequence[SupplyStop], surge: Surge) -> float:
    """Return the week of the first stop or of the surge, from which sources are qualified."""
    starts = [s.start for s in stops] + ([surge.start] if surge.factor != 1.0 else [])
    return min(starts, default=0.0) / 7.0
