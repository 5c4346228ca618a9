"""What a package contributes beside what home can do alone: first, last, and over both orders."""

from __future__ import annotations

import numpy as np

from isthmus.cooperation.stage import ALONE, TODAY, Stage
from isthmus.cooperation.thresholds import RANGE, TOGETHER, WIDTH, computed, of_range, quantiles
from isthmus.evidence import SHARE, Kind, Table
from isthmus.evidence.frames import dimension, of_rows
from isthmus.kernels.arrays import Array
from isthmus.kernels.contribution import shapley
from isthmus.scenario.packages import Package

PLAYERS = (
    "two players: what home can do alone, and the package; the worth of both, of one and of none "
    "is the share of the loss that is taken away; the Shapley value is the mean over both orders"
)


def worths(stage: Stage, package: Package, hazard: str) -> Array:
    """Return the share of home's loss taken away by nobody, home alone, the package, both, (4, W).

    Bit 0 of the index is what home can do alone, bit 1 the package.
    """
    loss = stage.loss(hazard, stage.home)
    left = (
        stage.left(hazard, stage.catalogue.alone(), stage.home),
        stage.left(hazard, package, stage.home),
        stage.beside(hazard, package, stage.home, ALONE),
    )
    whole = np.maximum(loss, np.finfo(float).tiny)
    return np.stack([np.zeros_like(loss), *((loss - x) / whole for x in left)])


def owed(stage: Stage, package: Package, hazard: str) -> Array:
    """Return the part of what both take away that is owed to the package, (W,).

    Its Shapley value over the worth of both; 0 where both together take nothing away.
    """
    worth = worths(stage, package, hazard)
    value = shapley(worth)[1]
    return np.asarray(np.divide(value, worth[3], out=np.zeros_like(value), where=worth[3] > 0.0))


def contribution(stage: Stage) -> Table:
    """What each package takes away alone, added last, and by Shapley value.

    References
    ----------
    Shapley, L. S. (1953). A Value for n-Person Games.
    """
    rows = []
    for package in stage.packages:
        if stage.together(package, ALONE)[1] in (None, package) or not package.actions:
            continue
        nested = {h.key for h in computed(stage, package, ALONE)}
        for hazard in computed(stage, package, TODAY):
            if hazard.key not in nested:
                continue
            worth = worths(stage, package, hazard.key)
            last = worth[3] - worth[1]
            rows.append(
                (
                    package.key,
                    hazard.key,
                    quantiles(worth[2])[0],
                    quantiles(last)[0],
                    *quantiles(shapley(worth)[1]),
                    *quantiles(owed(stage, package, hazard.key)),
                )
            )
    columns = (
        dimension("package", "key"),
        dimension("hazard", "what happens"),
        *of_range("by_itself", SHARE, "share of the loss taken away by it alone")[:1],
        *of_range("last", SHARE, "added to what home can do alone")[:1],
        *of_range("value", SHARE, "Shapley value"),
        *of_range("part", SHARE, "that, over what both take away"),
    )
    return of_rows(
        "contribution",
        rows,
        columns,
        "what each package contributes beside what home can do",
        kind=Kind.ASSUMED,
        datasets=stage.datasets,
        notes=(PLAYERS, RANGE, WIDTH, TOGETHER),
    )
