"""Trade, prices and welfare of an equilibrium: exact, and to first order as in the paper.

References
----------
Caliendo, L., Parro, F. (2015). Estimates of the trade and welfare effects of NAFTA. Review of
Economic Studies 82(1), 1-44, section 2.5.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from isthmus.kernels.arrays import Array, over
from isthmus.kernels.equilibrium import TradeModel, TradeShock, shocked_system
from isthmus.kernels.equilibrium_solve import Equilibrium


@dataclass(frozen=True, slots=True)
class Welfare:
    """Changes by economy, arrays of shape (N,); hats are new over old.

    Parameters
    ----------
    real_income : ndarray
        Final expenditure over its price index: the exact change.
    real_wage, price_index, income : ndarray
        Wage over the price index; the index ``prod P^alpha``; nominal final expenditure.
    terms_of_trade, volume_of_trade : ndarray
        The two parts of the first-order change, as fractions of base income.
    """

    real_income: Array
    real_wage: Array
    price_index: Array
    income: Array
    terms_of_trade: Array
    volume_of_trade: Array

    @property
    def first_order(self) -> Array:
        """First-order welfare change: terms of trade plus volume of trade."""
        return self.terms_of_trade + self.volume_of_trade


def base_income(model: TradeModel) -> Array:
    """Return final expenditure in the base, shape (N,)."""
    paid = model.tariff.any()
    tariffs = (base_flows(model) * model.tariff).sum(axis=(0, 2)) if paid else 0.0
    return np.asarray(model.value_added + tariffs + model.deficit)


def base_flows(model: TradeModel) -> Array:
    """Return tariff-exclusive flows of the base, shape (J, importer, exporter)."""
    flows: Array = model.pi * model.expenditure.T[:, :, None] / (1.0 + model.tariff)
    return flows


def new_shares(model: TradeModel, shock: TradeShock, found: Equilibrium) -> Array:
    """Return the new trade shares, shape (J, importer, exporter); rows sum to 1 or 0."""
    shares = shocked_system(model, shock).K * ((found.cost ** (-model.theta)).T[:, None, :])
    return over(shares, shares.sum(axis=2, keepdims=True))


def new_flows(model: TradeModel, shock: TradeShock, found: Equilibrium) -> Array:
    """Return tariff-exclusive flows after the shock, shape (J, importer, exporter)."""
    tariff = model.tariff if shock.tariff is None else shock.tariff
    shares = new_shares(model, shock, found)
    flows: Array = shares * found.expenditure.T[:, :, None] / (1.0 + tariff)
    return flows


def real_income(model: TradeModel, found: Equilibrium) -> Array:
    """Return the exact change of real income, new over old, shape (N,)."""
    change: Array = found.income / base_income(model) / price_index(model, found)
    return change


def price_index(model: TradeModel, found: Equilibrium) -> Array:
    """Return the change of the final price index ``prod P^alpha``, shape (N,)."""
    return np.asarray(np.exp((model.alpha * np.log(found.price)).sum(axis=1)))


def welfare(model: TradeModel, shock: TradeShock, found: Equilibrium) -> Welfare:
    """Return exact and first-order changes.

    The first-order change weighs **percentage** changes of exporters' unit costs and of trade by
    base-year tariff-exclusive flows and base tariffs. For large shocks it is far from the exact
    change: a removed tariff, for instance, loses revenue that it does not count.

    Parameters
    ----------
    model : TradeModel
        The base.
    shock : TradeShock
        The change.
    found : Equilibrium
        Its solution.

    Returns
    -------
    Welfare
        By economy.
    """
    index = price_index(model, found)
    base = base_income(model)
    income = found.income / base
    cost = found.cost if shock.productivity is None else found.cost / shock.productivity
    old, new = base_flows(model), new_flows(model, shock, found)
    change = over(new, old, empty=1.0) - 1.0
    rise = (cost - 1.0).T
    sold = (old * rise[:, None, :]).sum(axis=(0, 1))
    bought = (old * rise[:, None, :]).sum(axis=(0, 2))
    volume = (model.tariff * old * (change - rise[:, None, :])).sum(axis=(0, 2))
    return Welfare(
        real_income=real_income(model, found),
        real_wage=found.wage / index,
        price_index=index,
        income=income,
        terms_of_trade=(sold - bought) / base,
        volume_of_trade=volume / base,
    )
