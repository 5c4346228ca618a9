"""Requests that schemathesis makes from the explorer's own description: none ends in a fault.

Run: ``python validation/explorer_schemathesis.py [EXAMPLES] [SEED] [SECONDS]``, with the program
``schemathesis`` on the path (``pip install schemathesis`` in an environment of its own; without it
nothing is asked, and that is said). A server is started, and every path of ``/openapi.json`` is
asked with EXAMPLES generated sets of parameters at most (100 by default), well formed and not.
Fails on a status of 500, on an answer that the description does not name, and when the server
ends. Printed are what schemathesis counts, and processor time and memory of the server.
"""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CHECKS = "not_a_server_error,status_code_conformance"


def main(examples: int = 100, seed: int = 1, seconds: int = 3600) -> int:
    """Run schemathesis against a server; return its exit code, or 1 when the server ended."""
    if shutil.which("schemathesis") is None:
        print("schemathesis is not installed: nothing was asked")
        return 1
    sys.path.insert(0, str(ROOT))
    from benchmarks.explorer import memory, processor, started

    process, where, _, _ = started()
    host, cookie = where.split()
    before = memory(process.pid)
    try:
        done = subprocess.run(
            [
                "schemathesis",
                "run",
                f"http://{host}/openapi.json",
                f"--header=Cookie:{cookie}",
                f"--checks={CHECKS}",
                f"--max-examples={examples}",
                f"--seed={seed}",
                f"--max-time={seconds}",
                "--phases=examples,coverage,fuzzing",
                "--request-timeout=120",
                "--continue-on-failure",
                "--no-shrink",
                "--warnings=off",
                "--no-color",
            ],
            check=False,
        )
        ended = process.poll()
        if ended is not None:
            print(f"the server ended with {ended}")
            return 1
        print(
            f"seed {seed}; processor time {processor(process.pid):.0f} s; "
            f"memory {before:.0f} MB before, {memory(process.pid):.0f} MB after"
        )
        return done.returncode
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            process.kill()


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
