"""The days of the disruption model with compiled loops; same results as `BatchRun`."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields
from typing import Any

import numpy as np

from isthmus.kernels.disruption import Array, Coefficients, FactoredTable, Table
from isthmus.kernels.disruption_batch import State, allowed, ratio, to_sectors
from isthmus.kernels.disruption_drivers import Stop
from isthmus.kernels.disruption_loops import compiled
from isthmus.kernels.disruption_run import BatchRun

PARTS = 8
"""Parts of a day's work; fixed, so that sums do not depend on the number of threads."""
BLOCK = 1024
"""Industries per block of the fused loop: what it reads twice stays in the cache."""
ROWS = 512
"""Industries per block of matrix products."""
NARROW = 16
"""Scenarios from which blocks of rows pay."""


class FastRun(BatchRun):
    """A run of one batch of scenarios whose inner loops are compiled.

    One scenario on a dense table reads the table once a day; many scenarios share matrix
    products; a factored table never makes its cells.

    Parameters
    ----------
    threads : int
        Threads that share a day; they do not change the result.
    **arguments
        As `BatchRun`; numpy arrays only.

    Raises
    ------
    ImportError
        When numba is not installed.
    ValueError
        For behaviours that only `BatchRun` knows: the limit "sum", skipping of small changes.
    """

    def __init__(self, table: Table, *arguments: Any, threads: int = 1, **more: Any) -> None:
        super().__init__(table, *arguments, **more)
        if not supported(self):
            raise ValueError("compiled loops know the limit 'min' and no skipping")
        self.table = table
        self.threads = max(1, min(threads, self.shape[0]))
        self.pool = ThreadPoolExecutor(self.threads) if self.threads > 1 else None
        self.plain_all = _plain_coefficients(self.inputs[0])
        self.plain = self.plain_all[:-1]
        self.day_work = self._day_work()

    def _blocks(self) -> list[tuple[int, int]]:
        return [(0, self.shape[0])]

    def _start(self) -> State:
        """Do as the array form does, sector by sector, so that nothing large is held twice."""
        s, r = self.shape
        batch = self.drivers.batch
        shape = (s, r * s, batch)
        stock = np.empty(shape, dtype=self.precision)
        ask = np.empty(shape, dtype=self.precision)
        ones = np.ones((s, r, batch), dtype=self.precision)
        placed = np.empty_like(ones)
        bound = np.full(shape[1:], np.inf, dtype=self.precision)
        severity = self._severity(0)
        for p in range(s):
            one = slice(p, p + 1)
            inputs = Coefficients(*(c[one, :, None] for c in self.plain_all))
            stock[one] = inputs.start * self.scales.stock[None, None, :]
            base = self.flows.collect(p, p + 1, ones, severity, redirected_only=True)
            ask[one] = ratio(np, self.use[one] * np.ones_like(base), base)
            placed[one] = self.flows.place(p, p + 1, ask[one], severity)
            limit = allowed(np, stock[one], inputs, self.scales, self.behaviour)
            np.minimum(bound, limit, out=bound)
        factor = np.full(shape[1:], self.behaviour.over_base, dtype=self.precision)
        output = self.initial * np.ones((1, batch), dtype=self.precision)
        return State([stock], [ask], placed, ones, bound, factor, output)

    def _day_work(self) -> Callable[..., tuple[Any, Any, Any]]:
        if isinstance(self.table, FactoredTable):
            self.loop = compiled("sweep_factored")
            return self._factored
        if self.drivers.batch > 1:
            self.loop = compiled("sweep_dense")
            return self._dense_batch
        self.loop = compiled("fused_dense")
        self.passing = Passing(self.drivers.stops, self.shape, self.precision)
        return self._dense_one

    def _reorder(
        self, t: int, state: State, output: Any, planned: Any, met: Any, capacity: Any
    ) -> tuple[State, Any]:
        delivered = state.weight * to_sectors(np, met, self.shape)
        weight = state.weight
        if self.behaviour.rule == "alt":
            left = np.divide(
                capacity, self.initial, out=np.zeros_like(capacity), where=self.initial > 0
            )
            weight = np.ascontiguousarray(to_sectors(np, left, self.shape))
        placed, bound, used = self.day_work(t, state, output, planned, delivered, weight)
        new = State(state.stock, state.ask, placed, weight, bound, state.factor, output)
        return new, used

    def _limits(self) -> tuple[Array, Array, Array]:
        scales = self.scales
        one = np.asarray(1.0, dtype=self.precision)
        return scales.stock, np.asarray(one / (scales.stock * scales.psi)), scales.rate

    def _each(self, work: Callable[[Any], None], jobs: Sequence[Any]) -> None:
        """Run `work` on every job; what a job computes does not depend on who runs it."""
        if self.pool is None:
            for job in jobs:
                work(job)
        else:
            list(self.pool.map(work, jobs))

    def _dense_one(
        self, t: int, state: State, output: Any, planned: Any, delivered: Any, weight: Any
    ) -> tuple[Any, Any, Any]:
        s, r = self.shape
        scale = np.concatenate(self._limits()).astype(self.precision)
        # Where every order passes, the array is empty and the index never points to it.
        cells = self.passing.at(t, self.drivers.days)
        placed = np.empty((s, r), dtype=self.precision)
        held, ask = state.stock[0][:, :, 0], state.ask[0][:, :, 0]
        parts = _ranges(s, PARTS)
        bounds = np.full((len(parts), r * s), np.inf, dtype=self.precision)
        used = np.zeros((len(parts), r * s), dtype=self.precision)
        group = max(1, BLOCK // s)
        flat = [np.ascontiguousarray(v[..., 0]) for v in (delivered, weight, output, planned)]

        def work(part: int) -> None:
            self.loop(
                *parts[part],
                group,
                self.flows.matrix,
                held,
                ask,
                *self.plain,
                *flat,
                scale,
                *cells,
                self.behaviour.clip,
                placed,
                bounds[part],
                used[part],
            )

        self._each(work, range(len(parts)))
        return placed[:, :, None], bounds.min(axis=0)[:, None], used.sum(axis=0)[:, None]

    def _dense_batch(
        self, t: int, state: State, output: Any, planned: Any, delivered: Any, weight: Any
    ) -> tuple[Any, Any, Any]:
        s, r = self.shape
        batch = self.drivers.batch
        today, tomorrow = self._severity(t), self._severity(t + 1)
        limits = self._limits()
        bound = np.full((r * s, batch), np.inf, dtype=self.precision)
        used = np.zeros((r * s, batch), dtype=self.precision)
        rows = ROWS if batch >= NARROW else r * s
        blocks = [(lo, min(lo + rows, r * s)) for lo in range(0, r * s, rows)]
        asked = np.empty((len(blocks), s, r, batch), dtype=self.precision)
        pair = np.concatenate([delivered, weight], axis=2)

        def work(block: int) -> None:
            lo, hi = blocks[block]
            for p in range(s):
                self.loop(
                    p,
                    lo,
                    state.stock[0],
                    state.ask[0],
                    self.flows.collect_pair(p, pair[p], (lo, hi), today, tomorrow),
                    *self.plain,
                    output,
                    planned,
                    *limits,
                    self.behaviour.clip,
                    bound,
                    used,
                )
                part = state.ask[0][p, lo:hi]
                asked[block, p] = self.flows.place_part(p, part, (lo, hi), tomorrow)

        self._each(work, range(len(blocks)))
        return asked.sum(axis=0) * weight, bound, used

    def _factored(
        self, t: int, state: State, output: Any, planned: Any, delivered: Any, weight: Any
    ) -> tuple[Any, Any, Any]:
        s, r = self.shape
        batch = self.drivers.batch
        today, tomorrow = self._severity(t), self._severity(t + 1)
        made = self.flows.collect_imports(delivered, today)
        pool = self.flows.collect_imports(weight, tomorrow, redirected_only=True)
        foreign = np.empty((s, r, batch), dtype=self.precision)
        home = np.empty((s, r, batch), dtype=self.precision)
        bound = np.full((r, s, batch), np.inf, dtype=self.precision)
        used = np.zeros((r, s, batch), dtype=self.precision)
        four, three = (s, r, s, batch), (s, r, s)
        limits = self._limits()

        def work(part: tuple[int, int]) -> None:
            self.loop(
                *part,
                state.stock[0].reshape(four),
                state.ask[0].reshape(four),
                *(c.reshape(three) for c in self.plain),
                self.flows.imported,
                self.flows.domestic,
                made,
                delivered,
                pool,
                weight,
                output.reshape(r, s, batch),
                planned.reshape(r, s, batch),
                *limits,
                self.behaviour.clip,
                foreign,
                home,
                bound,
                used,
            )

        self._each(work, _ranges(r, PARTS if self.pool is not None else 1))
        placed = (self.flows.place_imports(foreign, tomorrow) + home) * weight
        return placed, bound.reshape(r * s, batch), used.reshape(r * s, batch)


def _ranges(count: int, parts: int) -> list[tuple[int, int]]:
    """Cut `count` things into at most `parts` ranges of about the same length."""
    edges = np.linspace(0, count, min(parts, count) + 1).astype(int).tolist()
    return list(itertools.pairwise(edges))


class Passing:
    """Share of deliveries that passes, by stopped sector, for the fused loop."""

    def __init__(self, stops: tuple[Stop, ...], shape: tuple[int, int], precision: str) -> None:
        self.stops, self.precision = stops, precision
        self.sectors = sorted({stop.sector for stop in stops})
        self.cells = np.full(shape[0], -1, dtype=np.int64)
        self.cells[self.sectors] = np.arange(len(self.sectors))
        self.shape = (len(self.sectors), shape[1], shape[1])

    def at(self, t: int, days: int) -> tuple[Any, Any, Any, Any]:
        """Return rows by sector and what passes today, splits new orders, and will pass."""
        now = self._share(t, redirected_only=False)
        later = min(t + 1, days - 1)
        base = self._share(later, redirected_only=True)
        return self.cells, now, base, self._share(later, redirected_only=False)

    def _share(self, t: int, *, redirected_only: bool) -> Any:
        out = np.ones(self.shape, dtype=self.precision)
        for stop in self.stops:
            if redirected_only and not stop.redirect:
                continue
            row = np.array([self.cells[stop.sector]])
            out[np.ix_(row, stop.exporters, stop.importers)] -= stop.path[t, 0]
        return out


def supported(run: BatchRun) -> bool:
    """Whether the compiled loops know the behaviour of a run."""
    return run.behaviour.limit == "min" and not run.behaviour.skip_small


def _plain_coefficients(inputs: Coefficients) -> tuple[Array, ...]:
    names = [f.name for f in fields(Coefficients)]  # the start comes last
    return tuple(np.ascontiguousarray(getattr(inputs, name)[:, :, 0]) for name in names)
