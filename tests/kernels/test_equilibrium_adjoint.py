"""Derivatives of an equilibrium against differences of solved equilibria."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.kernels.worlds import random_model

from isthmus.kernels.equilibrium import TradeShock
from isthmus.kernels.equilibrium_adjoint import TOLERANCE, real_income_gradient
from isthmus.kernels.equilibrium_solve import solve
from isthmus.kernels.equilibrium_welfare import base_flows, real_income

STEP = 1e-5
CLOSE = 2e-7
"""Central differences of equilibria solved to 1e-12: error of the step and of the division."""


def outcome(model, shock, weights):
    found = solve(model, shock, tolerance=1e-13)
    return float(weights @ np.log(real_income(model, found)))


def shocked(model, seed, rule):
    rng = np.random.default_rng(seed)
    cost = np.exp(rng.uniform(0.0, 0.2, model.pi.shape))
    tariff = model.tariff + rng.uniform(0.0, 0.1, model.pi.shape)
    here = np.arange(model.shape[0])
    cost[:, here, here], tariff[:, here, here] = 1.0, 0.0
    keep = np.ones_like(cost)
    keep[0, 1, 2] = 0.0
    return TradeShock(cost=cost, tariff=tariff, keep=keep, deficit_rule=rule)


@pytest.mark.parametrize(("seed", "rule"), [(0, "fixed"), (1, "world_share"), (2, "fixed")])
def test_derivatives_are_those_of_differences(seed, rule):
    model = random_model(seed)
    shock = shocked(model, seed, rule)
    weights = np.array([1.0, 0.0, 0.0, 0.0]) if seed else np.array([0.5, 0.2, 0.3, 0.0])
    found = real_income_gradient(model, shock, solve(model, shock, tolerance=1e-13), weights)
    assert found.residual <= TOLERANCE
    places = [(0, 0, 1), (1, 0, 3), (2, 2, 0), (0, 3, 1), (1, 1, 1), (0, 1, 2)]
    for place in places:
        ends = []
        for sign in (1.0, -1.0):
            cost = shock.cost.copy()
            cost[place] *= np.exp(sign * STEP)
            ends.append(outcome(model, replace(shock, cost=cost), weights))
        assert found.cost[place] == pytest.approx((ends[0] - ends[1]) / (2 * STEP), abs=CLOSE)
    for place in places[:4]:
        ends = []
        for sign in (1.0, -1.0):
            tariff = shock.tariff.copy()
            tariff[place] += sign * STEP
            ends.append(outcome(model, replace(shock, tariff=tariff), weights))
        assert found.tariff[place] == pytest.approx((ends[0] - ends[1]) / (2 * STEP), abs=CLOSE)
    assert found.cost[0, 1, 2] == 0.0, "nothing is delivered under an embargo"


def test_the_gradient_of_a_mean_is_the_mean_of_gradients():
    model = random_model(5)
    base = solve(model)
    parts = [real_income_gradient(model, TradeShock(), base, row) for row in np.eye(4)]
    weights = np.array([0.4, 0.3, 0.2, 0.1])
    whole = real_income_gradient(model, TradeShock(), base, weights)
    for name in ("cost", "tariff"):
        mixed = sum(w * getattr(part, name) for w, part in zip(weights, parts, strict=True))
        np.testing.assert_allclose(getattr(whole, name), mixed, atol=1e-9)


def test_without_tariffs_income_weights_give_the_flows():
    """Envelope theorem: what prices give to one economy they take from another."""
    model = random_model(7, tariffs=False)
    base = solve(model, tolerance=1e-13)
    total = base.income.sum()
    found = real_income_gradient(model, TradeShock(), base, base.income / total)
    np.testing.assert_allclose(found.cost, -base_flows(model) / total, atol=1e-9)
