"""Destroyed capital that is rebuilt: demand for rebuilding and the capacity it brings back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from isthmus.kernels.disruption import Array, DenseTable, Table

Index = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class RebuildEvent:
    """Capital destroyed in some industries and who rebuilds it.

    Parameters
    ----------
    industries : ndarray of intp, shape (h,)
        Industries hit.
    destroyed : ndarray, shape (h, B)
        Capital destroyed, in the money of the table.
    capital : ndarray, shape (h,)
        Capital before.
    suppliers : ndarray of intp, shape (m,)
        Industries that rebuild.
    split : ndarray, shape (m, h)
        Share of each supplier in the rebuilding of each industry; columns sum to 1.
    start, duration : int
        Day of the destruction, days before rebuilding begins.
    tau : float
        Characteristic time of rebuilding, days: 1/tau of what is left is ordered each day.
    """

    industries: Index
    destroyed: Array
    capital: Array
    suppliers: Index
    split: Array
    start: int
    duration: int
    tau: float


@dataclass(slots=True)
class Rebuilding:
    """State of rebuilding for `n` industries and several events.

    What is delivered of the demand of a supplier for an industry reduces what is left in that
    cell; capacity lost is what is left over capital. `decimals` rounds what is left after each
    day, as BoARIO 0.7.2 does; None does not.
    """

    n: int
    events: Sequence[RebuildEvent]
    decimals: int | None = None
    left: list[Array] = field(init=False)

    def __post_init__(self) -> None:
        self.left = [e.split[:, :, None] * e.destroyed[None, :, :] for e in self.events]

    def demand(self, t: int) -> Array:
        """Return the rebuilding demand of day t by supplier, shape (n, B)."""
        batch = self.left[0].shape[2]
        out = np.zeros((self.n, batch))
        for event, left in zip(self.events, self.left, strict=True):
            if t >= event.start + event.duration:
                np.add.at(out, event.suppliers, left.sum(axis=1) / event.tau)
        return out

    def capacity_left(self, t: int) -> Array:
        """Return the share of capacity left on day t, shape (n, B)."""
        batch = self.left[0].shape[2]
        lost = np.zeros((self.n, batch))
        for event, left in zip(self.events, self.left, strict=True):
            if t >= event.start:
                np.add.at(lost, event.industries, left.sum(axis=0) / event.capital[:, None])
        return np.maximum(1.0 - lost, 0.0)

    def advance(self, t: int, served: Array) -> None:
        """Take off what suppliers delivered on day t; `served` is their share, shape (n, B)."""
        for event, left in zip(self.events, self.left, strict=True):
            if t >= event.start + event.duration:
                left *= 1.0 - served[event.suppliers][:, None, :] / event.tau
                if self.decimals is not None:
                    np.round(left, self.decimals, out=left)


def rebuild_split(
    table: Table, industries: Index, sectors: Sequence[int], shares: Sequence[float]
) -> tuple[Index, Array]:
    """Return who rebuilds: suppliers (m,) and split (m, h) with columns that sum to 1.

    The share of each sector is spread over origins as each industry's own purchases from that
    sector are; an industry that buys none of it turns to its own economy.
    """
    s, r = table.shape
    own = np.asarray(industries) // s
    split = np.zeros((len(sectors), r, len(industries)))
    for i, (sector, share) in enumerate(zip(sectors, shares, strict=True)):
        flows = origins_of(table, sector, industries)
        total = flows.sum(axis=0)
        home = np.zeros_like(flows)
        home[own, np.arange(len(industries))] = 1.0
        safe = np.where(total > 0, total, 1.0)
        split[i] = share * np.where(total > 0, flows / safe, home)
    suppliers = (np.arange(r)[None, :] * s + np.asarray(sectors)[:, None]).reshape(-1)
    return suppliers.astype(np.intp), split.reshape(len(sectors) * r, len(industries))


def origins_of(table: Table, sector: int, industries: Index) -> Array:
    """Return the daily purchases of `industries` from `sector` by origin, shape (R, h)."""
    if isinstance(table, DenseTable):
        return np.asarray(table.flows[sector][:, industries])
    s, _ = table.shape
    economy, using = np.divmod(np.asarray(industries), s)
    flows = table.origin[sector][:, economy] * table.imported[sector, economy, using]
    flows[economy, np.arange(len(economy))] += table.domestic[sector, economy, using]
    return np.asarray(flows)
