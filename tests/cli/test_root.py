"""The root command: exit codes, streams and locales."""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys

import pytest

from isthmus.cli.root import ROOMS, build_app, main
from isthmus.errors import DidNotConverge, IsthmusError


def run(*words: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    env = {**os.environ, **environment}
    return subprocess.run([sys.executable, "-m", "isthmus", *words], capture_output=True, env=env)


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.strip() == importlib.import_module("isthmus").__version__


def test_every_room_can_be_loaded() -> None:
    for room in ROOMS:
        module, _, attribute = room.target.partition(":")
        assert getattr(importlib.import_module(module), attribute) is not None


@pytest.mark.parametrize("words", [["bogus"], ["doctor", "--bogus"]])
def test_usage_errors_exit_with_two(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words) == 2
    assert "usage" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("raised", "code"),
    [(IsthmusError("x"), 1), (DidNotConverge("x"), 6), (KeyboardInterrupt(), 130)],
)
def test_exit_codes(
    raised: BaseException,
    code: int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def fail(words: list[str]) -> int:
        raise raised

    monkeypatch.setattr("isthmus.cli.root._dispatch", fail)
    assert main([]) == code
    assert capsys.readouterr().out == ""


def test_help_in_the_c_locale() -> None:
    done = run("--help", LC_ALL="C", PYTHONUTF8="0", PYTHONIOENCODING="ascii")
    assert done.returncode == 0
    done.stdout.decode("utf-8")


def test_help_names_every_room() -> None:
    assert {room.name for room in ROOMS} <= set(build_app())


def test_doctor_reports_json(capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["doctor", "--json"])
    report = json.loads(capsys.readouterr().out)
    statuses = {check["name"]: check["status"] for check in report["checks"]}
    assert code == (1 if "fault" in statuses.values() else 0)
    assert statuses["numpy"] == "ok"
