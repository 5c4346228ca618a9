"""Fail when a wheel lacks a licence text, the notice, or a licence's name in its metadata.

Usage: python tools/checks/wheel.py WHEEL
"""

from __future__ import annotations

import sys
import tomllib
import zipfile
from email import message_from_bytes
from pathlib import Path


def problems(wheel: Path, root: Path) -> list[str]:
    """Return what a wheel lacks of what pyproject.toml promises."""
    promised = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    with zipfile.ZipFile(wheel) as archive:
        (place,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        meta = message_from_bytes(archive.read(place))
        folder = place.removesuffix("METADATA") + "licenses/"
        carried = {
            name.removeprefix(folder): archive.read(name)
            for name in archive.namelist()
            if name.startswith(folder)
        }
    found = []
    if meta["License-Expression"] != promised["license"]:
        found.append(f"the metadata say {meta['License-Expression']!r}")
    texts = (path for glob in promised["license-files"] for path in root.glob(glob))
    found += [
        f"{path.relative_to(root)} is missing or differs"
        for path in texts
        if carried.get(path.relative_to(root).as_posix()) != path.read_bytes()
    ]
    named = set(meta.get_all("License-File") or [])
    return found + [f"{name} is not named in the metadata" for name in carried.keys() - named]


def main(arguments: list[str]) -> int:
    """Check one wheel; return the exit code."""
    found = problems(Path(arguments[0]), Path(__file__).resolve().parents[2])
    for line in found:
        print(line)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
