"""Simulators with a known posterior, where worker processes find them."""

from __future__ import annotations

import numpy as np

from isthmus.ensemble.problem import Problem, SearchStage
from isthmus.ensemble.targets import Target
from isthmus.scenario import Range

SD, SIZE, OBSERVED_MEAN = 3.0, 20, 11.0
TRIES, HITS = 20, 8


def normal_mean(theta, rngs):
    """The mean of `SIZE` numbers around theta."""
    return np.array(
        [[rng.normal(t, SD / np.sqrt(SIZE))] for t, rng in zip(theta[:, 0], rngs, strict=True)]
    )


def binomial(theta, rngs):
    """How many of `TRIES` come out at a rate of theta."""
    return np.array(
        [[float(rng.binomial(TRIES, t))] for t, rng in zip(theta[:, 0], rngs, strict=True)]
    )


def alternatives(theta, rngs):
    """Twice the position of a choice plus one: exact."""
    return 2.0 * theta[:, :1] + 1.0


def never(theta, rngs):
    return np.full((len(theta), 1), np.nan)


def counted(theta, rngs):
    """What a second stage is asked: fails when a draw comes that the first has put too far."""
    assert (np.abs(np.log(theta[:, 0] / 10.0)) <= 3.0 * np.log(1.2)).all()
    return theta[:, :1]


def prior(name, distribution, **numbers):
    return Range(path=name, distribution=distribution, reason="a test", **numbers)


def normal_problem(tolerance=1.02):
    target = Target("mean", OBSERVED_MEAN, tolerance)
    prior_mean = prior("mean", "normal", mean=10.0, sd=2.0)
    return Problem((prior_mean,), (SearchStage("normal", normal_mean, (target,)),))


def binomial_problem():
    target = Target("hits", float(HITS), 1.0001)
    rate = prior("rate", "beta", alpha=2.0, beta=3.0)
    return Problem((rate,), (SearchStage("binomial", binomial, (target,)),))
