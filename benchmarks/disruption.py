"""Time the disruption engine beside BoARIO 0.7.2 on one synthetic table of 77 x 45 industries.

Run on an idle machine: ``OMP_NUM_THREADS=1 python benchmarks/disruption.py --peer --growth``.
One BLAS thread; the engine's own threads share a day or the batches. Every part runs in a process
of its own, so that peak memory belongs to it, and prints a JSON line on stderr; Markdown tables
come last, on stdout. Runs of the engine stand before and after the peer's one run (some two
minutes). ``--write docs`` puts tables and plot where the documentation reads them.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
from growth_plot import growth_plot

from isthmus.kernels.disruption import FactoredTable
from isthmus.kernels.disruption_drivers import CapacityShock, Drivers
from isthmus.kernels.disruption_run import BatchRun
from isthmus.kernels.disruption_terms import Behaviour, choices, coefficients

THREADS = 2
SIZE = (77, 45)
PRECISIONS = ("float64", "float32")
INDUSTRIES = ((20, 25), (40, 25), (50, 40), (77, 45), (100, 50), (160, 50))
MORE = (
    "defer", "catch_up", "defer_days", "plan", "output", "demand",
    "fixed", "late", "alt", "ration", "over_tau",
)  # fmt: skip
SCENARIOS = (1, 4, 16, 64, 256, 1024)


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


def varied(sectors, batch, seed=2):
    """Choices that differ between scenarios in every array they are made of.

    A fifth of the inputs cannot be stored: a day's use, ordered as it is used up, as in the lens.
    """
    rng = np.random.default_rng(seed)
    cells, rows = (sectors, sectors, batch), (sectors, batch)
    flow = np.arange(sectors)[:, None] >= sectors - sectors // 5
    return choices(
        sectors,
        batch,
        days=np.where(flow[:, :, None], 1.0, rng.uniform(20, 90, cells)),
        psi=np.where(flow, 1.0, rng.uniform(0.5, 0.95, rows)),
        rise=np.where(flow, 0.0, 1 / rng.uniform(20, 60, rows)),
        fall=np.where(flow, 1.0, 0.0),
        need=np.where(rng.random(cells) < 0.5, 0.0, rng.random(cells)),
        sigma=np.where(flow | (rng.random(rows) < 0.8), 0.0, 0.15),
        order_share=rng.uniform(0.5, 1, batch),
        over_max=rng.uniform(1, 1.25, batch),
    )


def every(chosen, seed=3):
    """The same with deferral, order rules, rationing and days of overproduction varied too."""
    sectors, _, batch = chosen.cover.shape
    rng = np.random.default_rng(seed)
    more = choices(
        sectors,
        batch,
        defer=rng.random((sectors, sectors, batch)),
        catch_up=0.2 * rng.random(batch),
        defer_days=rng.uniform(15, 60, batch),
        orders=rng.choice(["plan", "plan", "demand"], batch),
        rule=rng.choice(["alt", "noalt"], batch),
        rationing=rng.choice(["proportional", "final_first", "orders_first"], batch),
        over_tau=rng.uniform(90, 365, batch),
    )
    return replace(chosen, **{name: getattr(more, name) for name in MORE})


def drivers_of(table, days, batch):
    s, r = table.shape
    weight = np.zeros(r * s)
    weight[3 * s : 4 * s] = 1.0
    path = np.clip(1.0 - (np.arange(days) - 12.0) / 60.0, 0.0, 1.0)
    path = np.where(np.arange(days) < 5, 0.0, path)[:, None] * np.ones((1, batch))
    return Drivers(
        days, batch, (CapacityShock(weight, path * np.linspace(0.3, 0.9, batch)[None, :]),)
    )


def run_of(
    table, days, *, precision="float64", compiled=True, batch=1, threads=THREADS, vary="bench"
):
    parts = (table, coefficients(table), Behaviour(), drivers_of(table, days, batch))
    chosen = varied(table.shape[0], batch)
    if vary == "all":
        chosen = every(chosen)
    if not compiled:
        return BatchRun(*parts, chosen=chosen, precision=precision)
    from isthmus.kernels.disruption_fast import FastRun

    return FastRun(*parts, chosen=chosen, threads=threads, precision=precision)


def one(table, days, **more):
    """Seconds for all days of one batch; preparing the run is left out."""
    run = run_of(table, days, **more)
    begin = time.perf_counter()
    for _ in run.days():
        pass
    return time.perf_counter() - begin


def ensemble(table, days, scenarios, batch, precision, vary="bench"):
    """Seconds per scenario; each thread prepares and runs one batch after another."""
    sizes = [min(batch, scenarios - lo) for lo in range(0, scenarios, batch)]
    alone = len(sizes) == 1

    def work(size):
        threads = THREADS if alone else 1
        return one(table, days, precision=precision, batch=size, threads=threads, vary=vary)

    with ThreadPoolExecutor(THREADS) as pool:
        begin = time.perf_counter()
        list(pool.map(work, sizes))
        return (time.perf_counter() - begin) / scenarios


def cells(table):
    """Cells of the share matrix."""
    s, r = table.shape
    return s * r * r * s


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


def part_machine(_):
    return machine()


def part_cold(chosen):
    """Loading numba and the first two days, with the cache of compiled loops as it is found."""
    begin = time.perf_counter()
    import numba  # noqa: F401

    loaded = time.perf_counter() - begin
    return {"import": loaded, "first_days": one(factored(*SIZE).dense(), 2)}


def part_single(chosen):
    table = factored(*SIZE)
    dense = table.dense()
    del table
    one(dense, 2, precision=chosen.precision)
    times = [one(dense, chosen.days, precision=chosen.precision) for _ in range(chosen.repeats)]
    return {"seconds": times, "bytes_a_day": cells(dense) * np.dtype(chosen.precision).itemsize}


def part_numpy(chosen):
    return {"seconds": [one(factored(*SIZE).dense(), chosen.days, compiled=False)]}


def part_peer(chosen):
    seconds, busy = peer(factored(*SIZE).dense(), chosen.days)
    return {"seconds": seconds, "processor": busy}


def part_ensemble(chosen):
    table = factored(*SIZE)
    used = table.dense() if chosen.form == "dense" else table
    for batch in (chosen.batch, 1):
        one(used, 1, precision=chosen.precision, batch=batch, threads=1, vary=chosen.vary)
    shape = chosen.days, chosen.scenarios, chosen.batch
    each = ensemble(used, *shape, chosen.precision, chosen.vary)
    line = {"per_scenario": each, "batch": chosen.batch}
    if chosen.form == "dense":
        line["gflops"] = 3 * 2 * cells(used) * chosen.days / each / 1e9
    return line


def part_growth(chosen):
    table = factored(chosen.economies, chosen.sectors)
    if chosen.form == "dense":
        table = table.dense()
    batch = min(128, -(-chosen.scenarios // THREADS))
    one(table, 1, batch=batch)
    each = ensemble(table, chosen.days, chosen.scenarios, batch, "float64")
    return {"ms": 1e3 * each / chosen.days, "table_mb": cells(table) * 8 / 1e6}


def child(part, **words):
    """Run one part in a fresh process; return what it says, with its peak memory in MB."""
    given = [f"--{key}={value}" for key, value in words.items() if key != "environment"]
    done = subprocess.run(
        [sys.executable, __file__, f"--part={part}", *given],
        stdout=subprocess.PIPE,
        check=True,
        env={**os.environ, "OMP_NUM_THREADS": "1", **words.get("environment", {})},
    )
    line = {**{k: v for k, v in words.items() if k != "environment"}, **json.loads(done.stdout)}
    print(json.dumps({"part": part, **line}), file=sys.stderr, flush=True)
    return line


def compare(chosen):
    """All parts at the size of the comparison, engine and peer in turn."""
    found = {"load": os.getloadavg()[0], "machine": child("machine"), "days": chosen.days}
    with tempfile.TemporaryDirectory() as folder:
        place = {"environment": {"NUMBA_CACHE_DIR": folder}}
        found["cold"], found["warm"] = child("cold", **place), child("cold", **place)
    days = {"days": chosen.days}
    single = {p: child("single", precision=p, repeats=3, **days) for p in PRECISIONS}
    found["peer"] = child("peer", **days) if chosen.peer else None
    for precision in PRECISIONS:
        again = child("single", precision=precision, repeats=2, **days)
        single[precision]["seconds"] += again["seconds"]
    found["single"] = single
    found["numpy"] = child("numpy", **days)
    found["ensemble"] = [
        child("ensemble", form=form, precision=precision, scenarios=chosen.scenarios,
              batch=chosen.batch, vary=vary, **days)
        for form in ("dense", "factored") for precision in PRECISIONS
        for vary in (("bench",) if form == "dense" else ("bench", "all"))
    ]  # fmt: skip
    return found


def compare_text(found, scenarios):
    """The tables of the comparison, as Markdown."""
    peer, days, machine = found["peer"], found["days"], found["machine"]

    def times(seconds):
        # the peer has one thread: its processor time is what it would take with a core to itself
        return f"{peer['processor'] / seconds:,.0f}" if peer else ""

    lines = [
        f"{days} days, two threads, load average {found['load']:.1f} at the start. Machine: "
        f"{machine['gflops_float64']:.0f} and {machine['gflops_float32']:.0f} GFlop/s in matrix "
        f"products (double and single), {machine['read_gb_s']:.1f} GB/s read, both cores.",
        "",
        "| case | seconds per scenario | times BoARIO | aim | peak memory, MB |",
        "| --- | --- | --- | --- | --- |",
    ]
    if peer:
        lines.append(
            f"| BoARIO 0.7.2, one run: processor time (by the clock {peer['seconds']:.0f}) "
            f"| {peer['processor']:.1f} | 1 | | {peer['mb']:,.0f} |"
        )
    aims = {"float64": "45", "float32": "80"}
    for precision, line in found["single"].items():
        middle = statistics.median(line["seconds"])
        lines.append(
            f"| one scenario, dense, {precision}: median of five | {middle:.2f} "
            f"({min(line['seconds']):.2f} to {max(line['seconds']):.2f}) | {times(middle)} "
            f"| {aims[precision]} | {line['mb']:,.0f} |"
        )
    plain = found["numpy"]
    lines.append(
        f"| one scenario, dense, double, without numba | {plain['seconds'][0]:.2f} "
        f"| {times(plain['seconds'][0])} | | {plain['mb']:,.0f} |"
    )
    goals = {("dense", "float64"): "220", ("dense", "float32"): "450",
             ("factored", "float64"): "1,000", ("factored", "float32"): "2,600"}  # fmt: skip
    for line in found["ensemble"]:
        form, precision, each = line["form"], line["precision"], line["per_scenario"]
        lines.append(
            f"| {scenarios} scenarios in batches of {line['batch']}, {form}, {precision}, "
            f"{'all arrays vary' if line['vary'] == 'all' else 'bench'} "
            f"| {each:.3f} | {times(each)} | {goals.get((form, precision), '')} "
            f"| {line['mb']:,.0f} |"
        )
    lines += ["", *compare_limits(found)]
    return "\n".join(lines)


def compare_limits(found):
    """How far the runs are from memory bandwidth and from the peak of matrix products."""
    machine, lines = found["machine"], []
    for precision, line in found["single"].items():
        day = statistics.median(line["seconds"]) / found["days"]
        rate = line["bytes_a_day"] / day / 1e9
        lines.append(
            f"- One scenario, {precision}: {1e3 * day:.2f} ms a day for "
            f"{line['bytes_a_day'] / 1e6:.0f} MB of share matrix, {rate:.1f} GB/s, "
            f"{rate / machine['read_gb_s']:.0%} of the bandwidth."
        )
    for line in found["ensemble"]:
        if "gflops" in line:
            peak = machine[f"gflops_{line['precision']}"]
            lines.append(
                f"- Dense ensemble, {line['precision']}: {line['gflops']:.0f} GFlop/s, "
                f"{line['gflops'] / peak:.0%} of the peak of matrix products."
            )
    cold, warm = (sum(found[k][w] for w in ("import", "first_days")) for k in ("cold", "warm"))
    lines.append(
        f"- Start: {cold:.1f} s from loading numba to the second day with nothing compiled, "
        f"{warm:.1f} s with the loops in the cache on disk."
    )
    if found["peer"]:
        share = found["single"]["float64"]["mb"] / found["peer"]["mb"]
        lines.append(f"- Peak memory of one dense run in double: {share:.2f} of BoARIO's.")
    return lines


def growth(quick):
    """Time and memory against industries and scenarios."""
    found = {"load": os.getloadavg()[0], "industries": [], "scenarios": []}
    for economies, sectors in INDUSTRIES:
        for form in ("dense", "factored"):
            words = {"economies": economies, "sectors": sectors, "form": form, "scenarios": 1}
            line = child("growth", days=5 if quick else 40, **words)
            found["industries"].append(line)
    for scenarios in SCENARIOS:
        for form in ("dense", "factored"):
            words = {"economies": 40, "sectors": 25, "form": form, "scenarios": scenarios}
            found["scenarios"].append(child("growth", days=3 if quick else 20, **words))
    return found


def growth_text(found):
    """The tables of growth, as Markdown."""
    lines = [
        f"Double precision, two threads, load average {found['load']:.1f} at the start.",
        "",
        "| industries | dense, ms a day | factored, ms a day | share matrix, MB | peak memory, "
        "dense, MB | factored, MB |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for dense, split in zip(found["industries"][::2], found["industries"][1::2], strict=True):
        lines.append(
            f"| {dense['economies'] * dense['sectors']:,} | {dense['ms']:.2f} | {split['ms']:.2f} "
            f"| {dense['table_mb']:,.0f} | {dense['mb']:,.0f} | {split['mb']:,.0f} |"
        )
    lines += [
        "",
        "| scenarios (1,000 industries) | dense, ms a day each | factored, ms a day each | peak "
        "memory, dense, MB | factored, MB |",
        "| --- | --- | --- | --- | --- |",
    ]
    for dense, split in zip(found["scenarios"][::2], found["scenarios"][1::2], strict=True):
        lines.append(
            f"| {dense['scenarios']:,} | {dense['ms']:.3f} | {split['ms']:.3f} "
            f"| {dense['mb']:,.0f} | {split['mb']:,.0f} |"
        )
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peer", action="store_true", help="run BoARIO in the same call")
    parser.add_argument("--growth", action="store_true", help="time and memory against size")
    parser.add_argument("--only-growth", action="store_true", help="growth and nothing else")
    parser.add_argument("--quick", action="store_true", help="few days: to see that it works")
    parser.add_argument("--write", type=Path, help="folder of the documentation")
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--scenarios", type=int, default=256)
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--repeats", type=int, default=3, help=argparse.SUPPRESS)
    parser.add_argument("--part", help=argparse.SUPPRESS)
    parser.add_argument("--form", default="dense", help=argparse.SUPPRESS)
    parser.add_argument("--precision", default="float64", help=argparse.SUPPRESS)
    parser.add_argument("--vary", default="bench", help=argparse.SUPPRESS)
    parser.add_argument("--economies", type=int, default=40, help=argparse.SUPPRESS)
    parser.add_argument("--sectors", type=int, default=25, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.part:
        line = globals()[f"part_{chosen.part}"](chosen)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(json.dumps({**line, "mb": peak}))
        return 0
    if chosen.quick:
        chosen.days = min(chosen.days, 8)
    texts = {}
    if not chosen.only_growth:
        texts["disruption_speed.md"] = compare_text(compare(chosen), chosen.scenarios)
    if chosen.growth or chosen.only_growth:
        found = growth(chosen.quick)
        texts["disruption_growth.md"] = growth_text(found)
        texts["disruption_growth.svg"] = growth_plot(found)
    for name, text in texts.items():
        if chosen.write:
            (chosen.write / "measured").mkdir(exist_ok=True)
            (chosen.write / "measured" / name).write_text(text + "\n", encoding="utf-8")
        if name.endswith(".md"):
            print(f"\n{text}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
