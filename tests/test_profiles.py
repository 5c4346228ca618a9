"""Property tests draw the same examples everywhere; only `explore` draws at random."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import settings

DRAWS = """
from hypothesis import given, strategies as st

@given(st.integers(0, 10**12), st.text())
def test_print(n, word):
    print("drew", n, ascii(word))
"""


def drawn(project: Path, folder: Path, loaded: str, *options: str, **environment: str) -> list[str]:
    """Return what a property test under the shared conftest draws in a process of its own."""
    place = folder / "tests"
    place.mkdir(exist_ok=True)
    shutil.copy(project / "tests" / "conftest.py", place)
    (place / "test_draws.py").write_text(loaded + DRAWS, encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-s",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:xdist",
    ]
    command += ["-c", str(project / "pyproject.toml"), "--rootdir", str(folder), *options]
    inherited = {k: v for k, v in os.environ.items() if k != "CI"}
    done = subprocess.run(
        [*command, str(place)],
        cwd=folder,
        env=inherited | environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return [line for line in done.stdout.splitlines() if "drew" in line]


def test_the_fixed_profile_needs_no_chance_and_keeps_nothing() -> None:
    fixed = settings.get_profile("fixed")
    assert fixed.derandomize
    assert fixed.database is None
    assert not settings.get_profile("explore").derandomize


@pytest.mark.slow
@pytest.mark.timeout(120)
def test_draws_depend_neither_on_the_place_nor_on_what_is_loaded(
    project: Path, tmp_path: Path
) -> None:
    here = drawn(project, tmp_path, "import isthmus.study")
    assert len(here) > 50
    assert drawn(project, tmp_path, "", CI="true") == here
