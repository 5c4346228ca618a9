"""Queues of orders: waiting with open ends, and a fluid queue with a second source."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from isthmus.kernels.arrays import Array, Mask


@dataclass(frozen=True, slots=True)
class Waiting:
    """How long orders wait when some are not done yet.

    Attributes
    ----------
    times, open_share : (K,) arrays
        Waiting times at which an order was done, ascending, and the share still open after each.
    median : float
        Smallest waiting time after which at most half are open; infinite where more than half
        stay open as far as they were seen.
    at_least : float
        Longest time that was seen: with an infinite median, the median lies above the shortest
        waiting time after which more than half were still seen to be open.
    """

    times: Array
    open_share: Array
    median: float
    at_least: float


def waiting(months: Array, done: Mask) -> Waiting:
    """Return the product-limit estimate of waiting times (Kaplan and Meier 1958).

    Parameters
    ----------
    months : (N,) array
        Months that each order waited: until it was done, or until it was last seen open.
    done : (N,) array of bool
        Whether it was done then.

    Raises
    ------
    ValueError
        When there is no order or a time is negative.
    """
    if not len(months) or not np.all(months >= 0):
        raise ValueError("waiting times must not be negative, and one is needed")
    times = np.unique(months[done])
    at_risk = (months[None, :] >= times[:, None]).sum(axis=1)
    ended = ((months[None, :] == times[:, None]) & done[None, :]).sum(axis=1)
    left = np.cumprod(1.0 - ended / np.maximum(at_risk, 1))
    half = np.flatnonzero(left <= 0.5 + 1e-12)
    median = float(times[half[0]]) if len(half) else np.inf
    return Waiting(times, left, median, float(months.max()))


@dataclass(frozen=True, slots=True)
class Queue:
    """A queue at a first source, with a part of new orders at a second one, by year.

    Attributes
    ----------
    backlog : (Y + 1,) array
        Ordered at the first source and not delivered, at the end of each year; now first.
    wait : (Y + 1,) array
        Years until an order placed then is delivered: at the first source the backlog over its
        rate, weighted with the wait at the second one.
    first, second : (Y,) arrays
        Delivered in each year.
    """

    backlog: Array
    wait: Array
    first: Array
    second: Array


def queue(
    backlog: float, orders: float, rate: float, years: int, share: float = 0.0, lead: float = 0.0
) -> Queue:
    """Run a queue that is served first come, first served, at a constant rate.

    Parameters
    ----------
    backlog : float
        Ordered and not delivered now, in money.
    orders, rate : float
        New orders and deliveries of the first source a year.
    years : int
        Years.
    share : float
        Share of new orders that goes to the second source from now on.
    lead : float
        Years from an order at the second source to its delivery; it has room for all of them.

    Raises
    ------
    ValueError
        When a number is negative, the rate is 0 or the share above the whole.
    """
    if min(backlog, orders, lead) < 0 or not rate > 0 or not 0 <= share <= 1 or years < 1:
        raise ValueError("a queue needs numbers that are not negative, a rate and a share")
    ends = np.arange(years + 1.0)
    net = orders * (1 - share) - rate
    left = np.maximum(backlog + net * ends, 0.0)
    came = backlog + orders * (1 - share) * ends - left
    arrived = orders * share * np.maximum(ends - lead, 0.0)
    wait = (1 - share) * left / rate + share * lead
    return Queue(left, wait, np.diff(came), np.diff(arrived))


def concentration(before: float, first: Array, second: Array, window: int = 5) -> Array:
    """Return the concentration of suppliers over a moving window, (Y,).

    Parameters
    ----------
    before : float
        HHI of the deliveries of the years before and of whatever the first source stands for:
        its share and those of the suppliers that were there.
    first, second : (Y,) arrays
        Delivered in each year by those and by a new second source.
    window : int
        Years; before the first year the deliveries are taken as those of the first year.
    """
    old = np.r_[np.full(window - 1, first[0]), first]
    new = np.r_[np.zeros(window - 1), second]
    kernel = np.ones(window)
    one, two = (np.convolve(a, kernel, "valid") for a in (old, new))
    part = np.divide(two, one + two, out=np.zeros_like(two), where=one + two > 0)
    return np.asarray((1 - part) ** 2 * before + part**2)
