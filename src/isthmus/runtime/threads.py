"""One BLAS thread per task, so that sums do not depend on how many cores a machine has."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Iterator

ONE_THREAD = dict.fromkeys(
    (
        "OMP_NUM_THREADS",
        "OPENBLAS_NUM_THREADS",
        "MKL_NUM_THREADS",
        "BLIS_NUM_THREADS",
        "VECLIB_MAXIMUM_THREADS",
        "NUMEXPR_NUM_THREADS",
        "NUMBA_NUM_THREADS",
        "POLARS_MAX_THREADS",
    ),
    "1",
)
"""Environment of a worker process; libraries read it when they are loaded."""


def cores() -> int:
    """Return how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@contextlib.contextmanager
def environment(values: dict[str, str]) -> Iterator[None]:
    """Set environment variables for the block and put the old ones back."""
    with restored(values):
        os.environ.update(values)
        yield


@contextlib.contextmanager
def restored(names: Iterable[str]) -> Iterator[None]:
    """Put environment variables that are set inside the block back to what they were."""
    before = {name: os.environ.get(name) for name in names}
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


@contextlib.contextmanager
def one_blas_thread() -> Iterator[int]:
    """Run the block with one thread in every BLAS library that is loaded, or loaded inside it.

    Yields
    ------
    int
        Number of loaded libraries that took the setting; 0 where none is known, in which case
        results are the same as in a worker process only up to rounding.
    """
    from threadpoolctl import ThreadpoolController

    blas = {name: value for name, value in ONE_THREAD.items() if name != "POLARS_MAX_THREADS"}
    loaded = ThreadpoolController().select(user_api="blas")
    with loaded.limit(limits=1), environment(blas):
        yield len(loaded)
