"""Ensembles on a Dask cluster: the content of a run in series, whatever happens on the way."""

from __future__ import annotations

import os
import signal
import threading

import pytest

from isthmus.ensemble import EnsemblePlan, resume_ensemble, run_ensemble, status
from isthmus.errors import BadInput
from isthmus.runtime import open_executor
from isthmus.scenario import Range, Scenario
from isthmus.store import Store
from isthmus.world import World

pytest.importorskip("distributed")
pytestmark = [
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


def plan(lens: str) -> EnsemblePlan:
    slope = Range(path="params.slope", distribution="uniform", low=0.0, high=10.0, reason="a test")
    scenario = Scenario(name="test", ranges=(slope,))
    return EnsemblePlan(lens=lens, scenario=scenario, samples=24, batch=3, seed=3)


def content(store: Store, name: str) -> dict[str, bytes]:
    """All files of a run but its timing."""
    folder = store.run(name).folder
    found = (p for p in sorted(folder.rglob("*")) if p.is_file() and p.name != "timing.json")
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in found}


@pytest.mark.slow
def test_a_run_through_a_killed_worker_and_a_refused_batch(tmp_path):
    world = World.open("starter")
    here, there = Store(tmp_path / "here"), Store(tmp_path / "there")
    alone = run_ensemble(here, plan("toy.slow"), world)
    with open_executor(2, scheduler="local") as cluster:
        killed = threading.Event()

        def kill_one(event) -> None:
            if event.done >= 1 and not killed.is_set():
                killed.set()
                pids = cluster._client.run(os.getpid)
                os.kill(next(iter(pids.values())), signal.SIGKILL)

        entry = run_ensemble(there, plan("toy.slow"), world, executor=cluster, progress=kill_one)
        assert killed.is_set()
        assert content(there, entry.id) == content(here, alone.id)
        with pytest.raises(BadInput) as caught:
            run_ensemble(there, plan("toy.refusing"), world, executor=cluster)
    assert "slope; sample " in caught.value.where
    assert "params.slope = 6." in caught.value.where
    assert "items " in caught.value.where
    (left,) = [run for run in there.runs() if run.id.startswith("toy.refusing")]
    found = status(there, left.id)
    refused = caught.value.where.rpartition("items ")[2].split(", ")
    assert found.batches_done == found.batches - len(refused)
    with pytest.raises(BadInput):
        resume_ensemble(there, left.id)
