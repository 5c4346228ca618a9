"""Which deliveries of a list a scenario touches, day by day."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from isthmus.codes import members
from isthmus.codes.parties import is_coalition_code
from isthmus.disruption.shocks import Places, drivers_of
from isthmus.errors import BadInput, CodeUnknown
from isthmus.kernels.arrays import Array
from isthmus.kernels.disruption_drivers import capacity_left
from isthmus.scenario import Scenario
from isthmus.scenario.groups import industry_groups
from isthmus.suppliers.places import REST, PlacedDeliveries
from isthmus.world.mrio import MRIO

CAPITAL_RATIO = 4.0
"""Capital over value added, as the disruption engine takes it."""


@dataclass(frozen=True, slots=True)
class Hits:
    """What a scenario does to deliveries, each array of shape (T, K).

    Parameters
    ----------
    stopped : ndarray
        Share that does not arrive.
    turned : ndarray
        Part of that for which others are asked.
    left : ndarray
        Share of the supplier's capacity that is left.
    """

    stopped: Array
    turned: Array
    left: Array

    @property
    def lost(self) -> Array:
        """Share of a usual day's delivery that is missing."""
        return np.asarray(1.0 - (1.0 - self.stopped) * self.left)


def hits_of(
    scenario: Scenario, table: MRIO, rows: pl.DataFrame, at: PlacedDeliveries, home: str, days: int
) -> Hits:
    """Return what a scenario does to deliveries.

    The shocks become what they are in the disruption engine, in the terms of the same table; a
    delivery is hit as its industries in its economy are. One of no industry is hit by what hits all
    goods.

    Parameters
    ----------
    scenario : Scenario
        Capacity losses, export stops, purchase bans, embargoes; what surges demand is passed over.
    table : MRIO
        The table whose codes the scenario names.
    rows : polars.DataFrame
        The deliveries.
    at : PlacedDeliveries
        Where they stand in the table.
    home : str
        Economy to which they go.
    days : int
        Days looked at.

    Raises
    ------
    CodeUnknown, ShockNotRepresentable
        For codes that the table does not hold and shocks that the engine does not know.
    BadInput
        When `home` is not in the table.
    """
    economies, industries = table.economies, table.industries
    if home not in economies:
        if is_coalition_code(home):
            hint = f"name one of its members: {', '.join(members(home))}"
            what = f"a line is made in one economy, not in '{home}'"
            raise BadInput(what, where="home", hint=hint)
        if REST not in economies:
            raise CodeUnknown(f"the table has no economy '{home}'", where="home")
        home = REST
    added = np.asarray(table.v, dtype=np.float64) * CAPITAL_RATIO
    drivers = drivers_of([scenario], Places(economies, industries), days, [added])
    count, sectors = rows.height, len(industries)
    weight = at.weight.copy()
    nowhere = weight.sum(axis=1) == 0
    goods = [industries.index(code) for code in industry_groups(industries).get("GOODS", ())]
    away = at.economy < 0
    place = economies.index(home)
    cells = np.zeros((days, len(economies), sectors))
    part = np.zeros_like(cells)
    for stop in drivers.stops:
        if place not in stop.importers:
            continue
        path = np.asarray(stop.path)[:, 0]
        turned = np.array([stop.turned(t)[0] for t in range(days)])
        cells[:, stop.exporters, stop.sector] = path[:, None]
        part[:, stop.exporters, stop.sector] = turned[:, None]
    left = (
        np.stack(
            [
                capacity_left(drivers, t, len(economies) * sectors).reshape(len(economies), sectors)
                for t in range(days)
            ]
        )
        if drivers.capacity
        else np.ones_like(cells)
    )
    found = []
    for values, least in ((cells, np.min), (part, np.min), (left, np.max)):
        each = values[:, at.economy, :]
        mean = (each * weight[None]).sum(axis=2) / np.maximum(weight.sum(axis=1), 1e-300)
        whole = least(each[:, :, goods], axis=2) if goods else np.zeros((days, count))
        neutral = 1.0 if values is left else 0.0
        found.append(np.where(away, neutral, np.where(nowhere, whole, mean)))
    stopped, asked, kept = found
    share = np.divide(asked, stopped, out=np.zeros_like(asked), where=stopped > 0)
    return Hits(stopped, share, kept)
