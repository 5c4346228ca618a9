"""The days of the disruption model with compiled loops; same results as `BatchRun`."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from isthmus.kernels.disruption import Array, Coefficients, DenseTable, FactoredTable, Table
from isthmus.kernels.disruption_batch import State, to_sectors
from isthmus.kernels.disruption_drivers import Stop
from isthmus.kernels.disruption_loops import compiled
from isthmus.kernels.disruption_run import BatchRun


class FastRun(BatchRun):
    """A run of one batch of scenarios whose inner loops are compiled.

    One scenario on a dense table reads the table once a day; many scenarios share matrix
    products; a factored table never makes its cells.

    Parameters
    ----------
    threads : int
        Threads that share the input sectors of a day.
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
        self.plain = _plain_coefficients(self.inputs[0])
        self.day_work = self._day_work()

    def _blocks(self) -> list[tuple[int, int]]:
        return [(0, self.shape[0])]

    def _start(self) -> State:
        state = super()._start()
        if isinstance(self.table, DenseTable) and self.drivers.batch == 1:
            self.flows.matrix = None
        state.stock = [np.ascontiguousarray(state.stock[0])]
        state.ask = [np.ascontiguousarray(state.ask[0])]
        return state

    def _day_work(self) -> Callable[..., tuple[Any, Any, Any]]:
        s, r = self.shape
        if isinstance(self.table, FactoredTable):
            self.loop = compiled("sweep_factored")
            return self._factored
        if self.drivers.batch > 1:
            self.loop = compiled("sweep_dense")
            return self._dense_batch
        self.loop = compiled("fused_dense")
        cells = self.table.flows.reshape(s, r, r, s).transpose(0, 2, 1, 3)
        self.cells = np.ascontiguousarray(cells, dtype=self.precision)
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

    def _parts(self) -> list[tuple[int, int]]:
        edges = np.linspace(0, self.shape[0], self.threads + 1).astype(int)
        return list(zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True))

    def _share(self, work: Callable[[int, int, Array, Array], None], shape: tuple[int, ...]) -> Any:
        """Run `work` on parts of the input sectors; return the lowest bounds and summed use."""
        parts = self._parts()
        bounds = [np.full(shape, np.inf, dtype=self.precision) for _ in parts]
        used = [np.zeros(shape, dtype=self.precision) for _ in parts]
        jobs = [(lo, hi, bounds[i], used[i]) for i, (lo, hi) in enumerate(parts)]
        if self.pool is None:
            work(*jobs[0])
        else:
            list(self.pool.map(lambda job: work(*job), jobs))
        return np.minimum.reduce(bounds), sum(used[1:], used[0])

    def _dense_one(
        self, t: int, state: State, output: Any, planned: Any, delivered: Any, weight: Any
    ) -> tuple[Any, Any, Any]:
        s, r = self.shape
        three = (s, r, s)
        scale = np.concatenate(self._limits()).astype(self.precision)
        cells, now, base, soon = self.passing.at(t, self.drivers.days)
        placed = np.empty((s, r), dtype=self.precision)
        # Where every order passes, the array is empty and the index never points to it.
        held, ask = state.stock[0].reshape(three), state.ask[0].reshape(three)
        coefficients = [c.reshape(three) for c in self.plain]

        def work(lo: int, hi: int, bound: Array, used: Array) -> None:
            self.loop(
                lo,
                hi,
                self.cells,
                held,
                ask,
                *coefficients,
                np.ascontiguousarray(delivered[:, :, 0]),
                np.ascontiguousarray(weight[:, :, 0]),
                output.reshape(r, s),
                planned.reshape(r, s),
                scale,
                cells,
                now,
                base,
                soon,
                self.behaviour.clip,
                placed,
                bound,
                used,
                np.empty(s, dtype=self.precision),
                np.empty(s, dtype=self.precision),
            )

        bound, used = self._share(work, (r, s))
        return placed[:, :, None], bound.reshape(-1, 1), used.reshape(-1, 1)

    def _dense_batch(
        self, t: int, state: State, output: Any, planned: Any, delivered: Any, weight: Any
    ) -> tuple[Any, Any, Any]:
        s, r = self.shape
        batch = self.drivers.batch
        today, tomorrow = self._severity(t), self._severity(t + 1)
        placed = np.empty((s, r, batch), dtype=self.precision)
        limits = self._limits()

        def work(lo: int, hi: int, bound: Array, used: Array) -> None:
            for p in range(lo, hi):
                one = (p, p + 1)
                self.loop(
                    p,
                    state.stock[0],
                    state.ask[0],
                    self.flows.collect_pair(p, delivered, weight, today, tomorrow),
                    *self.plain,
                    output,
                    planned,
                    *limits,
                    self.behaviour.clip,
                    bound,
                    used,
                )
                asked = self.flows.place(*one, state.ask[0][p : p + 1], tomorrow)[0]
                placed[p] = asked * weight[p]

        bound, used = self._share(work, (r * s, batch))
        return placed, bound, used

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
        four, three = (s, r, s, batch), (s, r, s)
        limits = self._limits()

        def work(lo: int, hi: int, bound: Array, used: Array) -> None:
            self.loop(
                lo,
                hi,
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

        bound, used = self._share(work, (r, s, batch))
        placed = (self.flows.place_imports(foreign, tomorrow) + home) * weight
        return placed, bound.reshape(r * s, batch), used.reshape(r * s, batch)


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
    names = (inputs.tech, inputs.goal, inputs.rate, inputs.slope, inputs.offset)
    return tuple(np.ascontiguousarray(c[:, :, 0]) for c in names)
