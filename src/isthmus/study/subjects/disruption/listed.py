"""Losses of one party in every draw, as a table to sort and filter."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from isthmus.evidence import SHARE, Kind, Table
from isthmus.evidence.frames import dimension, number, table
from isthmus.study.context import Context
from isthmus.study.subjects.disruption.runs import HORIZONS, datasets, shares, there
from isthmus.world.shipped import YEAR

DIMENSIONS = ("event", "actor", "days", "draw")


def draws_table(context: Context, party: str) -> Table | None:
    """Return the share of value added that a party loses, by event, days and draw.

    Parameters
    ----------
    context : Context
        Study and world.
    party : str
        Code of the party.

    Returns
    -------
    Table or None
        One row per draw; None where there are no recorded runs for the parties of the study.
    """
    frames: list[pl.DataFrame] = []
    used: dict[str, None] = {}
    for event in there(context):
        used |= dict.fromkeys(datasets(context, event))
        for days in HORIZONS:
            values = shares(context, event, party, days)
            named = {"event": event.key, "actor": event.actor, "days": days}
            frames.append(
                pl.DataFrame({"draw": range(len(values)), "share": values}).select(
                    *(pl.lit(v).alias(k) for k, v in named.items()), "draw", "share"
                )
            )
    if not frames:
        return None
    text = context.catalogue.text
    columns = [dimension(name, text(f"column.{name}")) for name in DIMENSIONS]
    columns.append(number("share", SHARE, text("column.share")))
    listed = table(
        "disruption_draws",
        pl.concat(frames),
        columns,
        kind=Kind.ASSUMED,
        datasets=list(used),
        text=text("table.disruption_draws"),
        notes=[text("caveat.posterior")],
    )
    return replace(listed, years=(YEAR,))
