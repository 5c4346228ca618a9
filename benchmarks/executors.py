"""Overhead of executors and checkpoints for one-second batches; the target is under 5 %.

Each batch waits one second, so that the wall time beyond the ideal is what batches cost: dispatch,
answers and a checkpoint flushed to the disk per batch. Interleaved rounds, medians.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path

from isthmus.runtime import Batch, Checkpoints, Executor, SerialExecutor, run_batches, split
from isthmus.runtime.cluster import DaskExecutor
from isthmus.runtime.processes import ProcessExecutor

BATCHES = 8
ROUNDS = 5
SECONDS = 1.0


def wait(batch: Batch) -> dict[str, int]:
    """Take one second, as a batch of a lens would."""
    time.sleep(SECONDS)
    return {"number": batch.number}


def nothing(batch: Batch) -> dict[str, int]:
    """Answer at once: what remains is the cost of a batch."""
    return {"number": batch.number}


def timed(executor: Executor, work: object, count: int) -> float:
    """Return the wall time of `count` batches with checkpoints."""
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        run_batches(
            work,  # type: ignore[arg-type]
            split(count, 1),
            label="benchmark",
            executor=executor,
            checkpoints=Checkpoints(Path(folder)),
        )
        return time.perf_counter() - start


def main() -> None:
    """Print one row per executor."""
    executors: list[Executor] = [SerialExecutor(), ProcessExecutor(1), ProcessExecutor(2)]
    executors += [DaskExecutor(workers=1), DaskExecutor(workers=2)]
    starts = [timed(executor, nothing, executor.workers) for executor in executors]
    walls: list[list[float]] = [[] for _ in executors]
    for _ in range(ROUNDS):
        for times, executor in zip(walls, executors, strict=True):
            times.append(timed(executor, wait, BATCHES))
    print(
        "| executor | workers | start (s) | overhead per one-second batch | empty batches per s |"
    )
    print("| --- | --- | --- | --- | --- |")
    for executor, start, times in zip(executors, starts, walls, strict=True):
        ideal = BATCHES * SECONDS / executor.workers
        over = statistics.median(times) / ideal - 1.0
        rate = 200 / timed(executor, nothing, 200)
        print(
            f"| {executor.name} | {executor.workers} | {start:.2f} | {100 * over:.2f} % "
            f"| {rate:,.0f} |"
        )
        executor.close()


if __name__ == "__main__":
    main()
