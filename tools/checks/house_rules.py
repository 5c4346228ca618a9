"""Fail when a tracked text file carries an absolute path of a machine or an unfinished mark."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

TEXT = {".py", ".md", ".toml", ".html", ".css", ".j2", ".cff", ".yml", ".json", ".csv", ""}
RULES = {
    "absolute path of a machine": re.compile(r"(?<![\w.])/(home|root|Users|work|farm)/\w"),
    "unfinished mark": re.compile(r"\b(TODO|FIXME)\b|\bXXX:"),
}
SELF = Path("tools/checks/house_rules.py")


def main() -> int:
    """Search every tracked text file; return the exit code."""
    listed = subprocess.run(["git", "ls-files"], capture_output=True, text=True, check=True)
    bad = 0
    for name in listed.stdout.splitlines():
        path = Path(name)
        if path.suffix not in TEXT or path == SELF or not path.is_file():
            continue
        for number, line in enumerate(path.read_text("utf-8", errors="replace").splitlines(), 1):
            for rule, pattern in RULES.items():
                if pattern.search(line):
                    print(f"{name}:{number}: {rule}: {line.strip()[:100]}")
                    bad += 1
    print(f"house rules: {bad} lines to mend")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
