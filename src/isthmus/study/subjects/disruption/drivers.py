"""Which number of the model a loss goes with most, over the draws of the posterior."""

from __future__ import annotations

from statistics import NormalDist
from typing import Any, NamedTuple

import numpy as np
import polars as pl

from isthmus.disruption.posterior import load_posterior
from isthmus.kernels.sensitivity import rank_correlation
from isthmus.study.context import Context
from isthmus.study.events import Event
from isthmus.study.page import Page
from isthmus.study.subjects.disruption.runs import QUARTER, losses, shares, there
from isthmus.study.subjects.disruption.tables import event_name

MOST = 3
BY_CHANCE = 0.05
"""Chance that the strongest of correlations that are all nothing is taken for one."""


class Driver(NamedTuple):
    """A number of the model, and its rank correlation with a loss."""

    name: str
    correlation: float


def drivers(context: Context, event: Event, party: str) -> tuple[Driver, ...]:
    """Return the numbers whose rank correlation with the loss of the quarter is not chance.

    Nothing is run: the draws of a recorded run follow from its posterior, number and seed. A
    correlation counts where its size is beyond what the largest of as many reaches by chance in
    one of twenty cases (normal approximation of Spearman's correlation, Bonferroni).

    Returns
    -------
    tuple of Driver
        The strongest first, `MOST` at most; empty where none stands out.
    """
    return context.memo(
        ("drivers", event.key, event.actor, party), lambda: _of(context, event, party)
    )


def _of(context: Context, event: Event, party: str) -> tuple[Driver, ...]:
    made, drawn = losses(context, event).result.provenance, load_posterior()
    rows = drawn.draws(int(made.parameters["draws"]), seed=made.seed or 0)
    lost = shares(context, event, party, QUARTER)
    found = [
        Driver(name, rank_correlation(rows[:, j], lost))
        for j, name in enumerate(drawn.names)
        if name in drawn.family
    ]
    level = chance_level(len(np.unique(rows, axis=0)), len(found))
    telling = [one for one in found if abs(one.correlation) > level]
    return tuple(sorted(telling, key=lambda one: (-abs(one.correlation), one.name))[:MOST])


def chance_level(draws: int, numbers: int) -> float:
    """Return the size that the strongest of so many correlations reaches by chance, 1 at most."""
    if draws < MOST:
        return 1.0
    z = NormalDist().inv_cdf(1.0 - BY_CHANCE / (2.0 * numbers))
    return float(min(1.0, z / np.sqrt(draws - 1.0)))


def say_driver(page: Page, event: Event) -> None:
    """Name what the loss of home goes with most."""
    found = drivers(page.context, event, page.home)
    if not found:
        page.say("answer.driver_none", event=event_name(page, event))
        return
    strongest = found[0]
    page.say(
        "answer.driver",
        number=page.word(f"number.{strongest.name}"),
        correlation=page.finding(
            f"disruption.driver.{event.key}.{event.actor}",
            strongest.correlation,
            "1",
            method="disruption_driver",
            caveat="posterior",
        ),
    )


def list_drivers(page: Page) -> None:
    """Add a table of what the loss of home goes with, event by event."""
    rows: list[dict[str, Any]] = []
    for event in there(page.context):
        name = event_name(page, event)
        found = drivers(page.context, event, page.home)
        rows += [
            {
                "event": name,
                "driver": page.word(f"number.{one.name}"),
                "correlation": one.correlation,
            }
            for one in found
        ]
        if not found:
            rows.append(
                {"event": name, "driver": page.word("stands_out.none"), "correlation": None}
            )
    frame = pl.DataFrame(rows, schema_overrides={"correlation": pl.Float64})
    page.table("drivers", frame, {"correlation": "1"}, notes=["drivers"])
