"""Where tasks run: here, in worker processes or on a cluster, behind one thin interface."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from types import TracebackType
from typing import Protocol, Self, TypeVar

from isthmus.errors import BadInput, InputProblem
from isthmus.runtime.cancel import CancelToken
from isthmus.runtime.threads import one_blas_thread

T = TypeVar("T")
R = TypeVar("R")


class Executor(Protocol):
    """Runs one function over many items and yields the answers in the order of the items.

    Every task runs with one BLAS thread, so the same items give the same answers in every
    executor and with any number of workers.
    """

    name: str

    @property
    def workers(self) -> int:
        """Number of workers."""
        ...

    def run(
        self, task: Callable[[T], R], items: Iterable[T], *, cancel: CancelToken | None = None
    ) -> Iterator[R]:
        """Yield ``task(item)`` for every item, in order, holding only a few answers at a time.

        Raises
        ------
        Cancelled
            When `cancel` is set, before the next item is started.
        WorkerLost
            When a worker process dies.
        """
        ...

    def close(self) -> None:
        """Stop the workers; what they were doing is given up."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...


class SerialExecutor:
    """Runs every task in this process, one after the other."""

    name = "serial"
    workers = 1

    def run(
        self, task: Callable[[T], R], items: Iterable[T], *, cancel: CancelToken | None = None
    ) -> Iterator[R]:
        """Yield ``task(item)`` for every item, in order."""
        for item in items:
            if cancel is not None:
                cancel.check()
            with one_blas_thread():
                answer = task(item)
            yield answer

    def close(self) -> None:
        """Do nothing: there are no workers."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def open_executor(workers: int = 1, *, scheduler: str = "") -> Executor:
    """Return the serial executor for one worker, a pool of processes for more, or a cluster.

    Parameters
    ----------
    workers : int
        Processes of this machine.
    scheduler : str
        Address of a Dask scheduler, whose workers are used; ``local`` starts a cluster of
        `workers` here.

    Raises
    ------
    BadInput
        When `workers` is below one.
    WorkerLost
        When no scheduler answers at the address, or it has no worker.
    """
    if workers < 1:
        problem = InputProblem(f"{workers} workers", "workers", "give 1 or more")
        raise BadInput("the executor cannot start", [problem])
    if scheduler:
        from isthmus.runtime.cluster import DaskExecutor

        return DaskExecutor(scheduler, workers=workers)
    if workers == 1:
        return SerialExecutor()
    from isthmus.runtime.processes import ProcessExecutor

    return ProcessExecutor(workers)
