"""One BLAS thread per task, so that sums do not depend on how many cores a machine has."""

from __future__ import annotations

import contextlib
import ctypes
import os
import sys
from collections.abc import Iterator
from pathlib import Path

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

_PREFIXES = ("scipy_openblas", "openblas")
_SUFFIXES = ("64_", "", "_64", "_")


@contextlib.contextmanager
def environment(values: dict[str, str]) -> Iterator[None]:
    """Set environment variables for the block and put the old ones back."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
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
    limited = []
    blas = {name: value for name, value in ONE_THREAD.items() if name != "POLARS_MAX_THREADS"}
    for library in _loaded_blas():
        calls = _thread_calls(library)
        if calls is not None:
            get, put = calls
            limited.append((put, get()))
            put(1)
    try:
        with environment(blas):
            yield len(limited)
    finally:
        for put, count in limited:
            put(count)


def _thread_calls(library: ctypes.CDLL) -> tuple[ctypes._NamedFuncPointer, ...] | None:
    for prefix in _PREFIXES:
        for suffix in _SUFFIXES:
            get = getattr(library, f"{prefix}_get_num_threads{suffix}", None)
            put = getattr(library, f"{prefix}_set_num_threads{suffix}", None)
            if get is not None and put is not None:
                return get, put
    get = getattr(library, "MKL_Get_Max_Threads", None)
    put = getattr(library, "MKL_Set_Num_Threads", None)
    return (get, put) if get is not None and put is not None else None


def _loaded_blas() -> list[ctypes.CDLL]:
    libraries = []
    for path in sorted(_blas_files()):
        with contextlib.suppress(OSError):
            libraries.append(ctypes.CDLL(path))
    return libraries


def _blas_files() -> set[str]:
    """Return the BLAS libraries in this process: from its memory map, else beside the packages."""
    maps = Path("/proc/self/maps")
    if maps.exists():
        lines = maps.read_text(encoding="utf-8", errors="replace").splitlines()
        files = {line.split(maxsplit=5)[5] for line in lines if line.count(" /") == 1}
    else:
        files = set()
        for package in ("numpy", "scipy"):
            module = sys.modules.get(package)
            if module is not None and module.__file__:
                base = Path(module.__file__).parent
                for folder in (base.with_name(f"{package}.libs"), base / ".dylibs"):
                    files |= {str(file) for file in folder.glob("*")}
    return {f for f in files if any(k in Path(f).name for k in ("openblas", "mkl_rt"))}
