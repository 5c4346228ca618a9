"""What is dear to make is made once and kept while it is asked for."""

from __future__ import annotations

import gc
import sys
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import Any, TypeVar

import polars as pl

from isthmus.errors import Cancelled

T = TypeVar("T")

_PROGRAM = (type, ModuleType, FunctionType, BuiltinFunctionType)


def weight(value: object) -> int:
    """Return the bytes of a value and of all it holds, each thing once; of no program."""
    total, seen, todo = 0, set[int](), [value]
    while todo:
        fresh = {id(one): one for one in todo if not isinstance(one, _PROGRAM)}
        some = [one for key, one in fresh.items() if key not in seen]
        seen.update(fresh)
        # What polars holds is no Python object: a frame knows its size.
        total += sum(int(one.estimated_size()) for one in some if isinstance(one, pl.DataFrame))
        total += sum(map(sys.getsizeof, some))
        todo = gc.get_referents(*some)
    return total


class Memo:
    """Values by key, the latest of them; two who ask for the same wait for one another.

    Parameters
    ----------
    most : int
        Values that are kept.
    most_bytes : int
        Bytes that they take together; the latest value is kept whatever it takes.
    """

    def __init__(self, most: int, most_bytes: int) -> None:
        self._most, self._most_bytes = most, most_bytes
        self._kept: OrderedDict[Hashable, Future[Any]] = OrderedDict()
        self._weights: dict[Hashable, int] = {}
        self._lock = threading.Lock()

    @property
    def bytes(self) -> int:
        """Bytes of what is kept."""
        return sum(self._weights.values())

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return the value of `key`, made by the first who asks; an error is not kept."""
        with self._lock:
            found = self._kept.get(key)
            mine = found is None
            if found is None:
                found = self._kept[key] = Future()
            self._kept.move_to_end(key)
        if mine:
            self._fill(key, found, make)
        try:
            value: T = found.result()
        except Cancelled:  # Whoever made it was stopped: who waits for it was not.
            return self.get(key, make)
        return value

    def has(self, key: Hashable) -> bool:
        """Tell whether the value of a key is there already."""
        with self._lock:
            found = self._kept.get(key)
        return found is not None and found.done()

    def _fill(self, key: Hashable, place: Future[Any], make: Callable[[], Any]) -> None:
        try:
            value = make()
            heavy = weight(value)
        except BaseException as error:
            with self._lock:
                self._drop(key)
            place.set_exception(error)
            raise
        with self._lock:
            self._weights[key] = heavy
            while len(self._kept) > self._most or (
                self.bytes > self._most_bytes and len(self._kept) > 1
            ):
                self._drop(next(iter(self._kept)))
        place.set_result(value)

    def _drop(self, key: Hashable) -> None:
        self._kept.pop(key, None)
        self._weights.pop(key, None)
