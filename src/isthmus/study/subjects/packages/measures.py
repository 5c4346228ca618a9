"""Measures of packages and of what answers steps."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import polars as pl

from isthmus.coercion.record import SETS, STEPS, UNSELECTED, Rate, steps_towards
from isthmus.cooperation.agree import COUNCIL, YEAR_OF_COUNCIL, power
from isthmus.cooperation.contribution import owed
from isthmus.cooperation.order import MODEL, RECORD, front
from isthmus.cooperation.stage import ALONE, TODAY, Stage
from isthmus.errors import DataMissing
from isthmus.evidence import Finding, Kind
from isthmus.kernels.arrays import Array
from isthmus.study.ask.packages import (
    ASSUMED,
    catalogue_of,
    even,
    of_draws,
    of_steps,
    rate,
    recorded_on,
    staged,
)
from isthmus.study.context import Context
from isthmus.study.measures import COALITION, NUMBER, PARTY, TEXT, measure
from isthmus.study.rests import between

OFFICIAL = 0.5
"""Official degree that parts lower from higher steps."""
FEW = 4
"""Steps below which a kind of step has no share."""
LEAST = 1e-6
"""Share of value added below which a loss counts as none; a ratio is taken over it."""
TENTHS = (0.1, 0.9)
"""Members between which losses are compared: single ones gain or lose next to nothing."""
SIGNALS = (
    "resolution",
    "parliamentary-visit",
    "minister-visit",
    "leader-contact",
    "navy-transit",
    "supply-chain-dialogue",
)
"""Kinds of step after which nobody is bound and nothing is bought or built: a judgement."""


@measure("answers.likelier", sender=PARTY, partner=PARTY)
def likelier(context: Context, *, sender: str, partner: str) -> Finding:
    """Share of more official steps that were answered, less that of less official ones."""
    high, low = _halves(steps_towards(context.world, partner, sender))
    rates = [Rate(int(part["answered"].sum()), part.height) for part in (high, low)]
    return _difference(context, f"answers.likelier.{sender}.{partner}", *rates)


@measure("answers.dearer", sender=PARTY, partner=PARTY)
def dearer(context: Context, *, sender: str, partner: str) -> Finding:
    """Share of more official steps answered by the state against trade, less that of others."""
    high, low = _halves(steps_towards(context.world, partner, sender))
    rates = [Rate(part["state_case"].drop_nulls().n_unique(), part.height) for part in (high, low)]
    return _difference(context, f"answers.dearer.{sender}.{partner}", *rates)


@measure("answers.spread", sender=PARTY, partner=PARTY)
def spread(context: Context, *, sender: str, partner: str) -> Finding:
    """Share answered of the kind of step answered most, less that of the kind answered least."""
    steps = steps_towards(context.world, partner, sender).filter(SETS[UNSELECTED])
    found = (
        steps.group_by("rung").agg(pl.len(), pl.col("answered").sum()).filter(pl.col("len") >= FEW)
    )
    rates = sorted(
        (Rate(int(hits), int(count)) for _, count, hits in found.sort("rung").iter_rows()),
        key=lambda r: (r.hits / r.steps, r.steps),
    )
    return _difference(context, f"answers.spread.{sender}.{partner}", rates[-1], rates[0])


@measure("answers.state_rate", sender=PARTY, partner=PARTY)
def state(context: Context, *, sender: str, partner: str) -> Finding:
    """Chance per step of an act of the state against trade or firms, by the record."""
    return rate(context, sender=sender, partner=partner)


@measure("packages.break_even", package=TEXT, hazard=TEXT)
def break_even(context: Context, *, package: str, hazard: str) -> Finding:
    """Yearly probability of a hazard above which a package pays, its answer paid as well.

    Raises
    ------
    DataMissing
        When the study's partner has no catalogue, or the hazard no recorded run.
    """
    _recorded(context, package, hazard)
    return even(context, package, hazard, compared=TODAY)


@measure("packages.not_dominated", package=TEXT, hazard=TEXT)
def not_dominated(context: Context, *, package: str, hazard: str) -> Finding:
    """Share of draws in which no other package is as good in every printed column."""
    stage = _recorded(context, package, hazard)
    frame = front(stage, hazard).frame
    return _of_packages(
        context,
        f"packages.not_dominated.{package}.{hazard}",
        frame.filter(pl.col("package") == package)["value"][0],
        recorded_on(stage, hazard),
        "package_front",
    )


@measure("packages.reading", package=TEXT, hazard=TEXT, probability=NUMBER)
def reading(context: Context, *, package: str, hazard: str, probability: float) -> Finding:
    """By how much the share of draws in which a package pays changes with how answers are read."""
    stage = _recorded(context, package, hazard)
    if not stage.recorded:
        raise DataMissing("the record has no rate of answers to steps towards this partner")
    chosen = stage.catalogue.package(package)
    pays = [
        float((stage.net(chosen, hazard, probability, name) > 0.0).mean())
        for name in (RECORD, MODEL)
    ]
    return _of_packages(
        context,
        f"packages.reading.{package}.{hazard}.{probability:g}",
        abs(pays[0] - pays[1]),
        [*recorded_on(stage, hazard), STEPS],
        "package_reading",
    )


@measure("packages.contribution", package=TEXT, hazard=TEXT)
def contribution(context: Context, *, package: str, hazard: str) -> Finding:
    """Part of what a package and home's own measures take away that is owed to the package."""
    stage = _recorded(context, package, hazard, ALONE)
    return _of_draws(
        context,
        f"packages.contribution.{package}.{hazard}",
        owed(stage, stage.catalogue.package(package), hazard),
        recorded_on(stage, hazard),
        "package_contribution",
    )


