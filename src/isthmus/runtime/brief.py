"""Short texts of objects that hold much: what a notebook or a debugger shows fits on a screen."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection
from typing import Any

MOST, PART = 1500, 60
"""Characters of an object, and of one of its fields."""


class Brief:
    """Shows the type and each field in a few words; goes first among the bases.

    A dataclass takes it with ``repr=False``.
    """

    __slots__ = ()

    def __repr__(self) -> str:
        names = (
            [one.name for one in dataclasses.fields(self) if one.repr]
            if dataclasses.is_dataclass(self)
            else list(getattr(type(self), "model_fields", ()))
        )
        fields = ", ".join(f"{name}={few(getattr(self, name))}" for name in names)
        return f"<{type(self).__name__} {fields}"[: MOST - 1] + ">"

    def __str__(self) -> str:
        return repr(self)


def few(value: Any) -> str:
    """Return a value in a few words: itself where it is short, else how much of what it is."""
    if isinstance(value, str):
        return repr(value if len(value) <= PART else value[: PART - 1] + "…")
    shape = getattr(value, "shape", None)
    if isinstance(shape, tuple):
        return f"{type(value).__name__}{shape}"
    if isinstance(value, Collection) and len(value) > 0:
        alone = all(isinstance(one, str | int | float) for one in value)
        text = repr(value) if alone and len(value) < PART // 2 else ""
        return text if 0 < len(text) <= PART else f"{len(value):,} in {type(value).__name__}"
    text = repr(value)
    return text if len(text) <= PART else f"{type(value).__name__}(…)"
