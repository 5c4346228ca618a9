"""Runs that accelerator.py times and compares: scenarios, the clock, differences of two runs."""

from __future__ import annotations

import time
from dataclasses import fields, replace

import numpy as np

from disruption import drivers_of, varied
from isthmus.kernels.disruption_batch import Day, fetched
from isthmus.kernels.disruption_drivers import DemandShock, Stop
from isthmus.kernels.disruption_terms import Behaviour, coefficients


def everything(table, drivers, chosen):
    """Scenarios that differ in all that can differ, with a stop and a surge of demand."""
    s, _ = table.shape
    days, batch, rng = drivers.days, drivers.batch, np.random.default_rng(3)
    path = drivers.capacity[0].path
    surge = DemandShock(np.array([2]), np.arange(5, 9), 0.2 * path)
    to, of = np.array([1, 2, 9, 20]), np.array([0, 3, 5])
    stop = Stop(1, of, to, 0.8 * path, rng.random((days, batch)))
    asks = 1.0 * (rng.random(batch) < 1 / 3)
    more = {
        "fall": np.maximum(chosen.fall, asks * chosen.rise),
        "defer": rng.random((s, s, batch)),
        "catch_up": rng.random(batch),
        "defer_days": rng.uniform(10, 60, batch),
        "plan": (1.0 - asks) * chosen.plan,
        "output": (1.0 - asks) * chosen.output,
        **dict.fromkeys(("demand", "fixed", "late"), asks),
        "alt": 1.0 * (rng.random(batch) < 0.5),
        "ration": 1.0 * rng.integers(0, 3, batch),
    }
    return replace(drivers, stops=(stop,), demand=(surge,)), replace(chosen, **more)


def run_of(kind, table, days, batch, arrays, precision, **more):
    """A run of the benchmark's scenarios, or of such that differ in everything ("all")."""
    drivers, chosen = drivers_of(table, days, batch), varied(table.shape[0], batch)
    if arrays == "all":
        drivers, chosen = everything(table, drivers, chosen)
    parts = (table, coefficients(table), Behaviour(), drivers)
    return kind(*parts, chosen=chosen, precision=precision, **more)


def fast_run(*arguments, **more):
    from isthmus.kernels.disruption_fast import FastRun

    return run_of(FastRun, *arguments, **more)


def clocked(run, limit, wait=lambda: None):
    """Days done within the limit, the seconds they took, milliseconds a day by thirds."""
    marks, done = [time.perf_counter()], [0]
    for t, _ in enumerate(run.days(), 1):
        if t % 4 == 0 or t == run.drivers.days:
            wait()
            marks.append(time.perf_counter())
            done.append(t)
            if marks[-1] - marks[0] > limit:
                break
    thirds = np.diff(np.interp(np.linspace(0, done[-1], 4), done, marks)) * 3e3 / done[-1]
    return done[-1], marks[-1] - marks[0], thirds.tolist()


def apart(there, here, table, every):
    """Greatest differences of two runs: of output, and of all that a day says.

    Money is seen as a share of the industry's output at the start, shares as they are.
    """
    base, names = table.output[:, None], [f.name for f in fields(Day)] if every else ["output"]
    found = {"days": 0, "output": 0.0, "relative": 0.0, "anything": 0.0}
    for day, other in zip(here.days(), there.days(), strict=True):
        found["days"] += 1
        for name in names:
            mine = np.asarray(getattr(day, name), dtype=np.float64)
            gap = np.abs(np.asarray(fetched(getattr(other, name)), dtype=np.float64) - mine)
            if not np.isfinite(gap).all():
                raise ArithmeticError(f"{name} of day {found['days']} is no number")
            share = (gap if name.startswith("met") else gap / base).max()
            found["anything"] = max(found["anything"], float(share))
            if name == "output":
                some = mine > 1e-6 * base
                found["output"] = max(found["output"], float(share))
                found["relative"] = max(found["relative"], float((gap[some] / mine[some]).max()))
    return found
