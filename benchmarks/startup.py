"""Time what a person waits for: the import, the help, the flagship study; and its peak memory.

The targets are 0.15 s, 0.7 s, 8 s and 1 GB on two cores; medians of five runs after one warm-up.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

RUNS = 5


def peak_mb(command: list[str]) -> float:
    """Return the peak resident memory in MB of one run of `command`."""
    code = (
        "import resource, subprocess, sys;"
        "subprocess.run(sys.argv[1:], check=True, capture_output=True);"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *command], check=True, capture_output=True, text=True
    )
    scale = 1 / 1024 if sys.platform != "darwin" else 1 / 1024**2
    return int(done.stdout) * scale


def seconds(command: list[str]) -> list[float]:
    """Return wall times of `RUNS` runs after a warm-up."""
    times = []
    for _ in range(RUNS + 1):
        start = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        times.append(time.perf_counter() - start)
    return times[1:]


def main() -> None:
    """Print one row per command."""
    python = sys.executable
    with tempfile.TemporaryDirectory() as folder:
        out = str(Path(folder) / "dossier")
        assess = [python, "-m", "isthmus", "assess", "taiwan-europe", "--out", out, "--force"]
        rows = {
            "bare interpreter": ([python, "-c", "pass"], None),
            "import isthmus": ([python, "-c", "import isthmus"], 0.15),
            "isthmus --help": ([python, "-m", "isthmus", "--help"], 0.7),
            "isthmus assess taiwan-europe": (assess, 8.0),
        }
        version = sys.version.split()[0]
        print(f"cores {os.cpu_count()}, load {os.getloadavg()[0]:.2f}, Python {version}")
        print("\n| command | median s | min | max | target s | peak MB |")
        print("| --- | ---: | ---: | ---: | ---: | ---: |")
        for name, (command, target) in rows.items():
            times = seconds(command)
            print(
                f"| {name} | {statistics.median(times):.2f} | {min(times):.2f} | {max(times):.2f} "
                f"| {target or ''} | {peak_mb(command):.0f} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
