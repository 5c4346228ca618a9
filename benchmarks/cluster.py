"""Processor time of scenarios by engine and form, and content on clusters of several sizes.

Run: ``python benchmarks/cluster.py [throughput|content|efficiency]``. Throughput is processor time
of one process with one thread, so that other load on the machine does not count; content compares
all files of an ensemble in series with those on Dask clusters of 1, 2 and 4 workers. Efficiency is
processor time of one process with one thread over that of two workers and their caller, and wall
time of one process with two threads over theirs (on an idle machine): medians of pairs taken in
turn, the workers having opened the world.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import psutil

from isthmus.disruption import Settings, simulate_many
from isthmus.ensemble import EnsemblePlan, find_lens, run_ensemble
from isthmus.runtime import open_executor
from isthmus.runtime.threads import one_blas_thread
from isthmus.scenario import Range, Scenario, preset
from isthmus.store import Store
from isthmus.world import World

DAYS = 90
BATCH, SAMPLES, ROUNDS = 64, 128, 7
COUNTS = (1e4, 1e5, 1e7)


def timed(work, times=3):
    """Return the smallest processor time of several goes, after one to warm up."""
    work()
    found = []
    for _ in range(times):
        start = time.process_time()
        work()
        found.append(time.process_time() - start)
    return min(found)


def scenarios(count):
    base = preset("taiwan-chips-30-full")
    draws = np.random.default_rng(0).uniform(0.5, 1.0, count)
    return [
        base.with_values({"shocks.0.severity": float(s)}).model_copy(update={"name": f"s{i}"})
        for i, s in enumerate(draws)
    ]


def engines(world):
    """Yield a name and processor seconds per scenario."""
    mrio = world.mrio(2022, chips=True)
    for engine in ("compiled", "numpy"):
        for precision in ("float32", "float64"):
            settings = Settings(precision=precision)
            for batch in (1, 16, 64):
                some = scenarios(batch)

                def many(some=some, batch=batch, settings=settings, engine=engine):
                    simulate_many(
                        mrio, some, until=DAYS, batch=batch, settings=settings, engine=engine
                    )

                name = f"disruption.simulate_many, {engine}, {precision}, batches of {batch}"
                yield name, timed(many, 2) / batch
    some = {"a": "EU27_2020", "b": "TWN", "items": ("C26",)}
    leverage = find_lens("dependence.leverage")
    yield "dependence.leverage", timed(lambda: leverage(world, **some))
    solve = find_lens("equilibrium.solve")
    trade = Scenario.from_dict(
        {
            "name": "tariffs",
            "shocks": [
                {
                    "kind": "tariff_change",
                    "importers": ["EU27_2020"],
                    "exporters": ["CHN"],
                    "industries": "all",
                    "rate": 0.1,
                }
            ],
        }
    )
    try:
        yield "equilibrium.solve", timed(lambda: solve(world, trade))
    except Exception as error:  # noqa: BLE001
        print("equilibrium.solve:", error)


def throughput():
    world = World.open("starter")
    heads = " | ".join(f"{count:,.0f} on 64 cores (h)" for count in COUNTS[1:])
    print(f"| engine | ms per scenario | 10,000 on 2 cores (min) | {heads} |")
    print("| --- | --- | --- | --- | --- |")
    with one_blas_thread():
        for name, seconds in engines(world):
            two = seconds * COUNTS[0] / 2 / 60
            many = " | ".join(f"{seconds * count / 64 / 3600:,.2f}" for count in COUNTS[1:])
            print(f"| {name} | {1e3 * seconds:,.2f} | {two:,.1f} | {many} |", flush=True)


def content():
    world = World.open("starter")
    elasticity = Range(
        path="params.elasticity", distribution="uniform", low=1.5, high=6.0, reason="a benchmark"
    )
    plan = EnsemblePlan(
        "dependence.leverage",
        Scenario(name="cluster", ranges=(elasticity,)),
        {"a": "EU27_2020", "b": "TWN", "items": ["C26"]},
        samples=256,
        batch=16,
        tables=("totals",),
    )

    def files(executor):
        with tempfile.TemporaryDirectory() as folder:
            store = Store(Path(folder) / "store")
            start = time.perf_counter()
            entry = run_ensemble(store, plan, world, executor=executor)
            wall = time.perf_counter() - start
            found = (p for p in sorted(entry.folder.rglob("*")) if p.is_file())
            held = {p.name: p.read_bytes() for p in found if p.name != "timing.json"}
        return held, wall

    alone, _ = files(None)
    for workers in (1, 2, 4):
        with open_executor(workers, scheduler="local") as cluster:
            held, wall = files(cluster)
        print(f"dask, {workers} workers: same content {held == alone}, {wall:.1f} s")
        assert held == alone


def efficiency():
    world = World.open("starter")
    severity = Range(
        path="shocks.0.severity", distribution="uniform", low=0.5, high=1.0, reason="a benchmark"
    )
    base = preset("taiwan-chips-30-full").model_copy(update={"ranges": (severity,)})
    precision = {"precision": "float32"}

    def spent(executor, threads=1):
        """Return processor time of this process and its children, and the wall time, of a run."""
        plan = EnsemblePlan(
            "disruption.simulate_many",
            base,
            {
                "until": DAYS,
                "batch": BATCH,
                "engine": "compiled",
                "threads": threads,
                "settings": precision,
            },
            samples=SAMPLES,
            batch=BATCH,
            tables=("losses",),
        )
        before, start = processor_time(), time.perf_counter()
        with tempfile.TemporaryDirectory() as folder:
            run_ensemble(Store(Path(folder) / "store"), plan, world, executor=executor)
        return processor_time() - before, time.perf_counter() - start

    with open_executor(2) as processes, open_executor(2, scheduler="local") as cluster:
        ways = {
            "one process, one thread": (None, 1),
            "one process, two threads": (None, 2),
            "2 processes": (processes, 1),
            "Dask, 2 workers": (cluster, 1),
        }
        for _ in range(2):  # a worker that has had no batch yet opens the world with its first
            for way in ways.values():
                spent(*way)
        found = {name: [] for name in ways}
        for number in range(ROUNDS):
            turn = list(ways.items())
            for name, way in turn if number % 2 else reversed(turn):
                found[name].append(spent(*way))
            print(f"round {number + 1}, load {os.getloadavg()[0]:.0f}", file=sys.stderr, flush=True)
    alone, both, *_ = found.values()
    print("| way | CPU ms per scenario | efficiency by CPU | wall ms | efficiency by wall |")
    print("| --- | --- | --- | --- | --- |")
    for name, pairs in found.items():
        cpu, wall = (statistics.median(pair[which] for pair in pairs) for which in (0, 1))
        by_cpu = statistics.median(a[0] / b[0] for a, b in zip(alone, pairs, strict=True))
        by_wall = statistics.median(a[1] / b[1] for a, b in zip(both, pairs, strict=True))
        each = (f"{1e3 * cpu / SAMPLES:.1f}", f"{1e3 * wall / SAMPLES:.1f}")
        print(f"| {name} | {each[0]} | {by_cpu:.2f} | {each[1]} | {by_wall:.2f} |")


def processor_time():
    """Return the processor time so far of this process and of all that it started."""
    here = psutil.Process()
    times = [process.cpu_times() for process in (here, *here.children(recursive=True))]
    return sum(spent.user + spent.system for spent in times)


if __name__ == "__main__":
    wanted = sys.argv[1:] or ["throughput", "content", "efficiency"]
    for name in wanted:
        {"throughput": throughput, "content": content, "efficiency": efficiency}[name]()
