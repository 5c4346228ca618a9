"""What a browser sent: kept in memory under a name of its own, the latest few."""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

from isthmus.errors import NotFound

T = TypeVar("T")

MOST = 4
"""Things that are kept; the oldest goes."""


class Shelf(Generic[T]):
    """Things of one explorer; they end with it.

    Parameters
    ----------
    what : str
        What they are, for messages.
    """

    def __init__(self, what: str) -> None:
        self._what = what
        self._kept: OrderedDict[str, T] = OrderedDict()
        self._lock = threading.Lock()

    def keep(self, make: Callable[[str], T]) -> T:
        """Keep what is made of a new name."""
        name = secrets.token_hex(6)
        made = make(name)
        with self._lock:
            self._kept[name] = made
            while len(self._kept) > MOST:
                self._kept.popitem(last=False)
        return made

    def listed(self) -> list[T]:
        """Return what is kept, the latest first."""
        with self._lock:
            return list(reversed(self._kept.values()))

    def get(self, name: str) -> T:
        """Return what a name stands for.

        Raises
        ------
        NotFound
            When it is not in memory any more.
        """
        with self._lock:
            if name not in self._kept:
                hint = "what was sent ends with the explorer, and the oldest of five goes: send it"
                raise NotFound(f"this {self._what} is not in memory", hint=f"{hint} again")
            return self._kept[name]

    def forget(self, name: str) -> None:
        """Take something out of memory."""
        with self._lock:
            self._kept.pop(name, None)
