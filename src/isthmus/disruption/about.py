"""What disruption runs say of themselves: the table they take, citations, notes, provenance."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl

from isthmus.codes.nodes import CHIPS, MATERIALS
from isthmus.disruption.settings import Settings
from isthmus.disruption.table import Daily
from isthmus.evidence import Column, Kind, Provenance, Table, provenance
from isthmus.scenario import Scenario, detail_of
from isthmus.world.mrio import MRIO
from isthmus.world.mrio_origin import TableWorld, mrio_of

CITATIONS = (
    "Hallegatte, S. (2008). An adaptive regional input-output model and its application to the "
    "assessment of the economic cost of Katrina. Risk Analysis 28(3), 779-799.",
    "Hallegatte, S. (2014; online 2013). Modeling the role of inventories and heterogeneity in the "
    "assessment of the economic costs of natural disasters. Risk Analysis 34(1), 152-167.",
    "Pichler, A., Pangallo, M., del Rio-Chanona, R. M., Lafond, F., Farmer, J. D. (2022). "
    "Forecasting the propagation of pandemic shocks with a dynamic input-output model. Journal of "
    "Economic Dynamics and Control 144, 104527.",
)

FUELS = frozenset({"B05", "B06", "C19"})
"""Coal, oil and gas, and what is refined of them."""
FUEL_ALONE = (
    "fuel alone stops: stocks of fuel, cargoes bought elsewhere and power plants are not in this "
    "engine; `isthmus production closure` says what follows for fuel and power, in days"
)
STRESS = 0.95
"""Share psi above which a run is a stress case: there is no buffer between target and throttle."""


def table_of(world: TableWorld | MRIO, scenarios: Sequence[Scenario], year: int | None) -> MRIO:
    """Return the table of a world, with the nodes that shocks name."""
    named = frozenset().union(*(detail_of(scenario) for scenario in scenarios))
    return mrio_of(world, year, chips=CHIPS in named, materials=MATERIALS in named)


def notes_of(
    daily: Daily, each: Sequence[Settings], scenarios: Sequence[Scenario]
) -> tuple[str, ...]:
    """Return what must be read beside every figure of a run."""
    stressed = any(one.psi > STRESS and one.reading == "psi" for one in each)
    return (
        *(
            (f"a stress case: psi above {STRESS}, any fall of a stock throttles",)
            if stressed
            else ()
        ),
        *((FUEL_ALONE,) if any(_of_fuel_alone(one) for one in scenarios) else ()),
        "prices do not move and no one changes plans: the first months only",
        f"negative final demand of {daily.cut:.2%} of world final demand was set to zero",
        "stock-days, psi and the rule of ordering are assumptions that can decide the answer",
        *daily.source.notes,
    )


def _of_fuel_alone(scenario: Scenario) -> bool:
    hit = [set(getattr(shock, "industries", ())) for shock in scenario.shocks]
    return bool(hit) and all(industries and industries <= FUELS for industries in hit)


def modelled(
    mrio: MRIO, name: str, frame: pl.DataFrame, columns: tuple[Column, ...], text: str
) -> Table:
    """Return a table of what was modelled on an inter-economy table."""
    kind = Kind.weakest([Kind.MODELLED, mrio.kind])
    return Table(name, frame, columns, kind, mrio.datasets, text)


def provenance_of(
    lens: str, parameters: dict[str, Any], mrio: MRIO, scenario: str, settings: Settings
) -> Provenance:
    """Return the provenance of a run of `lens`."""
    return provenance(
        mrio.origin,
        lens,
        mrio.datasets,
        {**parameters, "year": mrio.year},
        scenario=scenario,
        seed=settings.seed if settings.inventory_noise > 0 else None,
    )
