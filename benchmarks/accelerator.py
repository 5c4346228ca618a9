"""Time the batched disruption kernels on an accelerator beside the compiled form on the processor.

Run as ``OMP_NUM_THREADS=1 python benchmarks/accelerator.py --library cupy --write FOLDER``. The
table is that of disruption.py (77 x 45), cell by cell ("dense") and factored, in double and single
precision, with that benchmark's scenarios and with scenarios that differ in everything that can
("all"). First what the device makes of four scenarios is compared with numpy here and, over the
whole horizon, with the compiled form; then every case is timed: three days to warm up, then all
days until its limit of seconds is reached, which the array form does not mind, as its days all
cost the same. The device is waited for before the clock is read. The compiled form is timed with
one scenario that all cores share and with a batch of 64 on every core. Lines of JSON go to stderr,
Markdown tables to stdout. Needs nothing but numpy, the library and, for the compiled form, numba.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import sys
import time
import traceback
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from itertools import islice
from pathlib import Path

import numpy as np
from accelerator_runs import apart, clocked, fast_run, run_of

from disruption import PRECISIONS, SIZE, factored
from isthmus.kernels.disruption_run import BatchRun

EACH = 64
"""Scenarios in the batch of each core where the compiled form is timed on all cores."""
TOLERANCE = {"float64": 1e-9, "float32": 1e-3}
"""Of output in double; in single of output as a share of output at the start, as in the tests."""
CORES = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Library:
    """What differs between array libraries beside the array API."""

    def __init__(self, name):
        self.xp = importlib.import_module(name)
        self.cuda = self.xp.cuda if name == "cupy" else None
        self.pool = self.xp.get_default_memory_pool() if self.cuda else None

    def about(self):
        device = self.cuda and self.cuda.runtime.getDeviceProperties(0)["name"].decode()
        versions = {self.xp.__name__: self.xp.__version__, "numpy": np.__version__}
        versions["numba"] = version("numba") if importlib.util.find_spec("numba") else "none"
        cpu = Path("/proc/cpuinfo")
        lines = cpu.read_text().splitlines() if cpu.exists() else []
        chip = [line.split(":", 1)[1].strip() for line in lines if "model name" in line]
        return {"device": device or "none", "processor": (chip or ["unknown"])[0], **versions}

    def wait(self):
        if self.cuda:
            self.cuda.Device().synchronize()


class Bench:
    """All cases in order of what they are worth, until the time for all of them is used up."""

    def __init__(self, chosen):
        self.chosen, self.library = chosen, Library(chosen.library)
        self.begin, self.lines, self.pace = time.perf_counter(), [], {}
        self.tables = {"factored": factored(*SIZE)}
        self.tables["dense"] = self.tables["factored"].dense()
        self.say({"part": "machine", "cores": CORES, **self.library.about()})

    def say(self, line):
        line["at"] = round(time.perf_counter() - self.begin, 1)
        self.lines.append(line)
        print(json.dumps(line), file=sys.stderr, flush=True)
        if self.chosen.write:
            self.chosen.write.mkdir(parents=True, exist_ok=True)
            lines = "".join(json.dumps(one) + "\n" for one in self.lines)
            (self.chosen.write / "accelerator.jsonl").write_text(lines, encoding="utf-8")

    def case(self, work, *, part, **words):
        """Run one case; say what it found, or why there is nothing to say."""
        line = {"part": part, **words}
        if words.get("how", "fused") not in self.chosen.how:
            return
        try:
            if time.perf_counter() - self.begin > self.chosen.budget:
                raise TimeoutError("no time left")
            line |= work(**words)
        except (ImportError, MemoryError, TimeoutError) as error:
            line["skipped"] = f"{type(error).__name__}: {error}"[:200]
        except Exception as error:  # noqa: BLE001, whatever a library raises: the others go on
            line["failed"] = traceback.format_exc(limit=-4)
            line["skipped"] = f"failed: {error}"[:200]
        self.say(line)

    def far(self, table, days, batch, arrays, precision, how, block=None):
        """A run on the device, element-wise work "fused" or one "plain" operation by one."""
        more = {"xp": self.library.xp, "block_bytes": block or self.chosen.block[0]}
        if how == "fused" and self.library.cuda:
            more["fuse"] = self.library.xp.fuse
        return run_of(BatchRun, table, days, batch, arrays, precision, **more)

    def same(self, form, precision, arrays, how, against):
        whole = against == "compiled"
        days = self.chosen.days if whole else min(self.chosen.days, self.chosen.compare_days)
        given = (self.tables[form], days, 4, arrays)
        if whole:
            here = fast_run(*given, precision, threads=CORES)
        else:
            here = run_of(BatchRun, *given, against)
        there = self.far(*given, precision, how)
        found = apart(there, here, given[0], every=against == precision)
        seen = found["relative" if precision == "float64" else "output"]
        return {**found, "held": seen <= TOLERANCE[precision]}

    def timed(self, days, seconds, thirds, scenarios):
        year = seconds / days * 365 / scenarios
        return {"days": days, "seconds": seconds, "ms_a_day": thirds, "per_year": year}

    def fast(self, form, precision, arrays, batch):
        """One run of one scenario that all cores share, or a run of `EACH` for every core."""
        limit = 2.5 * self.chosen.limit
        alone = batch == 1
        count, size, threads = (1, 1, CORES) if alone else (CORES, EACH, 1)
        given = (self.tables[form], self.chosen.days, size, arrays, precision)
        list(islice(fast_run(*given, threads=threads).days(), 3))
        with ThreadPoolExecutor(count) as pool:
            runs = list(pool.map(lambda _: fast_run(*given, threads=threads), range(count)))
            begin = time.perf_counter()
            found = list(pool.map(lambda run: clocked(run, limit), runs))
            seconds = time.perf_counter() - begin
        done = sum(one[0] for one in found) / count
        thirds = np.mean([one[2] for one in found], axis=0).tolist()
        line = self.timed(done, seconds, thirds, count * size)
        self.pace[form, precision, arrays, alone] = line["per_year"]
        return line

    def on_device(self, form, precision, arrays, batch, how, block=None):
        if self.library.pool:
            self.library.pool.free_all_blocks()
        given = (self.tables[form], self.chosen.days, batch, arrays, precision)
        run = self.far(*given, how, block)
        list(islice(run.days(), 3))
        self.library.wait()
        run.state = None
        found = clocked(run, self.chosen.limit, self.library.wait)
        line = self.timed(*found, batch)
        if self.library.pool:  # which gives nothing back by itself
            line["gb"] = self.library.pool.total_bytes() / 1e9
        fast = self.pace.get((form, precision, arrays, batch == 1))
        return line | ({"times": fast / line["per_year"]} if fast else {})

    def here(self, form, precision, arrays, batch):
        run = run_of(BatchRun, self.tables[form], self.chosen.days, batch, arrays, precision)
        list(islice(run.days(), 1))
        return self.timed(*clocked(run, self.chosen.limit / 2), batch)

    def run(self):
        kinds = [
            {"form": form, "precision": precision, "arrays": "benchmark"}
            for form in self.chosen.form
            for precision in self.chosen.precision
        ]
        every = [kind | {"arrays": "all"} for kind in kinds]
        double = [kind for kind in every if kind["precision"] == "float64"]
        first, fused, plain = self.chosen.batch[0], {"how": "fused"}, {"how": "plain"}
        for kind in kinds + every:
            for against in sorted({kind["precision"], "float64"}):
                self.case(self.same, part="agreement", **kind, **fused, against=against)
        for kind in double:
            self.case(self.same, part="agreement", **kind, **fused, against="compiled")
        for kind in kinds:
            for batch in (1, CORES * EACH):
                self.case(self.fast, part="compiled", **kind, batch=batch)
            for batch in self.chosen.batch:
                self.case(self.on_device, part="device", **kind, **fused, batch=batch)
            self.case(self.here, part="numpy", **kind, batch=16)
        for kind in every:
            self.case(self.fast, part="compiled", **kind, batch=CORES * EACH)
            self.case(self.on_device, part="device", **kind, **fused, batch=first)
        for kind in kinds:
            self.case(self.on_device, part="device", **kind, **plain, batch=first)
        for kind in double:
            self.case(self.same, part="agreement", **kind, **plain, against="float64")
        for block in self.chosen.block[1:]:
            for kind in kinds:
                words = {**kind, **fused, "batch": first, "block": block}
                self.case(self.on_device, part="device", **words)


SAME = "form precision arrays how against days output relative anything held"
TIMED = "part form precision arrays how batch block days pace per_year times gb"


def rows(lines, keys):
    """A Markdown table of lines, with what was skipped said in the row."""
    yield from ["", f"| {keys.replace(' ', ' | ')} |", "| --- " * len(keys.split()) + "|"]
    for line in lines:
        line["pace"] = ", ".join(f"{ms:.3g}" for ms in line.get("ms_a_day", []))
        line.setdefault("days", line.get("skipped", ""))
        cells = [line.get(key, "") for key in keys.split()]
        cells = [f"{v:.3g}" if isinstance(v, float) else str(v) for v in cells]
        yield "| " + " | ".join(cells) + " |"


def text_of(lines):
    """The tables, as Markdown.

    Of agreement: greatest differences of output as a share of output at the start, of output, of
    anything that a day says. Of time: milliseconds a day by thirds, seconds per scenario-year,
    times as fast as the compiled form, gigabytes taken on the device.
    """
    about = ", ".join(f"{k} {v}" for k, v in lines[0].items() if k not in ("part", "at"))
    same = rows([line for line in lines if line["part"] == "agreement"], SAME)
    return "\n".join([about, *same, *rows([line for line in lines if "batch" in line], TIMED)])


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--library", default="cupy", help="follows the array API: cupy, numpy")
    parser.add_argument("--batch", type=int, nargs="+", default=[128, 1, 16, 512, 2048])
    parser.add_argument("--form", nargs="+", default=["dense", "factored"])
    parser.add_argument("--precision", nargs="+", default=list(PRECISIONS))
    parser.add_argument("--how", nargs="+", default=["fused", "plain"], help="operations")
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--block", type=int, nargs="+", default=[256_000_000, 32_000_000])
    parser.add_argument("--compare-days", type=int, default=40, help="days compared with numpy")
    parser.add_argument("--limit", type=float, default=4.0, help="seconds of a case on the device")
    parser.add_argument("--budget", type=float, default=225.0, help="seconds of all cases")
    parser.add_argument("--write", type=Path, help="folder for the lines and the tables")
    chosen = parser.parse_args()
    if not importlib.util.find_spec(chosen.library):
        print(f"{chosen.library} is not installed: nothing is timed")
        return 0
    bench = Bench(chosen)
    bench.run()
    text = text_of(bench.lines)
    if chosen.write:
        (chosen.write / "accelerator.md").write_text(text + "\n", encoding="utf-8")
    print(text)
    return 0 if all(line.get("held", "failed" not in line) for line in bench.lines) else 1


if __name__ == "__main__":
    sys.exit(main())
