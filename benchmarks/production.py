"""Time production lines: a bill of 100 components, and a search among 30 remedies with its proof.

python benchmarks/production.py          # processor time of one process, some minutes
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

import numpy as np

from isthmus.production import cheapest_set, run

WEEKS = 104


def bill(components: int, remedies: int, seed: int = 3) -> str:
    """Return a bill in TOML: three stages of components, ranges on all numbers, random remedies.

    Every tenth component goes into the product, the others into one of those. Each remedy is for a
    component of its own; under twice the demand most of these are short.
    """
    rng = np.random.default_rng(seed)
    parts = ['schema_version = 1\nname = "bench"\ntitle = "bench"\nstart = "2025-01-06"\n']

    def number(value, unit):
        ends = f"low = {0.8 * value:.6g}, high = {1.2 * value:.6g}"
        return f'{{ value = {value:.6g}, {ends}, unit = "{unit}", reason = "a benchmark" }}'

    def sure(value, unit):
        return f'{{ value = {value:.6g}, unit = "{unit}", reason = "a benchmark" }}'

    def takes(names):
        inputs = ", ".join(
            f'{{ item = "{name}", quantity = {number(rng.uniform(1, 3), "piece")} }}'
            for name in names
        )
        return f"inputs = [{inputs}]" if names else ""

    names = [f"c{n:03d}" for n in range(components)]
    for n, name in enumerate(names):
        below = names[n + 1 : n + 10] if n % 10 == 0 else []
        parts.append(
            f'[[items]]\nname = "{name}"\ntitle = "{name}"\nunit = "piece"\n{takes(below)}\n'
            f"lead = {number(rng.uniform(1, 12), 'weeks')}\n"
            f"stock = {number(rng.uniform(1, 12), 'weeks')}\n"
        )
    parts.append(
        f'[[items]]\nname = "product"\ntitle = "product"\nunit = "piece"\nstage = "product"\n'
        f"{takes(names[::10])}\n"
        '[[demands]]\nitem = "product"\nbuyer = "all"\n'
        f"quantity = {number(100, 'piece per week')}\n"
    )
    helped = set(rng.permutation(components)[:remedies].tolist())
    for n, name in enumerate(names):
        room = rng.uniform(1.0, 1.5) if n in helped else 2.5
        parts.append(
            f'[[suppliers]]\nname = "s-{name}"\nitem = "{name}"\neconomy = "DEU"\n'
            f"share = {sure(1, 'share')}\n"
            f"headroom = {number(room, '1')}\n"
        )
    parts += [
        f'[[remedies]]\nname = "r{n:03d}"\ntitle = "r"\nkind = "new_line"\n'
        f'item = "{names[n]}"\neconomy = "FRA"\n'
        f"adds = {number(rng.uniform(0.3, 0.8), 'share')}\n"
        f"lead = {number(rng.uniform(8, 52), 'weeks')}\n"
        f"cost = {number(rng.uniform(1, 50), 'm EUR')}\n"
        for n in sorted(helped)
    ]
    return "\n".join(parts)


def courses(folder: Path, components: int, draws: int) -> float:
    """Return processor seconds for all draws of a surge and a stop, tables included."""
    path = folder / "courses.toml"
    path.write_text(bill(components, 0), encoding="utf-8")
    begin = time.process_time()
    run(
        None, boms=(), files=[path], surge=1.5, stops=["DEU=0.3@28+56"], days=7 * WEEKS, draws=draws
    )
    return time.process_time() - begin


def search(folder: Path, remedies: int, share: float, draws: int = 50) -> dict[str, float]:
    """Return the row of a search for the cheapest set that makes a share of what all would."""
    path = folder / "search.toml"
    path.write_text(bill(40, remedies), encoding="utf-8")
    words = {"boms": (), "files": [path], "surge": 2.0, "days": 7 * WEEKS, "draws": draws}
    begin = time.process_time()
    found = cheapest_set(None, target=share * 100 * WEEKS * 2, seconds=30.0, **words)
    row = found["search"].frame.row(0, named=True)
    taken = found["remedies"].frame.filter(chosen="yes").height
    return {**row, "taken": taken, "seconds": time.process_time() - begin}


def main() -> None:
    """Print two tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--draws", type=int, default=1000)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        courses(folder, 10, 2)
        print("| components | weeks | draws | processor seconds |\n| ---: | ---: | ---: | ---: |")
        for components in (10, 30, 100):
            spent = courses(folder, components, chosen.draws)
            print(f"| {components} | {WEEKS} | {chosen.draws:,} | {spent:.1f} |", flush=True)
        print(
            "\n| remedies | asked of twice the demand | draws met with all | taken | cost, m EUR "
            "| gap | programmes | courses | processor seconds |\n" + "| ---: " * 9 + "|"
        )
        for remedies, share in ((10, 0.5), (30, 0.4), (30, 0.5), (30, 0.55), (30, 0.6)):
            one = search(folder, remedies, share)
            cost, gap = ("none" if one[k] is None else f"{one[k]:.3g}" for k in ("cost", "gap"))
            print(
                f"| {remedies} | {share:.0%} | {one['met_with_all']:.0%} | {one['taken']} | {cost} "
                f"| {gap} | {one['rounds']:.0f} | {one['runs']:.0f} | {one['seconds']:.1f} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
