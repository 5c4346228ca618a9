"""Fail when a command, option, error or data set is missing from the documentation."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from isthmus.cli.root import ROOMS


def main() -> int:
    """Check the generated pages and that every room has a page of its own; return the code."""
    stale = subprocess.run(
        [sys.executable, "tools/reference.py", "--check"], check=False
    ).returncode
    prose = "\n".join(p.read_text(encoding="utf-8") for p in sorted(Path("docs").glob("*.md")))
    missing = [room.name for room in ROOMS if f"isthmus {room.name}" not in prose]
    for name in missing:
        print(f"isthmus {name}: no page under docs/ shows it in use")
    print(f"documentation: {len(ROOMS)} commands, {len(missing)} not shown")
    return 1 if stale or missing else 0


if __name__ == "__main__":
    sys.exit(main())
