"""Time the coercion lens once the data are loaded.

Targets on two idle cores: leverage of one sender over all targets 2 s; the event studies of all
visible cases with 200 one-step placebos each, 20 of them in full, 120 s.
"""

from __future__ import annotations

import statistics
import sys
import time

from isthmus.coercion import event_study, leverage_map, visible_cases
from isthmus.world import World

RUNS = 5
FEW_INDUSTRIES = "KOR-2016"


def main() -> None:
    """Print medians; the event studies of all cases only with the argument ``all``."""
    world = World.open("starter")
    world.flows()
    times = []
    for _ in range(RUNS):
        start = time.perf_counter()
        leverage_map(world, "CHN")
        times.append(time.perf_counter() - start)
    print(f"leverage over all targets  {statistics.median(times):8.2f} s")
    cases = visible_cases(world) if "all" in sys.argv[1:] else (FEW_INDUSTRIES,)
    for case in cases:
        start = time.perf_counter()
        event_study(world, case)
        print(f"event study {case:14s} {time.perf_counter() - start:8.2f} s", flush=True)


if __name__ == "__main__":
    main()
