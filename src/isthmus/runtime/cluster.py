"""Tasks on a Dask cluster, on this machine or behind the address of a scheduler."""

from __future__ import annotations

import importlib
import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, suppress
from functools import lru_cache
from importlib import metadata
from typing import Any, Self, TypeVar

from isthmus._version import __version__
from isthmus.errors import BadInput, InputProblem, IsthmusError, WorkerLost
from isthmus.runtime.cancel import CancelToken
from isthmus.runtime.heap import keep
from isthmus.runtime.processes import AHEAD, attempted
from isthmus.runtime.threads import ONE_THREAD, one_blas_thread, restored

T = TypeVar("T")
R = TypeVar("R")

LOCAL = "local"
"""Address of a cluster that is started on this machine and ends with the run."""

PATIENCE = 60.0
"""Seconds to wait for a scheduler to answer, and for a worker where there is none."""

_POLL = 0.2
_SET = ("PYTHONHASHSEED", "__DASK_PARENT_PID")
"""What a nanny sets in its own process beside what its configuration names."""
_BITS = ("numpy", "scipy", "polars")
_one_at_a_time = threading.Lock()


class DaskExecutor:
    """Runs tasks on the workers of a Dask scheduler, one at a time in each.

    A task goes to a worker with all that it needs by name, so what a worker has opened once, such
    as the tables of a world, serves all its tasks. At most two tasks per worker are on the way.
    Those of a worker that dies go to another one; a task that ended several workers is given up
    and named. Tasks that write files write them where the caller looks for them, so the workers
    must see the same folders.

    Parameters
    ----------
    scheduler : str
        Address, such as ``tcp://host:8786``; ``local`` starts a cluster here.
    workers : int
        Workers of the local cluster.
    patience : float
        Seconds to wait for a scheduler, and for a worker where there is none.

    Raises
    ------
    IsthmusError
        When dask.distributed is not installed.
    WorkerLost
        When no scheduler answers, or it has no worker.
    """

    name = "dask"

    def __init__(
        self, scheduler: str = LOCAL, *, workers: int = 1, patience: float = PATIENCE
    ) -> None:
        if workers < 1:
            problem = InputProblem(f"{workers} workers", "workers", "give 1 or more")
            raise BadInput("the executor cannot start", [problem])
        self.scheduler, self._patience = scheduler, patience
        self._dask = _distributed()
        self._open = ExitStack()
        self._news = threading.Event()
        self._count, self._counted = 0, float("-inf")
        try:
            self._client = self._connect(workers)
        except BaseException:
            self._open.close()
            raise

    def _connect(self, workers: int) -> Any:
        address: Any = self.scheduler
        if address == LOCAL:
            address = self._open.enter_context(self._here(workers))
        try:
            client = self._dask.Client(address, timeout=self._patience, set_as_default=False)
        except (OSError, ValueError) as error:
            hint = "start one with 'dask scheduler', or leave the address away"
            what = f"no scheduler answers: {error or type(error).__name__}"
            raise WorkerLost(what, where=str(self.scheduler), hint=hint) from error
        self._open.callback(_closed, client)
        try:
            client.wait_for_workers(1, timeout=self._patience)
        except (TimeoutError, OSError) as error:
            raise self._nobody() from error
        return client

    def _here(self, workers: int) -> Any:
        """Start a cluster on this machine, and leave the environment of this process as it is.

        Its nannies set variables here that the workers are to inherit, again where one is replaced.
        """
        config = importlib.import_module("dask").config
        names = {*_SET, *config.get("distributed.nanny.pre-spawn-environ")}
        self._open.enter_context(restored(names))
        with restored(names):
            return self._dask.LocalCluster(
                n_workers=workers,
                threads_per_worker=1,
                processes=True,
                dashboard_address="127.0.0.1:0",
                memory_limit=0,
                env=dict(ONE_THREAD),
                silence_logs=logging.CRITICAL,
            )

    @property
    def workers(self) -> int:
        """Workers that the scheduler has now."""
        if time.monotonic() > self._counted + 1.0:
            self._count, self._counted = self._there(), time.monotonic()
        return max(1, self._count)

    def _there(self) -> int:
        # A client that is losing its scheduler knows of no workers any more.
        return len(self._client.scheduler_info(n_workers=-1).get("workers", ()))

    def run(
        self, task: Callable[[T], R], items: Iterable[T], *, cancel: CancelToken | None = None
    ) -> Iterator[R]:
        """Yield ``task(item)`` for every item, in order; see `Executor.run`.

        Raises
        ------
        Cancelled
            When `cancel` is set; what is on the way is given up.
        WorkerLost
            When the scheduler is gone, has had no worker for a while, or a task ended its workers.
        """
        feed, versions = iter(enumerate(items)), _versions()
        waiting: dict[Any, int] = {}
        answers: dict[int, R] = {}
        following, exhausted = 0, False
        try:
            while True:
                if cancel is not None:
                    cancel.check()
                while not exhausted and len(waiting) + len(answers) < AHEAD * self.workers:
                    job = next(feed, None)
                    if job is None:
                        exhausted = True
                    else:
                        waiting[self._sent(task, job[1], versions)] = job[0]
                while following in answers:
                    yield answers.pop(following)
                    following += 1
                if exhausted and not waiting and not answers:
                    return
                for future in self._done(waiting):
                    number = waiting.pop(future)
                    answers[number] = self._answer(future, number)
        finally:
            if waiting:
                with suppress(Exception):
                    self._client.cancel(list(waiting), force=True)

    def _sent(self, task: Callable[[T], R], item: T, versions: Mapping[str, str]) -> Any:
        try:
            future = self._client.submit(_on_worker, task, item, versions, pure=False)
        except (OSError, RuntimeError) as error:
            raise self._gone() from error
        future.add_done_callback(self._tell)
        return future

    def _tell(self, _future: Any) -> None:
        self._news.set()

    def _done(self, waiting: Mapping[Any, int]) -> list[Any]:
        """Return what is finished; nothing after a moment, unless nobody is there to finish it."""
        if not waiting:
            return []
        self._news.wait(_POLL)
        self._news.clear()
        done = [future for future in waiting if future.done()]
        if not done:
            if self._client.status != "running":
                raise self._gone()
            self._wait_for_a_worker()
        return done

    def _wait_for_a_worker(self) -> None:
        until = time.monotonic() + self._patience
        while not self._there():
            if self._client.status != "running":
                raise self._gone()
            if time.monotonic() > until:
                raise self._nobody()
            time.sleep(_POLL)

    def _answer(self, future: Any, number: int) -> Any:
        try:
            good, answer = future.result()
        except IsthmusError:
            raise
        except Exception as error:
            if type(error).__name__ == "KilledWorker":
                raise WorkerLost(
                    f"task {number} ended every worker that took it",
                    hint="often memory has run out: give workers more, or smaller batches, "
                    "then resume",
                ) from error
            raise self._gone() from error
        finally:
            future.release()
        if not good:
            raise answer
        return answer

    def _gone(self) -> WorkerLost:
        hint = "start it again, then resume: what is done was kept"
        return WorkerLost("the scheduler is gone", where=str(self.scheduler), hint=hint)

    def _nobody(self) -> WorkerLost:
        what = f"the scheduler has had no worker for {self._patience:.0f} seconds"
        hint = f"start some: dask worker {self.scheduler} --nthreads 1; then resume"
        return WorkerLost(what, where=str(self.scheduler), hint=hint)

    def close(self) -> None:
        """Leave the scheduler; a local cluster ends."""
        self._open.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _distributed() -> Any:
    try:
        return importlib.import_module("distributed")
    except ImportError as error:
        hint = "pip install 'isthmus[dask]'"
        raise IsthmusError("dask.distributed is not installed", hint=hint) from error


def _closed(client: Any) -> None:
    """Close a client, also one whose scheduler is gone."""
    with suppress(Exception):
        client.close(timeout=5)


@lru_cache(maxsize=1)
def _versions() -> dict[str, str]:
    """Return what the bits of an answer depend on."""
    return {"isthmus": __version__, **{name: metadata.version(name) for name in _BITS}}


@lru_cache(maxsize=1)
def _settled() -> ExitStack:
    """Take one BLAS thread, and an allocator that keeps, for the rest of the life of a worker."""
    keep()
    stack = ExitStack()
    stack.enter_context(one_blas_thread())
    return stack


def _on_worker(task: Callable[[T], R], item: T, versions: Mapping[str, str]) -> tuple[bool, Any]:
    """Do a task, one at a time in a process, and return its answer or its error."""
    if (mine := _versions()) != versions:
        named = ", ".join(
            f"{name} {mine.get(name)} (here {versions[name]})"
            for name in versions
            if mine.get(name) != versions[name]
        )
        hint = "install the same versions on all machines: the bits of answers depend on them"
        return False, BadInput(f"a worker has other versions: {named}", hint=hint)
    with _one_at_a_time:
        _settled()
        return attempted(task, item)
