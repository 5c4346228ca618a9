"""Tables with nodes of chips and materials: taken where a shock names them, pooled elsewhere."""

import numpy as np
import pytest

from isthmus import equilibrium
from isthmus.equilibrium.elasticities import COMPOSITE, source_theta
from isthmus.errors import BadInput
from isthmus.scenario import ExportStop, Scenario
from isthmus.world import World


@pytest.fixture(scope="module")
def world():
    return World.open("starter")


def stop(*industries, exporter="CHN"):
    shock = ExportStop(
        exporters=(exporter,), importers=("EU27_2020",), industries=industries, severity=0.9
    )
    return Scenario(name="stop", horizon=365, shocks=[shock])


def test_nodes_have_the_elasticity_of_their_industry():
    codes = ("C26_LEAD", "C26_REST", "C26", "C27_MAGNETS", "C27", "G")
    theta = source_theta(COMPOSITE, codes)
    assert theta[0] == theta[1] == theta[2]
    assert theta[3] == theta[4]


def test_a_stop_of_nodes_costs_less_than_one_of_their_industries(world):
    magnets = equilibrium.solve(world, stop("C27_MAGNETS"), horizon="1y")
    whole = equilibrium.solve(world, stop("C27"), horizon="1y")
    assert "C27_MAGNETS" in set(magnets["sectors"].frame["industry"])
    assert "C27_MAGNETS" not in set(whole["sectors"].frame["industry"])

    def loss(result):
        frame = result["economies"].frame
        return float(frame.filter(frame["economy"] == "DEU")["real_income"][0])

    assert loss(whole) < loss(magnets) < 0


def test_own_elasticities_may_name_the_industry(world):
    table = world.mrio(2022, chips=True)
    small = table.aggregate(
        economies={e: e if e in ("TWN", "DEU") else "ROW" for e in table.economies}
    )
    given = dict.fromkeys(world.mrio(2022).industries, 4.0)
    shock = ExportStop(exporters=("TWN",), importers=("DEU",), industries=("CHIPS",), severity=0.5)
    scenario = Scenario(name="stop", horizon=365, shocks=[shock])
    theta = equilibrium.solve(small, scenario, elasticities=given)["elasticities"].frame
    chips = theta.filter(theta["industry"].is_in(["C26_LEAD", "C26_REST"]))
    assert np.ptp(chips["theta"].to_numpy()) == 0.0
    with pytest.raises(BadInput, match="C99"):
        equilibrium.solve(small, scenario, elasticities={**given, "C99": 1.0})
