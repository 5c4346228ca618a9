"""What is dear is made once, and an error is not kept."""

from __future__ import annotations

import threading
import time

import pytest

from isthmus.web.memo import Memo


def test_all_who_ask_get_what_one_made() -> None:
    memo, made = Memo(4), []

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
    memo = Memo(4)

    def fail() -> int:
        raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011
        memo.get("a", fail)
    assert not memo.has("a")
    assert memo.get("a", lambda: 1) == 1


def test_the_latest_are_kept() -> None:
    memo = Memo(2)
    for key in ("a", "b", "a", "c"):
        memo.get(key, lambda: 0)
    assert [memo.has(key) for key in ("a", "b", "c")] == [True, False, True]
