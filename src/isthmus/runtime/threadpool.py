"""Worker threads, for kernels that release the interpreter lock and share large arrays."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

from isthmus.errors import BadInput, InputProblem
from isthmus.runtime.cancel import CancelToken
from isthmus.runtime.threads import one_blas_thread

T = TypeVar("T")
R = TypeVar("R")


class ThreadExecutor:
    """Runs tasks in threads of this process; answers come in the order of the items."""

    name = "threads"

    def __init__(self, workers: int) -> None:
        if workers < 1:
            problem = InputProblem(f"{workers} workers", "workers", "give 1 or more")
            raise BadInput("the executor cannot start", [problem])
        self.workers = workers
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="isthmus")

    def run(
        self, task: Callable[[T], R], items: Iterable[T], *, cancel: CancelToken | None = None
    ) -> Iterator[R]:
        """Yield ``task(item)`` for every item, in order, two tasks per worker ahead at most."""
        waiting: deque[Future[R]] = deque()
        with one_blas_thread():
            try:
                for item in items:
                    if cancel is not None:
                        cancel.check()
                    waiting.append(self._pool.submit(task, item))
                    if len(waiting) >= 2 * self.workers:
                        yield waiting.popleft().result()
                while waiting:
                    if cancel is not None:
                        cancel.check()
                    yield waiting.popleft().result()
            finally:
                for future in waiting:
                    future.cancel()

    def close(self) -> None:
        """Wait for what runs and stop the threads."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def __enter__(self) -> ThreadExecutor:
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()
