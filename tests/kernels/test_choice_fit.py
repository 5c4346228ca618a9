"""The fit of a choice: a closed form, an independent optimiser, an independent sampler."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize

from isthmus.kernels.choice_fit import fit_choice, log_posterior


def data(seed=0, n=80):
    rng = np.random.default_rng(seed)
    design = rng.normal(size=(n, 3, 2))
    offset = rng.normal(size=(n, 3))
    utility = design @ np.array([1.0, -0.5]) + offset
    share = np.exp(utility) / np.exp(utility).sum(axis=1, keepdims=True)
    chosen = np.array([rng.choice(3, p=p) for p in share])
    return design, offset, chosen, rng.uniform(0.5, 1.5, n)


def test_a_constant_with_a_flat_prior_is_the_log_odds():
    """7 of 10 chose the first of two: ln(7/3)."""
    design = np.zeros((10, 2, 1))
    design[:, 0, 0] = 1.0
    chosen = np.array([0] * 7 + [1] * 3)
    known = (design, np.zeros((10, 2)), chosen, np.ones(10), np.zeros(1), np.full(1, 1e6))
    found = fit_choice(*known)
    assert found.value == pytest.approx([np.log(7 / 3)])
    assert found.covariance[0, 0] == pytest.approx(1 / (10 * 0.7 * 0.3))


def test_the_optimum_of_an_independent_optimiser():
    known = (*data(), np.array([0.5, 0.5]), np.array([1.0, 2.0]))
    found = fit_choice(*known)
    other = minimize(
        lambda t: -log_posterior(t, *known),
        np.zeros(2),
        method="Nelder-Mead",
        options={"xatol": 1e-8, "fatol": 1e-10},
    )
    assert found.value == pytest.approx(other.x, abs=1e-5)


def test_the_width_of_an_independent_sampler():
    known = (*data(1), np.zeros(2), np.full(2, 3.0))
    found = fit_choice(*known)
    rng = np.random.default_rng(2)
    here, kept = found.value.copy(), []
    level = log_posterior(here, *known)
    for _ in range(8_000):
        there = here + rng.normal(0, 0.25, 2)
        other = log_posterior(there, *known)
        if np.log(rng.random()) < other - level:
            here, level = there, other
        kept.append(here)
    sampled = np.array(kept[500:])
    assert sampled.mean(axis=0) == pytest.approx(found.value, abs=0.1)
    assert sampled.std(axis=0) == pytest.approx(np.sqrt(np.diag(found.covariance)), rel=0.2)


def test_what_was_never_seen_stays_with_its_prior():
    design = np.zeros((5, 2, 1))
    design[:, 1, 0] = -1.0
    known = (design, np.full((5, 2), [0.0, -30.0]), np.zeros(5, int), np.ones(5))
    found = fit_choice(*known, np.array([2.0]), np.array([1.5]))
    assert found.value == pytest.approx([2.0], abs=1e-6)
    assert found.covariance[0, 0] == pytest.approx(2.25, rel=1e-6)
