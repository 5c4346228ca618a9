"""The days of the disruption model in order: an iterator over batches of scenarios."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Literal

import numpy as np

from isthmus.kernels.disruption import Array, Table
from isthmus.kernels.disruption_batch import (
    Day,
    Flows,
    State,
    fetched,
    laid_out,
    ratio,
    to_industries,
    to_sectors,
)
from isthmus.kernels.disruption_cells import Block, Cells, Fuse
from isthmus.kernels.disruption_drivers import Drivers, FinalDemand, ReserveStock
from isthmus.kernels.disruption_rebuild import Rebuilding
from isthmus.kernels.disruption_steps import (
    Allowed,
    Later,
    allow,
    overproduce,
    put_off,
    share_out,
    together,
)
from isthmus.kernels.disruption_terms import Behaviour, Choices, Coefficients, choices, values

Precision = Literal["float64", "float32"]
BLOCK_BYTES = 4_000_000


class BatchRun:
    """A run of one batch of scenarios, day by day.

    Parameters
    ----------
    table : DenseTable or FactoredTable
        The daily table.
    inputs : Coefficients
        Coefficients of inputs.
    behaviour : Behaviour
        Rules shared by the batch.
    drivers : Drivers
        What is imposed.
    chosen : Choices, optional
        What differs between scenarios; by default the defaults of `choices`.
    rebuilding : Rebuilding, optional
        Capital to rebuild.
    xp : module
        Array library; numpy by default.
    device : object, optional
        Where `xp` keeps arrays, as its `asarray` takes it; what numpy prepares is sent there.
    precision : {"float64", "float32"}
        Type of all numbers.
    block_bytes : int
        Inputs are gone through in blocks of about this size: what the cache of a processor holds
        by default, far more where every operation has to be started on a device.
    fuse : callable, optional
        Makes one operation of a function of arrays that works element by element, as `cupy.fuse`
        does; by default its operations are done one after the other.
    """

    def __init__(
        self,
        table: Table,
        inputs: Coefficients,
        behaviour: Behaviour,
        drivers: Drivers,
        *,
        chosen: Choices | None = None,
        rebuilding: Rebuilding | None = None,
        xp: Any = np,
        device: Any = None,
        precision: Precision = "float64",
        block_bytes: int = BLOCK_BYTES,
        fuse: Fuse | None = None,
    ) -> None:
        self.xp, self.device, self.precision = xp, device, precision
        self.block_bytes, self.steps = block_bytes, Cells(xp, behaviour, fuse)
        self.kind = getattr(xp, precision)
        self.shape = table.shape
        self.behaviour, self.drivers, self.rebuilding = behaviour, drivers, rebuilding
        self.inputs = inputs
        self.chosen = chosen or choices(self.shape[0], drivers.batch)
        self.final = FinalDemand(table.final, drivers)
        self.consumed: Any = None
        self.flows = Flows(table, drivers.stops, xp, precision, device)
        self.initial = self._array(table.output)[:, None]
        self.base = np.asarray(np.asarray(table.output, dtype=precision)[:, None], np.float64)
        self.use = self._array(table.inputs())
        self.total_tech = self._array(inputs.tech.sum(axis=0))[:, None]
        self.rebuilt: Array = np.zeros((1, 1))
        self.deferring = self.chosen.defers
        self.by_plan = bool(np.all(self.chosen.plan == 1))
        self.by_demand = bool(np.any(self.chosen.demand > 0))
        self.all_alt = bool(np.all(self.chosen.alt > 0))
        self.rules = {int(rule) for rule in self.chosen.ration}
        self.nothing = self._array(np.zeros((len(table.output), drivers.batch)))
        self.losses = [(self._exact(c.weight), self._exact(c.path)) for c in drivers.capacity]
        self.each = {k: self._array(v) for k, v in values(self.chosen).items() if v.ndim == 1}
        self.blocks = self._cut()
        self.terms = self._terms()

    def _array(self, given: Array) -> Any:
        return laid_out(self.xp, given, self.precision, self.device)

    def _exact(self, given: Array) -> Any:
        return laid_out(self.xp, given, "float64", self.device)

    def _terms(self) -> list[Block]:
        return [Block.of(self.inputs, self.chosen, rows, self._array) for rows in self.blocks]

    def _cut(self) -> list[tuple[int, int]]:
        s, r = self.shape
        if self.behaviour.skip_small:
            return [(0, s)]
        size = r * s * self.drivers.batch * np.dtype(self.precision).itemsize
        step = max(1, min(s, self.block_bytes // max(size, 1)))
        return [(lo, min(lo + step, s)) for lo in range(0, s, step)]

    def days(self, first: int = 0, state: State | None = None) -> Iterator[Day]:
        """Yield what happens on each day, from day 0 on.

        Parameters
        ----------
        first : int
            Day to go on with.
        state : State, optional
            What the day before handed over, and `rebuilding` has as well; changed in place.
        """
        state = self._start() if state is None else state
        for t in range(first, self.drivers.days):
            day, state = self._day(t, state)
            self.state = state
            yield day

    def _severity(self, t: int) -> list[Any]:
        """Shares of deliveries stopped on day t."""
        now = min(t, self.drivers.days - 1)
        paths = [stop.path[now] for stop in self.drivers.stops]
        return [self._array(p) if np.any(p) else None for p in paths]

    def _turned(self, t: int) -> list[Any]:
        """Shares of the orders of day t that go to other origins."""
        now = min(t, self.drivers.days - 1)
        paths = [stop.turned(now) for stop in self.drivers.stops]
        return [self._array(p) if np.any(p) else None for p in paths]

    def _cells(self, given: Any) -> Any:
        """See (block, n, B) as (block, R, S, B)."""
        s, r = self.shape
        return self.xp.reshape(given, (given.shape[0], r, s, given.shape[2]))

    def _holders(self, given: Any) -> Any:
        """See (n, B) as (1, R, S, B)."""
        s, r = self.shape
        return self.xp.reshape(given, (1, r, s, given.shape[1]))

    def _start(self) -> State:
        xp, batch = self.xp, self.drivers.batch
        s, r = self.shape
        ones = self._array(np.ones((s, r, batch)))
        severity, turned = self._severity(0), self._turned(0)
        output = self.initial * self._array(np.ones((1, batch)))
        start = self._holders(output)
        stock, ask, placed = [], [], []
        more = self.reserves() if self.drivers.reserves else np.zeros((0,))
        for (lo, hi), block in zip(self.blocks, self.terms, strict=True):
            held = start * block.unit * block.begin
            base = self.flows.collect(lo, hi, ones, turned)
            wish = ratio(xp, self.use[lo:hi, :, None] * xp.ones_like(base), base)
            whole = xp.reshape(held, (hi - lo, r * s, batch))
            stock.append(whole + self._array(more[lo:hi]) if len(more) else whole)
            ask.append(wish)
            placed.append(self.flows.place(lo, hi, wish, severity))
        return State(
            stock,
            ask,
            xp.concat(placed, axis=0),
            ones,
            xp.full_like(output, self.behaviour.over_base),
            output,
            self.nothing,
            self.nothing,
        )

    def stock_at_start(self) -> Array:
        """Return stocks at the start, (S, n, B), in double precision."""
        begin = np.tile(self.chosen.begin, (1, self.shape[1], 1))
        return np.asarray(self.base * self.inputs.unit[:, :, None] * begin) + self.reserves()

    def reserves(self) -> Array:
        """Return what is held at the start above what is wanted, (S, n, B), in double precision."""
        s, r = self.shape
        held = np.zeros((s, r * s, self.drivers.batch))
        for one in self.drivers.reserves:
            held[one.sector, one.nodes] += self.reserve(one)
        return held

    def reserve(self, one: ReserveStock) -> Array:
        """Return the stock of one reserve, (nodes, B), in double precision."""
        unit = self.inputs.unit[one.sector, one.nodes][:, None]
        return np.asarray(self.base[one.nodes] * unit * one.days)

    def limits_of(self, stock: Array, optimum: Any) -> Array:
        """Return the output that each stock allows, (S, n, B), given planned output (n, B)."""
        block = Block.of(self.inputs, self.chosen, (0, self.shape[0]), np.asarray)
        plain = Cells(np, self.behaviour)
        s, r = self.shape
        planned, start = (fetched(v).reshape(1, r, s, v.shape[1]) for v in (optimum, self.initial))
        stock = fetched(stock)
        cells = stock.reshape(len(stock), r, s, stock.shape[2])
        found = plain.limits(cells, block, planned, start)
        return np.asarray(found.reshape(stock.shape))

    def _allowed(self, state: State, optimum: Any) -> Allowed:
        """Return the output that stocks allow."""
        planned, start = self._holders(optimum), self._holders(self.initial)
        parts = [
            allow(self.steps, self._cells(stock), block, planned, start, deferring=self.deferring)
            for stock, block in zip(state.stock, self.terms, strict=True)
        ]
        found = together(self.xp, parts, self.behaviour.limit)
        if self.behaviour.limit == "sum":
            bound = ratio(self.xp, found.output, self.total_tech * self.xp.ones_like(found.output))
            free = self.xp.where(self.total_tech > 0, bound, self.xp.inf)
            found = replace(found, output=free)
        return found

    def _day(self, t: int, state: State) -> tuple[Day, State]:
        xp, behaviour, each = self.xp, self.behaviour, self.each
        if self.final.advance(t) or self.consumed is None:
            self.consumed = self._array(self.final.by_supplier)
        orders = to_industries(xp, state.orders)
        final = consumed = self.consumed
        left = self._left(t)
        if self.rebuilding is not None:
            self.rebuilt = self.rebuilding.demand(t)
            final = consumed + self._array(self.rebuilt)
            left = left * self._exact(self.rebuilding.capacity_left(t))
        left = xp.asarray(left, dtype=self.kind)
        demand = orders + final
        factor = state.factor
        if t > 1:
            factor = overproduce(
                xp, factor, demand, state.output, each["over_max"], each["over_tau"], behaviour
            )
        capacity = self.initial * left * factor
        optimum = xp.minimum(demand, capacity)
        allowed = self._allowed(state, optimum)
        # a stock that was used up may miss zero by a last digit
        output = xp.minimum(optimum, xp.maximum(allowed.output, 0.0 * optimum))
        state, later = self._put_off(state, factor, (optimum, output), demand, left, allowed)
        if later is not None:
            output, optimum = output + later.more, optimum + later.more
        met, served = share_out(xp, output, orders, final, each["ration"], self.rules)
        if later is not None:
            kept = later.kept * (1.0 - served) * consumed
            state = replace(state, waiting=state.waiting - later.late + kept)
        planned = optimum
        if self.rebuilding is not None:
            self.rebuilding.advance(t, np.asarray(fetched(served), dtype=np.float64))
            if behaviour.orders_after_rebuilding:
                unmet = (final - consumed) * (1.0 - served)
                planned = xp.minimum(orders + consumed + unmet, capacity)
        if later is not None:
            output, planned = output + later.late, planned + later.late
            demand = demand + later.late
        plans = self._plans(output, planned, demand)
        state, used = self._reorder(t, state, (output, *plans), met, capacity)
        late = self.nothing
        if later is not None:
            late = later.late
            capacity, optimum = capacity + later.more + late, optimum + late
        day = Day(output, demand, capacity, optimum, met, served, used, late)
        return day, replace(state, output=output)

    def _left(self, t: int) -> Any:
        """Return the share of capacity left, (n, B), in double precision, as `capacity_left`."""
        left = self.xp.ones_like(self.nothing, dtype=self.xp.float64)
        for weight, path in self.losses:
            left = left * (1.0 - weight[:, None] * path[t, :][None, :])
        return left

    def _put_off(
        self,
        state: State,
        factor: Any,
        made: tuple[Any, Any],
        demand: Any,
        left: Any,
        allowed: Allowed,
    ) -> tuple[State, Later | None]:
        """Return the state with today's factor and backlog, and what is made of earlier days."""
        if not self.deferring:
            return replace(state, factor=factor), None
        whole = self.xp.minimum(demand, self.initial * factor)
        later = put_off(self.xp, state, (whole, *made), demand, left, allowed, self.each)
        return replace(state, factor=factor, backlog=later.backlog), later

    def _plans(self, output: Any, planned: Any, demand: Any) -> tuple[Any, Any]:
        """Return what orders for use reckon with, and what wanted stocks are for."""
        each = self.each
        expected, target = planned, planned
        if not self.by_plan:
            expected = each["plan"] * planned + each["output"] * output
        if self.by_demand:
            expected = expected + each["demand"] * demand
            target = self.xp.where(each["fixed"] > 0, self.initial, planned)
        return expected, target

    def _weight(self, capacity: Any) -> Any:
        """Return the weights of suppliers for new orders, (S, R, B)."""
        left = to_sectors(self.xp, ratio(self.xp, capacity, self.initial), self.shape)
        if self.all_alt:
            return left
        return self.xp.where(self.each["alt"] > 0, left, self.xp.ones_like(left))

    def _reorder(
        self, t: int, state: State, plans: tuple[Any, Any, Any], met: Any, capacity: Any
    ) -> tuple[State, Any]:
        xp = self.xp
        today, tomorrow, turned = self._severity(t), self._severity(t + 1), self._turned(t + 1)
        delivered = state.weight * to_sectors(xp, met, self.shape)
        weight = self._weight(capacity)
        day = tuple(self._holders(v) for v in plans)
        stock, ask, placed, used = [], [], [], []
        for i, ((lo, hi), block) in enumerate(zip(self.blocks, self.terms, strict=True)):
            held, wish, eaten = self.steps.turn_over(
                self._cells(state.stock[i]),
                self._cells(state.ask[i]),
                self._cells(self.flows.collect(lo, hi, delivered, today)),
                self._cells(self.flows.collect(lo, hi, weight, turned)),
                (day[0], day[1], day[2]),
                block,
                self.each["late"],
            )
            flat = state.stock[i].shape
            wish = xp.reshape(wish, flat)
            stock.append(xp.reshape(held, flat))
            ask.append(wish)
            placed.append(self.flows.place(lo, hi, wish, tomorrow) * weight[lo:hi, :, :])
            used.append(xp.reshape(eaten, flat[1:]))
        new = replace(state, stock=stock, ask=ask, orders=xp.concat(placed, axis=0), weight=weight)
        return new, sum(used[1:], used[0])
