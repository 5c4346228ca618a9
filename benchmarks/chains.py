"""Time and memory of the dossier's value-chain accounting beside pymrio's Leontief inverse.

Run: ``OMP_NUM_THREADS=1 python benchmarks/chains.py``. Each run is a process of its own; sides take
turns, medians of five. pymrio is timed for ``calc_L`` and the same products with L; its A is made
before the clock starts, ours makes what it needs inside.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

RUNS = 5
SIZES = {"2,464 industries": (44, 56), "3,465 industries": (77, 45), "world 2022": (0, 0)}
GROWTH = ((20, 25), (40, 25), (40, 50), (80, 50), (80, 75), (80, 100))


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


def ours(table) -> dict[str, float]:
    import scipy.linalg  # noqa: F401  (as pymrio, loaded before the clock starts)

    from isthmus.chains import reach
    from isthmus.chains.demand import absorbed
    from isthmus.chains.position import upstreamness

    reset_peak()
    before, start = memory("VmRSS"), time.perf_counter()
    reach.requirements_by_origin(table)
    upstreamness(table)
    absorbed(table)
    return {"time": time.perf_counter() - start, "memory": memory("VmHWM") - before}


def peer(table) -> dict[str, float]:
    import pandas as pd
    import pymrio

    n, S = table.labels.n, table.labels.S
    Z, x, v, Y = pd.DataFrame(table.Z), table.x, table.coefficients(table.primary), table.final
    own = np.repeat(np.eye(n), S, axis=0)
    reset_peak()
    before = memory("VmRSS")
    A = pymrio.calc_A(Z, x)
    start = time.perf_counter()
    L = pymrio.calc_L(A).to_numpy()
    _ = L.T @ own - own
    _ = table.coefficients(L @ x)
    _ = v[:, None] * (L @ Y)
    return {"time": time.perf_counter() - start, "memory": memory("VmHWM") - before}


def run(side: str, n: int, S: int) -> dict[str, float]:
    words = [sys.executable, __file__, side, str(n), str(S)]
    done = subprocess.run(words, check=True, capture_output=True, text=True)
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


def main() -> None:
    head = f"{'':18s} {'pymrio':>16s} {'dense':>16s} {'factored':>16s} {'dense/pymrio':>14s}"
    print(f"{head} {'dense/factored':>15s}")
    for name, (n, S) in SIZES.items():
        m = median(("peer", "dense", "factored"), n, S)
        cells = [f"{m[s]['time']:7.3f} s {m[s]['memory']:4.0f} MB" for s in m]
        p, d, f = (m[s] for s in m)
        print(
            f"{name:18s} {cells[0]:>16s} {cells[1]:>16s} {cells[2]:>16s}"
            f" {d['time'] / p['time']:7.2f} {d['memory'] / p['memory']:6.2f}"
            f" {d['time'] / f['time']:15.1f}",
            flush=True,
        )
    print("\ngrowth (single runs)")
    for n, S in GROWTH:
        m = median(("dense", "factored"), n, S, runs=1)
        cells = [f"{s} {m[s]['time']:8.3f} s {m[s]['memory']:6.0f} MB" for s in m]
        print(f"{n * S:6d} industries  {'   '.join(cells)}", flush=True)


if __name__ == "__main__":
    if len(sys.argv) == 4:
        side, n, S = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
        table = made(n, S, side == "factored")
        print(json.dumps(peer(table) if side == "peer" else ours(table)))
    else:
        main()
