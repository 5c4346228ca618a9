"""Put the toy lenses where tests and worker processes find them, and name them."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

MORE = ("ishigami", "of_party", "refusing")
HERE = str(Path(__file__).parent)
if HERE not in sys.path:
    sys.path.insert(0, HERE)


@pytest.fixture(autouse=True)
def _toy_lenses() -> Iterator[None]:
    import toy_lens

    from isthmus.ensemble import lenses

    for name in ("line", "shocked", "shocked_many", "solve", "slow", "brittle", *MORE):
        lenses.register_lens(f"toy.{name}", getattr(toy_lens, name))
    yield
    lenses._own.clear()
