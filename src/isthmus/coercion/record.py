"""How often steps were answered: rates from the record, by step of the ladder and set of rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from isthmus.errors import DataMissing
from isthmus.evidence import Column, Kind, Result, Table, provenance
from isthmus.evidence.frames import of_rows, ranged
from isthmus.evidence.lens import lens
from isthmus.world import World

STEPS = "engagement_steps"
PRECEDENTS = "coercion_in_money"
SOURCES = "coercion_sources"
WORDS = ("rhetoric", "threat", "diplomatic", "economic")
KIND = Kind.ESTIMATED
PRIOR = 0.5
"""Both shapes of the Beta prior of a rate (Jeffreys)."""
UNSELECTED = "European, unselected"
AMERICAN = "American, arms"

_EUROPEAN = pl.col("europe")
_UNSELECTED = _EUROPEAN & ~pl.col("known_by_answer")
_READ = pl.col("step_read") & pl.col("answer_read")
_ARMS = (pl.col("actor") == "USA") & (pl.col("rung") == "arms-sales")

SETS: Mapping[str, pl.Expr] = {
    "all European": _EUROPEAN,
    UNSELECTED: _UNSELECTED,
    "European, read on pages": _UNSELECTED & _READ,
    AMERICAN: _ARMS,
    "American, arms, read on pages": _ARMS & _READ,
}
"""Sets of rows, side by side: none of them is free of selection."""

SELECTED = (
    "prominent steps are over-represented and none found is weak evidence: shares of low steps are "
    "lower bounds; firms' steps become known mainly when answered (left out of the unselected set)"
)
CITATIONS = (
    "Wilson, E. B. (1927). Journal of the American Statistical Association 22(158).",
    "Brown, L., Cai, T., DasGupta, A. (2001). Statistical Science 16(2).",
)
CASES = (
    "acts of the state against trade or firms are counted as cases, over all steps of the set, "
    "with one rate for all heights: two cases in Europe show no slope; American cases count "
    "sanctions on firms that were announced and not specified, and sanctions on heads of firms"
)


@dataclass(frozen=True, slots=True)
class Rate:
    """A share of steps, or of cases over steps.

    Parameters
    ----------
    hits, steps : int
        What was counted, over what.
    """

    hits: int
    steps: int

    @property
    def shapes(self) -> tuple[float, float]:
        """Shapes of the posterior: Beta(hits + 1/2, steps - hits + 1/2)."""
        return self.hits + PRIOR, self.steps - self.hits + PRIOR

    def quantile(self, u: float) -> float:
        """Return the quantile of the posterior."""
        from scipy.special import betaincinv

        return float(betaincinv(*self.shapes, u))

    def wilson(self, level: float = 0.95) -> tuple[float, float]:
        """Return Wilson's interval of the share.

        Raises
        ------
        DataMissing
            When there is no step.
        """
        from scipy.special import ndtri

        if not self.steps:
            raise DataMissing("no step to take a share of", where=STEPS)
        z2 = float(ndtri(0.5 + level / 2.0)) ** 2
        n, p = self.steps, self.hits / self.steps
        middle = (p + z2 / (2 * n)) / (1 + z2 / n)
        half = (z2 * (p * (1 - p) / n + z2 / (4 * n * n))) ** 0.5 / (1 + z2 / n)
        return max(middle - half, 0.0), min(middle + half, 1.0)


def steps_towards(world: World, partner: str, sender: str) -> pl.DataFrame:
    """Return the coded steps towards a partner that enter rates, in their order.

    Raises
    ------
    DataMissing
        When no step towards this partner with this sender is coded.
    """
    listed = world.table(STEPS).filter(
        (pl.col("partner") == partner) & (pl.col("sender") == sender) & pl.col("counted")
    )
    if listed.is_empty():
        raise DataMissing(
            f"no step towards {partner} that {sender} may have answered is coded",
            where=STEPS,
            hint="rates of one partner are not those of another",
        )
    return listed


def state_rate(steps: pl.DataFrame, rows: str) -> Rate:
    """Return acts of the state against trade or firms, as cases, over the steps of a set."""
    part = steps.filter(SETS[rows])
    return Rate(part["state_case"].drop_nulls().n_unique(), part.height)


@lens("coercion.rates", {})
def rates(world: World, *, partner: str = "TWN", sender: str = "CHN") -> Result:
    """Return how often steps towards a partner were answered, by step and set of rows.

    Parameters
    ----------
    world : World
        Holds the coded steps.
    partner : str
        Economy towards which steps were taken.
    sender : str
        Economy that may have answered.

    Returns
    -------
    Result
        ``words``: answers of any kind by rung and set, with Wilson's 95 % interval; ``state``: acts
        of the state against trade or firms, pooled, with the posterior under Beta(1/2, 1/2);
        ``cases``: each of these cases with its steps; ``precedents``: what happened, in money.

    Raises
    ------
    DataMissing
        When no step towards this partner is coded.

    References
    ----------
    Wilson, E. B. (1927). Journal of the American Statistical Association 22(158); Brown, L., Cai,
    T., DasGupta, A. (2001). Statistical Science 16(2).
    """
    steps = steps_towards(world, partner, sender)
    tables = (_words(steps), _state(steps), _cases(steps), precedents(world))
    given = {"partner": partner, "sender": sender}
    made = provenance(world, "coercion.rates", (STEPS, PRECEDENTS), given)
    return Result({t.name: t for t in tables}, made, CITATIONS)


def _words(steps: pl.DataFrame) -> Table:
    rows = []
    order = steps.group_by("rung").agg(pl.col("height").min()).sort("height", "rung")
    for name, chosen in SETS.items():
        part = steps.filter(chosen)
        for rung in order["rung"]:
            found = part.filter(pl.col("rung") == rung)
            if found.is_empty():
                continue
            counts = [int((found["response"] == w).sum()) for w in WORDS]
            rate = Rate(sum(counts), len(found))
            low, high = rate.wilson()
            rows.append(
                (name, rung, *map(float, (len(found), *counts)), rate.hits / rate.steps, low, high)
            )
    columns = (
        Column("rows", "dimension", text="set of rows"),
        Column("rung", "dimension", text="kind of step"),
        Column("steps", "value", "count", "steps coded"),
        *(Column(w, "value", "count", f"answered: {w}") for w in WORDS),
        *ranged("value", "share", "answered in any way", *["Wilson's 95 % interval"] * 2),
    )
    text = "steps that were answered, by kind of step and set of rows"
    return of_rows("words", rows, columns, text, kind=KIND, datasets=(STEPS,), notes=(SELECTED,))


def _state(steps: pl.DataFrame) -> Table:
    rows = []
    for name in SETS:
        rate = state_rate(steps, name)
        if rate.steps:
            ends = [rate.quantile(u) for u in (0.5, 0.05, 0.95)]
            rows.append((name, float(rate.hits), float(rate.steps), *ends))
    columns = (
        Column("rows", "dimension", text="set of rows"),
        Column("cases", "value", "count", "acts of the state against trade or firms"),
        Column("steps", "value", "count", "steps coded"),
        *ranged("value", "share", "median of the posterior, chance per step"),
    )
    text = "acts of the state against trade or firms per step: one pooled rate for each set of rows"
    return of_rows(
        "state", rows, columns, text, kind=KIND, datasets=(STEPS,), notes=(CASES, SELECTED)
    )


def _cases(steps: pl.DataFrame) -> Table:
    columns = (
        Column("case", "dimension", text="act of the state"),
        Column("step", "dimension", text="id of a step that it answered"),
        Column("actor", "attribute", text="who took the step"),
        Column("date", "attribute", text="when"),
        Column("what", "attribute", text="the step"),
        Column("told", "attribute", text="the answer"),
        Column("source", "attribute", text="source"),
    )
    found = steps.filter(pl.col("state_case").is_not_null()).sort("state_case", "step")
    rows = found.select("state_case", *(c.name for c in columns[1:])).rows()
    text = "acts of the state against trade or firms"
    return of_rows("cases", rows, columns, text, kind=KIND, datasets=(STEPS,))


def precedents(world: World) -> Table:
    """Return what economic pressure did, in money, as published."""
    columns = (
        Column("case", "dimension", text="id of the case"),
        Column("indicator", "dimension", text="what was measured"),
        Column("period", "dimension", text="period"),
        Column("stage", "attribute", text="before, during, after, end, label"),
        Column("told", "attribute", text="figure or words as published"),
        Column("unit", "attribute", text="unit"),
        Column("source", "attribute", text="source"),
        Column("note", "attribute", text="note"),
    )
    held = world.table(PRECEDENTS).select([c.name for c in columns])
    if SOURCES in world:
        # Some rows name a source by its key among those of the coded measures.
        for key, cited in world.table(SOURCES).select("source", "citation").iter_rows():
            name = pl.col("source").str.replace(f"(shipped {key})", f"({cited})", literal=True)
            held = held.with_columns(name)
    rows = held.rows()
    text = "what happened last time, as published; definitions differ between rows"
    return of_rows("precedents", rows, columns, text, kind=KIND, datasets=(PRECEDENTS,))
