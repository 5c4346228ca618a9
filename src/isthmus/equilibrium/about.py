"""What a result says about itself: notes, elasticities, quality of the solution, provenance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict

import polars as pl

from isthmus.equilibrium.base import Base
from isthmus.equilibrium.elasticities import sources
from isthmus.equilibrium.settings import Elasticities, EquilibriumSettings
from isthmus.evidence import Column, Kind, Provenance, Table, provenance
from isthmus.kernels.arrays import Array
from isthmus.kernels.equilibrium_solve import Equilibrium
from isthmus.scenario import Scenario

CITATIONS = (
    "Caliendo, L., Parro, F. (2015). Estimates of the trade and welfare effects of NAFTA. Review "
    "of Economic Studies 82(1), 1-44.",
    "Dekle, R., Eaton, J., Kortum, S. (2008). Global rebalancing with gravity. IMF Staff Papers "
    "55(3), 511-540.",
    "Boehm, C. E., Levchenko, A. A., Pandalai-Nayar, N. (2023). The long and short (run) of trade "
    "elasticities. American Economic Review 113(4), 861-905.",
)
OWN = "own"


def notes_of(
    base: Base,
    assumed: bool,
    absent: Sequence[str],
    others: Mapping[str, Array | None],
) -> tuple[str, ...]:
    """Return the notes that stand under every table of changes."""
    notes = [
        "world value added is the numeraire; changes compare two lasting states",
        f"settling the table moved value added by {base.moved:.2%} at most; negative entries of "
        f"{base.cut:.2%} of output were cut",
    ]
    if assumed:
        notes.append("base tariffs are assumed zero: no tariff table with clear terms is at hand")
    if base.scaled:
        notes.append(f"inputs of {base.scaled} industries without value added were scaled down")
    if absent:
        notes.append(f"not in the table as a whole: {', '.join(absent)}")
    if others and not any("reading" in name for name in others):
        notes.append(
            "the exact reading of the elasticity estimates gives no theta at this horizon: the "
            "range leaves out losses larger than its lowest value"
        )
    lost = [name for name, income in others.items() if income is None]
    if lost:
        notes.append(f"no equilibrium under: {', '.join(lost)}; the range leaves them out")
    return tuple(notes)


def elasticity_table(base: Base, theta: Array, settings: EquilibriumSettings) -> Table:
    """Return the elasticities used by industry."""
    source = settings.elasticities if isinstance(settings.elasticities, str) else OWN
    frame = pl.DataFrame(
        {
            "industry": list(base.industries),
            "theta": theta,
            "imports_base": base.imports,
            "source": [source] * len(base.industries),
        }
    )
    columns = (
        Column("industry", "dimension", text="code of the industry"),
        Column("theta", "value", "1", "trade elasticity at the horizon"),
        Column("imports_base", "value", "million USD", "world imports in the base"),
        Column("source", "attribute", text="source of the values by industry"),
    )
    text = f"trade elasticities at {settings.horizon:g} years"
    return Table("elasticities", frame, columns, Kind.ASSUMED, base.datasets, text)


def solution_table(found: Equilibrium, base: Base) -> Table:
    """Return residual, effort and what settling the base changed."""
    frame = pl.DataFrame(
        {
            "residual": [found.residual],
            "evaluations": [found.evaluations],
            "portions": [found.portions],
            "moved": [base.moved],
            "cut": [base.cut],
        }
    )
    columns = (
        Column("residual", "value", "1", "largest gap in prices, expenditure or labour markets"),
        Column("evaluations", "value", "1", "evaluations of the system"),
        Column("portions", "value", "1", "portions in which the shock was applied"),
        Column("moved", "value", "share", "largest change of value added by settling the base"),
        Column("cut", "value", "share", "negative entries cut, of world output"),
    )
    return Table("solution", frame, columns, Kind.MODELLED, base.datasets, "how it was solved")


def provenance_of(scenario: Scenario, settings: EquilibriumSettings, base: Base) -> Provenance:
    """Return how the result was made."""
    elasticities = settings.elasticities
    return provenance(
        base.origin,
        "equilibrium.solve",
        base.datasets,
        {
            "horizon": settings.horizon,
            "year": base.year,
            "elasticities": elasticities if isinstance(elasticities, str) else dict(elasticities),
            "path": asdict(settings.path),
            "level": settings.level,
            "reading": settings.reading,
            "deficits": settings.deficits,
            "tolerance": settings.tolerance,
        },
        scenario=scenario.identity,
    )


def citations_of(elasticities: Elasticities) -> tuple[str, ...]:
    """Return the works whose method and elasticities were used."""
    if not isinstance(elasticities, str):
        return CITATIONS
    citation = sources()[elasticities].citation
    works = (*CITATIONS, *(citation.split("; ") if citation else ()))
    return tuple(dict.fromkeys(works))
