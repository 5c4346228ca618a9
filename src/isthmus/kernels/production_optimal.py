"""The best that could be done: allocation by linear programme, remedies by integer programme."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from isthmus.errors import DidNotConverge
from isthmus.kernels.arrays import Array, Ints, Mask
from isthmus.kernels.production_chain import ProductionChain, capacity, through, usual_flow


def best_deliveries(chain: ProductionChain, weights: Array, *, draw: int = 0) -> Array:
    """Return the deliveries that are worth most, knowing all that will come.

    Maximises the weighted sum over wishes and weeks of what is delivered, where a unit counts
    once for every week that is left, under the same stocks, lead times, capacities and stops.

    Parameters
    ----------
    chain : ProductionChain
        The chain.
    weights : (W,) array
        Worth of a unit of each wish.
    draw : int
        Which draw.

    Returns
    -------
    (T, W) array
        Units delivered per week.

    Raises
    ------
    DidNotConverge
        When HiGHS does not find the optimum.
    """
    # Loading it takes a third of a second, and most who read this module do not ask for the best.
    from scipy import sparse
    from scipy.optimize import linprog

    weeks, items, _ = chain.shape
    wishes = len(chain.wish_item)
    lead, need = chain.lead[:, draw], chain.need[:, draw]
    most = np.array([capacity(chain, t)[:, draw] for t in range(weeks)])
    flow = usual_flow(chain)[:, draw]
    start, stock = _block(0, weeks, items), _block(weeks * items, weeks, items)
    sent = _block(2 * weeks * items, weeks, wishes)
    open_ = _block(2 * weeks * items + weeks * wishes, weeks, wishes)
    rows: list[tuple[int, int, float]] = []
    right: list[float] = []
    for t in range(weeks):
        for i in range(items):
            row = len(right)
            rows += [(row, stock[t, i], 1.0)]
            rows += [(row, stock[t - 1, i], -1.0)] if t else []
            rows += [(row, start[t - lead[i], i], -1.0)] if t >= lead[i] else []
            rows += [
                (row, start[t, chain.user[e]], need[e]) for e in np.flatnonzero(chain.used == i)
            ]
            rows += [(row, sent[t, w], 1.0) for w in np.flatnonzero(chain.wish_item == i)]
            gift = chain.gifts[t][i, draw] if t in chain.gifts else 0.0
            came = flow[i] * (t < lead[i]) + gift + (chain.stock[i, draw] if t == 0 else 0.0)
            right.append(came)
        for w in range(wishes):
            row = len(right)
            rows += [(row, sent[t, w], 1.0), (row, open_[t, w], 1.0)]
            rows += [(row, open_[t - 1, w], -1.0)] if t and chain.waits[w] else []
            right.append(chain.wish[t, w, draw])
    size = int(open_[-1, -1]) + 1
    where = np.array([r[:2] for r in rows], dtype=np.int64).T
    A = sparse.csr_array((np.array([r[2] for r in rows]), (where[0], where[1])), (len(right), size))
    cost = np.zeros(size)
    cost[sent] = -weights * (weeks - np.arange(weeks))[:, None]
    upper = np.full(size, np.inf)
    upper[start] = most
    solved = linprog(cost, A_eq=A, b_eq=right, bounds=np.column_stack([np.zeros(size), upper]))
    if solved.status != 0:
        raise DidNotConverge(f"the best allocation was not found: {solved.message}")
    return np.asarray(solved.x[sent])


def _block(first: int, weeks: int, width: int) -> Ints:
    return first + np.arange(weeks * width).reshape(weeks, width)


def reach(chain: ProductionChain, product: int) -> Array:
    """Return how much of a product could be delivered by the end if one item alone were short.

    What lies in stocks and is under way counts as far as it holds the item, and so does all that
    its capacity can begin early enough. No course delivers more than the least of these.

    Parameters
    ----------
    chain : ProductionChain
        The chain.
    product : int
        Position of the product.

    Returns
    -------
    (I, D) array
        Units of the product; infinite for items that it does not need or that are never short.
    """
    weeks, items, draws = chain.shape
    content = np.zeros((items, draws))
    content[product] = 1.0
    content = through(chain, content)
    late = np.full((items, draws), np.inf)
    late[product] = chain.lead[product]
    for e in np.argsort(-chain.user, kind="stable"):
        way = late[chain.user[e]] + chain.lead[chain.used[e]]
        late[chain.used[e]] = np.minimum(late[chain.used[e]], way)
    held = chain.stock + chain.lead * usual_flow(chain)
    for gift in chain.gifts.values():
        held = held + gift
    supply = through(chain, held)
    for t in range(weeks):
        supply += np.where(t + late < weeks, capacity(chain, t), 0.0)
    return np.divide(supply, content, out=np.full_like(supply, np.inf), where=content > 0)


PROOF = 0.7
"""Share of the time in which the cheapest set is looked for; what is left makes the best known
one smaller."""


@dataclass(frozen=True, slots=True)
class Search:
    """The cheapest set found, and what is known about cheaper ones.

    Attributes
    ----------
    chosen : (R,) array of bool, or None
        The set; None when even all remedies together do not reach the target.
    cost, bound : float
        Its cost, and a cost below which no set reaches the target.
    rounds, runs : int
        Integer programmes solved, courses simulated.
    """

    chosen: Mask | None
    cost: float
    bound: float
    rounds: int
    runs: int

    @property
    def gap(self) -> float:
        """Share of the cost that is not proven to be needed; 0 is a proof of optimality."""
        return max(0.0, (self.cost - self.bound) / self.cost) if self.cost > 0 else 0.0


def cheapest(
    costs: Array,
    meets: Callable[[Mask], bool],
    base: Array,
    gains: Array,
    target: Array,
    *,
    missing: int,
    seconds: float,
) -> Search:
    """Return the cheapest set of remedies that meets a target in enough draws.

    An integer programme over a relaxation (each item alone, `reach`) proposes a set; a course
    decides. A set that fails is enlarged while it fails, and one of what it leaves out is asked
    for from then on: more remedies never deliver less, so no set that works is lost, and the first
    proposal that works is the cheapest.

    Parameters
    ----------
    costs : (R,) array
        Cost of each remedy, not negative.
    meets : callable
        Whether a set meets the target in all but `missing` draws.
    base : (I, D) array
        Reach without remedies.
    gains : (R, I, D) array
        What each remedy adds to it at most.
    target : (D,) array
        Units to be reached.
    missing : int
        Draws that may miss the target.
    seconds : float
        Time after which the best set so far is returned with its gap.

    Returns
    -------
    Search

    References
    ----------
    Hooker, J. N., Ottosson, G. (2003). Logic-based Benders decomposition. Mathematical
    Programming 96, 33-60.
    """
    begin, runs, rounds, bound = time.monotonic(), 1, 0, 0.0
    best = np.ones(len(costs), bool)
    if not meets(best):
        return Search(None, np.inf, np.inf, rounds, runs)
    cuts: list[Mask] = []
    end = begin + PROOF * seconds
    while time.monotonic() < end:
        rounds += 1
        tried, least = _propose(costs, base, gains, target, missing, cuts, end - time.monotonic())
        bound = max(bound, least)
        if tried is None or bound >= costs[best].sum() * (1 - 1e-9):
            break
        runs += 1
        if meets(tried):
            best = tried
            break
        for r in np.argsort(costs, kind="stable"):
            if not tried[r] and time.monotonic() < end:
                more = tried.copy()
                more[r] = True
                runs += 1
                works = meets(more)
                best = more if works and costs[more].sum() < costs[best].sum() else best
                tried = tried if works else more
        cuts.append(~tried)
    for r in np.argsort(-costs, kind="stable"):
        over = costs[best].sum() - bound > 1e-9 * costs[best].sum()
        if over and best[r] and time.monotonic() < begin + seconds:
            fewer = best.copy()
            fewer[r] = False
            runs += 1
            best = fewer if meets(fewer) else best
    cost = float(costs[best].sum())
    return Search(best, cost, min(bound, cost), rounds, runs)


def _propose(
    costs: Array,
    base: Array,
    gains: Array,
    target: Array,
    missing: int,
    cuts: list[Mask],
    seconds: float,
) -> tuple[Mask | None, float]:
    """Return the cheapest set of the relaxation and a lower bound of the cost."""
    from scipy import sparse
    from scipy.optimize import Bounds, LinearConstraint, milp

    many, draws = len(costs), len(target)
    item, draw = np.nonzero(base < target * (1 - 1e-9))
    short = target[draw] - base[item, draw]
    helps = np.minimum(gains[:, item, draw], short).T / short[:, None]
    given_up = sparse.csr_array(
        (np.ones(len(draw)), (np.arange(len(draw)), draw)), (len(draw), draws)
    )
    rows = [sparse.hstack([sparse.csr_array(helps), given_up])] if len(draw) else []
    low = [np.full(len(draw), 1.0 - 1e-9)] if len(draw) else []
    rows.append(sparse.csr_array(np.r_[np.zeros(many), -np.ones(draws)][None]))
    low.append(np.array([-float(missing)]))
    for cut in cuts:
        rows.append(sparse.csr_array(np.r_[cut.astype(np.float64), np.zeros(draws)][None]))
        low.append(np.ones(1))
    solved = milp(
        np.r_[costs, np.zeros(draws)],
        integrality=np.ones(many + draws),
        bounds=Bounds(0, 1),
        constraints=LinearConstraint(sparse.vstack(rows).tocsc(), np.concatenate(low), np.inf),
        options={"time_limit": max(seconds, 0.1), "mip_rel_gap": 0.0},
    )
    least = 0.0 if solved.mip_dual_bound is None else float(solved.mip_dual_bound)
    if solved.x is None or solved.status != 0:
        return None, least
    return np.asarray(solved.x[:many] > 0.5), least
