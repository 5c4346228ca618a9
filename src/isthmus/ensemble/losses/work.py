"""A batch of runs: from the numbers of cases to what is kept of them."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from isthmus.disruption.prepare import Engine, prepare
from isthmus.disruption.table import Daily
from isthmus.ensemble.losses.cases import Cases, scenario_of
from isthmus.ensemble.losses.watch import MISSING_AFTER, LossWatch, Parts
from isthmus.runtime import Batch
from isthmus.scenario import Scenario

WIDTH = 96
"""Runs per pass over the table at most: compiled loops take one in 3/4 of the time of one of 32."""
LANES = 16
"""Numbers of single precision in a vector. Numbers that fill none are worked on one by one: 63 runs
take a third longer than 64."""
KEPT = ("lost", "course", "industries", "first", "until", "back", "missing")


@dataclass(frozen=True)
class LossWork:
    """What every batch of a question has in common.

    Parameters
    ----------
    parts, rows : Parts
        Parties whose course is kept; economies and coalitions whose losses are.
    """

    scenario: Scenario
    cases: Cases
    daily: Daily
    parts: Parts
    rows: Parts
    days: int
    engine: Engine


def width(runs: int) -> int:
    """Return how many runs to take per pass: a pair of batches at least, so that two can share."""
    pairs = max(1, -(-runs // (2 * WIDTH)))
    each = max(1, -(-runs // (2 * pairs)))
    rest = each % LANES
    return each + LANES - rest if each > LANES and rest >= LANES // 2 else each


def run_cases(work: LossWork, batch: Batch) -> dict[str, Any]:
    """Run the cases of a batch and return what is kept, as text; cases come last in every array."""
    chosen = [work.cases.case(number) for number in range(batch.start, batch.stop)]
    scenarios = [scenario_of(case, work.scenario, batch.start + i) for i, case in enumerate(chosen)]
    run = prepare(
        scenarios, work.daily, [case.settings for case in chosen], work.days, engine=work.engine
    )
    watch = LossWatch(work.daily.table, work.parts, work.days, len(chosen))
    for t, day in enumerate(run.days()):
        watch.add(t, day)
    ends = [last_shock(scenario, work.days) for scenario in scenarios]
    until, back, missing = _returns(watch, ends)
    arrays = (
        watch.lost(work.rows.inside),
        watch.course(),
        watch.industries(),
        watch.first.astype(np.int16),
        until.astype(np.float32),
        back.astype(np.int16),
        missing.astype(np.float32),
    )
    return {name: packed(array) for name, array in zip(KEPT, arrays, strict=True)}


def _returns(watch: LossWatch, ends: list[int]) -> tuple[Any, Any, Any]:
    """Return `LossWatch.returns` where the last shock of each case ends on a day of its own."""
    found = {end: watch.returns(end) for end in set(ends)}
    columns = [[part[:, b] for part in found[end]] for b, end in enumerate(ends)]
    until, back, missing = (np.stack(part, axis=1) for part in zip(*columns, strict=True))
    return until, back, missing


def last_shock(scenario: Scenario, days: int) -> int:
    """Return the day on which the last shock is over, its recovery included; `days` if never."""
    ends = [0]
    for shock in scenario.shocks:
        if shock.duration is None:
            return days
        fades = 0.0 if shock.recovery is None else shock.recovery.days
        ends.append(shock.start + shock.duration + round(fades))
    return max(ends)


def told_of_later(scenario: Scenario, days: int) -> bool:
    """Tell whether a run reaches the day on which it is asked what is still missing."""
    return last_shock(scenario, days) + MISSING_AFTER <= days


def packed(array: NDArray[Any]) -> dict[str, Any]:
    """Return an array as plain JSON values that hold every bit."""
    whole = np.ascontiguousarray(array)
    data = base64.b64encode(whole.tobytes()).decode("ascii")
    return {"type": whole.dtype.str, "shape": list(whole.shape), "data": data}


def unpacked(kept: dict[str, Any]) -> NDArray[Any]:
    """Return the array of `packed`."""
    raw = np.frombuffer(base64.b64decode(kept["data"]), dtype=np.dtype(kept["type"]))
    return raw.reshape(kept["shape"])
