"""The response model held to the record: signals and costs if answers were as coded."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np
import polars as pl

from isthmus.codes import members
from isthmus.coercion.assumptions import Rung, preset
from isthmus.coercion.cases import MEASURES
from isthmus.coercion.engine import appeal, intensity
from isthmus.coercion.instruments import instrument_mix
from isthmus.coercion.record import SETS, STEPS, UNSELECTED, steps_towards
from isthmus.coercion.stakes import FLOWS, read_stakes
from isthmus.evidence import IN_UNIT, Column, Kind, Result, Table, provenance
from isthmus.evidence.frames import of_rows, ranged
from isthmus.evidence.lens import lens
from isthmus.kernels.arrays import Array, Ints
from isthmus.kernels.choice_fit import ChoiceFit, fit_choice
from isthmus.kernels.response import log_sum_exp
from isthmus.world import World
from isthmus.world.shipped import TABLE

PARAMETERS = (
    "signal_rhetoric",
    "cost_rhetoric",
    "cost_threat",
    "cost_diplomatic",
    "cost_economic",
)
MEAN = np.array([6.0, 1.0, 3.0, 3.0, 5.0])
SPREAD = np.array([2.0, 0.75, 2.0, 2.0, 3.0])
"""Normal priors, in points: words as the ladder had them before, costs wide. They were set after a
first fit without stakes had been seen. The slope of economic answers beyond that of words is no
parameter of the fit: one case in the set cannot show it."""
CLASSES = ("none", "rhetoric", "threat", "diplomatic", "economic")
DEGREES = ("visible", "official", "military")
UNION = "EUU"
LOW, HIGH = -1.6448536269514722, 1.6448536269514722
"""Normal quantiles at 5 and 95 %."""

COUNTED = (
    "economic answers count where they were acts of the state on trade or firms, each case once "
    "over its steps; others count as words"
)
SPARED = "the listings of April 2026 take no part: their steps are known only by the answer"
USED = (STEPS, FLOWS, MEASURES, TABLE)

_modelled = partial(of_rows, kind=Kind.MODELLED, datasets=USED, notes=(COUNTED, SPARED))


@lens("coercion.fit", {})
def fit(world: World, *, partner: str = "TWN", sender: str = "CHN") -> Result:
    """Return the parameters of the response model that the record of steps supports.

    All other parameters stand at their central values; stakes are those of each actor.

    Parameters
    ----------
    world : World
        Holds the coded steps and cases and the inter-economy table.
    partner : str
        Economy towards which the steps were taken.
    sender : str
        Economy that may have answered.

    Returns
    -------
    Result
        ``parameters``: value and 5 to 95 % range of each; ``fitted``: answers seen and expected by
        kind of step.

    Raises
    ------
    DataMissing
        When no step towards this partner is coded.
    """
    steps = steps_towards(world, partner, sender).filter(SETS[UNSELECTED])
    design, offset = _utilities(world, steps, sender)
    chosen, weight = _seen(steps)
    found = fit_choice(design, offset, chosen, weight, MEAN, SPREAD)
    fitted = _fitted(steps, design @ found.value + offset, chosen, weight)
    return Result(
        {t.name: t for t in (_parameters(found), fitted)},
        provenance(world, "coercion.fit", USED, {"partner": partner, "sender": sender}),
        ("McFadden, D. (1974). Conditional Logit Analysis of Qualitative Choice Behavior.",),
    )


def _utilities(world: World, steps: pl.DataFrame, sender: str) -> tuple[Array, Array]:
    """Utility per unit of each parameter, (N, 5, 5), and what none of them changes, (N, 5)."""
    p = {name: np.array([entry.value]) for name, entry in preset().entries.items()}
    rungs = [_rung(row) for row in steps.iter_rows(named=True)]
    s = intensity(rungs, p)[0]
    design = np.zeros((len(rungs), len(CLASSES), len(PARAMETERS)))
    design[:, 1:, 0] = s[:, None]
    design[:, 1:, 1] = -1.0
    design[:, 2, 2] = design[:, 3, 3] = design[:, 4, 4] = -1.0
    offset = np.zeros(design.shape[:2])
    offset[:, 4] = _economic_appeal(world, steps["actor"].to_list(), rungs, sender)
    return design, offset


def _economic_appeal(
    world: World, actors: Sequence[str], rungs: Sequence[Rung], sender: str
) -> Array:
    """What speaks for any economic response against each actor, its signal apart, (N,)."""
    p = {name: np.array([entry.value]) for name, entry in preset().entries.items()}
    union = [m for m in members("EU27_2020") if m in world.flows().economies]
    targets = sorted({a for a in actors if a != UNION} | set(union))
    stakes = read_stakes(world, sender, targets, union)
    inside = np.array([t in union for t in targets])
    mix = instrument_mix(world, sender).share[None]
    inclusive = log_sum_exp(appeal(stakes, rungs, p, mix, inside)[0, :, :, 0])
    place = {t: n for n, t in enumerate(targets)}
    whole = inclusive[[place[m] for m in union]].mean(axis=0)
    return np.array(
        [whole[n] if a == UNION else inclusive[place[a], n] for n, a in enumerate(actors)]
    )


def _rung(row: dict[str, object]) -> Rung:
    visible, official, military = (float(str(row[d])) for d in DEGREES)
    return Rung(
        key=str(row["rung"]),
        title=str(row["rung"]),
        visible=visible,
        official=official,
        military=military,
        reason="as coded",
    )


def _seen(steps: pl.DataFrame) -> tuple[Ints, Array]:
    """The response to each step and how much the step counts."""
    state = pl.col("state_case")
    told = steps.select(
        pl.when((pl.col("response") == "economic") & state.is_null())
        .then(pl.lit("rhetoric"))
        .otherwise(pl.col("response"))
        .alias("response"),
        pl.when(state.is_null()).then(1.0).otherwise(1.0 / pl.len().over("state_case")).alias("w"),
    )
    chosen = np.array([CLASSES.index(r) for r in told["response"]], dtype=np.int64)
    return chosen, told["w"].to_numpy()


def _parameters(found: ChoiceFit) -> Table:
    columns = (
        Column("parameter", "dimension", text="name in the assumptions"),
        *ranged("value", IN_UNIT, "at the largest posterior density", "5 % quantile (Laplace)"),
        Column("prior", "value", IN_UNIT, "mean of the prior"),
        Column("spread", "value", IN_UNIT, "standard deviation of the prior"),
        Column("unit", "attribute", text="unit"),
    )
    sd = np.sqrt(np.diag(found.covariance))
    rows = [
        (name, v, v + LOW * d, v + HIGH * d, m, w, "points")
        for name, v, d, m, w in zip(PARAMETERS, found.value, sd, MEAN, SPREAD, strict=True)
    ]
    text = "signals and costs of the sender, calibrated to the record"
    return _modelled("parameters", rows, columns, text)


def _fitted(steps: pl.DataFrame, utility: Array, chosen: Ints, weight: Array) -> Table:
    share = np.exp(utility - log_sum_exp(utility)[:, None])
    columns = (
        Column("rung", "dimension", text="kind of step; all of them last"),
        Column("response", "dimension", text="answer"),
        Column("steps", "value", "count", "weight of the steps of this kind"),
        Column("seen", "value", "count", "answered so"),
        Column("expected", "value", "count", "by the model"),
    )
    kinds = steps["rung"].to_numpy()
    rows = []
    for rung in [*dict.fromkeys(steps.sort("height", "rung")["rung"]), "all"]:
        part = np.ones(len(kinds), bool) if rung == "all" else kinds == rung
        for k, name in enumerate(CLASSES):
            seen = weight[part & (chosen == k)].sum()
            expected = weight[part] @ share[part, k]
            rows.append((rung, name, *map(float, (weight[part].sum(), seen, expected))))
    text = "answers seen and expected by kind of step"
    return _modelled("fitted", rows, columns, text)
