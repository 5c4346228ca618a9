"""Ensembles: the same content wherever and however often they run; summaries against numpy."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import toy_lens

from isthmus.ensemble import (
    EnsemblePlan,
    repeat_ensemble,
    resume_ensemble,
    run_ensemble,
    status,
    summarise,
)
from isthmus.errors import BadInput, Cancelled, DataCorrupted, NotFound, StorageBusy
from isthmus.runtime import CancelToken, ProgressEvent, SerialExecutor, open_executor
from isthmus.runtime.processes import ProcessExecutor
from isthmus.scenario import CapacityLoss, Correlation, Range, Scenario
from isthmus.store import Store
from isthmus.store.verify import verify
from isthmus.world import World


def ranged(path: str = "params.slope", **numbers: object) -> Range:
    numbers = numbers or {"low": 0.0, "high": 10.0}
    return Range(path=path, distribution="uniform", reason="a test", **numbers)


def plan_for(lens: str = "toy.line", path: str = "params.slope", **words: object) -> EnsemblePlan:
    scenario = Scenario(name="test", ranges=(ranged(path),))
    options: dict = {"samples": 50, "batch": 8, "seed": 3, "scenario": scenario, **words}
    return EnsemblePlan(lens=lens, **options)


@pytest.fixture(scope="module")
def world() -> World:
    return World.open("starter")


@pytest.fixture
def store(tmp_path) -> Store:
    return Store(tmp_path / "store")


def content(store: Store, name: str) -> dict[str, bytes]:
    """All files of a run but its timing and checkpoints."""
    folder = store.run(name).folder
    return {
        p.relative_to(folder).as_posix(): p.read_bytes()
        for p in sorted(folder.rglob("*"))
        if p.is_file() and p.name != "timing.json"
    }


def test_every_sample_is_a_call_of_the_lens(store, world):
    entry = run_ensemble(store, plan_for(parameters={"offset": 1.0}), world)
    assert entry.status == "done"
    result = store.result(entry.id)
    drawn = result["samples"].frame
    assert drawn["sample"].to_list() == list(range(50))
    slopes = drawn["value"].to_numpy()
    assert sorted(np.floor(slopes * 5).astype(int).tolist()) == list(range(50))
    line = result["line"].frame
    assert line.filter(economy="E1")["value"].to_list() == (slopes + 1.0).tolist()
    assert line.filter(economy="E0")["value"].unique().to_list() == [1.0]
    assert result["line"].dimensions == ("sample", "economy")
    assert result["line"].kind == "assumed"
    assert result.citations == (toy_lens.CITATION,)
    assert result["noise"].frame["value"].n_unique() == 50
    assert verify(store) == (1, [])
    assert not (entry.folder / "design.npy").exists()
    assert status(store, entry.id).batches_done == 7


def test_bit_identical_in_serial_and_with_one_or_two_workers(tmp_path, world):
    plans = [plan_for("toy.solve", "params.tilt", samples=40), plan_for("toy.line", samples=40)]
    contents = []
    for number, executor in enumerate([SerialExecutor(), ProcessExecutor(1), ProcessExecutor(2)]):
        store = Store(tmp_path / str(number))
        with executor:
            names = [run_ensemble(store, plan, world, executor=executor).id for plan in plans]
        contents.append([content(store, name) for name in names])
    assert contents[0] == contents[1] == contents[2]
    assert all(len(files) > 10 for files in contents[0])


def test_cancel_and_resume_give_the_same(tmp_path, world):
    whole, parts = Store(tmp_path / "whole"), Store(tmp_path / "parts")
    plan = plan_for()
    done = run_ensemble(whole, plan, world)
    token = CancelToken()

    def stop(event: ProgressEvent) -> None:
        if event.done == 3:
            token.cancel()

    with pytest.raises(Cancelled):
        run_ensemble(parts, plan, world, cancel=token, progress=stop)
    (entry,) = parts.runs()
    assert entry.status == "resumable"
    assert status(parts, entry.id).batches_done == 3
    assert verify(parts) == (1, [])
    with pytest.raises(NotFound, match="not done"):
        parts.result(entry.id)
    events: list[ProgressEvent] = []
    resumed = resume_ensemble(parts, entry.id, progress=events.append)
    assert events[0].resumed == 3
    assert resumed.id == done.id
    assert content(parts, resumed.id) == content(whole, done.id)
    again = resume_ensemble(parts, entry.id, progress=lambda event: pytest.fail("ran again"))
    assert again.status == "done"


def test_a_repetition_is_compared_part_by_part(store, world, monkeypatch):
    entry = run_ensemble(store, plan_for(), world)
    again = repeat_ensemble(store, entry.id, world)
    assert (again.same, again.circumstances) == (True, [])

    original = toy_lens._result

    def changed(frames, *, slope: float, **parameters):
        if slope == top:
            frames["line"] = frames["line"].with_columns(pl.col("value") * 2)
        return original(frames, slope=slope, **parameters)

    slopes = store.result(entry.id)["samples"].frame["value"]
    top, number = slopes.max(), int(slopes.arg_max())
    monkeypatch.setattr(toy_lens, "_result", changed)
    again = repeat_ensemble(store, entry.id, world)
    (found,) = again.content
    assert re.match(rf"tables\.line, .*{number // 8}.*\.value: 1 cells differ", found.where)
    assert float(found.second) == 2 * float(found.first)
    part = next(entry.folder.rglob("*.parquet"))
    part.write_bytes(part.read_bytes()[:-1])
    with pytest.raises(DataCorrupted, match="cannot be compared"):
        repeat_ensemble(store, entry.id, world)


def test_a_damaged_part_is_made_again_on_resume(tmp_path, store, world):
    plan = plan_for()
    entry = run_ensemble(store, plan, world)
    before = content(store, entry.id)
    (entry.folder / "outputs.json").unlink()
    (entry.folder / "parts" / "line" / "000002.parquet").write_bytes(b"half")
    resume_ensemble(store, entry.id)
    assert content(store, entry.id) == before


def test_common_random_numbers(tmp_path, store, world):
    one = run_ensemble(store, plan_for(parameters={"offset": 0.0}), world)
    two = run_ensemble(store, plan_for(parameters={"offset": 5.0}), world)
    assert one.id != two.id
    first, second = store.result(one.id), store.result(two.id)
    assert first["samples"].frame.equals(second["samples"].frame)
    assert first["noise"].frame.equals(second["noise"].frame)
    gap = second["line"].frame["value"] - first["line"].frame["value"]
    np.testing.assert_allclose(gap.to_numpy(), 5.0, rtol=0, atol=1e-14)


def test_ranges_reach_into_shocks_and_whole_days(store, world):
    scenario = Scenario(
        name="test",
        shocks=(
            CapacityLoss(economies=("TWN",), severity=0.1, duration=5),
            CapacityLoss(economies=("KOR",), severity=0.2),
        ),
        ranges=(
            ranged("shocks.0.severity", low=0.0, high=1.0),
            ranged("shocks.0.duration", low=1.0, high=30.0),
            ranged("params.psi", low=0.5, high=1.0),
        ),
        correlations=(
            Correlation(paths=("shocks.0.severity", "params.psi"), value=0.9, reason="a test"),
        ),
    )
    entry = run_ensemble(store, plan_for("toy.shocked", scenario=scenario), world)
    result = store.result(entry.id)
    wide = result["samples"].frame.pivot("parameter", index="sample", values="value").sort("sample")
    expected = (wide["shocks.0.severity"] + 0.2) * wide["params.psi"]
    np.testing.assert_allclose(result["loss"].frame["value"], expected, rtol=1e-15)
    assert (wide["shocks.0.duration"] == wide["shocks.0.duration"].round()).all()
    correlation = wide.select(pl.corr("shocks.0.severity", "params.psi", method="spearman")).item()
    assert correlation > 0.75


def shock_plan(lens: str, **words: object) -> EnsemblePlan:
    scenario = Scenario(
        name="test",
        shocks=(CapacityLoss(economies=("TWN",), severity=0.1),),
        ranges=(
            ranged("shocks.0.severity", low=0.0, high=1.0),
            ranged("params.psi", low=0.5, high=1.0),
        ),
    )
    return plan_for(lens, scenario=scenario, **words)


def test_a_lens_of_many_scenarios_is_called_once_per_batch(store, world):
    toy_lens.calls.clear()
    toy_lens.told.clear()
    many = run_ensemble(store, shock_plan("toy.shocked_many"), world)
    assert toy_lens.calls == [8] * 6 + [2]
    assert toy_lens.told == [50] * 7  # each batch knows of how many samples it is a part
    alone = run_ensemble(store, shock_plan("toy.shocked"), world)
    one, two = store.result(alone.id), store.result(many.id)
    assert one["loss"].frame.equals(two["loss"].frame)
    assert one["loss"].columns == two["loss"].columns
    assert summarise(store, many.id)["bands"].frame.equals(
        summarise(store, alone.id)["bands"].frame
    )


def test_one_sample_without_a_solution_does_not_cost_its_batch(store, world):
    toy_lens.calls.clear()
    plan = shock_plan("toy.shocked_many", parameters={"strict": True}, samples=40)
    result = store.result(run_ensemble(store, plan, world).id)
    drawn = result["samples"].frame.filter(parameter="shocks.0.severity")
    failed = drawn.filter(pl.col("value") > 0.9)["sample"].to_list()
    assert len(failed) == 4
    assert result["failures"].frame["sample"].to_list() == failed
    assert set(result["loss"].frame["sample"]) == set(range(40)) - set(failed)
    assert 1 in toy_lens.calls


def test_scenarios_cannot_be_given_to_an_ensemble():
    with pytest.raises(BadInput, match="made from the ranges"):
        shock_plan("toy.shocked_many", parameters={"scenarios": []})
    with pytest.raises(BadInput, match="made from the ranges"):
        shock_plan("toy.shocked", parameters={"scenario": {}})


def test_samples_without_a_solution_are_kept_and_counted(store, world):
    entry = run_ensemble(store, plan_for("toy.brittle"), world)
    failures = store.result(entry.id)["failures"].frame
    assert failures.height == 10
    assert failures["error"].unique().to_list() == ["DidNotConverge"]
    bands = summarise(store, entry.id, table="line")["bands"]
    assert bands.frame["samples"].to_list() == [40, 40]
    assert "10 samples have no solution" in " ".join(bands.notes)


def test_other_errors_stop_the_run(store, world):
    with pytest.raises(BadInput, match="not a parameter"):
        run_ensemble(store, plan_for(path="params.nothing"), world)
    with pytest.raises(BadInput, match="no table nothing"):
        run_ensemble(store, plan_for(tables=("nothing",)), world)


def test_two_processes_do_not_write_one_run(store, world):
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        run_ensemble(store, plan_for(), world, cancel=token)
    (entry,) = store.runs()
    with store.run_lock(entry), pytest.raises(StorageBusy):
        resume_ensemble(Store(store.root, wait=0.3), entry.id)


def test_bands_and_curves_agree_with_numpy(store, world):
    entry = run_ensemble(store, plan_for(samples=64), world)
    result = summarise(store, entry.id, table="line", levels=(0.05, 0.5, 0.975))
    bands = result["bands"].frame
    assert bands.columns == [
        "economy", "quantity", "unit", "samples", "mean", "p05", "p50", "p97.5",
    ]  # fmt: skip
    values = store.result(entry.id)["line"].frame.filter(economy="E1")["value"].to_numpy()
    row = bands.row(by_predicate=pl.col("economy") == "E1", named=True)
    assert row["mean"] == pytest.approx(values.mean(), rel=1e-14)
    expected = np.quantile(values, [0.05, 0.5, 0.975])
    assert [row["p05"], row["p50"], row["p97.5"]] == pytest.approx(expected.tolist(), rel=1e-14)
    curve = result["exceedance"].frame.filter(economy="E1")
    for x, p in curve.select("value", "probability").iter_rows():
        assert p == np.mean(values > x)
    assert curve["probability"].to_list()[-1] == 0.0
    assert result["bands"].kind == "assumed"


def test_the_closed_form_of_a_uniform_slope(store, world):
    entry = run_ensemble(store, plan_for(samples=1024, batch=200), world)
    frame = summarise(store, entry.id, table="line", where={"economy": "E1"})["bands"].frame
    row = frame.row(0, named=True)
    # quantile p of a uniform on [0, 10] is 10 p; a hypercube of 1,024 is within 2 slices of it
    for column, p in (("p05", 0.05), ("p25", 0.25), ("p50", 0.5), ("p75", 0.75), ("p95", 0.95)):
        assert row[column] == pytest.approx(10 * p, abs=2 * 10 / 1024)
    assert row["mean"] == pytest.approx(5.0, abs=10 / 1024)


def test_many_groups_are_read_block_by_block(store, world, monkeypatch):
    entry = run_ensemble(store, plan_for(parameters={"economies": 30}), world)
    whole = summarise(store, entry.id, table="line")
    monkeypatch.setattr("isthmus.ensemble.summary._CELLS", 100)
    blocks = summarise(store, entry.id, table="line")
    assert whole.to_dict() == blocks.to_dict()
    monkeypatch.setattr("isthmus.ensemble.summary.CURVE_GROUPS", 10)
    narrow = summarise(store, entry.id, table="line")
    assert "exceedance" not in narrow.tables
    assert "narrow them" in " ".join(narrow["bands"].notes)


def test_wrong_summaries_are_named(store, world):
    entry = run_ensemble(store, plan_for(), world)
    with pytest.raises(NotFound, match="several tables"):
        summarise(store, entry.id)
    with pytest.raises(NotFound, match="did you mean 'line'"):
        summarise(store, entry.id, table="lin")
    with pytest.raises(BadInput) as caught:
        summarise(store, entry.id, table="line", where={"econ": "E1"}, levels=(2.0,))
    assert len(caught.value.problems) == 2
    with pytest.raises(NotFound, match="no row fits"):
        summarise(store, entry.id, table="line", where={"economy": "ZZ"})


@pytest.mark.slow
def test_a_kill_leaves_a_resumable_run(tmp_path, store, world):
    script = tmp_path / "script.py"
    script.write_text(
        "import sys, time; sys.path.insert(0, sys.argv[2])\n"
        "import toy_lens\n"
        "from pathlib import Path\n"
        "from isthmus.ensemble import *\n"
        "from isthmus.scenario import Range, Scenario\n"
        "from isthmus.store import Store\n"
        "from isthmus.world import World\n"
        "register_lens('toy.line', toy_lens.line)\n"
        "r = Range(path='params.slope', distribution='uniform', low=0, high=1, reason='t')\n"
        "plan = EnsemblePlan(lens='toy.line', scenario=Scenario(name='t', ranges=(r,)),"
        " samples=60, batch=2)\n"
        "def hold(event):\n"
        "    if event.done == 4: print('held', flush=True); time.sleep(60)\n"
        "run_ensemble(Store(Path(sys.argv[1])), plan, World.open('starter'), progress=hold)\n"
    )
    words = [sys.executable, str(script), str(store.root), str(Path(__file__).parent)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "held\n"
        child.kill()
    (entry,) = store.runs()
    assert entry.status == "resumable"
    assert status(store, entry.id).batches_done == 4
    assert verify(store) == (1, [])
    resume_ensemble(store, entry.id)
    whole = Store(tmp_path / "whole")
    scenario = Scenario(name="t", ranges=(ranged(low=0.0, high=1.0),))
    with open_executor(2) as executor:
        plan = EnsemblePlan(lens="toy.line", scenario=scenario, samples=60, batch=2)
        done = run_ensemble(whole, plan, world, executor=executor)
    assert done.id != entry.id  # the reason of the range is another text
    first, second = store.outputs(entry.id), whole.outputs(done.id)
    assert first.digests == second.digests
