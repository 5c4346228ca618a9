"""What is kept of the days of one batch: losses by window, and the course of some parties."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from isthmus.kernels.arrays import Array, Ints, Mask
from isthmus.kernels.disruption import Table

WEEK = 7
STOPPED = 0.5
"""Share of base output below which an industry counts as stopped."""
BACK = 0.995
"""Share of base value added from which a party counts as back."""
MISSING_AFTER = 180
"""Days after the last shock on which it is asked what is still missing."""
RETURNED = 0.98
"""Share of base value added that a party must have by then to count as recovered."""
MARKS = (30, 90, 180, 270, 365, 455, 545)
"""Last days of the windows by which losses are counted."""
NEVER = -1


def edges_of(until: int) -> tuple[int, ...]:
    """Return the last days of the windows of a run."""
    return (*(mark for mark in MARKS if mark < until), until)


@dataclass(frozen=True)
class Parts:
    """Parties as sets of the economies of a table, (P, R)."""

    codes: tuple[str, ...]
    inside: Mask


class LossWatch:
    """What is kept of one batch.

    Parameters
    ----------
    table : Table
        The daily table.
    parts : Parts
        Parties whose course is kept.
    days, batch : int
        Days and scenarios.

    Attributes
    ----------
    added : float32[T, R, B]
        Value added by day and economy.
    course : float64[weeks, P, B]
        Value added of each party by week, share of base.
    made : float64[windows, P, S, B]
        Value added of each party's industries by window, share of base.
    first : int64[P, S, B]
        First day on which output of the industry, all of the party, is stopped.
    """

    def __init__(self, table: Table, parts: Parts, days: int, batch: int) -> None:
        s, r = table.shape
        self.shape, self.days, self.parts = (r, s, batch), days, parts
        self.edges = edges_of(days)
        base = np.asarray(table.output - table.inputs().sum(axis=0)).reshape(r, s)
        gross = np.asarray(table.output).reshape(r, s)
        self.base = base.sum(axis=1)
        self.party_base = parts.inside @ base
        self.gross = parts.inside @ gross
        self.added = np.zeros((days, r, batch), dtype=np.float32)
        self.party = np.zeros((days, len(parts.codes), batch))
        self.made = np.zeros((len(self.edges), *self.party_base.shape, batch))
        self.first = np.full((*self.party_base.shape, batch), NEVER, dtype=np.int64)

    def add(self, t: int, day: Any) -> None:
        """Add what happened on day t."""
        output = np.asarray(day.output, dtype=np.float64).reshape(self.shape)
        made = output - np.asarray(day.used, dtype=np.float64).reshape(self.shape)
        self.added[t] = made.sum(axis=1)
        window = int(np.searchsorted(self.edges, t, side="right"))
        for i, inside in enumerate(self.parts.inside):
            mine = made[inside].sum(axis=0)
            self.made[window, i] += mine
            self.party[t, i] = mine.sum(axis=0)
            level = output[inside].sum(axis=0)
            low = (level < STOPPED * self.gross[i][:, None]) & (self.first[i] == NEVER)
            self.first[i][low & (self.gross[i][:, None] > 0)] = t

    def lost(self, rows: Mask) -> NDArray[np.float32]:
        """Return the share of value added lost by row of economies and window, float32[K, W, B].

        Parameters
        ----------
        rows : bool[K, R]
            Economies of each row.
        """
        parts = np.add.reduceat(self.added.astype(np.float64), (0, *self.edges[:-1]), axis=0)
        lengths = np.diff((0, *self.edges))
        sums = np.einsum("kr,wrb->wkb", rows.astype(np.float64), parts)
        share = 1.0 - _ratio(sums, lengths[:, None, None] * (rows @ self.base)[None, :, None])
        return np.ascontiguousarray(share.transpose(1, 0, 2), dtype=np.float32)

    def course(self) -> NDArray[np.float32]:
        """Return value added of each party by week, share of base, float32[P, weeks, B]."""
        starts = np.arange(0, self.days, WEEK)
        lengths = np.diff((*starts, self.days))
        base = self.party_base.sum(axis=1)
        share = _ratio(
            np.add.reduceat(self.party, starts, axis=0), lengths[:, None, None] * base[:, None]
        )
        return np.ascontiguousarray(share.transpose(1, 0, 2), dtype=np.float32)

    def industries(self) -> NDArray[np.float32]:
        """Return the share lost by party, industry and window, float32[P, S, W, B]."""
        lengths = np.diff((0, *self.edges))[:, None, None, None]
        share = 1.0 - _ratio(self.made, lengths * self.party_base[None, :, :, None])
        return np.ascontiguousarray(share.transpose(1, 2, 0, 3), dtype=np.float32)

    def returns(self, last_shock: int) -> tuple[Array, Ints, Array]:
        """Return what each party loses until it is back, when that is, what is missing later.

        Returns
        -------
        float64[P, B]
            Days of base value added lost until the party is back, or to the end of the run.
        int64[P, B]
            First day from which value added stays at `BACK` of base or above; `NEVER` if none.
        float64[P, B]
            Share of base still missing `MISSING_AFTER` days after the last shock, in the week
            from there or the last week of the run.
        """
        share = _ratio(self.party, self.party_base.sum(axis=1)[None, :, None])
        low = share < BACK
        last = self.days - np.argmax(low[::-1], axis=0)
        back = np.where(low.any(axis=0), last, 0)
        until = np.arange(self.days)[:, None, None] < back
        lost = ((1.0 - share) * until).sum(axis=0)
        at = max(0, min(last_shock + MISSING_AFTER, self.days - WEEK))
        missing = 1.0 - share[at : at + WEEK].mean(axis=0)
        return lost, np.where(back >= self.days, NEVER, back), missing


def middle_return(back: pl.Series) -> float | None:
    """Return the day by which half of the draws are back; None where fewer are within the run."""
    days = back.drop_nulls().sort()
    half = -(-len(back) // 2)
    return float(days[half - 1]) if len(days) >= half > 0 else None


def _ratio(top: Any, bottom: Any) -> Array:
    """Return top over bottom; 1 where there is nothing."""
    top, bottom = np.broadcast_arrays(np.asarray(top, dtype=np.float64), bottom)
    share: Array = np.divide(top, bottom, out=np.ones(top.shape), where=bottom > 0)
    return share


def parts_of(parties: Sequence[str], members: Sequence[Sequence[str]], economies: Any) -> Parts:
    """Return parties as sets of the economies of a table."""
    order = list(economies)
    inside = np.zeros((len(parties), len(order)), dtype=np.bool_)
    for i, codes in enumerate(members):
        inside[i, [order.index(code) for code in codes]] = True
    return Parts(tuple(parties), inside)
