"""A day of the disruption model in compiled passes over industries; same bits as `BatchRun`."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import numpy as np

from isthmus.kernels.disruption import Table
from isthmus.kernels.disruption_ahead import LINE
from isthmus.kernels.disruption_batch import Day, State, to_sectors
from isthmus.kernels.disruption_loops import compiled
from isthmus.kernels.disruption_run import BatchRun

PARTS = 8
"""Parts of a day's work; fixed, so that sums do not depend on the number of threads."""
DAYLONG = 14
"""Arrays by industry and scenario that a day needs anew, and some."""
PIECE = 24_000_000
"""Bytes of them taken at once at most; of 32 MB on the allocator of Linux gives each piece back."""


def aligned(shape: tuple[int, ...], kind: Any) -> Any:
    """Return an empty array that begins with a line of the cache.

    Rows of a multiple of 16 numbers then do too, and no vector is read across two lines. Measured,
    that saves 12 to 17 % of a sweep over stocks in memory, some 25 % over stocks in the cache.
    """
    size = math.prod(shape) * np.dtype(kind).itemsize
    raw = np.empty(size + LINE, dtype=np.uint8)
    first = -raw.ctypes.data % LINE
    return raw[first : first + size].view(kind).reshape(shape)


def laid(given: Any, kind: Any) -> Any:
    """Return a copy in an array of `aligned`."""
    out = aligned(np.shape(given), kind)
    out[...] = given
    return out


