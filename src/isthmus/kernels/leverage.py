"""What the stop of a supply or of purchases costs: two separate channels."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from isthmus.errors import BadInput
from isthmus.kernels.arrays import Array


def _checked(share: ArrayLike, elasticity: ArrayLike) -> tuple[Array, Array]:
    w = np.asarray(share, dtype=np.float64)
    s = np.asarray(elasticity, dtype=np.float64)
    if not ((w >= 0) & (w <= 1)).all():
        raise BadInput("supplier shares must lie in [0, 1]", where="share")
    if not (np.isfinite(s) & (s > 1)).all():
        raise BadInput(
            "the elasticity of substitution must be above 1",
            where="elasticity",
            hint="at 1 or below, an input that cannot be replaced has no finite price index",
        )
    return w, s


def price_rise(share: ArrayLike, elasticity: ArrayLike) -> Array:
    """Rise of a CES price index when suppliers with a joint share are removed.

    ``(1 - w)^(-1/(s - 1)) - 1``; infinite at w = 1.

    Parameters
    ----------
    share : array
        w, share of the removed suppliers in the buyer's outlay, own production included.
    elasticity : array
        s > 1, elasticity of substitution between suppliers.

    Returns
    -------
    array
        Relative rise (0.093 for 9.3 %).

    Raises
    ------
    BadInput
        When a share is outside [0, 1] or an elasticity is 1 or less.

    References
    ----------
    Feenstra, R. C. (1994), American Economic Review 84(1); Clayton, C., Maggiori, M.,
    Schreger, J. (2024), A Theory of Economic Coercion and Fragmentation.
    """
    w, s = _checked(share, elasticity)
    with np.errstate(divide="ignore"):
        return np.asarray(np.expm1(-np.log1p(-w) / (s - 1.0)))


def supply_stop_loss(
    share: ArrayLike, elasticity: ArrayLike, outlay: ArrayLike, cap: ArrayLike
) -> Array:
    """Loss of a buyer when suppliers with a joint share stop delivering.

    ``b/(s - 1) (-ln(1 - w))``, at most `cap`.

    Parameters
    ----------
    share : array
        w, share of the removed suppliers, own production included.
    elasticity : array
        s > 1.
    outlay : array
        b, what the buyer spends on the item (million USD a year).
    cap : array
        Value added of the using industries (million USD a year); bounds the loss, which the
        formula lets grow without limit as w approaches 1.

    Returns
    -------
    array
        Million USD a year.

    Raises
    ------
    BadInput
        As in `price_rise`, or when outlay or cap is negative.
    """
    w, s = _checked(share, elasticity)
    b = np.asarray(outlay, dtype=np.float64)
    top = np.asarray(cap, dtype=np.float64)
    if (b < 0).any() or (top < 0).any():
        raise BadInput("outlay and cap must be zero or more", where="outlay")
    with np.errstate(divide="ignore", invalid="ignore"):
        loss = np.where(b > 0, b / (s - 1.0) * -np.log1p(-w), 0.0)
    return np.asarray(np.minimum(loss, top))


def purchase_ban_loss(
    exports: ArrayLike,
    domestic_share: ArrayLike,
    diversion: ArrayLike = 0.0,
    adjustment: ArrayLike = 0.0,
) -> Array:
    """Loss of a seller when a buyer stops purchasing.

    ``domestic value added of the lost exports x (1 - diversion) + adjustment cost``. Never the
    supply formula: a ban on purchases takes income away, it does not take inputs away.

    Parameters
    ----------
    exports : array
        Lost exports (million USD a year).
    domestic_share : array
        Domestic value added per unit of these exports, in [0, 1].
    diversion : array
        Part of the lost exports that is sold elsewhere, in [0, 1].
    adjustment : array
        Cost of finding the other buyers (million USD).

    Returns
    -------
    array
        Million USD a year.

    Raises
    ------
    BadInput
        When a share is outside [0, 1] or an amount negative.
    """
    x = np.asarray(exports, dtype=np.float64)
    v = np.asarray(domestic_share, dtype=np.float64)
    d = np.asarray(diversion, dtype=np.float64)
    a = np.asarray(adjustment, dtype=np.float64)
    for name, part in (("domestic_share", v), ("diversion", d)):
        if not ((part >= 0) & (part <= 1)).all():
            raise BadInput(f"{name} must lie in [0, 1]", where=name)
    if (x < 0).any() or (a < 0).any():
        raise BadInput("exports and adjustment must be zero or more", where="exports")
    return np.asarray(v * x * (1.0 - d) + a)


def trade_elasticity(
    horizon: ArrayLike, *, first_year: float = 0.76, long_run: float = 2.0, speed: float = 3.0
) -> Array:
    """Trade elasticity in absolute value, by years since the change.

    ``eps(h) = eps_LR - (eps_LR - eps_1) exp(-(h - 1)/T)``.

    Parameters
    ----------
    horizon : array
        h >= 1, years.
    first_year, long_run : float
        eps_1 and eps_LR; the estimates put them at 0.76 and 1.75 to 2.25.
    speed : float
        T in years, 2.5 to 3.5 to be as good as there after 7 to 10 years.

    Returns
    -------
    array
        eps(h); the elasticity of substitution between suppliers is 1 + eps.

    Raises
    ------
    BadInput
        For a horizon under one year, which the estimates do not cover, or parameters that are
        not positive.

    References
    ----------
    Boehm, C. E., Levchenko, A. A., Pandalai-Nayar, N. (2023), American Economic Review 113(4).
    """
    h = np.asarray(horizon, dtype=np.float64)
    if not (h >= 1).all():
        raise BadInput(
            "the horizon must be one year or more",
            where="horizon",
            hint="weeks and months belong to the disruption lens",
        )
    if not (first_year > 0 and long_run > 0 and speed > 0):
        raise BadInput("elasticities and speed must be positive", where="first_year")
    return np.asarray(long_run - (long_run - first_year) * np.exp(-(h - 1.0) / speed))
