"""Small flows around the shipped coded cases."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from isthmus.world import World

sys.path += [str(Path(__file__).parent), str(Path(__file__).parents[1] / "dependence")]

ECONOMIES = ("AUS", "CAN", "CHN", "DEU", "FRA", "JPN", "KOR", "LTU", "ROW")
INDUSTRIES = ("A01", "C10T12", "C26", "SERV")
YEARS = tuple(range(2011, 2023))


class SmallWorld:
    """The shipped world with other flows."""

    def __init__(self, flows):
        self.base, self.flow = World.open("starter"), flows

    def flows(self):
        return self.flow

    def __getattr__(self, name):
        return getattr(self.base, name)


def small_flows(seed=0, drop=0.2):
    from fake_world import FakeFlows

    rng = np.random.default_rng(seed)
    n, k, T = len(ECONOMIES), len(INDUSTRIES), len(YEARS)
    cube = np.exp(
        rng.normal(4, 1, (1, n, n, k))
        + rng.normal(0, 0.2, (T, n, 1, k))
        + rng.normal(0, 0.2, (T, 1, n, k))
        + rng.normal(0, 0.05, (T, n, n, k))
    )
    cube[:, np.arange(n), np.arange(n)] *= 20
    cube[YEARS.index(2022), ECONOMIES.index("LTU"), ECONOMIES.index("CHN"), :3] *= drop
    return FakeFlows(YEARS, ECONOMIES, INDUSTRIES, cube)


@pytest.fixture
def small():
    return SmallWorld(small_flows())


@pytest.fixture
def small_world():
    """Return small worlds whose last fall is to a given part."""
    return lambda **given: SmallWorld(small_flows(**given))
