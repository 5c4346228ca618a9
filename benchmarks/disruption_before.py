"""Processor time of a year of the engine beside an earlier commit, in turn.

Run: ``python benchmarks/disruption_before.py TREE [rounds]``. TREE is a checkout of that commit
with an environment of its own in ``.venv``; its ``benchmarks/disruption.py`` makes the same table.
Every round starts a process for each of the two, with one thread, and prints milliseconds per
scenario and day of a year: processor time, so that other load counts little. The first day, with
what is set up for it, counts once; the mean of the days after it, in the middle of a stop, for the
other 364. ``bench`` varies what `disruption.varied` does, ``all`` also deferral, order rules and
rationing, where it has them. In the factored form later days take longer than those thirty, as more
stocks run short: a whole year is dearer than this says (`docs/disruption.md`).
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from pathlib import Path

BATCH = 128
DAYS = {"factored": 30, "dense": 8}
YEAR = 365
MORE = (
    "defer", "catch_up", "defer_days", "plan", "output", "demand",
    "fixed", "late", "alt", "ration", "over_tau",
)  # fmt: skip
ROOT = Path(__file__).resolve().parents[1]


def seconds():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def everything(bench, table, days, precision):
    """A run in which all choices differ between scenarios."""
    from dataclasses import replace

    import numpy as np

    from isthmus.kernels.disruption_fast import FastRun
    from isthmus.kernels.disruption_terms import choices

    sectors, rng = table.shape[0], np.random.default_rng(3)
    more = choices(
        sectors,
        BATCH,
        defer=rng.random((sectors, sectors, BATCH)),
        catch_up=0.2 * rng.random(BATCH),
        defer_days=rng.uniform(15, 60, BATCH),
        orders=rng.choice(["plan", "plan", "demand"], BATCH),
        rule=rng.choice(["alt", "noalt"], BATCH),
        rationing=rng.choice(["proportional", "final_first", "orders_first"], BATCH),
        over_tau=rng.uniform(90, 365, BATCH),
    )
    chosen = replace(bench.varied(sectors, BATCH), **{name: getattr(more, name) for name in MORE})
    drivers = bench.drivers_of(table, days, BATCH)
    parts = (table, bench.coefficients(table), bench.Behaviour(), drivers)
    return FastRun(*parts, chosen=chosen, threads=1, precision=precision)


def of_year(run, days):
    """Seconds of a year of a batch: the first day once, the mean of the others for the rest."""
    left, start = run.days(), seconds()
    next(left)
    first = seconds()
    for _ in left:
        pass
    return first - start + (YEAR - 1) * (seconds() - first) / (days - 1)


def measured(tree):
    """Milliseconds per scenario and day, by form, precision and what varies."""
    sys.path.insert(0, str(tree / "benchmarks"))
    import disruption as bench

    table, found = bench.factored(*bench.SIZE), {}
    for form, days in DAYS.items():
        used = table.dense() if form == "dense" else table
        for precision in bench.PRECISIONS:
            more = {"precision": precision, "batch": BATCH, "threads": 1}
            made = {"bench": lambda n, u=used, m=more: bench.run_of(u, n, **m)}
            if hasattr(bench, "varied"):
                made["all"] = lambda n, u=used, p=precision: everything(bench, u, n, p)
            for what, make in made.items():
                for _ in make(2).days():
                    pass
                year = of_year(make(days), days)
                found[f"{form} {precision} {what}"] = round(1e3 * year / BATCH / YEAR, 4)
    return found


def main():
    if len(sys.argv) < 2:
        print(__doc__)
        return 0
    tree, rounds = Path(sys.argv[1]).resolve(), int(sys.argv[2]) if len(sys.argv) > 2 else 3
    if rounds == 0:  # one process of a round
        print(json.dumps(measured(tree)))
        return 0
    for _ in range(rounds):
        for place in (tree, ROOT):
            python = place / ".venv" / "bin" / "python"
            done = subprocess.run(
                [python, __file__, place, "0"],
                stdout=subprocess.PIPE,
                check=True,
                text=True,
                env={**os.environ, "OMP_NUM_THREADS": "1"},
            )
            print(place.name, done.stdout.strip(), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
