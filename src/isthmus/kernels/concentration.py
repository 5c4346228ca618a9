"""Shares and concentration of imports by origin."""

from __future__ import annotations

import numpy as np

from isthmus.errors import BadInput, IdentityViolated
from isthmus.kernels.arrays import Array, Mask, over

KEPT = 1e-9
"""Largest relative change of an importer's total by the correction of re-exports."""


def shares(values: Array, *, axis: int = -2) -> Array:
    """Divide values by their sum along one axis; a slice that sums to zero has shares of zero.

    Parameters
    ----------
    values : array, shape (..., n, K)
        Non-negative amounts (million USD); `axis` is the origin axis.
    axis : int
        Axis along which shares sum to one.

    Returns
    -------
    array, same shape
        Fractions.

    Raises
    ------
    BadInput
        When an amount is negative or not finite.
    """
    values = np.asarray(values, dtype=np.float64)
    if not np.isfinite(values).all() or (values < 0).any():
        raise BadInput("shares need finite amounts of zero or more", where="values")
    return over(values, values.sum(axis=axis, keepdims=True))


def hhi(values: Array, *, axis: int = -2) -> Array:
    """Return the Herfindahl-Hirschman index, the sum of squared shares.

    Parameters
    ----------
    values : array, shape (..., n, K)
        Amounts by origin; leave out internal origins before.
    axis : int
        Origin axis.

    Returns
    -------
    array, shape (..., K)
        Between 1/n and 1; 0 where nothing is imported.

    References
    ----------
    Hirschman, A. O. (1945), National Power and the Structure of Foreign Trade.
    """
    return np.asarray((shares(values, axis=axis) ** 2).sum(axis=axis))


def ghhi(values: Array, distance: Array, *, axis: int = -2) -> Array:
    """Return geopolitical concentration, the sum of squared shares times distance.

    Parameters
    ----------
    values : array, shape (..., n, K)
        Amounts by origin.
    distance : array, shape (n,)
        g in [0, 1]: geopolitical distance of importer and origin.
    axis : int
        Origin axis.

    Returns
    -------
    array, shape (..., K)
        Between 0 and the HHI.

    Raises
    ------
    BadInput
        When a distance is outside [0, 1].
    """
    g = np.asarray(distance, dtype=np.float64)
    if not ((g >= 0) & (g <= 1)).all():
        raise BadInput("geopolitical distance must lie in [0, 1]", where="distance")
    squared = np.moveaxis(shares(values, axis=axis) ** 2, axis, -1)
    return np.asarray(squared @ g)


def ratio(numerator: Array, denominator: Array, *, empty: float = 0.0) -> Array:
    """Divide; where the denominator is zero the answer is `empty`, or infinite for ``x/0``.

    Parameters
    ----------
    numerator, denominator : array
        Amounts of equal shape.
    empty : float
        Value where both are zero.

    Returns
    -------
    array
        Ratios; ``inf`` where something is divided by nothing.
    """
    top = np.asarray(numerator, dtype=np.float64)
    bottom = np.asarray(denominator, dtype=np.float64)
    out = np.where(top > 0, np.inf, empty)
    return np.asarray(np.divide(top, bottom, out=out, where=bottom > 0))


def held_in_window(flags: Mask, *, window: int, required: int) -> Mask:
    """Say for each year whether a criterion held in enough of the years that end with it.

    Parameters
    ----------
    flags : bool array, shape (T, ...)
        Whether the criterion holds, by year.
    window : int
        Number of years looked at, the last one included.
    required : int
        Number of years in which it must hold.

    Returns
    -------
    bool array, shape (T - window + 1, ...)
        Entry t belongs to year ``t + window - 1``.

    Raises
    ------
    BadInput
        When the window is longer than the series or `required` is outside it.
    """
    flags = np.asarray(flags, dtype=bool)
    if not 1 <= required <= window <= flags.shape[0]:
        raise BadInput(
            f"need 1 <= required <= window <= years, got {required}, {window}, {flags.shape[0]}",
            where="window",
        )
    views = np.lib.stride_tricks.sliding_window_view(flags, window, axis=0)
    return np.asarray(views.sum(axis=-1) >= required)


