"""Sales elsewhere after a ban, against a counterfactual that leaves the exporter's supply free."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from isthmus.coercion.panel import Panel, TradeEpisode
from isthmus.evidence.frames import finite
from isthmus.kernels.arrays import Array, over
from isthmus.kernels.concentration import ratio
from isthmus.kernels.placebo import inner_range

WINDOW = 3


def diversion_rows(
    panel: Panel, hit: TradeEpisode, pairs: Sequence[tuple[int, int]] = ()
) -> pl.DataFrame:
    """Return lost exports and gains elsewhere by year of the measures.

    An exporter-year effect would absorb what is sold elsewhere. The counterfactual of exports to
    destination j is therefore their mean over the three years before the measures, grown with
    what j buys from all origins but target and sender.

    How far such a counterfactual misses is seen where nothing happened: each placebo pair gives
    one error for its sales to the partner and one for its sales to all others, taken together.
    The intervals are ranges of the results under these errors.

    Parameters
    ----------
    panel : Panel
        Flows.
    hit : TradeEpisode
        Target, sender, industries and years.
    pairs : sequence of (int, int)
        Exporter and importer of the placebos; no intervals when there are too few.

    Returns
    -------
    polars.DataFrame
        Empty where no year before the measures is known.
    """
    before = [t for t, y in enumerate(panel.years) if y < hit.first][-WINDOW:]
    during = [t for t, y in enumerate(panel.years) if hit.first <= y <= hit.last]
    if not before:
        return pl.DataFrame(schema=_SCHEMA)
    i, j = panel.place(hit.target), panel.place(hit.sender)
    sales = _Sales(panel, hit, before)
    there, others = sales.of(i, j)
    elsewhere, lost = others[0] - others[1], there[1] - there[0]
    errors = np.array([sales.errors(a, b) for a, b in pairs]).reshape(-1, 2, len(panel.years))
    errors = errors[np.isfinite(errors).all(axis=(1, 2))]
    lost_draws = there[1] * np.exp(errors[:, 0]) - there[0]
    elsewhere_draws = others[0] - others[1] * np.exp(errors[:, 1])
    lost_range = inner_range(lost_draws)
    diverted_range = inner_range(_diverted(lost_draws, elsewhere_draws))
    exported = np.delete(panel.flows[:, i].sum(axis=0), i, axis=0).sum(axis=0)
    return pl.DataFrame(
        {
            "case": [hit.case] * len(during),
            "year": [panel.years[t] for t in during],
            "lost": lost[during],
            "lost_low": finite(lost_range[0][during]),
            "lost_high": finite(lost_range[1][during]),
            "elsewhere": elsewhere[during],
            "diverted": finite(np.where(lost > 0, _diverted(lost, elsewhere), np.nan)[during]),
            "diverted_low": finite(diverted_range[0][during]),
            "diverted_high": finite(diverted_range[1][during]),
            "lost_share": (lost / exported)[during],
        },
        schema=_SCHEMA,
    )


_AMOUNTS = ("lost", "lost_low", "lost_high", "elsewhere")
_SHARES = ("diverted", "diverted_low", "diverted_high", "lost_share")
_SCHEMA = {"case": pl.String, "year": pl.Int64} | dict.fromkeys(_AMOUNTS + _SHARES, pl.Float64)


def _diverted(lost: Array, elsewhere: Array) -> Array:
    """Gains elsewhere over losses; infinite where nothing is lost."""
    some = lost > 0
    return np.where(some, elsewhere / np.where(some, lost, 1.0), np.copysign(np.inf, elsewhere))


class _Sales:
    """Actual and counterfactual exports of any pair, over the industries of an episode.

    Parameters
    ----------
    panel : Panel
        Flows.
    hit : TradeEpisode
        Industries.
    before : list of int
        Positions of the years that set the level.
    """

    def __init__(self, panel: Panel, hit: TradeEpisode, before: list[int]) -> None:
        flows = np.stack([panel.cube(k) for k in hit.industries])
        n = flows.shape[1]
        flows[:, np.arange(n), np.arange(n)] = 0.0  # domestic sales are no imports
        self.flows, self.before = flows, before
        self.bought = flows.sum(axis=1)

    def of(self, i: int, j: int) -> tuple[tuple[Array, Array], tuple[Array, Array]]:
        """Actual and counterfactual sales of i to j, and to all others, shape (T,) each."""
        own = self.flows[:, i]
        others = self.bought - own - self.flows[:, j]
        start = np.broadcast_to(others[:, :, self.before].mean(axis=2)[..., None], others.shape)
        growth = ratio(np.maximum(others, 0.0), start, empty=1.0)
        growth = np.where(np.isfinite(growth), growth, 1.0)
        without = (own[:, :, self.before].mean(axis=2)[..., None] * growth).sum(axis=0)
        actual = own.sum(axis=0)
        rest = np.delete(np.arange(len(actual)), [i, j])
        return (actual[j], without[j]), (actual[rest].sum(axis=0), without[rest].sum(axis=0))

    def errors(self, i: int, j: int) -> Array:
        """Log of actual over counterfactual, to the partner and to all others, shape (2, T)."""
        both = [(np.where(a > 0, a, np.nan), c) for a, c in self.of(i, j)]
        return np.log([over(a, c, empty=np.nan) for a, c in both])
