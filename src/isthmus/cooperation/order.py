"""Tables that hold packages against each other: first by probability, what would change it."""

from __future__ import annotations

import numpy as np

from isthmus.cooperation.beside import NO_RECORD
from isthmus.cooperation.stage import TODAY, Stage
from isthmus.cooperation.stated import written
from isthmus.cooperation.thresholds import CHANCES, FACTOR, NESTED, TOGETHER, WIDTH, computed
from isthmus.errors import BadInput
from isthmus.evidence import SHARE, Table
from isthmus.evidence.frames import attribute, dimension, number, of_rows
from isthmus.kernels.arrays import Array
from isthmus.kernels.decision import share_first
from isthmus.kernels.front import share_not_dominated
from isthmus.scenario.packages import Package

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
        for chance in stage.chances(hazard, CHANCES):
            net = np.stack([stage.net(p, hazard, chance, reading) for p in packages], axis=1)
            for package, share in zip(packages, share_first(net), strict=True):
                rows.append((hazard, written(chance), reading, package.key, float(share)))
    columns = (
        dimension("hazard", "the one hazard that counts"),
        dimension("probability", "a year; an axis, not an estimate"),
        dimension("reading", "of the answer"),
        dimension("package", "key"),
        number("value", SHARE, "draws in which its saving less cost and answer is the largest"),
    )
    notes = (WIDTH, _read(stage), TOGETHER, FACTOR, NESTED)
    text = "in which share of draws each package comes first, by what is measured in money"
    return of_rows("first", rows, columns, text, datasets=stage.datasets, notes=notes)


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
    for chance in stage.chances(hazard, CHANCES):
        net = np.stack([stage.net(p, hazard, chance, reading) for p in packages], axis=1)
        usual = int(np.argmax(share_first(net)))
        for name, drawn in moving.items():
            changed = _changed(net, drawn, usual)
            rows.append((hazard, written(chance), name, packages[usual].key, changed))
    columns = (
        dimension("hazard", "the one hazard that counts"),
        dimension("probability", "a year; it is never on the list of numbers"),
        dimension("number", "known exactly"),
        dimension("usual", "package that comes first most often"),
        number("value", SHARE, f"draws in whose fifth of that number another does ({BINS} bins)"),
    )
    text = "which number known exactly would change which package comes first"
    notes = (WIDTH, _read(stage))
    return of_rows("knowing", rows, columns, text, datasets=stage.datasets, notes=notes)


def front(stage: Stage, hazard: str) -> Table:
    """Share of draws in which each package is not dominated, over all columns and over money.

    An indicator that one package alone reaches keeps it from being dominated whatever it costs:
    the table says which, and how the package stands in money and months by itself.
    """
    packages = _comparable(stage, hazard)
    hazards = [h.key for h in stage.real if h.key in stage.losses]
    columns: dict[str, list[Array]] = {}
    for key in hazards:
        columns[f"saved: {key}"] = [stage.saved(key, p, stage.home, TODAY) for p in packages]
    columns["cost"] = [-stage.cost(p, TODAY) for p in packages]
    for reading in readings(stage):
        columns[f"answer, {reading}"] = [-stage.answer_cost(p, reading) for p in packages]
    columns["months"] = [np.full(stage.draws, -_months(stage, p)) for p in packages]
    money = len(columns)
    reached = {q: [_reached(stage, p, q) for p in packages] for q in _quantities(stage, packages)}
    for quantity, by in reached.items():
        columns[quantity] = [np.full(stage.draws, one) for one in by]
    values = np.stack([np.stack(v, axis=1) for v in columns.values()], axis=2)
    shares = share_not_dominated(values), share_not_dominated(values[:, :, :money])
    rows = [
        (package.key, float(shares[0][n]), float(shares[1][n]), _alone_in(reached, n))
        for n, package in enumerate(packages)
    ]
    told = (
        dimension("package", "key"),
        number("value", SHARE, "draws in which no other is as good in every column"),
        number("money", SHARE, "the same over savings, cost, answers and months alone"),
        attribute("kept", "indicators that it reaches further than every other; none: nothing"),
    )
    names = [*columns][:money]
    notes = (
        f"columns: {', '.join(columns)}; dominated: not better in any of them",
        f"money: {', '.join(names)}; an indicator in `kept` alone can keep a package in `value`",
        WIDTH,
    )
    text = "which packages are not dominated"
    return of_rows("front", rows, told, text, datasets=stage.datasets, notes=notes)


def _alone_in(reached: dict[str, list[float]], place: int) -> str:
    """Return the indicators that one package reaches further than every other."""
    found = [
        quantity
        for quantity, by in reached.items()
        if by[place] > max((v for n, v in enumerate(by) if n != place), default=0.0)
    ]
    return "; ".join(found) or "none"


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
