"""One day of the disruption model for many scenarios at once, in array-API operations only.

Every product with the table is a matrix product with the scenarios as columns; the rest is
element-wise. Any array library that follows the array API standard can stand in for numpy.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from isthmus.kernels.disruption import Array, DenseTable, FactoredTable, Table
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
    factor : array, shape (n, B)
        Overproduction factor.
    output : array, shape (n, B)
        Output of the day before.
    backlog : array, shape (n, B)
        Output put off, still to be made.
    waiting : array, shape (n, B)
        Final demand that waits for it, by supplier.
    tight : array of bool, shape (S, n), optional
        Where stocks may limit output the next day; kept by compiled runs.
    """

    stock: list[Any]
    ask: list[Any]
    orders: Any
    weight: Any
    factor: Any
    output: Any
    backlog: Any
    waiting: Any
    tight: Any = None


@dataclass(frozen=True, slots=True)
class Day:
    """What happened on one day; arrays of shape (n, B) unless said.

    `met_orders` and `met_final` are the shares of intermediate and of final (and rebuilding)
    demand that were delivered; `used` is the sum of inputs used up; `late` is final demand
    delivered that had waited.
    """

    output: Any
    demand: Any
    capacity: Any
    optimum: Any
    met_orders: Any
    met_final: Any
    used: Any
    late: Any


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
    device : object, optional
        As in `laid_out`.
    """

    def __init__(
        self, table: Table, stops: Sequence[Stop], xp: Any, dtype: str, device: Any = None
    ) -> None:
        def put(given: Any) -> Any:
            return laid_out(xp, given, dtype, device)

        self.xp = xp
        self.shape = table.shape
        self.cells: list[tuple[int, Any, Any]] = []
        source = table.flows if isinstance(table, DenseTable) else table.origin
        for stop in stops:
            block, pick = _cells(stop, source, dtype)
            self.cells.append((stop.sector, put(block), put(pick)))
        if isinstance(table, FactoredTable):
            self.dense = False
            self.matrix = put(table.origin)
            self.imported, self.domestic = put(table.imported), put(table.domestic)
        else:
            self.dense = True
            self.matrix = put(table.flows)

    def collect(self, lo: int, hi: int, weights: Any, severity: Severity) -> Any:
        """Return sum_o weight[p, o] Z[p, o, f] for sectors lo .. hi-1, shape (hi-lo, n, B).

        `severity` holds the share of the deliveries of each stop that does not count.
        """
        part = weights[lo:hi, :, :]
        out = self._received(lo, hi, part, severity)
        return out if self.dense else self._spread(lo, hi, out, part)

    def collect_pair(
        self, p: int, pair: Any, rows: tuple[int, int], today: Severity, turned: Severity, out: Any
    ) -> Any:
        """Return what `collect` gives for deliveries and for new orders, side by side.

        `pair` (R, 2 B) holds the weights of both, `rows` the industries wanted; `out`, a numpy
        array of shape (rows, 2 B), is filled in.
        """
        xp = self.xp
        lo, hi = rows
        batch = pair.shape[1] // 2
        xp.matmul(xp.matrix_transpose(self.matrix[p, :, lo:hi]), pair, out=out)
        for i, (sector, block, pick) in enumerate(self.cells):
            if sector != p:
                continue
            for side, now in ((0, today[i]), (batch, turned[i])):
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
        for (sector, block, pick), now in zip(self.cells, severity, strict=True):
            if now is not None and sector == p:
                out -= xp.matmul(pick, xp.matmul(block[:, lo:hi], ask) * now[None, :])
        return out

    def _received(self, lo: int, hi: int, part: Any, severity: Severity) -> Any:
        xp = self.xp
        out = xp.matmul(xp.matrix_transpose(self.matrix[lo:hi, :, :]), part)
        for (sector, block, pick), now in zip(self.cells, severity, strict=True):
            if now is None or not lo <= sector < hi:
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

    def _asked(self, lo: int, hi: int, ask: Any, severity: Severity) -> Any:
        xp = self.xp
        out = xp.matmul(self.matrix[lo:hi, :, :], ask)
        for (sector, block, pick), now in zip(self.cells, severity, strict=True):
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


def laid_out(xp: Any, given: Any, dtype: str, device: Any = None) -> Any:
    """Return numbers as an array of `xp`, on a device of it where one is named.

    Parameters
    ----------
    xp : module
        Array library.
    given : array_like
        Numbers that numpy can read.
    dtype : str
        "float64" or "float32".
    device : object, optional
        What `xp.asarray` takes as `device`; without one, where the library puts arrays by itself.
    """
    where = {} if device is None else {"device": device}
    return xp.asarray(np.asarray(given, dtype=dtype), dtype=getattr(xp, dtype), **where)


def fetched(values: Any) -> Array:
    """Return an array of any library as one of numpy."""
    if isinstance(values, np.ndarray):
        return values
    get = getattr(values, "get", None)  # of cupy, whose arrays numpy does not convert
    return np.asarray(np.from_dlpack(values) if get is None else get())


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
    return xp.where(some, top / xp.where(some, bottom, 1.0), 0.0)
