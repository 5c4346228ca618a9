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
class ReserveStock:
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
    reserves: tuple[ReserveStock, ...] = ()


def capacity_left(drivers: Drivers, t: int, n: int) -> Array:
    """Return the share of capacity that is left on day t, shape (n, B): losses multiply."""
    left = np.ones((n, drivers.batch))
    for shock in drivers.capacity:
        left *= 1.0 - shock.weight[:, None] * shock.path[t][None, :]
    return left


@dataclass(frozen=True, slots=True)
class Moved:
    """Final demand for one product on a day on which shocks move it; its cells are never made.

    Of origin o and importer j it is what they exchange without a shock, times `factor` of j, times
    the share that no stop takes.

    Parameters
    ----------
    free : ndarray, shape (R, R)
        Y[o, j] without a shock where nothing is ever stopped, else 0.
    left : tuple of (Stop, ndarray, shape (exporters, importers), ndarray, shape (B,))
        Stops with their cells of Y and the share that passes.
    factor : ndarray, shape (R, B)
        What importers ask of an origin that delivers in full, over what they ask without a shock.
    lost : ndarray, shape (R, B)
        What importers want and no supplier is asked for.
    """

    free: Array
    left: tuple[tuple[Stop, Array, Array], ...]
    factor: Array
    lost: Array

    def by_supplier(self) -> Array:
        """Return what each origin is asked for, shape (R, B)."""
        out = self.free @ self.factor
        for stop, cells, share in self.left:
            out[stop.exporters] += share * (cells @ self.factor[stop.importers])
        return np.asarray(out)

    def by_importer(self, weight: Array) -> Array:
        """Return the sum over origins of what is asked of them times `weight`, both (R, B)."""
        out = self.free.T @ weight
        for stop, cells, share in self.left:
            out[stop.importers] += share * (cells.T @ weight[stop.exporters])
        return np.asarray(out * self.factor)


@dataclass(slots=True)
class Touching:
    """The shocks on the final demand for one product.

    Attributes
    ----------
    free : ndarray, shape (R, R)
        As in `Moved`.
    stops : list of (Stop, ndarray, shape (exporters, importers))
        Stops with their cells of Y.
    surges : list of DemandShock
        Changes of what is wanted.
    """

    free: Array
    stops: list[tuple[Stop, Array]] = field(default_factory=list)
    surges: list[DemandShock] = field(default_factory=list)

    def at(self, t: int, batch: int) -> Moved:
        """Return what they make of final demand on day t."""
        factor = np.ones((len(self.free), batch))
        for shock in self.surges:
            factor[shock.economies] *= 1.0 + shock.path[t]
        placed = self.free.sum(axis=0)[:, None] * factor
        stopped, redirected = np.zeros_like(placed), np.zeros_like(placed)
        for stop, cells in self.stops:
            theirs = cells.sum(axis=0)[:, None] * factor[stop.importers]
            placed[stop.importers] += theirs * (1.0 - stop.path[t])
            stopped[stop.importers] += theirs * stop.path[t]
            redirected[stop.importers] += theirs * stop.turned(t)
        ratio = np.divide(redirected, placed, out=np.zeros_like(placed), where=placed > 0)
        lost = stopped - placed * ratio
        lost = np.where(lost > 1e-12 * (placed + stopped), lost, 0.0)
        left = tuple((stop, cells, 1.0 - stop.path[t]) for stop, cells in self.stops)
        return Moved(self.free, left, factor * (1.0 + ratio), lost)


@dataclass(slots=True)
class FinalDemand:
    """Final demand by supplier on the current day, recomputed only when a path moves.

    As far as a stop redirects, what the importer no longer asks of the stopped origins is spread
    over the others by their base shares; what finds no supplier is kept as `lost`.

    Attributes
    ----------
    by_supplier : ndarray, shape (n, B)
        Final demand that reaches each industry.
    moved : mapping of sector to Moved
        Final demand for the sectors that a shock touches.
    """

    base: Array
    drivers: Drivers
    by_supplier: Array = field(init=False)
    moved: dict[int, Moved] = field(init=False, default_factory=dict)
    _touched: dict[int, Touching] = field(init=False, default_factory=dict)
    _seen: dict[int, tuple[Array, ...]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        s, r, _ = self.base.shape
        whole = self.base.sum(axis=2)
        flat = np.repeat(whole.T.reshape(r * s, 1), self.drivers.batch, axis=1)
        self.by_supplier = np.asarray(flat)
        for stop in self.drivers.stops:
            shocks, block = self._shocks(stop.sector), np.ix_(stop.exporters, stop.importers)
            shocks.stops.append((stop, np.asarray(shocks.free[block])))
            shocks.free[block] = 0.0
        for shock in self.drivers.demand:
            for sector in shock.sectors:
                self._shocks(int(sector)).surges.append(shock)

    def _shocks(self, sector: int) -> Touching:
        if sector not in self._touched:
            self._touched[sector] = Touching(self.base[sector].copy())
        return self._touched[sector]

    def advance(self, t: int) -> bool:
        """Move to day t; return whether final demand by supplier has changed."""
        s, r, _ = self.base.shape
        changed = False
        for sector, shocks in self._touched.items():
            now = (
                *(stop.path[t] for stop, _ in shocks.stops),
                *(stop.turned(t) for stop, _ in shocks.stops),
                *(surge.path[t] for surge in shocks.surges),
            )
            before = self._seen.get(sector)
            if before and all(np.array_equal(a, b) for a, b in zip(now, before, strict=True)):
                continue
            self._seen[sector] = now
            self.moved[sector] = shocks.at(t, self.drivers.batch)
            self.by_supplier[np.arange(r) * s + sector] = self.moved[sector].by_supplier()
            changed = True
        return changed
