"""Indicators of one party's dependence, from its ledger."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from isthmus.dependence.ledger import Ledger
from isthmus.errors import BadInput
from isthmus.kernels.concentration import ghhi, hhi, ratio, shares

Array = NDArray[np.float64]
ExportBase = Literal["total", "external"]
ShareBase = Literal["imports", "use"]

UNITS = {
    "hhi": "1",
    "ghhi": "1",
    "top_share": "share",
    "external_share": "share",
    "imports_to_exports": "ratio",
    "world_hhi": "1",
    "external_imports": "million USD",
}

DEFINITIONS = {
    "hhi": "sum of squared shares of external origins (CDI1)",
    "ghhi": "sum of squared shares of external origins times geopolitical distance",
    "top_share": "share of the largest external origin",
    "external_share": "external over all imports (CDI2); over all use on request",
    "imports_to_exports": "external imports over exports (CDI3); null where nothing is exported",
    "world_hhi": "concentration of world exports, the importer as one exporter",
    "external_imports": "purchases from outside the importer",
}


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


def descending_rank(values: Array) -> NDArray[np.int64]:
    """Rank along the last axis, 1 for the largest; equal values keep the order of the items."""
    order = np.argsort(-values, axis=-1, kind="stable")
    ranks = np.empty(values.shape, dtype=np.int64)
    np.put_along_axis(ranks, order, np.arange(1, values.shape[-1] + 1), axis=-1)
    return ranks


def _share_denominator(ledger: Ledger, base: ShareBase) -> Array:
    if base == "imports":
        return np.asarray(ledger.imports.sum(axis=1))
    if base != "use":
        raise BadInput(f"share_base must be 'imports' or 'use', not {base!r}", where="share_base")
    return all_use(ledger)


def all_use(ledger: Ledger) -> Array:
    """Return all purchases with own production, shape (T, K).

    Raises
    ------
    BadInput
        When the data hold trade alone.
    """
    if ledger.use is None:
        raise BadInput(
            "these data hold trade alone: purchases from own production are not known",
            where="share_base",
            hint="use level='industry', or share_base='imports'",
        )
    return ledger.use
