"""An inter-economy table of a later year from its bilateral sales and an older table's technology.

Each importer's purchases of a product, domestic and imported apart, are spread over using
industries and final demand in the older proportions and balanced so that every industry's inputs
meet its output less value added. Origins keep their shares, so that the table stays factored.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from isthmus.errors import BadInput, DidNotConverge
from isthmus.kernels import balance
from isthmus.kernels.arrays import Array
from isthmus.kernels.mrio_dense import reciprocal
from isthmus.world.mrio import MRIO

WORLD_SHARE = 1e-4
"""Weight of the world's pattern mixed into each prior, so that a product that the older table
does not show in an economy can be used there."""

BALANCED = 1e-8
"""Largest deviation of a row total after balancing, relative to the largest of its economy."""


@dataclass(frozen=True, slots=True)
class Technology:
    """How each economy uses products, and what its industries leave as value added.

    Parameters
    ----------
    domestic, imported : (n, S, S + F) array
        Use [economy, product, using industry and final-demand category] of the domestic and of the
        imported product; only proportions within a row and a column matter.
    added : (n, S) array
        Value added (and other primary inputs) per unit of output.
    """

    domestic: Array
    imported: Array
    added: Array

    def of(self, economies: Sequence[Sequence[int]]) -> Technology:
        """Return the technology of new economies, each the sum over the old ones listed."""
        pooled = [
            np.stack([part[list(members)].sum(axis=0) for members in economies])
            for part in (self.domestic, self.imported)
        ]
        mean = np.stack([self.added[list(members)].mean(axis=0) for members in economies])
        return Technology(pooled[0], pooled[1], mean)


def technology(table: MRIO) -> Technology:
    """Return the technology of a table; negative final demand (stocks run down) counts as none."""
    lb = table.labels
    own = np.arange(lb.n)
    use = np.stack([table.form.columns(j).reshape(lb.n, lb.S, lb.S) for j in range(lb.n)])
    final = table.Y.reshape(lb.n, lb.S, lb.n, lb.F).transpose(2, 0, 1, 3)
    full = np.concatenate([use, np.maximum(final, 0.0)], axis=3)
    domestic = full[own, own]
    ratio = (table.primary * reciprocal(table.x)).reshape(lb.n, lb.S)
    return Technology(domestic, full.sum(axis=1) - domestic, ratio)


@dataclass(frozen=True, slots=True)
class Updated:
    """Balanced use shares, and how far balancing went.

    Parameters
    ----------
    domestic, imported : (n, S, S + F) array
        Use shares of the domestic and the imported product; each row adds to one.
    inputs : (n, S) array
        Intermediate inputs of each industry, million USD.
    residual : float
        Largest deviation of a row, relative to the largest row of its economy.
    moved : float
        Share of all sales that balancing moved to another use than the older proportions give.
    """

    domestic: Array
    imported: Array
    inputs: Array
    residual: float
    moved: float


def updated_use(sales: Array, old: Technology, *, added_total: Array | None = None) -> Updated:
    """Return use shares that spread `sales` by the old technology and balance.

    Parameters
    ----------
    sales : (n, n, S) array
        Intermediate and final sales [exporter, importer, product], non-negative, million USD.
    old : Technology
        Technology of an older year, for the same economies and industries.
    added_total : (n,) array, optional
        Value added of each economy to be met; where it is not a number, the old ratios hold.

    Raises
    ------
    BadInput
        When sales are negative, shapes do not agree, or an economy buys less than its industries
        need.
    DidNotConverge
        When balancing leaves more than `BALANCED`.
    """
    n, _, S = sales.shape
    if old.domestic.shape[:2] != (n, S) or (sales < 0).any():
        raise BadInput(
            "sales must be non-negative and cover the economies and industries of the technology",
            where=f"sales {sales.shape}, technology {old.domestic.shape}",
        )
    own = np.arange(n)
    x = sales.sum(axis=1)
    ratio = _ratios(x, old.added, added_total)
    inputs = x * (1 - ratio)
    home = sales[own, own]
    rows = np.concatenate([home, sales.sum(axis=0) - home], axis=1)
    final = rows.sum(axis=1) - inputs.sum(axis=1)
    if short := np.flatnonzero(final < 0).tolist():
        raise BadInput(
            "the industries of some economies would need more than their economy buys",
            where=f"economies at positions {', '.join(map(str, short))}",
            hint="their value added is too small for their sales, or imports are missing",
        )
    prior = np.concatenate([_mixed(old.domestic), _mixed(old.imported)], axis=1)
    folded = np.concatenate([prior[..., :S], prior[..., S:].sum(axis=2, keepdims=True)], axis=2)
    columns = np.concatenate([inputs, final[:, None]], axis=1)
    balanced, residual, steps = balance.ras(folded, rows, columns)
    if residual > BALANCED:
        raise DidNotConverge(
            f"balancing leaves {residual:.1e} after {steps} steps",
            hint="an industry may need inputs that no row supplies",
        )
    start = folded * (rows * reciprocal(folded.sum(axis=2)))[:, :, None]
    moved = 0.5 * float(np.abs(balanced - start).sum()) / float(rows.sum())
    by_category = prior[..., S:] * reciprocal(prior[..., S:].sum(axis=2))[..., None]
    use = np.concatenate([balanced[..., :S], balanced[..., S:] * by_category], axis=2)
    shares = use * reciprocal(use.sum(axis=2))[..., None]
    return Updated(shares[:, :S], shares[:, S:], inputs, residual, moved)


def _mixed(prior: Array) -> Array:
    shares = prior * reciprocal(prior.sum(axis=(1, 2)))[:, None, None]
    return np.asarray(shares + WORLD_SHARE * shares.mean(axis=0))


def _ratios(x: Array, old: Array, added_total: Array | None) -> Array:
    ratio = np.clip(old, 1e-4, 1 - 1e-4)
    if added_total is None:
        return ratio
    known = np.isfinite(added_total)
    return np.stack(
        [
            balance.shifted_ratios(r, x[j], float(added_total[j])) if known[j] else r
            for j, r in enumerate(ratio)
        ]
    )
