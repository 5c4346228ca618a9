"""Direct and total input shares of every node by origin, made once per table."""

from __future__ import annotations

import threading
from collections.abc import Callable
from weakref import WeakKeyDictionary

import numpy as np

from isthmus.kernels.arrays import Array
from isthmus.world.mrio import MRIO

_made: WeakKeyDictionary[MRIO, dict[str, Array]] = WeakKeyDictionary()
_lock = threading.Lock()


def once(table: MRIO, name: str, make: Callable[[], Array]) -> Array:
    """Return an array that belongs to a table, made at the first call in the process."""
    with _lock:
        held = _made.setdefault(table, {})
        if name in held:
            return held[name]
    made = make()
    made.flags.writeable = False
    with _lock:
        return held.setdefault(name, made)


def membership(table: MRIO) -> Array:
    """Return which economy each node belongs to, (N, n), zeros and ones."""
    lb = table.labels
    return np.repeat(np.eye(lb.n), lb.S, axis=0)


def inputs_by_origin(table: MRIO) -> Array:
    """Return direct inputs by economy of origin per unit of output of each node, (N, n)."""
    return once(table, "inputs", lambda: table.product_t(membership(table)))


def requirements_by_origin(table: MRIO) -> Array:
    """Return direct and indirect inputs by economy of origin, the column sums of L - I, (N, n)."""

    def make() -> Array:
        own = membership(table)
        X = table.solve(own, transposed=True).X
        X -= own
        return X

    return once(table, "requirements", make)


def added_by_origin(table: MRIO) -> Array:
    """Return value added by economy of origin in a unit of output of each node, (N, n).

    Net taxes and margins on inputs count with the value added of the industry that pays them, so
    that rows add to one.
    """

    def make() -> Array:
        own = membership(table) * table.coefficients(table.primary)[:, None]
        return table.solve(own, transposed=True).X

    return once(table, "added", make)


def sales_by_user(table: MRIO) -> Array:
    """Return direct sales of inputs by using economy per unit of output of each node, (N, n)."""
    return once(table, "sales", lambda: table.coefficients(1.0)[:, None] * table.sales)


def deliveries_by_user(table: MRIO) -> Array:
    """Return direct and indirect sales by using economy per unit of output (Ghosh), (N, n)."""

    def make() -> Array:
        own = membership(table)
        reached = table.solve(own * table.x[:, None]).X * table.coefficients(1.0)[:, None]
        return reached - own * (table.x > 0)[:, None]

    return once(table, "deliveries", make)


def output_for_demand(table: MRIO) -> Array:
    """Return output of each node for the final demand of each economy, L Y, (N, n)."""
    return once(table, "demand", lambda: table.solve(table.final).X)
