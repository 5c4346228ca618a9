"""A few kills, always the same; ``make kill`` does hundreds over all operations, at random."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

HARNESS = Path(__file__).with_name("harness.py")
OPERATIONS = ("add", "export", "delete")
"""Those that take no time; the steps of the others stand in tests of store and runtime as well."""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_nothing_is_lost_doubled_half_written_or_left() -> None:
    kills = str(len(OPERATIONS))
    words = ["--kills", kills, "--seed", "7", "--steps-only", "--only", ",".join(OPERATIONS)]
    done = subprocess.run(
        [sys.executable, str(HARNESS), *words], capture_output=True, text=True, timeout=280
    )
    assert done.returncode == 0, done.stderr
    rows = {line.split()[0]: line.split() for line in done.stdout.splitlines()[1:]}
    assert [rows[name][1] for name in OPERATIONS] == ["1"] * len(OPERATIONS)
    assert rows["all"][1] == kills
