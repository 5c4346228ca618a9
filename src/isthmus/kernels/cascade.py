"""Cascades of lost production in a supply network: the network's arrays and the batched steps."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from isthmus.kernels.arrays import Array, Ints, over

Indices = npt.NDArray[np.int32]
Kinds = npt.NDArray[np.int8]

ESSENTIAL, NON_ESSENTIAL, NEGLIGIBLE = 2, 1, 0
# A market whose remaining sales fall below this counts as having sales of one unit in the
# published rule; the number is that of the published implementation.
EMPTY_MARKET = 1e-10
MOST_STEPS = 100_000


@dataclass(frozen=True, slots=True)
class Supply:
    """A supply network, with every link findable from both of its ends.

    A *slot* is one term of a customer's production function: all its essential inputs from one
    sector, or all its non-essential inputs together. A customer loses the largest of its slots.

    Parameters
    ----------
    input_start : ndarray of int64, shape (n + 1,)
        First input link of each customer, slot by slot; negligible links are left out.
    input_slot : ndarray of int64, shape (m,)
        Slot of each input link, counted through all customers.
    input_supplier : ndarray of int32, shape (m,)
        Supplier of each input link.
    input_share : ndarray of float64, shape (m,)
        Share of the slot lost when the supplier stops.
    client_start, client : ndarrays of int64, int32, shapes (n + 1,), (m,)
        Customers of each supplier over the same links.
    order_start : ndarray of int64, shape (n + 1,)
        First sales link of each supplier.
    order_customer : ndarray of int32, shape (l,)
        Customer of each sales link.
    order_share : ndarray of float64, shape (l,)
        Share of the supplier's sales that goes over the link.
    vendor_start, vendor : ndarrays of int64, int32, shapes (n + 1,), (l,)
        Suppliers of each customer over the same links.
    sales : ndarray of float64, shape (n,)
        Sales of each firm inside the network, in the unit of the links.
    market : ndarray of int64, shape (n,), or None
        Market in which a firm can be replaced; None switches replaceability off.
    """

    input_start: Ints
    input_slot: Ints
    input_supplier: Indices
    input_share: Array
    client_start: Ints
    client: Indices
    order_start: Ints
    order_customer: Indices
    order_share: Array
    vendor_start: Ints
    vendor: Indices
    sales: Array
    market: Ints | None = None

    @property
    def n(self) -> int:
        """Number of firms."""
        return len(self.sales)

    @property
    def n_slots(self) -> int:
        """Number of slots of all customers."""
        return int(self.input_slot[-1]) + 1 if len(self.input_slot) else 0

    @property
    def n_links(self) -> int:
        """Links visited by one full step, downstream and upstream together."""
        return len(self.input_share) + len(self.order_share)

    def with_market(self, market: Ints | None) -> Supply:
        """Return the same network with another market vector, or none."""
        return replace(self, market=None if market is None else np.asarray(market, np.int64))


def link_kinds(supplier: Ints, customer: Ints, sector: Ints, essential: npt.ArrayLike) -> Kinds:
    """Return the kind of each link from a sector by sector matrix.

    Parameters
    ----------
    supplier, customer : ndarray of int, shape (l,)
        Ends of the links.
    sector : ndarray of int, shape (n,)
        Sector of each firm.
    essential : array_like of int, shape (k, k)
        2 essential, 1 non-essential, 0 negligible; rows supply, columns use.

    Returns
    -------
    ndarray of int8, shape (l,)
    """
    table = np.asarray(essential, dtype=np.int8)
    kinds: Kinds = table[sector[supplier], sector[customer]]
    return kinds


def supply_network(
    supplier: Ints,
    customer: Ints,
    weight: Array,
    *,
    sector: Ints,
    kind: Kinds,
    market: Ints | None = None,
    revenue: Array | None = None,
    costs: Array | None = None,
) -> Supply:
    """Turn links into the downstream and upstream shares of the cascade.

    Parameters
    ----------
    supplier, customer : ndarray of int, shape (l,)
        Ends of each link; several links of a pair add up.
    weight : ndarray of float, shape (l,)
        Sales over the link, not negative.
    sector : ndarray of int, shape (n,)
        Sector of each firm.
    kind : ndarray of int8, shape (l,)
        2 essential, 1 non-essential, 0 negligible.
    market : ndarray of int, shape (n,), optional
        Market for replaceability.
    revenue : ndarray of float, shape (n,), optional
        Reported revenue; replaces sales inside the network in the upstream shares.
    costs : ndarray of float, shape (n,), optional
        Reported costs; downstream shares of a customer are scaled by purchases over costs.

    Returns
    -------
    Supply

    References
    ----------
    Diem, Borsos, Reisch, Kertesz, Thurner (2022), Quantifying firm-level economic systemic risk
    from nation-wide supply networks, Scientific Reports 12, 7719.
    """
    supplier, customer, sector = (np.asarray(a, np.int64) for a in (supplier, customer, sector))
    weight = np.asarray(weight, np.float64)
    n = len(sector)
    n_sectors = int(sector.max()) + 1 if n else 0
    sales: Array = np.bincount(supplier, weight, n).astype(np.float64)
    bought: Array = np.bincount(customer, weight, n).astype(np.float64)

    source = customer * (n_sectors + 1) + sector[supplier] + 1
    keys, group = np.unique(source, return_inverse=True)
    from_sector = np.bincount(group, weight, len(keys))[group]
    whole = np.where(kind == ESSENTIAL, from_sector, bought[customer])
    share = over(weight, whole)
    if costs is not None:
        share = share * over(bought, np.asarray(costs, np.float64))[customer]

    used = np.flatnonzero((np.asarray(kind) != NEGLIGIBLE) & (share > 0))
    slot_key = np.where(kind == ESSENTIAL, source, customer * (n_sectors + 1))[used]
    _, slot = np.unique(slot_key, return_inverse=True)
    by_slot = np.lexsort((supplier[used], slot))
    inputs = used[by_slot]
    by_supplier = used[np.lexsort((customer[used], supplier[used]))]

    base = sales if revenue is None else np.asarray(revenue, np.float64)
    order_share = over(weight, base[supplier])
    sold = np.flatnonzero(order_share > 0)
    orders = sold[np.lexsort((customer[sold], supplier[sold]))]
    vendors = sold[np.lexsort((supplier[sold], customer[sold]))]
    return Supply(
        input_start=_starts(customer[inputs], n),
        input_slot=slot[by_slot].astype(np.int64),
        input_supplier=supplier[inputs].astype(np.int32),
        input_share=share[inputs],
        client_start=_starts(supplier[by_supplier], n),
        client=customer[by_supplier].astype(np.int32),
        order_start=_starts(supplier[orders], n),
        order_customer=customer[orders].astype(np.int32),
        order_share=order_share[orders],
        vendor_start=_starts(customer[vendors], n),
        vendor=supplier[vendors].astype(np.int32),
        sales=sales,
        market=None if market is None else np.asarray(market, np.int64),
    )


@dataclass(frozen=True, slots=True)
class Levels:
    """Lost shares of production after a batch of shocks.

    Parameters
    ----------
    down, up : ndarray of float64, shape (n, b)
        Lost share (one minus the production level) of each firm for each shock.
    steps : ndarray of int64, shape (b,)
        Steps taken; the last one met the stopping rule.
    change : ndarray of float64, shape (b,)
        Largest change in the last step; above the tolerance means not converged.
    """

    down: Array
    up: Array
    steps: Ints
    change: Array


def empty_outcome(b: int, groups: int) -> dict[str, Any]:
    """Return arrays for what `b` shocks do, with losses by `groups` groups of firms."""
    return {
        "index": np.zeros((b, 3)),
        "steps": np.zeros(b, np.int64),
        "change": np.zeros(b),
        "by_group": np.zeros((b, groups)),
        "work": np.zeros(2, np.int64),
    }


def propagate(
    supply: Supply,
    psi: Array,
    *,
    eps: float,
    max_steps: int = MOST_STEPS,
    empty_market_is_one: bool = True,
    upstream: bool = True,
) -> Levels:
    """Propagate a batch of shocks by sparse products, finished shocks left out.

    Parameters
    ----------
    supply : Supply
        The network.
    psi : ndarray of float, shape (n, b)
        Initial lost share of each firm for each shock.
    eps : float
        A shock is finished when no level changed by more than this in a step.
    max_steps : int
        Steps after which a shock is given up; `Levels.change` tells.
    empty_market_is_one : bool
        Published treatment of a market that has stopped altogether: its remaining sales count as
        one unit. False: nobody is left to replace, so the loss passes on in full.
    upstream : bool
        Whether losses pass on to suppliers too; otherwise `Levels.up` is the initial loss.

    Returns
    -------
    Levels
    """
    n, lanes = psi.shape
    down_map, up_map = matrices(supply)
    slot_start = slots(supply)
    sharing = _sharing(supply)
    down, up = psi.copy(), psi.copy()
    steps = np.zeros(lanes, np.int64)
    change = np.zeros(lanes)
    live = np.arange(lanes)
    for step in range(1, max_steps + 1):
        if not len(live):
            break
        old_down, old_up, floor = down[:, live], up[:, live], psi[:, live]
        passed = old_down * _irreplaceable(supply, sharing, old_down, empty_market_is_one)
        new_down = capped(floor, worst_slots(down_map @ passed, slot_start, n))
        new_up = capped(floor, up_map @ old_up) if upstream else old_up
        moved = np.maximum(
            np.abs(new_down - old_down).max(axis=0, initial=0.0),
            np.abs(new_up - old_up).max(axis=0, initial=0.0),
        )
        down[:, live], up[:, live] = new_down, new_up
        steps[live], change[live] = step, moved
        live = live[moved > eps]
    return Levels(down, up, steps, change)


def matrices(supply: Supply) -> tuple[sparse.csr_array, sparse.csr_array]:
    """Return the slot by supplier and the supplier by customer share matrices."""
    n = supply.n
    down = sparse.csr_array(
        (supply.input_share, supply.input_supplier, _starts(supply.input_slot, supply.n_slots)),
        shape=(supply.n_slots, n),
    )
    up = sparse.csr_array(
        (supply.order_share, supply.order_customer, supply.order_start), shape=(n, n)
    )
    return down, up


def slots(supply: Supply) -> Ints:
    """Return the first slot of each customer, shape (n + 1,)."""
    first = np.flatnonzero(np.diff(supply.input_slot, prepend=-1))
    owner = np.repeat(np.arange(supply.n), np.diff(supply.input_start))[first]
    return _starts(owner, supply.n)


def systemic_index(levels: Levels, weight: Array) -> tuple[Array, Array, Array]:
    """Return the index of each shock: combined, downstream part, upstream part.

    Parameters
    ----------
    levels : Levels
        Lost shares, shape (n, b).
    weight : ndarray of float, shape (n,)
        Weight of each firm, usually its sales; the index is a share of their sum.

    Returns
    -------
    tuple of three ndarrays of float64, shape (b,)
    """
    share = weight / weight.sum()
    both = np.maximum(levels.down, levels.up)
    return share @ both, share @ levels.down, share @ levels.up


def worst_slots(terms: Array, slot_start: Ints, n: int) -> Array:
    """Return the largest term of each of n firms, 0 where it has none; `slots` says which."""
    worst = np.zeros((n, terms.shape[1]))
    buyers = np.flatnonzero(np.diff(slot_start))
    if len(buyers):
        worst[buyers] = np.maximum.reduceat(terms, slot_start[buyers], axis=0)
    return worst


def capped(floor: Array, loss: Array) -> Array:
    """Return losses between a floor and all."""
    return np.minimum(1.0, np.maximum(floor, loss))


def _sharing(supply: Supply) -> sparse.csr_array | None:
    if supply.market is None:
        return None
    rows = int(supply.market.max()) + 1 if supply.n else 0
    ones = np.ones(supply.n)
    return sparse.csr_array((ones, (supply.market, np.arange(supply.n))), shape=(rows, supply.n))


def _irreplaceable(
    supply: Supply, sharing: sparse.csr_array | None, down: Array, empty_market_is_one: bool
) -> Array | float:
    """Share of a firm's loss that its competitors cannot make good."""
    if sharing is None or supply.market is None:
        return 1.0
    sales = supply.sales[:, None]
    left = (sharing @ (sales * (1.0 - down)))[supply.market]
    empty = left < EMPTY_MARKET
    instead = 1.0 if empty_market_is_one else 0.0
    left = np.where(empty, instead, left)
    with np.errstate(divide="ignore", invalid="ignore"):
        sigma: Array = np.minimum(1.0, np.where(left > 0, sales / left, 1.0))
    return sigma


def _starts(owner: Ints, n: int) -> Ints:
    return np.concatenate(([0], np.cumsum(np.bincount(owner, minlength=n)))).astype(np.int64)
