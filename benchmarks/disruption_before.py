"""Processor time of a year of the engine beside an earlier commit, in turn.

Run: ``python benchmarks/disruption_before.py TREE [rounds] [--cores]``. TREE is a checkout of that
commit with an environment of its own in ``.venv``; its ``benchmarks/disruption.py`` makes the same
table. Every round starts a process for each of the two, with one thread, and prints milliseconds
per scenario and day of a year: processor time, so that other load counts little. The factored form
runs through all 365 days. The dense form, whose year takes minutes, runs `SAMPLE` days from each of
`STARTS`, with the state that the factored form, which keeps the same, has then; between those days
its time is taken on a straight line, the first day counts once. ``bench`` varies what
`disruption.varied` does, ``all`` what `disruption.every` does, where a tree has them. ``days`` are
the means of the factored form by part of the year.

With ``--cores`` it takes what users wait for instead: seconds by the clock per scenario and year of
two batches at once, one on each core, in the factored form, getting ready included, and before
the first, the middle and after the last round the processor time of BoARIO's one run.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
from dataclasses import fields, replace
from pathlib import Path

import numpy as np

BATCH = 128
YEAR = 365
STARTS = (0, 30, 90, 180, 300)
SAMPLE = 4
PARTS = (1, 30, 90, 180, YEAR)
ROOT = Path(__file__).resolve().parents[1]


def seconds():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def copied(value):
    """A copy of a state, in arrays that begin with a line of the cache."""
    if isinstance(value, list):
        return [copied(one) for one in value]
    if not isinstance(value, np.ndarray):
        return value
    raw = np.empty(value.nbytes + 64, dtype=np.uint8)
    first = -raw.ctypes.data % 64
    out = raw[first : first + value.nbytes].view(value.dtype).reshape(value.shape)
    out[...] = value
    return out


def timed(days):
    """Seconds of each of some days."""
    found = []
    while True:
        start = seconds()
        if next(days, None) is None:
            return found
        found.append(seconds() - start)


def some(days, count):
    for _ in range(count):
        yield next(days)


def year_of(make, table, dense):
    """Seconds of each day of a year in the factored form, and of a year in the dense form."""
    run, through, sampled = make(table), [], {}
    days = run.days()
    for start in STARTS:
        through += timed(some(days, start - len(through)))
        state = None
        if start:
            parts = {f.name: copied(getattr(run.state, f.name)) for f in fields(run.state)}
            state = replace(run.state, **parts)
        sampled[start] = timed(some(make(dense).days(start, state), SAMPLE))
    through += timed(days)
    middles = [start + SAMPLE / 2 for start in STARTS]
    means = [np.mean(found[1:]) for found in sampled.values()]
    rest = np.interp(np.arange(1, YEAR), middles, means).sum()
    return through, sampled[0][0] + float(rest)


def measured(tree):
    """Milliseconds per scenario and day, by form, precision and what varies."""
    sys.path.insert(0, str(tree / "benchmarks"))
    import disruption as bench

    table, found = bench.factored(*bench.SIZE), {}
    dense = table.dense()
    for precision in bench.PRECISIONS:
        more = {"precision": precision, "batch": BATCH, "threads": 1}
        made = {"bench": lambda used, days=YEAR, m=more: bench.run_of(used, days, **m)}
        if hasattr(bench, "every"):
            every = {**more, "vary": "all"}
            made["all"] = lambda used, days=YEAR, m=every: bench.run_of(used, days, **m)
        for what, make in made.items():
            for used in (table, dense):
                for _ in make(used, 2).days():
                    pass
            through, whole = year_of(make, table, dense)
            scale = 1e3 / BATCH
            cuts = np.split(np.array(through), PARTS[:-1])[1:]
            found[f"factored {precision} {what}"] = round(scale * sum(through) / YEAR, 4)
            found[f"dense {precision} {what}"] = round(scale * whole / YEAR, 4)
            parts = [round(scale * float(cut.mean()), 4) for cut in cuts]
            found[f"days {precision} {what}"] = parts
    return found


def said(place, *words):
    """The JSON that a script prints in a process of a tree, with one thread for matrix products."""
    done = subprocess.run(
        [place / ".venv" / "bin" / "python", *words],
        stdout=subprocess.PIPE,
        check=True,
        text=True,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )
    return json.loads(done.stdout)


def part(place, name, *words):
    """What a part of `disruption.py` of a tree finds."""
    script = place / "benchmarks" / "disruption.py"
    return said(place, script, f"--part={name}", f"--days={YEAR}", *words)


def both_cores(tree, rounds):
    """Seconds of every round by tree, precision and what varies, and of BoARIO; then ratios."""
    found = {"boario": []}
    for number in range(rounds):
        if number in {0, rounds // 2}:
            found["boario"].append(part(ROOT, "peer")["processor"])
        for precision in ("float64", "float32"):
            words = ["--form=factored", f"--precision={precision}", f"--batch={BATCH}"]
            cases = [(tree, "former", []), *((ROOT, v, [f"--vary={v}"]) for v in ("bench", "all"))]
            for place, name, more in cases:
                each = part(place, "ensemble", *words, f"--scenarios={2 * BATCH}", *more)
                found.setdefault(f"{precision} {name}", []).append(round(each["per_scenario"], 4))
        print(json.dumps({"load": os.getloadavg()[0], **found}), flush=True)
    found["boario"].append(part(ROOT, "peer")["processor"])
    middle = {name: float(np.median(values)) for name, values in found.items()}
    for name, value in middle.items():
        times = middle["boario"] / value
        former = value / middle.get(f"{name.split()[0]} former", value)
        print(f"{name}: {value:.4f} s, BoARIO {times:,.0f} times, {former:.2f} of the former")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tree", nargs="?", type=Path, help="checkout of the earlier commit")
    parser.add_argument("rounds", nargs="?", type=int, default=3)
    parser.add_argument("--cores", action="store_true", help="by the clock, beside BoARIO")
    parser.add_argument("--measure", action="store_true", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.tree is None:
        print("no checkout of an earlier commit is named: nothing is timed")
        return 0
    tree = chosen.tree.resolve()
    if chosen.measure:  # one process of a round
        print(json.dumps(measured(tree)))
    elif chosen.cores:
        both_cores(tree, chosen.rounds)
    else:
        for _ in range(chosen.rounds):
            for place in (tree, ROOT):
                found = said(place, __file__, place, "--measure")
                print(place.name, json.dumps(found), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
