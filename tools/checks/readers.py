"""Fail when a module parses files by itself instead of through the checked readers.

`isthmus.runtime.reading` names what broke, where and in which file, and bounds time and memory;
a parser called elsewhere would bring back stack traces and file names read as patterns.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

READERS = Path("src/isthmus/runtime/reading")
RULES = {
    "TOML": re.compile(r"\btomllib\b"),
    "JSON": re.compile(r"\bjson\.loads?\("),
    "tables": re.compile(r"\bpl\.(?:read|scan)_\w+\((?!.*glob=False)"),
    "archives": re.compile(r"\bzipfile\.ZipFile\((?!.*\"w\")"),
}


def main() -> int:
    """Search every module of the package; return the exit code."""
    bad = 0
    for path in sorted(Path("src/isthmus").rglob("*.py")):
        if READERS in path.parents:
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            for kind, pattern in RULES.items():
                if pattern.search(line):
                    print(f"{path}:{number}: {kind} outside of {READERS}: {line.strip()}")
                    bad += 1
    print(f"readers: {bad} lines to mend")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
