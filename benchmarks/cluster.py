"""Processor time of scenarios by engine and form, and content on clusters of several sizes.

Run: ``python benchmarks/cluster.py [throughput|content|efficiency]``. Throughput is processor time
of one process with one thread, so that other load on the machine does not count; content compares
all files of an ensemble in series with those on Dask clusters of 1, 2 and 4 workers. Efficiency is
processor time in series over that of two workers and their caller, apart from what starting costs:
the difference of two sizes of run.
"""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from isthmus.disruption import Settings, simulate_many
from isthmus.ensemble import EnsemblePlan, find_lens, run_ensemble
from isthmus.runtime import open_executor
from isthmus.runtime.threads import one_blas_thread
from isthmus.scenario import Range, Scenario, preset
from isthmus.store import Store
from isthmus.world import World

DAYS = 90
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
    settings = {
        "until": DAYS,
        "batch": 64,
        "engine": "compiled",
        "settings": {"precision": "float32"},
    }

    def spent(samples, opened):
        """Return processor time of this process and of the workers that it ended."""
        plan = EnsemblePlan(
            "disruption.simulate_many",
            base,
            settings,
            samples=samples,
            batch=64,
            tables=("losses",),
        )
        start = sum(os.times()[:4])
        with tempfile.TemporaryDirectory() as folder, opened() as executor:
            run_ensemble(Store(Path(folder) / "store"), plan, world, executor=executor)
        return sum(os.times()[:4]) - start

    ways = {
        "in series": contextlib.nullcontext,
        "2 processes": lambda: open_executor(2),
        "Dask, 2 workers": lambda: open_executor(2, scheduler="local"),
    }
    print("| way | start (CPU s) | ms per scenario | efficiency |\n| --- | --- | --- | --- |")
    first = None
    spent(64, contextlib.nullcontext)
    for name, opened in ways.items():
        few, many = spent(128, opened), spent(384, opened)
        each = (many - few) / 256
        first = first or each
        print(
            f"| {name} | {few - 128 * each:.1f} | {1e3 * each:.1f} | {first / each:.2f} |",
            flush=True,
        )


if __name__ == "__main__":
    wanted = sys.argv[1:] or ["throughput", "content", "efficiency"]
    for name in wanted:
        {"throughput": throughput, "content": content, "efficiency": efficiency}[name]()
