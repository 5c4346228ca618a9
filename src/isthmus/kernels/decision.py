"""What an action costs a year, what it saves when something happens, and where the two meet."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from isthmus.errors import BadInput
from isthmus.kernels.arrays import Array, Mask


def capital_recovery(rate: ArrayLike, years: ArrayLike) -> Array:
    """Return the yearly payment that repays one unit over some years.

    ``r / (1 - (1 + r)^-n)``; ``1 / n`` without interest.

    Parameters
    ----------
    rate : array
        Discount rate r a year, not negative.
    years : array
        Life n in years, above zero.

    Raises
    ------
    BadInput
        When a rate is negative or a life is not positive.
    """
    r, n = np.broadcast_arrays(np.asarray(rate, float), np.asarray(years, float))
    if (r < 0.0).any() or not (n > 0.0).all():
        raise BadInput("the rate must not be negative and the life above zero", where="rate, years")
    grown = -np.expm1(-n * np.log1p(r))
    return _over(r, grown, grown > 0.0, 1.0 / n)


def equivalent_annual_cost(
    one_off: ArrayLike, yearly: ArrayLike, years: ArrayLike, rate: ArrayLike
) -> Array:
    """Return the cost per year of service: what is spent once spread over its own life.

    Parameters
    ----------
    one_off, yearly : array
        Money spent once and every year.
    years : array
        Life of what is spent once.
    rate : array
        Discount rate a year.
    """
    spread = np.asarray(one_off, float) * capital_recovery(rate, years)
    return np.asarray(spread + np.asarray(yearly, float))


def at_level(levels: ArrayLike, values: Array, level: ArrayLike) -> Array:
    """Return values at a level of delivery, linear between recorded levels, draw by draw.

    Parameters
    ----------
    levels : (K,) array
        Recorded levels, ascending from 0 to 1.
    values : (W, K, ...) array
        Values by draw and recorded level.
    level : array
        Level of delivery, one for all draws or one for each, in [0, 1].

    Returns
    -------
    (W, ...) array

    Raises
    ------
    BadInput
        When levels do not ascend from 0 to 1, or a level lies outside.
    """
    known = np.asarray(levels, float)
    at = np.broadcast_to(np.asarray(level, float), values.shape[:1])
    if known[0] != 0.0 or known[-1] != 1.0 or (np.diff(known) <= 0.0).any():
        raise BadInput("levels of delivery must ascend from 0 to 1", where="levels")
    if not ((at >= 0.0) & (at <= 1.0)).all():
        raise BadInput("a level of delivery lies between 0 and 1", where="level")
    above = np.clip(np.searchsorted(known, at, side="left"), 1, len(known) - 1)
    weight = (at - known[above - 1]) / (known[above] - known[above - 1])
    weight = weight.reshape(-1, *(1,) * (values.ndim - 2))
    draw = np.arange(len(values))
    return np.asarray((1.0 - weight) * values[draw, above - 1] + weight * values[draw, above])


def saved_share(loss: ArrayLike, left: ArrayLike) -> Array:
    """Return the share of a loss that is taken away; 0 where nothing is lost.

    Negative where more is lost than before: it is not cut off.

    Parameters
    ----------
    loss, left : array
        Loss without and with.
    """
    before, after = np.broadcast_arrays(np.asarray(loss, float), np.asarray(left, float))
    return _over(before - after, before, before > 0.0, 0.0)


def break_even_probability(cost: ArrayLike, saving: ArrayLike) -> Array:
    """Return the yearly probability of a hazard at which the saving repays the cost.

    ``cost / saving``; 0 where it costs nothing, infinite where it costs and saves nothing. Values
    above 1 mean that no probability repays it.

    Parameters
    ----------
    cost : array
        Equivalent annual cost.
    saving : array
        Loss taken away when the hazard happens.
    """
    c, s = np.broadcast_arrays(np.asarray(cost, float), np.asarray(saving, float))
    return _over(c, s, (c > 0.0) & (s > 0.0), np.where(c > 0.0, np.inf, 0.0))


def break_even_effect(cost: ArrayLike, loss: ArrayLike, probability: ArrayLike) -> Array:
    """Return the share of a loss that must be taken away to pay at a yearly probability.

    ``cost / (p loss)``; 0 where it costs nothing, infinite where nothing can be lost. Above 1 no
    effect is large enough.

    Parameters
    ----------
    cost : array
        Equivalent annual cost.
    loss : array
        Loss when the hazard happens.
    probability : array
        Yearly probability p.
    """
    return break_even_probability(cost, np.asarray(loss, float) * np.asarray(probability, float))


def share_first(net: ArrayLike) -> Array:
    """Return the share of draws in which each option is the best; ties are split.

    Parameters
    ----------
    net : (W, N) array
        Net benefit by draw and option.

    Returns
    -------
    (N,) array
        Sums to 1.
    """
    values = np.asarray(net, float)
    best = values >= values.max(axis=1, keepdims=True)
    return np.asarray((best / best.sum(axis=1, keepdims=True)).mean(axis=0))


def _over(above: Array, below: Array, where: Mask, otherwise: ArrayLike) -> Array:
    """Return a ratio where it is defined, something else where it is not."""
    out = np.array(np.broadcast_to(np.asarray(otherwise, float), above.shape))
    np.divide(above, below, out=out, where=where)
    return out
