"""Tables of what is saved and what it must be worth: savings, costs, break-evens, deterrence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from isthmus.cooperation.chance import drawn
from isthmus.cooperation.listing import MONEY, YEARLY
from isthmus.cooperation.stage import COMPARED, TODAY, Stage
from isthmus.cooperation.stated import written
from isthmus.evidence import SHARE, Column, Kind, Table
from isthmus.evidence.frames import attribute, dimension, number, of_rows
from isthmus.kernels.arrays import Array
from isthmus.kernels.decision import break_even_effect, break_even_probability
from isthmus.kernels.order_statistics import order_statistics
from isthmus.scenario.hazards import NEVER, Hazard
from isthmus.scenario.packages import Package

LOW, HIGH = 0.1, 0.9
CHANCES = (0.001, 0.005, 0.01, 0.02, 0.05)

RANGE = "value is the median over draws, low and high the 10 and 90 % quantiles; no mean is printed"
WIDTH = (
    "over the posterior of the disruption engine, the hazard's duration and severity, and the "
    "misfit seen on episodes that were held out; costs and effects over their ranges"
)
BOUND = (
    "no economy loses more than the value added that it makes in the same days; no smaller flow "
    "bounds a loss: what is made of a missing input goes into nearly every other line in turn"
)
NESTED = (
    "what cooperation is worth is the package beside what home can do alone, against that alone; "
    "against things as they are it stands beside it; no other difference is printed"
)
TOGETHER = "the effects of one package move together between their lower and upper ends"
CARRYING = (
    "net cost a year, in full whoever bears it: what is spent once is spread over its own life at "
    "{rate:g} % a year (assumed)"
)
OTHERS = (
    "costs and effects are those of {home} with {partner}, whose catalogue this is, and not of "
    "the parties that are asked about"
)
UNDONE = "hazards without a recorded run or an engine have no row here: see not_measured"
FACTOR = (
    "the order of costs is known; probability and size of the loss are not known within a factor "
    "of ten"
)

_PACKAGE = (
    dimension("package", "key"),
    dimension("compared", "with what"),
)


def of_range(name: str, unit: str, text: str) -> tuple[Column, ...]:
    """Return the columns of a median with its 10 and 90 % quantiles, ``low`` and ``high``."""
    of = "" if name == "value" else f"{name}_"
    return (
        number(name, unit, f"{text}: median"),
        number(f"{of}low", unit, "10 % quantile"),
        number(f"{of}high", unit, "90 % quantile"),
    )


def quantiles(values: Array) -> tuple[float, float, float]:
    """Return the median and the 10 and 90 % quantiles; infinite ones stay infinite."""
    ends = order_statistics(values, (0.5, LOW, HIGH), "nearest")
    return float(ends[0]), float(ends[1]), float(ends[2])


def within_one(shares: Array) -> Array:
    """Return shares and probabilities, infinite where they are more than the whole."""
    return np.where(shares > 1.0, np.inf, shares)


def looked_at(stage: Stage) -> Iterator[tuple[Package, str]]:
    """Yield every package with each comparison that differs from the others."""
    for package in stage.packages:
        for compared in COMPARED:
            base = stage.together(package, compared)[1]
            if compared == TODAY or (package.actions and base not in (None, package)):
                yield package, compared


def savings(stage: Stage, parties: Sequence[str]) -> Table:
    """What each package takes away when a hazard happens, as a share and in money."""
    rows = []
    for package, compared in looked_at(stage):
        for hazard in computed(stage, package, compared):
            for party in parties:
                share = stage.saved_share(hazard.key, package, party, compared)
                money = stage.saved(hazard.key, package, party, compared)
                loss = quantiles(stage.loss(hazard.key, party))
                known = (package.key, compared, hazard.key, party)
                whole = stage.made(hazard.key, party)
                cut = float((stage.wide(hazard.key, party) < stage.misfit(hazard.key)).mean())
                rows.append(
                    (*known, *quantiles(share), *quantiles(money), loss[0], loss[2], whole, cut)
                )
    columns = (
        *_PACKAGE,
        dimension("hazard", "what happens"),
        dimension("party", "whose loss"),
        *of_range("value", SHARE, "share of the loss that is taken away"),
        *of_range("money", MONEY, "that in money"),
        number("loss", MONEY, "loss when it happens, as things are: median"),
        number("loss_high", MONEY, "the loss's 90 % quantile"),
        number("made", MONEY, "value added made in the days that are counted, as things are"),
        number("bounded", SHARE, "draws in which the loss is held to what some economy makes"),
    )
    notes = (RANGE, WIDTH, BOUND, TOGETHER, NESTED, UNDONE)
    return _made(stage, "savings", rows, columns, "what is saved when a hazard happens", notes)


def costs(stage: Stage) -> Table:
    """What each package costs for certain, who pays, and what only moves."""
    rows: list[tuple[Any, ...]] = []
    for package, compared in looked_at(stage):
        added = stage.added(package, compared)
        once, moved, called = (
            sum(
                (
                    drawn(getattr(a.cost, name), f"{a.key}.cost.{name}", stage.draws, stage.seed)
                    for a in added
                ),
                np.zeros(stage.draws),
            )
            for name in ("one_off", "transfer", "contingent")
        )
        payers = ", ".join(sorted({a.cost.payer for a in added if _costs(a)})) or "nobody"
        rows.append(
            (
                package.key,
                compared,
                *quantiles(stage.cost(package, compared)),
                *quantiles(np.asarray(once)),
                float(np.median(moved)),
                float(np.median(called)),
                payers,
            )
        )
    columns = (
        *_PACKAGE,
        *of_range("value", YEARLY, "net cost a year over the life of each action"),
        *of_range("once", MONEY, "of it spent once"),
        number("transfer", MONEY, "moves between parties, in no total: median"),
        number("contingent", MONEY, "only if called upon, in no total: median"),
        attribute("payer", "who bears it"),
    )
    text = "what each package costs for certain"
    notes = [RANGE, CARRYING, NESTED]
    known = {"home": stage.catalogue.home, "partner": stage.catalogue.partner}
    if any(code and code != stage.parties[role] for role, code in known.items()):
        notes.append(OTHERS.format(**known))
    return _made(stage, "costs", rows, columns, text, notes)


def break_even(stage: Stage) -> Table:
    """Yearly probability of each hazard alone at which a package pays."""
    rows = []
    for package, compared in looked_at(stage):
        cost = stage.cost(package, compared)
        for hazard in computed(stage, package, compared):
            saving = stage.saved(hazard.key, package, stage.home, compared)
            chance = within_one(break_even_probability(cost, saving))
            never = float((chance > NEVER).mean())
            rows.append((package.key, compared, hazard.key, *quantiles(chance), never))
    columns = (
        *_PACKAGE,
        dimension("hazard", "the one hazard that is to repay it"),
        *of_range("value", SHARE, "yearly probability at which it pays; none: no probability does"),
        number("never", SHARE, f"draws in which that is above {NEVER:.0%} a year"),
    )
    notes = (RANGE, WIDTH, NESTED, CARRYING, UNDONE, FACTOR)
    text = "how likely one hazard alone must be, a year, for the package to pay; answers left out"
    return _made(stage, "break_even", rows, columns, text, notes)


def effect(stage: Stage) -> Table:
    """Share of a loss that a package must take away to pay, at some yearly probabilities.

    The loss is what is left without the package, as in `savings`.
    """
    rows = []
    for package, compared in looked_at(stage):
        cost = stage.cost(package, compared)
        for hazard in stage.real:
            if hazard.key not in stage.losses:
                continue
            base = stage.together(package, compared)[1]
            if base is not None and not stage.covers(hazard.key, base, TODAY):
                continue
            loss = stage.left(hazard.key, base, stage.home)
            for chance in stage.chances(hazard.key, CHANCES):
                needed = within_one(break_even_effect(cost, loss, chance))
                above = float(np.isinf(needed).mean())
                rows.append(
                    (package.key, compared, hazard.key, written(chance), *quantiles(needed), above)
                )
    columns = (
        *_PACKAGE,
        dimension("hazard", "what happens"),
        dimension("probability", "a year; an axis, not an estimate"),
        *of_range("value", SHARE, "share of the loss that it must take away; none: more than all"),
        number("impossible", SHARE, "draws in which that is more than all of it"),
    )
    notes = (RANGE, WIDTH, CARRYING, FACTOR)
    text = "how much of a loss a package must take away to pay"
    return _made(stage, "effect", rows, columns, text, notes)


def deterrence(stage: Stage) -> Table:
    """Change of a hazard's yearly probability that would repay or undo a package."""
    rows = []
    for package in stage.packages:
        cost = stage.cost(package, TODAY)
        for hazard in stage.real:
            if hazard.key not in stage.losses or not package.actions:
                continue
            change = within_one(break_even_probability(cost, stage.loss(hazard.key, stage.home)))
            rows.append((package.key, hazard.key, *quantiles(change)))
    columns = (
        dimension("package", "key"),
        dimension("hazard", "whose probability would change"),
        *of_range("value", SHARE, "change of the yearly probability, up or down; none: no change"),
    )
    notes = (
        RANGE,
        WIDTH,
        "deterrence is not measured: a fall by this much would repay the package by itself, a rise "
        "by this much would cost as much again",
    )
    text = "what change of a hazard's probability weighs as much as the package costs"
    return _made(stage, "deterrence", rows, columns, text, notes)


def computed(stage: Stage, package: Package, compared: str) -> list[Hazard]:
    """Return the hazards whose recorded losses hold what a comparison needs."""
    return [h for h in stage.real if stage.covers(h.key, package, compared)]


def _costs(action: Any) -> bool:
    return bool(action.cost.one_off.high + action.cost.yearly.high)


def _made(
    stage: Stage,
    name: str,
    rows: Sequence[tuple[Any, ...]],
    columns: Sequence[Column],
    text: str,
    notes: Sequence[str],
) -> Table:
    """Return a table of modelled savings and assumed costs: assumed as a whole."""
    told = [note.format(rate=100.0 * stage.rate) if note == CARRYING else note for note in notes]
    about: dict[str, Any] = {"kind": Kind.ASSUMED, "datasets": stage.datasets, "notes": told}
    return of_rows(name, rows, columns, text, **about)
