"""Fail when the package or one of its extras would bring a GPL or LGPL library, or one unknown."""

from __future__ import annotations

import importlib.metadata
import re
import sys
import tomllib
from pathlib import Path

FORBIDDEN = re.compile(r"\b(A|L)?GPL|GNU (Lesser |Affero |Library )?General Public", re.IGNORECASE)
OPEN = re.compile(
    r"MIT|BSD|Apache|ISC|PSF|Python Software Foundation|MPL|Mozilla|Unlicense|Zlib|CC0|HPND"
    r"|Public Domain|0BSD",
    re.IGNORECASE,
)


def reachable(lock: dict) -> set[str]:
    """Return the names of all packages that isthmus and its extras need, by the lock."""
    packages: dict[str, list[dict]] = {}
    for package in lock["package"]:
        packages.setdefault(package["name"], []).append(package)
    todo = {"isthmus"}
    seen: set[str] = set()
    while todo:
        name = todo.pop()
        seen.add(name)
        for package in packages.get(name, []):
            needs = [*package.get("dependencies", [])]
            if name == "isthmus":
                needs += [d for g in package.get("optional-dependencies", {}).values() for d in g]
            todo |= {d["name"] for d in needs} - seen
    return seen - {"isthmus"}


def licence(name: str) -> str | None:
    """Return what an installed package says of its licence; None when it is not installed."""
    try:
        meta = importlib.metadata.metadata(name)
    except importlib.metadata.PackageNotFoundError:
        return None
    classifiers = [c for c in meta.get_all("Classifier") or [] if c.startswith("License ::")]
    stated = meta.get("License-Expression") or ""
    text = (meta.get("License") or "").strip().split("\n")[0]
    return "; ".join(filter(None, [stated, *classifiers, text]))


def main() -> int:
    """Check every locked package that a user may get; return the exit code."""
    lock = tomllib.loads(Path("uv.lock").read_text(encoding="utf-8"))
    names = sorted(reachable(lock))
    absent, bad = [], []
    for name in names:
        stated = licence(name)
        if stated is None:
            absent.append(name)
        elif FORBIDDEN.search(stated) or not OPEN.search(stated):
            bad.append(f"{name}: {stated or 'no licence stated'}")
    for line in bad:
        print(line)
    print(f"licences: {len(names)} packages, {len(bad)} refused; not for here: {absent}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
