"""What one economy is strong in and another is short of."""

from __future__ import annotations

import numpy as np

from isthmus.errors import BadInput
from isthmus.kernels.arrays import Array, over
from isthmus.kernels.concentration import shares


def revealed(values: Array, world: Array) -> Array:
    """Share of each item in an economy's trade over its share in world trade.

    Applied to exports this is revealed comparative advantage, applied to imports it is revealed
    import need; above 1 means more than the world's average.

    Parameters
    ----------
    values : array, shape (..., K)
        Exports or imports of an economy by item (million USD).
    world : array, shape (K,)
        World trade by item.

    Returns
    -------
    array, shape (..., K)
        Ratios; 0 for items that are not traded at all.

    References
    ----------
    Balassa, B. (1965), The Manchester School 33(2).
    """
    own, base = shares(values, axis=-1), shares(world, axis=-1)
    return over(own, base)


def michaely(exports: Array, imports: Array) -> Array:
    """Return overlap of an export and an import structure, ``1 - sum |m_k - x_k| / 2``.

    Parameters
    ----------
    exports, imports : array, shape (..., K)
        Exports of one economy and imports of the other by item.

    Returns
    -------
    array, shape (...)
        0 (no overlap) to 1 (identical structures).

    Raises
    ------
    BadInput
        When one side does not trade at all.

    References
    ----------
    Michaely, M. (1996), Trade Preferential Agreements in Latin America, World Bank PRWP 1583.
    """
    x, m = shares(exports, axis=-1), shares(imports, axis=-1)
    if not (x.sum(axis=-1) > 0).all() or not (m.sum(axis=-1) > 0).all():
        raise BadInput("complementarity needs trade on both sides", where="exports, imports")
    return np.asarray(1.0 - 0.5 * np.abs(m - x).sum(axis=-1))


def weighted_complementarity(exports: Array, imports: Array, world: Array) -> Array:
    """Return ``sum_k x_k m_k / t_k``: import need of one averaged over the exports of the other.

    Parameters
    ----------
    exports, imports : array, shape (K,)
        Exports of one economy and imports of the other by item.
    world : array, shape (K,)
        World trade by item.

    Returns
    -------
    array, scalar
        1 when the structures are as related as chance; above 1 when they fit each other.

    References
    ----------
    Drysdale, P., Garnaut, R. (1982), Hitotsubashi Journal of Economics 22(2).
    """
    return np.asarray((shares(exports, axis=-1) * revealed(imports, world)).sum(axis=-1))
