"""The fixed point of a cascade: where production levels come to rest, without a stopping rule."""

from __future__ import annotations

import numpy as np
from scipy import sparse
from scipy.sparse.linalg import splu

from isthmus.errors import DidNotConverge
from isthmus.kernels.arrays import Array, Ints
from isthmus.kernels.cascade import (
    MOST_STEPS,
    Levels,
    Supply,
    capped,
    matrices,
    propagate,
    slots,
    worst_slots,
)

# A level that rises by less than this is taken as unchanged; far above rounding, far below 1e-9.
RISE = 1e-13
RESIDUAL = 1e-9
_FIRST_STEPS = 30
_MOST_POLICIES = 200


def fixed_point(supply: Supply, psi: Array, *, max_steps: int = MOST_STEPS) -> Levels:
    """Return the least fixed point of the cascade for each shock.

    The upstream part, and the downstream part without replaceability, have the form
    ``x_j = max(psi_j, max over slots of j of sum_i share_i x_i)``. The largest slot of each firm
    is found by iteration, the linear system of these slots is solved, and slots are exchanged
    until none is larger than the solution says (policy iteration). With replaceability, or with
    shares that sum to more than one, the downstream part is iterated until it stands still in
    machine precision. A market that has stopped altogether replaces nothing.

    Parameters
    ----------
    supply : Supply
        The network.
    psi : ndarray of float, shape (n, b)
        Initial lost share of each firm for each shock.
    max_steps : int
        Limit of the iteration where it is used.

    Returns
    -------
    Levels
        `change` holds the residual, the largest violation of the fixed-point equation.

    Raises
    ------
    DidNotConverge
        When the iteration or the exchange of slots did not end, or the residual is above 1e-9.

    References
    ----------
    Howard (1960), Dynamic Programming and Markov Processes, for policy iteration.
    """
    n, lanes = psi.shape
    down_map, up_map = matrices(supply)
    first = slots(supply)
    every = np.arange(n + 1)
    linear = supply.market is None and _sub_stochastic(down_map)
    if linear:
        down, steps = _by_policy(down_map, first, psi)
    else:
        levels = propagate(
            supply, psi, eps=1e-15, max_steps=max_steps, empty_market_is_one=False, upstream=False
        )
        _settled(levels, max_steps)
        down, steps = levels.down, levels.steps
    up = (
        _by_policy(up_map, every, psi)[0]
        if _sub_stochastic(up_map)
        else propagate(supply.with_market(None), psi, eps=1e-15, max_steps=max_steps).up
    )
    residual = np.abs(_image(up_map, every, up, psi) - up).max(axis=0, initial=0.0)
    if linear:
        gap = np.abs(_image(down_map, first, down, psi) - down).max(axis=0, initial=0.0)
        residual = np.maximum(residual, gap)
    if lanes and residual.max() > RESIDUAL:
        raise DidNotConverge(
            f"the fixed point leaves a residual of {residual.max():.1e}",
            where=f"shock {int(residual.argmax())}",
            hint="use the published stopping rule, or report the network",
        )
    return Levels(down, up, steps, residual)


def _by_policy(rows: sparse.csr_array, first: Ints, psi: Array) -> tuple[Array, Ints]:
    x = np.empty_like(psi)
    steps = np.empty(psi.shape[1], np.int64)
    for lane in range(psi.shape[1]):
        x[:, lane], steps[lane] = _least(rows, first, psi[:, lane])
    return x, steps


def _least(rows: sparse.csr_array, first: Ints, psi: Array) -> tuple[Array, int]:
    """Least solution of x = max(psi, rows x) for one shock, and the number of steps.

    A firm takes a slot as its own only when that raises it, so that no group of firms can hold
    itself down: every chosen slot leads back to a shocked firm and the system is regular. Where it
    leads there by a thread, rounding is many times `RISE`; a shocked firm that a level above its
    bound seems to raise would close the group, so that no level is taken to pass its bound.
    """
    n = len(psi)
    x = psi.copy()
    chosen = np.full(n, -1)
    step = reached = 0
    while True:
        step += 1
        best, loss = _largest(rows @ x, first, n)
        rise = loss > x + RISE
        if not rise.any():
            return x, step
        chosen[rise], x = best[rise], np.where(rise, np.minimum(1.0, loss), x)
        support = int(np.count_nonzero(x))
        if step >= _FIRST_STEPS and support == reached:
            break
        reached = support
    most = _most(rows, first, psi)
    for _ in range(_MOST_POLICIES):
        step += 1
        x = np.minimum(most, _value(rows, chosen, psi))
        best, loss = _largest(rows @ x, first, n)
        rise = loss > x + RISE
        if not rise.any():
            return x, step
        chosen[rise] = best[rise]
    raise DidNotConverge(
        f"the largest slots still change after {_MOST_POLICIES} exchanges",
        where="a group of firms that buys almost only from itself",
        hint="use the published stopping rule: the exact system is too ill-conditioned",
    )


def _most(rows: sparse.csr_array, first: Ints, psi: Array) -> Array:
    """Largest initial loss among all that a firm depends on: no average of them is above it."""
    most = psi.copy()
    start = rows.indptr[first]
    owners = np.flatnonzero(np.diff(start))
    while len(owners):
        passed = np.maximum.reduceat(most[rows.indices], start[owners])
        if not (passed > most[owners]).any():
            break
        most[owners] = np.maximum(most[owners], passed)
    return most


def _value(rows: sparse.csr_array, chosen: Ints, psi: Array) -> Array:
    """Levels when each firm loses what its chosen slot says; -1 keeps the initial loss."""
    inside = np.flatnonzero(chosen >= 0)
    mine = rows[chosen[inside]]
    fixed = psi.copy()
    fixed[inside] = 0.0
    system = sparse.eye_array(len(inside), format="csc") - mine[:, inside].tocsc()
    x = fixed
    x[inside] = splu(system).solve(mine @ fixed)
    return x


def _largest(terms: Array, first: Ints, n: int) -> tuple[Ints, Array]:
    """Slot with the largest loss of each firm, and that loss; firms without slots lose nothing."""
    best = np.full(n, -1)
    loss = np.zeros(n)
    owners = np.flatnonzero(np.diff(first))
    if len(owners):
        loss[owners] = np.maximum.reduceat(terms, first[owners])
        owner = np.repeat(np.arange(n), np.diff(first))
        top = np.flatnonzero(terms >= loss[owner])[::-1]
        best[owner[top]] = top
    return best, loss


def _image(rows: sparse.csr_array, first: Ints, x: Array, psi: Array) -> Array:
    return capped(psi, worst_slots(rows @ x, first, len(psi)))


def _sub_stochastic(rows: sparse.csr_array) -> bool:
    return bool(np.all(rows.sum(axis=1) <= 1.0 + 1e-12))


def _settled(levels: Levels, max_steps: int) -> None:
    slow = np.flatnonzero(levels.change > 1e-15)
    if len(slow):
        raise DidNotConverge(
            f"{len(slow)} of {len(levels.steps)} shocks had not come to rest after "
            f"{max_steps} steps (largest change {levels.change.max():.1e})",
            where=f"shock {int(slow[0])}",
            hint="raise max_steps, or use the published stopping rule",
        )
