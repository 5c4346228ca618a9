"""Memory and time of an ensemble of 10^2 to 10^5 samples, each size in its own process.

The lens is a line with two economies, so that what is measured is the room itself: sampling,
scenarios, calls, parts on disk, and the summary of all samples afterwards.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

SIZES = (100, 1_000, 10_000, 100_000)
BATCH = 200


def line(world: Any, *, slope: float = 1.0, offset: float = 0.0) -> Any:
    """Return slope * k + offset for two economies."""
    import polars as pl

    from isthmus.evidence import Column, Kind, Provenance, Result, Table

    frame = pl.DataFrame({"economy": ["E0", "E1"], "value": [offset, slope + offset]})
    columns = (Column("economy", "dimension"), Column("value", "value", "1"))
    table = Table("line", frame, columns, Kind.MODELLED)
    return Result({"line": table}, Provenance("bench.line", {}, "starter", ""))


def one(samples: int) -> None:
    """Run and summarise one ensemble; print its figures as JSON."""
    from isthmus.ensemble import EnsemblePlan, register_lens, run_ensemble, summarise
    from isthmus.scenario import Range, Scenario
    from isthmus.store import Store
    from isthmus.world import World

    register_lens("bench.line", line)
    ranges = tuple(
        Range(path=f"params.{name}", distribution="uniform", low=0.0, high=1.0, reason="benchmark")
        for name in ("slope", "offset")
    )
    scenario = Scenario(name="benchmark", ranges=ranges)
    plan = EnsemblePlan(lens="bench.line", scenario=scenario, samples=samples, batch=BATCH)
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder) / "store")
        start = time.perf_counter()
        run = run_ensemble(store, plan, World.open("starter"))
        ran, peak = time.perf_counter() - start, _peak()
        start = time.perf_counter()
        summarise(store, run.id)
        summed = time.perf_counter() - start
        size = sum(p.stat().st_size for p in run.folder.rglob("*") if p.is_file())
    print(json.dumps({"run": ran, "peak": peak, "sum": summed, "after": _peak(), "disk": size}))


def _peak() -> float:
    scale = 1 / 1024 if sys.platform != "darwin" else 1 / 1024**2
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * scale


def main() -> None:
    """Print one row per size."""
    print(
        "| samples | run (s) | samples per s | peak memory of the run (MB) | summary (s) "
        "| peak with summary (MB) | on disk (MB) |"
    )
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for samples in SIZES:
        done = subprocess.run(
            [sys.executable, __file__, str(samples)], check=True, capture_output=True, text=True
        )
        f = json.loads(done.stdout)
        print(
            f"| {samples:,} | {f['run']:.1f} | {samples / f['run']:,.0f} | {f['peak']:.0f} "
            f"| {f['sum']:.2f} | {f['after']:.0f} | {f['disk'] / 1e6:.2f} |",
            flush=True,
        )


if __name__ == "__main__":
    if len(sys.argv) > 1:
        one(int(sys.argv[1]))
    else:
        main()
