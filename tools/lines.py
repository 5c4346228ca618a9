"""Count what the package did at an earlier commit, and in how many lines it does that today.

Run: ``python tools/lines.py a874126e [--write]``. Every function, method and class of then has at
most one successor now: the one that shares most of its lines, or its name in the same room. Lines
of a module outside of these go by the part of them that has one. What grew inside a successor
counts as its own; helpers that were cut out of one count as new.
"""

from __future__ import annotations

import argparse
import ast
import re
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = "src/isthmus"
PAGE = ROOT / "docs" / "measured" / "lines.md"
SHARED = 0.3
"""Least part of their lines that two of different name or room share."""
COMMON = 40
"""A line that stands in more places says nothing of descent."""
NAME, ROOM, MODULE = 0.4, 0.15, 0.2
"""Weight of the same name, room and module beside the part of shared lines."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A function, a method, or a class without its methods."""

    module: str
    name: str
    size: int
    lines: Counter[str]

    @property
    def room(self) -> str:
        """The first folder."""
        return self.module.partition("/")[0]


def units(module: str, text: str) -> Iterator[Unit]:
    """Yield the units of a module."""
    rows = text.splitlines()

    def taken(node: ast.AST) -> list[str]:
        first = min([node.lineno, *(d.lineno for d in node.decorator_list)])  # type: ignore[attr-defined]
        return rows[first - 1 : node.end_lineno]  # type: ignore[attr-defined]

    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef):
            yield Unit(module, node.name, len(taken(node)), counted(taken(node)))
        elif isinstance(node, ast.ClassDef):
            methods = [part for part in node.body if isinstance(part, ast.FunctionDef)]
            own = counted(taken(node))
            for part in methods:
                lines = counted(taken(part))
                yield Unit(module, f"{node.name}.{part.name}", len(taken(part)), lines)
                own -= lines
            size = len(taken(node)) - sum(len(taken(part)) for part in methods)
            yield Unit(module, node.name, size, own)


def counted(rows: list[str]) -> Counter[str]:
    """Return lines that say something, without their white space."""
    return Counter(re.sub(r"\s+", " ", row.strip()) for row in rows if len(row.strip()) > 6)


def successors(before: list[Unit], after: list[Unit]) -> dict[int, int]:
    """Return for each unit of today that has one the unit of then, both by position."""
    places: dict[str, list[int]] = defaultdict(list)
    named: dict[str, list[int]] = defaultdict(list)
    for number, unit in enumerate(before):
        named[unit.name].append(number)
        for line in unit.lines:
            places[line].append(number)
    pairs = []
    for number, unit in enumerate(after):
        shared: Counter[int] = Counter()
        for line, times in unit.lines.items():
            if len(places[line]) < COMMON:
                for other in places[line]:
                    shared[other] += min(times, before[other].lines[line])
        for other in {*shared, *named[unit.name]}:
            old = before[other]
            whole = unit.lines.total() + old.lines.total()
            part = 2.0 * shared[other] / whole if whole else 0.0
            name, room = old.name == unit.name, old.room == unit.room
            if part >= SHARED or (name and room):
                score = part + NAME * name + ROOM * room + MODULE * (old.module == unit.module)
                pairs.append((score, number, other))
    found: dict[int, int] = {}
    taken: set[int] = set()
    for _, number, other in sorted(pairs, reverse=True):
        if number not in found and other not in taken:
            found[number] = other
            taken.add(other)
    return found


Row = tuple[str, int, int, int, int]


def table(before: Mapping[str, str], after: Mapping[str, str]) -> list[Row]:
    """Return by room the lines of then, of successors, what those grew by, and what is new."""
    old = [unit for module, text in before.items() for unit in units(module, text)]
    now = [unit for module, text in after.items() for unit in units(module, text)]
    kept = successors(old, now)
    held: Counter[str] = Counter()
    named: Counter[str] = Counter()
    for number, unit in enumerate(now):
        named[unit.module] += unit.size
        held[unit.module] += unit.size * (number in kept)
    rooms: dict[str, list[float]] = defaultdict(lambda: [0.0] * 4)
    for number, other in kept.items():
        rooms[now[number].room][2] += max(0, now[number].size - old[other].size)
    for module, text in before.items():
        rooms[module.partition("/")[0]][0] += len(text.splitlines())
    for module, text in after.items():
        size, total = len(text.splitlines()), named[module]
        same = size * (held[module] / total if total else float(module in before))
        rooms[module.partition("/")[0]][1] += same
        rooms[module.partition("/")[0]][3] += size - same
    rows = []
    for room, (then, same, grown, new) in sorted(rooms.items()):
        rows.append((room, round(then), round(same), round(grown), round(new)))
    return rows


def at(commit: str) -> dict[str, str]:
    """Return the modules of the package at a commit."""

    def git(*words: str) -> str:
        return subprocess.run(
            ["git", *words], cwd=ROOT, capture_output=True, text=True, check=True
        ).stdout

    listed = git("ls-tree", "-r", "--name-only", commit, PACKAGE).splitlines()
    paths = [path for path in listed if path.endswith(".py")]
    return {path.removeprefix(f"{PACKAGE}/"): git("show", f"{commit}:{path}") for path in paths}


def page(commit: str, rows: list[Row]) -> str:
    """Return the table in words."""
    sums = ("all", *(sum(row[n] for row in rows) for n in (1, 2, 3, 4)))
    lines = [[room, *(f"{count:,}" for count in counts)] for room, *counts in (*rows, sums)]
    body = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    return f"""What the package did at {commit}, and in how many lines it does that today: for every
function, method and class of then at most one successor is found (`tools/lines.py`). "Grown" is
what successors have more lines than their forerunners: options that came later, and lines that are
only set otherwise. Helpers that were cut out of a function count as new. What left the package (how
the shipped table of 2022 is made, now in `tools/starter`, 196 lines) stands in no column of today.

| room | lines then | of successors | of these, grown | new |
| --- | --- | --- | --- | --- |
{body}
"""


def main() -> int:
    """Print the table, or write its page."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("commit")
    parser.add_argument("--write", action="store_true", help=f"write {PAGE.relative_to(ROOT)}")
    asked = parser.parse_args()
    text = page(asked.commit, table(at(asked.commit), at("HEAD")))
    if asked.write:
        PAGE.write_text(text, encoding="utf-8", newline="\n")
    print(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
