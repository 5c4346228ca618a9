"""Lines of keys in a TOML text, so that a mistake can be shown where it stands."""

from __future__ import annotations

import bisect
import re
from typing import Any

Path = tuple[str | int, ...]

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_INNER = re.compile(r"[ \t]*+")
_BLANK = re.compile(r"(?:[ \t\r\n]++|#[^\n]*+)*+")
_SCALAR = re.compile(r"[^,\]}#\n]*+")
_STRINGS = {
    '"': re.compile(r'"(?:[^\\"]++|\\.)*+"?', re.DOTALL),
    "'": re.compile(r"'[^']*+'?"),
    '"""': re.compile(r'"""(?:[^\\"]++|\\.|"(?!""))*+"{0,5}', re.DOTALL),
    "'''": re.compile(r"'''(?:[^']++|'(?!''))*+'{0,5}"),
}
_MOST = 200_000
"""Places remembered; in a text with more, later ones are told by what encloses them."""


class LineIndex:
    """Where each key of a TOML text stands.

    Parameters
    ----------
    text : str
        A TOML text that `toml_values` parses; on any other text the index may be incomplete, and
        `line` then answers with the nearest enclosing key. The time is linear in its length.
    """

    def __init__(self, text: str) -> None:
        self.lines: dict[Path, int] = {}
        _Scanner(text, self.lines).run()

    def line(self, path: Path) -> int:
        """Return the line of `path`, or of its nearest enclosing key; 1 when there is none."""
        for length in range(len(path), 0, -1):
            if path[:length] in self.lines:
                return self.lines[path[:length]]
        return 1


class _Scanner:
    """One pass over the text; every method leaves `at` behind what it has read."""

    def __init__(self, text: str, lines: dict[Path, int]) -> None:
        self.text = text
        self.lines = lines
        self.at = 0
        self.ends = [match.start() for match in re.finditer("\n", text)]
        self.counts: dict[Path, int] = {}

    def run(self) -> None:
        table: Path = ()
        while self.skip():
            if self.text[self.at] == "[":
                table = self.header()
            elif not self.pair(table):
                return

    def skip(self, blank: re.Pattern[str] = _BLANK) -> bool:
        """Pass white space and comments; False at the end of the text."""
        if match := blank.match(self.text, self.at):
            self.at = match.end()
        return self.at < len(self.text)

    def note(self, path: Path, start: int) -> None:
        if len(self.lines) < _MOST:
            self.lines.setdefault(path, bisect.bisect_left(self.ends, start) + 1)

    def key(self) -> list[str]:
        parts: list[str] = []
        while self.skip(_INNER):
            if self.text[self.at] in "\"'":
                start = self.at
                self.string()
                parts.append(self.text[start + 1 : self.at - 1])
            else:
                match = _BARE.match(self.text, self.at)
                if match is None:
                    break
                self.at = match.end()
                parts.append(match.group())
            self.skip(_INNER)
            if self.at >= len(self.text) or self.text[self.at] != ".":
                break
            self.at += 1
        return parts

    def resolve(self, parts: list[str]) -> Path:
        """Point names of arrays of tables at their last element."""
        path: Path = ()
        for part in parts:
            path = (*path, part)
            if path in self.counts:
                path = (*path, self.counts[path] - 1)
        return path

    def header(self) -> Path:
        start = self.at
        many = self.text.startswith("[[", self.at)
        self.at += 2 if many else 1
        parts = self.key()
        self.at += 2 if many else 1
        if not many:
            path = self.resolve(parts)
        else:
            name: Path = (*self.resolve(parts[:-1]), *parts[-1:])
            self.counts[name] = self.counts.get(name, 0) + 1
            self.note(name, start)
            path = (*name, self.counts[name] - 1)
        self.note(path, start)
        return path

    def pair(self, table: Path) -> bool:
        start = self.at
        parts = self.key()
        if not parts or not self.skip(_INNER) or self.text[self.at] != "=":
            return False
        self.at += 1
        path = table
        for part in parts:
            path = (*path, part)
            self.note(path, start)
        self.value(path)
        return True

    def value(self, path: Path) -> None:
        self.skip()
        self.note(path, self.at)
        char = self.text[self.at : self.at + 1]
        if char == "[":
            self.array(path)
        elif char == "{":
            self.inline(path)
        elif char in {'"', "'"}:
            self.string()
        else:
            self.passed(_SCALAR)

    def array(self, path: Path) -> None:
        self.at += 1
        count = 0
        while self.skip() and self.text[self.at] != "]":
            self.value((*path, count))
            count += 1
            if self.skip() and self.text[self.at] == ",":
                self.at += 1
        self.at += 1

    def inline(self, path: Path) -> None:
        self.at += 1
        while self.skip() and self.text[self.at] != "}":
            if not self.pair(path):
                return
            if self.skip() and self.text[self.at] == ",":
                self.at += 1
        self.at += 1

    def string(self) -> None:
        quote = self.text[self.at]
        mark = quote * 3 if self.text.startswith(quote * 3, self.at) else quote
        self.passed(_STRINGS[mark])

    def passed(self, pattern: re.Pattern[str]) -> None:
        match = pattern.match(self.text, self.at)
        self.at = match.end() if match else len(self.text)


def get(data: Any, path: Path, default: Any = None) -> Any:
    """Return what stands at `path` in nested dicts and lists, or `default`."""
    for part in path:
        if isinstance(data, dict):
            found = part in data
        else:
            found = isinstance(data, list) and isinstance(part, int) and part < len(data)
        if not found:
            return default
        data = data[part]
    return data
