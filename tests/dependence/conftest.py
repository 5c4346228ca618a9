"""Make the world in memory importable, and hand one out."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parent))


@pytest.fixture
def world():
    from fake_world import random_world

    return random_world()
