"""What plain values from a file may be, whichever notation they came in."""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterator
from typing import Any

from isthmus.errors import InputProblem
from isthmus.errors.base import SHOWN

DEEPEST = 48
"""Levels of tables and lists within each other; no file of this project needs ten."""

LARGEST_WHOLE = 2**63 - 1
Place = tuple[str | int, ...]
Fault = tuple[Place, str, str]
_DATES = (datetime.date, datetime.time)


class Unreadable(ValueError):
    """A text or file is not what it should be.

    Parameters
    ----------
    *problems : InputProblem
        What is wrong with it, and in which line.
    notation : bool
        Whether the text breaks the rules of its notation; False for a text that keeps them and
        holds something that is not taken.
    """

    def __init__(self, *problems: InputProblem, notation: bool = True) -> None:
        self.problems = problems
        self.notation = notation
        super().__init__("; ".join(str(problem) for problem in problems[:SHOWN]))


def value_faults(value: Any, *, wide: bool = False) -> Iterator[Fault]:
    """Yield place, fault and hint of every value that no reader of this project takes.

    Whole numbers beyond 64 bits (unless `wide`), numbers that are not finite, dates without
    quotes, text with half characters, and values nested deeper than `DEEPEST`.
    """
    stack: list[tuple[Place, Any]] = [] if _sound(value, wide=wide) else [((), value)]
    while stack:
        place, item = stack.pop()
        if not isinstance(item, dict | list):
            if fault := _fault(item, wide=wide):
                yield (place, *fault)
            continue
        if item and len(place) >= DEEPEST:
            yield place[:3], f"nested more than {DEEPEST} levels deep", "take levels out"
            return
        inner = item.items() if isinstance(item, dict) else enumerate(item)
        for key, entry in inner:
            if isinstance(key, str) and _half(key):
                yield place, "a name holds half a character", "write it as UTF-8"
            else:
                stack.append(((*place, key), entry))


def _sound(value: Any, *, wide: bool) -> bool:
    """Say whether a value has no fault, level by level and without keeping where it stands."""
    level = [value]
    for _ in range(DEEPEST + 1):
        below: list[Any] = []
        texts: list[str] = []
        for item in level:
            kind = type(item)
            if kind is str:
                texts.append(item)
            elif kind is dict:
                texts += [key for key in item if isinstance(key, str)]
                below += item.values()
            elif kind is list:
                below += item
            elif isinstance(item, dict | list) or _fault(item, wide=wide):
                return False
        if _half("".join(texts)):
            return False
        if not below:
            return True
        level = below
    return False


def natural(text: str) -> int | None:
    """Return a text of at most 18 plain digits as a number, None for any other text.

    `str.isdigit` also says yes to superscripts, and `int` refuses thousands of digits.
    """
    plain = text.isascii() and text.isdigit() and len(text) <= 18
    return int(text) if plain else None


def _fault(item: Any, *, wide: bool) -> tuple[str, str] | None:
    if isinstance(item, bool):
        return None
    if isinstance(item, int):
        inside = -LARGEST_WHOLE - 1 <= item <= LARGEST_WHOLE
        what = "a whole number beyond 64 bits"
        return None if wide or inside else (what, f"at most {LARGEST_WHOLE}")
    if isinstance(item, float) and not math.isfinite(item):
        return "not a finite number", "leave it out where there is no number"
    if isinstance(item, str) and _half(item):
        return "text with half a character", "write it as UTF-8"
    if isinstance(item, _DATES):
        return "a date or time without quotes", 'write it as text: "2022-02-24"'
    return None


def _half(text: str) -> bool:
    """Say whether a text holds one half of a pair of UTF-16, which no file can hold."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False
