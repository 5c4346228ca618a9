"""Concentration of every importer at once, from one row per flow instead of a cube."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from isthmus.kernels.arrays import Array, Ints, Mask
from isthmus.kernels.concentration import hhi, reexport_corrected, shares
from isthmus.kernels.fragility import clustering, strength_dispersion

Places = NDArray[np.integer]
CELLS = 2**18
"""Cells of the dense networks that are held at a time: 2 MB, which stay in a processor's cache."""


class BorderFlows(NamedTuple):
    """Flows of one year across borders: R rows between n economies in K items.

    Each combination of exporter, importer and item stands once, the value is above zero, and rows
    stand in the order exporter, importer, item.
    """

    exporter: Places
    importer: Places
    item: Places
    value: Array
    economies: int
    items: int


class Bought(NamedTuple):
    """What every economy buys from all others and how concentrated that is, each (n, K)."""

    imports: Array
    exports: Array
    hhi: Array
    top_share: Array
    top: Ints
    world_hhi: Array
    ghhi: Array | None


def in_order(
    exporter: Places, importer: Places, item: Places, value: Array, economies: int, items: int
) -> BorderFlows:
    """Return rows as flows: sorted, those of one exporter, importer and item added up.

    Parameters
    ----------
    exporter, importer, item : int array, shape (R,)
        Positions, in any order.
    value : array, shape (R,)
        Above zero.
    economies, items : int
        n and K.
    """
    place = (np.asarray(exporter, dtype=np.int64) * economies + importer) * items + item
    if not (np.diff(place) > 0).all():
        order = np.argsort(place, kind="stable")  # linear where runs are in order already
        place, first = np.unique(place[order], return_index=True)
        value = np.add.reduceat(value[order], first)
        pair, of = np.divmod(place, items)
        found = zip((*np.divmod(pair, economies), of), (exporter, importer, item), strict=True)
        exporter, importer, item = (new.astype(np.asarray(old).dtype) for new, old in found)
    return BorderFlows(exporter, importer, item, value, economies, items)


def mean(years: Sequence[BorderFlows]) -> BorderFlows:
    """Return the mean flows of several years of the same axes; a year without a flow counts 0."""
    n, K = years[0].economies, years[0].items
    ends = [np.searchsorted(year.exporter, np.arange(n + 1)) for year in years]
    parts = []
    for seller in range(n):  # one exporter's rows stay in a processor's cache
        own = [slice(end[seller], end[seller + 1]) for end in ends]
        exporter, importer, item, value = (
            np.concatenate([getattr(y, name)[at] for y, at in zip(years, own, strict=True)])
            for name in BorderFlows._fields[:4]
        )
        parts.append(in_order(exporter, importer, item, value / len(years), n, K))
    exporter, importer, item, value = (
        np.concatenate([getattr(part, name) for part in parts]) for name in BorderFlows._fields[:4]
    )
    return BorderFlows(exporter, importer, item, value, n, K)


def sold(flows: BorderFlows, keep: Mask | None = None, *, by: str = "exporter") -> Array:
    """Return values summed by one side and item, shape (n, K), over the rows kept.

    Sums run in the order of the rows, so that equal rows give equal bits.
    """
    side, item, value = getattr(flows, by), flows.item, flows.value
    if keep is not None:
        side, item, value = side[keep], item[keep], value[keep]
    cell = np.asarray(side, dtype=np.int64) * flows.items + item
    shape = (flows.economies, flows.items)
    counted = np.bincount(cell, weights=value, minlength=shape[0] * shape[1])
    return counted.astype(np.float64, copy=False).reshape(shape)


