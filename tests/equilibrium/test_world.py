"""The lens on the shipped table of 2022: the study's scenarios and their orderings."""

from __future__ import annotations

import numpy as np
import pytest

from isthmus.equilibrium import prepare, solve, solve_many
from isthmus.scenario import preset, preset_names
from isthmus.world import World

OWN = [name for name in preset_names() if name.startswith("equilibrium-")]


@pytest.fixture(scope="module")
def table():
    return World.open("starter").mrio(2022)


def income(table, name: str, horizon: str) -> dict[str, float]:
    result = solve(table, preset(name), horizon=horizon, ranges=False)
    out = {}
    for key in ("economies", "coalitions"):
        frame = result[key].frame
        label = frame.columns[0]
        out |= dict(zip(frame[label], frame["real_income"], strict=True))
    return out


@pytest.mark.parametrize("name", OWN)
def test_every_preset_is_solved_in_the_first_year(table, name: str) -> None:
    result = solve(table, preset(name), horizon="1y")
    assert result["solution"].frame["residual"][0] <= 1e-10
    for part in result.tables.values():
        numbers = [c.name for c in part.columns if c.role == "value"]
        assert np.isfinite(part.frame.select(numbers).to_numpy()).all()


def test_the_base_reproduces_the_tables_totals(table) -> None:
    base = prepare(table)
    assert base.moved < 1e-9
    assert base.cut == pytest.approx(0.0, abs=1e-9)
    exports = (table.sales + table.final).sum()
    assert base.model.expenditure.sum() == pytest.approx(exports, rel=1e-9)


def test_orderings_of_decoupling(table) -> None:
    """Sooner is dearer, wider is dearer, Germany loses more than the EU on average."""
    first, decade = (income(table, "equilibrium-eu-china-hard", h) for h in ("1y", "10y"))
    partial = income(table, "equilibrium-eu-china-partial", "10y")
    alone = income(table, "equilibrium-germany-china-hard", "10y")
    assert first["EU27_2020"] < decade["EU27_2020"] < partial["EU27_2020"] < 0
    assert decade["DEU"] < decade["EU27_2020"]
    assert decade["CHN"] < alone["CHN"] < 0


def test_the_loss_of_taiwan_falls_on_taiwan_and_its_customers(table) -> None:
    got = income(table, "equilibrium-taiwan-chips-stop", "3y")
    assert got["TWN"] == min(got.values())
    assert got["CHN"] < 0
    assert got["DEU"] < 0


def test_lower_barriers_help_both_sides(table) -> None:
    got = income(table, "equilibrium-taiwan-eu-deeper", "10y")
    assert got["TWN"] > got["EU27_2020"] > 0


def test_a_collection_knows_its_world() -> None:
    world = World.open("starter")
    names = ["equilibrium-china-cuts-lithuania", "equilibrium-taiwan-eu-deeper"]
    many = solve_many(world, [preset(n) for n in names], coalitions=())
    for name in names:
        made = many.results[name].provenance
        assert made.world_hash == world.content_hash
        assert made.datasets["mrio_2022"] == world.record("mrio_2022").content_sha256
