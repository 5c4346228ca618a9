"""What a reader is tried with: sound content of a kind, damaged and misshapen."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hypothesis import strategies as st
from tests.fuzz.strategies import damaged, json_bytes, misshapen, toml_bytes


@dataclass(frozen=True)
class Contents:
    """What a reader is tried with.

    Parameters
    ----------
    sound : callable
        Returns contents that the reader takes.
    parse, write : callable, optional
        From content to plain values and back, for values exchanged.
    """

    sound: Callable[[], Sequence[bytes]]
    parse: Callable[[bytes], Any] | None = None
    write: Callable[[Any], bytes] = json_bytes

    def malformed(self) -> st.SearchStrategy[bytes]:
        """Return a maker of content with bytes changed, and with values exchanged."""
        found = self.sound()
        made = damaged(found)
        if self.parse is None:
            return made
        return made | misshapen([self.parse(raw) for raw in found]).map(self.write)


@dataclass(frozen=True)
class Reader:
    """A reader and the content that it is tried with.

    Parameters
    ----------
    contents : Contents
        Sound content, and what is made of it.
    read : callable
        Takes the content and a fresh folder; ends in anything but an unnamed error.
    """

    contents: Contents
    read: Callable[[bytes, Path], object]


def file_reader(name: str, read: Callable[[Path], object]) -> Callable[[bytes, Path], object]:
    """Return a reader of content that lies in a file of that name."""

    def from_bytes(content: bytes, folder: Path) -> object:
        path = folder / name
        path.write_bytes(content)
        return read(path)

    return from_bytes


def toml_contents(texts: Callable[[], Sequence[str]]) -> Contents:
    """Return TOML, to be damaged and misshapen."""
    return Contents(
        lambda: [text.encode() for text in texts()],
        lambda raw: tomllib.loads(raw.decode()),
        toml_bytes,
    )


def json_contents(values: Callable[[], Sequence[Any]]) -> Contents:
    """Return JSON, to be damaged and misshapen."""
    return Contents(lambda: [json_bytes(value) for value in values()], json.loads)


def byte_contents(sound: Callable[[], Sequence[bytes]]) -> Contents:
    """Return bytes, to be damaged."""
    return Contents(sound)
