"""What is dear to make is made once and kept while it is asked for."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from typing import Any, TypeVar

T = TypeVar("T")


class Memo:
    """Values by key, the latest of them; two who ask for the same wait for one another.

    Parameters
    ----------
    most : int
        Values that are kept.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[Hashable, Future[Any]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return the value of `key`, made by the first who asks; an error is not kept."""
        with self._lock:
            found = self._kept.get(key)
            mine = found is None
            if found is None:
                found = self._kept[key] = Future()
                while len(self._kept) > self._most:
                    self._kept.popitem(last=False)
            else:
                self._kept.move_to_end(key)
        if mine:
            self._fill(key, found, make)
        value: T = found.result()
        return value

    def has(self, key: Hashable) -> bool:
        """Tell whether the value of a key is there already."""
        with self._lock:
            found = self._kept.get(key)
        return found is not None and found.done()

    def _fill(self, key: Hashable, place: Future[Any], make: Callable[[], Any]) -> None:
        try:
            place.set_result(make())
        except BaseException as error:
            with self._lock:
                self._kept.pop(key, None)
            place.set_exception(error)
            raise