class DayRun(BatchRun):
    """A run whose steps by industry are compiled; who sweeps the stocks is left to a subclass.

    Parameters
    ----------
    threads : int
        Threads that share a day; they do not change the result.
    **arguments
        As `BatchRun`; numpy arrays only.
    """

    day_work: Callable[..., tuple[Any, Any]]

    def __init__(self, table: Table, *arguments: Any, threads: int = 1, **more: Any) -> None:
        super().__init__(table, *arguments, **more)
        self.threads = max(1, min(threads, self.shape[0]))
        self.pool = ThreadPoolExecutor(self.threads) if self.threads > 1 else None
        # Copies of their own: one layout, so that each loop is compiled once for each type.
        self.each = {name: laid(value, self.precision) for name, value in self.each.items()}
        self.nothing = laid(self.nothing, self.precision)
        self.rooms: dict[str, Any] = {}
        self.spare: list[Any] = []
        self.climb = (self.each["over_max"] - self.behaviour.over_base) / self.each["over_tau"]
        self.start = np.ascontiguousarray(self.initial[:, 0])
        self.rations = bool(np.any(self.each["ration"] > 0))
        self.shares = np.stack([self.each[name] for name in ("plan", "output", "demand")])
        losses = self.drivers.capacity
        weights = [loss.weight for loss in losses]
        self.weights = np.array(weights, dtype=np.float64).reshape(len(losses), len(self.start))

    def _each(self, work: Callable[[Any], None], jobs: Sequence[Any]) -> None:
        """Run `work` on every job; what a job computes does not depend on who runs it."""
        if self.pool is None:
            for job in jobs:
                work(job)
        else:
            list(self.pool.map(work, jobs))

    def _pass(self, name: str, *arguments: Any) -> None:
        """Run a loop over all industries."""
        loop = compiled(name)
        parts = ranges(len(self.start), PARTS if self.pool is not None else 1)
        self._each(lambda part: loop(*part, *arguments), parts)

    def _empty(self, count: int) -> list[Any]:
        """Return arrays by industry and scenario that days hand on.

        Taken many at a time: so large a piece is given again on later days, where smaller ones go
        back to the system, which fills them with zeros page by page before it gives them again.
        """
        if len(self.spare) < count:
            size = -(-self.nothing.size // LINE) * LINE  # each begins with a line of the cache
            many = max(count, min(PIECE // (size * self.nothing.itemsize), DAYLONG))
            block = aligned((many, size), self.precision)[:, : self.nothing.size]
            self.spare = [one.reshape(self.nothing.shape) for one in block]
        return [self.spare.pop() for _ in range(count)]

    def _room(self, name: str, shape: tuple[int, ...]) -> Any:
        """Return an array for what no day hands on; the same one every day, warm in the cache."""
        if name not in self.rooms:
            self.rooms[name] = aligned(shape, self.precision)
        return self.rooms[name]

    def _day(self, t: int, state: State) -> tuple[Day, State]:
        if self.rebuilding is not None:
            return super()._day(t, state)
        self.final.advance(t)
        final = self._array(self.final.by_supplier)
        left, demand, factor, capacity, optimum = self._planned(t, state, final)
        allowed = self._allowed(state, optimum)
        backlog, waiting = state.backlog, state.waiting
        more = late = waits = self.nothing
        if self.deferring:
            backlog, late = self._empty(2)
            more, waits = (self._room(name, backlog.shape) for name in ("more", "waits"))
            self._pass(
                "put_off_day",
                self.start,
                left,
                factor,
                demand,
                optimum,
                allowed.output,
                allowed.gone,
                allowed.later,
                self.each["defer_days"],
                self.each["catch_up"],
                state.backlog,
                state.waiting,
                backlog,
                more,
                late,
                waits,
            )
        output, met, served = self._empty(3)
        self._pass(
            "share_day",
            state.orders,
            final,
            optimum,
            allowed.output,
            more,
            self.deferring,
            self.each["ration"],
            self.rations,
            output,
            met,
            served,
        )
        shape = state.weight.shape
        delivered, weight = self._room("delivered", shape), self._empty(1)[0].reshape(shape)
        most = self._room("most", output.shape)
        self._pass(
            "hand_over",
            self.start,
            factor,
            capacity,
            state.weight,
            met,
            self.climb,
            self.each["alt"],
            self.all_alt,
            delivered,
            weight,
            most,
        )
        if self.deferring:
            most += backlog / self.each["defer_days"]
            (waiting,) = self._empty(1)
            self._pass(
                "close_day",
                final,
                served,
                more,
                late,
                waits,
                state.waiting,
                output,
                demand,
                capacity,
                optimum,
                waiting,
            )
        plans = [output, *self._aims(output, optimum, demand)]
        placed, used = self.day_work(t, state, plans, delivered, weight, most)
        day = Day(output, demand, capacity, optimum, met, served, used, late)
        return day, replace(
            state,
            orders=placed,
            weight=weight,
            factor=factor,
            output=output,
            backlog=backlog,
            waiting=waiting,
        )

    def _planned(self, t: int, state: State, final: Any) -> list[Any]:
        """Return the share of capacity left, demand, overproduction, capacity, planned output."""
        kind = final.dtype.type
        paths = [loss.path[t] for loss in self.drivers.capacity]
        filled = [self._room("left", self.nothing.shape), *self._empty(4)]
        self._pass(
            "plan_day",
            np.ascontiguousarray(state.orders),
            final,
            state.output,
            state.factor,
            self.start,
            self.weights,
            np.array(paths, dtype=np.float64).reshape(len(paths), self.drivers.batch),
            self.each["over_max"],
            self.each["over_tau"],
            kind(self.behaviour.over_base),
            kind(self.behaviour.calm),
            t > 1,
            *filled,
        )
        return filled

    def _aims(self, output: Any, planned: Any, demand: Any) -> tuple[Any, Any]:
        """Return what `_plans` does."""
        if self.by_plan and not self.by_demand:
            return planned, planned
        expected, target = self._room("expected", planned.shape), planned
        if self.by_demand:
            target = self._room("target", planned.shape)
        self._pass(
            "aim_day",
            self.start,
            output,
            planned,
            demand,
            self.shares,
            self.each["fixed"],
            self.by_demand,
            expected,
            target,
        )
        return expected, target

    def _most(self, state: State) -> Any:
        """Return what the output of the next day will not exceed, (n, B)."""
        most = self.initial * (state.factor + self.climb)
        if self.deferring:
            most += state.backlog / self.each["defer_days"]
        return most

    def _reorder(
        self, t: int, state: State, plans: tuple[Any, Any, Any], met: Any, capacity: Any
    ) -> tuple[State, Any]:
        delivered = state.weight * to_sectors(np, met, self.shape)
        weight = np.ascontiguousarray(self._weight(capacity))
        given = [np.ascontiguousarray(v) for v in plans]
        placed, used = self.day_work(t, state, given, delivered, weight, self._most(state))
        return replace(state, orders=placed, weight=weight), used


def ranges(count: int, parts: int) -> list[tuple[int, int]]:
    """Cut `count` things into at most `parts` ranges of about the same length."""
    edges = np.linspace(0, count, min(parts, count) + 1).astype(int).tolist()
    return list(itertools.pairwise(edges))
