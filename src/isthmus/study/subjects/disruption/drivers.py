"""Which number of the model a loss goes with most, over the draws of the posterior."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import polars as pl

from isthmus.disruption.posterior import load_posterior
from isthmus.kernels.sensitivity import drivers as strongest
from isthmus.study.context import Context
from isthmus.study.events import Event
from isthmus.study.page import Page
from isthmus.study.subjects.disruption.runs import QUARTER, losses, shares, there
from isthmus.study.subjects.disruption.tables import event_name


class Driver(NamedTuple):
    """A number of the model, and its rank correlation with a loss."""

    name: str
    correlation: float


def drivers(context: Context, event: Event, party: str) -> tuple[Driver, ...]:
    """Return the numbers whose rank correlation with the loss of the quarter is not chance.

    Nothing is run: the draws of a recorded run follow from its posterior, number and seed.

    Returns
    -------
    tuple of Driver
        As `isthmus.kernels.sensitivity.drivers`; empty where none stands out.
    """
    return context.memo(
        ("drivers", event.key, event.actor, party), lambda: _of(context, event, party)
    )


def _of(context: Context, event: Event, party: str) -> tuple[Driver, ...]:
    made, drawn = losses(context, event).result.provenance, load_posterior()
    rows = drawn.draws(int(made.parameters["draws"]), seed=made.seed or 0)
    lost = shares(context, event, party, QUARTER)
    numbers = {n: rows[:, j] for j, n in enumerate(drawn.names) if n in drawn.family}
    found = strongest(numbers, lost, draws=len(np.unique(rows, axis=0)))
    return tuple(Driver(*one) for one in found)


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
