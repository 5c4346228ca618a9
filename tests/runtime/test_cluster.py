"""The Dask executor: the same answers, and nothing lost or doubled when something breaks."""

from __future__ import annotations

import importlib
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from isthmus.errors import BadInput, Cancelled, IsthmusError, WorkerLost
from isthmus.runtime import (
    CancelToken,
    Checkpoints,
    ProgressEvent,
    open_executor,
    run_batches,
    split,
)
from isthmus.runtime.processes import AHEAD

distributed = pytest.importorskip("distributed")

from isthmus.runtime.cluster import DaskExecutor, _on_worker, _versions  # noqa: E402

pytestmark = [
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture(scope="module")
def tasks():
    sys.path.insert(0, str(Path(__file__).parent))
    yield importlib.import_module("tasks")
    sys.path.pop(0)


@pytest.fixture(scope="module")
def cluster(tasks):
    before = dict(os.environ)
    with open_executor(2, scheduler="local") as executor:
        assert dict(os.environ) == before
        yield executor
    # A worker was replaced since, and its nanny set them again.
    for name in ("MALLOC_TRIM_THRESHOLD_", "PYTHONHASHSEED", "__DASK_PARENT_PID"):
        assert os.environ.get(name) == before.get(name)


def test_bit_identical_to_the_serial_executor(tasks, cluster, tmp_path):
    batches = split(80, 10)
    here = run_batches(tasks.product, batches, label="test")
    assert run_batches(tasks.product, batches, label="test", executor=cluster) == here
    token = CancelToken()
    kept = Checkpoints(tmp_path)
    words = {"label": "test", "executor": cluster, "checkpoints": kept}
    stop = {"cancel": token, "progress": lambda event: event.done == 2 and token.cancel("enough")}
    with pytest.raises(Cancelled):
        run_batches(tasks.product, batches, **words, **stop)
    # No batch is begun after the cancel; those that were answered before it are kept as well.
    done = kept.count()
    assert 2 <= done <= 1 + AHEAD * cluster.workers < len(batches)
    events: list[ProgressEvent] = []
    assert run_batches(tasks.product, batches, **words, progress=events.append) == here
    assert events[0].resumed == done


def test_items_are_fetched_only_as_answers_are_used(tasks, cluster):
    fetched: list[int] = []

    def feed() -> Iterator[int]:
        for n in range(60):
            fetched.append(n)
            yield n

    answers = cluster.run(tasks.square, feed())
    assert next(answers) == 0
    assert len(fetched) <= 2 * cluster.workers + 2
    assert list(answers) == [n * n for n in range(1, 60)]


def test_a_killed_worker_loses_and_doubles_nothing(tasks, cluster, tmp_path):
    killer = threading.Thread(target=_kill_one, args=(tmp_path,))
    killer.start()
    answers = list(cluster.run(tasks.mark, [(str(tmp_path), n) for n in range(12)]))
    killer.join()
    assert answers == list(range(12))
    assert sorted(int(path.stem) for path in tmp_path.glob("*.done")) == list(range(12))
    begun = len(list(tmp_path.glob("*.begun")))
    assert begun > 12, "the task of the killed worker is begun twice"


def _kill_one(folder: Path) -> None:
    """Kill the worker that begins the first task, in the middle of it."""
    until = time.monotonic() + 60
    while not (found := list(folder.glob("0-*.begun"))) and time.monotonic() < until:
        time.sleep(0.01)
    os.kill(int(found[0].stem.split("-")[1]), signal.SIGKILL)


def test_a_batch_that_raises_is_named_and_the_rest_is_done(tasks, cluster, tmp_path):
    kept = Checkpoints(tmp_path)
    with pytest.raises(BadInput) as caught:
        run_batches(
            tasks.fail_in_the_middle,
            split(12, 2),
            label="test",
            executor=cluster,
            checkpoints=kept,
        )
    assert caught.value.where == "items 4 to 5, 8 to 9"
    assert caught.value.problems[0].what == "item 4"
    assert kept.count() == 4


def test_a_worker_with_other_versions_is_refused(tasks):
    mine = _versions()
    assert _on_worker(tasks.square, 3, mine) == (True, 9)
    good, error = _on_worker(tasks.square, 3, {**mine, "numpy": "1.0"})
    assert not good
    assert f"numpy {mine['numpy']} (here 1.0)" in error.what


def test_a_scheduler_that_is_gone_is_named_and_the_run_goes_on_elsewhere(tasks, tmp_path):
    kept = Checkpoints(tmp_path)
    batches = split(30, 5)
    own = distributed.LocalCluster(
        n_workers=1,
        threads_per_worker=1,
        processes=False,
        dashboard_address="127.0.0.1:0",
        silence_logs=50,
    )
    executor = DaskExecutor(own.scheduler_address, patience=2.0)

    def stop(event) -> None:
        if event.done == 2:
            own.close()

    with pytest.raises(WorkerLost, match=r"gone|no worker"):
        run_batches(
            tasks.product, batches, label="t", executor=executor, checkpoints=kept, progress=stop
        )
    executor.close()
    done = kept.count()
    assert 2 <= done < 6
    whole = run_batches(tasks.product, batches, label="t", checkpoints=kept)
    assert whole == run_batches(tasks.product, batches, label="t")


@pytest.mark.once_broken("a scheduler that went ended a run with an error of the library")
def test_a_client_that_is_losing_its_scheduler_knows_of_no_workers():
    executor = object.__new__(DaskExecutor)
    executor._client = SimpleNamespace(scheduler_info=lambda **_: {"type": "Scheduler"})
    executor._count, executor._counted = 2, float("-inf")
    assert executor._there() == 0
    assert executor.workers == 1


def test_what_cannot_start_is_said():
    with pytest.raises(WorkerLost, match="no scheduler answers"):
        DaskExecutor("tcp://127.0.0.1:9", patience=0.5)
    with pytest.raises(WorkerLost, match="no scheduler answers"):
        DaskExecutor("nonsense://x", patience=0.5)
    with pytest.raises(BadInput, match="cannot start"):
        open_executor(0, scheduler="local")


def test_without_the_library_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(IsthmusError, match="not installed") as caught:
        open_executor(1, scheduler="local")
    assert "isthmus[dask]" in caught.value.hint
