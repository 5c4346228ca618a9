"""One day of the disruption model for many scenarios at once, in array-API operations only.

Every product with the table is a matrix product with the scenarios as columns; the rest is
element-wise. Any array library that follows the array API standard can stand in for numpy.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from isthmus.kernels.disruption import (
    Behaviour,
    Coefficients,
    DenseTable,
    FactoredTable,
    Scales,
    Table,
)
from isthmus.kernels.disruption_drivers import Stop

Severity = Sequence[Any]


@dataclass(slots=True)
class State:
    """What one day hands to the next.

    Parameters
    ----------
    stock : list of array, each of shape (block, n, B)
        Stocks by input sector and holder.
    ask : list of array, each of shape (block, n, B)
        Orders placed per unit of weighted base flow: wanted / sum_o weight Z.
    orders : array, shape (S, R, B)
        Orders that suppliers will receive.
    weight : array, shape (S, R, B)
        Weight of each supplier when the orders were placed.
    bound : array, shape (n, B)
        Output that stocks allow.
    factor : array, shape (n, B)
        Overproduction factor.
    output : array, shape (n, B)
        Output of the day before.
    """

    stock: list[Any]
    ask: list[Any]
    orders: Any
    weight: Any
    bound: Any
    factor: Any
    output: Any


@dataclass(frozen=True, slots=True)
class Day:
    """What happened on one day; arrays of shape (n, B) unless said.

    `met_orders` and `met_final` are the shares of intermediate and of final (and rebuilding)
    demand that were delivered; `used` is the sum of inputs used up.
    """

    output: Any
    demand: Any
    capacity: Any
    optimum: Any
    met_orders: Any
    met_final: Any
    used: Any


class Flows:
    """The table as matrix products: what buyers collect and what suppliers are asked for.

    Parameters
    ----------
    table : DenseTable or FactoredTable
        The daily table.
    stops : sequence of Stop
        Cells whose deliveries can be stopped.
    xp : module
        Array library.
    dtype : str
        "float64" or "float32".
    """

    def __init__(self, table: Table, stops: Sequence[Stop], xp: Any, dtype: str) -> None:
        self.xp = xp
        self.shape = table.shape
        kind = getattr(xp, dtype)
        self.cells: list[tuple[int, bool, Any, Any]] = []
        source = table.flows if isinstance(table, DenseTable) else table.origin
        for stop in stops:
            block, pick = _cells(stop, source, dtype)
            self.cells.append((stop.sector, stop.redirect, xp.asarray(block), xp.asarray(pick)))
        if isinstance(table, FactoredTable):
            self.dense = False
            self.matrix = xp.asarray(table.origin, dtype=kind)
            self.imported = xp.asarray(table.imported, dtype=kind)
            self.domestic = xp.asarray(table.domestic, dtype=kind)
        else:
            self.dense = True
            self.matrix = xp.asarray(table.flows, dtype=kind)

    def collect(
        self, lo: int, hi: int, weights: Any, severity: Severity, *, redirected_only: bool = False
    ) -> Any:
        """Return sum_o weight[p, o] Z[p, o, f] for sectors lo .. hi-1, shape (hi-lo, n, B)."""
        part = weights[lo:hi, :, :]
        out = self._received(lo, hi, part, severity, redirected_only)
        return out if self.dense else self._spread(lo, hi, out, part)

    def collect_pair(
        self, p: int, pair: Any, rows: tuple[int, int], today: Severity, tomorrow: Severity
    ) -> Any:
        """Return what `collect` gives for deliveries and for new orders, side by side.

        `pair` (R, 2 B) holds the weights of both, `rows` the industries wanted: (rows, 2 B).
        """
        xp = self.xp
        lo, hi = rows
        batch = pair.shape[1] // 2
        out = xp.matmul(xp.matrix_transpose(self.matrix[p, :, lo:hi]), pair)
        for i, (sector, redirect, block, pick) in enumerate(self.cells):
            if sector != p:
                continue
            for side, now in ((0, today[i]), (batch, tomorrow[i] if redirect else None)):
                if now is not None:
                    part = pair[:, side : side + batch]
                    chosen = xp.matmul(xp.matrix_transpose(pick), part) * now[None, :]
                    stopped = xp.matmul(xp.matrix_transpose(block[:, lo:hi]), chosen)
                    out[:, side : side + batch] -= stopped
        return out

    def place_part(self, p: int, ask: Any, rows: tuple[int, int], severity: Severity) -> Any:
        """Return what the industries lo .. hi-1 ask of sector p by supplier, shape (R, B)."""
        xp = self.xp
        lo, hi = rows
        out = xp.matmul(self.matrix[p, :, lo:hi], ask)
        for (sector, _, block, pick), now in zip(self.cells, severity, strict=True):
            if now is not None and sector == p:
                out -= xp.matmul(pick, xp.matmul(block[:, lo:hi], ask) * now[None, :])
        return out

    def collect_imports(
        self, weights: Any, severity: Severity, *, redirected_only: bool = False
    ) -> Any:
        """Return sum_o weight[p, o] origin[p, o, j] of a factored table, shape (S, R, B)."""
        return self._received(0, self.shape[0], weights, severity, redirected_only)

    def _received(
        self, lo: int, hi: int, part: Any, severity: Severity, redirected_only: bool
    ) -> Any:
        xp = self.xp
        out = xp.matmul(xp.matrix_transpose(self.matrix[lo:hi, :, :]), part)
        for (sector, redirect, block, pick), now in zip(self.cells, severity, strict=True):
            if now is None or not lo <= sector < hi or (redirected_only and not redirect):
                continue
            chosen = xp.matmul(xp.matrix_transpose(pick), part[sector - lo, :, :]) * now[None, :]
            out[sector - lo, :, :] -= xp.matmul(xp.matrix_transpose(block), chosen)
        return out

    def place(self, lo: int, hi: int, ask: Any, severity: Severity) -> Any:
        """Return sum_f Z[p, o, f] ask[p, f] for sectors lo .. hi-1, shape (hi-lo, R, B)."""
        if self.dense:
            return self._asked(lo, hi, ask, severity)
        imports, own = self._gather(lo, hi, ask)
        return self._asked(lo, hi, imports, severity) + own

    def place_imports(self, foreign: Any, severity: Severity) -> Any:
        """Return sum_j origin[p, o, j] foreign[p, j] of a factored table, shape (S, R, B)."""
        return self._asked(0, self.shape[0], foreign, severity)

    def _asked(self, lo: int, hi: int, ask: Any, severity: Severity) -> Any:
        xp = self.xp
        out = xp.matmul(self.matrix[lo:hi, :, :], ask)
        for (sector, _, block, pick), now in zip(self.cells, severity, strict=True):
            if now is None or not lo <= sector < hi:
                continue
            lost = xp.matmul(block, ask[sector - lo, :, :]) * now[None, :]
            out[sector - lo, :, :] -= xp.matmul(pick, lost)
        return out

    def _spread(self, lo: int, hi: int, imports: Any, own: Any) -> Any:
        s, r = self.shape
        xp = self.xp
        cells = (
            imports[:, :, None, :] * self.imported[lo:hi, :, :, None]
            + own[:, :, None, :] * self.domestic[lo:hi, :, :, None]
        )
        return xp.reshape(cells, (hi - lo, r * s, own.shape[2]))

    def _gather(self, lo: int, hi: int, ask: Any) -> tuple[Any, Any]:
        s, r = self.shape
        xp = self.xp
        cells = xp.reshape(ask, (hi - lo, r, s, ask.shape[2]))
        imports = xp.sum(cells * self.imported[lo:hi, :, :, None], axis=2)
        own = xp.sum(cells * self.domestic[lo:hi, :, :, None], axis=2)
        return imports, own


def _cells(stop: Stop, source: Any, dtype: str) -> tuple[Any, Any]:
    rows = source[stop.sector][stop.exporters]
    width = rows.shape[1] // source.shape[1]
    keep = np.zeros(source.shape[1], dtype=bool)
    keep[stop.importers] = True
    block = np.where(np.repeat(keep, width)[None, :], rows, 0.0).astype(dtype)
    pick = np.zeros((source.shape[1], len(stop.exporters)), dtype=dtype)
    pick[stop.exporters, np.arange(len(stop.exporters))] = 1.0
    return block, pick


def to_sectors(xp: Any, values: Any, shape: tuple[int, int]) -> Any:
    """Turn (n, B), economy first, into (S, R, B)."""
    s, r = shape
    return xp.permute_dims(xp.reshape(values, (r, s, values.shape[1])), (1, 0, 2))


def to_industries(xp: Any, values: Any) -> Any:
    """Turn (S, R, B) into (n, B), economy first."""
    s, r, batch = values.shape
    return xp.reshape(xp.permute_dims(values, (1, 0, 2)), (r * s, batch))


def ratio(xp: Any, top: Any, bottom: Any) -> Any:
    """Return top / bottom, and 0 where the bottom is not positive."""
    some = bottom > 0
    quotient = top / xp.where(some, bottom, xp.ones_like(bottom))
    return xp.where(some, quotient, xp.zeros_like(quotient))


def sweep(
    xp: Any,
    stock: Any,
    ask: Any,
    collected: Any,
    base: Any,
    output: Any,
    optimum: Any,
    inputs: Coefficients,
    scales: Scales,
    behaviour: Behaviour,
) -> tuple[Any, Any, Any, Any]:
    """Receive, use up and reorder one block of input sectors.

    Parameters
    ----------
    stock, ask, collected, base : array, shape (block, n, B)
        Stocks, yesterday's ask, sum_o weight phi Z of deliveries, sum_o weight Z of new orders.
    output, optimum : array, shape (n, B)
        Output and the output that demand and capacity allow.
    inputs : Coefficients
        Of the block, with a trailing axis of length 1.

    Returns
    -------
    stock, ask : array, shape (block, n, B)
    bound, used : array, shape (n, B)
        Output allowed by the stocks of the block (its minimum or sum), sum of inputs used.
    """
    received = ask * collected
    need = output[None, :, :] * inputs.tech
    used = xp.minimum(need, stock) if behaviour.clip else need
    gap = xp.abs(received - used)
    if not (behaviour.skip_small and bool(xp.all(gap <= 1e-8 + 1e-5 * xp.abs(used)))):
        stock = stock + received - used
    goal = optimum[None, :, :] * inputs.goal * scales.stock[None, None, :]
    short = goal - stock
    wanted = xp.where(short > 0, short, xp.zeros_like(short)) * inputs.rate
    wanted = wanted * scales.rate[None, None, :] + need
    return (
        stock,
        ratio(xp, wanted, base),
        allowed(xp, stock, inputs, scales, behaviour),
        xp.sum(used, axis=0),
    )


def allowed(xp: Any, stock: Any, inputs: Coefficients, scales: Scales, behaviour: Behaviour) -> Any:
    """Return the output (n, B) that the stocks of a block of input sectors allow."""
    limit = stock * inputs.slope / (scales.stock * scales.psi)[None, None, :] + inputs.offset
    return xp.sum(limit, axis=0) if behaviour.limit == "sum" else xp.min(limit, axis=0)


def overproduce(xp: Any, factor: Any, demand: Any, last: Any, behaviour: Behaviour) -> Any:
    """Return the overproduction factor after yesterday's scarcity (demand - output) / demand."""
    scarcity = ratio(xp, demand - last, demand)
    calm = xp.abs(scarcity) <= behaviour.calm
    pull = (behaviour.over_max - factor) * scarcity / behaviour.over_tau
    back = (behaviour.over_base - factor) / behaviour.over_tau
    risen = factor + xp.where(calm, back, pull)
    floor = xp.full_like(risen, behaviour.over_base)
    return xp.where(risen > floor, risen, floor)


def share_out(
    xp: Any, output: Any, orders: Any, final: Any, behaviour: Behaviour
) -> tuple[Any, Any]:
    """Return the shares of intermediate orders and of final demand that are delivered."""
    if behaviour.rationing == "proportional":
        met = ratio(xp, output, orders + final)
        return met, met
    first, second = (final, orders) if behaviour.rationing == "final_first" else (orders, final)
    served = xp.minimum(first, output)
    shares = ratio(xp, served, first), ratio(xp, output - served, second)
    return (shares[1], shares[0]) if behaviour.rationing == "final_first" else shares
