"""Fail when importing the package, or asking for help, loads what it must not or takes too long."""

from __future__ import annotations

import subprocess
import sys
import time

LIMIT_S = 0.15
HEAVY = ("scipy.stats", "pandas", "altair", "numba", "fastapi")
PROBES = {
    "import isthmus": ("import isthmus", HEAVY),
    "isthmus --help": (
        "from isthmus.cli import main; main(['--help'])",
        (*HEAVY, "numpy", "polars", "pydantic"),
    ),
}


def loaded(code: str, forbidden: tuple[str, ...]) -> list[str]:
    """Return the forbidden modules that are loaded after `code` ran."""
    tail = f"import sys; print([m for m in {forbidden!r} if m in sys.modules], file=sys.stderr)"
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\n{tail}"], capture_output=True, text=True, check=True
    )
    return [name for name in forbidden if f"'{name}'" in done.stderr]


def seconds(code: str) -> float:
    """Return the best of seven wall times of a fresh interpreter running `code`."""
    times = []
    for _ in range(7):
        start = time.perf_counter()
        subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
        times.append(time.perf_counter() - start)
    return min(times)


def main() -> int:
    """Run every probe; return the exit code."""
    bad = False
    for name, (code, forbidden) in PROBES.items():
        found = loaded(code, forbidden)
        if found:
            print(f"{name}: loads {', '.join(found)}")
            bad = True
    cost = seconds(PROBES["import isthmus"][0]) - seconds("pass")
    print(f"import isthmus: {cost:.3f} s above the bare interpreter, limit {LIMIT_S} s")
    return 1 if bad or cost > LIMIT_S else 0


if __name__ == "__main__":
    sys.exit(main())
