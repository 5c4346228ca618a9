"""Tables of the response model: break-even first, exposure apart from loss."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from isthmus import codes
from isthmus.coercion.assumptions import Rung
from isthmus.coercion.engine import SUPPORT, StepOutcome
from isthmus.coercion.instruments import ECONOMIC, FIRST, RESPONSES
from isthmus.coercion.response_basis import table_of
from isthmus.coercion.stakes import FLOWS, Stakes
from isthmus.evidence import Column, Kind, Table
from isthmus.evidence.frames import framed, number, ranged
from isthmus.kernels.arrays import Array, Mask
from isthmus.kernels.response import mixture_quantiles
from isthmus.world import World
from isthmus.world.shipped import TABLE, YEAR

MONEY = "million USD"
LOW, HIGH = 0.05, 0.95
PERCENTS = (50, 75, 95)
CHANNELS = ("purchases", "purchases", "supplies", "purchases of third economies")
"""Channel of each instrument of `ECONOMIC`."""

ASSUMED = (
    "rests on assumptions about intentions, printed in the table of assumptions; value at their "
    "central values, low and high are the 5 % and 95 % quantiles over draws from their ranges"
)
SUPPORT_NOTE = (
    "support: none; after delay: the bloc's instrument works after two to four quarters (assumed, "
    "not checked against the regulation); agreed beforehand: help from the first day"
)
NOT_MEASURED = "the military value of a step is not measured and stands in no figure"
EACH_ALONE = "the sum over members supposes that every member takes the step and is answered alone"
COVERED = "goods only: travel, finance, investment and sales of affiliates are not covered"
AFTER = (
    f"trade of {YEAR}; sales of an economy that the sender banned broadly in that year have the "
    f"shares of the last year before the ban, at the size of its goods sales of {YEAR}"
)


@dataclass(frozen=True, slots=True)
class Data:
    """What every table needs.

    Parameters
    ----------
    world : World
        The data.
    label : str
        The target as it was named.
    stakes : Stakes
        n targets.
    rungs : tuple of Rung
        R steps.
    inside : (n,) array of bool
        Members of the bloc.
    p : mapping of str to (D,) array
        Draws of the assumptions.
    """

    world: World
    label: str
    stakes: Stakes
    rungs: tuple[Rung, ...]
    inside: Mask
    p: Mapping[str, Array]

    @property
    def keys(self) -> list[str]:
        """Keys of the rungs."""
        return [r.key for r in self.rungs]

    def supports(self, place: int) -> range:
        """Positions of the support that a target can have; outsiders have none."""
        return range(len(SUPPORT) if self.inside[place] else 1)


def break_even(data: Data, found: StepOutcome) -> Table:
    """Yearly probability of an economic answer at which a step costs what it is worth."""
    worth = float(data.p["worth"][0]) / 100.0 * data.stakes.gdp
    # an answer that costs nothing breaks even at no probability: one stands for any
    value = np.minimum(worth[:, None, None] / np.maximum(found.given, 1e-300), 1.0)
    frame = _by_rung(data, {"value": value, "loss": found.given})
    columns = [
        *_RUNG,
        *ranged("value", "share", "probability per year; 1: at any probability"),
        *ranged("loss", MONEY, "loss over the time of the measure, given an economic answer"),
    ]
    text = (
        "yearly probability of an economic answer at which the step costs as much as it is worth, "
        f"if it is worth {data.p['worth'][0]:g} % of GDP a year (a yardstick, not an estimate)"
    )
    return table_of("break_even", frame, columns, text, (ASSUMED, SUPPORT_NOTE, NOT_MEASURED))


def prices(data: Data, found: StepOutcome) -> Table:
    """Expected loss of each rung: probability of each response times its loss."""
    gdp = data.stakes.gdp[:, None, None]
    numbers = {
        "probability": found.economic,
        "value": found.expected,
        "share_of_gdp": found.expected / gdp,
    }
    frame = _by_rung(data, numbers)
    if len(data.stakes.targets) > 1:
        whole = found.expected.sum(axis=1, keepdims=True)
        share = whole / data.stakes.gdp.sum()
        everyone = np.array([data.inside.all()])
        empty = np.full_like(whole, np.nan)
        rows = _by_rung(
            data,
            {"probability": empty, "value": whole, "share_of_gdp": share},
            targets=(data.label,),
            inside=everyone,
        )
        frame = pl.concat([rows, frame])
    columns = [
        *_RUNG,
        *ranged("probability", "share", "of an economic answer; not identified by the cases"),
        *ranged("value", MONEY, "expected loss over the time of the measure, if the state holds"),
        *ranged("share_of_gdp", "share", "the expected loss over a year's GDP"),
    ]
    text = "price of each rung: loss weighted with the probability of each response"
    notes = (ASSUMED, SUPPORT_NOTE, EACH_ALONE, NOT_MEASURED, COVERED)
    return table_of("prices", frame, columns, text, notes)


def responses(data: Data, found: StepOutcome) -> Table:
    """Distribution over responses by rung, target and support."""
    parts = []
    for place, name in enumerate(RESPONSES):
        frame = _by_rung(data, {"value": found.probability[..., place]})
        parts.append(frame.with_columns(pl.lit(name).alias("response")))
    order = pl.concat(parts).with_row_index("n")
    frame = order.with_columns(
        pl.int_range(pl.len()).over("response").alias("row"),
    ).sort("row", "n")
    columns = [
        *_RUNG,
        Column("response", "dimension", text="answer of the sender"),
        *ranged("value", "share", "probability"),
    ]
    text = "probability of each response (quantal response)"
    return table_of("responses", frame, columns, text, (ASSUMED, SUPPORT_NOTE))


def losses(data: Data, found: StepOutcome) -> Table:
    """Loss of the target and cost to the sender by response, channels apart."""
    rows = []
    stakes = data.stakes
    loss, cost, weeks = (_quantiles(x) for x in (found.loss, found.cost, found.weeks))
    for i, target in enumerate(stakes.targets):
        for g in data.supports(i):
            for r, name in enumerate(ECONOMIC):
                missing = weeks[:, g].tolist() if r == 2 else (None, None, None)
                rows.append(
                    (
                        target,
                        SUPPORT[g],
                        name,
                        CHANNELS[r],
                        *loss[:, i, g, r].tolist(),
                        *(loss[:, i, g, r] / stakes.gdp[i]).tolist(),
                        *missing,
                        *cost[:, i, r].tolist(),
                        *(cost[:, i, r] / stakes.sender_gdp).tolist(),
                    )
                )
    columns = [
        *_RUNG[1:],
        Column("response", "dimension", text="answer of the sender"),
        Column("channel", "attribute", text="what it takes away"),
        *ranged("value", MONEY, "loss of the target over the time of the measure"),
        *ranged("share_of_gdp", "share", "that loss over a year's GDP"),
        *ranged("weeks", "weeks", "weeks of missing inputs in listed lines"),
        *ranged("own_cost", MONEY, "cost to the sender per year"),
        *ranged("own_share", "share", "that cost over the sender's GDP"),
    ]
    text = "what each response would cost target and sender; channels are never summed"
    notes = (ASSUMED, SUPPORT_NOTE, COVERED, AFTER)
    return table_of("losses", framed(rows, columns), columns, text, notes)


def distribution(data: Data, found: StepOutcome) -> Table:
    """Distribution of the loss by rung, target and support, over answers and assumptions."""
    gdp = data.stakes.gdp[:, None, None]
    nothing = 1.0 - found.economic.mean(axis=0)
    # every draw counts the same; an answer without economic means costs nothing
    weight = np.moveaxis(found.probability[..., FIRST:], 0, -2)
    weight = weight.reshape(*weight.shape[:-2], -1)
    none = weight.shape[-1] / len(ECONOMIC) - weight.sum(axis=-1, keepdims=True)
    loss = np.moveaxis(found.loss, 0, -2)
    loss = loss.reshape(loss.shape[0], 1, loss.shape[1], -1)
    loss = np.broadcast_to(loss, weight.shape)
    values = np.concatenate([np.zeros_like(none), loss], axis=-1)
    weights = np.concatenate([np.maximum(none, 0.0), weight], axis=-1)
    ends = mixture_quantiles(values, weights, [q / 100.0 for q in PERCENTS])
    mean = (values * weights).sum(axis=-1) / weights.sum(axis=-1)
    shares = ends / gdp[..., None]
    parts = (nothing, mean, *np.moveaxis(ends, -1, 0), *np.moveaxis(shares, -1, 0))
    rows = [
        (key, target, SUPPORT[g], *(float(part[i, r, g]) for part in parts))
        for r, key in enumerate(data.keys)
        for i, target in enumerate(data.stakes.targets)
        for g in data.supports(i)
    ]
    columns = [
        *_RUNG,
        Column("nothing", "value", "share", "probability of no economic answer, hence of no loss"),
        Column("mean", "value", MONEY, "mean loss over answers and draws"),
        *(number(f"p{q}", MONEY, f"{q} % quantile of the loss") for q in PERCENTS),
        *(number(f"p{q}_share", "share", "the same over a year's GDP") for q in PERCENTS),
    ]
    text = "distribution of the loss, if the state holds"
    notes = (
        ASSUMED.partition(";")[0] + "; over answers and over draws from all ranges, each draw "
        "counting the same",
        SUPPORT_NOTE,
        NOT_MEASURED,
        COVERED,
    )
    return table_of("distribution", framed(rows, columns), columns, text, notes)


def answer(data: Data, found: StepOutcome) -> Table:
    """Probability that the target holds to the step when it is answered by economic means."""
    columns = [*_RUNG, *ranged("value", "share", "probability of holding")]
    text = "hold or concede when answered by economic means: loss against stake"
    frame = _by_rung(data, {"value": found.hold})
    return table_of("answer", frame, columns, text, (ASSUMED, SUPPORT_NOTE))


def exposure(data: Data) -> Table:
    """What measures could touch: value added in sales, and purchases; not a loss."""
    stakes = data.stakes
    rows: list[tuple[Any, ...]] = []
    sold = "domestic value added in goods it sells to the sender"
    bought = "purchases of listed industries' products"
    for i, target in enumerate(stakes.targets):
        parts = (
            ("purchases", stakes.years[i], stakes.value_added[i], sold),
            ("supplies", YEAR, stakes.from_sender[i].sum(), bought),
        )
        rows += [
            (target, stakes.sender, c, year, float(v), float(v / stakes.gdp[i]), t)
            for c, year, v, t in parts
        ]
    columns = [
        Column("economy", "dimension", text="target"),
        Column("sender", "dimension", text="economy that may answer"),
        Column("channel", "dimension", text="what a measure would touch"),
        Column("year", "dimension", text="year of the data"),
        Column("value", "value", MONEY, "exposure per year; it is not a loss"),
        Column("share_of_gdp", "value", "share", "the exposure over GDP"),
        Column("note", "attribute", text="definition"),
    ]
    text = f"exposure by channel; listed industries: {', '.join(codes.industries_in('listed'))}"
    notes = (COVERED, AFTER)
    frame = framed(rows, columns, whole=("year",))
    return table_of("exposure", frame, columns, text, notes, (FLOWS, TABLE), Kind.ESTIMATED)


_RUNG = (
    Column("rung", "dimension", text="step of the ladder"),
    Column("economy", "dimension", text="target"),
    Column("support", "dimension", text="help of partners"),
)


def _by_rung(
    data: Data,
    numbers: Mapping[str, Array],
    *,
    targets: Sequence[str] = (),
    inside: Mask | None = None,
) -> pl.DataFrame:
    """Rows by rung, target and support from arrays of draws (D, n, R, G)."""
    names = list(targets or data.stakes.targets)
    member = data.inside if inside is None else inside
    found = np.concatenate([_quantiles(array) for array in numbers.values()])
    # rows by rung, target and support; only members of the bloc have its support
    places = [(i, g) for i in range(len(names)) for g in range(len(SUPPORT) if member[i] else 1)]
    i, g = (np.array(axis) for axis in zip(*places, strict=True))
    cells = np.moveaxis(found[:, i, :, g], 0, -1)
    keys = data.keys
    labels = {
        "rung": [key for key in keys for _ in places],
        "economy": [names[n] for n, _ in places] * len(keys),
        "support": [SUPPORT[n] for _, n in places] * len(keys),
    }
    columns = [c.name for name in numbers for c in ranged(name, "", "")]
    flat = cells.reshape(len(columns), -1)
    values = {
        name: pl.Series(row, nan_to_null=True) for name, row in zip(columns, flat, strict=True)
    }
    return pl.DataFrame({**labels, **values})


def _quantiles(array: Array) -> Array:
    """Value of the first draw and the ends of the range, shape (3, ...)."""
    value = array[0]
    together = np.ascontiguousarray(np.moveaxis(array, 0, -1))
    low, high = np.quantile(together, [LOW, HIGH], axis=-1, overwrite_input=True)
    return np.stack([value, np.minimum(low, value), np.maximum(high, value)])
