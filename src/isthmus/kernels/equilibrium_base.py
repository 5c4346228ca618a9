"""Build the base of the equilibrium from flows and make it consistent.

Reported tables break the model's identities a little: negative final demand is cut, input shares
are printed with few digits. `rebase` solves once without a change of costs and takes the solution
as the base, so that a shock of nothing changes nothing.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from isthmus.errors import DidNotConverge
from isthmus.kernels.arrays import Array, over
from isthmus.kernels.equilibrium import TradeModel, TradeShock, evaluate, shocked_system
from isthmus.kernels.equilibrium_check import check_model
from isthmus.kernels.equilibrium_solve import overdrawn, solve, surplus_exceeds_income
from isthmus.kernels.equilibrium_welfare import new_shares

SETTLING = 3000
ROUNDING = 2e-15
NEAR_ROUNDING = 1e-13


def model_from_flows(
    flows: Array,
    inputs: Array,
    *,
    theta: Array,
    tariff: Array | None = None,
) -> TradeModel:
    """Return shares and incomes from tariff-exclusive flows and input use.

    Parameters
    ----------
    flows : ndarray (N, N, J)
        Sales of exporter i to importer n of sector j, tariff-exclusive; the diagonal is domestic.
    inputs : ndarray (N, K, J)
        Share of input k (all origins, at users' prices) in the gross output of user j.
    theta : ndarray (J,)
        Trade elasticities.
    tariff : ndarray (J, N, N), optional
        Tariffs by sector, importer, exporter; zero when not given.

    Returns
    -------
    TradeModel
        Value added is what gross output leaves over inputs; final expenditure is expenditure
        less intermediate use, negatives set to zero and shares renormalised. Not yet consistent:
        see `rebase`.

    Raises
    ------
    BadInput
        When an array holds values out of range, or an economy has no value added.
    """
    by_sector = np.ascontiguousarray(flows.transpose(2, 1, 0), dtype=np.float64)
    tariff = np.zeros_like(by_sector) if tariff is None else tariff
    gross = by_sector * (1.0 + tariff)
    expenditure = np.ascontiguousarray(gross.sum(axis=2).T)
    output = by_sector.sum(axis=1).T
    pi = over(gross, expenditure.T[:, :, None])
    gamma = np.where((output > 0)[:, None, :] & (expenditure > 0)[:, :, None], inputs, 0.0)
    beta = 1.0 - gamma.sum(axis=1)
    value_added = (beta * output).sum(axis=1)
    deficit = by_sector.sum(axis=(0, 2)) - by_sector.sum(axis=(0, 1))
    final = np.maximum(expenditure - np.matmul(gamma, output[:, :, None])[:, :, 0], 0.0)
    alpha = over(final, final.sum(axis=1, keepdims=True))
    model = TradeModel(
        pi=pi,
        tariff=tariff,
        expenditure=expenditure,
        value_added=value_added,
        deficit=deficit - deficit.mean(),
        beta=np.ascontiguousarray(beta),
        gamma=np.ascontiguousarray(gamma),
        alpha=alpha,
        theta=np.asarray(theta, dtype=np.float64),
    )
    check_model(model)
    return model


def rebase(model: TradeModel, *, deficit: Array | None = None) -> TradeModel:
    """Solve once with unchanged costs and tariffs, and take the solution as the base.

    Parameters
    ----------
    model : TradeModel
        Shares and incomes as reported.
    deficit : ndarray (N,), optional
        Deficits of the new base; zeros give balanced trade. The reported ones when not given.

    Returns
    -------
    TradeModel
        A base that satisfies the model's equations to rounding.

    Raises
    ------
    SurplusExceedsIncome
        When a surplus leaves an economy nothing to spend; balanced trade always has a base.
    DidNotConverge
        When no such equilibrium is found.
    """
    shock = TradeShock(deficit=model.deficit if deficit is None else deficit)
    # Reported deficits may have no equilibrium at reported shares; balanced trade has one, so that
    # a solution in portions starts there.
    found = solve(replace(model, deficit=np.zeros_like(model.deficit)), shock)
    based = replace(
        model,
        pi=new_shares(model, shock, found),
        expenditure=found.expenditure,
        value_added=found.wage * model.value_added,
        deficit=model.deficit if deficit is None else deficit,
    )
    return settle(based)


def settle(model: TradeModel) -> TradeModel:
    """Let expenditure and value added follow each other at unchanged prices, to rounding.

    Trade shares, coefficients and deficits stay; what moves is what the reported numbers leave
    open, for instance where negative final demand was cut.

    Parameters
    ----------
    model : TradeModel
        Shares and incomes as reported.

    Returns
    -------
    TradeModel
        A base that satisfies the model's equations at any elasticities.

    Raises
    ------
    SurplusExceedsIncome
        When a surplus leaves an economy nothing to spend.
    DidNotConverge
        When an economy cannot finance its deficit at these shares.
    """
    unit, prices = np.ones(model.shape[0]), np.ones(model.shape)
    system = shocked_system(model, TradeShock())
    for _ in range(SETTLING):
        got = evaluate(replace(system, model=model), unit, prices, model.expenditure)
        if not (got.demand > 0).all():
            break
        gap = np.abs(got.demand / model.value_added - 1.0).max()
        spending = np.abs(got.expenditure - model.expenditure).max() / model.expenditure.max()
        model = replace(model, expenditure=got.expenditure, value_added=got.demand)
        if max(gap, spending) < ROUNDING:
            break
    if gap < NEAR_ROUNDING:
        poor = overdrawn(got.income)
        if poor:
            raise surplus_exceeds_income(poor, "the base has no equilibrium")
        return model
    raise DidNotConverge(
        f"the base does not settle: value added still moves by {gap:.1e}",
        hint="an economy spends more than it can finance at its trade shares",
    )
