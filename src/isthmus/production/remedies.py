"""What each remedy buys by when, and the cheapest set of them that meets a target."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from isthmus.errors import InputProblem, did_you_mean, raise_all
from isthmus.evidence import IN_UNIT, Column, Result, Table
from isthmus.evidence.lens import lens
from isthmus.kernels.arrays import Array, Mask
from isthmus.kernels.production import simulate
from isthmus.kernels.production_optimal import cheapest, reach
from isthmus.production.bill import Bill
from isthmus.production.files import load_bills
from isthmus.production.lens import (
    CITATIONS,
    check_numbers,
    provenance,
    remedies_of,
    setting_of,
    told_all,
    told_of,
    words_of,
)
from isthmus.production.parts import Remedy
from isthmus.production.plan import CALM, STOPPED_BELOW, Setting, chain_of
from isthmus.production.results import Told, spread, stop_days
from isthmus.production.sampling import Sampler
from isthmus.runtime import CancelToken, Progress, silent

HALF_YEAR = 26
"""Weeks between two rows of what a remedy has gained so far."""
DAYS, DRAWS = 1456, 200

VISIBLE = 0.01
"""Share of planned output so far from which an effect counts as there."""

ALL = "all together"

BENDERS = (
    "Hooker, J. N., Ottosson, G. (2003). Logic-based Benders decomposition. Mathematical "
    "Programming 96, 33-60."
)


@lens("production.remedies", {"days": 28, "draws": 2})
def remedies(
    world: Any,
    *,
    boms: Sequence[str] = ("shell-155",),
    files: Sequence[Path] = (),
    names: Sequence[str] = (),
    stops: Sequence[str] = (),
    surge: float = CALM.factor,
    surge_day: float = CALM.start,
    days: int = DAYS,
    draws: int = DRAWS,
    seed: int = 0,
    stopped_below: float = STOPPED_BELOW,
    progress: Progress = silent,
    cancel: CancelToken | None = None,
) -> Result:
    """Put each remedy in force alone, and all together, and say what it buys by when.

    The same draws are run with and without, so that differences are those of the remedy.

    Parameters
    ----------
    world : World
        Not read: the numbers stand in the bills of materials.
    names : sequence of str
        Remedies to compare; all of the bills by default.
    boms, files, stops, surge, surge_day, days, draws, seed, stopped_below, progress, cancel
        As in `run`.

    Returns
    -------
    Result
        Tables ``gains`` (units gained so far, by half year) and ``acts`` (cost, first effect, day
        of a stop).

    Raises
    ------
    NotFound, BadInput, Cancelled
        As `run`.
    """
    check_numbers(surge, surge_day, days, draws, stopped_below)
    bill = load_bills([*boms, *files])
    acts = remedies_of(bill, names or [r.name for r in bill.remedies])
    setting = setting_of(bill, stops, surge, surge_day, days, draws, seed)
    sets: list[tuple[str, tuple[Remedy, ...]]] = [(a.name, (a,)) for a in acts]
    sets += [(ALL, acts)] if len(acts) > 1 else []
    every = [(), *(chosen for _, chosen in sets)]
    bare, *told = told_all(bill, setting, every, cancel=cancel, progress=progress)
    runs = [(*one, found) for one, found in zip(sets, told, strict=True)]
    words = {
        **words_of(bill, boms, files, stops, surge, surge_day, days, draws),
        "names": list(names),
        "stopped_below": stopped_below,
    }
    tables = (_gains(bare, runs), _acts(bare, runs, setting, stopped_below))
    about = provenance("production.remedies", bill, words, seed)
    return Result({t.name: t for t in tables}, about, CITATIONS)


def _gains(bare: Told, runs: Sequence[tuple[str, tuple[Remedy, ...], Told]]) -> Table:
    rows = []
    for name, _, told in runs:
        for product in bare.products:
            before, after = made_of(bare, product), made_of(told, product)
            for end in _halves(len(before)):
                gained = _without_noise(after[:end].sum(axis=0), before[:end].sum(axis=0))
                rows.append((name, product, 7.0 * end, bare.bill[product].unit, *spread(gained)))
    columns = (
        Column("remedy", "dimension", text="the remedy, alone, or all of them"),
        Column("product", "dimension", text="the product"),
        Column("day", "dimension", "days", "counted from the decision on the first day"),
        Column("unit", "attribute", text="unit of the product"),
        Column("median", "value", IN_UNIT, "begun more than without it so far, median of draws"),
        Column("low", "value", IN_UNIT, "10 % of draws lie below"),
        Column("high", "value", IN_UNIT, "10 % of draws lie above"),
    )
    return bare.table("gains", rows, columns, "what each remedy has gained by when")


def _acts(
    bare: Told,
    runs: Sequence[tuple[str, tuple[Remedy, ...], Told]],
    setting: Setting,
    below: float,
) -> Table:
    rows = []
    for name, chosen, told in runs:
        for product in bare.products:
            gained = np.cumsum(made_of(told, product) - made_of(bare, product), axis=0)
            planned = np.cumsum(bare.course.planned[:, bare.place(product)], axis=0)
            there = gained > VISIBLE * np.maximum(planned, 1e-300)
            first = np.where(there.any(axis=0), 7.0 * (there.argmax(axis=0) + 1), np.inf)
            rows.append(
                (
                    name,
                    product,
                    chosen[0].kind if len(chosen) == 1 else "",
                    chosen[0].item if len(chosen) == 1 else "",
                    *(_money(chosen, setting, field) for field in ("cost", "yearly")),
                    *spread(first),
                    spread(stop_days(bare, product, below))[0],
                    spread(stop_days(told, product, below))[0],
                )
            )
    columns = (
        Column("remedy", "dimension", text="the remedy, alone, or all of them"),
        Column("product", "dimension", text="the product"),
        Column("remedy_kind", "attribute", text="stock, second source, new line and so on"),
        Column("item", "attribute", text="the item that it helps"),
        Column("cost", "value", "m EUR", "outlay once, median of draws"),
        Column("yearly", "value", "m EUR", "each year, median of draws"),
        Column("effect_median", "value", "days", f"until it has gained {VISIBLE:.0%} of the plan"),
        Column("effect_low", "value", "days", "10 % of draws lie below"),
        Column("effect_high", "value", "days", "10 % of draws lie above"),
        Column("stop_without", "value", "days", "until the line stops without it, median"),
        Column("stop_with", "value", "days", "until the line stops with it, median"),
    )
    return bare.table("acts", rows, columns, "cost and effect of each remedy; n/a: never")


def _money(chosen: Sequence[Remedy], setting: Setting, field: str) -> float:
    each = (
        setting.sampler.of(f"remedies.{r.name}.{field}", getattr(r, field), "m EUR") for r in chosen
    )
    return float(np.median(sum(each, np.zeros(setting.sampler.draws))))


def made_of(told: Told, product: str) -> Array:
    """Return what was made of a product, (T, D)."""
    return told.course.made[:, told.place(product)]


def _without_noise(after: Array, before: Array) -> Array:
    """Return what was gained, and nothing where it is rounding of the two sums."""
    gained = after - before
    return np.where(np.abs(gained) > 1e-9 * before, gained, 0.0)


def _halves(weeks: int) -> list[int]:
    return sorted({*range(HALF_YEAR, weeks, HALF_YEAR), weeks})


@lens("production.cheapest_set", {"target": 1000, "days": 28, "draws": 2})
def cheapest_set(
    world: Any,
    *,
    target: float,
    boms: Sequence[str] = ("shell-155",),
    files: Sequence[Path] = (),
    product: str = "",
    confidence: float = 0.8,
    stops: Sequence[str] = (),
    surge: float = CALM.factor,
    surge_day: float = CALM.start,
    days: int = DAYS,
    draws: int = DRAWS,
    seed: int = 0,
    seconds: float = 30.0,
    cancel: CancelToken | None = None,
) -> Result:
    """Return the cheapest set of remedies with which a target is met in enough draws.

    Parameters
    ----------
    world : World
        Not read: the numbers stand in the bills of materials.
    target : float
        Units of the product delivered by the last day.
    product : str
        The product; the only one where the bills hold one.
    confidence : float
        Share of draws in which the target must be met.
    seconds : float
        Time after which the best set so far is given with its gap.
    boms, files, stops, surge, surge_day, days, draws, seed, cancel
        As in `run`.

    Returns
    -------
    Result
        Tables ``search`` (cost, lower bound, gap, share of draws that meet the target without,
        with the set and with all) and ``remedies`` (which are in the set).

    Raises
    ------
    NotFound, BadInput, Cancelled
        As `run`.
    """
    check_numbers(surge, surge_day, days, draws, 1.0)
    bill = load_bills([*boms, *files])
    place = _product(bill, product, target, confidence, seconds)
    setting = setting_of(bill, stops, surge, surge_day, days, draws, seed)
    acts, years = bill.remedies, days / 365.25
    plain = replace(setting, sampler=Sampler(1, seed))
    costs = np.array(
        [_money([r], plain, "cost") + years * _money([r], plain, "yearly") for r in acts]
    )

    def share(chosen: Mask) -> float:
        if cancel is not None:
            cancel.check()
        chain = chain_of(bill, setting, [r for r, yes in zip(acts, chosen, strict=True) if yes])
        got = simulate(chain).delivered[:, chain.wish_item == place].sum(axis=(0, 1))
        return float((got >= target * (1 - 1e-9)).mean())

    base, gains = _reaches(bill, setting, acts, place)
    missing = int(np.floor((1 - confidence) * draws + 1e-9))
    found = cheapest(
        costs,
        lambda chosen: share(chosen) >= 1 - missing / draws - 1e-9,
        base,
        gains,
        np.full(draws, target),
        missing=missing,
        seconds=seconds,
    )
    none = np.zeros(len(acts), bool)
    reached = [share(none), None if found.chosen is None else share(found.chosen), share(~none)]
    words = {
        **words_of(bill, boms, files, stops, surge, surge_day, days, draws),
        "target": target,
        "product": bill.items[place].name,
        "confidence": confidence,
        "seconds": seconds,
    }
    told = told_of(bill, setting, [])
    closed = found.chosen is not None
    summary = (
        bill.items[place].name,
        bill.items[place].unit,
        target,
        confidence,
        *((found.cost, found.bound, found.gap) if closed else (None, None, None)),
        *reached,
        float(found.rounds),
        float(found.runs),
    )
    chosen = none if found.chosen is None else found.chosen
    rows = [
        (r.name, r.kind, r.item, "yes" if yes else "no", float(cost))
        for r, yes, cost in zip(acts, chosen, costs, strict=True)
    ]
    search = told.table("search", [summary], _SEARCH, "the cheapest set that meets the target")
    listed = told.table("remedies", rows, _LISTED, "which remedies are in it")
    about = provenance("production.cheapest_set", bill, words, seed)
    return Result({"search": search, "remedies": listed}, about, (*CITATIONS, BENDERS))


def _product(bill: Bill, product: str, target: float, confidence: float, seconds: float) -> int:
    problems = []
    if not product and len(bill.products) == 1:
        product = bill.products[0]
    if product not in bill.products:
        hint = did_you_mean(product, bill.products) or f"known: {', '.join(bill.products)}"
        problems.append(InputProblem(f"'{product}' is no product of the bills", "product", hint))
    if not (np.isfinite(target) and target > 0):
        problems.append(InputProblem(f"must be above 0, got {target!r}", "target"))
    if not 0 < confidence <= 1:
        problems.append(
            InputProblem(f"must be above 0, at most 1, got {confidence!r}", "confidence")
        )
    if not (np.isfinite(seconds) and seconds >= 0):
        problems.append(InputProblem(f"must not be negative, got {seconds!r}", "seconds"))
    if not bill.remedies:
        problems.append(InputProblem("the bills hold none", "remedies"))
    raise_all("search for remedies", problems)
    return [item.name for item in bill.items].index(product)


def _reaches(
    bill: Bill, setting: Setting, acts: Sequence[Remedy], place: int
) -> tuple[Array, Array]:
    """Return the reach without remedies, and the most that each adds, alone or to all others."""

    def of(chosen: Sequence[Remedy]) -> Array:
        return reach(chain_of(bill, setting, chosen), place)

    base, full = of(()), of(acts)
    finite = np.isfinite(base)
    gains = np.zeros((len(acts), *base.shape))
    for n, act in enumerate(acts):
        rest = [r for r in acts if r is not act]
        for more, less in ((of([act]), base), (full, of(rest))):
            gained = np.subtract(more, less, out=np.zeros_like(base), where=finite)
            gains[n] = np.maximum(gains[n], gained)
    return base, gains


_SEARCH = (
    Column("product", "dimension", text="the product"),
    Column("unit", "attribute", text="its unit"),
    Column("target", "value", IN_UNIT, "delivered by the last day"),
    Column("confidence", "value", "share", "draws in which it must be met"),
    Column("cost", "value", "m EUR", "of the set: once, and yearly over the time of the run"),
    Column("bound", "value", "m EUR", "no set that meets the target costs less"),
    Column("gap", "value", "share", "of the cost that is not proven; 0: the set is the cheapest"),
    Column("met_without", "value", "share", "draws that meet the target without remedies"),
    Column("met_with", "value", "share", "draws that meet it with the set; n/a: no set does"),
    Column("met_with_all", "value", "share", "draws that meet it with every remedy"),
    Column("rounds", "value", "1", "integer programmes solved"),
    Column("runs", "value", "1", "courses simulated"),
)
_LISTED = (
    Column("remedy", "dimension", text="the remedy"),
    Column("remedy_kind", "attribute", text="stock, second source, new line and so on"),
    Column("item", "attribute", text="the item that it helps"),
    Column("chosen", "attribute", text="whether it is in the set"),
    Column("cost", "value", "m EUR", "once, and yearly over the time of the run"),
)
