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
from isthmus.kernels.disruption_day import Before, Rules, Scratch, Today
from isthmus.kernels.disruption_loops import compiled
from isthmus.kernels.disruption_run import BatchRun

PARTS = 8
"""Parts of a day's work; fixed, so that sums do not depend on the number of threads."""
_HANDED = ("weight", "factor", "output", "backlog", "waiting")
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

    Attributes
    ----------
    ruled : Rules
        From `_rules`, set by a subclass like `day_work`.
    """

    day_work: Callable[..., tuple[Any, Any]]
    ruled: Rules

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

    def _rules(self, **rows: Any) -> Rules:
        """Return what holds for all days of the run, with what else is in `rows`."""
        kind, behaviour = self.kind, self.behaviour
        names = ("over_max", "over_tau", "defer_days", "catch_up", "ration", "alt", "fixed")
        return Rules(
            initial=self.start,
            weights=self.weights,
            over_base=kind(behaviour.over_base),
            calm=kind(behaviour.calm),
            climb=self.climb,
            shares=self.shares,
            from_start=behaviour.from_start,
            all_alt=self.all_alt,
            by_plan=self.by_plan and not self.by_demand,
            by_demand=self.by_demand,
            deferring=self.deferring,
            rations=bool(np.any(self.each["ration"] > 0)),
            **{name: self.each[name] for name in names},
            **rows,
        )

    def _day(self, t: int, state: State) -> tuple[Day, State]:
        if self.rebuilding is not None or self.behaviour.limit == "sum":
            return super()._day(t, state)
        if self.final.advance(t) or self.consumed is None:
            self.consumed = laid(self.final.by_supplier, self.precision)
        old, new = self._before(state), self._today(state)
        losses = self.drivers.capacity
        paths = np.array([loss.path[t] for loss in losses], dtype=np.float64)
        paths = paths.reshape(len(losses), self.drivers.batch)
        parts = ranges(self.shape[1], PARTS if self.pool is not None else 1)
        loop = compiled("before_deliveries")

        def work(part: int) -> None:
            loop(*parts[part], t > 1, self.consumed, paths, self.ruled, old, new, self._here(part))

        self._each(work, range(len(parts)))
        plans = [new.output, new.expected, new.target]
        placed, used = self.day_work(t, state, plans, new.delivered, new.weight, new.most)
        day = Day(
            new.output,
            new.demand,
            new.capacity,
            new.optimum,
            new.met,
            new.served,
            used,
            new.late,
        )
        handed = {name: getattr(new, name) for name in _HANDED}
        return day, replace(state, orders=placed, **handed)

    def _before(self, state: State) -> Before:
        """Return what the day before handed over."""
        return Before(
            np.ascontiguousarray(state.orders),
            state.weight,
            state.factor,
            state.output,
            state.backlog,
            state.waiting,
            state.stock[0],
            state.tight,
        )

    def _today(self, state: State) -> Today:
        """Return arrays for what a day fills in."""
        shape, flat = state.weight.shape, self.nothing.shape
        demand, factor, capacity, optimum, output, met, served, weight = self._empty(8)
        late = backlog = waiting = self.nothing
        if self.deferring:
            late, backlog, waiting = self._empty(3)
        expected = target = optimum
        if not self.by_plan or self.by_demand:
            expected = self._room("expected", flat)
        if self.by_demand:
            target = self._room("target", flat)
        most, delivered = self._room("most", flat), self._room("delivered", shape)
        return Today(
            demand,
            factor,
            capacity,
            optimum,
            output,
            met,
            served,
            late,
            backlog,
            waiting,
            expected,
            target,
            most,
            delivered,
            weight.reshape(shape),
        )

    def _here(self, part: int) -> Scratch:
        """Return room for an economy at a time, of one part of a day."""
        shape = (len(Scratch._fields), self.shape[0], self.drivers.batch)
        return Scratch(*self._room(f"here {part}", shape))

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
