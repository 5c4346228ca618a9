"""Fail when anything that is rendered would fetch from another host."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from pathlib import Path

FETCH = re.compile(
    r"""(?:\b(?:src|href|action|poster|data|srcset|xlink:href)\s*=\s*["']?|url\(\s*["']?|@import\s+["'])"""
    r"""\s*(?:https?:)?//[^\s"'>)]+""",
    re.IGNORECASE,
)
NAMESPACE = re.compile(r"https?://www\.w3\.org/")


def outside(text: str) -> list[str]:
    """Return every reference in `text` that a browser would fetch from elsewhere."""
    return [m.group(0) for m in FETCH.finditer(text) if not NAMESPACE.search(m.group(0))]


def main() -> int:
    """Render the shipped study and search its files; return the exit code."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "dossier"
        command = [sys.executable, "-m", "isthmus", "assess", "taiwan-europe", "--out", str(out)]
        subprocess.run(command, check=True, capture_output=True)
        bad = 0
        pages = sorted([*out.rglob("*.html"), *out.rglob("*.svg"), *out.rglob("*.md")])
        for page in pages:
            for found in outside(page.read_text(encoding="utf-8")):
                print(f"{page.name}: {found}")
                bad += 1
    print(f"outside hosts: {len(pages)} rendered files, {bad} references")
    return 1 if bad or not pages else 0


if __name__ == "__main__":
    sys.exit(main())