@measure("packages.partner_saved", package=TEXT, hazard=TEXT)
def partner_saved(context: Context, *, package: str, hazard: str) -> Finding:
    """Share of the partner's own loss that a package takes away when the hazard happens."""
    stage = _recorded(context, package, hazard)
    share = stage.saved_share(
        hazard, stage.catalogue.package(package), stage.parties["partner"], TODAY
    )
    return _of_draws(
        context,
        f"packages.partner_saved.{package}.{hazard}",
        share,
        recorded_on(stage, hazard),
        "package_partner",
    )


@measure("packages.member_spread", coalition=COALITION, hazard=TEXT)
def member_spread(context: Context, *, coalition: str, hazard: str) -> Finding:
    """Share of value added lost, upper over lower tenth of members, when a hazard happens."""
    stage = _recorded(context, "", hazard)
    run = stage.losses[hazard]
    lost = np.stack([run.share(m, run.days[-1])[:, 0] for m in context.members(coalition)])
    low, high = np.quantile(lost, TENTHS, axis=0)
    return _of_draws(
        context,
        f"packages.member_spread.{coalition}.{hazard}",
        high / np.maximum(low, LEAST),
        recorded_on(stage, hazard),
        "member_spread",
        "ratio",
        kind=Kind.MODELLED,
        caveat="",
    )


@measure("packages.power", members=TEXT)
def together(context: Context, *, members: str) -> Finding:
    """Share of orders of the Council in which one of some members turns a qualified majority.

    The sum of their Shapley-Shubik values; exact, over all coalitions.
    """
    wanted = members.split()
    frame = power(context.world)["power"].frame
    found = frame.filter(pl.col("economy").is_in(wanted))
    if absent := sorted(set(wanted) - set(found["economy"])):
        raise DataMissing(f"no population of {', '.join(absent)}", where=COUNCIL)
    return context.finding(
        f"packages.power.{'-'.join(wanted)}",
        float(found["value"].sum()),
        "share",
        kind=Kind.MEASURED,
        year=YEAR_OF_COUNCIL,
        method="council_power",
        datasets=[COUNCIL],
    )


@measure("answers.signals", sender=PARTY, partner=PARTY)
def signals(context: Context, *, sender: str, partner: str) -> Finding:
    """Share of coded European steps towards a partner that are signals and bind nobody."""
    steps = steps_towards(context.world, partner, sender).filter(SETS[UNSELECTED])
    found = Rate(int(steps["rung"].is_in(SIGNALS).sum()), steps.height)
    ends = between(found.wilson(), "wilson")
    key = f"answers.signals.{sender}.{partner}"
    return of_steps(context, key, found.hits / found.steps, method="step_signals", **ends)


def _recorded(context: Context, package: str, hazard: str, compared: str = TODAY) -> Stage:
    """Return the packages of a study when the losses that a figure needs are recorded."""
    if not catalogue_of(context):
        raise DataMissing(
            "no catalogue of what home could do with this partner",
            hint="isthmus package template begins one",
        )
    stage = staged(context)
    there = hazard in stage.losses
    if package and there:
        there = stage.covers(hazard, stage.catalogue.package(package), compared)
    if not there:
        raise DataMissing(f"no recorded losses of {hazard}", hint="isthmus package prepare")
    return stage


def _of_packages(
    context: Context, key: str, value: float, datasets: Iterable[str], method: str
) -> Finding:
    """Return a share of draws: one number, without a range of its own."""
    return context.finding(key, value, "share", method=method, datasets=datasets, **ASSUMED)


def _of_draws(
    context: Context,
    key: str,
    draws: Array,
    datasets: Iterable[str],
    method: str,
    unit: str = "share",
    **about: Any,
) -> Finding:
    """Return a finding with its draws, by whose share a claim on it is judged."""
    context.samples[key] = draws
    return of_draws(context, key, draws, unit, method=method, datasets=datasets, **about)


def _halves(steps: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    chosen = steps.filter(SETS[UNSELECTED])
    above = pl.col("official") >= OFFICIAL
    return chosen.filter(above), chosen.filter(~above)


def _difference(context: Context, key: str, high: Rate, low: Rate) -> Finding:
    """Return a difference of two shares with Newcombe's interval from Wilson's."""
    (pl_, pu), (ql, qu) = high.wilson(), low.wilson()
    p, q = high.hits / high.steps, low.hits / low.steps
    down = float(np.hypot(p - pl_, qu - q))
    up = float(np.hypot(pu - p, q - ql))
    ends = between((p - q - down, p - q + up), "newcombe")
    return of_steps(context, key, p - q, method="answer_difference", **ends)
