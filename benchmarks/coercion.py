"""Time the coercion lens once the data are loaded.

Targets on two idle cores: leverage of one sender over all targets, both ways, all industries, three
horizons and products 2 s (the first call also reads the tables); the event studies of all visible
cases with 200 one-step placebos each, 20 of them in full, 120 s (one case only
with the argument ``quick``).
"""

from __future__ import annotations

import statistics
import sys
import time

from isthmus.coercion import (
    backtest,
    event_study,
    held_out,
    leverage_map,
    price_ladder,
    visible_cases,
)
from isthmus.world import World

RUNS = 5
FEW_INDUSTRIES = "KOR-2016"


def main() -> None:
    """Print medians, and the event studies of all visible cases with their sum."""
    world = World.open("starter")
    world.flows()
    lenses = {
        "leverage over all targets": lambda: leverage_map(world, "CHN"),
        "ladder of all members, 200 draws": lambda: price_ladder(world, "EU27_2020"),
        "rankings against what was hit": lambda: backtest(world),
        "listings held out, 200 draws": lambda: held_out(world),
    }
    for name, run in lenses.items():
        times = []
        for _ in range(RUNS):
            start = time.perf_counter()
            run()
            times.append(time.perf_counter() - start)
        print(f"{name:34s} first {times[0]:6.2f} s, median {statistics.median(times):6.2f} s")
    cases = (FEW_INDUSTRIES,) if "quick" in sys.argv[1:] else visible_cases(world)
    begun = time.perf_counter(), time.process_time()
    for case in cases:
        start = time.perf_counter()
        event_study(world, case)
        print(f"event study {case:22s} {time.perf_counter() - start:8.2f} s", flush=True)
    passed, used = time.perf_counter() - begun[0], time.process_time() - begun[1]
    print(f"event studies together {passed:19.1f} s, {used:.1f} s of processor time")


if __name__ == "__main__":
    main()
