"""What packages do to lines of defence production: units a month, months to what is wanted."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from isthmus.cooperation.stage import Stage
from isthmus.cooperation.thresholds import RANGE, looked_at, of_range, quantiles
from isthmus.evidence import IN_UNIT, SHARE, Kind, Table
from isthmus.evidence.frames import attribute, dimension, number, of_rows
from isthmus.kernels.arrays import Array
from isthmus.production import change, load_bill
from isthmus.production.amounts import Amount as Number
from isthmus.production.lens import setting_of, told_all
from isthmus.production.packages import WEEKS_A_MONTH, PackageRuns, stated_of
from isthmus.production.parts import Remedy
from isthmus.production.results import causes_of
from isthmus.scenario.actions import Action, OutputEffect
from isthmus.scenario.amounts import RangedAmount

_Changes = tuple[str, ...]

_COURSES: dict[tuple[str, _Changes, int], PackageRuns] = {}
"""Courses that have run in this process, by line, changes and seed."""

SURGE = 2.0
"""Factor of demand from the first day on: what a line can do shows when more is wanted."""
YEARS = 5
WEEKS_A_YEAR = 52
DRAWS = 100
WANTED = (
    f"demand is {SURGE:g} times that of the bill of materials from the first day on (a choice); "
    "wanted is what that asks for in one year; acts are decided on the first day, without a stop"
)
LET_THROUGH = (
    "stated is what acts add to the last stage by their own account; gained is what the rest of "
    "the line lets through in the fifth year, so that more of one input alone may gain nothing"
)
NEVER_REACHED = f"months without a number: not within {YEARS} years"


def outputs(stage: Stage) -> Table:
    """Return units a month and months to what is wanted, of each line that a package touches."""
    asked: list[tuple[str, str, str, _Changes, _Changes]] = []
    for package, compared in looked_at(stage):
        whole, base = stage.together(package, compared)
        acts = stage.catalogue.members(whole)
        known = () if base is None else stage.catalogue.members(base)
        asked += [
            (package.key, compared, line, _changes(more, line), _changes(less, line))
            for line in sorted(_lines(acts))
            if (more := _touching(acts, line)) != (less := _touching(known, line))
        ]
    for line in sorted({one[2] for one in asked}):
        _run([change for one in asked if one[2] == line for change in one[3:]], line, stage.seed)
    rows = [
        (package, compared, *_row(line, _of(more, line, stage.seed), _of(less, line, stage.seed)))
        for package, compared, line, more, less in asked
    ]
    columns = (
        dimension("package", "key"),
        dimension("compared", "with what"),
        dimension("line", "bill of materials"),
        attribute("unit", "of the product, a month"),
        number("stated", IN_UNIT, "added to the last stage by their own account: median"),
        number("before", IN_UNIT, "made without it in the fifth year: median"),
        *of_range("value", IN_UNIT, "gained a month in the fifth year"),
        number("wanted", IN_UNIT, "units wanted"),
        number("months_before", "months", "until they are made without it: median"),
        *of_range("months", "months", "with it"),
        number("reached", SHARE, "draws in which they are made within five years"),
        attribute("binds", "what most often holds the line down with it in the fifth year"),
    )
    text = "what packages do to lines of defence production"
    notes = (RANGE, WANTED, LET_THROUGH, NEVER_REACHED)
    return of_rows("outputs", rows, columns, text, kind=Kind.ASSUMED, notes=notes)


def _lines(actions: Sequence[Action]) -> set[str]:
    return {e.line for a in actions for e in a.effects if isinstance(e, OutputEffect)}


def _touching(actions: Sequence[Action], line: str) -> tuple[Action, ...]:
    held = [a for a in actions if line in _lines([a])]
    return tuple(sorted(held, key=lambda a: a.key))


def _row(line: str, with_it: PackageRuns, without: PackageRuns) -> tuple[str | float | None, ...]:
    made, before = _monthly(with_it.made[-1]), _monthly(without.made[-1])
    stated = (with_it.stated[-1] - without.stated[-1]) * WEEKS_A_MONTH
    wanted = _wanted(line)
    months, first = with_it.months_to(wanted)[-1], without.months_to(wanted)[-1]
    return (
        line,
        f"{load_bill(line)[line].unit} a month",
        quantiles(stated)[0],
        quantiles(before)[0],
        *quantiles(made - before),
        wanted,
        _finite(quantiles(first)[0]),
        *map(_finite, quantiles(months)),
        float(np.isfinite(months).mean()),
        _binding(with_it, line),
    )


def _binding(runs: PackageRuns, line: str) -> str:
    """Return what most often holds the line down in the last year."""
    weeks = len(runs.made[-1])
    found = causes_of(runs.told[-1], line, weeks - WEEKS_A_YEAR, weeks)
    item, reason, share = max(found, key=lambda one: one[2])
    return f"{item} ({reason}, {100.0 * share:.0f} % of weeks)" if item else "nothing"


def _finite(value: float) -> float | None:
    return value if np.isfinite(value) else None


def _monthly(made: Array) -> Array:
    """Return the units a month of the last year, (D,)."""
    return np.asarray(made[-WEEKS_A_YEAR:].mean(axis=0) * WEEKS_A_MONTH)


def _wanted(line: str) -> float:
    """Return what is wanted of the product in one year of surged demand, by the bill's values."""
    bill = load_bill(line)
    unit = f"{bill[line].unit} per year"
    asked = [d.quantity for d in bill.demands if d.item == line]
    return SURGE * sum(amount.value * (amount.factor(unit) or 0.0) for amount in asked)


def _changes(actions: Sequence[Action], line: str) -> _Changes:
    """Return what some actions change in a line, at full delivery, each as a text."""
    return tuple(
        change(
            "output" if effect.item in ("", line) else "capacity",
            effect.item or line,
            _number(effect.units, effect.unit),
            lead=_number(action.lead_months, "months"),
            ramp=_number(action.ramp_months, "months"),
            name=f"{action.key}-{n}",
        ).model_dump_json()
        for action in actions
        for n, effect in enumerate(action.effects)
        if isinstance(effect, OutputEffect) and effect.line == line
    )


def _number(amount: RangedAmount, unit: str) -> Number:
    return Number(
        value=amount.middle,
        low=amount.low,
        high=amount.high,
        unit=unit,
        source=amount.source,
        reason=amount.reason,
    )


def _of(changes: _Changes, line: str, seed: int) -> PackageRuns:
    return _COURSES[line, changes, seed]


def _run(sets: Sequence[_Changes], line: str, seed: int) -> None:
    """Run a line at full delivery, once for each set of changes that has not run."""
    new = [one for one in dict.fromkeys(sets) if (line, one, seed) not in _COURSES]
    bill = load_bill(line)
    setting = setting_of(bill, (), SURGE, 0.0, 7 * WEEKS_A_YEAR * YEARS, DRAWS, seed)
    acts = [[Remedy.model_validate_json(text) for text in one] for one in new]
    for one, chosen, told in zip(new, acts, told_all(bill, setting, acts), strict=True):
        made = told.course.made[:, told.place(line)]
        stated = stated_of(bill, setting, chosen, line)
        _COURSES[line, one, seed] = PackageRuns((1.0,), made[None], stated, (told,))
