"""Time opening the starter world and reading from it; all flows should be there within 0.4 s."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Any

from isthmus import codes
from isthmus.world import World

RUNS = 5


def main() -> None:
    """Print the median of five runs of each step, each in a world that has read nothing yet."""
    steps: dict[str, Callable[[World], Any]] = {
        "open": lambda world: world.keys(),
        "flows, twelve years": lambda world: world.flows(),
        "trade in critical materials": lambda world: world.trade("HS2017"),
        "table of 2022": lambda world: world.mrio(2022),
        "outlines of Europe": lambda world: world.shapes("europe"),
        "every data set": lambda world: [world.table(key) for key in world.keys()],  # noqa: SIM118
    }
    for name, step in steps.items():
        times = []
        for _ in range(RUNS):
            start = time.perf_counter()
            step(World.open("starter"))
            times.append(time.perf_counter() - start)
        print(f"{name:30s} {statistics.median(times) * 1e3:8.1f} ms")
    codes.product_texts.cache_clear()
    start = time.perf_counter()
    codes.product("854231")
    print(f"{'texts of HS2017':30s} {(time.perf_counter() - start) * 1e3:8.1f} ms")


if __name__ == "__main__":
    main()
