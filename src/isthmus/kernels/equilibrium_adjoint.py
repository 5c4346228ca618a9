"""How an equilibrium answers to all trade costs at once, by the implicit function theorem.

At an equilibrium the equations ``R(z, q) = 0`` tie prices, expenditure and wages ``z`` to trade
costs ``q``. The derivative of an outcome ``y(z, q)`` to every cost is ``y_q + r' R_q``, where ``r``
solves one linear system, ``R_z' r = -y_z``: the adjoint. Products with ``R_z'`` are the reverse of
one evaluation of the equilibrium and cost as much; the system is solved by GMRES with them, so
that no matrix is ever formed. The wage equations depend on each other (Walras' law); the numeraire
is added to each of them, which leaves the solution as it is.

References
----------
Caliendo, L., Parro, F. (2015). Estimates of the trade and welfare effects of NAFTA. Review of
Economic Studies 82(1), 1-44.
Griewank, A., Walther, A. (2008). Evaluating derivatives, chapter 15. SIAM.
Saad, Y., Schultz, M. H. (1986). GMRES. SIAM Journal on Scientific and Statistical Computing 7(3),
856-869.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from isthmus.errors import DidNotConverge
from isthmus.kernels.arrays import Array, over
from isthmus.kernels.equilibrium import ShockedSystem, TradeModel, TradeShock, base_gdp
from isthmus.kernels.equilibrium import shocked_system as _system
from isthmus.kernels.equilibrium_solve import Equilibrium
from isthmus.kernels.equilibrium_welfare import new_shares

TOLERANCE = 1e-10
"""Largest residual of the linear system, relative to its right side."""


@dataclass(frozen=True, slots=True)
class Gradient:
    """Derivatives of one outcome.

    Parameters
    ----------
    cost : ndarray (J, N, N)
        To the logarithm of the iceberg cost of sector j from exporter i (last) to importer n.
    tariff : ndarray (J, N, N)
        To the tariff (a fraction) on the same.
    products : int
        Products with the transposed system that were needed.
    residual : float
        Residual of the linear system, relative to its right side.
    """

    cost: Array
    tariff: Array
    products: int
    residual: float


@dataclass(frozen=True, slots=True)
class _Point:
    """An equilibrium in the form that the reverse pass works on."""

    model: TradeModel
    system: ShockedSystem
    tariff: Array
    shares: Array
    flows: Array
    spent: Array
    value_added: Array
    income: Array
    spending: Array


@dataclass(frozen=True, slots=True)
class _Adjoint:
    """What a reverse pass adds up, by prices (N, J), expenditure (N, J), wages (N,) and costs."""

    price: Array
    expenditure: Array
    wage: Array
    cost: Array
    tariff: Array


def real_income_gradient(
    model: TradeModel, shock: TradeShock, found: Equilibrium, weights: Array
) -> Gradient:
    """Return the derivatives of a weighted mean of log real income to all trade costs.

    Parameters
    ----------
    model : TradeModel
        The base.
    shock : TradeShock
        The change that `found` answers; an empty one for the base itself.
    found : Equilibrium
        The equilibrium.
    weights : ndarray (N,)
        Weight of each economy: 1 and zeros for a single one.

    Returns
    -------
    Gradient
        Zero where the base has no trade.

    Raises
    ------
    DidNotConverge
        When the linear system cannot be solved to `TOLERANCE`.
    """
    from scipy.sparse.linalg import LinearOperator, gmres

    point = _point(model, shock, found)
    size = 2 * point.spending.size + len(weights)
    nothing = np.zeros_like(weights)
    right = -_packed(point, _reverse(point, np.zeros(size), weights))
    count = 0

    def product(r: Array) -> Array:
        nonlocal count
        count += 1
        return _packed(point, _reverse(point, np.ravel(r), nothing))

    operator = LinearOperator((size, size), matvec=product, dtype=np.float64)
    r, _ = gmres(operator, right, rtol=TOLERANCE / 10.0, restart=min(size, 200), maxiter=5)
    scale = float(np.linalg.norm(right))
    residual = float(np.linalg.norm(product(r) - right)) / scale if scale > 0.0 else 0.0
    if not residual <= TOLERANCE:
        raise DidNotConverge(
            f"the derivatives of the equilibrium have a residual of {residual:.1e}",
            hint=f"at most {TOLERANCE:g} is accepted; soften the shock",
        )
    whole = _reverse(point, r, weights)
    return Gradient(whole.cost, whole.tariff, count, residual)


def _point(model: TradeModel, shock: TradeShock, found: Equilibrium) -> _Point:
    system = _system(model, shock)
    tariff = model.tariff if shock.tariff is None else shock.tariff
    shares = new_shares(model, shock, found)
    spending = np.where(system.spent, found.expenditure, 0.0)
    return _Point(
        model=model,
        system=system,
        tariff=tariff,
        shares=shares,
        flows=np.asarray(shares * spending.T[:, :, None] / (1.0 + tariff)),
        spent=found.expenditure.sum(axis=1),
        value_added=found.wage * model.value_added,
        income=found.income,
        spending=spending,
    )


def _packed(point: _Point, held: _Adjoint) -> Array:
    """Return the adjoint of prices, of expenditure in units of an economy's, and of wages."""
    relative = held.expenditure * point.spent[:, None]
    return np.concatenate([held.price.ravel(), relative.ravel(), held.wage])


def _reverse(point: _Point, r: Array, weights: Array) -> _Adjoint:
    """Return the reverse pass of equations weighted with `r` and of the outcome.

    The equations are price implied less price (logarithms), expenditure implied less expenditure
    over the economy's, and labour demand over value added less one.
    """
    model, theta = point.model, point.model.theta
    count, sectors = model.shape
    cells = count * sectors
    on_price = r[:cells].reshape(count, sectors)
    on_spending = r[cells : 2 * cells].reshape(count, sectors) / point.spent[:, None]
    on_labour = r[2 * cells :]
    output = np.matmul(on_spending[:, None, :], model.gamma)[:, 0, :]
    output += model.beta * (on_labour / point.value_added)[:, None]
    income = (on_spending * model.alpha).sum(axis=1) + weights / point.income
    wage = point.value_added / point.value_added.sum() * on_labour.sum() - on_labour
    revenue = income
    if point.system.deficit_rule == "world_share":
        common = float(income @ point.system.deficit) / base_gdp(model)
        revenue = income + common
        wage += common * point.value_added
    wage += income * point.value_added
    worth = output.T[:, None, :] + point.tariff * revenue[None, :, None]
    moved = worth * point.flows
    by_buyer = moved.sum(axis=2).T
    spending = over(by_buyer, point.spending)
    implied = on_price + theta * by_buyer
    cost = point.shares * implied.T[:, :, None] - theta[:, None, None] * moved
    unit = cost.sum(axis=1).T
    wage += (model.beta * unit).sum(axis=1)
    price = np.matmul(model.gamma, unit[:, :, None])[:, :, 0]
    price -= on_price + weights[:, None] * model.alpha
    taxed = 1.0 + point.tariff
    tariff = cost / taxed - moved / taxed + revenue[None, :, None] * point.flows
    return _Adjoint(price, spending - on_spending, wage, cost, tariff)
