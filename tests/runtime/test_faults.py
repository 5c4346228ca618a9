"""The last net: one line for the person, places in code for the report, nothing of the user's."""

from __future__ import annotations

import errno
import gc
import os
import weakref
from pathlib import Path

import pytest

from isthmus.errors import BadInput, SystemRefused, Unforeseen
from isthmus.runtime.faults import as_named, let_go

SECRET = "a secret of the user"


def broken(word: str) -> BaseException:
    try:
        try:
            {}[word]
        except KeyError as error:
            raise TypeError(f"{word} is wrong") from error
    except TypeError as error:
        return error


def test_details_hold_places_and_no_values(tmp_path: Path) -> None:
    named = as_named(broken(SECRET), tmp_path)
    assert isinstance(named, Unforeseen)
    assert named.exit_code == 70
    assert "TypeError" in named.what
    assert "report" in str(named.hint)
    kept = Path(str(named.where))
    text = kept.read_text(encoding="utf-8")
    assert kept.parent == tmp_path / "faults"
    assert "builtins.TypeError" in text
    assert "builtins.KeyError" in text
    assert "test_faults.py" in text
    assert SECRET not in str(named) + text
    assert str(Path.home()) not in text


def test_the_same_fault_has_one_file(tmp_path: Path) -> None:
    for word in ("one", "two"):
        as_named(broken(word), tmp_path)
    assert len(list((tmp_path / "faults").iterdir())) == 1


def test_where_nothing_can_be_written_nothing_is(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    named = as_named(broken("x"), tmp_path / "file")
    assert named.where is None
    assert (tmp_path / "file").read_text() == "mine"


def test_what_has_a_name_keeps_it(tmp_path: Path) -> None:
    error = BadInput("x")
    assert as_named(error, tmp_path) is error
    assert as_named(MemoryError(), tmp_path).what == "out of memory"
    refused = as_named(OSError(errno.EFBIG, os.strerror(errno.EFBIG), "x"), tmp_path)
    assert isinstance(refused, SystemRefused)
    assert "ulimit -f" in str(refused.hint)
    assert list(tmp_path.iterdir()) == []


class Large:
    """What a function works on."""


@pytest.mark.once_broken("what a request that failed had worked on stayed in memory")
def test_what_an_error_left_behind_is_let_go_of_and_its_places_stay(tmp_path: Path) -> None:
    seen: list[weakref.ref[Large]] = []

    def work() -> None:
        large = Large()
        seen.append(weakref.ref(large))
        try:
            {}["word"]
        except KeyError as error:
            held = error  # The frame holds its error, the error its frame.
            raise TypeError from held

    def caught() -> BaseException:
        try:
            work()
        except TypeError as error:
            return error
        raise AssertionError

    gc.disable()
    try:
        error = caught()
        assert seen[0]() is not None
        let_go(error)
        assert seen[0]() is None
    finally:
        gc.enable()
    text = Path(str(as_named(error, tmp_path).where)).read_text(encoding="utf-8")
    assert "test_faults.py" in text
