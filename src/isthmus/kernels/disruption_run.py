"""The days of the disruption model in order: an iterator over batches of scenarios."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, replace
from typing import Any, Literal

import numpy as np

from isthmus.kernels.disruption import (
    Array,
    Behaviour,
    Coefficients,
    Scales,
    Table,
)
from isthmus.kernels.disruption_batch import (
    Day,
    Flows,
    State,
    allowed,
    overproduce,
    ratio,
    share_out,
    sweep,
    to_industries,
    to_sectors,
)
from isthmus.kernels.disruption_drivers import Drivers, FinalDemand, capacity_left
from isthmus.kernels.disruption_rebuild import Rebuilding

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
    scales : Scales, optional
        Factors by scenario.
    rebuilding : Rebuilding, optional
        Capital to rebuild.
    xp : module
        Array library; numpy by default.
    precision : {"float64", "float32"}
        Type of all numbers.
    """

    def __init__(
        self,
        table: Table,
        inputs: Coefficients,
        behaviour: Behaviour,
        drivers: Drivers,
        *,
        scales: Scales | None = None,
        rebuilding: Rebuilding | None = None,
        xp: Any = np,
        precision: Precision = "float64",
    ) -> None:
        self.xp, self.precision = xp, precision
        self.kind = getattr(xp, precision)
        self.shape = table.shape
        self.behaviour, self.drivers, self.rebuilding = behaviour, drivers, rebuilding
        self.final = FinalDemand(table.final, drivers)
        self.flows = Flows(table, drivers.stops, xp, precision)
        self.initial = self._array(table.output)[:, None]
        self.scales = Scales(
            *(self._array(v) for v in _values(scales or Scales.ones(drivers.batch)))
        )
        self.blocks = self._blocks()
        self.inputs = [
            Coefficients(*(self._array(v[lo:hi])[:, :, None] for v in _values(inputs)))
            for lo, hi in self.blocks
        ]
        self.rebuilt: Array = np.zeros((1, 1))
        self.use = self._array(table.inputs())[:, :, None]

    def _array(self, values: Array) -> Any:
        return self.xp.asarray(np.asarray(values, dtype=self.precision), dtype=self.kind)

    def _blocks(self) -> list[tuple[int, int]]:
        s, r = self.shape
        if self.behaviour.skip_small:
            return [(0, s)]
        size = r * s * self.drivers.batch * np.dtype(self.precision).itemsize
        step = max(1, min(s, BLOCK_BYTES // max(size, 1)))
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
        now = min(t, self.drivers.days - 1)
        paths = [stop.path[now] for stop in self.drivers.stops]
        return [self._array(p) if np.any(p) else None for p in paths]

    def _start(self) -> State:
        xp, batch = self.xp, self.drivers.batch
        s, r = self.shape
        ones = xp.ones((s, r, batch), dtype=self.kind)
        severity = self._severity(0)
        stock, ask, placed, bounds = [], [], [], []
        for (lo, hi), inputs in zip(self.blocks, self.inputs, strict=True):
            held = inputs.start * self.scales.stock[None, None, :]
            base = self.flows.collect(lo, hi, ones, severity, redirected_only=True)
            wish = ratio(xp, self.use[lo:hi, :, :] * xp.ones_like(base), base)
            stock.append(held)
            ask.append(wish)
            placed.append(self.flows.place(lo, hi, wish, severity))
            bounds.append(allowed(xp, held, inputs, self.scales, self.behaviour))
        return State(
            stock,
            ask,
            xp.concat(placed, axis=0),
            ones,
            self._limit(bounds),
            xp.full((r * s, batch), self.behaviour.over_base, dtype=self.kind),
            self.initial * xp.ones((1, batch), dtype=self.kind),
        )

    def _limit(self, bounds: list[Any]) -> Any:
        xp = self.xp
        total = bounds[0]
        for bound in bounds[1:]:
            total = total + bound if self.behaviour.limit == "sum" else xp.minimum(total, bound)
        return total

    def _day(self, t: int, state: State) -> tuple[Day, State]:
        xp, behaviour = self.xp, self.behaviour
        self.final.advance(t)
        orders = to_industries(xp, state.orders)
        consumed = self._array(self.final.by_supplier)
        final = consumed
        left = capacity_left(self.drivers, t, len(self.final.by_supplier))
        if self.rebuilding is not None:
            self.rebuilt = self.rebuilding.demand(t)
            final = consumed + self._array(self.rebuilt)
            left = left * self.rebuilding.capacity_left(t)
        demand = orders + final
        factor = state.factor
        if t > 1:
            factor = overproduce(xp, factor, demand, state.output, behaviour)
        capacity = self.initial * self._array(left) * factor
        optimum = xp.minimum(demand, capacity)
        output = xp.minimum(optimum, state.bound)
        met, served = share_out(xp, output, orders, final, behaviour)
        planned = optimum
        if self.rebuilding is not None:
            self.rebuilding.advance(t, np.asarray(served, dtype=np.float64))
            if behaviour.orders_after_rebuilding:
                unmet = (final - consumed) * (1.0 - served)
                planned = xp.minimum(orders + consumed + unmet, capacity)
        state, used = self._reorder(t, state, output, planned, met, capacity)
        day = Day(output, demand, capacity, optimum, met, served, used)
        return day, replace(state, factor=factor, output=output)

    def _reorder(
        self, t: int, state: State, output: Any, optimum: Any, met: Any, capacity: Any
    ) -> tuple[State, Any]:
        xp = self.xp
        today, tomorrow = self._severity(t), self._severity(t + 1)
        delivered = state.weight * to_sectors(xp, met, self.shape)
        weight = state.weight
        if self.behaviour.rule == "alt":
            weight = to_sectors(xp, ratio(xp, capacity, self.initial), self.shape)
        stock, ask, placed, bounds, used = [], [], [], [], []
        for i, ((lo, hi), inputs) in enumerate(zip(self.blocks, self.inputs, strict=True)):
            held, wish, bound, eaten = sweep(
                xp,
                state.stock[i],
                state.ask[i],
                self.flows.collect(lo, hi, delivered, today),
                self.flows.collect(lo, hi, weight, tomorrow, redirected_only=True),
                output,
                optimum,
                inputs,
                self.scales,
                self.behaviour,
            )
            stock.append(held)
            ask.append(wish)
            placed.append(self.flows.place(lo, hi, wish, tomorrow) * weight[lo:hi, :, :])
            bounds.append(bound)
            used.append(eaten)
        new = State(
            stock,
            ask,
            xp.concat(placed, axis=0),
            weight,
            self._limit(bounds),
            state.factor,
            output,
        )
        return new, sum(used[1:], used[0])


def _values(record: Any) -> list[Any]:
    return [getattr(record, f.name) for f in fields(record)]
