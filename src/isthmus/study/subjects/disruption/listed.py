"""Losses of one party in every recorded corner, as a table to sort and filter."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from isthmus.errors import DataMissing
from isthmus.evidence import SHARE, Kind, Table
from isthmus.evidence.frames import dimension, number, table
from isthmus.study.context import Context
from isthmus.study.subjects.disruption.runs import HORIZONS, RUNS, YEAR, losses
from isthmus.study.subjects.disruption.tables import events

TEXTS = {
    "event": "what happens",
    "actor": "by whom, or in whose trade",
    "days": "days counted from the start",
    "stock_stopped": "days of use held of the inputs that are stopped",
    "stock_other": "days of use held of all other inputs",
    "psi": "share of the wanted stock below which output is held down",
    "redirect": "whether buyers turn to other origins",
    "criticality": "which inputs a line cannot do without",
}


def corners_table(context: Context, party: str) -> Table | None:
    """Return the share of value added that a party loses, by event, days and assumption.

    Parameters
    ----------
    context : Context
        Study and world.
    party : str
        Code of the party.

    Returns
    -------
    Table or None
        One row per corner; None where the world holds no runs for the parties of the study.
    """
    frames = []
    try:
        for event, actor in events(context):
            for days in HORIZONS:
                found = losses(context, event, actor, party, days)
                named = {"event": event, "actor": actor, "days": days}
                frames.append(found.select(*(pl.lit(v).alias(k) for k, v in named.items()), "*"))
    except DataMissing:
        return None
    if not frames:
        return None
    columns = [dimension(name, text) for name, text in TEXTS.items()]
    columns.append(number("share", SHARE, "share of the value added of these days that is lost"))
    text = "share of value added lost, by event, days and assumption"
    listed = table(
        "disruption_corners",
        pl.concat(frames),
        columns,
        kind=Kind.ASSUMED,
        datasets=[RUNS],
        text=text,
        notes=[context.catalogue.text("caveat.corners")],
    )
    return replace(listed, years=(YEAR,))
