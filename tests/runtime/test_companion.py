"""A process beside this one answers; whatever becomes of it, nobody waits for it."""

from __future__ import annotations

import os
import signal
import sys
from io import BytesIO
from pickle import dumps, loads

import pytest

from isthmus.runtime import companion, threads
from isthmus.runtime.companion import Companion


def test_it_answers_and_knows_its_environment():
    with Companion("os", {"A_NAME": "a value"}) as one:
        assert one.ask("getenv", "A_NAME") == "a value"
        assert one.ask("fspath", "a") == "a"
        assert one.ask("getpid") == one._child.pid


def test_what_fails_there_or_cannot_travel_is_no_answer_and_the_next_call_is_answered():
    with Companion("os") as one:
        assert one.ask("fspath", 3) is None
        assert one.ask("scandir", ".") is None
        assert one.ask("no such function") is None
        assert one.ask("fspath", "b") == "b"


def test_what_cannot_be_asked_is_no_answer_and_neither_is_what_would_come_after_it():
    with Companion("os") as one:
        assert one.ask("fspath", lambda: "x") is None
        assert one._child.wait(timeout=20) is not None
        assert one.ask("fspath", "b") is None


def test_what_a_module_prints_is_no_answer():
    with Companion("builtins") as one:
        one.ask("print", "words")
        assert one.ask("len", "abc") == 3


@pytest.mark.parametrize("how", ["killed", "never started", "not entered", "no such module"])
def test_one_that_is_gone_gives_no_answer(how, monkeypatch):
    if how == "never started":
        monkeypatch.setattr(companion.sys, "executable", "no-such-interpreter")
    one = Companion("no_such_module" if how == "no such module" else "os")
    if how == "not entered":
        assert one.ask("getpid") is None
        return
    with one:
        if how == "killed":
            one._child.kill()
            one._child.wait()
        assert one.ask("getpid") is None
        assert one.ask("getpid") is None


def test_it_is_gone_when_the_block_ends():
    with Companion("time") as one:
        child = one._child
        assert one.ask("sleep", 0) is None
    assert child.poll() is not None
    assert one.ask("time") is None


@pytest.mark.skipif(os.name == "nt", reason="no such signal")
def test_it_does_not_hear_an_interruption():
    with Companion("os") as one:
        assert one.ask("getpid") == one._child.pid
        one._child.send_signal(signal.SIGINT)
        assert one.ask("getpid") == one._child.pid


def test_it_ends_when_its_parent_has_gone(tmp_path):
    """The end of its pipe tells it, although nobody kills it."""
    with Companion("os") as one:
        child = one._child
        pid = one.ask("getpid")
        assert pid == child.pid
        child.stdin.close()
        assert child.wait(timeout=20) == 0


def test_a_folder_with_modules_of_these_names_leads_it_nowhere(tmp_path, monkeypatch):
    for name in ("pickle", "signal", "json"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit(3)")
    monkeypatch.chdir(tmp_path)
    with Companion("json") as one:
        assert one.ask("loads", "[1]") == [1]


def test_calls_are_answered_in_turn_until_there_are_no_more():
    answers = BytesIO()
    companion.serve("math", BytesIO(dumps(("sqrt", (4.0,))) + dumps(("sqrt", (-1,)))), answers)
    answers.seek(0)
    told = answers.getvalue()
    assert loads(told) == 2.0
    assert loads(told[len(dumps(2.0)) :]) is None


def test_it_is_told_of_bytecode(monkeypatch):
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    monkeypatch.setattr(sys, "pycache_prefix", "/a folder")
    assert companion._bytecode() == ["-B", "-X", "pycache_prefix=/a folder"]


def test_processors_are_those_that_this_process_may_use():
    assert 1 <= threads.cores() <= (os.cpu_count() or 1)
