"""Choice among responses: quantal response, its limits, hold or concede, what may follow."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from isthmus.errors import BadInput
from isthmus.kernels.arrays import Array


def log_sum_exp(values: ArrayLike) -> Array:
    """Return ``ln(sum exp(values))`` along the last axis without overflow.

    Parameters
    ----------
    values : array
        ``-inf`` stands for what cannot be chosen.

    Returns
    -------
    array
        One dimension fewer.
    """
    v = np.asarray(values, dtype=np.float64)
    top = np.max(v, axis=-1, keepdims=True)
    top = np.where(np.isfinite(top), top, 0.0)
    with np.errstate(divide="ignore"):
        total = np.log(np.sum(np.exp(v - top), axis=-1, keepdims=True)) + top
    return np.asarray(total[..., 0])


def quantal_response(utility: ArrayLike, noise: ArrayLike, axis: int = -1) -> Array:
    """Return the probability of each response: ``exp(U_r/noise) / sum exp(U/noise)``.

    Parameters
    ----------
    utility : array
        U, any unit; ``-inf`` for a response that is not possible.
    noise : array
        lambda > 0 in the unit of U, broadcast against U without its response axis. Near 0 the best
        response is certain; without bound all possible responses are equally likely.
    axis : int
        Axis of the responses.

    Returns
    -------
    array
        Shape of `utility` (broadcast); sums to 1 along `axis`.

    Raises
    ------
    BadInput
        When noise is not positive and finite, or a utility is NaN or +inf, or nothing is possible.

    References
    ----------
    McKelvey, R. D., Palfrey, T. R. (1995). Quantal Response Equilibria for Normal Form Games.
    Games and Economic Behavior 10(1); McFadden, D. (1974).
    """
    u = np.moveaxis(np.asarray(utility, dtype=np.float64), axis, -1)
    scale = _scale(noise, "for the limit of no noise use best_response")
    _check(u)
    best = u.max(axis=-1, keepdims=True)
    scaled = (u - best) / scale[..., None]
    return np.moveaxis(np.exp(scaled - log_sum_exp(scaled)[..., None]), -1, axis)


def best_response(utility: ArrayLike, axis: int = -1) -> Array:
    """Return the limit of quantal response without noise: equal best responses share.

    Parameters
    ----------
    utility : array
        As in `quantal_response`.
    axis : int
        Axis of the responses.

    Returns
    -------
    array
        Shape of `utility`; sums to 1 along `axis`.

    Raises
    ------
    BadInput
        As in `quantal_response`.
    """
    u = np.moveaxis(np.asarray(utility, dtype=np.float64), axis, -1)
    _check(u)
    won = (u == u.max(axis=-1, keepdims=True)).astype(np.float64)
    return np.moveaxis(won / won.sum(axis=-1, keepdims=True), -1, axis)


def hold_probability(stake: ArrayLike, loss: ArrayLike, noise: ArrayLike) -> Array:
    """Return the probability that a state holds to a step rather than giving it up.

    Holding costs `loss`, conceding costs `stake`; the quantal response of the two is
    ``1 / (1 + exp((loss - stake)/noise))``.

    Parameters
    ----------
    stake : array
        What giving up the step costs the state.
    loss : array
        What holding costs it, in the unit of `stake`.
    noise : array
        lambda > 0 in that unit.

    Returns
    -------
    array
        Broadcast shape.

    Raises
    ------
    BadInput
        When noise is not positive and finite, or stake or loss is not finite.
    """
    cost, give = np.broadcast_arrays(np.asarray(loss, float), np.asarray(stake, float))
    return np.asarray(quantal_response(np.stack([-cost, -give], axis=-1), noise)[..., 0])


def calibrated_offsets(share: ArrayLike, noise: ArrayLike) -> Array:
    """Return constants that make quantal response give `share` where all else is equal.

    ``c_r = noise ln(share_r)``: the inverse of the choice probabilities, up to a constant.

    Parameters
    ----------
    share : array
        Probabilities above 0 that sum to 1 along the last axis, that of the responses.
    noise : array
        lambda > 0.

    Returns
    -------
    array
        Shape of `share` (broadcast).

    Raises
    ------
    BadInput
        When a share is not positive or they do not sum to 1, or noise is not positive.

    References
    ----------
    Berry, S. T. (1994). RAND Journal of Economics 25(2).
    """
    p = np.asarray(share, dtype=np.float64)
    if not (p > 0).all() or not np.allclose(p.sum(axis=-1), 1.0, rtol=0, atol=1e-9):
        raise BadInput("shares must be positive and sum to 1", where="share")
    return np.asarray(_scale(noise)[..., None] * np.log(p))


def mixture_quantiles(values: ArrayLike, weights: ArrayLike, levels: ArrayLike) -> Array:
    """Return quantiles of the distribution that has each value with its weight.

    The smallest value whose weight, with that of all smaller ones, reaches the level: an outcome
    that can happen, never a mean of two.

    Parameters
    ----------
    values, weights : (..., m) array
        Outcomes, and weights that are not negative and do not all vanish.
    levels : (q,) array
        In [0, 1].

    Returns
    -------
    (..., q) array

    Raises
    ------
    BadInput
        When a weight is negative, all of a row vanish, or a level lies outside [0, 1].
    """
    v, w = np.broadcast_arrays(np.asarray(values, float), np.asarray(weights, float))
    q = np.asarray(levels, dtype=np.float64)
    if not ((q >= 0) & (q <= 1)).all():
        raise BadInput("levels must lie in [0, 1]", where="levels")
    total = w.sum(axis=-1, keepdims=True)
    if (w < 0).any() or not (total > 0).all():
        raise BadInput("weights must not be negative and not all zero", where="weights")
    order = np.argsort(v, axis=-1, kind="stable")
    v = np.take_along_axis(v, order, axis=-1)
    reached = np.cumsum(np.take_along_axis(w, order, axis=-1), axis=-1) / total
    # rounding must not push the last outcome out of reach
    place = [(reached < level - 1e-12).sum(axis=-1, keepdims=True) for level in q]
    at = np.minimum(np.concatenate(place, axis=-1), v.shape[-1] - 1)
    return np.asarray(np.take_along_axis(v, at, axis=-1))


def _scale(noise: ArrayLike, hint: str | None = None) -> Array:
    scale = np.asarray(noise, dtype=np.float64)
    if not (np.isfinite(scale) & (scale > 0)).all():
        raise BadInput("noise must be positive and finite", where="noise", hint=hint)
    return scale


def _check(u: Array) -> None:
    if np.isnan(u).any() or (u == np.inf).any():
        raise BadInput("utilities must be numbers below infinity", where="utility")
    if u.shape[-1] == 0:
        raise BadInput("there are no responses", where="utility")
    if not np.isfinite(u.max(axis=-1)).all():
        raise BadInput("no response is possible", where="utility")
