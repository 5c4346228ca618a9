"""Synthetic firm networks that look like real ones; they demonstrate and never support a claim."""

from __future__ import annotations

import numpy as np
import polars as pl

from isthmus.cascade.network import SupplyNetwork
from isthmus.errors import InputProblem, raise_all
from isthmus.evidence import Kind
from isthmus.kernels.cascade import link_kinds


def synthetic_network(
    n: int,
    *,
    links_per_firm: float = 7.2,
    sector_flows: np.ndarray | None = None,
    sectors: tuple[str, ...] | None = None,
    essential: np.ndarray | None = None,
    economies: tuple[str, ...] = ("all",),
    tail: float = 2.3,
    seed: int = 0,
) -> SupplyNetwork:
    """Draw a network with scale-free degrees, a sector structure and log-normal sizes.

    Each firm has a size (log-normal) and two degree propensities (Pareto with exponent `tail`,
    the range found in administrative firm networks). A link picks its pair of sectors in
    proportion to `sector_flows`, then supplier and customer inside them by propensity; its value
    is the geometric mean of the two sizes times log-normal noise.

    Parameters
    ----------
    n : int
        Number of firms, at least 2.
    links_per_firm : float
        Links per firm before repeated pairs are merged.
    sector_flows : ndarray of float, shape (k, k), optional
        Flows from supplying to using sectors, for example an input-output table; without it 20
        sectors with random flows.
    sectors : tuple of str, optional
        Names of the sectors.
    essential : ndarray of int, shape (k, k), optional
        2 essential, 1 non-essential, 0 negligible; by default the largest suppliers of each
        using sector, up to a third of its purchases, are essential and the rest non-essential.
    economies : tuple of str
        Economies; each firm falls into one at random.
    tail : float
        Exponent of the degree distributions, above 2.
    seed : int
        Seed of the random numbers.

    Returns
    -------
    SupplyNetwork
        Of kind ``assumed``.

    Raises
    ------
    BadInput
        When the sizes make no sense.
    """
    problems = []
    if n < 2:
        problems.append(InputProblem(f"{n} firms", "n", "give at least 2"))
    if not tail > 2:
        problems.append(InputProblem(f"exponent {tail:g}", "tail", "give a number above 2"))
    if not links_per_firm > 0:
        problems.append(InputProblem(f"{links_per_firm:g} links per firm", "links_per_firm"))
    raise_all("the network cannot be drawn", problems)
    rng = np.random.default_rng(seed)
    flows = rng.lognormal(0.0, 2.0, (20, 20)) if sector_flows is None else np.asarray(sector_flows)
    k = len(flows)
    names = sectors or tuple(f"S{i:0{len(str(k - 1))}d}" for i in range(k))
    kinds = _essential(flows) if essential is None else np.asarray(essential)
    size_of_sector = flows.sum(axis=0) + flows.sum(axis=1)
    sector = np.concatenate((np.arange(min(k, n)), _pick(rng, size_of_sector, max(0, n - k))))[:n]
    size = rng.lognormal(0.0, 1.5, n)
    limit = max(2.0, n / 50)  # a hub has a bounded share of all firms
    sells = np.minimum((1.0 - rng.random(n)) ** (-1.0 / (tail - 1.0)), limit)
    buys = np.minimum((1.0 - rng.random(n)) ** (-1.0 / (tail - 1.0)), limit)
    supplier, customer = _draw_links(
        rng, sector, flows, sells * np.sqrt(size), buys * np.sqrt(size), int(n * links_per_firm)
    )
    value = np.sqrt(size[supplier] * size[customer]) * rng.lognormal(0.0, 0.5, len(supplier))
    sales = np.bincount(supplier, value, n)
    width = len(str(n - 1))
    firms = pl.DataFrame(
        {
            "firm": [f"F{i:0{width}d}" for i in range(n)],
            "economy": [economies[e] for e in rng.integers(0, len(economies), n)],
            "sector": [names[s] for s in sector],
            "output": sales,
        }
    )
    order = np.array(sorted(range(k), key=lambda i: names[i]))
    place = np.empty(k, np.int64)
    place[order] = np.arange(k)
    return SupplyNetwork(
        firms,
        supplier,
        customer,
        value,
        link_kinds(supplier, customer, sector, kinds),
        tuple(names[i] for i in order),
        unit="arbitrary",
        kind=Kind.ASSUMED,
        notes=(f"synthetic network, seed {seed}: it demonstrates and supports no claim",),
    )


def _pick(rng: np.random.Generator, weight: np.ndarray, count: int) -> np.ndarray:
    return rng.choice(len(weight), count, p=weight / weight.sum())


def _essential(flows: np.ndarray) -> np.ndarray:
    """Essential: the largest supplying sectors of each using one, up to a third of purchases."""
    order = np.argsort(-flows, axis=0, kind="stable")
    part = np.take_along_axis(flows, order, axis=0)
    part = np.cumsum(part, axis=0) / np.maximum(part.sum(axis=0), 1e-300)
    kinds = np.empty(flows.shape, np.int8)
    np.put_along_axis(kinds, order, np.where(part <= 1 / 3, 2, 1).astype(np.int8), axis=0)
    return kinds


def _draw_links(
    rng: np.random.Generator,
    sector: np.ndarray,
    flows: np.ndarray,
    sells: np.ndarray,
    buys: np.ndarray,
    count: int,
) -> tuple[np.ndarray, np.ndarray]:
    """Draw distinct links between different firms, sector pair first."""
    n, k = len(sector), len(flows)
    order = np.argsort(sector, kind="stable")
    start = np.searchsorted(sector[order], np.arange(k + 1))
    filled = np.diff(start) > 0
    pairs = np.where(np.outer(filled, filled), flows, 0.0).ravel()
    pair = rng.choice(k * k, count, p=pairs / pairs.sum())
    supplier = _within(rng, sells[order], start, pair // k)
    customer = _within(rng, buys[order], start, pair % k)
    supplier, customer = order[supplier], order[customer]
    apart = supplier != customer
    key = np.unique(supplier[apart] * np.int64(n) + customer[apart])
    return key // n, key % n


def _within(
    rng: np.random.Generator, weight: np.ndarray, start: np.ndarray, sector: np.ndarray
) -> np.ndarray:
    """Draw a member of each given sector in proportion to `weight` (sorted by sector)."""
    total = np.concatenate(([0.0], np.cumsum(weight)))
    low, high = total[start[sector]], total[start[sector + 1]]
    at = low + rng.random(len(sector)) * (high - low)
    found = np.searchsorted(total, at, side="right") - 1
    inside: np.ndarray = np.clip(found, start[sector], start[sector + 1] - 1)
    return inside
