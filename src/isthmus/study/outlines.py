"""Outlines of economies for the maps of a dossier."""

from __future__ import annotations

import polars as pl

from isthmus.charts import Outlines
from isthmus.study.context import Context

SHAPES, POINTS = "country_shapes", "country_points"
FEWEST_ON_MAP = 6
"""Members with an outline from which a map says more than a table."""


def outlines_of(context: Context) -> Outlines:
    """Return the outlines of Europe, with points for economies too small to see."""
    small = context.world.points().filter(pl.col("small")).sort("economy")
    points = small.select("economy", "longitude", "latitude").rows()
    return Outlines.of(context.world.shapes("europe"), points)
