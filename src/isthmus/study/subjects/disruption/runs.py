"""Runs of the disruption engine that ship with a world, read for sections and measures.

The runs go through every corner of what is assumed: days of stock of the stopped and of all other
inputs, psi, whether orders are redirected, which inputs are critical. An answer is therefore a
range over corners and never a single number.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from isthmus.errors import DataMissing
from isthmus.evidence import Finding, Kind
from isthmus.runtime import canonical_hash
from isthmus.study.context import Context

RUNS, INDUSTRIES = "disruption_runs", "disruption_industries"
PATHS, STOPS = "disruption_paths", "disruption_stops"
SOURCES = ("icio_flows", "mrio_2022", "chip_split", "chip_facts")
"""What the table of the runs is made of; other content makes the runs stale."""
YEAR = 2022
CORNER = ("stock_stopped", "stock_other", "psi", "redirect", "criticality")
HORIZONS = (30, 90, 365)
QUARTER = HORIZONS[1]
TENFOLD = 10.0
"""From this ratio of the highest to the lowest corner on, an answer has no headline."""
LEAST = 1e-6
"""Smallest share that the runs hold apart from nothing."""


def table_hash(context: Context) -> str:
    """Return the hash of the data sets that the table of the runs was made of."""
    return canonical_hash([context.world.record(key).content_sha256 for key in SOURCES])[:12]


def runs(context: Context) -> pl.DataFrame:
    """Return losses by event, actor, corner, economy and days.

    Raises
    ------
    DataMissing
        When the world holds no runs, or runs of another table than its own.
    """

    def read() -> pl.DataFrame:
        if context.missing(RUNS, *SOURCES):
            raise DataMissing("this world holds no runs of the disruption engine", where=RUNS)
        frame = context.world.table(RUNS)
        if set(frame["table_hash"].unique()) != {table_hash(context)}:
            raise DataMissing("the runs are of another table than this world's", where=RUNS)
        return frame

    return context.memo(RUNS, read)


@dataclass(frozen=True, slots=True)
class Block:
    """Losses of one event up to one day.

    Parameters
    ----------
    corners : polars.DataFrame
        The assumptions, one row per corner.
    economies : tuple of str
        Economies, in the order of the columns of `lost`.
    lost : ndarray, shape (corners, economies)
        Value added lost, million USD.
    base : ndarray, shape (economies,)
        Value added of the same days without the event, million USD.
    """

    corners: pl.DataFrame
    economies: tuple[str, ...]
    lost: NDArray[np.float64]
    base: NDArray[np.float64]


def blocks(context: Context) -> dict[tuple[str, str, int], Block]:
    """Return the runs by event, actor and days."""

    def make() -> dict[tuple[str, str, int], Block]:
        frame = runs(context)
        keys = frame.group_by("event", "actor", "days", maintain_order=True).len()
        found, start = {}, 0
        # The rows are sorted by event, actor, days, corner and economy.
        for event, actor, days, rows in keys.iter_rows():
            part = frame.slice(start, rows)
            start += rows
            width = part["economy"].n_unique()
            economies = tuple(part["economy"].head(width).to_list())
            lost = part["lost"].to_numpy().reshape(-1, width)
            corners = part.select(CORNER).gather_every(width)
            base = part["base"].head(width).to_numpy()
            found[event, actor, days] = Block(corners, economies, lost, base)
        return found

    return context.memo((RUNS, "blocks"), make)


def block_of(context: Context, event: str, actor: str, days: int) -> Block:
    """Return the runs of one event up to one day.

    Raises
    ------
    DataMissing
        When there are none.
    """
    found = blocks(context).get((event, plain(actor), days))
    if found is None:
        raise DataMissing(f"there are no runs of {event} by {actor} for {days} days", where=RUNS)
    return found


def losses(context: Context, event: str, actor: str, party: str, days: int) -> pl.DataFrame:
    """Return the share of value added that a party loses, one row per corner.

    Raises
    ------
    DataMissing
        When there is no such run, or the party is not in the table.
    """
    block = block_of(context, event, actor, days)
    members = set(context.members(party))
    place = [i for i, code in enumerate(block.economies) if code in members]
    if not place:
        raise DataMissing(f"{party} is not in the table of the runs", where=RUNS)
    share = block.lost[:, place].sum(axis=1) / block.base[place].sum()
    return block.corners.with_columns(pl.Series("share", share))


def plain(code: str) -> str:
    """Return the code of a party without its day."""
    return code.partition("@")[0]


def span(frame: pl.DataFrame) -> tuple[float, float]:
    """Return the lowest and the highest share over the corners."""
    values = frame["share"].to_numpy()
    return float(values.min()), float(values.max())


def told(low: float, high: float) -> bool:
    """Whether a range is narrow enough for a headline: it does not span tenfold."""
    return low > LEAST and high < TENFOLD * low


def loss_finding(context: Context, event: str, actor: str, party: str, days: int) -> Finding:
    """Return the share of value added lost by a party: a range over corners without a centre."""
    low, high = span(losses(context, event, actor, party, days))
    return range_finding(
        context, f"loss.{event}.{actor}.{party}.{days}d", low, high, "share", "disruption_loss"
    )


def range_finding(
    context: Context, key: str, low: float, high: float, unit: str, method: str
) -> Finding:
    """Return a range over corners as a finding; no corner is more likely than another."""
    return context.finding(
        f"disruption.{key}",
        None,
        unit,
        kind=Kind.ASSUMED,
        year=YEAR,
        method=method,
        datasets=[RUNS if method != "disruption_industries" else INDUSTRIES],
        low=low,
        high=high,
        interval="corners",
        caveat="corners_decide" if unit == "share" and not told(low, high) else "corners",
    )


def paired(top: pl.DataFrame, bottom: pl.DataFrame) -> tuple[float, float]:
    """Return the lowest and highest ratio of two losses, each taken within one corner.

    A loss in the denominator below `LEAST` counts as `LEAST`.
    """
    both = top.join(bottom, on=CORNER, suffix="_below")
    ratio = both["share"].to_numpy() / both["share_below"].clip(lower_bound=LEAST).to_numpy()
    return float(ratio.min()), float(ratio.max())


def others(context: Context, event: str, actor: str) -> tuple[str, ...]:
    """Return the other actors with runs of the same event."""
    found = {other for known, other, _ in blocks(context) if known == event}
    return tuple(sorted(found - {plain(actor)}))


def industries(context: Context, event: str, actor: str, home: str) -> pl.DataFrame:
    """Return losses and first stops of home's industries by corner and days.

    Raises
    ------
    DataMissing
        When the runs hold no industries of this home.
    """
    runs(context)
    if context.missing(INDUSTRIES):
        raise DataMissing("this world holds no runs by industry", where=INDUSTRIES)
    frame = context.memo(
        (INDUSTRIES, event, actor, home),
        lambda: context.world.table(INDUSTRIES).filter(
            pl.col("event") == event,
            pl.col("actor") == plain(actor),
            pl.col("party") == plain(home),
        ),
    )
    if frame.is_empty():
        raise DataMissing(f"no runs of {event} by industry of {home}", where=INDUSTRIES)
    return frame
