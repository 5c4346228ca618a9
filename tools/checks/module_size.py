"""Fail when a module of the package has more than 400 lines; compiled loops of kernels may."""

from __future__ import annotations

import sys
from pathlib import Path

LIMIT = 400
AIM = 150
COMPILED = ("_fast", "_loops")
"""Ends of the names of modules of the kernels that hold nothing but what is compiled."""


def main() -> int:
    """Print modules above the limit and how many are above the aim; return the exit code."""
    sizes = {
        path: len(path.read_text(encoding="utf-8").splitlines())
        for path in sorted(Path("src/isthmus").rglob("*.py"))
    }
    large = {
        path: size
        for path, size in sizes.items()
        if size > LIMIT and not (path.parent.name == "kernels" and path.stem.endswith(COMPILED))
    }
    for path, size in large.items():
        print(f"{path}: {size} lines, limit {LIMIT}: split it by its reasons to exist")
    above = sum(size > AIM for size in sizes.values())
    print(f"module size: {len(sizes)} modules, {above} above the aim of {AIM} lines")
    return 1 if large else 0


if __name__ == "__main__":
    sys.exit(main())
