"""The lens: bills of materials under stops and a surge, week by week."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from isthmus.codes import coalitions, members
from isthmus.errors import IdentityViolated, InputProblem, did_you_mean, raise_all
from isthmus.evidence import Provenance, Result
from isthmus.evidence.lens import lens
from isthmus.kernels.production_together import simulate_all
from isthmus.production.bill import Bill
from isthmus.production.events import SupplyStop, Surge, stops_of
from isthmus.production.files import load_bills
from isthmus.production.parts import Remedy
from isthmus.production.plan import CALM, DRAWS, STOPPED_BELOW, Setting, chain_of
from isthmus.production.results import (
    Told,
    binding_table,
    checks_table,
    competition_table,
    deliveries_table,
    drivers_table,
    held_table,
    limits_table,
    output_table,
    stops_table,
)
from isthmus.production.sampling import Sampler
from isthmus.runtime import CancelToken, Progress, ProgressEvent, silent

BALANCE = 1e-9
"""Largest gap of goods, as a share of what came in."""

CITATIONS = (
    "Simchi-Levi, D., Schmidt, W., Wei, Y. (2014). From superstorms to factory fires: managing "
    "unpredictable supply-chain disruptions. Harvard Business Review 92(1-2), 96-101.",
)


@lens("production.run", {"days": 28, "draws": 2})
def run(
    world: Any,
    *,
    boms: Sequence[str] = ("shell-155",),
    files: Sequence[Path] = (),
    stops: Sequence[str] = (),
    surge: float = CALM.factor,
    surge_day: float = CALM.start,
    remedies: Sequence[str] = (),
    days: int = 728,
    draws: int = DRAWS,
    seed: int = 0,
    stopped_below: float = STOPPED_BELOW,
    progress: Progress = silent,
    cancel: CancelToken | None = None,
) -> Result:
    """Run product families through stops and a surge and say what binds, when and for whom.

    Parameters
    ----------
    world : World
        Not read: the numbers stand in the bills of materials.
    boms : sequence of str
        Names of shipped bills; items of one name are shared.
    files : sequence of Path
        Bills of one's own, ``.toml`` or ``.csv``, read with them.
    stops : sequence of str
        Suppliers, economies or coalitions that stop: ``CHN``, ``nitro-chem=0.5``,
        ``CHN=0.8@28+180`` (share, first day, days).
    surge, surge_day : float
        Factor of the demand for products from a day on.
    remedies : sequence of str
        Names of remedies in force, decided on the first day.
    days : int
        Days simulated, in whole weeks.
    draws, seed : int
        Draws over the ranges of all numbers; 1 takes the values.
    stopped_below : float
        A line counts as stopped below this share of its plan.
    progress, cancel : optional
        Callback with the weeks done; token that stops the run between two weeks.

    Returns
    -------
    Result
        Tables ``output``, ``binding``, ``held``, ``limits``, ``stops``, ``deliveries``,
        ``drivers`` (numbers that deliveries go with most), ``competition``, ``checks``.

    Raises
    ------
    NotFound, BadInput
        For bills, stops, remedies and numbers that cannot be used; every problem at once.
    IdentityViolated
        When goods are made or lost by the run itself.
    Cancelled
        When `cancel` was set.
    """
    check_numbers(surge, surge_day, days, draws, stopped_below)
    bill = load_bills([*boms, *files])
    chosen = remedies_of(bill, remedies)
    setting = setting_of(bill, stops, surge, surge_day, days, draws, seed)
    told = told_of(bill, setting, chosen, progress=progress, cancel=cancel)
    tables = [
        output_table(told),
        binding_table(told),
        held_table(told),
        limits_table(told),
        stops_table(told, stopped_below),
        deliveries_table(told),
        drivers_table(told, setting.sampler.held),
        competition_table(told),
        checks_table(told),
    ]
    words = {
        **words_of(bill, boms, files, stops, surge, surge_day, days, draws),
        "remedies": sorted(remedies),
        "stopped_below": stopped_below,
    }
    about = provenance("production.run", bill, words, seed)
    return Result({t.name: t for t in tables}, about, CITATIONS)


def told_of(
    bill: Bill,
    setting: Setting,
    remedies: Sequence[Remedy] = (),
    *,
    progress: Progress = silent,
    cancel: CancelToken | None = None,
) -> Told:
    """Run a bill once and return it with its course.

    Raises
    ------
    IdentityViolated
        When goods are made or lost by the run itself.
    """
    return told_all(bill, setting, [remedies], progress=progress, cancel=cancel)[0]


def told_all(
    bill: Bill,
    setting: Setting,
    sets: Sequence[Sequence[Remedy]],
    *,
    progress: Progress = silent,
    cancel: CancelToken | None = None,
) -> list[Told]:
    """Run a bill with each of several sets of remedies, side by side where that can be.

    Raises
    ------
    IdentityViolated
        When goods are made or lost by the run itself.
    """

    def check(week: int) -> None:
        if cancel is not None:
            cancel.check()
        progress(ProgressEvent("production", week + 1, setting.weeks, "weeks"))

    chains = [chain_of(bill, setting, remedies) for remedies in sets]
    courses = simulate_all(chains, check=check)
    worst = max((course.balance for course in courses), default=0.0)
    if not worst <= BALANCE:
        raise IdentityViolated(f"goods that come in and go out differ by {worst:.1e}")
    notes = notes_of(bill, setting.stops)
    return [Told(bill, chain, c, notes) for chain, c in zip(chains, courses, strict=True)]


def check_numbers(
    surge: float, surge_day: float, days: int, draws: int, stopped_below: float
) -> None:
    """Raise unless the numbers of a run make sense.

    Raises
    ------
    BadInput
        With every one that does not.
    """
    rules = (
        ("surge", surge, math.isfinite(surge) and surge >= 0, "must not be negative"),
        (
            "surge_day",
            surge_day,
            math.isfinite(surge_day) and surge_day >= 0,
            "must not be negative",
        ),
        ("days", days, 7 <= days <= 7300, "must be from 7 to 7300"),
        ("draws", draws, 1 <= draws <= 100_000, "must be from 1 to 100000"),
        ("stopped_below", stopped_below, 0 < stopped_below <= 1, "must be above 0, at most 1"),
    )
    raise_all(
        "production run",
        [
            InputProblem(f"{why}, got {value!r}", name)
            for name, value, fine, why in rules
            if not fine
        ],
    )


def remedies_of(bill: Bill, names: Sequence[str]) -> tuple[Remedy, ...]:
    """Return remedies of a bill by name.

    Raises
    ------
    BadInput
        With every name that the bill does not have.
    """
    known = {r.name: r for r in bill.remedies}
    problems = [
        InputProblem(
            f"there is no remedy '{n}'",
            "remedies",
            did_you_mean(n, known) or f"known: {', '.join(known)}",
        )
        for n in names
        if n not in known
    ]
    raise_all("remedies", problems)
    return tuple(known[n] for n in dict.fromkeys(names))


def setting_of(
    bill: Bill,
    stops: Sequence[str],
    surge: float,
    surge_day: float,
    days: int,
    draws: int,
    seed: int,
) -> Setting:
    """Return what a run asks, from plain words."""
    return Setting(
        weeks=math.ceil(days / 7),
        sampler=Sampler(draws, seed),
        stops=stops_of(bill, stops),
        surge=Surge(surge, surge_day),
    )


def notes_of(bill: Bill, stops: Sequence[SupplyStop] = ()) -> tuple[str, ...]:
    """Return what must be read beside every figure."""
    groups, who = coalitions(), {s.who for s in stops}
    whole = sorted(
        s.name for s in bill.suppliers if s.economy in groups and who & {*members(s.economy)}
    )
    bare = [f"{user} of {used}" for user, used in bill.unquantified]
    free = sorted(
        {i.name for i in bill.items} - {s.item for s in bill.suppliers} - set(bill.products)
    )
    return (
        "a rule of ordering, not a forecast: prices and design do not change",
        *((f"no quantity held, left out: {', '.join(bare)}",) if bare else ()),
        *((f"no supplier held, never short of capacity: {', '.join(free)}",) if free else ()),
        *((f"held for a coalition, not hit by one member: {', '.join(whole)}",) if whole else ()),
        *((bill.head.note,) if bill.head.note else ()),
    )


def words_of(
    bill: Bill,
    boms: Sequence[str],
    files: Sequence[Path],
    stops: Sequence[str],
    surge: float,
    surge_day: float,
    days: int,
    draws: int,
) -> dict[str, Any]:
    """Return the parameters of a run as plain values."""
    return {
        "boms": list(boms),
        "files": [str(f) for f in files],
        "bill": bill.identity,
        "stops": list(stops),
        "surge": surge,
        "surge_day": surge_day,
        "days": days,
        "draws": draws,
    }


def provenance(lens: str, bill: Bill, words: dict[str, Any], seed: int) -> Provenance:
    """Return how a result was made."""
    return Provenance(lens, words, f"bill {bill.head.name}", bill.identity, {}, "", seed)