def every_importer(flows: BorderFlows, distance: Array | None = None) -> Bought:
    """Return indicators of every economy as an importer of its own.

    Parameters
    ----------
    flows : BorderFlows
        One year.
    distance : array, shape (n, n), optional
        g of importer and origin; gives `ghhi`. A row of NaN gives NaN.

    Returns
    -------
    Bought
        Shape (n, K) each: imports and exports (million USD), HHI of origins, share and position of
        the largest origin (the first of equal ones; -1 where nothing is imported), concentration
        of world exports, GHHI.
    """
    n, K = flows.economies, flows.items
    imports, exports = sold(flows, by="importer"), sold(flows)
    cell = np.asarray(flows.importer, dtype=np.int64) * K + flows.item
    share = imports.ravel()[cell]
    np.divide(flows.value, share, out=share)
    top = np.zeros(n * K)
    np.maximum.at(top, cell, share)
    largest = np.flatnonzero(share == top[cell])[::-1]
    who = np.full(n * K, -1, dtype=np.int64)
    who[cell[largest]] = flows.exporter[largest]
    world = np.broadcast_to(hhi(exports, axis=0), (n, K))
    weights = [np.square(share, out=share)]  # shares of a year are large: none is kept beside
    if distance is not None:
        weights.append(share * distance[flows.importer, flows.exporter])
    summed = [
        np.asarray(np.bincount(cell, weights=part, minlength=n * K), dtype=np.float64)
        for part in weights
    ]
    summed = [part.reshape(n, K) for part in summed]
    own, *geopolitical = summed
    return Bought(
        imports,
        exports,
        own,
        top.reshape(n, K),
        who.reshape(n, K),
        world,
        geopolitical[0] if geopolitical else None,
    )


def networks(flows: BorderFlows, *, cells: int = CELLS) -> Iterator[tuple[slice, Array]]:
    """Yield the trade networks of consecutive items, shape (items, n, n), exporters first.

    Parameters
    ----------
    flows : BorderFlows
        One year.
    cells : int
        At most so many cells at a time, and one item at least.
    """
    n, K = flows.economies, flows.items
    order = np.argsort(flows.item.astype(np.uint16 if K <= 2**16 else np.int64), kind="stable")
    ends = np.concatenate([[0], np.cumsum(np.bincount(flows.item, minlength=K))])
    step = max(cells // (n * n), 1)
    for first in range(0, K, step):
        last = min(first + step, K)
        rows = order[ends[first] : ends[last]]
        place = np.asarray(flows.item[rows], dtype=np.int64) - first
        place = (place * n + flows.exporter[rows]) * n + flows.importer[rows]
        W = np.zeros((last - first) * n * n)
        W[place] = flows.value[rows]
        yield slice(first, last), W.reshape(last - first, n, n)


def structure(flows: BorderFlows) -> dict[str, Array]:
    """Return ``dispersion`` and ``clustering`` of the network of every item, shape (K,) each."""
    out = {name: np.zeros(flows.items) for name in ("dispersion", "clustering")}
    for at, W in networks(flows):
        out["dispersion"][at] = strength_dispersion(W)
        out["clustering"][at] = clustering(W)
    return out


def behind_hubs(flows: BorderFlows, reexport_share: Array, insides: Mask) -> dict[str, Array]:
    """Return concentration by origin after re-exports are attributed to the hubs' suppliers.

    Parameters
    ----------
    flows : BorderFlows
        One year.
    reexport_share : array, shape (n,)
        rho in [0, 1).
    insides : bool array, shape (C, n)
        Members of coalitions that buy as one, after the n economies.

    Returns
    -------
    dict of str to array, shape (n + C, K)
        ``hhi_attributed`` and ``top_share_attributed`` over origins outside the importer.
    """
    n = flows.economies
    out = {
        name: np.zeros((n + len(insides), flows.items))
        for name in ("hhi_attributed", "top_share_attributed")
    }
    measures: dict[str, Callable[[Array], Array]] = {
        "hhi_attributed": lambda part: np.einsum("kij,kij->kj", part, part),
        "top_share_attributed": lambda part: part.max(axis=-2),
    }
    own = np.arange(n)
    for at, W in networks(flows):
        a = reexport_corrected(W, reexport_share)
        together = [
            np.where(inside[:, None], 0.0, a[..., inside].sum(axis=-1, keepdims=True))
            for inside in insides
        ]
        a[..., own, own] = 0.0
        share = shares(np.concatenate([a, *together], axis=-1))
        for name, measure in measures.items():
            out[name][:, at] = measure(share).T
    return out
