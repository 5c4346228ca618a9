"""Time and memory of the dossier's value-chain accounting beside pymrio's Leontief inverse.

Run: ``python benchmarks/chains.py`` (all that docs/chains.md holds, about four minutes on a quiet
machine), with ``--growth`` up to 8,000 industries. Each run is a process of its own with one BLAS
thread; sides take turns, medians of five. Processor time stands beside time on the clock, because
only the first means something on a busy machine. pymrio is timed for ``calc_L`` and the same
products with L; its A is made before the clock starts, ours makes what it needs inside.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

RUNS = 5
SIZES = {"2,464 industries": (44, 56), "3,465 industries": (77, 45), "world 2022": (0, 0)}
GROWTH = ((20, 25), (40, 25), (40, 50), (80, 50))
LARGE = ((80, 75), (80, 100))
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")


def memory(field: str) -> float:
    """Peak (VmHWM) or present (VmRSS) memory of this process in MB; 0 where not known."""
    try:
        lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0.0
    return next(float(x.split()[1]) / 1e3 for x in lines if x.startswith(field))


def reset_peak() -> None:
    try:
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    except OSError:
        return


def made(n: int, S: int, factored: bool):
    from isthmus.world import World
    from isthmus.world.mrio_sample import sample_table

    table = sample_table(n, S) if n else World.open("starter").mrio(2022)
    return table if factored else table.to_dense()


def timed(work: Callable[[], object]) -> dict[str, float]:
    """Seconds on the clock, seconds of the processor, and memory above what was there before."""
    reset_peak()
    before, clock, processor = memory("VmRSS"), time.perf_counter(), time.process_time()
    work()
    return {
        "processor": time.process_time() - processor,
        "clock": time.perf_counter() - clock,
        "memory": memory("VmHWM") - before,
    }


def ours(table) -> dict[str, float]:
    import scipy.linalg  # noqa: F401  (as pymrio, loaded before the clock starts)

    from isthmus.chains import reach
    from isthmus.chains.demand import absorbed
    from isthmus.chains.position import upstreamness

    def work() -> None:
        reach.requirements_by_origin(table)
        upstreamness(table)
        absorbed(table)

    found = timed(work)
    solves = (table.solve(reach.membership(table), transposed=True), table.solve(table.final))
    return {**found, "residual": max(s.residual for s in solves)}


def peer(table) -> dict[str, float]:
    import pandas as pd
    import pymrio

    n, S = table.labels.n, table.labels.S
    Z, x, v, Y = pd.DataFrame(table.Z), table.x, table.coefficients(table.primary), table.final
    own = np.repeat(np.eye(n), S, axis=0)
    A = pymrio.calc_A(Z, x)

    def work() -> None:
        L = pymrio.calc_L(A).to_numpy()
        _ = L.T @ own - own
        _ = table.coefficients(L @ x)
        _ = v[:, None] * (L @ Y)

    return timed(work)


def run(side: str, n: int, S: int) -> dict[str, float]:
    words = [sys.executable, __file__, side, str(n), str(S)]
    done = subprocess.run(
        words, check=True, capture_output=True, text=True, env={**os.environ, **ONE_THREAD}
    )
    return json.loads(done.stdout)


def median(sides: tuple[str, ...], n: int, S: int, runs: int = RUNS) -> dict[str, dict[str, float]]:
    found: dict[str, list[dict[str, float]]] = {side: [] for side in sides}
    for _ in range(runs):
        for side in sides:
            found[side].append(run(side, n, S))
    return {
        side: {key: statistics.median(r[key] for r in rows) for key in rows[0]}
        for side, rows in found.items()
    }


def cell(found: dict[str, float]) -> str:
    return f"{found['processor']:.3f} ({found['clock']:.3f}) s, {found['memory']:.0f} MB"


def compare() -> None:
    print(
        "| table | pymrio | dense | factored | dense / pymrio: time | memory "
        "| dense / factored | largest residual |"
    )
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    for name, (n, S) in SIZES.items():
        m = median(("peer", "dense", "factored"), n, S)
        p, d, f = (m[side] for side in ("peer", "dense", "factored"))
        parts = (
            name, cell(p), cell(d), cell(f), f"{d['processor'] / p['processor']:.2f}",
            f"{d['memory'] / p['memory']:.2f}", f"{d['processor'] / f['processor']:.1f}",
            f"{max(d['residual'], f['residual']):.0e}",
        )  # fmt: skip
        print(f"| {' | '.join(parts)} |", flush=True)


def growth(sizes: tuple[tuple[int, int], ...]) -> None:
    print("\n| industries | dense | factored | dense / factored |")
    print("| ---: | ---: | ---: | ---: |")
    for n, S in sizes:
        m = median(("dense", "factored"), n, S, runs=3 if n * S < 6000 else 1)
        ratio = m["dense"]["processor"] / m["factored"]["processor"]
        print(
            f"| {n * S:,} | {cell(m['dense'])} | {cell(m['factored'])} | {ratio:.1f} |", flush=True
        )


def main() -> None:
    print("Processor time (time on the clock), memory added; medians; one BLAS thread.\n")
    compare()
    growth(GROWTH + (LARGE if "--growth" in sys.argv else ()))


if __name__ == "__main__":
    if len(sys.argv) == 4:
        side, n, S = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
        table = made(n, S, side == "factored")
        print(json.dumps(peer(table) if side == "peer" else ours(table)))
    else:
        main()
