"""Time the dependence lens once the data are loaded; the target is 0.2 s for a full profile."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

from isthmus import dependence as lens
from isthmus.evidence import Result
from isthmus.world import World

RUNS = 5


def main() -> None:
    """Print the median of five runs of each question."""
    world = World.open("starter")
    world.flows()
    world.trade("HS2017")
    questions: dict[str, Callable[[], Result]] = {
        "profile, all partners": lambda: lens.profile(world, "EU27_2020", top=None),
        "profile, twelve years": lambda: lens.profile(
            world, "EU27_2020", years=range(2011, 2023), top=None
        ),
        "indicators, three methods": lambda: lens.indicators(
            world, "EU27_2020", methods=lens.METHODS
        ),
        "indicators, products": lambda: lens.indicators(
            world, "EU27_2020", level="product", methods=lens.METHODS
        ),
        "members": lambda: lens.members(world, "EU27_2020", on="CHN"),
        "leverage": lambda: lens.leverage(world, "EU27_2020", "CHN"),
        "network, products": lambda: lens.network(world),
    }
    for name, ask in questions.items():
        times = []
        for _ in range(RUNS):
            start = time.perf_counter()
            ask()
            times.append(time.perf_counter() - start)
        print(f"{name:28s} {statistics.median(times) * 1e3:8.1f} ms")


if __name__ == "__main__":
    main()
