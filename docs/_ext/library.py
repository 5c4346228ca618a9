"""The reference of the library: each object on one page, in the room that defines it."""

from __future__ import annotations

import importlib
from collections.abc import Iterable
from typing import Any

from sphinx.application import Sphinx

import isthmus


def own(room: str, names: Iterable[str]) -> list[str]:
    """Return which of the names of a room it defines itself, and the front page does not list."""
    module = importlib.import_module(room)
    return [
        name
        for name in names
        if getattr(module, name).__module__.startswith(room)
        and (name not in isthmus.__all__ or room == isthmus.__name__)
    ]


def setup(app: Sphinx) -> dict[str, Any]:
    """Give `own` to the templates of the reference."""
    app.config["autosummary_context"] = {"own": own}
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
