"""What a process is started with: its streams, the size of its terminal, its limits."""

from __future__ import annotations

import contextlib
import io
import os
import sys
from typing import Any

from isthmus.errors import IsthmusError, SystemRefused

LEAST_MEMORY = 1536 << 20
"""Bytes of address space without which the compiled libraries end the process themselves."""


class _Output(io.FileIO):
    """The standard output; what cannot be written has a name."""

    absent = False
    dropped = False

    def write(self, data: Any) -> int:
        if self.dropped:
            return memoryview(data).nbytes
        if self.absent:
            raise _not_written("it is closed")
        try:
            return super().write(data)
        except BrokenPipeError:
            raise
        except OSError as error:
            raise _not_written(error.strerror or str(error)) from error


def _not_written(why: str) -> IsthmusError:
    return SystemRefused(f"the output cannot be written: {why}", where="standard output")


def open_streams() -> None:
    """Give the process its three streams, whatever it was started with.

    Without this the next file that is opened would take the place of a closed stream, and receive
    what libraries print. What a command prints to a closed output is an error, not lost.
    """
    closed = sys.stdout is None
    for number, mode in ((0, os.O_RDONLY), (1, os.O_WRONLY), (2, os.O_WRONLY)):
        try:
            os.fstat(number)
        except OSError:
            _open_as(number, mode)
    if sys.stderr is None:
        sys.stderr = io.TextIOWrapper(io.FileIO(2, "w", closefd=False), line_buffering=True)
    if closed or not sys.stdout.isatty():
        raw = _Output(1, "w", closefd=False)
        raw.absent = closed
        binary = io.BufferedWriter(raw)
        sys.stdout = io.TextIOWrapper(binary, encoding="utf-8", errors="backslashreplace")


def _open_as(number: int, mode: int) -> None:
    opened = os.open(os.devnull, mode)
    if opened != number:
        os.dup2(opened, number)
        os.close(opened)


def clear_terminal_size() -> None:
    """Forget a size of the terminal that is no number: libraries take it for one."""
    for name in ("COLUMNS", "LINES"):
        text = os.environ.get(name, "1")
        if not (text.isascii() and text.isdigit() and 0 < len(text) < 5 and int(text) > 0):
            del os.environ[name]


def check_memory_limit() -> None:
    """Refuse to start with less address space than the compiled libraries ask for at once.

    Raises
    ------
    IsthmusError
        When the limit is too low; they would end the process without a word of ours.
    """
    try:
        import resource
    except ImportError:
        return
    limit = resource.getrlimit(resource.RLIMIT_AS)[0]
    if limit != resource.RLIM_INFINITY and limit < LEAST_MEMORY:
        raise IsthmusError(
            f"the limit on memory is {limit >> 20} MiB; {LEAST_MEMORY >> 20} MiB are needed",
            where="limits of the shell (ulimit -v)",
            hint="raise it",
        )


def flushed() -> bool:
    """Write what is left to both streams; say whether the output took it.

    What it does not take is dropped, so that the interpreter's last flush does not fail.
    """
    done = True
    try:
        sys.stdout.flush()
    except (OSError, ValueError, IsthmusError):
        drop_stdout()
        done = False
    with contextlib.suppress(OSError, ValueError):
        sys.stderr.flush()
    return done


def drop_stdout() -> None:
    """Point stdout at nothing, so that the interpreter's last flush does not fail."""
    raw = getattr(getattr(sys.stdout, "buffer", None), "raw", None)
    if isinstance(raw, _Output):
        raw.dropped = True
    _open_as(1, os.O_WRONLY)
