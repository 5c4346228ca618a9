"""General equilibrium in changes: the base, the shock, and one evaluation of the system.

Arrays with a bilateral part are ``[sector j, importer n, exporter i]``, arrays by economy
``[economy n, sector j]``; a hat (new over old) is written without a mark. In the closed form used
here a shock enters once, as ``K[j, n, i] = pi (kappa / A)^(-theta)``, so that one evaluation of
prices, demand and labour markets costs three products of ``N x N`` matrices with vectors per
sector and never forms the new trade shares.

References
----------
Caliendo, L., Parro, F. (2015). Estimates of the trade and welfare effects of NAFTA. Review of
Economic Studies 82(1), 1-44.
Dekle, R., Eaton, J., Kortum, S. (2008). Global rebalancing with gravity. IMF Staff Papers 55(3).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from typing import Literal

import numpy as np

from isthmus.kernels.arrays import Array, Mask

DeficitRule = Literal["fixed", "world_share"]


@dataclass(frozen=True, slots=True)
class TradeModel:
    """The base equilibrium: shares, spending, incomes and elasticities.

    Parameters
    ----------
    pi : ndarray (J, N, N)
        Share of exporter i in importer n's expenditure on sector j; rows sum to 1, or to 0 where
        nothing is bought.
    tariff : ndarray (J, N, N)
        Ad valorem tariff as a fraction; the diagonal is zero.
    expenditure : ndarray (N, J)
        Expenditure with tariffs, in money.
    value_added : ndarray (N,)
        Value added (wages and all other primary income), in money.
    deficit : ndarray (N,)
        Imports less exports at tariff-exclusive values, in money; sums to zero.
    beta : ndarray (N, J)
        Value-added share in gross output.
    gamma : ndarray (N, K, J)
        Share of input k in the gross output of user j; ``gamma.sum(1) + beta = 1``.
    alpha : ndarray (N, J)
        Share of sector j in final expenditure; rows sum to 1.
    theta : ndarray (J,)
        Trade elasticity (dispersion parameter; Armington sigma less one).
    """

    pi: Array
    tariff: Array
    expenditure: Array
    value_added: Array
    deficit: Array
    beta: Array
    gamma: Array
    alpha: Array
    theta: Array

    @property
    def shape(self) -> tuple[int, int]:
        """Number of economies and of sectors."""
        return self.beta.shape[0], self.beta.shape[1]


@dataclass(frozen=True, slots=True)
class TradeShock:
    """What changes; None means no change.

    Parameters
    ----------
    tariff : ndarray (J, N, N), optional
        New tariff levels (not changes) as fractions.
    cost : ndarray (J, N, N), optional
        New over old iceberg cost, positive and finite.
    keep : ndarray (J, N, N), optional
        Factor on the trade share at given costs, in [0, 1]; 0 is an embargo in closed form.
    productivity : ndarray (N, J), optional
        New over old productivity of exporter and sector, positive.
    deficit : ndarray (N,), optional
        New deficits in money at the numeraire; sums to zero.
    deficit_rule : {"fixed", "world_share"}
        ``fixed`` keeps deficits in units of the numeraire, which is a fixed share of world value
        added; ``world_share`` keeps them as shares of world GDP at market prices, that is value
        added and tariff revenue.
    """

    tariff: Array | None = None
    cost: Array | None = None
    keep: Array | None = None
    productivity: Array | None = None
    deficit: Array | None = None
    deficit_rule: DeficitRule = "fixed"


@dataclass(frozen=True, slots=True)
class ShockedSystem:
    """A model and a shock in the closed form that `evaluate` works on.

    Parameters
    ----------
    K : ndarray (J, N, N)
        ``pi keep (kappa / A)^(-theta)``.
    F : ndarray (J, N, N)
        ``K / (1 + tariff')``.
    tariffs : bool
        Whether any new tariff differs from zero.
    spent : ndarray (N, J) of bool
        Cells with expenditure in the base and a supplier.
    deficit : ndarray (N,)
        Deficits that hold after the shock.
    """

    model: TradeModel
    K: Array
    F: Array
    tariffs: bool
    spent: Mask
    deficit: Array
    deficit_rule: DeficitRule


@dataclass(frozen=True, slots=True)
class Evaluation:
    """One pass through the system at given wages, prices and expenditure.

    Parameters
    ----------
    cost, price, expenditure, output : ndarray (N, J)
        Unit costs and prices implied by the given prices and wages; expenditure implied by the
        given one; gross output at tariff-exclusive values.
    revenue, income, demand : ndarray (N,)
        Tariff revenue, final expenditure, and value added demanded by production.
    """

    cost: Array
    price: Array
    expenditure: Array
    output: Array
    revenue: Array
    income: Array
    demand: Array


def shocked_system(model: TradeModel, shock: TradeShock) -> ShockedSystem:
    """Return `model` under `shock` in the closed form.

    Parameters
    ----------
    model : TradeModel
        The base.
    shock : TradeShock
        The change.

    Returns
    -------
    ShockedSystem
        The arrays that `evaluate` works on.
    """
    tariff = model.tariff if shock.tariff is None else shock.tariff
    K = model.pi
    kappa = _cost_factor(model, shock)
    if kappa is not None:
        K = K * kappa ** (-model.theta[:, None, None])
    if shock.keep is not None:
        K = K * shock.keep
    tariffs = bool(np.any(tariff))
    return ShockedSystem(
        model=model,
        K=K,
        F=K / (1.0 + tariff) if tariffs else K,
        tariffs=tariffs,
        spent=(model.expenditure > 0) & (K.sum(axis=2).T > 0),
        deficit=model.deficit if shock.deficit is None else shock.deficit,
        deficit_rule=shock.deficit_rule,
    )


def _cost_factor(model: TradeModel, shock: TradeShock) -> Array | None:
    """New over old cost of delivery at given wages and prices; None when nothing changes it."""
    factors = []
    if shock.tariff is not None:
        factors.append((1.0 + shock.tariff) / (1.0 + model.tariff))
    if shock.cost is not None:
        factors.append(shock.cost)
    if shock.productivity is not None:
        factors.append(1.0 / shock.productivity.T[:, None, :])
    return reduce(np.multiply, factors) if factors else None


def evaluate(system: ShockedSystem, wage: Array, price: Array, expenditure: Array) -> Evaluation:
    """Evaluate costs, prices, expenditure and labour demand once.

    Parameters
    ----------
    system : ShockedSystem
        Model under a shock.
    wage : ndarray (N,)
        Wage changes.
    price : ndarray (N, J)
        Price changes of the composite goods, 1 where nothing is bought.
    expenditure : ndarray (N, J)
        Expenditure with tariffs, in money.

    Returns
    -------
    Evaluation
        A fixed point in price and expenditure whose ``demand`` equals ``wage * value_added`` is
        an equilibrium.
    """
    model = system.model
    log_cost = model.beta * np.log(wage)[:, None]
    log_cost += np.matmul(np.log(price)[:, None, :], model.gamma)[:, 0, :]
    weight = np.exp(-model.theta * log_cost).T[:, :, None]
    index = np.matmul(system.K, weight)[:, :, 0].T
    new_price = np.ones_like(price)
    np.power(index, -1.0 / model.theta, out=new_price, where=system.spent)
    per_index = np.divide(expenditure, index, out=np.zeros_like(expenditure), where=system.spent).T[
        :, None, :
    ]
    output = (np.matmul(per_index, system.F)[:, 0, :] * weight[:, :, 0]).T
    revenue = _tariff_revenue(system, weight, per_index, expenditure)
    value_added = wage * model.value_added
    deficit = system.deficit
    if system.deficit_rule == "world_share":
        deficit = deficit * ((value_added.sum() + revenue.sum()) / base_gdp(model))
    income = value_added + revenue + deficit
    new_expenditure = np.matmul(model.gamma, output[:, :, None])[:, :, 0]
    new_expenditure += model.alpha * income[:, None]
    return Evaluation(
        cost=np.exp(log_cost),
        price=new_price,
        expenditure=new_expenditure,
        output=output,
        revenue=revenue,
        income=income,
        demand=(model.beta * output).sum(axis=1),
    )


def _tariff_revenue(
    system: ShockedSystem, weight: Array, per_index: Array, expenditure: Array
) -> Array:
    if not system.tariffs:
        return np.zeros(expenditure.shape[0])
    net = np.matmul(system.F, weight)[:, :, 0] * per_index[:, 0, :]
    spent = np.where(system.spent, expenditure, 0.0)
    return np.asarray(spent.sum(axis=1) - net.sum(axis=0))


def base_gdp(model: TradeModel) -> float:
    """Return world GDP at market prices in the base: value added and tariff revenue."""
    net = (model.pi / (1.0 + model.tariff)).sum(axis=2).T
    spent = model.expenditure * (net > 0)
    revenue = (spent * (1.0 - net)).sum()
    return float(model.value_added.sum() + revenue)
