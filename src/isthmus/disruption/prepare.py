"""From a question to a run of the kernel: parameters checked, arrays made."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import numpy as np

from isthmus.disruption.checks import check
from isthmus.disruption.criticality import read_criticality
from isthmus.disruption.measures import held_of, relieved
from isthmus.disruption.settings import Settings, with_params
from isthmus.disruption.shocks import Places, drivers_of, rebuilding_of
from isthmus.disruption.table import Daily
from isthmus.disruption.terms import behaviour_of, terms_of
from isthmus.errors import BadInput, InputProblem, raise_all
from isthmus.kernels.disruption import DenseTable
from isthmus.kernels.disruption_drivers import Drivers
from isthmus.kernels.disruption_run import BatchRun
from isthmus.scenario import Scenario
from isthmus.world.mrio import MRIO

Engine = Literal["auto", "numpy", "compiled"]
COMPILE_FROM = 1.0e9
"""Cells of the table times days times scenarios from which compiling is worth its seconds."""


def settings_of(given: Settings, scenario: Scenario, mrio: MRIO) -> Settings:
    """Return checked parameters: those given, and over them what the scenario fixes.

    Raises
    ------
    BadInput
        For unknown names and values that make no sense.
    """
    settings = _with_file(with_params(given, scenario.params), mrio)
    check(settings, mrio.industries)
    return settings


def _with_file(settings: Settings, mrio: MRIO) -> Settings:
    """Return settings with the matrix of needs that a file holds."""
    if not isinstance(settings.need, Path):
        return settings
    return replace(settings, need=read_criticality(settings.need, mrio.industries))


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


def settings_of_all(
    given: Settings | Sequence[Settings], scenarios: Sequence[Scenario], mrio: MRIO
) -> list[Settings]:
    """Return checked parameters of every scenario of a batch.

    Raises
    ------
    BadInput
        With everything that makes no sense, by scenario.
    """
    base = (
        [_with_file(given, mrio)] * len(scenarios) if isinstance(given, Settings) else list(given)
    )
    if len(base) != len(scenarios):
        what = f"there are {len(base)} settings for {len(scenarios)} scenarios"
        raise BadInput("batch of scenarios", [InputProblem(what, where="settings")])
    out: list[Settings] = []
    problems: list[InputProblem] = []
    for settings, scenario in zip(base, scenarios, strict=True):
        try:
            out.append(settings_of(settings, scenario, mrio))
        except BadInput as error:
            problems += [
                replace(p, where=f"{scenario.name}, {p.where}".rstrip(", ")) for p in error.problems
            ]
    raise_all("batch of scenarios", problems)
    return out


def prepare(
    scenarios: Sequence[Scenario],
    daily: Daily,
    each: Settings | Sequence[Settings],
    days: int,
    *,
    engine: Engine = "auto",
    threads: int = 1,
) -> BatchRun:
    """Return the run of a batch of scenarios.

    Parameters
    ----------
    each : Settings or sequence of Settings
        Checked parameters, of all scenarios or of every one.
    engine : {"auto", "numpy", "compiled"}
        "compiled" needs numba; "auto" takes it for large work where numba is installed.
    threads : int
        Threads that share a day in compiled runs.

    Raises
    ------
    BadInput
        When the compiled engine is asked for and cannot be had, or scenarios differ in what a
        batch shares.
    """
    mrio, table = daily.source, daily.table
    places = Places(mrio.economies, mrio.industries)
    all_of = [each] * len(scenarios) if isinstance(each, Settings) else list(each)
    added = np.maximum(table.output - table.inputs().sum(axis=0), 0.0) * 365.0
    capital = [settings.capital_ratio * added for settings in all_of]
    inputs, chosen = terms_of(all_of, table, mrio.industries)
    parts = (
        table,
        inputs,
        behaviour_of(all_of[0]),
        _with_measures(drivers_of(scenarios, places, days, capital), all_of, places),
    )
    more: dict[str, Any] = {
        "chosen": chosen,
        "rebuilding": rebuilding_of(scenarios, places, table, capital),
        "precision": all_of[0].precision,
    }
    if _compiled(engine, daily, days, len(scenarios)):
        from isthmus.kernels.disruption_fast import FastRun

        return FastRun(*parts, threads=threads, **more)
    return BatchRun(*parts, **more)


def _with_measures(drivers: Drivers, each: Sequence[Settings], places: Places) -> Drivers:
    """Return the drivers with what is held and what is done by each scenario."""
    held = held_of([one.reserves for one in each], places)
    with_relief = relieved(drivers, [one.reliefs for one in each], places)
    return replace(with_relief, reserves=held)


def engine_for(engine: Engine, daily: Daily, days: int, scenarios: int) -> Engine:
    """Return the engine for work that is done in batches: what "auto" takes for all of it."""
    return "compiled" if _compiled(engine, daily, days, scenarios) else "numpy"


def compiles() -> bool:
    """Whether the compiled engine can be had."""
    return importlib.util.find_spec("numba") is not None


def _compiled(engine: Engine, daily: Daily, days: int, scenarios: int) -> bool:
    there = compiles()
    if engine == "compiled" and not there:
        hint = "install the extra 'fast', or use engine='numpy'"
        problem = InputProblem("numba is not installed", where="engine", hint=hint)
        raise BadInput("disruption run", [problem])
    s, r = daily.table.shape
    cells = s * s * r * (r if isinstance(daily.table, DenseTable) else 1)
    large = cells * days * scenarios > COMPILE_FROM
    return there and (engine == "compiled" or (engine == "auto" and large))
