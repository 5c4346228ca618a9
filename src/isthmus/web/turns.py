"""Answers take turns: few at once, some that wait, and a word at once to who comes beyond them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from anyio import to_thread

from isthmus.errors import IsthmusError

T = TypeVar("T")

AT_ONCE = 8
"""Answers under way at the same time; one that waits for a job takes a turn and no processor."""
MOST = 64
"""Requests that wait for their turn: about two seconds of work."""
AGAIN = 2
"""Seconds after which who was not answered asks again."""


class Busy(IsthmusError):
    """More is asked at once than can be answered soon; nothing was worked out."""


async def in_turn(work: Callable[..., T], *words: object) -> T:
    """Return what `work` does in a thread, when its turn comes.

    Raises
    ------
    Busy
        When too many wait already.
    """
    threads = to_thread.current_default_thread_limiter()
    threads.total_tokens = AT_ONCE
    if threads.statistics().tasks_waiting >= MOST:
        raise Busy(f"{MOST} requests wait already", hint=f"ask again in {AGAIN} seconds")
    return await to_thread.run_sync(work, *words)
