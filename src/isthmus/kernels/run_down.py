"""One buyer whose suppliers deliver less: stocks run down and output follows, day by day.

The day of the disruption engine for a using industry whose suppliers need no inputs themselves:
what limits output and what a stock gives are its own functions. All amounts of an item are in days
of its use, output in shares of what is planned.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from isthmus.kernels.arrays import Array
from isthmus.kernels.disruption_cells import Block, Cells, usable
from isthmus.kernels.disruption_terms import Behaviour

Ints = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class SupplySchedule:
    """Who delivers what, and what keeps them from it.

    Parameters
    ----------
    item : ndarray of int, shape (K,)
        Item of each delivery, 0 to P - 1, sorted; every item has one at least.
    share : ndarray, shape (K,)
        Share of the item that this supplier delivers in calm; sums to 1 for each item.
    capacity : ndarray, shape (T, K)
        Most that the supplier makes for the buyer, over what it delivers in calm.
    stopped : ndarray, shape (T, K)
        Share of its deliveries that does not arrive.
    turned : ndarray, shape (T, K)
        Part of that for which other suppliers of the item are asked.
    """

    item: Ints
    share: Array
    capacity: Array
    stopped: Array
    turned: Array


@dataclass(frozen=True, slots=True)
class RunDown:
    """What became of the buyer.

    Attributes
    ----------
    output : ndarray, shape (T, B)
        Output over what is planned.
    binding : ndarray of int, shape (T, B)
        Item that limits output most, -1 where none does.
    lowest : ndarray, shape (P, B)
        Lowest stock of each item, days of use.
    """

    output: Array
    binding: Ints
    lowest: Array


def run_down(
    supply: SupplySchedule, cover: Array, need: Array, *, psi: Array, restore: Array
) -> RunDown:
    """Run stocks down.

    Parameters
    ----------
    supply : SupplySchedule
        Deliveries over T days.
    cover : ndarray, shape (P, B)
        Stock held and wanted, in days of use, above 0.
    need : ndarray, shape (P, B)
        Share of output that cannot be made without the item.
    psi : ndarray, shape (B,)
        Share of the wanted stock below which the item limits output.
    restore : ndarray, shape (B,)
        Days in which a gap in stock is closed, as far as suppliers can deliver more.

    Returns
    -------
    RunDown

    Notes
    -----
    With stock S, wanted stock n and need c, output is at most (1 - c) + c S / (psi n). Orders are a
    day's use and 1/restore of the gap; each supplier serves its share of them up to its capacity,
    and what it leaves is asked of the others as far as they have capacity to spare.

    References
    ----------
    Hallegatte 2013, Risk Analysis 34(1); Pichler and others 2022, Journal of Economic Dynamics and
    Control 144.
    """
    count, batch = cover.shape
    days = len(supply.stopped)
    shape = (count, 1, 1, batch)
    one = np.ones((1, 1, 1, 1))
    block = Block(
        tech=one,
        unit=one,
        bar=one,
        cover=cover.reshape(shape),
        begin=cover.reshape(shape),
        reach=(psi * cover).reshape(shape),
        rise=(1.0 / restore).reshape(1, 1, 1, batch),
        fall=np.zeros((1, 1, 1, 1)),
        need=need.reshape(shape),
        sigma=np.zeros((1, 1, 1, 1)),
        defer=np.zeros((1, 1, 1, 1)),
        ces=False,
    )
    behaviour, late = Behaviour(), np.zeros(batch)
    planned = np.ones((1, 1, 1, batch))
    stock, ask = cover.copy(), np.ones((count, batch))
    cells, limiting = Cells(np, behaviour), (block.tech, block.bar, block.reach, block.need)
    output, binding = np.empty((days, batch)), np.empty((days, batch), dtype=np.intp)
    lowest = cover.copy()
    for day in range(days):
        each = cells.limits(stock.reshape(shape), block, planned, planned)
        allowed = each.reshape(count, batch)
        tightest = allowed.argmin(axis=0)
        most = allowed[tightest, np.arange(batch)]
        output[day] = np.minimum(1.0, most)
        binding[day] = np.where(most < 1.0, tightest, -1)
        received = delivered(supply, ask, day)
        given = (stock.reshape(shape), received.reshape(shape))
        held = usable(np, *given, *limiting, late, behaviour.whole_stock)
        stock = stock + received - np.minimum(output[day], held.reshape(count, batch))
        lowest = np.minimum(lowest, stock)
        ask = 1.0 + np.maximum(cover - stock, 0.0) / restore
    return RunDown(output, binding, lowest)


def delivered(supply: SupplySchedule, ask: Array, day: int) -> Array:
    """Return what arrives of each item on a day, days of use, shape (P, B).

    Parameters
    ----------
    supply : SupplySchedule
        Who delivers what.
    ask : ndarray, shape (P, B)
        What is ordered of each item.
    day : int
        The day.
    """
    starts = np.flatnonzero(np.r_[True, supply.item[1:] != supply.item[:-1]])
    share = supply.share[:, None]
    wish = ask[supply.item]
    most, stopped = supply.capacity[day][:, None], supply.stopped[day][:, None]
    passing = (1.0 - stopped) * wish
    made = np.minimum(passing, most)
    unmet = passing - made + stopped * wish * supply.turned[day][:, None]
    spare = (1.0 - stopped) * (most - made)
    first, lacking, more = (
        np.add.reduceat(share * part, starts, axis=0) for part in (made, unmet, spare)
    )
    return np.asarray(first + np.minimum(lacking, more))
