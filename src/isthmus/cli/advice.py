"""What was probably meant: the nearest command, the new name of an option, lists word by word."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from isthmus.errors import did_you_mean

RENAMED: Mapping[tuple[str, str], str] = {
    ("dependence", "--view"): "each view is a command: isthmus dependence {value} ...",
    ("dependence", "--indicator"): "isthmus dependence indicators, series and network take it",
    ("coercion", "--over"): "the other party is --on",
    ("coercion", "--horizon"): "--horizons, one word for each",
    ("coercion", "--file"): "--ladder",
}
"""Options that have another name now, by room; none that the room still takes."""

LIMIT = "--limit"
"""What was `--top` in every room."""


def advice(words: Sequence[str], app: Any) -> str:
    """Return what may have been meant by a command line that was refused; empty for no idea."""
    room, rest = words[0] if words else "", list(words[1:])
    for place, word in enumerate(rest):
        option, _, value = word.partition("=")
        if option == LIMIT:
            return "--top is the number of largest items that are shown"
        if (room, option) in RENAMED:
            after = value or (rest[place + 1] if place + 1 < len(rest) else "VIEW")
            return RENAMED[room, option].format(value=after)
    return nearest_command(words, app) or _apart(rest)


def nearest_command(words: Sequence[str], app: Any) -> str:
    """Return the command that a word was perhaps meant to be; empty for no idea."""
    room, rest = words[0] if words else "", list(words[1:])
    if room not in app:
        return did_you_mean(room, _commands(app)) if room[:1].isalpha() else ""
    inner = app[room]
    if rest and rest[0] not in inner and rest[0][:1].islower():
        return did_you_mean(rest[0], _commands(inner)).replace("mean", "mean the command", 1)
    return ""


def _commands(app: Any) -> Iterable[str]:
    return [name for name in app if not name.startswith("-")]


def _apart(rest: Sequence[str]) -> str:
    """Return how a list is written, where one came with commas."""
    for option, word in itertools.pairwise(rest):
        if option.startswith("--") and "," in word:
            return f"lists are written word by word: {option} {' '.join(word.split(','))}"
    return ""
