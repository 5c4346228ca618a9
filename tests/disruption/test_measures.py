"""What is done beforehand: reserves, deliveries that go on, turning elsewhere, smaller needs."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from isthmus.disruption import Easing, Relief, Reserve, Settings, simulate, simulate_many
from isthmus.disruption.measures import eased_need, made, measure_problems, plain
from isthmus.disruption.shocks import Places
from isthmus.errors import BadInput
from isthmus.scenario import ExportStop, Scenario
from isthmus.world.mrio import MRIO
from isthmus.world.mrio_sample import sample_table

STOP = ExportStop(exporters="E000", importers=["E001", "E002"], industries="I01", duration=40)


def part_and_plant() -> MRIO:
    """Two economies: only AAA makes the part that BBB's plant needs."""
    Z = np.array([[0.0, 0.0, 0.0, 4.0], [0.0] * 4, [0.0] * 4, [0.0] * 4]) * 365
    Y = np.array([[6.0, 0.0], [5.0, 0.0], [0.0, 5.0], [0.0, 10.0]]) * 365
    return MRIO.from_dense(Z, Y, economies=("AAA", "BBB"), industries=("PART", "PLANT"))


def case(*shocks: ExportStop, name: str = "case", horizon: int = 60) -> Scenario:
    return Scenario(name=name, horizon=horizon, shocks=shocks)


def losses(result) -> np.ndarray:
    frame = result["losses"].frame
    return frame.filter(pl.col("horizon") == frame["horizon"].max())["value_added_lost"].to_numpy()


@pytest.fixture(scope="module")
def table() -> MRIO:
    return sample_table(4, 3, seed=3)


@pytest.mark.parametrize(("days", "fits", "stop"), [(0.0, 1.0, 9), (5.0, 1.0, 14), (10.0, 0.5, 14)])
def test_a_reserve_moves_the_first_stop_by_the_days_that_fit(days, fits, stop) -> None:
    # Full output as long as half of ten days is there, then 0.8, 0.64, 0.512, 0.41: day 9.
    shock = ExportStop(exporters="AAA", importers="BBB", industries="PART", duration=50)
    held = [Reserve(("PART",), days, users=("PLANT",), economies=("BBB",), fits=fits)]
    words = {"stock_days": 10.0, "psi": 0.5, "need": "all", "reserves": held}
    result = simulate(part_and_plant(), case(shock, horizon=300), **words)
    assert result["stops"].frame["day"].to_list() == [stop]


def test_a_reserve_of_others_helps_nobody_here() -> None:
    shock = ExportStop(exporters="AAA", importers="BBB", industries="PART", duration=50)
    held = [Reserve(("PART",), 30.0, economies=("AAA",))]
    words = {"stock_days": 10.0, "psi": 0.5, "need": "all", "reserves": held}
    result = simulate(part_and_plant(), case(shock, horizon=300), **words)
    assert result["stops"].frame["day"].to_list() == [9]


def test_nothing_is_saved_when_nothing_happens(table) -> None:
    held = [Reserve(("*",), 20.0)]
    easy = [Relief(("*",), delivered=0.5, turns=3)]
    result = simulate(table, case(), reserves=held, reliefs=easy)
    assert np.abs(losses(result)).max() < 1e-9


def test_what_arrives_all_the_same_is_a_smaller_stop(table) -> None:
    half = STOP.model_copy(update={"severity": 0.5})
    relieved = simulate(table, case(STOP), reliefs=[Relief(("I01",), delivered=0.5)])
    np.testing.assert_allclose(losses(relieved), losses(simulate(table, case(half))), rtol=1e-12)
    all_of_it = simulate(table, case(STOP), reliefs=[Relief(("I01",), delivered=1.0)])
    assert np.abs(losses(all_of_it)).max() < 1e-9


def test_who_turns_elsewhere_from_a_day_does_as_a_redirected_stop(table) -> None:
    lost = STOP.model_copy(update={"redirect": False})
    path = STOP.model_copy(update={"redirect": ((9.0, 0.0), (10.0, 1.0))})
    turned = simulate(table, case(lost), reliefs=[Relief(("I01",), turns=10)])
    np.testing.assert_allclose(losses(turned), losses(simulate(table, case(path))), rtol=1e-12)


def test_relief_for_one_importer_is_a_stop_of_its_own(table) -> None:
    apart = [
        STOP.model_copy(update={"importers": ("E001",), "severity": 0.25}),
        STOP.model_copy(update={"importers": ("E002",)}),
    ]
    relief = [Relief(("I01",), ("E001",), 0.75)]
    relieved = simulate(table, case(STOP), reliefs=relief)
    np.testing.assert_allclose(losses(relieved), losses(simulate(table, case(*apart))), rtol=1e-12)


@pytest.mark.slow
def test_scenarios_of_a_batch_have_measures_of_their_own(table) -> None:
    settings = [
        Settings(),
        Settings(reserves=(Reserve(("I01",), 7.0, economies=("E001",)),)),
        Settings(reliefs=(Relief(("I01",), ("E001",), 0.5, after=5),)),
    ]
    scenarios = [case(STOP, name=f"case-{i}") for i in range(3)]
    for engine in ("numpy", "compiled"):
        frame = simulate_many(table, scenarios, settings=settings, engine=engine)["losses"].frame
        for scenario, one in zip(scenarios, settings, strict=True):
            alone = simulate(table, case(STOP), reserves=one.reserves, reliefs=one.reliefs)
            mine = frame.filter(
                pl.col("scenario") == scenario.name, pl.col("horizon") == pl.col("horizon").max()
            )
            np.testing.assert_allclose(mine["value_added_lost"], losses(alone), rtol=1e-9)


def test_needs_are_smaller_only_where_it_is_said() -> None:
    places = Places(("AAA",), ("A01", "C29", "SERV"))
    need = eased_need(np.ones((3, 3)), [Easing(("A01",), 0.25, users=("C29",))], places)
    assert need[0, 1] == 0.75
    assert need.sum() == pytest.approx(8.75)


def test_measures_are_read_from_plain_values_and_back() -> None:
    one = Reserve(("CHIPS",), 30.0, economies=("EU27_2020",), fits=0.3)
    assert made(Reserve, plain(one)) == one
    assert made(Relief, {"inputs": "CHIPS", "delivered": 0.5}).inputs == ("CHIPS",)
    with pytest.raises(BadInput, match="unknown field 'fit'"):
        made(Reserve, {"inputs": "CHIPS", "days": 3.0, "fit": 0.5})
    with pytest.raises(BadInput, match="is missing"):
        made(Easing, {"inputs": "CHIPS"})


def test_all_that_is_wrong_with_measures_is_said_at_once() -> None:
    bad = [Reserve(("I9",), -1.0, fits=2.0), Relief(("I01",), delivered=-0.5)]
    places = {p.where for p in measure_problems("x", bad, ("I00", "I01"))}
    assert places == {"x.0.inputs", "x.0.days", "x.0.fits", "x.1.delivered"}
    with pytest.raises(BadInput, match="no industry 'I9'"):
        simulate(sample_table(2, 2), case(), reserves=[Reserve(("I9",), 1.0)])
