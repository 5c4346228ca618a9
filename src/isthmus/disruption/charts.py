"""Charts of one disruption run: paths of the economies hit hardest, and a map of losses."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from isthmus.charts import ChartSpec
from isthmus.errors import BadInput
from isthmus.evidence import Result, Table

MOST_PATHS = 6
CLASSES = (0.001, 0.01, 0.05, 0.2)
"""Limits of the classes of the map: shares of value added, told apart where small."""
BOUNDARIES = (
    "boundaries as drawn by Natural Earth, simplified; they imply no view on the status of any "
    "territory"
)


def paths_chart(result: Result, *, most: int = MOST_PATHS) -> tuple[ChartSpec, Table]:
    """Return small multiples of daily value added for the economies that lose the largest share.

    Parameters
    ----------
    result : Result
        Of `simulate`.
    most : int
        Small charts at most.
    """
    worst = _last(result)["economy"].head(most).to_list()
    order = pl.DataFrame({"economy": worst, "place": range(len(worst))})
    paths = result["paths"]
    frame = paths.frame.join(order, on="economy").sort("place", "day").drop("place")
    spec = ChartSpec(
        "paths",
        x="day",
        y="value_added_share",
        x_title="day",
        y_title="value added, of its base",
        facet="economy",
        share=True,
    )
    return spec, replace(paths, frame=frame)


def losses_chart(result: Result, drawn: set[str]) -> tuple[ChartSpec, Table]:
    """Return a map of the share of value added lost up to the last day.

    Parameters
    ----------
    result : Result
        Of `simulate`.
    drawn : set of str
        Economies for which there are outlines or points.

    Raises
    ------
    BadInput
        When the table holds no economy that can be drawn.
    """
    frame = _last(result).filter(pl.col("economy").is_in(sorted(drawn)))
    if frame.is_empty():
        raise BadInput("the map shows Europe, and the table holds none of its economies")
    days = frame["horizon"][0]
    spec = ChartSpec(
        "map",
        x="economy",
        value="value_added_lost_share",
        value_title=f"Value added lost up to day {days} (modelled on assumptions), percent",
        bins=CLASSES,
        share=True,
    )
    return spec, replace(result["losses"], frame=frame)


def _last(result: Result) -> pl.DataFrame:
    """Losses up to the last horizon, largest share first."""
    losses = result["losses"].frame
    last = losses.filter(pl.col("horizon") == losses["horizon"].max())
    return last.sort(["value_added_lost_share", "economy"], descending=[True, False])
