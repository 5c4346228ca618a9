"""An inter-economy table from bilateral sales and the use that each economy makes of products."""

from __future__ import annotations

from typing import Any

import numpy as np

from isthmus.kernels.arrays import Array
from isthmus.kernels.mrio_dense import reciprocal
from isthmus.world.mrio import MRIO


def table_from_use(sales: Array, domestic: Array, imported: Array, **about: Any) -> MRIO:
    """Return the factored table of `sales` spread by use shares.

    Parameters
    ----------
    sales : (n, n, S) array
        Intermediate and final sales [exporter, importer, product], million USD; kept exactly.
    domestic, imported : (n, S, S + F) array
        Use shares of the domestic and the imported product; each row adds to one.
    **about
        Labels and the rest of `MRIO.from_factors`.
    """
    n, _, S = sales.shape
    own = np.arange(n)
    to_industry = np.broadcast_to(imported[None, :, :, :S].sum(axis=3), (n, n, S)).copy()
    to_industry[own, own] = domestic[:, :, :S].sum(axis=2)
    to_final = np.broadcast_to(imported[None, :, :, S:], (n, *imported[:, :, S:].shape)).copy()
    to_final[own, own] = domestic[:, :, S:]
    Y = (sales[..., None] * to_final).transpose(0, 2, 1, 3).reshape(n * S, -1)
    return MRIO.from_factors(
        sales * to_industry,
        _among_industries(domestic[:, :, :S]),
        _among_industries(imported[:, :, :S]),
        Y,
        x=sales.sum(axis=1).ravel(),
        **about,
    )


def _among_industries(use: Array) -> Array:
    return np.asarray(use * reciprocal(use.sum(axis=2))[..., None])
