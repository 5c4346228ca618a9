"""Which instrument, given that there is one: what coded cases can tell about responses."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from isthmus.coercion.cases import MEASURES, response_class
from isthmus.errors import DataMissing
from isthmus.kernels.arrays import Array
from isthmus.world import World

RESPONSES = (
    "none",
    "rhetoric",
    "threat",
    "diplomatic",
    "targeted import ban",
    "broad ban",
    "export control or listing",
    "secondary pressure",
)
"""None; words; a measure that is named and does not follow; contacts suspended or persons
sanctioned; four economic ones."""

ECONOMIC = RESPONSES[4:]
FIRST = RESPONSES.index(ECONOMIC[0])
"""Place of the first economic response."""

PRIOR = 0.5
"""Weight added to every instrument, so that what was not seen yet is not impossible."""


@dataclass(frozen=True, slots=True)
class Mix:
    """Instruments over cases; every case counts once, split evenly over its instruments.

    Parameters
    ----------
    weight : numpy.ndarray
        Cases by instrument, in the order of `ECONOMIC`.
    cases : int
        Cases with at least one economic instrument; the sum of the weights.
    held_out : int
        Cases kept for testing.
    outside : int
        Cases whose measures are of no modelled class (travel, visas, contacts).
    """

    weight: Array
    cases: int
    held_out: int
    outside: int

    @property
    def share(self) -> Array:
        """Smoothed shares, above zero and summing to one."""
        smooth = self.weight + PRIOR
        return np.asarray(smooth / smooth.sum())

    def draws(self, count: int, seed: int) -> Array:
        """Return draws of the shares, shape (count, 4): Dirichlet; the first is `share`."""
        out = np.random.default_rng([seed, 10_000]).dirichlet(self.weight + PRIOR, size=count)
        out = np.maximum(out, 1e-12)
        out /= out.sum(axis=1, keepdims=True)
        out[0] = self.share
        return np.asarray(out)


def instrument(direction: str, hs_hint: str, name: str) -> str:
    """Return the response class of a coded measure, or an empty text where none fits.

    Parameters
    ----------
    direction : str
        Flow that was touched.
    hs_hint : str
        HS codes of the products; ``all HS`` for measures on everything.
    name : str
        The instrument as coded.
    """
    if name.startswith("extraterritorial"):
        return "secondary pressure"
    found = response_class(direction, hs_hint)
    return found if found in ECONOMIC else ""


def instrument_mix(world: World, sender: str, *, before: str = "") -> Mix:
    """Count the instruments of a sender's coded cases.

    Parameters
    ----------
    world : World
        Holds the coded cases.
    sender : str
        Economy that acted.
    before : str
        Day (ISO); measures that start on it or later are left out. A start of which only the year
        or month is known counts as its first day.

    Raises
    ------
    DataMissing
        When no case of this sender is coded.
    """
    coded = world.table(MEASURES).filter(pl.col("sender") == sender)
    if coded.is_empty():
        raise DataMissing(
            f"no coded case with {sender} as sender",
            where=MEASURES,
            hint="the coded cases cover one sender",
        )
    if before:
        coded = coded.filter(pl.col("start") < before)
    by_case: dict[str, set[str]] = {}
    for row in coded.iter_rows(named=True):
        found = instrument(row["direction"] or "", row["hs_hint"] or "", row["instrument"] or "")
        by_case.setdefault(row["case"], set()).update({found} if found else set())
    weight = dict.fromkeys(ECONOMIC, 0.0)
    held_out = set(coded.filter("held_out")["case"])
    kept = {c: used for c, used in by_case.items() if used and c not in held_out}
    for case in sorted(kept):
        for name in sorted(kept[case]):
            weight[name] += 1.0 / len(kept[case])
    return Mix(
        np.array([weight[name] for name in ECONOMIC]),
        len(kept),
        sum(c in held_out for c in by_case),
        sum(not used for used in by_case.values()),
    )
