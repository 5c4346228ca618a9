"""Time the cascade over synthetic networks: growth with size, what the frontier saves, memory.

python benchmarks/cascade.py                  # 1,000 to 10,000 firms, a few minutes
python benchmarks/cascade.py --full 100000    # one complete index, all firms
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import time

import numpy as np

from isthmus.cascade import SupplyNetwork, every_firm, run_shocks, synthetic_network
from isthmus.cascade.shocks import Shocks
from isthmus.kernels.cascade import propagate, systemic_index
from isthmus.kernels.cascade_compiled import compiled

RUNS = 5
PLAIN = 12
STOPS = 2_048  # four batches, so that two cores share the work as they do in a full index


def network(n: int, sectors: int, links_per_firm: float = 8.0) -> SupplyNetwork:
    """Synthetic network with random flows between sectors; the seed is fixed."""
    flows = np.random.default_rng(5).lognormal(0.0, 2.0, (sectors, sectors))
    return synthetic_network(n, sector_flows=flows, links_per_firm=links_per_firm, seed=1)


def some(net: SupplyNetwork, count: int) -> Shocks:
    """Stop `count` firms in turn, drawn at random."""
    rows = np.sort(np.random.default_rng(7).choice(net.n, min(count, net.n), replace=False))
    names = tuple(net.ids[r] for r in rows)
    return Shocks(names, np.arange(len(rows) + 1), rows, np.ones(len(rows)))


def median_ms(task, count: int, clock=time.perf_counter) -> float:
    """Median time per shock in milliseconds over five runs."""
    times = []
    for _ in range(RUNS):
        start = clock()
        task()
        times.append(clock() - start)
    return 1e3 * statistics.median(times) / count


def row(n: int, sectors: int, replaceability: str) -> None:
    """Print one line of the table."""
    net = network(n, sectors)
    supply, shocks = net.supply(replaceability), some(net, STOPS)
    few = some(net, PLAIN)

    def run(full_steps: bool = False, threads: int = 0):
        return run_shocks(
            supply,
            shocks,
            weight=net.output,
            engine="compiled",
            full_steps=full_steps,
            threads=threads,
        )

    def plain() -> None:
        for k in range(len(few)):
            levels = propagate(supply, few.dense(net.n, k, k + 1), eps=1e-2)
            systemic_index(levels, net.output)

    outcome = run()
    spent = median_ms(run, len(shocks), time.process_time)  # of all threads; free of the load
    whole = median_ms(lambda: run(True), len(shocks), time.process_time)
    slow = median_ms(plain, len(few), time.process_time)
    print(
        f"| {n:,} | {len(net.weight):,} | {sectors} | {replaceability} "
        f"| {median_ms(run, len(shocks)):.2f} | {spent:.2f} | {whole:.2f} | {slow:.1f} "
        f"| {outcome.steps.mean():.1f} | {outcome.walked / outcome.full:.0%} "
        f"| {outcome.index[:, 0].mean():.4f} |",
        flush=True,
    )


def full(n: int, replaceability: str) -> None:
    """Run every firm of one large network and print time and memory."""
    net = network(n, 100)
    supply = net.supply(replaceability)
    start = time.perf_counter()

    def show(event) -> None:
        if event.done % 20 == 0:
            spent = time.perf_counter() - start
            print(f"  {event.done}/{event.total} batches, {spent:.0f} s", flush=True)

    outcome = run_shocks(
        supply, every_firm(net), weight=net.output, engine="compiled", progress=show
    )
    spent = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    print(
        f"{n:,} firms, {len(net.weight):,} links, replaceability {replaceability}: "
        f"{spent / 60:.1f} min, {1e3 * spent / n:.2f} ms per firm, peak memory {peak:.2f} GiB, "
        f"mean index {outcome.index[:, 0].mean():.6f}, mean steps {outcome.steps.mean():.1f}, "
        f"load {os.getloadavg()[1]:.1f}"
    )


def main() -> None:
    """Print the table, or one complete run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--full", type=int, default=0)
    parser.add_argument("--replaceability", default="none")
    options = parser.parse_args()
    start = time.perf_counter()
    compiled()
    print(f"compiled or loaded in {time.perf_counter() - start:.1f} s; cores {os.cpu_count()}")
    if options.full:
        full(options.full, options.replaceability)
        return
    print(
        "| firms | links | sectors | replaceability | ms per firm, wall | CPU | CPU, full steps "
        "| CPU, numpy one shock at a time | steps | links walked | mean index |"
    )
    print("|" + " ---: |" * 3 + " --- |" + " ---: |" * 7)
    for n, sectors in ((1_000, 100), (3_000, 100), (10_000, 100), (10_000, 600), (30_000, 100)):
        for replaceability in ("none", "sector"):
            row(n, sectors, replaceability)
    print(f"load {os.getloadavg()}")


if __name__ == "__main__":
    main()
