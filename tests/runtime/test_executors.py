"""Executors give the same answers wherever tasks run, and name what goes wrong."""

from __future__ import annotations

import importlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.errors import BadInput, Cancelled, IsthmusError, WorkerLost
from isthmus.runtime import (
    Batch,
    CancelToken,
    Checkpoints,
    ProgressEvent,
    SerialExecutor,
    open_executor,
    run_batches,
    split,
)
from isthmus.runtime.streams import task_generator, task_seed
from isthmus.runtime.threads import ONE_THREAD, environment, one_blas_thread


@pytest.fixture(scope="module")
def tasks():
    sys.path.insert(0, str(Path(__file__).parent))
    yield importlib.import_module("tasks")
    sys.path.pop(0)


@pytest.fixture(scope="module")
def pool():
    with open_executor(2) as executor:
        yield executor


def test_answers_come_in_the_order_of_the_items(tasks, pool):
    assert list(pool.run(tasks.slow_first, range(12))) == list(range(12))
    assert list(pool.run(tasks.square, range(5))) == [0, 1, 4, 9, 16]
    assert list(pool.run(tasks.square, [])) == []


def test_items_are_fetched_only_as_answers_are_used(tasks, pool):
    fetched: list[int] = []

    def feed() -> Iterator[int]:
        for n in range(100):
            fetched.append(n)
            yield n

    answers = pool.run(tasks.square, feed())
    next(answers)
    assert len(fetched) <= 2 * pool.workers + 2
    assert list(answers) == [n * n for n in range(1, 100)]


def test_bit_identical_in_serial_and_with_one_or_two_processes(tasks, pool):
    from isthmus.runtime.processes import ProcessExecutor

    batches = split(60, 10)
    here = run_batches(tasks.product, batches, label="test", executor=SerialExecutor())
    two = run_batches(tasks.product, batches, label="test", executor=pool)
    with ProcessExecutor(1) as single:
        one = run_batches(tasks.product, batches, label="test", executor=single)
    assert here == one == two


def test_the_serial_task_runs_with_one_blas_thread_and_the_setting_is_put_back():
    from threadpoolctl import ThreadpoolController

    np.ones((4, 4)) @ np.ones((4, 4))

    def threads():
        return [
            held["num_threads"] for held in ThreadpoolController().select(user_api="blas").info()
        ]

    before = threads()
    with one_blas_thread() as count:
        assert count == len(before)
        assert set(threads()) <= {1}
        assert os.environ["OPENBLAS_NUM_THREADS"] == "1"
    assert threads() == before
    if sys.platform.startswith("linux"):
        assert before, "the BLAS of numpy was not recognised"


def test_workers_start_with_the_environment_of_one_thread(tasks, pool):
    assert list(pool.run(tasks.threads, [0])) == ["1"]


def test_environment_is_put_back(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    monkeypatch.delenv("MKL_NUM_THREADS", raising=False)
    with environment(ONE_THREAD):
        assert os.environ["MKL_NUM_THREADS"] == "1"
    assert os.environ["OMP_NUM_THREADS"] == "7"
    assert "MKL_NUM_THREADS" not in os.environ


def test_a_named_error_travels_with_its_problems(tasks):
    with open_executor(2) as executor, pytest.raises(BadInput) as caught:
        list(executor.run(tasks.fail, [4]))
    assert caught.value.problems[0].what == "item 4"
    assert "in a worker process" in caught.value.__notes__[0]


def test_an_error_that_cannot_travel_is_told_in_words(tasks):
    with open_executor(2) as executor, pytest.raises(IsthmusError, match="Unportable: 1 and 2"):
        list(executor.run(tasks.fail_unportably, [1]))


def test_a_dead_worker_is_named_and_the_pool_can_start_again(tasks):
    with open_executor(2) as executor:
        with pytest.raises(WorkerLost, match="exit code -9"):
            list(executor.run(tasks.die, [1]))
        assert list(executor.run(tasks.square, [3])) == [9]


def test_workers_leave_when_their_parent_is_killed(tmp_path):
    script = (
        "import sys\n"
        f"sys.path.insert(0, {str(Path(__file__).parent)!r})\n"
        "import tasks\n"
        "from isthmus.runtime import open_executor\n"
        "if __name__ == '__main__':\n"
        f"    list(open_executor(2).run(tasks.linger, [{str(tmp_path)!r}] * 4))\n"
    )
    path = tmp_path / "script.py"
    path.write_text(script)
    parent = subprocess.Popen([sys.executable, str(path)])
    deadline = time.monotonic() + 60
    while len(list(tmp_path.glob("*.alive"))) < 2 and time.monotonic() < deadline:
        time.sleep(0.05)
    workers = [int(p.stem) for p in tmp_path.glob("*.alive")]
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    while any(_alive(pid) for pid in workers) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert len(workers) == 2
    assert not any(_alive(pid) for pid in workers)


def _alive(pid: int) -> bool:
    status = Path(f"/proc/{pid}/status")
    return status.exists() and "State:\tZ" not in status.read_text()


def test_no_executor_without_workers():
    with pytest.raises(BadInput, match="0 workers"):
        open_executor(0)


@given(st.integers(0, 300), st.integers(1, 50))
def test_batches_cover_every_item_once(count, size):
    batches = split(count, size)
    assert [i for b in batches for i in range(b.start, b.stop)] == list(range(count))
    assert all(len(b) <= size for b in batches)
    assert [b.number for b in batches] == list(range(len(batches)))


def test_split_refuses_empty_batches():
    with pytest.raises(BadInput):
        split(3, 0)


def test_cancel_keeps_what_is_done_and_resume_gives_the_same(tmp_path, tasks):
    batches = split(40, 5)
    whole = run_batches(tasks.product, batches, label="test")
    token = CancelToken()
    events: list[ProgressEvent] = []

    def stop_after_three(event: ProgressEvent) -> None:
        events.append(event)
        if event.done == 3:
            token.cancel("enough")

    kept = Checkpoints(tmp_path / "done")
    with pytest.raises(Cancelled, match="enough") as caught:
        run_batches(
            tasks.product,
            batches,
            label="test",
            checkpoints=kept,
            cancel=token,
            progress=stop_after_three,
        )
    assert caught.value.exit_code == 130
    assert kept.count() == 3
    assert [e.done for e in events] == [0, 1, 2, 3]

    calls: list[int] = []

    def counted(batch: Batch) -> dict[str, str]:
        calls.append(batch.number)
        return tasks.product(batch)

    events.clear()
    again = run_batches(counted, batches, label="t", checkpoints=kept, progress=events.append)
    assert again == whole
    assert calls == [3, 4, 5, 6, 7]
    assert events[0].done == events[0].resumed == 3


def test_an_outcome_whose_files_are_gone_is_made_again(tmp_path, tasks):
    kept = Checkpoints(tmp_path)
    batches = split(4, 1)
    run_batches(tasks.product, batches, label="test", checkpoints=kept)
    calls: list[int] = []

    def counted(batch: Batch) -> dict[str, str]:
        calls.append(batch.number)
        return tasks.product(batch)

    run_batches(
        counted,
        batches,
        label="test",
        checkpoints=kept,
        usable=lambda batch, payload: batch.number != 2,
    )
    assert calls == [2]


def test_streams_are_those_of_spawn():
    children = np.random.SeedSequence(99).spawn(5)
    for number, child in enumerate(children):
        assert (task_seed(99, number).generate_state(4) == child.generate_state(4)).all()
    draws = {task_generator(99, n).random() for n in range(50)}
    assert len(draws) == 50
