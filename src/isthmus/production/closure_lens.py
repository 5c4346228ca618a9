"""The lens on closures: what follows in days, and what was published of the one that happened."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl

from isthmus.errors import InputProblem, raise_all
from isthmus.evidence import Column, Kind, Result, Table, provenance
from isthmus.evidence.frames import attribute, dimension, number, of_years, table, years_in
from isthmus.evidence.lens import lens
from isthmus.kernels.arrays import Array
from isthmus.kernels.power import first_day
from isthmus.kernels.sensitivity import drivers
from isthmus.production.closure import (
    FUELS,
    IMPORTS,
    POWER,
    READINGS,
    STOCKS,
    Closed,
    Closure,
    EconomyFacts,
    PlantClosure,
    facts_of,
    run_closure,
)
from isthmus.production.plan import DRAWS
from isthmus.production.results import DRIVER, spread
from isthmus.production.sampling import Sampler

USED = (STOCKS, POWER, IMPORTS)
CLOSED: tuple[Closed, ...] = ("sea", "air", "hormuz")
EMPTY = 0.5
"""Days of use below which a fuel counts as used up."""

NOTES = (
    "days of normal use; saving, rationing by sector and damage are not modelled",
    "shared: all lose power alike and what goes by sea into chips is missed; served first: chip "
    "plants come before others and aircraft carry their inputs",
    "only LNG and coal make power here; oil is shown and not run",
)


@lens("production.closure", {"closed": ["sea"], "horizon": 30, "draws": 5})
def closure(
    world: Any,
    *,
    economy: str = "TWN",
    closed: Sequence[Closed] = ("sea",),
    days: int = 180,
    horizon: int = 180,
    draws: int = DRAWS,
    seed: int = 0,
) -> Result:
    """Say what a closed sea, airspace or strait does to fuel, power and chips, in days.

    Parameters
    ----------
    world : World
        With `fuel_stocks`, `power_generation` and `fuel_imports`.
    economy : str
        Whose supply is closed off.
    closed : sequence of {"sea", "air", "hormuz"}
        What is closed from the first day on; a closed strait alone can be gone round.
    days : int
        Days until it opens.
    horizon : int
        Days looked at.
    draws, seed : int
        Draws over the ranges of all numbers; 1 takes the values.

    Returns
    -------
    Result
        Tables ``days`` (until a fuel is used up, power falls, chip output and deliveries fall, by
        reading), ``drivers`` (numbers with which those days go most), ``path`` (power, chip output
        and deliveries by day) and ``numbers`` (each with range and origin).

    Raises
    ------
    BadInput
        For choices that make no sense, every one at once.
    DataMissing
        When the world holds no stocks or shares of power of the economy.
    """
    _check(closed, days, horizon, draws)
    facts = facts_of(world, economy)
    shock = PlantClosure(tuple(dict.fromkeys(closed)), days, horizon)
    sampler = Sampler(draws, seed)
    found = run_closure(facts, shock, sampler)
    tables = (_days(found), _drivers(found, sampler), _path(found), _numbers(facts))
    words = {
        "economy": economy,
        "closed": sorted(shock.closed),
        "days": days,
        "horizon": horizon,
        "draws": draws,
    }
    about = provenance(world, "production.closure", USED, words, seed=seed)
    return Result(of_years(tables, _years(world, economy)), about, ())


def _years(world: Any, economy: str) -> set[int]:
    dates = ((STOCKS, "as_of"), (POWER, "period"), (IMPORTS, "period"))
    return years_in(*(world.table(key).filter(economy=economy)[column] for key, column in dates))


def _check(closed: Sequence[str], days: int, horizon: int, draws: int) -> None:
    rules = (
        ("days", days, 1 <= days <= 3660, "must be from 1 to 3660"),
        ("horizon", horizon, 1 <= horizon <= 3660, "must be from 1 to 3660"),
        ("draws", draws, 1 <= draws <= 100_000, "must be from 1 to 100000"),
    )
    problems = [
        InputProblem(f"{why}, got {value!r}", name) for name, value, fine, why in rules if not fine
    ]
    known = ", ".join(CLOSED)
    hint = f"known: {known}; other passages as shocks: isthmus production passages"
    problems += [
        InputProblem(f"'{word}' cannot be closed", "closed", hint)
        for word in closed
        if word not in CLOSED
    ]
    if not closed:
        problems.append(InputProblem("nothing is closed", "closed", f"name one of {known}"))
    raise_all("closure", problems)


def day_rows(
    found: Closure,
) -> list[tuple[str, str, float, float | None, float | None, float | None]]:
    """Return what happens, reading, share of draws in which it does, and days until then."""
    return [
        (what, reading, float(np.isfinite(day).mean()), *spread(day))
        for what, reading, day in _cases(found)
    ]


def _cases(found: Closure) -> list[tuple[str, str, Array]]:
    """Return what happens, reading, and the day of each draw, infinite where it never comes."""
    # What is low at the end of a day was used up on that day.
    cases = [
        (f"{fuel} used up", "", first_day(found.course.stock[:, n], EMPTY) + 1.0)
        for n, fuel in enumerate(FUELS)
    ]
    cases.append(("power below 90 %", "", first_day(found.course.power, 0.9)))
    for what, paths in (("chip output", found.chips), ("chip deliveries", found.delivered)):
        cases += [
            (f"{what} below {below:.0%}".replace("%", " %"), reading, first_day(path, below))
            for below in (0.9, 0.5)
            for reading, path in paths.items()
        ]
    return cases


def _drivers(found: Closure, sampler: Sampler) -> Table:
    columns = (
        dimension("event", "what happens"),
        dimension("reading", "how what is short is shared; empty: the same in both"),
        *DRIVER,
    )
    rows = [
        (what, reading, *one)
        for what, reading, day in _cases(found)
        for one in drivers(sampler.held, day)
    ]
    return table(
        "drivers",
        pl.DataFrame(rows, schema=_schema(columns), orient="row"),
        columns,
        kind=Kind.ASSUMED,
        datasets=USED,
        text="what the days go with most over the draws, three numbers at most",
        notes=NOTES,
    )


def _days(found: Closure) -> Table:
    columns = (
        dimension("event", "what happens"),
        dimension("reading", "how what is short is shared; empty: the same in both"),
        number("share", "share", "share of draws in which it happens in the days looked at"),
        number("median", "days", "until then, median of draws; n/a: not in the days looked at"),
        number("low", "days", "10 % of draws lie below"),
        number("high", "days", "10 % of draws lie above"),
    )
    frame = pl.DataFrame(day_rows(found), schema=_schema(columns), orient="row")
    return table(
        "days",
        frame,
        columns,
        kind=Kind.ASSUMED,
        datasets=USED,
        text="days from the closure until something happens",
        notes=NOTES,
    )


def _path(found: Closure) -> Table:
    paths = [("power", "", found.course.power)]
    for what, by in (("chip output", found.chips), ("chip deliveries", found.delivered)):
        paths += [(what, reading, by[reading]) for reading in READINGS]
    rows = [
        (what, reading, float(day), *spread(path[day]))
        for what, reading, path in paths
        for day in range(len(path))
    ]
    columns = (
        dimension("what", "power, chip output, or chips that reach users"),
        dimension("reading", "how what is short is shared"),
        Column("day", "dimension", "days", "from the closure"),
        number("median", "share", "of normal, median of draws"),
        number("low", "share", "10 % of draws lie below"),
        number("high", "share", "10 % of draws lie above"),
    )
    frame = pl.DataFrame(rows, schema=_schema(columns), orient="row")
    return table(
        "path",
        frame,
        columns,
        kind=Kind.ASSUMED,
        datasets=USED,
        text="power, chip output and deliveries by day",
        notes=NOTES,
    )


def _numbers(facts: EconomyFacts) -> Table:
    rows = [
        (name, a.value, a.bottom, a.top, a.unit, a.source, a.reason, a.kind.value)
        for name, a in facts.rows()
    ]
    columns = (
        dimension("name", "what it is"),
        number("value", "in unit", "the number"),
        number("low", "in unit", "lower end"),
        number("high", "in unit", "upper end"),
        attribute("unit", "unit"),
        attribute("source", "where it was read"),
        attribute("reason", "why it is as it is"),
        attribute("kind"),
    )
    frame = pl.DataFrame(rows, schema=_schema(columns), orient="row")
    text = "every number of the closure and where it comes from"
    return table("numbers", frame, columns, kind=Kind.ASSUMED, datasets=USED, text=text)


def _schema(columns: Sequence[Column]) -> dict[str, Any]:
    return {c.name: pl.Float64 if c.role == "value" or c.unit else pl.String for c in columns}
