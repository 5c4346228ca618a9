"""How a product's trade network could fail: dispersion of its exporters and clustering."""

from __future__ import annotations

import numpy as np

from isthmus.errors import BadInput
from isthmus.kernels.arrays import Array, over


def strength_dispersion(weights: Array) -> Array:
    """Spread of weighted out-degree over the economies of a network, scaled to [0, 1].

    Coefficient of variation of exports over ``sqrt(n - 1)``: 0 when all export the same, 1 when
    a single economy exports everything.

    Parameters
    ----------
    weights : array, shape (..., n, n)
        w[i, j], exports of i to j; the diagonal is ignored.

    Returns
    -------
    array, shape (...)
        Fractions; 0 for a network without flows.

    Raises
    ------
    BadInput
        When the network has fewer than two economies.

    References
    ----------
    Korniyenko, Y., Pinat, M., Dew, B. (2017), IMF Working Paper 17/30. The scaling is this
    project's own.
    """
    W = _without_loops(weights)
    n = W.shape[-1]
    if n < 2:
        raise BadInput("a network needs at least two economies", where="weights")
    out = W.sum(axis=-1)
    mean = out.mean(axis=-1)
    spread = out.std(axis=-1)
    return over(spread, mean * np.sqrt(n - 1.0))


def clustering(weights: Array) -> Array:
    """Mean clustering coefficient of a weighted directed network.

    ``C_i = [(V + V')^3]_ii / (2 (d_i (d_i - 1) - 2 b_i))`` with V the cube roots of the weights
    over their maximum, d_i the number of links in and out and b_i the number of mutual ones.

    Parameters
    ----------
    weights : array, shape (..., n, n)
        w[i, j] >= 0; the diagonal is ignored.

    Returns
    -------
    array, shape (...)
        Mean over all economies, in [0, 1]; economies without a possible triangle count 0.

    References
    ----------
    Fagiolo, G. (2007), Physical Review E 76, 026107; used in Korniyenko, Pinat, Dew (2017).
    """
    W = _without_loops(weights)
    top = W.max(axis=(-1, -2), keepdims=True)
    linked = W > 0
    V = np.zeros_like(W)
    np.divide(W, top, out=V, where=linked)
    np.cbrt(V, out=V, where=linked)
    B = linked.astype(np.float64)
    both = V + np.swapaxes(V, -1, -2)
    triangles = np.einsum("...ij,...ij->...i", both @ both, both)  # `both` is symmetric
    degree = B.sum(axis=-1) + B.sum(axis=-2)
    mutual = np.einsum("...ij,...ji->...i", B, B)
    possible = 2.0 * (degree * (degree - 1.0) - 2.0 * mutual)
    return np.asarray(over(triangles, possible).mean(axis=-1))


def _without_loops(weights: Array) -> Array:
    W = np.array(weights, dtype=np.float64, copy=True)
    if (W < 0).any() or not np.isfinite(W).all():
        raise BadInput("network weights must be finite and zero or more", where="weights")
    index = np.arange(W.shape[-1])
    W[..., index, index] = 0.0
    return W
