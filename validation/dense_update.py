"""The dense variant of updating: every origin keeps its own old pattern of use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from isthmus.errors import DidNotConverge
from isthmus.kernels import balance
from isthmus.kernels.mrio_dense import reciprocal
from isthmus.world.mrio import MRIO

if TYPE_CHECKING:
    from tools.starter.mrio_update import Updated

Array = NDArray[np.float64]

POOLED_WEIGHT = 0.1
"""Weight of the importer's pooled pattern beside each origin's own, so that an origin that the
older table does not show can supply every user that others supply."""

BALANCED = 1e-6
"""Largest deviation of a row total after balancing, relative to the largest of its importer."""


def updated_dense(old: MRIO, sales: Array, pooled: Updated, **about: Any) -> MRIO:
    """Return the dense table of `sales`, spread by each origin's own old pattern and balanced.

    Parameters
    ----------
    old : MRIO
        Table of an older year with the same economies and industries.
    sales : (n, n, S) array
        Intermediate and final sales [exporter, importer, product], million USD; kept.
    pooled : Updated
        From `tools.starter.mrio_update.updated_use`: inputs of each industry, and the pooled
        patterns that are mixed in.
    **about
        ``year``, ``kind``, ``datasets``, ``notes``.

    Raises
    ------
    DidNotConverge
        When balancing leaves more than `BALANCED`.
    """
    lb = old.labels
    n, S, F = lb.n, lb.S, lb.F
    final = np.maximum(old.Y.reshape(lb.N, n, F), 0.0)
    Z, Y = np.empty((lb.N, n, S)), np.empty((lb.N, n, F))
    for j in range(n):
        use = np.concatenate([old.form.columns(j), final[:, j]], axis=1)
        pattern = np.broadcast_to(pooled.imported[j], (n, S, S + F)).copy()
        pattern[j] = pooled.domestic[j]
        weight = POOLED_WEIGHT * np.maximum(use.sum(axis=1), 1e-6)
        use = use + weight[:, None] * pattern.reshape(lb.N, S + F)
        rows = sales[:, j].reshape(lb.N)
        left = rows.sum() - pooled.inputs[j].sum()
        columns = np.concatenate([pooled.inputs[j], [left]])
        folded = np.concatenate([use[:, :S], use[:, S:].sum(axis=1, keepdims=True)], axis=1)
        balanced, residual, steps = balance.ras(folded, rows, columns, tol=BALANCED / 10)
        if residual > BALANCED:
            raise DidNotConverge(
                f"balancing leaves {residual:.1e} after {steps} steps", where=lb.economies[j]
            )
        Z[:, j] = balanced[:, :S]
        by_category = use[:, S:] * reciprocal(use[:, S:].sum(axis=1))[:, None]
        left_over = rows - balanced[:, :S].sum(axis=1)
        Y[:, j] = left_over[:, None] * by_category
    return MRIO.from_dense(
        Z.reshape(lb.N, lb.N),
        Y.reshape(lb.N, n * F),
        economies=lb.economies,
        industries=lb.industries,
        categories=lb.categories,
        x=sales.sum(axis=1).ravel(),
        repair=True,
        **about,
    )
