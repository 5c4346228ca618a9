"""From a question to a run of the kernel: parameters checked, arrays made."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Literal

import numpy as np

from isthmus.disruption.settings import (
    Settings,
    behaviour_of,
    check,
    coefficients_of,
    with_params,
)
from isthmus.disruption.shocks import Places, drivers_of, rebuilding_of
from isthmus.disruption.table import Daily
from isthmus.errors import BadInput, InputProblem
from isthmus.kernels.disruption import DenseTable, Scales
from isthmus.kernels.disruption_run import BatchRun
from isthmus.scenario import Scenario
from isthmus.world.mrio import MRIO

Engine = Literal["auto", "numpy", "compiled"]
COMPILE_FROM = 1.0e9
"""Cells of the table times days times scenarios from which compiling is worth its seconds."""

SWEPT = ("stock_days", "psi", "restore_days")
"""Scalar parameters that may differ between the scenarios of one batch."""


def settings_of(given: Settings, scenario: Scenario, mrio: MRIO) -> Settings:
    """Return checked parameters: those given, and over them what the scenario fixes.

    Raises
    ------
    BadInput
        For unknown names and values that make no sense.
    """
    settings = with_params(given, scenario.params)
    check(settings, mrio.industries)
    return settings


def days_of(scenario: Scenario, until: int | None) -> int:
    """Return the number of days to simulate.

    Raises
    ------
    BadInput
        When `until` lies outside the scenario's horizon, or ends before any shock begins.
    """
    if until is None:
        return scenario.horizon
    whole = isinstance(until, int) and not isinstance(until, bool)
    first = min((shock.start for shock in scenario.shocks), default=0)
    what = ""
    if not whole or not 1 <= until <= scenario.horizon:
        what = f"must be between 1 and the horizon of {scenario.horizon} days, got {until!r}"
    elif until <= first:
        what = f"ends after day {until - 1}, but the first shock begins on day {first}"
    if what:
        raise BadInput("disruption run", [InputProblem(what, where="until")])
    return until


def swept(scenarios: Sequence[Scenario], base: Settings, industries: Sequence[str]) -> Scales:
    """Return the parameters that scenarios of a batch fix, as factors on `base`.

    Raises
    ------
    BadInput
        When scenarios of one batch fix different parameters that are not scalar sweeps.
    """
    factors = np.ones((len(SWEPT), len(scenarios)))
    problems = []
    for b, scenario in enumerate(scenarios):
        other = sorted(set(scenario.params) - set(SWEPT))
        if other:
            what = f"a batch can vary {', '.join(SWEPT)} only, not {', '.join(other)}"
            problems.append(InputProblem(what, where=f"scenario '{scenario.name}'"))
        own: dict[str, Any] = {k: v for k, v in scenario.params.items() if k in SWEPT}
        check(replace(base, **own), industries)
        for i, name in enumerate(SWEPT):
            if name in scenario.params:
                reference = getattr(base, name)
                if not isinstance(reference, int | float):
                    problems.append(InputProblem("must be a single number to vary", where=name))
                    continue
                factors[i, b] = float(scenario.params[name]) / reference
    if problems:
        raise BadInput("batch of scenarios", problems)
    stock, psi, restore = factors
    # Outside the reading "psi" the whole stock can be used in a day, whatever the goal is.
    return Scales(stock, psi if base.reading == "psi" else 1.0 / stock, 1.0 / restore)


def prepare(
    scenarios: Sequence[Scenario],
    daily: Daily,
    settings: Settings,
    days: int,
    scales: Scales,
    *,
    engine: Engine = "auto",
    threads: int = 1,
) -> BatchRun:
    """Return the run of a batch of scenarios.

    Parameters
    ----------
    engine : {"auto", "numpy", "compiled"}
        "compiled" needs numba; "auto" takes it for large work where numba is installed.
    threads : int
        Threads that share a day in compiled runs.

    Raises
    ------
    BadInput
        When the compiled engine is asked for and cannot be had.
    """
    mrio, table = daily.source, daily.table
    places = Places(mrio.economies, mrio.industries)
    added = np.maximum(table.output - table.inputs().sum(axis=0), 0.0)
    capital = settings.capital_ratio * 365.0 * added
    parts = (
        table,
        coefficients_of(settings, table, mrio.industries, len(mrio.economies)),
        behaviour_of(settings),
        drivers_of(scenarios, places, days, capital),
    )
    more: dict[str, Any] = {
        "scales": scales,
        "rebuilding": rebuilding_of(scenarios, places, table, capital),
        "precision": settings.precision,
    }
    if _compiled(engine, settings, daily, days, len(scenarios)):
        from isthmus.kernels.disruption_fast import FastRun

        return FastRun(*parts, threads=threads, **more)
    return BatchRun(*parts, **more)


def _compiled(engine: Engine, settings: Settings, daily: Daily, days: int, scenarios: int) -> bool:
    there = importlib.util.find_spec("numba") is not None
    able = settings.reading != "linear"
    if engine == "compiled" and not (there and able):
        what = "the reading 'linear' is not compiled" if there else "numba is not installed"
        hint = "use engine='numpy'" if there else "install the extra 'fast', or use engine='numpy'"
        raise BadInput("disruption run", [InputProblem(what, where="engine", hint=hint)])
    s, r = daily.table.shape
    cells = s * s * r * (r if isinstance(daily.table, DenseTable) else 1)
    large = cells * days * scenarios > COMPILE_FROM
    return there and able and (engine == "compiled" or (engine == "auto" and large))
