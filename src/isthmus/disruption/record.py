"""What is kept of every day of a run: losses, paths, first stops and who caused them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from isthmus.kernels.disruption import Table
from isthmus.kernels.disruption_batch import Day, State
from isthmus.kernels.disruption_drivers import FinalDemand
from isthmus.kernels.disruption_rebuild import origins_of
from isthmus.kernels.disruption_run import BatchRun

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

NONE = -1
RECOVERED = 0.99
"""Share of base output from which an industry counts as recovered."""


@dataclass(slots=True)
class DailyLosses:
    """Daily value added and unmet final demand by economy, for a batch of scenarios.

    Attributes
    ----------
    value_added : ndarray, shape (T, R, B)
        Output less inputs used, money of the table a day.
    unmet : ndarray, shape (T, R, B)
        Final demand of the economy that was not delivered, less what was delivered late.
    base : ndarray, shape (R,)
        Daily value added without a shock.
    final : ndarray, shape (R,)
        Daily final demand without a shock.
    by_holder : ndarray, shape (n, R)
        Daily final demand without a shock, by supplier and consuming economy.
    whole : ndarray, shape (n, 1)
        The same of all economies; 1 where there is none.
    """

    value_added: Floats
    unmet: Floats
    base: Floats
    final: Floats
    by_holder: Floats
    whole: Floats

    @classmethod
    def of(cls, table: Table, days: int, batch: int) -> DailyLosses:
        """Return empty records for a run."""
        s, r = table.shape
        added = (table.output - table.inputs().sum(axis=0)).reshape(r, s).sum(axis=1)
        shape = (days, r, batch)
        final = np.asarray(table.final, dtype=np.float64)
        by_holder = final.transpose(1, 0, 2).reshape(r * s, r)
        whole = by_holder.sum(axis=1, keepdims=True)
        whole = np.where(whole > 0, whole, 1.0)
        wanted = final.sum(axis=(0, 1))
        return cls(np.zeros(shape), np.zeros(shape), added, wanted, by_holder, whole)

    def add(self, t: int, day: Day, final: FinalDemand) -> None:
        """Add what happened on day t."""
        r = len(self.base)
        made = np.subtract(day.output, day.used, dtype=np.float64)
        self.value_added[t] = made.reshape(r, -1, made.shape[1]).sum(axis=1)
        self.unmet[t] = self.not_met(day, final)

    def not_met(self, day: Day, final: FinalDemand) -> Floats:
        """Return final demand not delivered less what was delivered late, by economy, (R, B).

        Late deliveries of each supplier go where its products went without a shock.
        """
        r = len(self.base)
        missing = np.subtract(1.0, day.met_final, dtype=np.float64)
        missing = np.maximum(missing, 0.0, out=missing).reshape(r, -1, missing.shape[1])
        lost = np.zeros((r, missing.shape[2]))
        for sector, moved in final.moved.items():
            lost += moved.by_importer(missing[:, sector]) + moved.lost
            missing[:, sector] = 0.0
        short = missing.reshape(len(self.whole), -1)
        if np.any(day.late):
            short -= day.late / self.whole
        return np.asarray(self.by_holder.T @ short + lost)


def unmet_cells(met: Floats, final: FinalDemand) -> Floats:
    """Return final demand not delivered by product and consuming economy, shape (S, R).

    Share of final demand that each supplier delivered, (n, 1), and final demand of the day.
    """
    s, r, _ = final.base.shape
    short = (1.0 - met).reshape(r, s).T
    out = np.matmul(final.base.transpose(0, 2, 1), short[:, :, None])[:, :, 0]
    for sector, moved in final.moved.items():
        out[sector] = (moved.by_importer(short[sector][:, None]) + moved.lost)[:, 0]
    return np.asarray(np.maximum(out, 0.0))


@dataclass(slots=True)
class Trace:
    """What is kept of output, stocks and stoppages of one scenario.

    Of industries and stocks only sums and lowest values: memory does not grow with the days,
    except for the output of each economy.

    Attributes
    ----------
    days : int
        Days added.
    total : ndarray, shape (n,)
        Output so far.
    lowest, lowest_day, recovered : ndarray, shape (n,)
        Lowest output over base, its day, and the day after the last one below `RECOVERED`.
    by_economy : ndarray, shape (T, R)
        Daily output by economy.
    held : ndarray, shape (S, R)
        Stocks of each input held in each economy at the end of the day.
    low_stock, low_day : ndarray, shape (S, R)
        Lowest stock and its day.
    start : ndarray, shape (S, R)
        Stocks at the start.
    first : ndarray of int, shape (n,)
        Day on which output first fell below `threshold` of its base; -1 for never.
    cause : ndarray of int, shape (n,)
        0 a shock at the industry itself or less demand, 1 a missing input.
    sector, supplier : ndarray of int, shape (n,)
        The input that was missing, and the economy whose deliveries of it had fallen short most
        until then; -1 where none.
    """

    threshold: float
    total: Floats
    lowest: Floats
    lowest_day: Ints
    recovered: Ints
    by_economy: Floats
    held: Floats
    low_stock: Floats
    low_day: Ints
    start: Floats
    first: Ints
    cause: Ints
    sector: Ints
    supplier: Ints
    shortfall: Floats
    demand_led: NDArray[np.bool_]
    days: int = 0
    _bound: list[Any] = field(default_factory=list)

    @classmethod
    def of(cls, table: Table, run: BatchRun, days: int, threshold: float) -> Trace:
        """Return empty records for a run."""
        s, r = table.shape
        n = s * r
        held = run.stock_at_start()[:, :, 0].reshape(s, r, s).sum(axis=2)
        return cls(
            threshold,
            np.zeros(n),
            np.full(n, np.inf),
            np.zeros(n, dtype=np.int64),
            np.zeros(n, dtype=np.int64),
            np.zeros((days, r)),
            held.copy(),
            np.full((s, r), np.inf),
            np.zeros((s, r), dtype=np.int64),
            held,
            np.full(n, NONE),
            np.zeros(n, dtype=np.int64),
            np.full(n, NONE),
            np.full(n, NONE),
            np.zeros((s, r, r)),
            np.zeros(n, dtype=np.bool_),
        )

    def before(self, state: State) -> None:
        """Remember the stocks that limit the coming day."""
        self._bound = [np.array(block) for block in state.stock]

    def add(self, t: int, day: Day, run: BatchRun, table: Table) -> None:
        """Add what happened on day t of a batch of one."""
        s, r = table.shape
        output = np.asarray(day.output, dtype=np.float64)[:, 0]
        held = np.concatenate([np.asarray(b, dtype=np.float64) for b in run.state.stock])[:, :, 0]
        self.held = held.reshape(s, r, s).sum(axis=2)
        base = np.asarray(table.output, dtype=np.float64)
        self._lowest(t, output, base)
        self.by_economy[t] = output.reshape(r, s).sum(axis=1)
        self.days = t + 1
        fallen = (self.first == NONE) & (base > 0) & (output < self.threshold * base)
        if fallen.any():
            self._blame(t, np.flatnonzero(fallen), day, run, table)
        missing = 1.0 - np.minimum(output / np.where(base > 0, base, 1.0), 1.0)
        short = missing.reshape(r, s).T[:, :, None] * np.ones((1, 1, r))
        for stop in run.drivers.stops:
            now = float(stop.path[t, 0])
            block = np.ix_(np.array([stop.sector]), stop.exporters, stop.importers)
            short[block] = 1.0 - (1.0 - short[block]) * (1.0 - now)
        self.shortfall += short

    def _lowest(self, t: int, output: Floats, base: Floats) -> None:
        self.total += output
        share = np.divide(output, base, out=np.ones_like(output), where=base > 0)
        lower = share < self.lowest
        self.lowest[lower] = share[lower]
        self.lowest_day[lower] = t
        self.recovered[share < RECOVERED] = t + 1
        less = self.held < self.low_stock
        self.low_stock[less] = self.held[less]
        self.low_day[less] = t

    def _blame(
        self, t: int, nodes: NDArray[np.intp], day: Day, run: BatchRun, table: Table
    ) -> None:
        s, _ = table.shape
        self.first[nodes] = t
        output = np.asarray(day.output)[nodes, 0]
        optimum = np.asarray(day.optimum)[nodes, 0]
        capacity = np.asarray(day.capacity)[nodes, 0]
        demand = np.asarray(day.demand)[nodes, 0]
        self.demand_led[nodes] = (output >= optimum * (1 - 1e-9)) & (demand < capacity)
        limited = nodes[output < optimum * (1 - 1e-9)]
        if limited.size == 0 or not self._bound:
            return
        stock = np.concatenate([np.asarray(b) for b in self._bound])
        sector = np.argmin(run.limits_of(stock, day.optimum)[:, limited, 0], axis=0)
        self.cause[limited] = 1
        self.sector[limited] = sector
        for node, p in zip(limited.tolist(), sector.tolist(), strict=True):
            flows = purchases(table, p, node)
            lost = flows * self.shortfall[p, :, node // s]
            if lost.max(initial=0.0) > 0:
                self.supplier[node] = int(np.argmax(lost))


def purchases(table: Table, sector: int, node: int) -> Floats:
    """Return the base purchases of one industry from a sector by origin, shape (R,)."""
    return np.asarray(origins_of(table, sector, np.array([node]))[:, 0])
