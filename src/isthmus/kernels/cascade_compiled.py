"""Many shocks with the compiled cascade, released from the interpreter lock."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from isthmus.kernels.arrays import Array, Ints
from isthmus.kernels.cascade import Supply, empty_outcome, supply_network
from isthmus.kernels.cascade_fast import run_shocks

# When changed firms have more than this share of the links, a list of them is not worth keeping.
WHOLE_ABOVE = 0.3


@lru_cache(maxsize=1)
def compiled() -> Any:
    """Return `run_shocks` as machine code that releases the interpreter lock.

    Raises
    ------
    ImportError
        When numba is not installed.
    """
    import numba
    from numba.core import config

    settings: Any = config
    before = settings.SLP_VECTORIZE
    settings.SLP_VECTORIZE = 1  # off by default; without it the lanes stay scalar
    try:
        try:
            kernel = numba.njit(nogil=True, cache=True, error_model="numpy")(run_shocks)
        except RuntimeError:  # no folder in which the compiled code could be kept
            kernel = numba.njit(nogil=True, error_model="numpy")(run_shocks)
        _warm_up(kernel)
    finally:
        settings.SLP_VECTORIZE = before
    return kernel


def run_batch(
    supply: Supply,
    start: Ints,
    firm: Ints,
    size: Array,
    *,
    share: Array,
    group: Ints,
    eps: float,
    max_steps: int,
    out: dict[str, Any],
    full_steps: bool = False,
    kernel: Any = None,
) -> None:
    """Run shocks with the compiled kernel and fill the arrays of `out`.

    Parameters
    ----------
    supply : Supply
        The network.
    start, firm, size : ndarrays, shapes (b + 1,), (e,), (e,)
        Shock k lowers firms ``firm[start[k]:start[k + 1]]`` by ``size``.
    share : ndarray of float64, shape (n,)
        Weight of each firm in the index, summing to one.
    group : ndarray of int64, shape (n,)
        Group of each firm.
    eps, max_steps : float, int
        Stopping rule and limit.
    out : dict of ndarrays
        ``index`` (b, 3), ``steps`` (b,), ``change`` (b,), ``by_group`` (b, g), ``work`` (2,).
    full_steps : bool
        Walk over all links in every step.
    kernel : callable, optional
        Another form of `run_shocks` (the tests pass the plain one).
    """
    market, member_start, member = _markets(supply)
    carry = (np.diff(supply.input_slot, prepend=-1) == 0).astype(np.float64)
    run = compiled() if kernel is None else kernel
    run(
        start,
        firm,
        size,
        supply.input_start,
        supply.input_supplier,
        supply.input_share,
        carry,
        supply.client_start,
        supply.client,
        supply.order_start,
        supply.order_customer,
        supply.order_share,
        supply.vendor_start,
        supply.vendor,
        supply.sales,
        market,
        member_start,
        member,
        share,
        group,
        float(eps),
        int(max_steps),
        True,
        -1.0 if full_steps else WHOLE_ABOVE,
        out["index"],
        out["steps"],
        out["change"],
        out["by_group"],
        out["work"],
    )


def _markets(supply: Supply) -> tuple[Ints, Ints, Ints]:
    if supply.market is None:
        return np.zeros(0, np.int64), np.zeros(1, np.int64), np.zeros(0, np.int64)
    member = np.argsort(supply.market, kind="stable").astype(np.int64)
    count = np.bincount(supply.market)
    return supply.market, np.concatenate(([0], np.cumsum(count))).astype(np.int64), member


def _warm_up(kernel: Any) -> None:
    """Compile for the types in use by running a network of two firms."""
    pair = supply_network(
        np.array([0]),
        np.array([1]),
        np.ones(1),
        sector=np.zeros(2, np.int64),
        kind=np.full(1, 2, np.int8),
    )
    run_batch(
        pair,
        np.array([0, 1]),
        np.zeros(1, np.int64),
        np.ones(1),
        share=np.full(2, 0.5),
        group=np.zeros(2, np.int64),
        eps=1e-2,
        max_steps=10,
        out=empty_outcome(1, 1),
        kernel=kernel,
    )
