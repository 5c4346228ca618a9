"""Indicators of one party's dependence, from its ledger."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from isthmus.dependence.ledger import Ledger
from isthmus.errors import BadInput
from isthmus.kernels.arrays import Array, Ints
from isthmus.kernels.concentration import ghhi, hhi, ratio, shares

ExportBase = Literal["total", "external"]
ShareBase = Literal["imports", "use"]


@dataclass(frozen=True, slots=True)
class Indicator:
    """What an indicator is and what it costs to compute for all importers and items.

    Parameters
    ----------
    unit : str
        Unit of its values.
    text : str
        Definition in words.
    formula : str
        The same in LaTeX.
    cost : {"none", "network", "iterated"}
        ``none``: counted in one pass over the rows; ``network``: every item's trade network is laid
        out; ``iterated``: and a fixed point is solved for each.
    """

    unit: str
    text: str
    formula: str
    cost: Literal["none", "network", "iterated"] = "none"


INDICATORS: dict[str, Indicator] = {
    "hhi": Indicator("1", "sum of squared shares of external origins (CDI1)", r"\sum_i s_{ij}^2"),
    "ghhi": Indicator(
        "1",
        "sum of squared shares of external origins times geopolitical distance",
        r"\sum_i s_{ij}^2\, g_{ij}",
    ),
    "top_share": Indicator("share", "share of the largest external origin", r"\max_i s_{ij}"),
    "external_share": Indicator(
        "share",
        "external over all imports (CDI2); over all use on request",
        r"\sum_{i \notin J} M_{iJ} \big/ \sum_i M_{iJ}",
    ),
    "imports_to_exports": Indicator(
        "ratio",
        "external imports over exports (CDI3); null where nothing is exported",
        r"\sum_{i \notin J} M_{iJ} \big/ \sum_i M_{Ji}",
    ),
    "world_hhi": Indicator(
        "1",
        "concentration of world exports, the importer as one exporter",
        r"\sum_i \left(X_i \big/ \sum_h X_h\right)^2",
    ),
    "external_imports": Indicator(
        "million USD", "purchases from outside the importer", r"\sum_{i \notin J} M_{iJ}"
    ),
    "dispersion": Indicator(
        "1",
        "spread of exports over economies: coefficient of variation over the square root of n - 1",
        r"\sigma(X) \big/ \left(\bar X \sqrt{n - 1}\right)",
        "network",
    ),
    "clustering": Indicator(
        "1",
        "mean clustering of the weighted directed network",
        r"\frac{1}{n} \sum_i \frac{[(V + V^\top)^3]_{ii}}{2\,(d_i (d_i - 1) - 2 b_i)}",
        "network",
    ),
    "share": Indicator(
        "share",
        "purchases from one supplier over all from outside (`profile`, `time_series`)",
        r"M_{ij} \big/ \sum_{h \notin J} M_{hj}",
    ),
    "share_of_use": Indicator(
        "share",
        "purchases from one supplier over all purchases, own production included (industries)",
        r"M_{ij} \big/ \left(\sum_h M_{hj} + D_j\right)",
    ),
    "price_rise": Indicator(
        "share",
        "rise of the price index when a supplier with share w of use stops (`leverage`)",
        r"(1 - w)^{-1/(s-1)} - 1",
    ),
    "loss": Indicator(
        "million USD",
        "cost of such a stop for outlay b, at most the cap (`leverage`)",
        r"\frac{b}{s-1}\,\left(-\ln(1 - w)\right)",
    ),
    "changed_share": Indicator(
        "share",
        "items that entered or left a list since the year before over all in either (`churn`)",
        r"\left|L_t \mathbin{\triangle} L_{t-1}\right| \big/ \left|L_t \cup L_{t-1}\right|",
    ),
    "hhi_attributed": Indicator(
        "1",
        "sum of squared shares of external origins after re-exports are attributed to the "
        "suppliers of hubs",
        r"\sum_i \left(a_{ij} \big/ \sum_h a_{hj}\right)^2",
        "iterated",
    ),
    "top_share_attributed": Indicator(
        "share",
        "share of the largest external origin after re-exports are attributed",
        r"\max_i \left(a_{ij} \big/ \sum_h a_{hj}\right)",
        "iterated",
    ),
}

_OWN = (
    "hhi",
    "ghhi",
    "top_share",
    "external_share",
    "imports_to_exports",
    "world_hhi",
    "external_imports",
)
UNITS = {key: INDICATORS[key].unit for key in _OWN}
DEFINITIONS = {key: INDICATORS[key].text for key in _OWN}


def indicators_of(
    ledger: Ledger,
    *,
    exports: ExportBase = "total",
    share_base: ShareBase = "imports",
    distance: Array | None = None,
) -> dict[str, Array]:
    """Return every indicator by key.

    Parameters
    ----------
    ledger : Ledger
        Trade of the importer.
    exports : {"total", "external"}
        Denominator of `imports_to_exports`: all exports of the members, those among each other
        included, or exports to outside alone.
    share_base : {"imports", "use"}
        Denominator of `external_share`: all imports, those among members included, or all
        purchases with own production.
    distance : array, shape (n,), optional
        Geopolitical distance of each economy; gives `ghhi`.

    Returns
    -------
    dict of str to array, shape (T, K)
        ``inf`` in `imports_to_exports` where something is imported and nothing exported.

    Raises
    ------
    BadInput
        When use is asked for and the data hold trade alone, or for an unknown denominator.
    """
    if exports not in ("total", "external"):
        raise BadInput(f"exports must be 'total' or 'external', not {exports!r}", where="exports")
    external = ledger.external_imports.sum(axis=1)
    sold = ledger.exports if exports == "total" else ledger.external_exports
    out = {
        "hhi": hhi(ledger.external_imports),
        "top_share": shares(ledger.external_imports).max(axis=1),
        "external_share": ratio(external, _share_denominator(ledger, share_base)),
        "imports_to_exports": ratio(external, sold.sum(axis=1)),
        "world_hhi": hhi(ledger.world_exports_folded),
        "external_imports": external,
    }
    if distance is not None:
        out["ghhi"] = ghhi(ledger.external_imports, distance)
    return out


def averaged(ledger: Ledger) -> Ledger:
    """Return the ledger with its years replaced by their mean, labelled with the last year."""
    return replace(
        ledger,
        years=ledger.years[-1:],
        imports=ledger.imports.mean(axis=0, keepdims=True),
        exports=ledger.exports.mean(axis=0, keepdims=True),
        world_exports=ledger.world_exports.mean(axis=0, keepdims=True),
        domestic=None if ledger.domestic is None else ledger.domestic.mean(axis=0, keepdims=True),
    )


def descending_rank(values: Array) -> Ints:
    """Rank along the last axis, 1 for the largest; equal values keep the order of the items."""
    order = np.argsort(-values, axis=-1, kind="stable")
    ranks = np.empty(values.shape, dtype=np.int64)
    np.put_along_axis(ranks, order, np.arange(1, values.shape[-1] + 1), axis=-1)
    return ranks


def _share_denominator(ledger: Ledger, base: ShareBase) -> Array:
    bought = np.asarray(ledger.imports.sum(axis=1))
    return bought + own_use(ledger.domestic, base)


def own_use(domestic: Array | None, base: ShareBase) -> Array | float:
    """Return what the denominator of `external_share` counts beside all imports.

    Raises
    ------
    BadInput
        For an unknown denominator, or own production where the data hold trade alone.
    """
    if base == "imports":
        return 0.0
    if base != "use":
        raise BadInput(f"share_base must be 'imports' or 'use', not {base!r}", where="share_base")
    if domestic is None:
        raise BadInput(
            "these data hold trade alone: purchases from own production are not known",
            where="share_base",
            hint="use level='industry', or share_base='imports'",
        )
    return domestic


def all_use(ledger: Ledger) -> Array:
    """Return all purchases with own production, shape (T, K).

    Raises
    ------
    BadInput
        When the data hold trade alone.
    """
    return _share_denominator(ledger, "use")
