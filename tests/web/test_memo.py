"""What is dear is made once, and an error is not kept."""

from __future__ import annotations

import threading
import time

import numpy as np
import polars as pl
import pytest

from isthmus.errors import Cancelled
from isthmus.web.memo import Memo, weight

LARGE = 2**30


def test_all_who_ask_get_what_one_made() -> None:
    memo, made = Memo(4, LARGE), []

    def make() -> int:
        time.sleep(0.05)
        made.append(1)
        return 7

    got: list[int] = []
    threads = [threading.Thread(target=lambda: got.append(memo.get("a", make))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert got == [7] * 8
    assert made == [1]


def test_an_error_is_raised_and_not_kept() -> None:
    memo = Memo(4, LARGE)

    def fail() -> int:
        raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011
        memo.get("a", fail)
    assert not memo.has("a")
    assert memo.get("a", lambda: 1) == 1


def test_the_latest_are_kept() -> None:
    memo = Memo(2, LARGE)
    for key in ("a", "b", "a", "c"):
        memo.get(key, lambda: 0)
    assert [memo.has(key) for key in ("a", "b", "c")] == [True, False, True]


def test_a_value_weighs_what_it_holds_each_thing_once_and_no_program() -> None:
    cells = pl.DataFrame({"value": np.arange(100_000)})
    numbers, text = np.ones(10_000), "x" * 50_000
    held = weight({"frame": cells, "numbers": (numbers, [numbers]), "text": text, "of": Memo})
    assert 800_000 + 80_000 + 50_000 <= held < 940_000


@pytest.mark.once_broken("what was kept was bounded in number, not in bytes")
def test_what_is_kept_has_a_bound_in_bytes_and_the_latest_stays() -> None:
    memo = Memo(9, 250_000)
    for key in ("a", "b", "c"):
        memo.get(key, lambda: bytes(100_000))
    assert [memo.has(key) for key in ("a", "b", "c")] == [False, True, True]
    assert 200_000 <= memo.bytes <= 250_000
    memo.get("large", lambda: bytes(900_000))
    assert [memo.has(key) for key in ("b", "c", "large")] == [False, False, True]


@pytest.mark.once_broken("who waited for an answer that another stopped was told of the stop")
def test_who_waits_for_what_is_stopped_makes_it() -> None:
    memo, begun, go_on = Memo(4, LARGE), threading.Event(), threading.Event()

    def stopped() -> int:
        begun.set()
        go_on.wait(60)
        raise Cancelled("it was stopped")

    def first() -> None:
        with pytest.raises(Cancelled):
            memo.get("a", stopped)

    got: list[int] = []
    threads = [threading.Thread(target=first)]
    threads[0].start()
    assert begun.wait(60)
    threads.append(threading.Thread(target=lambda: got.append(memo.get("a", lambda: 7))))
    threads[1].start()
    go_on.set()
    for thread in threads:
        thread.join()
    assert got == [7]
