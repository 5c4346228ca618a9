"""The same question asked at once, by stopped askers, and on a full disk: always one answer."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from isthmus.ensemble import EnsemblePlan, run_ensemble
from isthmus.ensemble.recording import lens_plan, run_lens
from isthmus.errors import Cancelled, StorageBusy
from isthmus.runtime import CancelToken
from isthmus.runtime.disk import watched
from isthmus.scenario import CapacityLoss, Range, Scenario
from isthmus.store import Store
from isthmus.store.verify import verify
from isthmus.world import World

pytestmark = pytest.mark.slow

ROUNDS = int(os.environ.get("ISTHMUS_ROUNDS", "1"))
"""How often four processes ask the same; twenty for a long run."""

STOP = """
name = "own"
horizon = 40
[[shocks]]
kind = "export_stop"
exporters = ["TWN"]
importers = ["EU27_2020"]
industries = ["C26"]
severity = 1.0
duration = 20
"""
PLAN = """
name = "spread"
[[ranges]]
path = "params.elasticity"
distribution = "uniform"
low = 2.0
high = 5.0
reason = "a test"
[ensemble]
lens = "dependence.leverage"
parameters = { a = "DEU", b = "TWN" }
samples = 8
batch = 4
"""
QUESTION = Scenario(name="half", horizon=40, shocks=(CapacityLoss(economies="TWN", severity=0.5),))
WORDS = {"until": 40}


@pytest.fixture(scope="module")
def world() -> World:
    return World.open("starter")


def isthmus(home: Path, *words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "isthmus", *words],
        env={**os.environ, "ISTHMUS_HOME": str(home)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.once_broken("the same question at once got one answer")
@pytest.mark.parametrize("number", range(ROUNDS))
def test_four_processes_asking_the_same_get_four_equal_answers(tmp_path, number):
    (tmp_path / "own.toml").write_text(STOP)
    words = ["disruption", str(tmp_path / "own.toml"), "--json"]
    asking = [isthmus(tmp_path / "home", *words) for _ in range(4)]
    heard = [(*child.communicate(timeout=300), child.returncode) for child in asking]
    assert [code for _, _, code in heard] == [0] * 4, heard
    assert len({answer for answer, _, _ in heard}) == 1
    assert json.loads(heard[0][0])["tables"]
    store = Store(tmp_path / "home" / "store")
    (entry,) = store.runs()
    assert all(f"run {entry.id}" in said for _, said, _ in heard)
    assert entry.done
    assert verify(store) == (1, [])


def held(store: Store, world: World, *, beats: bool) -> subprocess.Popen[str]:
    """Let another process take the run of QUESTION and hold it; its answer never comes."""
    entry = store.begin_run(lens_plan("disruption.simulate", world, QUESTION, WORDS))
    script = (
        "import sys, time; from pathlib import Path; from isthmus.store import Store\n"
        "store = Store(Path(sys.argv[1]))\n"
        "with store.run_turn(store.run(sys.argv[2])):\n"
        "    print('held', flush=True); time.sleep(float(sys.argv[3]))\n"
    )
    words = [sys.executable, "-c", script, str(store.root), entry.id, "6" if beats else "600"]
    child = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    assert child.stdout.readline() == "held\n"
    return child


def ask(store: Store, world: World, **controls: object):
    return run_lens(
        "disruption.simulate", world, QUESTION, parameters=WORDS, controls=controls, store=store
    )


@pytest.mark.once_broken("the same question at once got one answer")
@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="needs SIGSTOP")
def test_a_stopped_holder_is_not_waited_for(tmp_path, world):
    store = Store(tmp_path / "store", wait=2.0)
    child = held(store, world, beats=False)
    try:
        child.send_signal(signal.SIGSTOP)
        start = time.monotonic()
        done = ask(store, world)
        assert time.monotonic() - start < 60
        assert done.run == ""
        assert "another process" in done.reason
        assert done.result["losses"].frame.height
        assert len(store.runs()) == 1
    finally:
        child.kill()
        child.communicate()
    again = ask(store, world)
    assert again.run
    assert again.result.to_dict() == done.result.to_dict()
    assert len(store.runs()) == 1


def test_a_holder_at_work_is_waited_for_as_long_as_it_takes(tmp_path, world):
    store = Store(tmp_path / "store", wait=3.0)
    child = held(store, world, beats=True)
    start = time.monotonic()
    done = ask(store, world)
    child.communicate()
    assert time.monotonic() - start > 4.0
    assert done.run  # the holder left no answer, so this one is kept
    assert [e.done for e in store.runs()] == [True]


def test_who_waits_may_give_up(tmp_path, world):
    store = Store(tmp_path / "store")
    child = held(store, world, beats=False)
    token = CancelToken()
    token.cancel("enough")
    try:
        with pytest.raises(Cancelled, match="enough"):
            ask(store, world, cancel=token)
    finally:
        child.kill()
        child.communicate()


@pytest.mark.once_broken("the same question at once got one answer")
def test_an_ensemble_at_once_is_run_once(tmp_path):
    (tmp_path / "spread.toml").write_text(PLAN)
    words = ["ensemble", "run", str(tmp_path / "spread.toml"), "--json"]
    asking = [isthmus(tmp_path / "home", *words) for _ in range(3)]
    heard = [(*child.communicate(timeout=300), child.returncode) for child in asking]
    assert [code for _, _, code in heard] == [0] * 3, heard
    assert len({answer for answer, _, _ in heard}) == 1
    assert json.loads(heard[0][0])["status"] == "done"


def test_an_ensemble_held_by_a_stopped_process_is_named(tmp_path, world):
    store = Store(tmp_path / "store", wait=0.3)
    spec = Range(path="params.slope", distribution="uniform", low=0, high=1, reason="a test")
    plan = EnsemblePlan(
        lens="toy.line", scenario=Scenario(name="t", ranges=(spec,)), samples=2, tables=("line",)
    )
    entry = run_ensemble(store, plan, world)
    with store.run_lock(entry), pytest.raises(StorageBusy, match="another process"):
        run_ensemble(store, plan, world)


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EROFS])
def test_a_disk_that_gets_full_at_any_step_never_costs_the_answer(tmp_path, world, code):
    kept = ask(Store(tmp_path / "whole"), world).result.to_dict()
    refused = 0
    for step in range(0, 80, 11):
        seen: list[str] = []

        def full(operation: str, place: str) -> None:
            seen.append(operation)  # noqa: B023
            if len(seen) > step and operation not in {"unlink", "rmdir"}:  # noqa: B023
                raise OSError(code, os.strerror(code), place)

        store = Store(tmp_path / str(step))
        with watched(full):
            done = ask(store, world)
        assert done.result.to_dict() == kept
        refused += not done.run
        assert verify(store)[1] == []
        assert len(store.runs()) <= 1
        assert bool(done.run) == any(e.done for e in store.runs())
        if len(seen) <= step:
            break
    assert refused > 3
    assert done.run
