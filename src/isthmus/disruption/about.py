"""What disruption runs say of themselves: the table they take, citations, notes, provenance."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from isthmus.disruption.settings import Settings
from isthmus.disruption.table import Daily
from isthmus.evidence import DatasetRecord, Provenance
from isthmus.scenario import Scenario, names_chips
from isthmus.world.mrio import MRIO

CITATIONS = (
    "Hallegatte, S. (2008). An adaptive regional input-output model and its application to the "
    "assessment of the economic cost of Katrina. Risk Analysis 28(3), 779-799.",
    "Hallegatte, S. (2014; online 2013). Modeling the role of inventories and heterogeneity in the "
    "assessment of the economic costs of natural disasters. Risk Analysis 34(1), 152-167.",
    "Pichler, A., Pangallo, M., del Rio-Chanona, R. M., Lafond, F., Farmer, J. D. (2022). "
    "Forecasting the propagation of pandemic shocks with a dynamic input-output model. Journal of "
    "Economic Dynamics and Control 144, 104527.",
)

STRESS = 0.95
"""Share psi above which a run is a stress case: there is no buffer between target and throttle."""


class TableWorld(Protocol):
    """What the lens needs of a world."""

    @property
    def name(self) -> str:
        """Name of the world."""

    @property
    def edition(self) -> str:
        """Edition of the world."""

    @property
    def content_hash(self) -> str:
        """Hash over all data sets."""

    def mrio(self, year: int, *, chips: bool = False) -> MRIO:
        """Return the inter-economy table of a year."""

    def record(self, key: str) -> DatasetRecord:
        """Return the record of a data set."""


def table_of(world: TableWorld | MRIO, scenarios: Sequence[Scenario], year: int) -> MRIO:
    """Return the table of a world, with chip nodes where a shock names them."""
    if isinstance(world, MRIO):
        return world
    if any(names_chips(scenario) for scenario in scenarios):
        return world.mrio(year, chips=True)
    return world.mrio(year)


def notes_of(daily: Daily, each: Sequence[Settings]) -> tuple[str, ...]:
    """Return what must be read beside every figure of a run."""
    stressed = any(one.psi > STRESS and one.reading == "psi" for one in each)
    return (
        *(
            (f"a stress case: psi above {STRESS}, any fall of a stock throttles",)
            if stressed
            else ()
        ),
        "prices do not move and no one changes plans: the first months only",
        f"negative final demand of {daily.cut:.2%} of world final demand was set to zero",
        "stock-days, psi and the rule of ordering are assumptions that can decide the answer",
        *daily.source.notes,
    )


def provenance_of(
    world: TableWorld | MRIO,
    lens: str,
    parameters: dict[str, Any],
    mrio: MRIO,
    year: int,
    scenario: str,
    settings: Settings,
) -> Provenance:
    """Return the provenance of a run of `lens`."""
    if isinstance(world, MRIO):
        name, content, datasets = "table", "", dict.fromkeys(mrio.datasets, "")
    else:
        name, content = f"{world.name} {world.edition}", world.content_hash
        datasets = {key: world.record(key).content_sha256 for key in mrio.datasets}
    return Provenance(
        lens=lens,
        parameters={**parameters, "year": mrio.year or year},
        world=name,
        world_hash=content,
        datasets=datasets,
        scenario=scenario,
        seed=settings.seed if settings.inventory_noise > 0 else None,
    )
