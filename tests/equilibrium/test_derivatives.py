"""Derivatives of the real income of a party against an equilibrium that is solved again."""

from __future__ import annotations

import numpy as np
import pytest

from isthmus.equilibrium import EquilibriumSettings, derivatives, prepare, run_base
from isthmus.errors import BadInput, CodeUnknown
from isthmus.kernels.equilibrium import TradeShock
from isthmus.kernels.equilibrium_welfare import base_income, real_income
from isthmus.world import World

STEP = 1e-3


@pytest.fixture(scope="module")
def world() -> World:
    return World.open("starter")


def test_a_link_and_a_partner_move_what_the_solved_equilibrium_says(world):
    base = prepare(world.mrio(2022))
    found = derivatives(world, "DEU", top=5)
    link = found["links"].frame.row(0, named=True)
    home = base.economies.index("DEU")
    j = base.industries.index(link["industry"])
    n, i = (base.economies.index(link[side]) for side in ("importer", "exporter"))
    partner = found["partners"].frame.row(0, named=True)

    def income(step, places):
        cost = np.ones_like(base.model.pi)
        cost[places] = np.exp(step)
        run, _ = run_base(base, TradeShock(cost=cost), EquilibriumSettings(10.0))
        return float(np.log(real_income(run.model, run.found)[home]))

    for places, said in (
        ((j, n, i), link["cost"]),
        ((slice(None), home, base.economies.index(partner["economy"])), partner["imports"]),
    ):
        slope = (income(STEP, places) - income(-STEP, places)) / (2.0 * STEP)
        assert said == pytest.approx(slope, rel=1e-4)
    assert found["solution"].frame["residual"][0] <= 1e-10
    assert found["links"].kind in ("modelled", "assumed")


def test_a_coalition_is_the_mean_of_its_members_by_income(world):
    """All costs with one economy together, whoever of the coalition trades with it."""
    base = prepare(world.mrio(2022))
    run, _ = run_base(base, TradeShock(), EquilibriumSettings(10.0))
    income = base_income(run.model)

    def with_usa(of) -> float:
        frame = derivatives(world, of, top=1)["partners"].frame.filter(economy="USA")
        return sum(frame.select("imports", "exports", "others").row(0))

    weights = [income[base.economies.index(code)] for code in ("DEU", "FRA")]
    mean = np.average([with_usa("DEU"), with_usa("FRA")], weights=weights)
    assert with_usa(("DEU", "FRA")) == pytest.approx(mean, rel=1e-8)


def test_what_makes_no_sense_is_refused(world):
    with pytest.raises(BadInput, match="derivatives"):
        derivatives(world, "DEU", top=0)
    with pytest.raises(CodeUnknown):
        derivatives(world, "XYZ")
