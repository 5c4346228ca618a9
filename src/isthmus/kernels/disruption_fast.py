"""The days of the disruption model with compiled loops; same results as `BatchRun`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from isthmus.kernels.disruption import FactoredTable, Table
from isthmus.kernels.disruption_batch import State, ratio
from isthmus.kernels.disruption_bind import NEVER, least_bent
from isthmus.kernels.disruption_cells import Block
from isthmus.kernels.disruption_drivers import Stop
from isthmus.kernels.disruption_loops import compiled
from isthmus.kernels.disruption_steps import Allowed
from isthmus.kernels.disruption_terms import values
from isthmus.kernels.disruption_whole import PARTS, DayRun, aligned, laid, ranges

BLOCK = 1024
"""Industries per block of the fused loop: what it reads twice stays in the cache."""
ROWS = 512
"""Industries per block of matrix products."""
NARROW = 16
"""Scenarios from which blocks of rows pay."""


class FastRun(DayRun):
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
        For the skipping of small changes, which only `BatchRun` knows.
    """

    def __init__(self, table: Table, *arguments: Any, threads: int = 1, **more: Any) -> None:
        super().__init__(table, *arguments, threads=threads, **more)
        if self.behaviour.skip_small:
            raise ValueError("compiled loops do not skip small changes")
        self.table = table
        self.binding = compiled("bind")
        self.day_work = self._day_work()
        self.ruled = self._rules(**{name: self.rows[name] for name in _BINDING})

    def _cut(self) -> list[tuple[int, int]]:
        return [(0, self.shape[0])]

    def _terms(self) -> list[Block]:
        """Keep what the loops read as plain arrays."""
        s, _ = self.shape
        chosen, inputs = self.chosen, self.inputs
        never = ~np.any(chosen.need > 0, axis=2)
        bar = np.where(np.tile(never, (1, inputs.bar.shape[1] // s)), 0.0, inputs.bar)
        rows = {**values(chosen), "tech": inputs.tech, "unit": inputs.unit, "bar": bar}
        may = (chosen.reach > 0) & (chosen.need > 0)
        rows["per_day"] = np.divide(1.0, chosen.reach, out=np.zeros(may.shape), where=may)
        rows["need"] = np.where(may, chosen.need, 1.0)
        rows["cap"], rows["lift"] = least_bent(inputs.tech, chosen.sigma, self.precision)
        turn = np.argsort(rows["cap"] < 1, kind="stable")
        self.rows = {k: laid(v, self.precision) for k, v in rows.items()} | {"turn": turn}
        self.free = self.kind(0 if self.behaviour.clip else NEVER)
        return []

    def _named(self, *names: str) -> list[Any]:
        return [self.rows[name] for name in names]

    def _start(self) -> State:
        """Do as the array form does, sector by sector, so that nothing large is held twice."""
        s, r = self.shape
        batch = self.drivers.batch
        shape = (s, r * s, batch)
        stock, ask = aligned(shape, self.precision), aligned(shape, self.precision)
        ones = laid(np.ones((s, r, batch)), self.precision)
        placed = aligned(ones.shape, self.precision)
        severity, turned = self._severity(0), self._turned(0)
        begin = self.rows.pop("begin")
        for p in range(s):
            one = slice(p, p + 1)
            unit = self.initial * self.rows["unit"][p][:, None]
            stock[p] = (unit.reshape(r, s, 1) * begin[p][None]).reshape(r * s, batch)
            base = self.flows.collect(p, p + 1, ones, turned)
            ask[one] = ratio(np, self.use[one, :, None] * np.ones_like(base), base)
            placed[one] = self.flows.place(p, p + 1, ask[one], severity)
        for held in self.drivers.reserves:
            stock[held.sector, held.nodes] += self._array(self.reserve(held))
        output = laid(self.initial * np.ones((1, batch)), self.precision)
        factor = laid(np.full(shape[1:], self.behaviour.over_base), self.precision)
        tight = self.rows["bar"] > 0
        return State(
            [stock], [ask], placed, ones, factor, output, self.nothing, self.nothing, tight
        )

    def _day_work(self) -> Callable[..., tuple[Any, Any]]:
        if isinstance(self.table, FactoredTable):
            self.loop = compiled("sweep_factored")
            self.stopped = StoppedImports(self.drivers.stops, self.flows.matrix)
            return self._factored
        if self.drivers.batch > 1:
            self.loop = compiled("sweep_dense")
            return self._dense_batch
        self.loop = compiled("fused_dense")
        self.passing = Passing(self.drivers.stops, self.shape, self.precision)
        self.baked = self._baked()
        return self._dense_one

    def _baked(self) -> dict[str, Any]:
        """Return desired stock per unit of output and the usable share of stocks, one scenario."""
        tech, unit, bar = self._named("tech", "unit", "bar")
        times = tech.shape[1] // tech.shape[0]
        cover, per_day = (np.tile(v[:, :, 0], (1, times)) for v in self._named("cover", "per_day"))
        draw = np.ones_like(tech)
        if not self.behaviour.whole_stock:
            np.divide(tech * per_day, bar, out=draw, where=(bar > 0) & (per_day > 0))
        return {"goal": unit * cover, "draw": draw}

    def _allowed(self, state: State, optimum: Any) -> Allowed:
        if self.behaviour.limit == "sum":
            whole = state.stock[0].sum(axis=0)
            bound = np.full_like(whole, np.inf)
            np.divide(whole, self.total_tech, out=bound, where=self.total_tech > 0)
            return Allowed(bound, 0 * whole, 0 * whole)
        optimum = np.ascontiguousarray(optimum)
        output = self._room("allowed", optimum.shape)
        output[...] = optimum
        gone = later = output  # not read
        if self.deferring:
            gone, later = (self._room(name, optimum.shape) for name in ("gone", "later"))
            gone[...] = later[...] = 0.0
        base = optimum
        if self.behaviour.from_start:
            base = self.initial * np.ones_like(optimum)
        most = np.maximum(base, optimum)
        if self.deferring:
            most = most + state.backlog / self.each["defer_days"]
        s, batch = self.shape[0], self.drivers.batch

        def work(j: int) -> None:
            here = slice(j * s, (j + 1) * s)
            self.binding(
                j,
                state.stock[0],
                state.tight,
                *self._named(*_BINDING),
                optimum[here],
                base[here],
                most[here],
                self.behaviour.from_start,
                self.deferring,
                *(aligned((s, batch), self.precision) for _ in range(2)),
                output[here],
                gone[here],
                later[here],
            )

        self._each(work, range(self.shape[1]))
        return Allowed(output, gone, later)

    def _dense_one(
        self, t: int, state: State, plans: list[Any], delivered: Any, weight: Any, most: Any
    ) -> tuple[Any, Any]:
        s, r = self.shape
        # Where every order passes, the array is empty and the index never points to it.
        cells = self.passing.at(t, self.drivers.days)
        placed = np.empty((s, r), dtype=self.precision)
        held, ask = state.stock[0][:, :, 0], state.ask[0][:, :, 0]
        np.greater(self.rows["bar"], 0, out=state.tight)  # the fused loop marks nothing
        parts = ranges(s, PARTS)
        used = np.zeros((len(parts), r * s), dtype=self.precision)
        group = max(1, BLOCK // s)
        flat = [np.ascontiguousarray(v[..., 0]) for v in (delivered, weight, *plans)]
        rise, fall, late = self._named("rise", "fall", "late")

        def work(part: int) -> None:
            self.loop(
                *parts[part],
                group,
                self.flows.matrix,
                held,
                ask,
                self.rows["tech"],
                self.baked["goal"],
                self.baked["draw"],
                np.ascontiguousarray(rise[:, 0]),
                np.ascontiguousarray(fall[:, 0]),
                late,
                *flat,
                *cells,
                self.behaviour.clip,
                placed,
                used[part],
            )

        self._each(work, range(len(parts)))
        return placed[:, :, None], used.sum(axis=0)[:, None]

    def _dense_batch(
        self, t: int, state: State, plans: list[Any], delivered: Any, weight: Any, most: Any
    ) -> tuple[Any, Any]:
        s, r = self.shape
        batch = self.drivers.batch
        today, tomorrow, turned = self._severity(t), self._severity(t + 1), self._turned(t + 1)
        (used,) = self._empty(1)
        used[...] = 0.0
        rows = ROWS if batch >= NARROW else r * s
        blocks = [(lo, min(lo + rows, r * s)) for lo in range(0, r * s, rows)]
        asked = self._room("asked", (len(blocks), s, r, batch))
        pair = np.concatenate(
            [delivered, weight], axis=2, out=self._room("pair", (s, r, 2 * batch))
        )
        fixed = self._named("tech", "unit", "bar", *_CHOSEN)

        def work(block: int) -> None:
            lo, hi = blocks[block]
            flowed = aligned((hi - lo, 2 * batch), self.precision)
            for p in range(s):
                self.loop(
                    p,
                    lo,
                    state.stock[0],
                    state.ask[0],
                    state.tight,
                    self.flows.collect_pair(p, pair[p], (lo, hi), today, turned, flowed),
                    *fixed,
                    *plans,
                    self.rows["psi"],
                    most,
                    self.free,
                    self.behaviour.whole_stock,
                    used,
                )
                part = state.ask[0][p, lo:hi]
                asked[block, p] = self.flows.place_part(p, part, (lo, hi), tomorrow)

        self._each(work, range(len(blocks)))
        return asked.sum(axis=0) * weight, used

    def _factored(
        self, t: int, state: State, plans: list[Any], delivered: Any, weight: Any, most: Any
    ) -> tuple[Any, Any]:
        s, r = self.shape
        batch = self.drivers.batch
        today, tomorrow, turned = self._severity(t), self._severity(t + 1), self._turned(t + 1)
        names = ("made", "pool", "foreign", "home")
        made, pool, foreign, home = (self._room(name, weight.shape) for name in names)
        self.stopped.collected(delivered, today, made)
        self.stopped.collected(weight, turned, pool)
        used, placed = self._empty(2)
        used = used.reshape(r, s, batch)
        used[...] = 0.0
        four, three = (s, r, s, batch), (s, r, s)
        cells = [v.reshape(three) for v in self._named("tech", "unit", "bar")]
        whole = [v.reshape(r, s, batch) for v in plans]
        bound = most.reshape(r, s, batch)

        def work(part: tuple[int, int]) -> None:
            self.loop(
                *part,
                state.stock[0].reshape(four),
                state.ask[0].reshape(four),
                state.tight.reshape(three),
                *cells,
                self.flows.imported,
                self.flows.domestic,
                *self._named(*_CHOSEN),
                made,
                delivered,
                pool,
                weight,
                *whole,
                self.rows["psi"],
                bound,
                self.free,
                self.behaviour.whole_stock,
                foreign,
                home,
                used,
            )

        self._each(work, ranges(r, PARTS if self.pool is not None else 1))
        placed = self.stopped.placed(foreign, tomorrow, placed.reshape(weight.shape))
        placed += home
        placed *= weight
        return placed, used.reshape(r * s, batch)


_BINDING = ("tech", "bar", "per_day", "need", "sigma", "cap", "lift", "turn", "defer")
_CHOSEN = ("cover", "per_day", "rise", "fall", "late")
"""Choices in the order in which the loops take them."""


class StoppedImports:
    """What importers collect and ask for on a factored table; stops touch their own cells alone.

    Parameters
    ----------
    stops : tuple of Stop
        Cells whose deliveries can be stopped.
    origin : (S, R, R) array
        Shares of origins, as in `FactoredTable`.
    """

    def __init__(self, stops: tuple[Stop, ...], origin: Any) -> None:
        self.stops, self.origin = stops, origin
        self.cells = [origin[s.sector][np.ix_(s.exporters, s.importers)] for s in stops]

    def collected(self, weights: Any, severity: list[Any], out: Any) -> Any:
        """Return sum_o weight[p, o] origin[p, o, j] of what passes, shape (S, R, B), in `out`."""
        np.matmul(self.origin.transpose(0, 2, 1), weights, out=out)
        for stop, cells, share in zip(self.stops, self.cells, severity, strict=True):
            if share is not None:
                taken = weights[stop.sector, stop.exporters] * share
                out[stop.sector, stop.importers] -= cells.T @ taken
        return out

    def placed(self, foreign: Any, severity: list[Any], out: Any) -> Any:
        """Return sum_j origin[p, o, j] foreign[p, j] of what passes, shape (S, R, B), in `out`."""
        np.matmul(self.origin, foreign, out=out)
        for stop, cells, share in zip(self.stops, self.cells, severity, strict=True):
            if share is not None:
                taken = cells @ foreign[stop.sector, stop.importers]
                out[stop.sector, stop.exporters] -= taken * share
        return out


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
        later = min(t + 1, days - 1)
        now, soon = ([stop.path[day] for stop in self.stops] for day in (t, later))
        turned = [stop.turned(later) for stop in self.stops]
        return self.cells, self._share(now), self._share(turned), self._share(soon)

    def _share(self, taken: list[Any]) -> Any:
        out = np.ones(self.shape, dtype=self.precision)
        for stop, share in zip(self.stops, taken, strict=True):
            row = np.array([self.cells[stop.sector]])
            out[np.ix_(row, stop.exporters, stop.importers)] -= share[0]
        return out
