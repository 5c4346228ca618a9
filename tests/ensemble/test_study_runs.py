"""An ensemble declared in a study: the same numbers as a scenario file, wherever it runs."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from isthmus.dependence import leverage
from isthmus.ensemble import read_plan, repeat_ensemble, resume_ensemble, run_ensemble, summarise
from isthmus.errors import Cancelled
from isthmus.runtime import CancelToken, ProgressEvent, open_executor
from isthmus.store import RunEntry, Store
from isthmus.study import load_study, study_plan
from isthmus.world import World

OPTIONS = """
[ensemble]
lens = "dependence.leverage"
samples = 24
batch = 5
seed = 11
tables = ["totals"]
[ensemble.parameters]
a = "{a}"
b = "{b}"
items = ["C26"]
[[ranges]]
path = "params.elasticity"
distribution = "loguniform"
low = 1.5
high = 6.0
reason = "a test"
[[ranges]]
path = "params.year"
distribution = "choice"
values = [2019, 2022]
reason = "a test"
[[correlations]]
paths = ["params.elasticity", "params.year"]
value = -0.5
reason = "a test"
"""
STUDY = """
schema_version = 2
name = "small"
title = "Small"
question = "How far?"
[roles]
home = "DEU"
partner = "JPN"
rival = "CHN"
ally = "USA"
"""
PLAN = study_plan(load_study(STUDY + OPTIONS.format(a="home", b="partner")))


@pytest.fixture(scope="module")
def world() -> World:
    return World.open("starter")


def parts(store: Store, name: str) -> dict[str, bytes]:
    folder = store.run(name).folder
    return {
        p.relative_to(folder).as_posix(): p.read_bytes()
        for p in sorted(folder.rglob("*"))
        if p.is_file() and p.name != "timing.json"
    }


def test_the_numbers_are_those_of_the_same_ranges_in_a_scenario_file(tmp_path, world):
    file = tmp_path / "scene.toml"
    file.write_text('name = "other-name"\n' + OPTIONS.format(a="DEU", b="JPN"))
    store = Store(tmp_path / "store")
    one = run_ensemble(store, PLAN, world)
    two = run_ensemble(store, read_plan(file), world)
    assert one.id != two.id
    assert PLAN.scenario.identity == read_plan(file).scenario.identity
    assert store.outputs(one.id).digests == store.outputs(two.id).digests
    manifest = store.run(one.id).manifest
    assert manifest is not None
    assert manifest.parameters["a"] == "DEU"
    assert manifest.scenario["reason"] == "declared in the study 'small'"

    drawn = store.result(one.id)["samples"].frame
    wide = drawn.pivot("parameter", index="sample", values="value").row(7, named=True)
    direct = leverage(
        world, "DEU", "JPN", items=["C26"], year=int(wide["params.year"]),
        elasticity=wide["params.elasticity"],
    )["totals"].frame  # fmt: skip
    kept = store.result(one.id)["totals"].frame.filter(pl.col("sample") == 7).drop("sample")
    assert kept.equals(direct)


@pytest.mark.slow
def test_bit_identical_with_one_and_two_workers_and_after_resume(tmp_path, world):
    contents = []
    for number in (0, 1, 2):
        store = Store(tmp_path / str(number))
        if number:
            with open_executor(number) as executor:
                entry = run_ensemble(store, PLAN, world, executor=executor)
        else:
            entry = interrupted(store, world)
        contents.append(parts(store, entry.id))
    assert contents[0] == contents[1] == contents[2]
    assert repeat_ensemble(store, entry.id, world).same
    bands = summarise(store, entry.id, where={"importer": "DEU", "year": 2022})["bands"].frame
    loss = bands.filter(quantity="loss").row(0, named=True)
    assert 0.0 < loss["p05"] < loss["p50"] < loss["p95"]


def interrupted(store: Store, world: World) -> RunEntry:
    """Stop the run after two batches and go on."""
    token = CancelToken()

    def stop(event: ProgressEvent) -> None:
        if event.done == 2:
            token.cancel()

    with pytest.raises(Cancelled):
        run_ensemble(store, PLAN, world, cancel=token, progress=stop)
    (entry,) = store.runs()
    assert entry.status == "resumable"
    return resume_ensemble(store, entry.id)


STOP = """
[ensemble]
lens = "disruption.{lens}"
samples = 6
batch = 4
horizon = 6
tables = ["losses"]
[[ensemble.shocks]]
kind = "export_stop"
exporters = ["partner"]
industries = ["C26"]
[[ranges]]
path = "shocks.0.severity"
distribution = "uniform"
low = 0.2
high = 1.0
reason = "a test"
[[ranges]]
path = "params.stock_days"
distribution = "uniform"
low = 3.0
high = 30.0
reason = "a test"
"""


def test_disruption_in_batches_gives_what_single_runs_give(tmp_path, world):
    store = Store(tmp_path)
    alone, many = (
        run_ensemble(store, study_plan(load_study(STUDY + STOP.format(lens=lens))), world)
        for lens in ("simulate", "simulate_many")
    )
    one, two = store.result(alone.id), store.result(many.id)
    assert one["samples"].frame.equals(two["samples"].frame)
    keys = ["sample", "economy", "horizon"]
    first, second = one["losses"].frame.sort(keys), two["losses"].frame.sort(keys)
    assert first.select(keys).equals(second.select(keys))
    lost = first["value_added_lost"].to_numpy()
    assert lost.max() > 0.0
    # the engines of one and of many scenarios agree to 1e-9
    np.testing.assert_allclose(second["value_added_lost"], lost, rtol=1e-9, atol=1e-9 * lost.max())
