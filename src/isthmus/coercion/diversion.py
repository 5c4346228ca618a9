"""Sales elsewhere after a ban, against a counterfactual that leaves the exporter's supply free."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from isthmus.coercion.panel import Episode, Panel
from isthmus.evidence import Kind
from isthmus.evidence.frames import finite
from isthmus.kernels.concentration import ratio

Array = NDArray[np.float64]
WINDOW = 3


def diversion_rows(panel: Panel, hit: Episode) -> pl.DataFrame:
    """Return lost exports and gains elsewhere by year of the measures.

    An exporter-year effect would absorb what is sold elsewhere. The counterfactual of exports to
    destination j is therefore their mean over the three years before the measures, grown with
    what j buys from all origins but target and sender.

    Parameters
    ----------
    panel : Panel
        Flows.
    hit : Episode
        Target, sender, industries and years.

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
    gap = np.sum([_gap(panel.cube(k), i, j, before) for k in hit.industries], axis=0)
    whole = panel.flows[:, i].sum(axis=0)
    exported = np.delete(whole, i, axis=0).sum(axis=0)
    lost = -gap[j, during]
    elsewhere = np.delete(gap, [i, j], axis=0).sum(axis=0)[during]
    share = np.where(lost > 0, elsewhere / np.where(lost > 0, lost, 1.0), np.nan)
    return pl.DataFrame(
        {
            "case": [hit.case] * len(during),
            "year": [panel.years[t] for t in during],
            "lost": lost,
            "elsewhere": elsewhere,
            "diverted": finite(share),
            "lost_share": lost / exported[during],
            "kind": [Kind.MODELLED.value] * len(during),
        },
        schema=_SCHEMA,
    )


_SCHEMA = {
    "case": pl.String,
    "year": pl.Int64,
    "lost": pl.Float64,
    "elsewhere": pl.Float64,
    "diverted": pl.Float64,
    "lost_share": pl.Float64,
    "kind": pl.String,
}


def _gap(X: Array, i: int, j: int, before: list[int]) -> Array:
    """Actual less counterfactual exports of i to every destination, shape (n, T)."""
    others = np.delete(X, [i, j], axis=0)
    place = np.array([o for o in range(len(X)) if o not in (i, j)])
    bought = others.sum(axis=0)
    bought[place] -= others[np.arange(len(place)), place]  # domestic sales are no imports
    growth = ratio(
        bought, np.repeat(bought[:, before].mean(axis=1)[:, None], X.shape[2], axis=1), empty=1.0
    )
    growth = np.where(np.isfinite(growth), growth, 1.0)
    level = X[i][:, before].mean(axis=1)
    out = X[i] - level[:, None] * growth
    out[i] = 0.0
    return np.asarray(out)
