"""The lock serves every platform of the promise; a gap is named, and so is one that is closed."""

from __future__ import annotations

import copy
import tomllib
from pathlib import Path

import pytest
from tools.bootstrap import RUN, TEST, available
from tools.checks.platforms import WITHOUT, gaps, main


@pytest.fixture(scope="module")
def lock(project: Path) -> dict[str, object]:
    return tomllib.loads((project / "uv.lock").read_text(encoding="utf-8"))


def test_the_lock_serves_every_platform(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(project)]) == 0
    assert "8 platforms" in capsys.readouterr().out


def test_a_package_without_a_wheel_is_named(lock: dict[str, object]) -> None:
    poorer = copy.deepcopy(lock)
    (scipy, *_) = [p for p in poorer["package"] if p["name"] == "scipy"]
    scipy["wheels"] = [w for w in scipy["wheels"] if "win_arm64" not in w["url"]]
    found = {gap for gap in gaps(poorer) if (gap[0], gap[2]) not in WITHOUT}
    assert {(platform, name) for platform, _, name in found} == {("Windows ARM", "scipy")}


def test_on_musl_nothing_is_asked_that_has_no_wheel() -> None:
    for wanted in (RUN, TEST):
        assert available(wanted, musl=False) == wanted
        asked = available(wanted, musl=True)
        assert "fast" not in asked
        assert asked[-2:] == ["--no-install-package", "vl-convert-python"]
        assert asked.count("--extra") == wanted.count("--extra") - 1
