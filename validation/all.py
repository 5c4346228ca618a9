"""Run every comparison with published results and other implementations; name those that fail.

Run: ``make validate``, or ``python validation/all.py [part of a name ...]`` for some of them.
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
LIBRARIES = {"all", "boario_peer", "dense_update", "explorer_schemathesis"}
"""Modules that are not comparisons of their own, or need a program that is installed apart."""


def main(wanted: list[str]) -> int:
    """Run the scripts in alphabetical order; return the number that failed."""
    scripts = [path for path in sorted(HERE.glob("*.py")) if path.stem not in LIBRARIES]
    if wanted:
        scripts = [path for path in scripts if any(part in path.stem for part in wanted)]
    failed = []
    for script in scripts:
        print(f"\n## {script.stem}", flush=True)
        start = time.perf_counter()
        if subprocess.run([sys.executable, str(script)], check=False).returncode:
            failed.append(script.stem)
        print(f"   {time.perf_counter() - start:.0f} s", flush=True)
    print(f"\n{len(scripts)} comparisons, failed: {', '.join(failed) or 'none'}")
    return len(failed) if scripts else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
