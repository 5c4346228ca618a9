"""What moves the answer of a lens: methods, rounds, and what is refused."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from isthmus.charts.sensitivity import sensitivity_chart
from isthmus.ensemble import run_ensemble, summarise
from isthmus.ensemble.sensitivity import Effort, Wanted, analyse, information, plan_of_lens
from isthmus.errors import BadInput, NotFound
from isthmus.store import Store
from isthmus.world import World

ANGLES = ("x=-3.141592653589793..3.141592653589793",)
THREE = (*ANGLES, ANGLES[0].replace("x", "y"), ANGLES[0].replace("x", "z"))
TOTAL = {"params.x": 0.5576, "params.y": 0.4424, "params.z": 0.2437}
FIRST = {"params.x": 0.3139, "params.y": 0.4424, "params.z": 0.0}


@pytest.fixture(scope="module")
def world() -> World:
    return World.open("starter")


@pytest.fixture(scope="module")
def store(tmp_path_factory) -> Store:
    return Store(tmp_path_factory.mktemp("store"))


def plan(*ranges: str, lens: str = "toy.ishigami", **parameters: object):
    return plan_of_lens(lens, ranges or THREE, parameters)


@pytest.fixture(scope="module")
def sobol(store, world):
    import toy_lens

    from isthmus.ensemble import lenses

    lenses.register_lens("toy.ishigami", toy_lens.ishigami)
    return analyse(store, plan(), world, effort=Effort(blocks=64, confidence=0.99))


def test_the_indices_of_a_lens_lie_in_their_intervals(sobol):
    rows = {row["parameter"]: row for row in sobol["indices"].frame.iter_rows(named=True)}
    for path, row in rows.items():
        assert row["total_low"] <= TOTAL[path] <= row["total_high"]
        assert row["first_low"] <= FIRST[path] <= row["first_high"]
    by_rank = sorted(rows.values(), key=lambda row: row["rank"])
    assert [row["total"] for row in by_rank] == sorted((r["total"] for r in by_rank), reverse=True)
    assert sobol["indices"].kind == "assumed"
    assert any("Saltelli" in work for work in sobol.citations)
    assert sobol.provenance.parameters["sensitivity"]["blocks"] == 64


def test_knowing_a_number_is_worth_what_it_explains(sobol):
    frame = sobol["information"].frame
    assert (frame["expected"] - frame["spread"] * (1.0 - frame["narrows"])).abs().max() < 1e-9
    rows = {row["parameter"]: row for row in frame.iter_rows(named=True)}
    assert rows["params.x"]["narrows"] > rows["params.x"]["by_chance"] > 0.0
    assert rows["params.x"]["variance"] > 2.0 * abs(rows["params.z"]["variance"])


def test_rounds_go_on_until_the_intervals_are_narrow(store, world, sobol):
    effort = Effort(blocks=32, precision=0.25, most=64, confidence=0.99)
    found = analyse(store, plan(), world, effort=effort)
    assert len(found.provenance.parameters["sensitivity"]["runs"]) == 2
    # Two rounds of 32 blocks are the 64 blocks of one.
    assert found["indices"].frame.equals(sobol["indices"].frame)
    word = "reached" if any("wanted: reached" in note for note in found["indices"].notes) else ""
    frame = found["indices"].frame
    ends = [(frame[f"{i}_high"] - frame[f"{i}_low"]).max() / 2.0 for i in ("first", "total")]
    assert (max(ends) <= 0.25) == bool(word)
    early = analyse(store, plan(), world, effort=Effort(blocks=64, precision=9.0))
    assert early.provenance.parameters["sensitivity"]["blocks"] == 64


def test_effects_and_swings_find_the_slopes(store, world):
    line = plan("offset=0..10", "slope=2..4", lens="toy.line", seed=1)
    wanted = Wanted("line", where={"economy": "E1"})
    effects = analyse(store, line, world, "morris", wanted=wanted, effort=Effort(blocks=4))
    rows = effects["effects"].frame
    assert rows["parameter"].to_list() == ["params.offset", "params.slope"]
    # From quantile 0.05 to 0.95 of a uniform range: nine tenths of it.
    np.testing.assert_allclose(rows["mu_star"], [9.0, 1.8])
    swings = analyse(store, line, world, "tornado", wanted=wanted)["swings"].frame
    np.testing.assert_allclose(swings["swing"], [8.0, 1.6])
    np.testing.assert_allclose(swings["middle"], 8.0)
    assert swings.select("low", "high").row(0) == ("1", "9")


def test_samples_of_a_block_share_the_draws_of_the_lens(store, world):
    """Noise of the lens, not of its parameters, must not be told as their effect."""
    noisy = plan("x=0..0.001", "y=0..1", noise=0.1)
    found = analyse(store, noisy, world, effort=Effort(blocks=16))["indices"].frame
    assert found.filter(parameter="params.x")["total"][0] < 1e-3


def test_a_party_with_a_range_is_one_answer(store, world):
    found = analyse(
        store,
        plan("party=A|B", "size=1..2", lens="toy.of_party"),
        world,
        effort=Effort(blocks=64),
    )["indices"]
    assert "economy" not in found.frame.columns
    assert found.frame["parameter"].to_list() == ["params.party", "params.size"]
    assert found.frame["total"].sum() > 0.9


def test_blocks_without_a_solution_are_left_out(store, world):
    some = analyse(store, plan("size=1..10", lens="toy.of_party"), world, effort=Effort(blocks=32))
    notes = " ".join(some["indices"].notes)
    assert "have no solution" in notes
    assert "left out" in notes
    none = plan("size=9..10", lens="toy.of_party")
    with pytest.raises(NotFound):
        analyse(store, none, world, effort=Effort(blocks=8))


@pytest.mark.parametrize("method", ["sobol", "morris"])
def test_too_few_blocks_with_a_solution_reach_no_precision(store, world, method):
    mostly = plan("size=1..20", lens="toy.of_party")
    effort = Effort(blocks=8, precision=9.0, most=8)
    found = analyse(store, mostly, world, method, effort=effort)
    (table,) = (found[name] for name in ("indices", "effects") if name in found.tables)
    assert "interval inf" in " ".join(table.notes)
    assert any(note.endswith("not reached") for note in table.notes)


def test_a_table_that_is_not_there_is_answered_with_those_that_are(store, world):
    line = plan_of_lens("toy.line", ["slope=1..2"], tables=["lines"])
    with pytest.raises(BadInput) as caught:
        analyse(store, line, world, effort=Effort(blocks=8))
    assert caught.value.hint == "the lens gives line, noise"


@pytest.mark.parametrize(
    ("table", "said"),
    [("leverge", "did you mean 'leverage'?"), ("nothing", "the lens gives leverage, totals")],
)
def test_a_table_that_no_answer_has_is_named_before_a_batch_runs(table, said):
    given = {"a": "DEU", "b": "CHN"}
    with pytest.raises(BadInput) as caught:
        plan_of_lens("dependence.leverage", ["elasticity=2..6"], given, tables=(table,))
    assert [p.where for p in caught.value.problems] == ["tables"]
    assert said in str(caught.value)
    plan_of_lens("dependence.leverage", ["elasticity=2..6"], given, tables=("totals",))


def test_information_from_an_ensemble_that_is_there(store, world):
    from dataclasses import replace

    entry = run_ensemble(store, replace(plan(), samples=256), world)
    found = information(store, entry.id)["information"].frame
    assert set(found["parameter"]) == set(TOTAL)
    by_hand = store.result(entry.id)["samples"].frame.filter(parameter="params.y")["value"]
    answers = store.result(entry.id)["answer"].frame.sort("sample")["value"]
    together = pl.DataFrame({"x": by_hand, "y": answers}).select(
        pl.corr("x", "y", method="spearman")
    )
    said = found.filter(parameter="params.y")["correlation"][0]
    assert said == pytest.approx(together.item(), abs=1e-12)
    effects = analyse(store, plan(), world, "morris", effort=Effort(blocks=2))
    run = effects.provenance.parameters["sensitivity"]["runs"][0]
    for refused in (information, summarise):
        with pytest.raises(BadInput, match="do not fill"):
            refused(store, run)


def test_everything_wrong_is_named_at_once(store, world):
    with pytest.raises(BadInput) as caught:
        plan("x", "y=1..b", "z=3..1", lens="toy.ishigami")
    assert len(caught.value.problems) == 3
    with pytest.raises(BadInput) as caught:
        analyse(store, plan(), world, effort=Effort(blocks=100, precision=-1.0, resamples=3))
    assert {p.where for p in caught.value.problems} == {"blocks", "precision", "resamples"}
    with pytest.raises(BadInput, match="tornado"):
        analyse(store, plan(), world, "tornado", effort=Effort(blocks=4))
    with pytest.raises(NotFound, match="no column of numbers 'valu'"):
        analyse(store, plan(), world, "tornado", wanted=Wanted(quantity="valu"))


def test_each_table_has_a_chart(store, world, sobol):
    for table in sobol.tables.values():
        assert sensitivity_chart(table)["config"]
    effects = analyse(store, plan(), world, "morris", effort=Effort(blocks=2))
    swings = analyse(store, plan(), world, "tornado")
    assert sensitivity_chart(effects["effects"])["config"]
    drawn = sensitivity_chart(swings["swings"])
    assert [len(held) for held in drawn["datasets"].values()] == [6]
    with pytest.raises(ValueError, match="none of"):
        sensitivity_chart(
            store.result(sobol.provenance.parameters["sensitivity"]["runs"][0])["answer"]
        )
