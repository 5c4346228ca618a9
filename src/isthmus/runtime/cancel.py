"""One cancel token for all long work: set by Ctrl-C, a page or a caller, checked per batch."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator
from types import FrameType

from isthmus.errors import Cancelled


class CancelToken:
    """A flag that asks long work to stop between two batches."""

    def __init__(self) -> None:
        self._event = threading.Event()
        self._reason = ""

    @property
    def cancelled(self) -> bool:
        """Whether the work should stop."""
        return self._event.is_set()

    def cancel(self, reason: str = "cancelled") -> None:
        """Ask the work to stop; the first reason is kept."""
        if not self._event.is_set():
            self._reason = reason
            self._event.set()

    def check(self) -> None:
        """Do nothing, or stop the work.

        Raises
        ------
        Cancelled
            When `cancel` was called.
        """
        if self._event.is_set():
            raise Cancelled(self._reason, hint="what is done was kept; resume to finish the rest")


@contextlib.contextmanager
def cancel_on_interrupt(token: CancelToken | None = None) -> Iterator[CancelToken]:
    """Turn the first Ctrl-C in the block into a cancelled token; a second one interrupts at once.

    Outside the main thread, where signals cannot be handled, the token works without Ctrl-C.
    """
    token = token or CancelToken()
    if threading.current_thread() is not threading.main_thread():
        yield token
        return

    def on_interrupt(_number: int, _frame: FrameType | None) -> None:
        if token.cancelled:
            raise KeyboardInterrupt
        token.cancel("interrupted")

    before = signal.signal(signal.SIGINT, on_interrupt)
    try:
        yield token
    finally:
        signal.signal(signal.SIGINT, before)
