"""What a scenario imposes on each day: capacity left, final demand, deliveries that are stopped."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from isthmus.kernels.disruption import Array

Index = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class CapacityShock:
    """Share of capacity lost by industry at full severity, and its path in time.

    Parameters
    ----------
    weight : ndarray, shape (n,)
        Share lost at full severity, in [0, 1].
    path : ndarray, shape (T, B)
        Share of the full severity by day and scenario.
    """

    weight: Array
    path: Array


@dataclass(frozen=True, slots=True)
class Stop:
    """Deliveries of one sector from some economies to some others that are stopped.

    The cells (sector, exporter, importer) of different stops do not overlap, and no economy stands
    on both sides of one stop: deliveries at home cannot be stopped.

    Parameters
    ----------
    sector : int
        Input sector p.
    exporters, importers : ndarray of intp
        Positions of economies.
    path : ndarray, shape (T, B)
        Share stopped by day and scenario.
    redirect : bool or ndarray, shape (T, B)
        Share of what is stopped for which buyers turn to the other origins, by day and scenario.
    """

    sector: int
    exporters: Index
    importers: Index
    path: Array
    redirect: bool | Array

    def turned(self, t: int) -> Array:
        """Return the share of the orders of day t that goes to other origins instead, (B,)."""
        share = self.redirect if isinstance(self.redirect, bool) else self.redirect[t]
        return np.asarray(self.path[t] * share)


@dataclass(frozen=True, slots=True)
class DemandShock:
    """Relative change of the final demand of some economies for some sectors.

    Parameters
    ----------
    sectors, economies : ndarray of intp
        Which products, whose demand.
    path : ndarray, shape (T, B)
        Relative change by day and scenario.
    """

    sectors: Index
    economies: Index
    path: Array


@dataclass(frozen=True, slots=True)
class Reserve:
    """Stocks of one input that some industries hold at the start above what they want.

    Parameters
    ----------
    sector : int
        Input sector p.
    nodes : ndarray of intp
        Positions of the holders among the industries of all economies.
    days : ndarray, shape (nodes, B)
        Days of use at base output.
    """

    sector: int
    nodes: Index
    days: Array


@dataclass(frozen=True, slots=True)
class Drivers:
    """All that is imposed in a batch of `batch` scenarios over `days` days."""

    days: int
    batch: int
    capacity: tuple[CapacityShock, ...] = ()
    stops: tuple[Stop, ...] = ()
    demand: tuple[DemandShock, ...] = ()
    reserves: tuple[Reserve, ...] = ()


def capacity_left(drivers: Drivers, t: int, n: int) -> Array:
    """Return the share of capacity that is left on day t, shape (n, B): losses multiply."""
    left = np.ones((n, drivers.batch))
    for shock in drivers.capacity:
        left *= 1.0 - shock.weight[:, None] * shock.path[t][None, :]
    return left


@dataclass(slots=True)
class FinalDemand:
    """Final demand by supplier on the current day, recomputed only when a path moves.

    As far as a stop redirects, what the importer no longer asks of the stopped origins is spread
    over the others by their base shares; what finds no supplier is kept as `lost`.

    Attributes
    ----------
    by_supplier : ndarray, shape (n, B)
        Final demand that reaches each industry.
    cells : mapping of sector to ndarray, shape (R, R, B)
        Final demand [origin, importer] of the sectors that a shock touches.
    lost : mapping of sector to ndarray, shape (R, B)
        Final demand of importers that reaches no supplier.
    """

    base: Array
    drivers: Drivers
    by_supplier: Array = field(init=False)
    cells: dict[int, Array] = field(init=False, default_factory=dict)
    lost: dict[int, Array] = field(init=False, default_factory=dict)
    _seen: dict[int, tuple[Array, ...]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        s, r, _ = self.base.shape
        whole = self.base.sum(axis=2)
        flat = np.repeat(whole.T.reshape(r * s, 1), self.drivers.batch, axis=1)
        self.by_supplier = np.asarray(flat)

    def touched(self) -> dict[int, tuple[list[Stop], list[DemandShock]]]:
        """Return the shocks on final demand by sector."""
        out: dict[int, tuple[list[Stop], list[DemandShock]]] = {}
        for stop in self.drivers.stops:
            out.setdefault(stop.sector, ([], []))[0].append(stop)
        for shock in self.drivers.demand:
            for sector in shock.sectors:
                out.setdefault(int(sector), ([], []))[1].append(shock)
        return out

    def advance(self, t: int) -> None:
        """Move to day t."""
        s, r, _ = self.base.shape
        for sector, (stops, surges) in self.touched().items():
            now = (
                *(stop.path[t] for stop in stops),
                *(stop.turned(t) for stop in stops),
                *(surge.path[t] for surge in surges),
            )
            before = self._seen.get(sector)
            if before and all(np.array_equal(a, b) for a, b in zip(now, before, strict=True)):
                continue
            self._seen[sector] = now
            cells, lost = _final_cells(self.base[sector], stops, surges, t, self.drivers.batch)
            self.cells[sector], self.lost[sector] = cells, lost
            self.by_supplier[np.arange(r) * s + sector] = cells.sum(axis=1)


def _final_cells(
    base: Array, stops: list[Stop], surges: list[DemandShock], t: int, batch: int
) -> tuple[Array, Array]:
    cells = np.repeat(base[:, :, None], batch, axis=2)
    for shock in surges:
        cells[:, shock.economies] *= 1.0 + shock.path[t]
    wanted = cells.sum(axis=0)
    redirected = np.zeros_like(wanted)
    for stop in stops:
        block = np.ix_(stop.exporters, stop.importers)
        turned = cells[block] * stop.turned(t)
        cells[block] -= cells[block] * stop.path[t]
        redirected[stop.importers] += turned.sum(axis=0)
    placed = cells.sum(axis=0)
    ratio = np.divide(redirected, placed, out=np.zeros_like(placed), where=placed > 0)
    cells *= 1.0 + ratio
    lost = wanted - cells.sum(axis=0)
    return cells, np.where(lost > 1e-12 * wanted, lost, 0.0)
