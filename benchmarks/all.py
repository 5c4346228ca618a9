"""Run every benchmark, one after the other; each prints its own table."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def main() -> int:
    """Run the benchmarks in alphabetical order; return the number that failed."""
    here = Path(__file__)
    scripts = [path for path in sorted(here.parent.glob("*.py")) if path != here]
    failed = 0
    for script in scripts:
        print(f"\n## {script.stem}", flush=True)
        failed += subprocess.run([sys.executable, str(script)], check=False).returncode != 0
    return failed


if __name__ == "__main__":
    sys.exit(main())
