"""What a package of cooperation does to a line: channels `output`, `capacity` and `stock`.

Each change is of one input of the line: capacity of its last stage (``output``), capacity of an
item (``capacity``), or the time of normal use that is held (``stock``). What comes out is what the
rest of the line lets through, so that the figure that a package states and the one that the line
makes of it stand beside each other: more assembly without more powder makes no more rounds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

from isthmus.errors import InputProblem, did_you_mean, raise_all
from isthmus.evidence import Column, Result, Table
from isthmus.evidence.lens import lens
from isthmus.kernels.arrays import Array
from isthmus.production.amounts import Amount
from isthmus.production.bill import Bill, part_of
from isthmus.production.checks import cross_problems
from isthmus.production.files import load_bills
from isthmus.production.lens import (
    CITATIONS,
    check_numbers,
    provenance,
    setting_of,
    told_all,
    words_of,
)
from isthmus.production.parts import Remedy
from isthmus.production.plan import CALM, DRAWS, Setting
from isthmus.production.results import Told, blocks, causes_of, spread
from isthmus.runtime import CancelToken, Progress, silent

LEVELS = (0.0, 0.5, 1.0)
"""Degrees of delivery at which a package is run."""

WEEKS_A_MONTH = 365.25 / 12 / 7

EXAMPLE = {
    "name": "powder",
    "title": "more powder",
    "kind": "new_line",
    "item": "powder",
    "economy": "TWN",
    "adds": {"value": 400, "unit": "t per month", "reason": "an example"},
}
"""A change as a table of a bill of materials."""


def change(
    channel: Literal["output", "capacity", "stock"],
    item: str,
    size: Amount,
    *,
    lead: Amount | None = None,
    ramp: Amount | None = None,
    economy: str = "WLD",
    name: str = "",
) -> Remedy:
    """Return what one action changes in a line at full delivery.

    Parameters
    ----------
    channel : {"output", "capacity", "stock"}
        Capacity of the last stage of a product, capacity of an item, or stock of an item.
    item : str
        The product (``output``) or the item.
    size : Amount
        Units per month or year (``"piece per month"``); time of normal use for a stock.
    lead, ramp : Amount, optional
        Time from the decision to the first effect, and from there to the full one.
    economy : str
        Where new capacity stands; a stop there takes it too.
    name : str
        Name of the action; two of one package need different ones.
    """
    words: dict[str, Any] = {"name": name or f"{channel}-{item}", "title": name or item}
    if channel == "stock":
        words |= {"kind": "stock", "weeks": size}
    else:
        words |= {"kind": "new_line", "adds": size, "economy": economy}
    return Remedy(item=item, lead=lead, ramp=ramp, **words)


@dataclass(frozen=True, slots=True)
class PackageRuns:
    """Courses of one product with a package at several degrees of delivery, over common draws.

    Attributes
    ----------
    levels : tuple of float
        Degrees of delivery, 0 first: the line as it is.
    made : (L, T, D) array
        Units begun per week at each degree.
    stated : (T, D) array
        Units per week that the package adds to the last stage of the product by its own account.
    told : tuple of Told
        The runs.
    """

    levels: tuple[float, ...]
    made: Array
    stated: Array
    told: tuple[Told, ...]

    def months_to(self, target: float) -> Array:
        """Return months until `target` units are begun, (L, D); infinite where they never are."""
        so_far = np.cumsum(self.made, axis=1)
        there = so_far >= target * (1 - 1e-9)
        first = there.argmax(axis=1)[:, None]
        now, rate = (np.take_along_axis(a, first, axis=1)[:, 0] for a in (so_far, self.made))
        part = np.clip(1.0 - (now - target) / np.maximum(rate, 1e-300), 0.0, 1.0)
        return np.where(there.any(axis=1), (first[:, 0] + part) / WEEKS_A_MONTH, np.inf)


def package_runs(
    bill: Bill,
    setting: Setting,
    changes: Sequence[Remedy],
    product: str,
    *,
    levels: Sequence[float] = LEVELS,
    progress: Progress = silent,
    cancel: CancelToken | None = None,
) -> PackageRuns:
    """Run a line with a package at several degrees of delivery, all decided on the first day.

    Parameters
    ----------
    bill, setting
        From `load_bills` and `setting_of`.
    changes : sequence of Remedy
        What the package changes; see `change`.
    product : str
        The product whose output is asked for.
    levels : sequence of float
        Degrees of delivery in [0, 1]; 0 goes before them.

    Raises
    ------
    BadInput
        With every change that names no item of the bill, no unit of it or no economy.
    """
    _check(bill, changes, product, levels)
    every = (0.0, *(x for x in levels if x > 0.0))
    sets = [[_at(c, x) for c in changes if x] for x in every]
    told = tuple(told_all(bill, setting, sets, progress=progress, cancel=cancel))
    made = np.stack([one.course.made[:, one.place(product)] for one in told])
    return PackageRuns(every, made, stated_of(bill, setting, changes, product), told)


@lens("production.package", {"days": 28, "draws": 2, "changes": [EXAMPLE]})
def package(
    world: Any,
    *,
    changes: Sequence[Any],
    product: str = "shell-155",
    target: float | None = None,
    boms: Sequence[str] = ("shell-155",),
    files: Sequence[Path] = (),
    stops: Sequence[str] = (),
    surge: float = CALM.factor,
    surge_day: float = CALM.start,
    days: int = 1092,
    draws: int = DRAWS,
    seed: int = 0,
    progress: Progress = silent,
    cancel: CancelToken | None = None,
) -> Result:
    """Say what a line makes of a package, beside what the package states.

    Parameters
    ----------
    world : World
        Not read: the numbers stand in the bills of materials.
    changes : sequence of Remedy or mapping
        What the package changes, from `change` or as a table of ``[[remedies]]`` of a bill.
    product : str
        The product whose output is asked for.
    target : float, optional
        Units begun since the first day: table ``months`` says when they are reached.
    boms, files, stops, surge, surge_day, days, draws, seed, progress, cancel
        As in `run`.

    Returns
    -------
    Result
        Tables ``package_output`` (by degree of delivery and four weeks), ``package_binding`` (what
        holds the line down, over the whole run) and, with a target, ``months``.

    Raises
    ------
    NotFound, BadInput, Cancelled
        As `run`, and for changes that cannot be used; every problem at once.
    """
    check_numbers(surge, surge_day, days, draws, 1.0)
    bill = load_bills([*boms, *files])
    acts = _acts(changes)
    setting = setting_of(bill, stops, surge, surge_day, days, draws, seed)
    runs = package_runs(bill, setting, acts, product, progress=progress, cancel=cancel)
    tables = [_output(runs, product), _binding(runs, product)]
    if target is not None:
        tables.append(_months(runs, product, target))
    words = {
        **words_of(bill, boms, files, stops, surge, surge_day, days, draws),
        "changes": [c.model_dump(mode="json", exclude_none=True) for c in acts],
        "product": product,
        "target": target,
    }
    about = provenance("production.package", bill, words, seed)
    return Result({t.name: t for t in tables}, about, CITATIONS)


def _acts(changes: Sequence[Any]) -> list[Remedy]:
    """Return changes as remedies; plain values are read as in a bill."""
    problems: list[InputProblem] = []
    found = [
        one if isinstance(one, Remedy) else part_of(Remedy, one, f"changes.{n}", problems)
        for n, one in enumerate(changes)
    ]
    raise_all("package on a line", problems)
    return [one for one in found if one is not None]


def _check(bill: Bill, changes: Sequence[Remedy], product: str, levels: Sequence[float]) -> None:
    problems = cross_problems(
        list(enumerate(bill.items)),
        list(enumerate(bill.suppliers)),
        list(enumerate(bill.demands)),
        list(enumerate(changes)),
        {item.name for item in bill.items},
    )
    wanted = {d.item for d in bill.demands}
    known = [p for p in bill.products if p in wanted]
    if product not in known:
        hint = did_you_mean(product, known) or f"known: {', '.join(known)}"
        problems.append(InputProblem(f"'{product}' is no product that is wanted", "product", hint))
    problems += [
        InputProblem(f"must be from 0 to 1, got {x!r}", "levels")
        for x in levels
        if not 0.0 <= x <= 1.0
    ]
    raise_all("package on a line", problems)


def _at(act: Remedy, level: float) -> Remedy:
    """Return a change at a degree of delivery."""
    field = "adds" if act.weeks is None else "weeks"
    size: Amount = getattr(act, field)
    ends = {"value": size.value, "low": size.bottom, "high": size.top}
    scaled = size.model_copy(update={k: v * level for k, v in ends.items()})
    return act.model_copy(update={field: scaled})


def stated_of(bill: Bill, setting: Setting, changes: Sequence[Remedy], product: str) -> Array:
    """Return what changes add to the last stage a week by their own account, (T, D)."""
    weeks, sampler = np.arange(1, setting.weeks + 1)[:, None], setting.sampler
    total = np.zeros((setting.weeks, sampler.draws))
    for act in changes:
        if act.item == product and act.adds is not None:
            where = f"remedies.{act.name}"
            size = sampler.of(f"{where}.adds", act.adds, f"{bill[product].unit} per week")
            lead = sampler.of(f"{where}.lead", act.lead, "weeks")
            ramp = sampler.of(f"{where}.ramp", act.ramp, "weeks")
            total += size * np.clip((weeks - lead) / np.maximum(ramp, 1.0), 0.0, 1.0)
    return total


def _output(runs: PackageRuns, product: str) -> Table:
    rows = []
    for level, made in zip(runs.levels, runs.made, strict=True):
        for first, end in blocks(len(made)):
            part, before = made[first:end].sum(axis=0), runs.made[0, first:end].sum(axis=0)
            stated = level * float(np.median(runs.stated[first:end].sum(axis=0)))
            rows.append((product, level, 7.0 * end, *spread(part), *spread(part - before), stated))
    unit = runs.told[0].bill[product].unit
    columns = (
        Column("product", "dimension", text="the product"),
        Column("level", "dimension", "share", "degree of delivery of the package"),
        Column("day", "dimension", "days", "last day of four weeks, counted from the decision"),
        Column("median", "value", unit, "begun in these four weeks, median of draws"),
        Column("low", "value", unit, "10 % of draws lie below"),
        Column("high", "value", unit, "10 % of draws lie above"),
        Column("gained_median", "value", unit, "more than without the package, median of draws"),
        Column("gained_low", "value", unit, "10 % of draws lie below"),
        Column("gained_high", "value", unit, "10 % of draws lie above"),
        Column("stated", "value", unit, "what the package adds by its own account, median"),
    )
    return runs.told[0].table("package_output", rows, columns, "output with the package, by degree")


def _binding(runs: PackageRuns, product: str) -> Table:
    rows = [
        (product, level, *one)
        for level, told in zip(runs.levels, runs.told, strict=True)
        for one in causes_of(told, product, 0, len(told.course.made))
    ]
    columns = (
        Column("product", "dimension", text="the product"),
        Column("level", "dimension", "share", "degree of delivery of the package"),
        Column("item", "dimension", text="where the shortage begins; empty: nothing is short"),
        Column("reason", "dimension", text="its capacity, or the time until new units arrive"),
        Column("value", "value", "share", "share of draws and weeks"),
    )
    text = "what holds the line down, over the whole run"
    return runs.told[0].table("package_binding", rows, columns, text)


def _months(runs: PackageRuns, product: str, target: float) -> Table:
    found, unit = runs.months_to(target), runs.told[0].bill[product].unit
    rows = [
        (product, target, level, float(np.isfinite(one).mean()), *spread(one))
        for level, one in zip(runs.levels, found, strict=True)
    ]
    columns = (
        Column("product", "dimension", text="the product"),
        Column("target", "dimension", unit, "units begun since the decision"),
        Column("level", "dimension", "share", "degree of delivery of the package"),
        Column("reached", "value", "share", "draws that reach it within the run"),
        Column("median", "value", "months", "until it is reached, median of draws; n/a: never"),
        Column("low", "value", "months", "10 % of draws lie below"),
        Column("high", "value", "months", "10 % of draws lie above"),
    )
    text = "months until the target is reached"
    return runs.told[0].table("months", rows, columns, text)
