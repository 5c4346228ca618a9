"""Keep which English texts the German ones were written for: a later change of English is named.

``python tools/translated.py`` prints the keys whose English text changed since; with ``--write``
the present texts are kept, once the German ones say the same.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from isthmus.runtime.reading import toml_values

ROOT = Path(__file__).resolve().parents[1]
ENGLISH = sorted((ROOT / "src" / "isthmus").rglob("en.toml"))
KEPT = ROOT / "tests" / "data" / "translated.json"


def flat(raw: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Yield the texts of a file by dotted key."""
    for key, value in raw.items():
        if isinstance(value, dict):
            yield from flat(value, f"{prefix}{key}.")
        elif isinstance(value, str):
            yield f"{prefix}{key}", value


def texts(file: Path) -> dict[str, str]:
    """Return the texts of a file by dotted key."""
    return dict(flat(toml_values(file.read_text("utf-8"))))


def marks() -> dict[str, str]:
    """Return a mark of every English text by its key and the folder of its file."""
    return {
        f"{file.parent.name}: {key}": hashlib.sha256(text.encode()).hexdigest()[:8]
        for file in ENGLISH
        for key, text in texts(file).items()
    }


def changed() -> list[str]:
    """Return the keys whose English text is another than when the German one was written."""
    kept, now = json.loads(KEPT.read_text("utf-8")), marks()
    return sorted(key for key, mark in now.items() if kept.get(key, mark) != mark)


def main() -> int:
    """Print what changed, or keep the present texts."""
    if "--write" in sys.argv[1:]:
        KEPT.write_text(json.dumps(marks(), indent=0, sort_keys=True) + "\n", "utf-8")
        return 0
    found = changed()
    print("\n".join(found))
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
