"""Recorded losses read for pages and measures: draws of the posterior; nothing is run here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import polars as pl

from isthmus.disruption.posterior import load_posterior
from isthmus.ensemble.calibration.misfit import normal_factors, predicted
from isthmus.ensemble.calibration.recorded import recorded_backtest
from isthmus.ensemble.losses import Losses, load
from isthmus.errors import DataMissing
from isthmus.evidence import Finding, Kind
from isthmus.kernels.arrays import Array
from isthmus.store import Store
from isthmus.study.ask.events import event_name, events
from isthmus.study.context import Context
from isthmus.study.events import Event, suppliers_of
from isthmus.study.prepare import levels_question, losses_question, supplier_question
from isthmus.study.rests import between, figure
from isthmus.world.shipped import YEAR

MONTH, QUARTER, WHOLE = 30, 90, 365
HORIZONS = (MONTH, QUARTER, WHOLE)
RANGE = (0.1, 0.9)
LEAST = 1e-6
"""Smallest share that is told apart from nothing."""


def store_of(context: Context) -> Store:
    """Return the user's store, opened once."""
    return context.memo("store", Store)


def event_of(context: Context, key: str, actor: str) -> Event:
    """Return one event of the study, or one with which a claim compares.

    Raises
    ------
    DataMissing
        When the study has no such event.
    """
    known = (*events(context), *suppliers_of(context.study, context.world))
    found = next((e for e in known if (e.key, e.actor) == (key, actor)), None)
    if found is None:
        raise DataMissing(f"the study has no event {key} by {actor}", where="events")
    return found


def losses(context: Context, event: Event) -> Losses:
    """Return the recorded losses of an event as things are today.

    Raises
    ------
    DataMissing
        When there is no such run; says which command makes it.
    """

    def read() -> Losses:
        listed = event in events(context)
        question = (losses_question if listed else supplier_question)(event, context.study)
        try:
            return load(question, context.world, store_of(context))
        except DataMissing:
            pass
        # A run for other parties still holds what these lose, if not their industries and weeks.
        try:
            return load(replace(question, parties=()), context.world, store_of(context))
        except DataMissing as error:
            catalogue = context.catalogue
            hint = catalogue.text("gap.run_makes", study=context.study.name)
            what = catalogue.text("gap.run_of", event=event_name(context, event))
            raise DataMissing(what, where=error.where, hint=hint) from error

    return context.memo(("losses", event.key, event.actor), read)


def has_course(context: Context, event: Event) -> bool:
    """Tell whether a run holds industries, weeks and the way back of home."""
    return context.home in losses(context, event).result.provenance.parameters["parties"]


def levels(context: Context, event: Event) -> Losses:
    """Return the recorded losses of an event with more stocks at home, and around its middle."""
    return context.memo(
        ("levels", event.key, event.actor),
        lambda: load(levels_question(event, context.study), context.world, store_of(context)),
    )


def has_levels(context: Context, event: Event) -> bool:
    """Tell whether an event has recorded runs with more stocks at home."""
    try:
        levels(context, event)
    except DataMissing:
        return False
    return True


def there(context: Context) -> tuple[Event, ...]:
    """Return the events of the study that have recorded runs."""
    out = []
    for event in events(context):
        try:
            losses(context, event)
        except DataMissing:
            continue
        out.append(event)
    return tuple(out)


def backtest(context: Context) -> pl.DataFrame:
    """Return the recorded backtest of the posterior.

    Raises
    ------
    DataMissing
        When there is none for this posterior.
    """
    return context.memo("backtest", lambda: recorded_backtest(store_of(context))["backtest"].frame)


def datasets(context: Context, event: Event) -> tuple[str, ...]:
    """Return the data sets of the table on which an event was run."""
    return losses(context, event).result["losses"].datasets


def misfit(context: Context) -> float:
    """Return the misfit of the posterior in logarithms."""
    return context.memo("misfit", lambda: float(load_posterior().about.get("misfit") or 0.0))


def shares(context: Context, event: Event, party: str, days: int) -> Array:
    """Return the share of value added that a party loses by that day, one per draw."""
    return losses(context, event).share(party, days)[:, 0]


def draws_finding(
    context: Context,
    key: str,
    values: Array,
    unit: str,
    used: Sequence[str],
    **about: str,
) -> Finding:
    """Return the median of draws with their 80 % range; a claim is judged by all of them."""
    low, middle, high = np.quantile(values, (RANGE[0], 0.5, RANGE[1]))
    name = f"disruption.{key}"
    context.samples[name] = values
    return figure(
        context,
        name,
        middle,
        unit,
        kind=Kind.ASSUMED,
        year=YEAR,
        datasets=used,
        **between((low, high), "draws"),
        **{"caveat": "posterior", **about},
    )


def loss_finding(context: Context, event: Event, party: str, days: int) -> Finding:
    """Return the share of value added lost by a party."""
    key = f"loss.{event.key}.{event.actor}.{party}.{days}d"
    lost = shares(context, event, party, days)
    return draws_finding(context, key, lost, "share", datasets(context, event))


def wide(context: Context, values: Array) -> tuple[float, float]:
    """Return the 80 % range of draws with the misfit seen out of sample."""
    equal = np.ones(len(values))
    ends = predicted(values, equal, RANGE, normal_factors(misfit(context)))
    return float(ends[0]), float(ends[1])


def ratio(top: Array, bottom: Array) -> Array:
    """Return the ratio of two losses within each draw; a loss below `LEAST` counts as `LEAST`."""
    return np.asarray(top / np.maximum(bottom, LEAST))


def saved_share(today: Array, values: Array) -> Array:
    """Return the share of a loss that is saved, within each draw; 0 where nothing is lost."""
    return np.divide(today - values, today, out=np.zeros_like(today), where=today > 0)


def others(context: Context, event: Event) -> tuple[Event, ...]:
    """Return the same event by the other suppliers that are compared."""
    known = suppliers_of(context.study, context.world)
    return tuple(e for e in known if e.key == event.key and e.actor != event.actor)


def first_stops(context: Context, event: Event, party: str) -> pl.DataFrame:
    """Return industry, draw and first day below half of base output, of a party.

    Raises
    ------
    DataMissing
        When the run holds no industries of this party.
    """
    found = losses(context, event)
    if party not in found.result.provenance.parameters["parties"]:
        raise DataMissing(f"the recorded run at hand holds no industries of {party}", where="runs")
    return losses(context, event).table("stops", party=party)


def often_stopped(context: Context, event: Event, party: str, days: int) -> pl.DataFrame:
    """Return industries by the share of draws in which they stop, with the middle first day."""
    early = pl.col("day").filter(pl.col("day") < days)
    return (
        first_stops(context, event, party)
        .group_by("industry", maintain_order=True)
        .agg((early.len() / pl.len()).alias("stops"), early.median().alias("first_day"))
        .sort("stops", "first_day", "industry", descending=[True, False, False], nulls_last=True)
    )


def stopping_draw(context: Context, event: Event, party: str, days: int = QUARTER) -> int | None:
    """Return the draw with the middle loss among those in which an industry stops; None if none."""
    stopped = first_stops(context, event, party).drop_nulls("day")["draw"].unique().to_list()
    values = shares(context, event, party, days)
    order = sorted(stopped, key=lambda draw: (values[draw], draw))
    return order[(len(order) - 1) // 2] if order else None


def more_days(names: Sequence[str]) -> tuple[float, ...]:
    """Return the days of the levels of `isthmus.study.prepare.levels_question` by name."""
    return tuple(float(name.partition(" ")[0]) for name in names)
