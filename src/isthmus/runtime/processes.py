"""Worker processes over pipes: started afresh, one BLAS thread each, gone with their parent."""

from __future__ import annotations

import multiprocessing
import pickle
import signal
import threading
import traceback
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from typing import Any, Self, TypeVar

from isthmus.errors import IsthmusError, WorkerLost
from isthmus.runtime.cancel import CancelToken
from isthmus.runtime.threads import ONE_THREAD, environment, one_blas_thread

T = TypeVar("T")
R = TypeVar("R")

AHEAD = 2
"""Answers held per worker while an earlier one is still being computed."""

_POLL = 0.1
_starting = threading.Lock()


@dataclass(slots=True)
class _Worker:
    process: SpawnProcess
    pipe: Connection[Any, Any]
    busy: bool = False


class ProcessExecutor:
    """Runs tasks in fresh interpreters (``spawn``), each with one thread.

    Tasks and items travel through pipes and must be picklable by reference: functions at module
    level, plain values. Nothing is ever unpickled from a file. A worker whose parent dies reads
    the end of its pipe and leaves.

    Parameters
    ----------
    workers : int
        Number of processes; they start with the first `run` and serve until `close`.
    """

    name = "processes"

    def __init__(self, workers: int) -> None:
        self.workers = workers
        self._pool: list[_Worker] = []

    def run(
        self, task: Callable[[T], R], items: Iterable[T], *, cancel: CancelToken | None = None
    ) -> Iterator[R]:
        """Yield ``task(item)`` for every item, in order; see `Executor.run`."""
        self._start()
        feed = enumerate(items)
        answers: dict[int, R] = {}
        following, running, exhausted = 0, 0, False
        try:
            while True:
                if cancel is not None:
                    cancel.check()
                for worker in self._pool:
                    ahead = running + len(answers) < AHEAD * self.workers
                    if worker.busy or exhausted or not ahead:
                        continue
                    job = next(feed, None)
                    if job is None:
                        exhausted = True
                    else:
                        _send(worker, (job[0], task, job[1]))
                        running += 1
                while following in answers:
                    yield answers.pop(following)
                    following += 1
                if exhausted and running == 0 and not answers:
                    return
                for worker in self._ready(running):
                    number, answer = _receive(worker)
                    answers[number] = answer
                    running -= 1
        finally:
            if running:
                self.close()

    def _ready(self, running: int) -> list[_Worker]:
        if not running:
            return []
        busy = {worker.pipe: worker for worker in self._pool if worker.busy}
        return [busy[pipe] for pipe in wait(list(busy), timeout=_POLL)]  # type: ignore[index]

    def _start(self) -> None:
        context = multiprocessing.get_context("spawn")
        while len(self._pool) < self.workers:
            ours, theirs = context.Pipe()
            process = context.Process(target=_serve, args=(theirs,), daemon=True)
            with _starting, environment(ONE_THREAD):
                process.start()
            theirs.close()
            self._pool.append(_Worker(process, ours))

    def close(self) -> None:
        """Stop the workers; what they were doing is given up."""
        for worker in self._pool:
            worker.pipe.close()
            worker.process.terminate()
        for worker in self._pool:
            worker.process.join()
            worker.process.close()
        self._pool.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _send(worker: _Worker, job: tuple[int, Callable[[Any], Any], Any]) -> None:
    try:
        worker.pipe.send(job)
    except OSError as error:
        raise _lost(worker) from error
    worker.busy = True


def _receive(worker: _Worker) -> tuple[int, Any]:
    try:
        number, good, answer = worker.pipe.recv()
    except (EOFError, OSError) as error:
        raise _lost(worker) from error
    worker.busy = False
    if not good:
        raise answer
    return number, answer


def _lost(worker: _Worker) -> WorkerLost:
    worker.process.join(timeout=1.0)
    code = worker.process.exitcode
    return WorkerLost(
        f"a worker process ended before its task was done (exit code {code})",
        hint="often memory has run out: use fewer workers or smaller batches, then resume",
    )


def _serve(pipe: Connection[Any, Any]) -> None:
    """Answer jobs until the parent closes the pipe; Ctrl-C is left to the parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with one_blas_thread():
        while True:
            try:
                number, task, item = pipe.recv()
                pipe.send((number, *attempted(task, item)))
            except (EOFError, BrokenPipeError, ConnectionResetError):
                return


def attempted(
    task: Callable[[Any], Any], item: Any, *, where: str = "a worker process"
) -> tuple[bool, Any]:
    """Return whether a task succeeded, and its answer or an error that can travel.

    Parameters
    ----------
    task : callable
        Takes `item`.
    item : object
        What it is to be done for.
    where : str
        Where it is done, for a note on the error.
    """
    try:
        answer = task(item)
        pickle.dumps(answer)
        return True, answer
    except Exception as error:  # noqa: BLE001 - every failure travels to the parent
        error.add_note(f"in {where}:\n" + traceback.format_exc())
        try:
            pickle.loads(pickle.dumps(error))  # noqa: S301 - made in this line, not read from disk
        except Exception:  # noqa: BLE001 - an exception that cannot travel is told in words
            return False, IsthmusError(f"{type(error).__name__}: {error}")
        return False, error
