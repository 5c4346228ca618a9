"""A process of its own that one module answers in, loaded while its parent loads."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from types import TracebackType
from typing import Any, BinaryIO, Self


class Companion:
    """Functions of one module, called in a process that begins to load it at once.

    What travels through its pipes is pickled; nothing is ever unpickled from a file. It hears no
    Ctrl-C, writes nowhere, and ends with its parent: at the latest when it has finished what it
    was asked.

    Parameters
    ----------
    module : str
        Name of a module of the package.
    environment : mapping of str to str, optional
        What its environment has beside or in place of this one's.
    """

    def __init__(self, module: str, environment: Mapping[str, str] | None = None) -> None:
        self._module = module
        self._environment = dict(environment or {})
        self._child: subprocess.Popen[bytes] | None = None
        self._asking = threading.Lock()

    def __enter__(self) -> Self:
        with suppress(OSError):
            self._child = subprocess.Popen(
                [sys.executable, "-P", *_bytecode(), __file__, self._module],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={**os.environ, **self._environment},
            )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None = None,
        error: BaseException | None = None,
        trace: TracebackType | None = None,
    ) -> None:
        child, self._child = self._child, None
        if child is None:
            return
        # All that was asked of it has come or is not wanted, and its own way out takes longer.
        child.kill()
        with suppress(OSError), child:
            pass  # its pipes are closed and it is waited for

    def ask(self, name: str, *values: Any) -> Any:
        """Return what a function of the module makes of values, or None where it did not answer.

        It does not answer where it is gone or could not be started, or where the function fails:
        who asks does the work then, and meets the same failure.
        """
        child = self._child
        if child is None or child.stdin is None or child.stdout is None:
            return None
        with self._asking:
            try:
                child.stdin.write(pickle.dumps((name, values)))
                child.stdin.flush()
                return pickle.load(child.stdout)  # noqa: S301 - of `serve`, not read from disk
            except Exception:  # noqa: BLE001 - as said; its next words could answer this call
                child.kill()
        return None


def _bytecode() -> list[str]:
    """Return what this interpreter was told of bytecode other than by its environment."""
    flags = ["-B"] if sys.dont_write_bytecode else []
    return [*flags, "-X", f"pycache_prefix={sys.pycache_prefix}"] if sys.pycache_prefix else flags


def serve(module: str, asked: BinaryIO, answers: BinaryIO) -> None:
    """Answer calls of functions of a module until there are no more; None where one fails."""
    import importlib

    home = importlib.import_module(module)
    while True:
        try:
            name, values = pickle.load(asked)  # noqa: S301 - written by the parent
        except EOFError:
            return
        try:
            answer = pickle.dumps(getattr(home, name)(*values))
        except Exception:  # noqa: BLE001  (who asked does it again and meets it there)
            answer = pickle.dumps(None)
        answers.write(answer)
        answers.flush()


def _main() -> None:
    """Take the pipes away from whatever the module prints, and serve."""
    import gc
    import signal
    from pathlib import Path

    gc.disable()  # it lives for seconds; looking for cycles would take a twentieth of them
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    sys.path.insert(0, str(Path(__file__).parents[2]))
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    with suppress(BrokenPipeError):
        serve(sys.argv[1], sys.stdin.buffer, answers)


if __name__ == "__main__":
    _main()
