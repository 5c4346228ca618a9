"""A few kills of every operation, always the same; ``make kill`` does hundreds, at random."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

HARNESS = Path(__file__).with_name("harness.py")
OPERATIONS = ("add", "import", "export", "gc", "ensemble", "disruption", "assess", "delete")
KILLS = 16


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_nothing_is_lost_doubled_half_written_or_left() -> None:
    words = ["--kills", str(KILLS), "--seed", "7", "--steps-only"]
    done = subprocess.run(
        [sys.executable, str(HARNESS), *words], capture_output=True, text=True, timeout=900
    )
    assert done.returncode == 0, done.stderr
    rows = {line.split()[0]: line.split() for line in done.stdout.splitlines()[1:]}
    assert [rows[name][1] for name in OPERATIONS] == [str(KILLS // len(OPERATIONS))] * 8
    assert rows["all"][1] == str(KILLS)
