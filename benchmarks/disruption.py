"""Time the disruption engine, alone and beside BoARIO 0.7.2, on one synthetic table.

Run: ``OMP_NUM_THREADS=1 python benchmarks/disruption.py [--peer] [--growth] [--days 365]``.
One BLAS thread; the engine's own threads share scenarios or sectors. Prints JSON lines. The peer
needs the validation group and some two minutes; it runs in the same call, so ratios decide.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from isthmus.kernels.disruption import (
    Behaviour,
    FactoredTable,
    input_coefficients,
)
from isthmus.kernels.disruption_drivers import CapacityShock, Drivers
from isthmus.kernels.disruption_fast import FastRun
from isthmus.kernels.disruption_run import BatchRun

THREADS = 2


def factored(economies, sectors, seed=1):
    """A balanced random table as factors, yearly money per day."""
    rng = np.random.default_rng(seed)
    r, s = economies, sectors
    origin = rng.lognormal(0, 1, (s, r, r))
    origin[:, np.arange(r), np.arange(r)] = 0.0
    origin /= origin.sum(axis=1, keepdims=True)
    imported = rng.lognormal(0, 1, (s, r, s))
    domestic = 4.0 * rng.lognormal(0, 1, (s, r, s))
    final = rng.lognormal(1, 1, (s, r, r)) * s
    output = np.ones((r, s))
    for _ in range(60):
        sold = np.einsum("poj,pj->po", origin, imported.sum(axis=2)) + domestic.sum(axis=2)
        output = (sold + final.sum(axis=2)).T
        scale = 0.6 * output / (imported + domestic).sum(axis=0)
        imported, domestic = imported * scale, domestic * scale
    sold = np.einsum("poj,pj->po", origin, imported.sum(axis=2)) + domestic.sum(axis=2)
    output = (sold + final.sum(axis=2)).T.reshape(-1)
    return FactoredTable(origin, imported, domestic, final, output)


def inputs_of(table):
    return input_coefficients(
        table,
        stock_days=np.array(90.0),
        restore_days=np.array(60.0),
        psi=0.8,
        threshold=1e-5,
    )


def drivers_of(table, days, batch):
    s, r = table.shape
    weight = np.zeros(r * s)
    weight[3 * s : 4 * s] = 1.0
    path = np.clip(1.0 - (np.arange(days) - 12.0) / 60.0, 0.0, 1.0)
    path = np.where(np.arange(days) < 5, 0.0, path)[:, None] * np.ones((1, batch))
    return Drivers(
        days, batch, (CapacityShock(weight, path * np.linspace(0.3, 0.9, batch)[None, :]),)
    )


def one(table, days, *, precision="float64", compiled=True, batch=1, threads=THREADS):
    drivers = drivers_of(table, days, batch)
    args = (table, inputs_of(table), Behaviour(), drivers)
    if compiled:
        run = FastRun(*args, threads=threads, precision=precision)
    else:
        run = BatchRun(*args, precision=precision)
    begin = time.perf_counter()
    last = None
    for day in run.days():
        last = day.output
    took = time.perf_counter() - begin
    return took, np.asarray(last)


def ensemble(table, days, scenarios, batch, precision):
    """Scenarios in batches; two Python threads, each with its own batch."""
    chunks = [batch] * (scenarios // batch)
    begin = time.perf_counter()
    with ThreadPoolExecutor(THREADS) as pool:
        list(
            pool.map(
                lambda size: one(table, days, precision=precision, batch=size, threads=1)[0], chunks
            )
        )
    return (time.perf_counter() - begin) / scenarios


def say(**line):
    print(json.dumps(line), flush=True)


def peak_memory():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def machine():
    """Matrix-product peak (both types) and memory bandwidth of the machine as it is now."""
    out = {}
    for name in ("float64", "float32"):
        a = np.ones((1500, 1500), dtype=name)

        def work(a=a):
            begin = time.perf_counter()
            for _ in range(4):
                a @ a
            return 4 * 2 * 1500**3 / (time.perf_counter() - begin) / 1e9

        with ThreadPoolExecutor(THREADS) as pool:
            out[f"gflops_{name}"] = round(sum(pool.map(lambda _: work(), range(THREADS))), 1)
    big = np.ones(40_000_000)

    def read(half):
        begin = time.perf_counter()
        half.sum()
        return half.nbytes / (time.perf_counter() - begin) / 1e9

    with ThreadPoolExecutor(THREADS) as pool:
        out["read_gb_s"] = round(sum(pool.map(read, np.split(big, THREADS))), 1)
    return out


def peer(table, days):
    sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "validation"))
    import pandas as pd
    import pymrio
    from boario_peer import run_peer

    s, r = table.shape
    regions = [f"r{i:03d}" for i in range(r)]
    names = [f"s{i:03d}" for i in range(s)]
    rows = pd.MultiIndex.from_product([regions, names], names=["region", "sector"])
    cols = pd.MultiIndex.from_product([regions, ["final"]], names=["region", "category"])
    Z = 365 * table.flows.transpose(1, 0, 2).reshape(r * s, r * s)
    Y = 365 * table.final.transpose(1, 0, 2).reshape(r * s, r)
    system = pymrio.IOSystem(
        Z=pd.DataFrame(Z, index=rows, columns=rows), Y=pd.DataFrame(Y, index=rows, columns=cols)
    ).calc_all()
    event = {
        "impact": {(regions[3], name): 0.5 for name in names},
        "event_type": "arbitrary",
        "occurrence": 5,
        "duration": 7,
        "recovery_tau": 60,
    }
    begin, busy = time.perf_counter(), time.process_time()
    run_peer(system, [event], steps=days, stocks=False)
    return time.perf_counter() - begin, time.process_time() - busy


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--peer", action="store_true")
    parser.add_argument("--growth", action="store_true")
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--scenarios", type=int, default=256)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--repeats", type=int, default=3)
    chosen = parser.parse_args()
    if chosen.growth:
        return growth(chosen)
    table = factored(77, 45)
    dense = table.dense()
    say(part="machine", **machine())
    begin = time.perf_counter()
    one(dense, 2)
    say(part="cold start of the fused loop", seconds=time.perf_counter() - begin)
    took = {}
    for precision in ("float64", "float32"):
        times = [one(dense, chosen.days, precision=precision)[0] for _ in range(chosen.repeats)]
        took["single", precision] = statistics.median(times)
        say(part="single, dense", precision=precision, seconds=times, peak_mb=peak_memory())
    if chosen.peer:
        seconds, busy = peer(dense, chosen.days)
        say(part="BoARIO 0.7.2", seconds=seconds, processor=busy, peak_mb=peak_memory())
        again = one(dense, chosen.days)[0]
        say(part="single, dense, after the peer", seconds=again)
        for key, value in took.items():
            say(part="ratio to BoARIO", case=key, ratio=seconds / value)
    for precision in ("float64", "float32"):
        for name, used in (("dense", dense), ("factored", table)):
            each = ensemble(used, chosen.days, chosen.scenarios, chosen.batch, precision)
            line = {"part": f"ensemble, {name}", "precision": precision, "per_scenario": each}
            if chosen.peer:
                line["ratio"] = seconds / each
            say(**line, scenarios=chosen.scenarios, batch=chosen.batch, peak_mb=peak_memory())
    times = [one(dense, chosen.days, compiled=False)[0]]
    say(part="single, dense, numpy", seconds=times)
    return 0


def growth(chosen):
    """Time and memory against industries and scenarios."""
    for economies, sectors in ((20, 25), (40, 25), (50, 40), (77, 45), (100, 50), (160, 50)):
        table = factored(economies, sectors)
        n = economies * sectors
        fac = one(table, 60)[0] / 60
        line = {"industries": n, "factored_ms_a_day": 1e3 * fac}
        if n <= 8000:
            dense = table.dense()
            line["dense_ms_a_day"] = 1e3 * one(dense, 30)[0] / 30
            line["table_mb"] = dense.flows.nbytes / 1e6
            del dense
        say(part="growth in industries", **line, peak_mb=peak_memory())
    table = factored(40, 25)
    dense = table.dense()
    for scenarios in (1, 4, 16, 64, 256, 1024):
        batch = min(32, max(1, scenarios // THREADS))
        for name, used in (("dense", dense), ("factored", table)):
            each = ensemble(used, 60, scenarios, batch, "float64")
            say(part="growth in scenarios", form=name, scenarios=scenarios, ms_each=1e3 * each,
                peak_mb=peak_memory())  # fmt: skip
    return 0


if __name__ == "__main__":
    sys.exit(main())
