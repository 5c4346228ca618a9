"""Measures of packages and of what answers steps."""

from __future__ import annotations

import numpy as np
import polars as pl

from isthmus.coercion.record import SETS, STEPS, UNSELECTED, Rate, state_rate, steps_towards
from isthmus.cooperation.stage import TODAY
from isthmus.cooperation.thresholds import quantiles
from isthmus.errors import DataMissing
from isthmus.evidence import Finding, Kind
from isthmus.kernels.decision import break_even_probability
from isthmus.study.ask.packages import catalogue_of, staged
from isthmus.study.context import Context
from isthmus.study.measures import PARTY, TEXT, measure

OFFICIAL = 0.5
"""Official degree that parts lower from higher steps."""
FEW = 4
"""Steps below which a kind of step has no share."""


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
def rate(context: Context, *, sender: str, partner: str) -> Finding:
    """Chance per step of an act of the state against trade or firms, by the record."""
    found = state_rate(steps_towards(context.world, partner, sender), UNSELECTED)
    return context.finding(
        f"answers.state_rate.{sender}.{partner}",
        found.quantile(0.5),
        "share",
        kind=Kind.ESTIMATED,
        year=_years(context),
        method="answer_rate",
        datasets=[STEPS],
        low=found.quantile(0.05),
        high=found.quantile(0.95),
        interval="posterior",
        caveat="selected_steps",
    )


@measure("packages.break_even", package=TEXT, hazard=TEXT)
def break_even(context: Context, *, package: str, hazard: str) -> Finding:
    """Yearly probability of a hazard above which a package pays, its answer paid as well.

    Raises
    ------
    DataMissing
        When the study's partner has no catalogue, or the hazard no recorded run.
    """
    if not catalogue_of(context):
        raise DataMissing(
            "no catalogue of what home could do with this partner",
            hint="isthmus package template begins one",
        )
    stage = staged(context)
    chosen = stage.catalogue.package(package)
    if not stage.covers(hazard, chosen, TODAY):
        raise DataMissing(f"no recorded losses of {hazard}", hint="isthmus package prepare")
    cost = stage.cost(chosen, TODAY) + stage.answer_cost(chosen, "record")
    saving = stage.saved(hazard, chosen, stage.home, TODAY)
    value, low, high = quantiles(np.minimum(break_even_probability(cost, saving), 1.0))
    return context.finding(
        f"packages.break_even.{package}.{hazard}",
        value,
        "share",
        kind=Kind.ASSUMED,
        year=2022,
        method="package_break_even",
        datasets=list(stage.losses[hazard].result.provenance.datasets),
        low=low,
        high=high,
        interval="package_draws",
        caveat="answers_and_effects_assumed",
    )


def cost(context: Context, package: str, name: str = "") -> Finding:
    """Return the net cost a year of a package: assumed, with its range."""
    stage = staged(context, name)
    value, low, high = quantiles(stage.cost(stage.catalogue.package(package), TODAY))
    return context.finding(
        f"packages.cost.{package}",
        value,
        "million EUR",
        kind=Kind.ASSUMED,
        year=stage.catalogue.year,
        method="package_cost",
        datasets=[],
        sources=[f"catalogue {catalogue_of(context, name)}"],
        low=low,
        high=high,
        interval="package_draws",
        caveat="costs_assumed",
    )


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
    return context.finding(
        key,
        p - q,
        "share",
        kind=Kind.ESTIMATED,
        year=_years(context),
        method="answer_difference",
        datasets=[STEPS],
        low=p - q - down,
        high=p - q + up,
        interval="newcombe",
        caveat="selected_steps",
    )


def _years(context: Context) -> str:
    first, last = context.world.record(STEPS).years
    return f"{first}-{last}"
