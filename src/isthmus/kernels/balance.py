"""Balancing of non-negative matrices to given row and column totals."""

from __future__ import annotations

import numpy as np

from isthmus.kernels.arrays import Array, over


def ras(
    prior: Array, rows: Array, columns: Array, *, tol: float = 1e-10, max_iter: int = 5000
) -> tuple[Array, float, int]:
    """Scale rows and columns of each matrix until both totals are met.

    The result is the matrix nearest to the prior in relative entropy, of the form ``diag(r) prior
    diag(s)``; it does not depend on how rows and columns of the prior are scaled.

    Parameters
    ----------
    prior : (..., R, C) array
        Non-negative starting matrices.
    rows : (..., R) array
        Wanted row sums.
    columns : (..., C) array
        Wanted column sums; they add up to the same as the rows.
    tol : float
        The iteration ends when no row is off by more than ``tol`` of the largest row total.
    max_iter : int
        Most iterations.

    Returns
    -------
    balanced : (..., R, C) array
        Columns are met exactly, rows up to the residual.
    residual : float
        Largest deviation of a row sum relative to the largest row total of its matrix.
    iterations : int
        Iterations taken.

    References
    ----------
    Bacharach, M. (1970). Biproportional Matrices and Input-Output Change. Cambridge.
    """
    P = np.array(prior, dtype=np.float64)
    size = np.abs(rows).max(axis=-1, keepdims=True)
    size[size == 0] = 1.0
    residual, iteration = np.inf, 0
    while iteration < max_iter and residual > tol:
        iteration += 1
        P *= over(rows, P.sum(axis=-1))[..., :, None]
        P *= over(columns, P.sum(axis=-2))[..., None, :]
        residual = float((np.abs(P.sum(axis=-1) - rows) / size).max())
    return P, residual, iteration


def shifted_ratios(ratios: Array, weights: Array, total: float) -> Array:
    """Shift ratios in (0, 1) by one common factor of their odds so that they meet a total.

    Parameters
    ----------
    ratios : (S,) array
        Ratios, such as value added over output; clipped to [1e-4, 1 - 1e-4].
    weights : (S,) array
        Non-negative weights, such as output.
    total : float
        Wanted sum of ``ratios * weights``, between 0 and the sum of the weights.

    Returns
    -------
    (S,) array
        Ratios in (0, 1) with ``sum(ratios * weights) = total``.

    Raises
    ------
    ValueError
        When no ratios in (0, 1) meet the total.
    """
    if not 0.0 < total < weights.sum():
        raise ValueError(f"total {total:.6g} is not between 0 and {weights.sum():.6g}")
    clipped = np.clip(ratios, 1e-4, 1 - 1e-4)
    log_odds = np.log(clipped / (1 - clipped))
    low, high = -40.0, 40.0
    for _ in range(100):
        middle = 0.5 * (low + high)
        shifted = 1.0 / (1.0 + np.exp(-(log_odds + middle)))
        if float((shifted * weights).sum()) < total:
            low = middle
        else:
            high = middle
    return np.asarray(1.0 / (1.0 + np.exp(-(log_odds + 0.5 * (low + high)))))