def reexport_corrected(imports: Array, reexport_share: Array) -> Array:
    """Attribute re-exports of hubs to the origins of the hubs' own imports.

    With ``a_ij = (1 - rho_i) M_ij + sum_h rho_h M_hj omega_ih`` and omega the origin shares of
    the corrected imports themselves, omega solves ``Omega (I - R S) = (I - R) S`` where S holds
    the shares of the recorded imports and R = diag(rho): the fixed point of the iteration.

    Parameters
    ----------
    imports : array, shape (..., n, n)
        M[i, j], recorded imports of j from i; the diagonal is not trade and must be zero.
    reexport_share : array, shape (..., n)
        rho_h in [0, 1): part of the exports of h that is re-exported.

    Returns
    -------
    array, shape (..., n, n)
        a[i, j]; an importer's own goods that come back through a hub stand on the diagonal.

    Raises
    ------
    BadInput
        When rho is outside [0, 1), or the diagonal is not zero.
    IdentityViolated
        When an importer's total changes by more than `KEPT`.

    References
    ----------
    Arjona, R., Connell, W., Herghelegiu, C. (2023), European Commission, Single Market Economy
    Paper 14 (purpose of the correction; the fixed point is this project's own form).
    """
    M = np.asarray(imports, dtype=np.float64)
    rho = np.broadcast_to(np.asarray(reexport_share, dtype=np.float64), M.shape[:-1])
    if not ((rho >= 0) & (rho < 1)).all():
        raise BadInput("re-export shares must lie in [0, 1)", where="reexport_share")
    if not np.isfinite(M).all() or (M < 0).any():
        raise BadInput("imports must be finite amounts of zero or more", where="imports")
    if np.einsum("...ii->...i", M).any():
        raise BadInput("the diagonal of imports must be zero", where="imports")
    total = M.sum(axis=-2)
    rho = np.where(total > 0, rho, 0.0)  # a hub without imports has nothing to re-export
    hubs = np.flatnonzero(rho.reshape(-1, rho.shape[-1]).any(axis=0))
    reexported = rho[..., hubs, None] * M[..., hubs, :]
    bought = np.where(total > 0, total, 1.0)
    RS = reexported[..., hubs] / bought[..., None, hubs]
    kept = (1.0 - rho)[..., :, None]
    # only hubs pass goods on: their columns of Omega follow from one another alone
    own = kept * M[..., hubs] / bought[..., None, hubs]
    eye = np.eye(len(hubs))
    omega = np.swapaxes(
        np.linalg.solve(np.swapaxes(eye - RS, -1, -2), np.swapaxes(own, -1, -2)), -1, -2
    )
    corrected = np.maximum(kept * M + omega @ reexported, 0.0)
    gap = np.abs(corrected.sum(axis=-2) - total)
    if (gap > KEPT * np.maximum(total, 1e-300)).any():
        raise IdentityViolated("re-export correction changed the total of an importer")
    return corrected


def mirror_interval(exporter_record: Array, importer_record: Array) -> tuple[Array, Array, Mask]:
    """Return the two records of one flow as an interval.

    Parameters
    ----------
    exporter_record, importer_record : array
        The same flows as recorded by each side; NaN where a side has no record.

    Returns
    -------
    low, high : array
        Smaller and larger record; equal where only one side has one.
    both : bool array
        Whether both sides have a record. Where not, the exporter's record by destination is a
        lower bound of dependence, the importer's record by origin an upper bound.

    Raises
    ------
    BadInput
        When a flow has no record at all.
    """
    a = np.asarray(exporter_record, dtype=np.float64)
    b = np.asarray(importer_record, dtype=np.float64)
    both = np.isfinite(a) & np.isfinite(b)
    low, high = np.fmin(a, b), np.fmax(a, b)
    if not np.isfinite(low).all():
        raise BadInput("a flow has neither an exporter's nor an importer's record")
    return low, high, both
