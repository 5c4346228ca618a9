"""Solve the equilibrium in changes: an accelerated fixed point, and a path where that fails.

Prices, expenditure and wages are iterated together (one evaluation per step) and accelerated by
Anderson's method on their logarithms. The wage step of an economy is divided by its own-price
elasticity of labour demand, so that high trade elasticities do not make it overshoot. Where the
iteration fails, the shock is applied in adaptive portions, each started from the last solution.

References
----------
Anderson, D. G. (1965). Iterative procedures for nonlinear integral equations. Journal of the ACM
12(4), 547-560.
Walker, H. F., Ni, P. (2011). Anderson acceleration for fixed-point iterations. SIAM Journal on
Numerical Analysis 49(4), 1715-1735.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from isthmus.errors import DidNotConverge, SurplusExceedsIncome
from isthmus.kernels.arrays import Array, over
from isthmus.kernels.equilibrium import (
    Evaluation,
    ShockedSystem,
    TradeModel,
    TradeShock,
    evaluate,
    shocked_system,
)
from isthmus.kernels.equilibrium_check import require_trade

MEMORY = 8
SHORTEST_PORTION = 1.0 / 512.0
LARGEST_STEP = 1.0
RIDGE = 1e-13
FLOOR = 1e-300
TOLERANCE = 1e-10


@dataclass(frozen=True, slots=True)
class _Iterate:
    """What is iterated."""

    wage: Array
    price: Array
    expenditure: Array


@dataclass(frozen=True, slots=True)
class Equilibrium(_Iterate):
    """An equilibrium in changes.

    Parameters
    ----------
    wage : ndarray (N,)
        New over old wages; world value added is the numeraire.
    price, cost : ndarray (N, J)
        New over old price of the composite good in the importer, and unit cost in the exporter
        before productivity.
    expenditure, output : ndarray (N, J)
        Expenditure with tariffs and gross output at tariff-exclusive values, in money.
    revenue, income : ndarray (N,)
        Tariff revenue and final expenditure, in money.
    residual : float
        Largest of the log price gap, the expenditure gap relative to the economy's expenditure,
        and the relative gap on labour markets.
    evaluations : int
        How often the system was evaluated.
    portions : int
        1 when solved in one go, else the number of portions of the shock.
    """

    cost: Array
    output: Array
    revenue: Array
    income: Array
    residual: float
    evaluations: int = 0
    portions: int = 1


@dataclass(frozen=True, slots=True)
class _Attempt:
    """What an iteration found, if anything, and which economies were left nothing to spend."""

    found: Equilibrium | None
    evaluations: int
    overdrawn: tuple[int, ...] = ()


class _Memory:
    """The last differences of points and moves, in a ring."""

    def __init__(self, size: int) -> None:
        self._turns = np.empty((MEMORY, size))
        self._steps = np.empty((MEMORY, size))
        self._held = 0
        self._last: tuple[Array, Array] | None = None

    def mixed(self, point: Array, move: Array) -> Array:
        """Return the step whose linearised residual over the memory is smallest."""
        if self._last is not None:
            place = self._held % MEMORY
            np.subtract(move, self._last[1], out=self._turns[place])
            np.subtract(point, self._last[0], out=self._steps[place])
            self._steps[place] += self._turns[place]
            self._held += 1
        self._last = (point, move)
        used = min(self._held, MEMORY)
        if used == 0:
            return move
        turns = self._turns[:used]
        gram = turns @ turns.T
        gram[np.diag_indices_from(gram)] *= 1.0 + RIDGE
        try:
            mix = np.linalg.solve(gram, turns @ move)
        except np.linalg.LinAlgError:
            return move
        return np.asarray(move - mix @ self._steps[:used])


def solve(
    model: TradeModel,
    shock: TradeShock | None = None,
    *,
    start: Equilibrium | None = None,
    tolerance: float = TOLERANCE,
    max_evaluations: int = 400,
) -> Equilibrium:
    """Solve for the equilibrium after a shock.

    Parameters
    ----------
    model : TradeModel
        The base.
    shock : TradeShock, optional
        The change; none solves the base itself.
    start : Equilibrium, optional
        Solution of a neighbouring shock to start from.
    tolerance : float
        Largest residual accepted.
    max_evaluations : int
        Evaluations allowed per portion of the shock.

    Returns
    -------
    Equilibrium
        With its residual.

    Raises
    ------
    NoSupplierLeft
        When an importer keeps spending on a sector without any supplier.
    EconomyIsolated
        When an economy no longer trades with the others both ways.
    DidNotConverge
        When the residual stays above `tolerance` even with the shock applied in small portions.
    SurplusExceedsIncome
        When the equations are met only with negative spending of an economy.
    """
    system = shocked_system(model, shock or TradeShock())
    require_trade(system)
    first = _Iterate(np.ones(model.shape[0]), np.ones(model.shape), model.expenditure)
    tried = _accelerated(system, start or first, tolerance, max_evaluations)
    if tried.found is not None:
        return replace(tried.found, evaluations=tried.evaluations)
    return _by_portions(system, first, tolerance, max_evaluations, tried.evaluations)


def wage_damping(model: TradeModel) -> Array:
    """Return ``1 / (1 + own-price elasticity of labour demand)`` by economy, shape (N,)."""
    sales = np.einsum("jni,nj->ij", model.pi / (1.0 + model.tariff), model.expenditure)
    labour = model.beta * sales
    share = over(labour, labour.sum(axis=1, keepdims=True))
    home = np.diagonal(model.pi, axis1=1, axis2=2).T
    return np.asarray(1.0 / (1.0 + (share * model.theta * (1.0 - home)).sum(axis=1)))


def overdrawn(income: Array) -> tuple[int, ...]:
    """Return the positions of economies whose surplus leaves nothing to spend.

    The equations may have a solution with negative spending; it is no equilibrium.
    """
    return tuple(np.flatnonzero(income <= 0).tolist())


def residual_of(system: ShockedSystem, state: _Iterate, got: Evaluation) -> float:
    """Return the residual named in `Equilibrium`."""
    price = np.abs(np.log(got.price / state.price)).max()
    spent = state.expenditure.sum(axis=1, keepdims=True)
    expenditure = (np.abs(got.expenditure - state.expenditure) / spent).max()
    labour = np.abs(got.demand / (state.wage * system.model.value_added) - 1.0).max()
    return float(max(price, expenditure, labour))


def _accelerated(system: ShockedSystem, state: _Iterate, tolerance: float, limit: int) -> _Attempt:
    """Anderson iteration; finds nothing at the limit or where numbers leave their range."""
    damping = wage_damping(system.model)
    with np.errstate(all="ignore"):
        point = _pack(system, state)
        memory = _Memory(point.size)
        best, since = np.inf, 0
        poor: tuple[int, ...] = ()
        for count in range(1, limit + 1):
            state = _unpack(system, point)
            got = evaluate(system, state.wage, state.price, state.expenditure)
            residual = residual_of(system, state, got)
            poor = overdrawn(got.income)
            if not np.isfinite(residual) or (residual <= tolerance and poor):
                return _Attempt(None, count, poor)
            if residual <= tolerance:
                held = (state.wage, state.price, state.expenditure)
                made = Equilibrium(*held, got.cost, got.output, got.revenue, got.income, residual)
                return _Attempt(made, count)
            since = 0 if residual < 0.9 * best else since + 1
            best = min(best, residual)
            move = _pack(system, _next(system, state, got, damping)) - point
            if since > 3 * MEMORY:
                memory, since = _Memory(point.size), 0
            point = point + np.clip(memory.mixed(point, move), -LARGEST_STEP, LARGEST_STEP)
    return _Attempt(None, limit, poor)


def _next(system: ShockedSystem, state: _Iterate, got: Evaluation, damping: Array) -> _Iterate:
    model = system.model
    gap = np.log(np.maximum(got.demand, FLOOR) / (state.wage * model.value_added))
    wage = state.wage * np.exp(np.clip(damping * gap, -LARGEST_STEP, LARGEST_STEP))
    return _Iterate(wage, got.price, got.expenditure)


def _by_portions(
    system: ShockedSystem, state: _Iterate, tolerance: float, limit: int, spent: int
) -> Equilibrium:
    """Apply the shock in portions, halved where the iteration fails and doubled where it works."""
    done, size, portions = 0.0, 0.25, 0
    found: Equilibrium | None = None
    while done < 1.0:
        goal = min(1.0, done + size)
        tried = _accelerated(_portion(system, goal), state, tolerance, limit)
        step, spent = tried.found, spent + tried.evaluations
        if step is None:
            size /= 2.0
            if size < SHORTEST_PORTION:
                what = f"no equilibrium was found beyond {done:.1%} of the shock"
                what = f"{what} after {spent} evaluations (tolerance {tolerance:g})"
                raise _unsolved(what, tried.overdrawn)
            continue
        done, size, portions = goal, 2.0 * size, portions + 1
        state = found = step
    if found is None:
        raise DidNotConverge("the shock was applied in no portion")
    return replace(found, evaluations=spent, portions=portions)


def _unsolved(what: str, poor: tuple[int, ...]) -> DidNotConverge:
    if poor:
        return surplus_exceeds_income(poor, what)
    return DidNotConverge(
        what,
        hint="a fixed trade deficit or surplus that an economy can no longer finance "
        "has no equilibrium: remove deficits, soften the shock, or raise theta",
    )


def surplus_exceeds_income(positions: tuple[int, ...], what: str) -> SurplusExceedsIncome:
    """Return the error that names the economies whose surplus leaves nothing to spend."""
    return SurplusExceedsIncome(
        f"{what}: a trade surplus exceeds the income of an economy",
        where=f"economies at positions {list(positions)}",
        hint="remove deficits, let them follow world income, or soften the shock",
        positions=positions,
    )


def _portion(system: ShockedSystem, share: float) -> ShockedSystem:
    """Return the system with `share` of the shock, linear in the closed form."""
    if share >= 1.0:
        return system
    model = system.model
    old = shocked_system(model, TradeShock())
    return replace(
        system,
        K=old.K + share * (system.K - old.K),
        F=old.F + share * (system.F - old.F),
        tariffs=old.tariffs or system.tariffs,
        deficit=old.deficit + share * (system.deficit - old.deficit),
    )


def _pack(system: ShockedSystem, state: _Iterate) -> Array:
    spent = np.log(np.maximum(state.expenditure[system.spent], FLOOR))
    return np.concatenate([np.log(state.price).ravel(), spent, np.log(state.wage)])


def _unpack(system: ShockedSystem, point: Array) -> _Iterate:
    shape = system.model.shape
    cells = shape[0] * shape[1]
    expenditure = np.zeros(shape)
    expenditure[system.spent] = np.exp(point[cells : -shape[0]])
    wage = np.exp(point[-shape[0] :])
    base = system.model.value_added
    return _Iterate(
        wage * (base.sum() / (wage * base).sum()), np.exp(point[:cells].reshape(shape)), expenditure
    )
