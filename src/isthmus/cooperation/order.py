"""Tables that hold packages against each other: first by probability, what would change it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from isthmus.cooperation.beside import NO_RECORD
from isthmus.cooperation.stage import TODAY, Stage
from isthmus.cooperation.thresholds import CHANCES, FACTOR, NESTED, TOGETHER, WIDTH, computed
from isthmus.errors import BadInput
from isthmus.evidence import SHARE, Table
from isthmus.evidence.frames import dimension, number, of_rows
from isthmus.kernels.decision import share_first
from isthmus.kernels.front import share_not_dominated
from isthmus.scenario.packages import Package

Array = NDArray[np.float64]

BINS = 5
RECORD, MODEL = "record", "model"
SAVED, COST, ANSWER = "share saved", "cost", "answer"
"""Numbers of a package that could be known exactly."""
UPPER = (
    "reading record: the European rate, or the American rate of arms sales for packages of a "
    "military degree to which it applies"
)


def first(stage: Stage, hazard: str) -> Table:
    """Share of draws in which each package comes first, by probability of one hazard."""
    packages = _comparable(stage, hazard)
    rows = []
    for reading in readings(stage):
        for chance in CHANCES:
            net = np.stack([stage.net(p, hazard, chance, reading) for p in packages], axis=1)
            for package, share in zip(packages, share_first(net), strict=True):
                rows.append((hazard, f"{chance:.1%}", reading, package.key, float(share)))
    columns = (
        dimension("hazard", "the one hazard that counts"),
        dimension("probability", "a year; an axis, not an estimate"),
        dimension("reading", "of the answer"),
        dimension("package", "key"),
        number("value", SHARE, "draws in which its saving less cost and answer is the largest"),
    )
    notes = (WIDTH, _read(stage), TOGETHER, FACTOR, NESTED)
    text = "in which share of draws each package comes first, by what is measured in money"
    return of_rows("first", rows, columns, text, notes=notes)


def knowing(stage: Stage, hazard: str) -> Table:
    """Which number, known exactly, would change which package comes first most often."""
    packages = _comparable(stage, hazard)
    reading = readings(stage)[0]
    numbers: dict[str, Array] = {"loss": stage.loss(hazard, stage.home)}
    for package in packages:
        numbers[f"{SAVED}: {package.key}"] = stage.saved_share(hazard, package, stage.home, TODAY)
        numbers[f"{COST}: {package.key}"] = stage.cost(package, TODAY)
        numbers[f"{ANSWER}: {package.key}"] = stage.answer_cost(package, reading)
    moving = {name: drawn for name, drawn in numbers.items() if np.ptp(drawn) > 0.0}
    rows = []
    for chance in CHANCES:
        net = np.stack([stage.net(p, hazard, chance, reading) for p in packages], axis=1)
        usual = int(np.argmax(share_first(net)))
        for name, drawn in moving.items():
            changed = _changed(net, drawn, usual)
            rows.append((hazard, f"{chance:.1%}", name, packages[usual].key, changed))
    columns = (
        dimension("hazard", "the one hazard that counts"),
        dimension("probability", "a year; it is never on the list of numbers"),
        dimension("number", "known exactly"),
        dimension("usual", "package that comes first most often"),
        number("value", SHARE, f"draws in whose fifth of that number another does ({BINS} bins)"),
    )
    text = "which number known exactly would change which package comes first"
    return of_rows("knowing", rows, columns, text, notes=(WIDTH, _read(stage)))


def front(stage: Stage, hazard: str) -> Table:
    """Share of draws in which each package is not dominated over all printed columns."""
    packages = _comparable(stage, hazard)
    hazards = [h.key for h in stage.real if h.key in stage.losses]
    columns: dict[str, list[Array]] = {}

    def add(name: str, values: list[Array]) -> None:
        columns[name] = values

    for key in hazards:
        add(f"saved: {key}", [stage.saved(key, p, stage.home, TODAY) for p in packages])
    add("cost", [-stage.cost(p, TODAY) for p in packages])
    for reading in readings(stage):
        add(f"answer, {reading}", [-stage.answer_cost(p, reading) for p in packages])
    add("months", [np.full(stage.draws, -_months(stage, p)) for p in packages])
    for quantity in _quantities(stage, packages):
        add(quantity, [np.full(stage.draws, _reached(stage, p, quantity)) for p in packages])
    values = np.stack([np.stack(v, axis=1) for v in columns.values()], axis=2)
    share = share_not_dominated(values)
    rows = [(p.key, float(s)) for p, s in zip(packages, share, strict=True)]
    told = (
        dimension("package", "key"),
        number("value", SHARE, "draws in which no other is as good in every column"),
    )
    note = f"columns: {', '.join(columns)}; dominated: not better in any of them"
    text = "which packages are not dominated"
    return of_rows("front", rows, told, text, notes=(note, WIDTH))


def readings(stage: Stage) -> tuple[str, ...]:
    """Return the readings of the answer: not the record's where it has no rate of this partner."""
    return (RECORD, MODEL) if stage.recorded or not stage.answers else (MODEL,)


def _read(stage: Stage) -> str:
    return UPPER if RECORD in readings(stage) else NO_RECORD


def _comparable(stage: Stage, hazard: str) -> list[Package]:
    """Return the packages whose saving from a hazard is known.

    Raises
    ------
    BadInput
        When there is none.
    """
    stage.catalogue.hazard(hazard)
    found = [p for p in stage.packages if hazard in {h.key for h in computed(stage, p, TODAY)}]
    if not found:
        raise BadInput(
            f"no package has a recorded loss of '{hazard}'",
            where="hazard",
            hint="isthmus package prepare makes the runs",
        )
    return found


def _changed(net: Array, drawn: Array, usual: int) -> float:
    """Share of draws in whose bin of a number another option comes first most often."""
    order = np.argsort(drawn, kind="stable")
    moved = 0
    for part in np.array_split(order, BINS):
        if len(part) and int(np.argmax(share_first(net[part]))) != usual:
            moved += len(part)
    return moved / len(drawn)


def _months(stage: Stage, package: Package) -> float:
    held = stage.catalogue.members(package)
    return max((a.lead_months.middle + a.ramp_months.middle for a in held), default=0.0)


def _quantities(stage: Stage, packages: list[Package]) -> list[str]:
    found = {
        a.indicator.quantity
        for p in packages
        for a in stage.catalogue.members(p)
        if a.indicator is not None
    }
    return sorted(found)


def _reached(stage: Stage, package: Package, quantity: str) -> float:
    gains = [
        abs(a.indicator.goal.middle - a.indicator.start.middle)
        for a in stage.catalogue.members(package)
        if a.indicator is not None and a.indicator.quantity == quantity
    ]
    return sum(gains)
