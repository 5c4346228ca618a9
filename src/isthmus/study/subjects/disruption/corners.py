"""What holds in every corner of the assumptions, and which assumption moves an answer most."""

from __future__ import annotations

import numpy as np
import polars as pl

from isthmus.study.context import Context
from isthmus.study.subjects.disruption.runs import CORNER, LEAST, block_of, industries, span

TOP = 5


def members_ranked(context: Context, event: str, actor: str, days: int) -> pl.DataFrame:
    """Return the lowest and highest loss of each member and how often it is among the five worst.

    Returns
    -------
    polars.DataFrame
        member, low, high (shares of value added), top (share of corners), by `top` and `low`.
    """
    block = block_of(context, event, actor, days)
    inside = set(context.members(context.home))
    place = [i for i, code in enumerate(block.economies) if code in inside]
    share = block.lost[:, place] / block.base[place]
    # A member is among the worst where fewer than five lose a larger share.
    worse = (share[:, None, :] > share[:, :, None]).sum(axis=2)
    return pl.DataFrame(
        {
            "member": [block.economies[i] for i in place],
            "low": share.min(axis=0),
            "high": share.max(axis=0),
            "top": (worse < TOP).mean(axis=0),
        }
    ).sort("top", "low", "member", descending=[True, True, False])


def industries_ranked(context: Context, event: str, actor: str, days: int) -> pl.DataFrame:
    """Return the lowest and highest loss of each of home's industries, and how often it stops.

    Returns
    -------
    polars.DataFrame
        industry, low, high (shares of value added), stops (share of corners in which output falls
        below half of its base by that day), by `stops` and `low`.
    """
    stopped = (pl.col("first_stop") < days).fill_null(value=False)
    return (
        industries(context, event, actor, context.home)
        .filter(pl.col("days") == days, pl.col("base") > 0)
        .with_columns((pl.col("lost") / pl.col("base")).alias("share"), stopped.alias("stopped"))
        .group_by("industry")
        .agg(
            pl.col("share").min().alias("low"),
            pl.col("share").max().alias("high"),
            pl.col("stopped").mean().alias("stops"),
        )
        .sort("stops", "low", "industry", descending=[True, True, False])
    )


def worth_knowing(frame: pl.DataFrame) -> pl.DataFrame:
    """Return, by assumption, how much of the spread of a loss goes away once it is known.

    The spread is the variance of the logarithm over the corners, each counted once; the part of an
    assumption is the variance of the means at its values (first-order index of Sobol 1993).

    Parameters
    ----------
    frame : polars.DataFrame
        One row per corner with the assumptions and ``share``.

    Returns
    -------
    polars.DataFrame
        assumption, part (of the spread, 0 to 1), largest first.
    """
    logs = frame.with_columns(pl.col("share").clip(lower_bound=LEAST).log().alias("log"))
    whole = float(np.var(logs["log"].to_numpy()))
    rows = []
    for name in CORNER:
        if frame[name].n_unique() < 2:
            continue
        means = logs.group_by(name, maintain_order=True).agg(pl.col("log").mean(), pl.len())
        values, weights = means["log"].to_numpy(), means["len"].to_numpy()
        centre = np.average(values, weights=weights)
        part = float(np.average((values - centre) ** 2, weights=weights))
        rows.append({"assumption": name, "part": part / whole if whole > 0 else 0.0})
    return pl.DataFrame(rows).sort("part", "assumption", descending=[True, False])


def known_at(frame: pl.DataFrame, assumption: str) -> list[tuple[object, float, float]]:
    """Return the range of a loss at each value of one assumption: value, lowest, highest."""
    values = sorted(frame[assumption].unique().to_list())
    return [(value, *span(frame.filter(pl.col(assumption) == value))) for value in values]
